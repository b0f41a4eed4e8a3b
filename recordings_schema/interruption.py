"""What recovery adds to a recording that was cut off: open trials end, and an event says what happened."""

from __future__ import annotations

from typing import Final

import numpy as np

from gaze_core.rows import EVENT, NO_TIME, TRIAL, Rows, decode_text
from recordings_schema.finishing import RowSource
from recordings_schema.layout import DatasetKey

RECOVERED_KIND: Final = "recovered"
_OPEN_STATES: Final = (b"open", b"paused", b"resumed")
_TIME_COLUMNS: Final = (
    (DatasetKey.GAZE, "t_host_ns"),
    (DatasetKey.EVENTS, "t_host_ns"),
    (DatasetKey.TRIALS, "t_host_ns"),
    (DatasetKey.VIEWPORT, "t_presented_host_ns"),
)


def interruption_rows(
    source: RowSource, unusable_bytes: int
) -> tuple[dict[DatasetKey, Rows], tuple[int, ...]]:
    """Return the rows to add, by dataset, and the numbers of the trials that were open.

    The rows depend on the recorded ones alone, so that recovering twice gives the same file. They carry the
    last host time that was recorded.
    """
    t_last_host_ns = _last_host_ns(source)
    last_of_trial: dict[int, np.void] = {}
    for block in source.blocks(DatasetKey.TRIALS):
        for row in block:
            last_of_trial[int(row["trial"])] = row
    ended = [
        _interrupted(row, t_last_host_ns) for row in last_of_trial.values() if row["state"] in _OPEN_STATES
    ]
    trials = tuple(int(rows["trial"][0]) for rows in ended)
    event = EVENT.row(
        t_host_ns=t_last_host_ns,
        kind=RECOVERED_KIND,
        source="recorder",
        value=float(unusable_bytes),
        text=f"Recording was cut off and recovered; {unusable_bytes} bytes at its end could not be used.",
    )
    additions = {DatasetKey.EVENTS: event}
    if ended:
        additions[DatasetKey.TRIALS] = np.concatenate(ended)
    return additions, trials


def _interrupted(row: np.void, t_host_ns: int) -> Rows:
    return TRIAL.row(
        t_host_ns=max(t_host_ns, int(row["t_host_ns"])),
        trial=int(row["trial"]),
        case_id=decode_text(row["case_id"]),
        state="interrupted",
        image_ids=decode_text(row["image_ids"]),
    )


def _last_host_ns(source: RowSource) -> int:
    last = NO_TIME
    for key, column in _TIME_COLUMNS:
        for block in source.blocks(key):
            last = max(last, int(block[column].max())) if len(block) else last
    return last
