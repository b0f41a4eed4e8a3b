"""Damages copies of a recording and reads them; run as a process of its own, for HDF5 may crash or hang.

Usage: fuzzing.py FOLDER RECORDING FIRST_SEED LAST_SEED. Ends with 1 and says why when reading a damaged file
answers with anything but a `RecordingError`.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from pathlib import Path

import numpy as np

from recordings_schema import Recording, RecordingError, validate


def damage(content: bytes, seed: int) -> bytes:
    """Return the content with some bytes changed, a stretch overwritten, or the end cut off."""
    random = np.random.default_rng(seed)
    changed = np.frombuffer(content, np.uint8).copy()
    how = seed % 4
    if how == 0:
        return changed[: int(random.integers(0, len(changed)))].tobytes()
    if how == 1:
        start = int(random.integers(0, len(changed)))
        length = int(random.integers(1, 2000))
        changed[start : start + length] = random.integers(0, 256, len(changed[start : start + length]))
        return changed.tobytes()
    # Half of the damage hits the first 20 kB, where the structure is.
    end = 20_000 if how == 2 else len(changed)
    places = random.integers(8, end, int(random.integers(1, 40)))
    changed[places] = random.integers(0, 256, len(places))
    return changed.tobytes()


def read_all(path: Path) -> None:
    """Read everything a recording offers."""
    with Recording.open(path) as recording:
        recording.summary()
        recording.stream()
        for key in recording.keys:
            recording.rows(key)
        for sha256 in recording.embedded_images():
            recording.embedded_image(sha256)


def main() -> int:
    """Read as many damaged copies as asked for."""
    folder, source = Path(sys.argv[1]), Path(sys.argv[2])
    content = source.read_bytes()
    logging.disable()
    for seed in range(int(sys.argv[3]), int(sys.argv[4])):
        path = folder / f"damaged-{seed}.gazeh5"
        path.write_bytes(damage(content, seed))
        sys.stdout.write(f"seed {seed}\n")
        sys.stdout.flush()
        with contextlib.suppress(RecordingError):
            read_all(path)
        validate(path)
        path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
