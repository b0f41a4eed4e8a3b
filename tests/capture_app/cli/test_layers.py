"""The command `layers`, and what a double click on a file hands over."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from capture_app.cli.commands import cli
from capture_app.cli.exits import CommandError, ExitCode

_RIG = Path(__file__).parents[1] / "session" / "replay" / "replay_rig.py"
if "replay_rig" not in sys.modules:
    _spec = importlib.util.spec_from_file_location("replay_rig", _RIG)
    sys.modules["replay_rig"] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules["replay_rig"])

from replay_rig import write_reading  # noqa: E402 - it is found from here on only


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return write_reading(tmp_path_factory.mktemp("template")).path


@pytest.fixture
def folder(template, tmp_path):
    for name in ("a", "b"):
        shutil.copy(template, tmp_path / f"{name}.gazeh5")
    return tmp_path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["layers", *(str(each) for each in arguments)], standalone_mode=True)


def answer(*arguments: object) -> list[dict[str, object]]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_layer_is_added_to_every_recording_of_a_folder_and_listed(folder):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    found = answer(folder, "--add", "fast", "--set", "threshold_deg_s=50", "--note", "a try")
    assert [Path(each["file"]).name for each in found] == ["a.gazeh5", "b.gazeh5"]
    assert found[1]["layers"][0]["parameters"]["threshold_deg_s"] == 50.0
    assert {name: (folder / name).read_bytes() for name in before} == before
    listed = run(folder)
    assert listed.stdout.count("fast: ivt 1") == 2
    assert "(a try)" in listed.stdout


def test_a_layer_without_fixations_has_no_durations(folder):
    path = folder / "a.gazeh5"
    run(path, "--add", "none", "--set", "threshold_deg_s=0.01")
    assert "none: 0 fixations, 0.0 % of the samples" in run(path, "--compare", "live", "none").stdout


def test_two_layers_are_compared_with_figures(folder):
    run(folder / "a.gazeh5", "--add", "fast")
    found = answer(folder / "a.gazeh5", "--compare", "live", "fast")[0]["comparison"]
    assert 0.7 < found["kappa"] < 1.0
    assert found["first"]["count"] > 20
    assert "kappa 0." in run(folder / "a.gazeh5", "--compare", "live", "fast").stdout
    same = answer(folder / "a.gazeh5", "--compare", "live", "live")[0]["comparison"]
    assert (same["kappa"], same["f1"]) == (1.0, 1.0)


def test_a_layer_with_corrected_gaze_says_how_it_was_corrected(folder):
    found = answer(folder / "a.gazeh5", "--add", "c", "--detector", "adaptive", "--drift", "between=linear")
    facts = found[0]["layers"][0]
    assert (facts["gaze"], facts["gaze_parameters"]["between"]) == ("drift_corrected", "linear")
    assert "drift-corrected gaze" in run(folder / "a.gazeh5").stdout


def test_layers_are_renamed_and_deleted(folder):
    file = folder / "a.gazeh5"
    run(file, "--add", "fast")
    assert answer(file, "--rename", "fast", "slow")[0]["layers"][0]["name"] == "slow"
    assert answer(file, "--delete", "slow")[0]["layers"] == []
    assert "no layers" in run(file).stdout


def test_a_recording_that_cannot_be_used_is_named_and_the_others_are_done(folder):
    (folder / "a.gazeh5").write_bytes(b"nothing")
    result = run(folder, "--add", "fast")
    assert result.exit_code == ExitCode.INPUT
    assert "a.gazeh5" in result.stderr
    assert "fast: ivt 1" in run(folder / "b.gazeh5").stdout


def test_layers_of_other_samples_are_found_out(folder):
    run(folder / "a.gazeh5", "--add", "fast")
    assert run(folder / "a.gazeh5", "--check").exit_code == 0
    kept = (folder / "a.gazeh5.layers.h5").read_bytes()
    (folder / "b.gazeh5.layers.h5").write_bytes(kept.replace(b"replayed", b"replaced"))
    result = run(folder / "b.gazeh5", "--check")
    assert result.exit_code == ExitCode.INPUT
    assert "belongs to another recording (session replaced" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--add", "a", "--delete", "b"),
        ("--set", "window_ms=20"),
        ("--add", "a", "--set", "nonsense"),
        ("--add", "a", "--detector", "other"),
    ],
)
def test_what_does_not_go_together_is_refused(folder, arguments):
    assert run(folder, *arguments).exit_code == ExitCode.USAGE


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--add", "a", "--set", "nothing=1"), "ivt has no parameter nothing"),
        (("--add", "a", "--drift", "between=x"), "drift correction is set by"),
    ],
)
def test_values_that_cannot_be_used_are_told(folder, arguments, words):
    with pytest.raises(CommandError, match=words) as told:
        CliRunner().invoke(
            cli, ["layers", str(folder), *arguments], standalone_mode=False, catch_exceptions=False
        )
    assert told.value.code is ExitCode.USAGE


@pytest.fixture
def opened(monkeypatch):
    called = []
    for module, function in (("replaying", "run_replay_command"), ("capture", "run_capture_command")):
        name = f"capture_app.cli.{module}"
        imported = importlib.import_module(name)
        monkeypatch.setattr(
            imported,
            function,
            lambda files, *_more, module=module, **_options: called.append((module, files)) or 0,
        )
    return called


def test_a_recording_in_the_place_of_a_command_is_replayed(opened, folder):
    files = [folder / "a.gazeh5", folder / "b.gazeh5"]
    assert CliRunner().invoke(cli, [str(each) for each in files]).exit_code == 0
    assert opened == [("replaying", files)]


def test_a_folder_or_study_in_the_place_of_a_command_opens_the_windows(opened, folder):
    assert CliRunner().invoke(cli, [str(folder)]).exit_code == 0
    assert opened == [("capture", [folder])]


def test_what_is_neither_a_command_nor_a_file_is_refused(opened):
    result = CliRunner().invoke(cli, ["replya"])
    assert (result.exit_code, opened) == (ExitCode.USAGE, [])
