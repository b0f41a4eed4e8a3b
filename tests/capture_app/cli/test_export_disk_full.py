"""An export that runs out of room says what to do, publishes nothing, and goes on with the same command."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from capture_app.cli.exits import CommandError, ExitCode
from capture_app.cli.formats import export
from recordings_schema.formats.testing import content_of
from recordings_schema.testing import METADATA, TRACKER, fill
from recordings_schema.writer import RecordingWriter

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on file sizes")


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    writer = RecordingWriter.create(tmp_path_factory.mktemp("recording") / "a.gazeh5", METADATA, TRACKER)
    fill(writer, 600)
    return writer.close("ended by the operator").path


@contextmanager
def room_for(size_bytes: int) -> Iterator[None]:
    """Let no file grow beyond a size: the system itself refuses, as on a full disk."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def run(recording: Path, destination: Path) -> Result:
    arguments = ["csv", str(recording), "--to", str(destination), "--include-excluded"]
    return CliRunner().invoke(export, arguments)


@pytest.mark.parametrize("size_bytes", [200, 2000, 6000])
def test_a_full_disk_leaves_nothing_half_done_and_is_gone_on_with(
    recording: Path, tmp_path: Path, size_bytes: int
) -> None:
    assert run(recording, tmp_path / "whole").exit_code == 0
    with room_for(size_bytes):
        error = run(recording, tmp_path / "full").exception
    assert isinstance(error, CommandError)
    assert error.code is ExitCode.INPUT
    unfinished = tmp_path / "full.unfinished"
    assert f"is kept in {unfinished}: make room" in str(error)
    assert "run the same command again" in str(error)
    assert not (tmp_path / "full").exists()
    again = run(recording, tmp_path / "full")
    assert again.exit_code == 0, again.output
    assert content_of(tmp_path / "full") == content_of(tmp_path / "whole")
    assert not unfinished.exists()
