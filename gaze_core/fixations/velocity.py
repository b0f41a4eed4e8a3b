"""End-point speed over a window of time, on samples of any spacing.

speed[i] = |g[hi] - g[lo]| / (t[hi] - t[lo]) with g in Fick degrees: the fast form, within 3 % of the exact
angle up to 14 degrees from the centre. lo and hi are the outermost samples within half a window of sample i
and inside its piece; a window always has at least three samples, so at the ends of a piece it is moved
inwards. A piece is a run of gaze without loss, break or unfilled hole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from gaze_core.fixations.parameters import NoiseReduction
from gaze_core.fixations.signal import BoolArray, FloatArray, GazeSignal, IntArray, joined

WINDOW_TOLERANCE_NS: Final = 400_000
"""Added to half a window, so that stamp jitter of 20-100 us does not make the window flicker."""

SMALLEST_WINDOW: Final = 3
"""Samples a speed needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceLimits:
    """What ends a piece although samples follow each other."""

    longest_hole_ns: int  # time between neighbours
    suspicious_hole_ns: int  # a hole longer than this must also be short in angle
    largest_hole_deg: float


def piece_starts(signal: GazeSignal, limits: PieceLimits) -> BoolArray:
    """Return where a piece begins, shape (rows,). Every row of a loss is a piece of its own; so is row 0."""
    azimuth_deg, elevation_deg, running_ns = signal.azimuth_deg, signal.elevation_deg, signal.time.running_ns
    starts = np.ones(azimuth_deg.size, np.bool_)
    step_ns = running_ns[1:] - running_ns[:-1]
    is_gone = np.isnan(azimuth_deg)
    starts[1:] = is_gone[1:] | is_gone[:-1] | (step_ns > limits.longest_hole_ns)
    after = np.flatnonzero(step_ns > limits.suspicious_hole_ns) + 1
    if after.size:
        step_deg2 = (azimuth_deg[after] - azimuth_deg[after - 1]) ** 2
        step_deg2 += (elevation_deg[after] - elevation_deg[after - 1]) ** 2
        starts[after] |= step_deg2 > limits.largest_hole_deg**2
    return starts


def piece_bounds(starts: BoolArray) -> tuple[IntArray, IntArray]:
    """Return the first and the last row of each row's piece."""
    first = np.flatnonzero(starts)
    if first.size == 0:
        return first, first
    last = np.append(first[1:], starts.size) - 1
    lengths = last - first + 1
    return np.repeat(first, lengths), np.repeat(last, lengths)


def window_bounds(running_ns: IntArray, half_ns: int) -> tuple[IntArray, IntArray]:
    """Return the outermost rows within `half_ns` of each row, at least one to either side.

    Rows beyond the array are named too: -1 and `rows`.
    """
    reach_ns = half_ns + WINDOW_TOLERANCE_NS
    count = running_ns.size
    rows = np.arange(count)
    is_low_known, is_high_known = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    # Nearly every row has the usual number of neighbours; only the others are searched for.
    usual = _usual_neighbours(running_ns, reach_ns)
    if count > usual + 1:
        is_near = running_ns[usual:] - running_ns[:-usual] <= reach_ns
        is_far = running_ns[usual + 1 :] - running_ns[: -usual - 1] > reach_ns
        np.logical_and(is_near[1:], is_far, out=is_low_known[usual + 1 :])
        np.logical_and(is_near[:-1], is_far, out=is_high_known[: count - usual - 1])
    low, high = rows - usual, rows + usual
    search = np.flatnonzero(~is_low_known)
    low[search] = np.searchsorted(running_ns, running_ns[search] - reach_ns, "left")
    search = np.flatnonzero(~is_high_known)
    high[search] = np.searchsorted(running_ns, running_ns[search] + reach_ns, "right") - 1
    return np.minimum(low, rows - 1), np.maximum(high, rows + 1)


