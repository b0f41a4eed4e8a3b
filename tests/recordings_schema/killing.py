"""Kills recorders at random moments; run as a process of its own, which forks one recorder after the other.

Usage: killing.py FOLDER WHAT COUNT SEED, WHAT being record, flood, close or recover. For each recording it
prints its name and how many samples its recorder had been told were written, and flushed, when it was killed.
"""

from __future__ import annotations

import mmap
import os
import random
import signal
import struct
import sys
import time
from pathlib import Path

from recordings_schema import recover
from recordings_schema.layout import DatasetKey
from recordings_schema.testing import METADATA, TRACKER, append_samples, gaze_rows, raw_rows
from recordings_schema.writer import RecordingWriter

BATCH = 60
CLOSED_SAMPLES = 6000
AT_ONCE = 4


def record(path: Path, told: mmap.mmap, pause_s: float) -> None:
    """Record without an end, noting in shared memory what has been written and what has been flushed."""
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    written = flushed = 0
    while True:
        writer.append(DatasetKey.GAZE, gaze_rows(BATCH, written))
        writer.append(DatasetKey.RAW, raw_rows(BATCH, written))
        written += BATCH
        told[:16] = struct.pack("<qq", written, flushed)
        if written % (5 * BATCH) == 0:
            writer.flush()
            flushed = written
            told[:16] = struct.pack("<qq", written, flushed)
        time.sleep(pause_s)


def close(path: Path, told: mmap.mmap) -> None:
    """Record a known number of samples and close, which is where the kill falls."""
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    append_samples(writer, CLOSED_SAMPLES, batch=1000)
    writer.flush()
    told[:16] = struct.pack("<qq", CLOSED_SAMPLES, CLOSED_SAMPLES)
    writer.close("done")


def recover_again(path: Path, told: mmap.mmap) -> None:
    """Leave a recording unfinished and recover it, which is where the kill falls."""
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    append_samples(writer, CLOSED_SAMPLES, batch=1000)
    writer.flush()
    writer.abandon()
    told[:16] = struct.pack("<qq", CLOSED_SAMPLES, CLOSED_SAMPLES)
    recover(path)


def start(path: Path, what: str, told: mmap.mmap) -> int:
    """Fork a recorder and return its process id."""
    child = os.fork()
    if child:
        return child
    try:
        if what == "close":
            close(path, told)
        elif what == "recover":
            recover_again(path, told)
        else:
            record(path, told, 0.05 if what == "record" else 0.0)
    finally:
        os._exit(0)


def wait_until_told(told: mmap.mmap, deadline_s: float) -> None:
    """Wait for the recorder's first word, so that the kill falls into its work."""
    while struct.unpack("<qq", told[:16])[0] == 0 and time.monotonic() < deadline_s:
        time.sleep(0.002)


def main() -> None:
    """Kill as many recorders as asked for, a few at a time."""
    folder, what, count, seed = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    chance = random.Random(seed)
    for first in range(0, count, AT_ONCE):
        running = []
        for number in range(first, min(first + AT_ONCE, count)):
            path, told = folder / f"{what}-{number}.gazeh5", mmap.mmap(-1, 16)
            running.append((path, told, start(path, what, told)))
        for _, told, _ in running:
            wait_until_told(told, time.monotonic() + 30)
        for path, told, child in running:
            time.sleep(chance.uniform(0, 0.15))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            written, flushed = struct.unpack("<qq", told[:16])
            sys.stdout.write(f"{path.name} {written} {flushed}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
