"""Eye openness joined to gaze: ``tobii_research`` delivers them as two streams with the same device times.

A gaze sample waits for its openness until that is there, until openness of a later time has come, or for
`PATIENCE_NS`; then it goes on without: NaN with validity 0. Order is kept, so a sample also waits for those
before it. What waits is bounded by what arrives within that time.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from drivers.tobii.research_rows import OPENNESS_DTYPE, OPENNESS_FIELDS, RAW_DTYPE_WITH_OPENNESS
from gaze_core.rows import Rows, join_rows

PATIENCE_NS: Final = 60_000_000
"""How long after its arrival a gaze sample waits for its openness."""

_KEPT_NS: Final = 1_000_000_000  # openness that found no gaze by then never will
_LATER_US: Final = 1_000_000  # openness further ahead belongs to another time line

Int64s = npt.NDArray[np.int64]
_STAMP: Final = "device_time_stamp"


class OpennessJoin:
    """Holds gaze back until its openness is there."""

    def __init__(self) -> None:
        self._gaze: Rows = np.zeros(0, RAW_DTYPE_WITH_OPENNESS)
        self._arrived_ns: Int64s = np.zeros(0, np.int64)
        self._openness: Rows = np.zeros(0, OPENNESS_DTYPE)

    def push(self, gaze: Rows, arrived_ns: Int64s, openness: Rows, now_ns: int) -> tuple[Rows, Int64s]:
        """Add what came and return the gaze that waits no longer, with the arrivals of the gaze.

        Parameters
        ----------
        gaze, arrived_ns
            Rows of `RAW_DTYPE_WITH_OPENNESS` with the openness unset, and when each arrived.
        openness
            Rows of `OPENNESS_DTYPE`.
        now_ns
            The host's time.
        """
        gaze = join_rows([self._gaze, gaze])
        arrived_ns = np.concatenate([self._arrived_ns, arrived_ns])
        openness = join_rows([self._openness, openness])
        row_of = _openness_of(gaze[_STAMP], openness[_STAMP])
        has_openness = row_of >= 0
        is_ready = has_openness | (arrived_ns + PATIENCE_NS <= now_ns)
        is_ready |= _is_passed(gaze[_STAMP], openness[_STAMP])
        count = len(gaze) if is_ready.all() else int(np.argmin(is_ready))
        ready, joined = gaze[:count], has_openness[:count]
        for name in OPENNESS_FIELDS:
            ready[name][joined] = openness[name][row_of[:count][joined]]
        is_used = np.zeros(len(openness), np.bool_)
        is_used[row_of[:count][joined]] = True
        self._openness = openness[~is_used & (openness["t_host_ns"] + _KEPT_NS > now_ns)]
        self._gaze, self._arrived_ns = gaze[count:], arrived_ns[count:]
        return ready, arrived_ns[:count]

    def wait_s(self, now_ns: int) -> float | None:
        """Return how long the first of what waits may still wait; None where nothing does."""
        if len(self._arrived_ns) == 0:
            return None
        return max(0.0, float(self._arrived_ns[0] + PATIENCE_NS - now_ns) * 1e-9)

    def clear(self) -> None:
        """Forget what waits."""
        self._gaze, self._arrived_ns = self._gaze[:0], self._arrived_ns[:0]
        self._openness = self._openness[:0]


def _openness_of(gaze_us: Int64s, openness_us: Int64s) -> Int64s:
    """Return for each gaze sample the row of its openness, -1 where there is none."""
    if len(openness_us) == 0:
        return np.full(len(gaze_us), -1)
    order = np.argsort(openness_us, kind="stable")
    place = np.minimum(np.searchsorted(openness_us[order], gaze_us), len(order) - 1)
    row: Int64s = order[place].astype(np.int64)
    return np.where(openness_us[row] == gaze_us, row, -1)


def _is_passed(gaze_us: Int64s, openness_us: Int64s) -> npt.NDArray[np.bool_]:
    """Return which gaze samples have openness of a later time, so that their own will not come."""
    if len(openness_us) == 0:
        return np.zeros(len(gaze_us), np.bool_)
    stamps = np.sort(openness_us)
    after = np.searchsorted(stamps, gaze_us, side="right")
    following = stamps[np.minimum(after, len(stamps) - 1)]
    return (after < len(stamps)) & (following - gaze_us <= _LATER_US)
