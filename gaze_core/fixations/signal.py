"""From DIRECTION rows to one gaze signal: time line, gap filling and eye selection.

All three work on any chunking of the rows with bit-identical results: what a later row may still change is
held back, and every number is either elementwise or a sum of whole nanodegrees, whose order cannot matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from gaze_core.eyes import Eye
from gaze_core.rows import DIRECTION, Rows

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

MS_NS: Final = 1_000_000

BREAK_NS: Final = 10**11
"""Step of the running time across a break, and the cap of any step: longer than every window and gap."""

NANO: Final = 1e9

LARGEST_DIRECTION_DEG: Final = 360.0
"""Anything beyond is not a direction and counts as missing, like NaN."""

OFFSET_SAMPLES: Final = 32
"""The left-right offset is the mean of this many last binocular samples."""

LEFT_BIT: Final = 1
RIGHT_BIT: Final = 2
COMBINED_BIT: Final = 4

SOURCES: Final = ("left_", "right_", "")
"""Prefixes of the columns of a DIRECTION row."""


class EyeSignal(NamedTuple):
    """Directions of one source (left, right, combined); shape (rows,), NaN where missing."""

    azimuth_deg: FloatArray
    elevation_deg: FloatArray
    is_filled: BoolArray  # made by gap filling

    def part(self, first: int, stop: int) -> EyeSignal:
        """Return rows first .. stop - 1."""
        return EyeSignal._make(values[first:stop] for values in self)


class Timed(NamedTuple):
    """Time line of a run of rows; shape (rows,)."""

    t_ns: IntArray
    running_ns: IntArray  # like t_ns, but strictly increasing with steps of BREAK_NS across breaks
    is_break: BoolArray  # the time line starts anew at this row

    def part(self, first: int, stop: int) -> Timed:
        """Return rows first .. stop - 1."""
        return Timed._make(values[first:stop] for values in self)


class GazeSignal(NamedTuple):
    """The selected gaze; shape (rows,), directions NaN where there is none."""

    time: Timed
    azimuth_deg: FloatArray
    elevation_deg: FloatArray
    is_filled: BoolArray  # at least one of the eyes used was filled in
    eyes: npt.NDArray[np.uint8]  # LEFT_BIT, RIGHT_BIT, COMBINED_BIT: what was used
    is_all_gone: BoolArray  # no source at all delivered this row

    def part(self, first: int, stop: int) -> GazeSignal:
        """Return rows first .. stop - 1."""
        return GazeSignal._make((self.time.part(first, stop), *(values[first:stop] for values in self[1:])))


def joined(first: GazeSignal, second: GazeSignal) -> GazeSignal:
    """Return `second` appended to `first`."""
    if first.azimuth_deg.size == 0:
        return second
    return GazeSignal(
        time=Timed._make(np.concatenate(pair) for pair in zip(first.time, second.time, strict=True)),
        azimuth_deg=np.concatenate((first.azimuth_deg, second.azimuth_deg)),
        elevation_deg=np.concatenate((first.elevation_deg, second.elevation_deg)),
        is_filled=np.concatenate((first.is_filled, second.is_filled)),
        eyes=np.concatenate((first.eyes, second.eyes)),
        is_all_gone=np.concatenate((first.is_all_gone, second.is_all_gone)),
    )


class TimeLine:
    """Marks breaks and counts a running time that never goes backward."""

    def __init__(self) -> None:
        self._last_t_ns: int | None = None
        self._last_running_ns = 0

    def push(self, rows: Rows) -> Timed:
        """Return the time line of the next rows. The first row of all is a break."""
        t_ns = np.ascontiguousarray(rows["t_ns"])
        is_break = rows["is_break"] != 0
        step_ns = np.empty(t_ns.size, np.int64)
        if t_ns.size == 0:
            return Timed(t_ns, step_ns, is_break)
        np.subtract(t_ns[1:], t_ns[:-1], out=step_ns[1:])
        is_break[1:] |= t_ns[1:] <= t_ns[:-1]
        first_ns = int(t_ns[0])
        if self._last_t_ns is None or first_ns <= self._last_t_ns:
            is_break[0] = True
        else:
            step_ns[0] = min(first_ns - self._last_t_ns, BREAK_NS)
        # A step of more than 2^63 ns has wrapped to a negative one: as long as a break.
        step_ns[is_break | (step_ns < 0) | (step_ns > BREAK_NS)] = BREAK_NS
        running_ns = np.cumsum(step_ns)
        running_ns += self._last_running_ns
        self._last_t_ns = int(t_ns[-1])
        self._last_running_ns = int(running_ns[-1])
        return Timed(t_ns, running_ns, is_break)


def eye_signal(rows: Rows, prefix: str) -> EyeSignal:
    """Return one source of the rows; a pair with a missing half is missing as a whole."""
    azimuth_deg = np.ascontiguousarray(rows[f"{prefix}azimuth_deg"])
    elevation_deg = np.ascontiguousarray(rows[f"{prefix}elevation_deg"])
    # Comparisons with NaN are false: NaN, infinity and nonsense are sorted out together.
    is_good = (np.abs(azimuth_deg) <= LARGEST_DIRECTION_DEG) & (
        np.abs(elevation_deg) <= LARGEST_DIRECTION_DEG
    )
    if not is_good.all():
        azimuth_deg = np.where(is_good, azimuth_deg, np.nan)
        elevation_deg = np.where(is_good, elevation_deg, np.nan)
    return EyeSignal(azimuth_deg, elevation_deg, np.zeros(azimuth_deg.size, np.bool_))


@dataclass(frozen=True, slots=True, kw_only=True)
class FillLimits:
    """What may be filled."""

    longest_ns: int  # from the last good to the next good sample
    largest_deg: float  # between those two


def fill_gaps(running_ns: IntArray, signal: EyeSignal, limits: FillLimits) -> tuple[EyeSignal, int]:
    """Fill short gaps linearly.

    Returns
    -------
    tuple
        The filled signal, and the number of rows from the front that no later row can change.
    """
    count = signal.azimuth_deg.size
    is_good = ~np.isnan(signal.azimuth_deg)
    if count == 0 or is_good.all():
        return signal, count
    good = np.flatnonzero(is_good)
    if good.size == 0:
        return signal, count
    is_pending = good[-1] < count - 1 and running_ns[-1] - running_ns[good[-1]] < limits.longest_ns
    decided = int(good[-1]) + 1 if is_pending else count
    before, after = good[:-1], good[1:]
    is_gap = (after - before > 1) & (running_ns[after] - running_ns[before] <= limits.longest_ns)
    before, after = before[is_gap], after[is_gap]
    span_deg2 = (signal.azimuth_deg[after] - signal.azimuth_deg[before]) ** 2
    span_deg2 += (signal.elevation_deg[after] - signal.elevation_deg[before]) ** 2
    is_near = span_deg2 <= limits.largest_deg**2
    before, after = before[is_near], after[is_near]
    if before.size == 0:
        return signal, decided
    lengths = after - before - 1
    gap = np.repeat(np.arange(before.size), lengths)
    rows = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths) + before[gap] + 1
    start, stop = before[gap], after[gap]
    share = (running_ns[rows] - running_ns[start]) / (running_ns[stop] - running_ns[start])
    filled = EyeSignal._make(values.copy() for values in signal)
    for values in (filled.azimuth_deg, filled.elevation_deg):
        values[rows] = values[start] + share * (values[stop] - values[start])
    filled.is_filled[rows] = True
    return filled, decided


class EyeSelector:
    """Chooses or averages the eyes and bridges one-eye periods with the last known left-right offset."""

    def __init__(self, eye: Eye, *, is_offset_bridged: bool) -> None:
        self._eye = eye
        self._is_bridged = is_offset_bridged and eye is Eye.AVERAGE
        self._offsets_nano = np.zeros((2, 0), np.int64)  # last binocular samples of the time line
        self._fresh: list[tuple[Timed, EyeSignal, EyeSignal, BoolArray]] = []  # rows not yet in it
        self._fresh_rows = 0

    def push(self, time: Timed, left: EyeSignal, right: EyeSignal, combined: EyeSignal) -> GazeSignal:
        """Return the selected gaze of the next rows."""
        has_left = ~np.isnan(left.azimuth_deg)
        has_right = ~np.isnan(right.azimuth_deg)
        has_both = has_left & has_right
        is_all_gone = ~(has_left | has_right)
        azimuth_deg = 0.5 * (left.azimuth_deg + right.azimuth_deg)
        elevation_deg = 0.5 * (left.elevation_deg + right.elevation_deg)
        is_filled = left.is_filled | right.is_filled
        eyes = np.where(has_both, np.uint8(LEFT_BIT | RIGHT_BIT), np.uint8(0))
        if self._eye is Eye.LEFT or self._eye is Eye.RIGHT:
            used, bit = (left, LEFT_BIT) if self._eye is Eye.LEFT else (right, RIGHT_BIT)
            azimuth_deg, elevation_deg, is_filled = used
            is_filled = is_filled.copy()
            eyes = np.where(np.isnan(azimuth_deg), np.uint8(0), np.uint8(bit))
        elif self._eye is Eye.AVERAGE and not has_both.all():
            shift_deg = self._half_offsets(time, left, right, has_both)
            for sign, used, has, bit in (
                (-1.0, left, has_left, LEFT_BIT),
                (1.0, right, has_right, RIGHT_BIT),
            ):
                only = has & ~has_both
                azimuth_deg[only] = used.azimuth_deg[only] + sign * shift_deg[0][only]
                elevation_deg[only] = used.elevation_deg[only] + sign * shift_deg[1][only]
                eyes[only] = bit
                is_filled[only] = used.is_filled[only]
        if is_all_gone.any():
            is_combined = is_all_gone & ~np.isnan(combined.azimuth_deg)
            azimuth_deg = np.where(is_combined, combined.azimuth_deg, azimuth_deg)
            elevation_deg = np.where(is_combined, combined.elevation_deg, elevation_deg)
            is_filled |= is_combined & combined.is_filled
            eyes[is_combined] = COMBINED_BIT
            is_all_gone &= ~is_combined
        if self._is_bridged:
            # Offsets are wanted rarely: rows wait until they are, or until there are enough of them.
            self._fresh.append((time, left, right, has_both))
            self._fresh_rows += has_both.size
            if self._fresh_rows >= 8 * OFFSET_SAMPLES:
                self._keep_offsets()
        return GazeSignal(time, azimuth_deg, elevation_deg, is_filled, eyes, is_all_gone)

    def _half_offsets(
        self, time: Timed, left: EyeSignal, right: EyeSignal, has_both: BoolArray
    ) -> tuple[FloatArray, FloatArray]:
        """Half of the last known left minus right per row, 0 where none is known; azimuth and elevation."""
        count = has_both.size
        if not self._is_bridged:
            return np.zeros(count), np.zeros(count)
        self._keep_offsets()
        kept = self._offsets_nano.shape[1]
        stop = kept + np.cumsum(has_both)  # binocular samples up to here, kept ones included
        restart = np.where(time.is_break, stop - has_both, 0)
        start = np.maximum(np.maximum.accumulate(restart), stop - OFFSET_SAMPLES)
        used = np.maximum(stop - start, 1)
        halves = []
        for axis in (0, 1):
            offsets = np.concatenate((self._offsets_nano[axis], _offset_nano(left, right, has_both, axis)))
            total = np.concatenate(([0], np.cumsum(offsets)))
            halves.append((total[stop] - total[start]) / used * (0.5 / NANO))
        return halves[0], halves[1]

    def _keep_offsets(self) -> None:
        first, binocular = len(self._fresh), 0
        while first > 0 and binocular < OFFSET_SAMPLES:
            first -= 1
            binocular += int(np.count_nonzero(self._fresh[first][3]))
        for number, rows in enumerate(self._fresh):
            # Chunks before the last binocular samples matter for their breaks alone, and those later than
            # the samples kept are in the chunks worked on.
            if number >= first:
                self._keep_offsets_of(*rows)
            elif rows[0].is_break.any():
                self._offsets_nano = self._offsets_nano[:, :0]
        self._fresh, self._fresh_rows = [], 0

    def _keep_offsets_of(self, time: Timed, left: EyeSignal, right: EyeSignal, has_both: BoolArray) -> None:
        count = has_both.size
        breaks = np.flatnonzero(time.is_break)
        first = int(breaks[-1]) if breaks.size else 0
        # The last binocular samples lie near the end of nearly every chunk: look there first.
        near = max(first, count - 4 * OFFSET_SAMPLES)
        if near > first and np.count_nonzero(has_both[near:]) < OFFSET_SAMPLES:
            near = first
        parts = left.part(near, count), right.part(near, count), has_both[near:]
        fresh = np.stack([_offset_nano(*parts, axis) for axis in (0, 1)])
        kept = self._offsets_nano[:, :0] if breaks.size else self._offsets_nano
        self._offsets_nano = np.concatenate((kept, fresh), axis=1)[:, -OFFSET_SAMPLES:]


def _offset_nano(left: EyeSignal, right: EyeSignal, has_both: BoolArray, axis: int) -> IntArray:
    """Left minus right of the binocular samples in nanodegrees; axis 0 azimuth, 1 elevation."""
    difference = np.rint((left[axis][has_both] - right[axis][has_both]) * NANO)
    return np.asarray(difference, np.int64)


class SignalSource:
    """DIRECTION rows in, selected gaze out; rows a later one may still change are held back."""

    def __init__(self, eye: Eye, limits: FillLimits | None, *, is_offset_bridged: bool) -> None:
        self._eye = eye
        self._limits = limits
        self._is_offset_bridged = is_offset_bridged
        self._restart()

    def push(self, rows: Rows) -> GazeSignal:
        """Return the gaze that the rows settled."""
        fresh_time = self._time_line.push(rows)
        fresh = [eye_signal(rows, prefix) for prefix in SOURCES]
        if self._limits is None:
            return self._selector.push(fresh_time, *fresh)
        time = Timed._make(np.concatenate(pair) for pair in zip(self._time, fresh_time, strict=True))
        decided = time.t_ns.size
        signals = []
        for held, new in zip(self._signals, fresh, strict=True):
            whole = EyeSignal._make(np.concatenate(pair) for pair in zip(held, new, strict=True))
            filled, settled = fill_gaps(time.running_ns, whole, self._limits)
            signals.append(filled)
            decided = min(decided, settled)
        return self._hand_on(time, signals, decided)

    def flush(self) -> GazeSignal:
        """Return what was held back, unfilled: nothing follows that could end its gaps. Start anew."""
        rest = self._hand_on(self._time, self._signals, self._time.t_ns.size)
        self._restart()
        return rest

    def _restart(self) -> None:
        nothing = DIRECTION.empty(0)
        self._time_line = TimeLine()
        self._selector = EyeSelector(self._eye, is_offset_bridged=self._is_offset_bridged)
        self._time = self._time_line.push(nothing)
        self._signals = [eye_signal(nothing, prefix) for prefix in SOURCES]
        self._emitted = 0  # rows at the front of the buffer that have been handed on

    def _hand_on(self, time: Timed, signals: list[EyeSignal], decided: int) -> GazeSignal:
        first = self._emitted
        # The row before the first undecided one stays as the left end of its gap. Filled values are kept
        # as they are: filling again from a filled sample would give the same line but other last bits.
        keep = max(decided - 1, 0)
        self._time = time.part(keep, time.t_ns.size)
        self._signals = [signal.part(keep, time.t_ns.size) for signal in signals]
        self._emitted = decided - keep
        parts = [signal.part(first, decided) for signal in signals]
        return self._selector.push(time.part(first, decided), *parts)
