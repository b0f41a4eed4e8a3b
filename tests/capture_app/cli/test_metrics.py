"""`metrics`: what it prints, writes and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from capture_app.cli.exits import CommandError, ExitCode
from capture_app.cli.metrics import metrics
from recordings_schema.testing import METADATA, TRACKER, fill
from recordings_schema.writer import RecordingWriter


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recorded") / "session.gazeh5"
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    fill(writer, 600)
    return writer.close("ended by the operator").path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(metrics, [str(each) for each in arguments])


def refusal(*arguments: object) -> CommandError:
    error = run(*arguments).exception
    assert isinstance(error, CommandError)
    return error


@pytest.mark.parametrize("events", ["study", "recorded"])
def test_a_recording_becomes_tables(recording: Path, tmp_path: Path, events: str) -> None:
    result = run(recording, "--to", tmp_path / "out", "--events", events, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["recordings"] == 1
    assert told["left_out"] == []
    assert (tmp_path / "out" / "cases.csv").read_text().count("\n") == told["readings"] + 1
    assert told["files"] == sum(each.is_file() for each in (tmp_path / "out").rglob("*"))


def test_a_file_that_is_left_out_is_named_and_ends_with_findings(recording: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.gazeh5"
    broken.write_bytes(b"no")
    result = run(recording, broken, "--to", tmp_path / "out")
    assert result.exit_code == ExitCode.FINDINGS
    assert "left out broken.gazeh5" in result.output
    assert "1 recording left out." in result.output
    assert "Measured" in result.output


def test_what_cannot_be_used_is_told_in_words(recording: Path, tmp_path: Path) -> None:
    there = refusal(recording, "--to", tmp_path)
    assert there.code is ExitCode.INPUT
    assert "Nothing is overwritten" in str(there)
    assert "is not there" in str(refusal(tmp_path / "no.gazeh5", "--to", tmp_path / "out"))
    assert "is not there" in str(refusal(recording, "--to", tmp_path / "out", "--study", tmp_path / "none"))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "option", [("--radius", "0"), ("--radius", "nan"), ("--dwell", "0"), ("--margin", "-1")]
)
def test_limits_that_mean_nothing_are_a_wrong_command_line(recording: Path, tmp_path: Path, option) -> None:
    assert run(recording, "--to", tmp_path / "out", *option).exit_code == ExitCode.USAGE