def _usual_neighbours(running_ns: IntArray, reach_ns: int) -> int:
    step_ns = np.diff(running_ns[:64])
    return max(1, int(reach_ns // max(1, int(np.median(step_ns))))) if step_ns.size else 1


def reduce_noise(values_deg: FloatArray, starts: BoolArray, kind: NoiseReduction, samples: int) -> FloatArray:
    """Return one axis smoothed inside its pieces; windows shrink symmetrically at their ends."""
    if kind is NoiseReduction.OFF:
        return values_deg
    first, last = piece_bounds(starts)
    rows = np.arange(values_deg.size)
    room = np.minimum(rows - first, last - rows)
    if kind is NoiseReduction.MEDIAN3:
        before, after = rows - (room > 0), rows + (room > 0)
        low = np.minimum(values_deg[before], values_deg[after])
        high = np.maximum(values_deg[before], values_deg[after])
        return np.asarray(np.maximum(low, np.minimum(high, values_deg)), np.float64)
    total = values_deg.copy()
    used = np.minimum(room, samples // 2)
    for distance in range(1, samples // 2 + 1):
        wide = np.flatnonzero(used >= distance)
        # Lower and upper neighbour are added to each other first: mirrored in time, the sum is the same.
        total[wide] += values_deg[wide - distance] + values_deg[wide + distance]
    return np.asarray(total / (2 * used + 1), np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedSettings:
    """How the speed is taken."""

    half_window_ns: int
    noise_reduction: NoiseReduction
    moving_average_samples: int
    pieces: PieceLimits

    @property
    def smoothing_reach(self) -> int:
        """Neighbours on each side that smoothing looks at."""
        if self.noise_reduction is NoiseReduction.OFF:
            return 0
        return 1 if self.noise_reduction is NoiseReduction.MEDIAN3 else self.moving_average_samples // 2


def squared_speed(
    signal: GazeSignal, settings: SpeedSettings
) -> tuple[FloatArray, BoolArray, IntArray, IntArray]:
    """Return squared speed (deg2/s2, NaN where there is none), piece starts and unclamped window bounds."""
    starts = piece_starts(signal, settings.pieces)
    azimuth_deg, elevation_deg = (
        reduce_noise(values, starts, settings.noise_reduction, settings.moving_average_samples)
        for values in (signal.azimuth_deg, signal.elevation_deg)
    )
    running_ns = signal.time.running_ns
    wide_low, wide_high = window_bounds(running_ns, settings.half_window_ns)
    first, last = piece_bounds(starts)
    low, high = np.maximum(wide_low, first), np.minimum(wide_high, last)
    narrow = np.flatnonzero(high - low < SMALLEST_WINDOW - 1)
    if narrow.size:
        low[narrow] = np.maximum(np.minimum(low[narrow], high[narrow] - SMALLEST_WINDOW + 1), first[narrow])
        high[narrow] = np.minimum(np.maximum(high[narrow], low[narrow] + SMALLEST_WINDOW - 1), last[narrow])
    squared = (azimuth_deg[high] - azimuth_deg[low]) ** 2
    squared += (elevation_deg[high] - elevation_deg[low]) ** 2
    is_short = high - low < SMALLEST_WINDOW - 1
    span_s = (running_ns[high] - running_ns[low]) * 1e-9
    span_s[is_short] = np.nan
    squared /= span_s * span_s
    return squared, starts, wide_low, wide_high


class SpeedStage:
    """Speeds of the gaze, each given out once no later row can change it."""

    def __init__(self, settings: SpeedSettings) -> None:
        self._settings = settings
        self._held: GazeSignal | None = None
        self._emitted = 0  # rows at the front of the held ones that are context only

    def push(self, signal: GazeSignal) -> tuple[GazeSignal, FloatArray, BoolArray]:
        """Return the settled rows, their squared speeds (deg2/s2) and where pieces begin."""
        whole = signal if self._held is None else joined(self._held, signal)
        return self._settle(whole, is_end=False)

    def flush(self) -> tuple[GazeSignal, FloatArray, BoolArray] | None:
        """Return the rest as if nothing followed, None where nothing was ever pushed; start anew."""
        if self._held is None:
            return None
        settled = self._settle(self._held, is_end=True)
        self._held, self._emitted = None, 0
        return settled

    def _settle(self, whole: GazeSignal, *, is_end: bool) -> tuple[GazeSignal, FloatArray, BoolArray]:
        squared, starts, low, high = squared_speed(whole, self._settings)
        count = squared.size
        reach = self._settings.smoothing_reach
        stop = count
        if not is_end:
            needed = np.maximum(high, np.arange(count) + SMALLEST_WINDOW - 1) + reach + 1
            stop = int(np.searchsorted(needed, count, "left"))
        first = self._emitted
        stop = max(stop, first)
        keep = stop
        if stop < count:
            keep = max(min(int(low[stop]), stop - SMALLEST_WINDOW + 1) - reach - 1, 0)
        self._held = whole.part(keep, count)
        self._emitted = stop - keep
        return whole.part(first, stop), squared[first:stop], starts[first:stop]
