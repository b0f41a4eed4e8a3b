"""Numbers for samples that come without: a hole is a sample that never arrived.

Tobii sends no counter, but the device stamps each sample by its own clock at its set rate. So where device
time goes on by more than 1.5 intervals, samples are missing, namely the nearest whole number of intervals
less one, and the number goes on by as many. The rule is silent where it cannot judge: at a device clock
that was set anew, at stamps that do not go on, after a pause this program asked for, and at an unknown
rate. While the rate is being changed, the longer of the two intervals counts. After a loss of connection
with the device clock going on, all that the device would have sent meanwhile is missing.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.rows import GazeFlag

GAP_INTERVALS: Final = 1.5

Int64s = npt.NDArray[np.int64]
Flags = npt.NDArray[np.uint32]


class SampleNumbers:
    """Numbers the samples of one opened tracker, over all its starts."""

    def __init__(self) -> None:
        self._next = 0
        self._newest_ns: int | None = None  # newest device time on this time line

    def begin(self) -> None:
        """Begin to stream: what came before is followed without a hole."""
        self._newest_ns = None

    def number(self, t_device_ns: Int64s, flags: Flags, rate_hz: float) -> Int64s:
        """Return the numbers of the next samples, at least one; sets GAP_BEFORE in `flags` at holes.

        Parameters
        ----------
        t_device_ns
            Device times, in order of delivery.
        flags
            Flags of the same samples; those with CLOCK_RESET begin a new time line. Changed in place.
        rate_hz
            The device's rate; NaN where unknown.
        """
        interval_ns = 1e9 / rate_hz if rate_hz > 0 else math.inf
        resets = np.flatnonzero(flags & np.uint32(GazeFlag.CLOCK_RESET))
        missing = np.zeros(len(t_device_ns), np.int64)
        starts = [0, *(int(row) for row in resets if row > 0), len(t_device_ns)]
        for first, end in pairwise(starts):
            is_new_line = first in resets or self._newest_ns is None
            before_ns = int(t_device_ns[first]) if is_new_line or self._newest_ns is None else self._newest_ns
            newest_ns = np.maximum.accumulate(np.append(np.int64(before_ns), t_device_ns[first:end]))
            steps_ns = np.diff(newest_ns)
            is_hole = steps_ns > GAP_INTERVALS * interval_ns
            missing[first:end][is_hole] = np.rint(steps_ns[is_hole] / interval_ns).astype(np.int64) - 1
            self._newest_ns = int(newest_ns[-1])
        flags[missing > 0] |= np.uint32(GazeFlag.GAP_BEFORE)
        numbers = self._next + np.cumsum(missing + 1) - 1
        self._next = int(numbers[-1]) + 1
        return numbers
