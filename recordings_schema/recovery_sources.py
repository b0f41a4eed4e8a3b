"""Where the rows of a recovered file come from when they are not simply those of the journal."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Final

from gaze_core.rows import Rows
from recordings_schema.errors import RecordingError
from recordings_schema.finishing import RowSource
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording

_log = logging.getLogger(__name__)
_SAMPLES: Final = (DatasetKey.GAZE, DatasetKey.RAW)
_BLOCK_ROWS: Final = 1024  # about what one damaged chunk takes with it


class ExtendedSource:
    """A source with some rows behind its own."""

    def __init__(self, source: RowSource, additions: Mapping[DatasetKey, Rows]) -> None:
        self._source = source
        self._additions = additions

    def blocks(self, key: DatasetKey) -> Iterator[Rows]:
        """Yield the source's rows, then the added ones."""
        yield from self._source.blocks(key)
        if key in self._additions:
            yield self._additions[key]


class ReadableRows:
    """The rows of a file that can be read; row i of gaze and raw stay one sample.

    A block that cannot be read in one of the two is left out of both: the sample numbers tell the hole.
    """

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self.unreadable: set[DatasetKey] = set()
        self._row_counts = {key: self._count(key) for key in recording.keys}
        samples = [self._row_counts[key] for key in _SAMPLES]
        self.half_samples = max(samples) - min(samples)
        for key in _SAMPLES:
            self._row_counts[key] = min(samples)
        self._damaged = {key: self._damaged_blocks(key) for key in recording.keys}
        for key in _SAMPLES:
            self._damaged[key] = self._damaged[_SAMPLES[0]] | self._damaged[_SAMPLES[1]]

    def blocks(self, key: DatasetKey) -> Iterator[Rows]:
        """Yield the readable rows of a dataset in order."""
        for start in self._starts(key):
            if start not in self._damaged[key]:
                yield self._block(key, start)

    def _count(self, key: DatasetKey) -> int:
        try:
            return self._recording.count(key)
        except RecordingError as err:
            _log.warning("%s", err)
            self.unreadable.add(key)
            return 0

    def _damaged_blocks(self, key: DatasetKey) -> set[int]:
        damaged = set()
        for start in self._starts(key):
            try:
                self._block(key, start)
            except RecordingError as err:
                _log.warning("%s", err)
                self.unreadable.add(key)
                damaged.add(start)
        return damaged

    def _starts(self, key: DatasetKey) -> range:
        return range(0, self._row_counts[key], _BLOCK_ROWS)

    def _block(self, key: DatasetKey, start: int) -> Rows:
        return self._recording.rows(key, start, min(start + _BLOCK_ROWS, self._row_counts[key]))
