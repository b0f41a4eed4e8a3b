"""Recordings on the disk for the tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from recordings_schema.testing import METADATA, TRACKER, fill
from recordings_schema.writer import RecordingWriter


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the name of a recording that does not exist yet; not ASCII on purpose."""
    return tmp_path / "Übung 1 β 漢.gazeh5"


@pytest.fixture
def make_finished(tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that writes a finished recording of that name."""

    def make(name: str = "finished.gazeh5") -> Path:
        writer = RecordingWriter.create(tmp_path / name, METADATA, TRACKER)
        fill(writer)
        return writer.close("the session ended").path

    return make


@pytest.fixture
def finished(make_finished: Callable[[str], Path]) -> Path:
    """Return a finished recording with every dataset filled."""
    return make_finished("finished.gazeh5")


@pytest.fixture
def unfinished(path: Path) -> Path:
    """Return a recording that was left without being closed, as after a crash."""
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    fill(writer)
    writer.flush()
    writer.abandon()
    return path
