"""Where the rows of a recovered file come from when they are not simply those of the journal."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping

from gaze_core.rows import Rows
from recordings_schema.errors import RecordingError
from recordings_schema.finishing import RowSource
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording

_log = logging.getLogger(__name__)


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
    """The rows of a streamed file up to the first that cannot be read, gaze and raw rows equally many."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self.unreadable: set[DatasetKey] = set()
        counts = {key: sum(map(len, self._up_to_damage(key))) for key in (DatasetKey.GAZE, DatasetKey.RAW)}
        self._whole_samples = min(counts.values())
        self.half_samples = max(counts.values()) - self._whole_samples

    def blocks(self, key: DatasetKey) -> Iterator[Rows]:
        """Yield the readable rows of a dataset in order."""
        if key not in (DatasetKey.GAZE, DatasetKey.RAW):
            yield from self._up_to_damage(key)
            return
        remaining = self._whole_samples
        for block in self._up_to_damage(key):
            yield block[:remaining]
            remaining -= min(remaining, len(block))

    def _up_to_damage(self, key: DatasetKey) -> Iterator[Rows]:
        try:
            yield from self._recording.blocks(key)
        except RecordingError as err:
            _log.warning("%s", err)
            self.unreadable.add(key)
