"""`import`: what it prints, makes and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from capture_app.cli.exits import CommandError, ExitCode
from capture_app.cli.formats import formats
from capture_app.cli.import_command import import_
from capture_app.session.importing import readable_formats
from recordings_schema.formats.registry import find_format
from recordings_schema.formats.testing import export
from recordings_schema.formats.testing_readings import make_reading


@pytest.fixture(scope="module")
def egd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("egd") / "data"
    export(find_format("egd"), [make_reading(trial=trial, seconds=1.0) for trial in range(2)], folder)
    return folder


def run(*arguments: object) -> Result:
    return CliRunner().invoke(import_, [str(each) for each in arguments])


def test_a_dataset_becomes_recordings_and_what_is_missing_is_counted(egd: Path, tmp_path: Path) -> None:
    result = run("egd", egd, "--to", tmp_path / "recordings")
    assert result.exit_code == 0, result.output
    assert "Made 1 recording in " in result.output
    assert "2 cases, 500 samples" in result.output
    assert "Images: 0 found, 2 not here." in result.output
    assert "missing, 2 times: Its image is not in the folder of images" in result.output
    again = run("egd", egd, "--to", tmp_path / "recordings", "--json")
    told = json.loads(again.output)
    assert (told["is_resumed"], told["cases"], told["images_missing"]) == (True, 2, 2)


def test_a_dry_run_says_what_would_be_made(egd: Path, tmp_path: Path) -> None:
    plain = run("egd", egd, "--to", tmp_path / "recordings", "--dry-run")
    assert plain.output.startswith("Would make 1 recording with 2 cases in ")
    told = json.loads(run("egd", egd, "--to", tmp_path / "recordings", "--dry-run", "--json").output)
    assert told["readers"] == ["unnamed"]
    assert not (tmp_path / "recordings").exists()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--set", "gaze=perhaps"), "write yes or no"),
        (("--set", "colour=red"), "There is no option"),
    ],
)
def test_options_that_cannot_be_used_are_refused(
    egd: Path, tmp_path: Path, arguments: tuple[str, ...], text: str
) -> None:
    error = run("egd", egd, "--to", tmp_path / "recordings", *arguments).exception
    assert isinstance(error, CommandError)
    assert error.code is ExitCode.INPUT
    assert text in str(error)


def test_the_list_of_formats_says_which_can_be_imported() -> None:
    told = json.loads(CliRunner().invoke(formats, ["--json"]).output)
    assert {each["name"] for each in told if each["can_be_imported"]} == {
        each.name for each in readable_formats()
    }
    assert "import --set:" in CliRunner().invoke(formats, ["egd"]).output
    assert "import --set:" not in CliRunner().invoke(formats, ["gazesearch"]).output  # it has no options
    assert "by patient, with the spreadsheets over all (import too)" in CliRunner().invoke(formats, []).output
