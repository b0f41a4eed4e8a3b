"""The self-test, and that a failing check cannot hide."""

from __future__ import annotations

import importlib
import json
import time
from pathlib import Path

import pytest

from capture_app.cli.exits import CommandError
from capture_app.cli.self_checks import CHECKS, Check
from capture_app.cli.self_test import run_self_test

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
    report = tmp_path / "report.json"
    folder = tmp_path / "elsewhere"
    folder.mkdir(mode=0o500)
    monkeypatch.chdir(folder)
    assert run_self_test(report, False, checks=(BY_NAME[name],)) == 0, report.read_text()


def test_windows_and_a_whole_session_pass_here(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    checks = (BY_NAME["windows"], BY_NAME["session, two processes"])
    assert run_self_test(report, False, checks=checks) == 0, report.read_text()
