"""The self-test, and that a failing check cannot hide."""

from __future__ import annotations

import importlib
import json
import time
from pathlib import Path

import pytest

from capture_app.cli import self_checks, self_checks_media
from capture_app.cli.exits import CommandError
from capture_app.cli.self_checks import CHECKS, Check
from capture_app.cli.self_test import run_self_test
from capture_app.session.tracker_states import DriverFindings, SearchState

pytestmark = pytest.mark.processes

# Checks run in a process of their own, which finds them by name: only functions of installed modules will do.
PASSES = Check(name="passes", run=Path.as_posix)
FAILS = Check(name="fails", run=Path.read_text)  # the folder it is given is no file
BY_NAME = {check.name: check for check in CHECKS}


def test_a_failing_check_is_the_exit_code_and_does_not_stop_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.json"
    code = run_self_test(report, False, checks=(PASSES, FAILS, PASSES))
    document = json.loads(report.read_text())
    assert code == 1
    assert document["passed"] is False
    assert [check["passed"] for check in document["checks"]] == [True, False, True]
    assert "IsADirectoryError" in document["checks"][1]["detail"]
    said = capsys.readouterr()
    assert "FAILED" in said.out
    assert "1 of 3 checks failed: fails." in said.err


def test_a_check_that_takes_its_process_along_is_a_failed_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "deadly_check.py").write_text("import os\n\n\ndef run(folder):\n    os._exit(9)\n")
    monkeypatch.syspath_prepend(tmp_path)
    dies = Check(name="dies", run=importlib.import_module("deadly_check").run)
    report = tmp_path / "report.json"
    assert run_self_test(report, False, checks=(dies, PASSES)) == 1
    first, second = json.loads(report.read_text())["checks"]
    assert "died (exit code 9)" in first["detail"]
    assert second["passed"]


def test_a_check_that_does_not_end_is_given_up(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    began_s = time.perf_counter()
    assert (
        run_self_test(report, False, checks=(BY_NAME["session, two processes"],), longest_check_s=0.01) == 1
    )
    assert time.perf_counter() - began_s < 10.0
    assert "given up" in json.loads(report.read_text())["checks"][0]["detail"]


def test_the_answer_for_programs_is_json_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_self_test(None, True, checks=(PASSES,)) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["passed"] is True
    assert [check["name"] for check in document["checks"]] == ["passes"]


def test_a_report_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written"):
        run_self_test(tmp_path / "nowhere" / "report.json", False, checks=(PASSES,))


def test_a_process_of_its_own_finds_every_check_by_its_name() -> None:
    for check in (*CHECKS, self_checks.TRACKER_CHECK):
        module = importlib.import_module(check.run.__module__)
        assert getattr(module, check.run.__qualname__) is check.run


@pytest.mark.parametrize(
    "name",
    [
        "recording, compression",
        "recovery from the journal",
        "image decoders",
        "pictures",
        "LSL between processes",
        "serial ports",
        "study presets",
    ],
)
def test_each_library_passes_here(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own, elsewhere = tmp_path / "own", tmp_path / "elsewhere"
    own.mkdir()
    elsewhere.mkdir(mode=0o500)
    monkeypatch.chdir(elsewhere)
    assert BY_NAME[name].run(own)


def test_windows_pass_here(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    assert run_self_test(report, False, checks=(BY_NAME["windows"],)) == 0, report.read_text()


def test_a_whole_session_passes_here_in_less_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert self_checks.MOCK_SECONDS == 10.0
    monkeypatch.setattr(self_checks, "MOCK_SECONDS", 2.0)
    assert "none lost" in self_checks.mock_session(tmp_path)


def test_a_film_is_written_and_read_back(tmp_path: Path) -> None:
    assert self_checks_media.films(tmp_path).startswith("12 pictures as")


def test_a_computer_without_mpeg_4_writes_the_other_kind_of_film(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("capture_app.session.film.video.mp4v_backend_problem", lambda: "There is none.")
    assert self_checks_media.films(tmp_path) == "12 pictures as MJPG. There is none."


def test_the_engine_of_dictation_takes_the_whole_vocabulary(tmp_path: Path) -> None:
    pytest.importorskip("pocketsphinx")
    assert "FLAC unchanged" in self_checks_media.dictation(tmp_path)


def test_where_the_engine_is_not_installed_it_is_said_unless_the_program_is_frozen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert self_checks_media.dictation(tmp_path) == "not installed: pocketsphinx, soundfile"


def test_trackers_are_searched_for_only_when_asked() -> None:
    assert self_checks.TRACKER_CHECK not in CHECKS


def test_a_search_that_finds_no_tracker_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    findings = SearchState(
        findings=(DriverFindings(driver="lab", title="Lab", problem="It is not installed."),)
    )
    monkeypatch.setattr("capture_app.cli.tracker_tools.searched", lambda *_args, **_more: (findings, []))
    assert self_checks.tracker_search(tmp_path) == "0 found. lab: It is not installed."
