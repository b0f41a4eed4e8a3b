"""The end of a recording: what a case that was just read needs, however long the session was before it."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from gaze_core.rows import Rows
from recordings_schema.access import read_rows
from recordings_schema.layout import DatasetKey
from recordings_schema.migrate import MIGRATIONS, Migration
from recordings_schema.reader import Recording


class RecordingPart(Recording):
    """An open recording, its samples counted from a moment on. All other rows are those of the whole.

    Made for files that still grow: what is looked for is read in a few small pieces.
    """

    _first_sample = 0

    @classmethod
    def open(cls, path: Path, *, steps: tuple[Migration, ...] = MIGRATIONS) -> RecordingPart:
        """Open a recording for reading, all of its samples counted at first; errors as for a whole one."""
        return cast(RecordingPart, super().open(path, steps=steps))

    def begin_at(self, t_host_ns: int) -> None:
        """Leave out the samples that arrived before a moment (host clock)."""
        first, end = 0, super().count(DatasetKey.GAZE)
        while first < end:
            middle = (first + end) // 2
            arrived_ns = int(self._sample_rows(DatasetKey.GAZE, middle, middle + 1)["t_host_ns"][0])
            first, end = (middle + 1, end) if arrived_ns < t_host_ns else (first, middle)
        self._first_sample = first

    def count(self, key: DatasetKey) -> int:
        """Return the number of rows of a dataset."""
        return max(0, super().count(key) - self._skipped(key))

    def rows(self, key: DatasetKey, start: int = 0, stop: int | None = None) -> Rows:
        """Return rows ``start:stop`` of a dataset, read now; negative bounds are not counted from the end.

        Raises
        ------
        RecordingError
            If the dataset is missing, damaged or of another type.
        """
        skipped = self._skipped(key)
        if not skipped:
            return super().rows(key, start, stop)
        last = self.count(key) if stop is None else min(stop, self.count(key))
        first = min(max(start, 0), max(last, 0))
        return self._sample_rows(key, first + skipped, max(first, last) + skipped)

    def _skipped(self, key: DatasetKey) -> int:
        return self._first_sample if key in (DatasetKey.GAZE, DatasetKey.RAW) else 0

    def _sample_rows(self, key: DatasetKey, first: int, end: int) -> Rows:
        found: Rows = read_rows(self._dataset(key), self.path, first, end)
        return found
