"""A disk that is really full, in a process of its own: the limit on file sizes is the process's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from recordings_schema.layout import DatasetKey
from recordings_schema.paths import journal_path
from recordings_schema.reader import Recording
from recordings_schema.recover import recover
from recordings_schema.testing import gaze_rows

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on file sizes"),
]

RECORD = """
import gc, logging, resource, signal, sys
from pathlib import Path
from recordings_schema.errors import RecordingWriteError
from recordings_schema.layout import DatasetKey
from recordings_schema.testing import METADATA, TRACKER, append_samples, gaze_rows, raw_rows
from recordings_schema.writer import RecordingWriter

logging.disable()
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
writer = RecordingWriter.create(Path(sys.argv[1]), METADATA, TRACKER)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
written = 0
try:
    for first in range(0, int(sys.argv[3]), 60):
        writer.append(DatasetKey.GAZE, gaze_rows(60, first))
        writer.append(DatasetKey.RAW, raw_rows(60, first))
        written = first + 60
        if first % 300 == 240:
            writer.flush()
    writer.close("done")
    print("closed", written, bool(writer.stream_failure), flush=True)
except RecordingWriteError as err:
    print("failed", written, bool(writer.stream_failure), flush=True)
    writer.abandon()
del writer
gc.collect()
"""


def record(path: Path, limit_bytes: int, samples: int) -> list[str]:
    """Record in a process whose files may not grow beyond a limit, and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", RECORD, str(path), str(limit_bytes), str(samples)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


@pytest.mark.parametrize("limit_bytes", [60_000, 400_000])
def test_a_full_disk_ends_the_recording_and_loses_nothing_of_it(path: Path, limit_bytes: int) -> None:
    answer, written, _ = record(path, limit_bytes, 6000)
    assert answer == "failed"
    report = recover(path)
    assert report.row_counts[DatasetKey.GAZE] == int(written)
    with Recording.open(path) as recording:
        assert recording.gaze().tobytes() == gaze_rows(int(written)).tobytes()


def test_hdf5_out_of_room_does_not_stop_the_journal_or_the_close(path: Path) -> None:
    # The streamed file with its declared datasets is larger than the journal of so few samples.
    journal_bytes = 60_000 + 600 * (gaze_rows(1).itemsize + 18)
    answer, written, has_failed = record(path, journal_bytes, 600)
    assert (answer, written, has_failed) == ("closed", "600", "True")
    assert not journal_path(path).exists()
    with Recording.open(path) as recording:
        assert recording.gaze().tobytes() == gaze_rows(600).tobytes()
