"""`report` writes files beside recordings or where it is told, and says what cannot be done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from capture_app.cli.exits import CommandError, ExitCode
from capture_app.cli.report import report
from recordings_schema.testing import METADATA, TRACKER, fill
from recordings_schema.writer import RecordingWriter


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "session.gazeh5"
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    fill(writer, 600)
    return writer.close("ended by the operator").path


def refusal(*arguments: str) -> CommandError:
    result = CliRunner().invoke(report, list(arguments))
    assert isinstance(result.exception, CommandError)
    return result.exception


def test_the_report_lies_beside_its_recording(recording: Path) -> None:
    result = CliRunner().invoke(report, [str(recording)])
    assert result.exit_code == 0
    assert result.output.strip() == str(recording.with_name("session-report.html"))
    assert "R07" in recording.with_name("session-report.html").read_text(encoding="utf-8")


def test_several_recordings_make_one_report_where_it_is_told(recording: Path, tmp_path: Path) -> None:
    out = tmp_path / "both.html"
    result = CliRunner().invoke(report, [str(recording), str(recording), "--out", str(out), "--json"])
    assert result.exit_code == 0
    assert json.loads(result.output)["reports"] == [str(out)]
    assert "Report on 2 sessions" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["report.gazeh5", "report", ""])
def test_a_report_never_takes_the_name_of_a_recording_or_folder(
    recording: Path, tmp_path: Path, name: str
) -> None:
    assert refusal(str(recording), "--out", str(tmp_path / name)).code is ExitCode.USAGE


def test_a_study_that_is_not_there_is_told(recording: Path, tmp_path: Path) -> None:
    refused = refusal(str(recording), "--study", str(tmp_path / "none"))
    assert refused.code is ExitCode.INPUT
    assert "is not there" in str(refused)


def test_an_unfinished_recording_is_refused_with_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / "cut.gazeh5"
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    fill(writer, 60)
    writer.abandon()
    refused = refusal(str(path))
    assert refused.code is ExitCode.INPUT
    assert "reading-station recover" in str(refused)


def test_a_place_that_cannot_be_written_ends_with_its_own_code(recording: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused = refusal(str(recording), "--out", str(tmp_path / "file" / "a.html"))
    assert refused.code is ExitCode.RECORDING
