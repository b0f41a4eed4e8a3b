"""A batch as messages and back: one for each kind of rows that it has, and one that closes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from drivers.contract import Batch
from drivers.host.json_forms import notice_from_json, notice_to_json
from drivers.host.messages import RAW, BatchEnd, BatchPart
from gaze_core.frames import FrameError
from gaze_core.rows import (
    CLOCK_SYNC,
    EXTERNAL_SIGNAL,
    GAZE,
    MARKER,
    TARGET,
    TRUTH,
    TRUTH_EVENT,
    USER_POSITION,
    Rows,
    join_rows,
)

_FIELDS: Final = {
    GAZE.name: "gaze",
    RAW: "raw",
    CLOCK_SYNC.name: "clock_sync",
    MARKER.name: "markers",
    EXTERNAL_SIGNAL.name: "external_signals",
    TRUTH.name: "truth",
    TRUTH_EVENT.name: "truth_events",
    TARGET.name: "targets",
    USER_POSITION.name: "user_position",
}
_MOST_PART_BYTES: Final = 16 * 1024 * 1024  # a frame may have four times as many


def batch_messages(batch: Batch, stream: int) -> Iterator[BatchPart | BatchEnd]:
    """Yield what to send of a batch; nothing of one with nothing in it."""
    is_empty = not batch.notices
    for row_type, field in _FIELDS.items():
        rows: Rows = getattr(batch, field)
        at_once = max(1, _MOST_PART_BYTES // rows.dtype.itemsize)
        for first in range(0, len(rows), at_once):
            is_empty = False
            yield BatchPart(stream=stream, row_type=row_type, rows=rows[first : first + at_once])
    if not is_empty:
        yield BatchEnd(stream=stream, notices=[notice_to_json(notice) for notice in batch.notices])


class BatchAssembly:
    """Puts the parts of one batch after the other together again."""

    def __init__(self) -> None:
        self._parts: dict[str, list[Rows]] = {}

    def add(self, part: BatchPart) -> None:
        """Take a part."""
        if part.row_type not in _FIELDS:
            raise FrameError(f"a batch came with rows of type {part.row_type}")
        self._parts.setdefault(part.row_type, []).append(part.rows)

    def complete(self, end: BatchEnd, raw_dtype: np.dtype[np.void]) -> Batch:
        """Return the batch that its end closes; the next part belongs to the next one."""
        parts, self._parts = self._parts, {}
        fields: dict[str, Any] = {_FIELDS[row_type]: join_rows(rows) for row_type, rows in parts.items()}
        fields.setdefault("gaze", GAZE.empty(0))
        fields.setdefault("raw", np.zeros(0, raw_dtype))
        if len(fields["gaze"]) != len(fields["raw"]):
            raise FrameError("a batch came with another number of raw rows than of gaze rows")
        return Batch(**fields, notices=tuple(notice_from_json(notice) for notice in end.notices))
