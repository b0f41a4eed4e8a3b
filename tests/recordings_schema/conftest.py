"""Recordings on the disk for the tests; each kind is written once and copied: writing waits for the disk."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from recordings_schema.paths import journal_path
from recordings_schema.testing import METADATA, TRACKER, fill
from recordings_schema.writer import RecordingWriter


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the name of a recording that does not exist yet; not ASCII on purpose."""
    return tmp_path / "Übung 1 β 漢.gazeh5"


@pytest.fixture(scope="session")
def finished_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a finished recording that no test may change."""
    writer = RecordingWriter.create(tmp_path_factory.mktemp("finished") / "a.gazeh5", METADATA, TRACKER)
    fill(writer)
    return writer.close("the session ended").path


@pytest.fixture(scope="session")
def unfinished_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a recording that was left without being closed; no test may change it."""
    path = tmp_path_factory.mktemp("unfinished") / "a.gazeh5"
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    fill(writer)
    writer.flush()
    streamed = path.read_bytes()
    writer.abandon()
    path.write_bytes(streamed)  # as after a crash: HDF5 never closed it
    return path


@pytest.fixture
def finished(finished_template: Path, tmp_path: Path) -> Path:
    """Return a finished recording with every dataset filled."""
    return Path(shutil.copy(finished_template, tmp_path / "finished.gazeh5"))


@pytest.fixture
def unfinished(unfinished_template: Path, path: Path) -> Path:
    """Return a recording that was cut off, with its journal."""
    shutil.copy(journal_path(unfinished_template), journal_path(path))
    return Path(shutil.copy(unfinished_template, path))
