"""Recorders that are killed for real lose nothing that had been written, and never a file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from recordings_schema.layout import DatasetKey
from recordings_schema.paths import journal_path
from recordings_schema.reader import Recording
from recordings_schema.recover import recover
from recordings_schema.testing import gaze_rows, raw_rows
from recordings_schema.validate import validate

KILLING = Path(__file__).with_name("killing.py")
pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform == "win32", reason="forks its recorders"),
]


def kill(folder: Path, what: str, count: int, seed: int) -> list[tuple[Path, int, int]]:
    """Kill recorders and return each recording with the samples told as written and as flushed."""
    done = subprocess.run(
        [sys.executable, str(KILLING), str(folder), what, str(count), str(seed)],
        capture_output=True,
        text=True,
        timeout=60 + 5 * count,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line.split() for line in done.stdout.splitlines()]
    assert len(lines) == count
    return [(folder / name, int(written), int(flushed)) for name, written, flushed in lines]


def check(path: Path, written: int) -> None:
    """Recover if need be, and compare every sample with what the recorder wrote."""
    if journal_path(path).exists():
        recover(path)
    with Recording.open(path) as recording:
        samples = recording.count(DatasetKey.GAZE)
        assert samples >= written
        assert recording.gaze().tobytes() == gaze_rows(samples).tobytes()
        assert recording.raw().tobytes() == raw_rows(samples).tobytes()
    assert {finding.severity.value for finding in validate(path)} == {"note"}
    assert not journal_path(path).exists()


@pytest.mark.parametrize(("what", "count"), [("record", 4), ("flood", 4), ("close", 4), ("recover", 4)])
def test_a_killed_recorder_loses_nothing_that_was_written(tmp_path: Path, what: str, count: int) -> None:
    for path, written, flushed in kill(tmp_path, what, count, seed=1):
        assert written >= flushed
        check(path, written)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("what", ["record", "flood", "close", "recover"])
@pytest.mark.parametrize("seed", range(5))
def test_hundreds_of_killed_recorders_lose_nothing_that_was_written(
    tmp_path: Path, what: str, seed: int
) -> None:
    for path, written, _ in kill(tmp_path, what, 40, seed=100 + seed):
        check(path, written)
