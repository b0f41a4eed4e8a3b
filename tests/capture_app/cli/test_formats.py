"""`formats` and `export`: what they print, write and refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from capture_app.cli.exits import CommandError, ExitCode
from capture_app.cli.formats import export, formats
from recordings_schema.formats.registry import known_formats
from recordings_schema.testing import METADATA, TRACKER, fill
from recordings_schema.writer import RecordingWriter


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "session.gazeh5"
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    fill(writer, 600)
    return writer.close("ended by the operator").path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(export, [str(each) for each in arguments])


def refusal(*arguments: object) -> CommandError:
    error = run(*arguments).exception
    assert isinstance(error, CommandError)
    return error


def test_every_format_is_listed_with_what_it_is() -> None:
    result = CliRunner().invoke(formats, [])
    assert result.exit_code == 0
    listed = [line.split()[0] for line in result.output.splitlines()]
    assert listed == [spec.name for spec in known_formats()]


def test_one_format_is_listed_with_its_options_and_losses() -> None:
    (found,) = json.loads(CliRunner().invoke(formats, ["csv", "--json"]).output)
    assert [option["name"] for option in found["options"]] == ["gaze", "zero", "images"]
    assert found["losses"]
    assert "zero=image_shown" in CliRunner().invoke(formats, ["csv"]).output


def test_a_format_that_is_not_there_is_a_wrong_command_line() -> None:
    error = CliRunner().invoke(formats, ["xls"]).exception
    assert isinstance(error, CommandError)
    assert error.code is ExitCode.USAGE


def test_a_recording_becomes_a_dataset(recording: Path, tmp_path: Path) -> None:
    result = run("csv", recording, "--to", tmp_path / "data", "--include-excluded", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.output)
    assert told["case_count"] >= 1
    assert told["file_count"] == len(list((tmp_path / "data").iterdir()))


def test_what_was_written_and_left_out_is_told_in_words(recording: Path, tmp_path: Path) -> None:
    result = run("csv", recording, "--to", tmp_path / "data", "--include-excluded")
    assert "Wrote 1 reading into" in result.output
    assert "terms of the images" in result.output


def test_a_dry_run_writes_nothing(recording: Path, tmp_path: Path) -> None:
    result = run("csv", recording, "--to", tmp_path / "data", "--dry-run", "--include-excluded")
    assert result.output.startswith("Would write 1 reading.")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("xls",), "no format called"),
        (("csv", "--option", "gaze=perhaps"), "write yes or no"),
        (("csv", "--study", "nowhere"), "nowhere"),
    ],
)
def test_what_cannot_be_used_is_told(
    recording: Path, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    error = refusal(arguments[0], recording, "--to", tmp_path / "data", *arguments[1:])
    assert error.code is ExitCode.INPUT
    assert said in str(error)


def test_nothing_is_overwritten(recording: Path, tmp_path: Path) -> None:
    error = refusal("csv", recording, "--to", recording.parent, "--include-excluded")
    assert "not empty" in str(error)
    assert recording.is_file()


def test_several_formats_get_folders_of_their_own(recording: Path, tmp_path: Path) -> None:
    several = ("csv,xdf", recording, "--to", tmp_path / "data", "--include-excluded", "--json")
    told = json.loads(run(*several, "--option", "csv.gaze=no").output)["formats"]
    assert Path(told["csv"]["folder"]) == tmp_path / "data" / "csv"
    assert not (tmp_path / "data" / "csv" / "gaze.csv").exists()
    assert "problem" in told["xdf"] or told["xdf"]["file_count"] > 1


def test_what_one_format_cannot_hold_keeps_no_other_from_being_written(
    recording: Path, tmp_path: Path
) -> None:
    result = run("gazemedseg,csv", recording, "--to", tmp_path / "data", "--include-excluded")
    assert result.exit_code == ExitCode.INPUT
    assert "nothing written: There is no case" in result.output
    assert "--option gazemedseg." in result.output  # as it is written among several
    assert (tmp_path / "data" / "csv" / "readings.csv").is_file()


def test_all_formats_pass_over_those_that_no_case_can_be_in(recording: Path, tmp_path: Path) -> None:
    result = run("all", recording, "--to", tmp_path / "data", "--include-excluded", "--dry-run", "--json")
    assert result.exit_code == ExitCode.OK, result.output
    assert list(json.loads(result.output)["formats"]) == [spec.name for spec in known_formats()]


@pytest.mark.parametrize("option", ["gaze=no", "bids.words=no"])
def test_an_option_of_several_formats_says_which_one_it_is_for(
    recording: Path, tmp_path: Path, option: str
) -> None:
    error = refusal("csv,xdf", recording, "--to", tmp_path / "data", "--option", option)
    assert "names none of the formats" in str(error)
