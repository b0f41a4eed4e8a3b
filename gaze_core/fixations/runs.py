"""Runs of equal samples, gathered chunk by chunk.

Sums are kept in whole nanodegrees: adding whole numbers gives the same total in any order, so a run that
was cut into chunks anywhere has exactly the centroid of the run in one piece.
"""

from __future__ import annotations

import math
from dataclasses import MISSING, dataclass, fields
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.fixations.signal import NANO, BoolArray, FloatArray, GazeSignal, IntArray

PICO: Final = 1e12
"""Squared steps are summed in units of 1e-12 deg2."""


class SampleClass(IntEnum):
    """What a sample is by its speed."""

    LOSS = 0  # no gaze
    FIXATION = 1
    SACCADE = 2
    UNKNOWN = 3  # gaze without a speed


@dataclass(slots=True, kw_only=True)
class Run:
    """Neighbouring samples of one class."""

    kind: int  # SampleClass
    first_row: int
    last_row: int
    t_first_ns: int
    t_last_ns: int
    running_first_ns: int
    running_last_ns: int
    step_before_ns: int  # from the row before the last one; 0 where there is none
    step_after_ns: int  # to the next row of the time line; 0 where there is none
    measured: int  # samples not filled in
    gone: int  # samples without any eye
    azimuth_nano: int  # sum over measured samples
    elevation_nano: int
    squared_step_pico: int  # sum over steps between measured neighbours
    steps: int
    azimuth_range_deg: tuple[float, float]  # lowest, highest
    elevation_range_deg: tuple[float, float]
    eyes_any: int
    eyes_all: int
    peak_deg2_s2: float
    begin_deg: tuple[float, float]  # first azimuth, elevation
    end_deg: tuple[float, float]  # last azimuth, elevation
    is_after_break: bool  # first run of its time line
    samples: int  # samples of this class, filled ones included
    is_before_break: bool = False  # last run of its time line
    is_after_loss: bool = False  # follows a loss at once
    is_before_loss: bool = False
    is_merged: bool = False

    @property
    def rows(self) -> int:
        """Rows from first to last, whatever lies between merged parts included."""
        return self.last_row - self.first_row + 1

    @property
    def offset_ns(self) -> int:
        """Time of the last sample plus one interval, at most the next row; a loss lasts until that row."""
        if self.kind == SampleClass.LOSS and self.step_after_ns > 0:
            return self.t_last_ns + self.step_after_ns
        steps = [step for step in (self.step_before_ns, self.step_after_ns) if step > 0]
        return self.t_last_ns + min(steps, default=0)

    @property
    def centroid_deg(self) -> tuple[float, float]:
        """Mean direction of the measured samples; NaN without any."""
        if self.measured == 0:
            return math.nan, math.nan
        return self.azimuth_nano / self.measured / NANO, self.elevation_nano / self.measured / NANO

    def append(self, other: Run) -> None:
        """Take over the sums of a later run of the same class."""
        self.last_row, self.t_last_ns, self.running_last_ns = (
            other.last_row,
            other.t_last_ns,
            other.running_last_ns,
        )
        self.step_before_ns, self.step_after_ns = other.step_before_ns, other.step_after_ns
        self.measured += other.measured
        self.gone += other.gone
        self.azimuth_nano += other.azimuth_nano
        self.elevation_nano += other.elevation_nano
        self.squared_step_pico += other.squared_step_pico
        self.steps += other.steps
        self.azimuth_range_deg = _united(self.azimuth_range_deg, other.azimuth_range_deg)
        self.elevation_range_deg = _united(self.elevation_range_deg, other.elevation_range_deg)
        self.eyes_any |= other.eyes_any
        self.eyes_all &= other.eyes_all
        self.peak_deg2_s2 = max(self.peak_deg2_s2, other.peak_deg2_s2)
        self.end_deg = other.end_deg
        self.samples += other.samples
        self.is_before_break, self.is_before_loss = other.is_before_break, other.is_before_loss


_CHUNK_FIELDS: Final = tuple(field.name for field in fields(Run) if field.default is MISSING)
"""What one chunk knows about a run, in the order of the declaration."""


def _united(first: tuple[float, float], second: tuple[float, float]) -> tuple[float, float]:
    return min(first[0], second[0]), max(first[1], second[1])


@dataclass(slots=True)
class _Edge:
    """The last row of the chunk before, as the next chunk needs it."""

    t_ns: int
    running_ns: int
    azimuth_deg: float
    elevation_deg: float
    is_measured: bool


class RunGatherer:
    """Classified samples in, closed runs out."""

    def __init__(self, longest_hole_ns: int) -> None:
        self._longest_hole_ns = longest_hole_ns
        self._row = 0
        self._open: Run | None = None
        self._edge: _Edge | None = None

    def push(
        self, signal: GazeSignal, kinds: npt.NDArray[np.uint8], squared: FloatArray, starts: BoolArray
    ) -> list[Run]:
        """Return the runs that ended, in order.

        Parameters
        ----------
        signal
            The next samples.
        kinds
            `SampleClass` of each.
        squared
            Squared speed in deg2/s2, NaN where there is none.
        starts
            True where a piece of gaze begins; losses may begin anywhere.
        """
        if kinds.size == 0:
            return []
        closed: list[Run] = []
        for run in self._chunk_runs(signal, kinds, squared, starts):
            if self._open is None:
                self._open = run
            elif self._goes_on(run, signal, starts):
                self._open.append(run)
            else:
                closed.extend(self._closed(self._open, run))
                self._open = run
        self._row += kinds.size
        self._edge = _Edge(
            int(signal.time.t_ns[-1]), int(signal.time.running_ns[-1]), float(signal.azimuth_deg[-1]),
            float(signal.elevation_deg[-1]), bool(kinds[-1] != SampleClass.LOSS and not signal.is_filled[-1]),
        )  # fmt: skip
        return closed

    def flush(self) -> list[Run]:
        """Return the run still open; the stream has ended inside it. Row numbers go on."""
        rest = [] if self._open is None else [self._open]
        for run in rest:
            run.is_before_break = True
        self._open, self._edge = None, None
        return rest

    def _closed(self, run: Run, following: Run) -> list[Run]:
        """Return the run that ended, and the hole behind it where rows are missing for too long."""
        if following.is_after_break:
            run.is_before_break = True
            return [run]
        gap_ns = following.running_first_ns - run.running_last_ns
        if run.step_after_ns == 0:
            run.step_after_ns = gap_ns
        is_loss, is_loss_next = run.kind == SampleClass.LOSS, following.kind == SampleClass.LOSS
        is_hole = gap_ns > self._longest_hole_ns and not is_loss and not is_loss_next
        run.is_before_loss = is_hole or is_loss_next
        following.is_after_loss = is_hole or is_loss
        return [run, _hole(run, following)] if is_hole else [run]

    def _goes_on(self, run: Run, signal: GazeSignal, starts: BoolArray) -> bool:
        if run.first_row != self._row or self._open is None or run.kind != self._open.kind:
            return False
        if run.kind == SampleClass.LOSS:
            return not bool(signal.time.is_break[0])
        return not bool(starts[0])

    def _chunk_runs(
        self, signal: GazeSignal, kinds: npt.NDArray[np.uint8], squared: FloatArray, starts: BoolArray
    ) -> list[Run]:
        time = signal.time
        is_edge = np.ones(kinds.size, np.bool_)
        is_edge[1:] = (kinds[1:] != kinds[:-1]) | time.is_break[1:]
        is_edge[1:] |= starts[1:] & (kinds[1:] != SampleClass.LOSS)
        first = np.flatnonzero(is_edge)
        last = np.append(first[1:], kinds.size) - 1
        is_measured = (kinds != SampleClass.LOSS) & ~signal.is_filled
        step_ns, squared_step = self._steps(signal, is_measured, is_edge, kinds, starts)
        safe = [
            np.where(np.isnan(values), 0.0, values) for values in (signal.azimuth_deg, signal.elevation_deg)
        ]
        nano = [np.where(is_measured, np.rint(values * NANO), 0.0).astype(np.int64) for values in safe]
        is_step = ~np.isnan(squared_step)
        pico = np.rint(np.where(is_step, squared_step, 0.0) * PICO).astype(np.int64)
        after_ns = np.append(np.where(time.is_break[1:], 0, step_ns[1:]), 0)
        columns = zip(
            kinds[first].tolist(), (first + self._row).tolist(), (last + self._row).tolist(),
            time.t_ns[first].tolist(), time.t_ns[last].tolist(),
            time.running_ns[first].tolist(), time.running_ns[last].tolist(),
            np.where(time.is_break[last], 0, step_ns[last]).tolist(), after_ns[last].tolist(),
            _totals(is_measured, first), _totals(signal.is_all_gone, first),
            np.add.reduceat(nano[0], first).tolist(), np.add.reduceat(nano[1], first).tolist(),
            np.add.reduceat(pico, first).tolist(), _totals(is_step, first),
            _ranges(safe[0], first), _ranges(safe[1], first),
            np.bitwise_or.reduceat(signal.eyes, first).tolist(),
            np.bitwise_and.reduceat(signal.eyes, first).tolist(),
            np.maximum.reduceat(np.where(np.isnan(squared), 0.0, squared), first).tolist(),
            _pairs(signal, first), _pairs(signal, last), time.is_break[first].tolist(),
            (last - first + 1).tolist(), strict=True,
        )  # fmt: skip
        return [Run(**dict(zip(_CHUNK_FIELDS, values, strict=True))) for values in columns]

    def _steps(
        self,
        signal: GazeSignal,
        is_measured: BoolArray,
        is_edge: BoolArray,
        kinds: npt.NDArray[np.uint8],
        starts: BoolArray,
    ) -> tuple[IntArray, FloatArray]:
        """Time since the row before, and squared angle from it where both belong to one run (else NaN)."""
        edge = self._edge
        step_ns = np.empty(kinds.size, np.int64)
        squared = np.full(kinds.size, np.nan)
        step_ns[1:] = signal.time.running_ns[1:] - signal.time.running_ns[:-1]
        step_ns[0] = 0 if edge is None else int(signal.time.running_ns[0]) - edge.running_ns
        both = np.flatnonzero(is_measured[1:] & is_measured[:-1] & ~is_edge[1:]) + 1
        squared[both] = (signal.azimuth_deg[both] - signal.azimuth_deg[both - 1]) ** 2
        squared[both] += (signal.elevation_deg[both] - signal.elevation_deg[both - 1]) ** 2
        goes_on = self._open is not None and int(kinds[0]) == self._open.kind and not bool(starts[0])
        if edge is not None and goes_on and edge.is_measured and bool(is_measured[0]):
            step_deg = signal.azimuth_deg[0] - edge.azimuth_deg, signal.elevation_deg[0] - edge.elevation_deg
            squared[0] = step_deg[0] * step_deg[0] + step_deg[1] * step_deg[1]
        return step_ns, squared


def _hole(before: Run, after: Run) -> Run:
    """Return the loss between two rows that follow each other too late; it has no rows."""
    nothing = (math.nan, math.nan)
    onset_ns = before.offset_ns
    return Run(
        kind=SampleClass.LOSS,
        first_row=after.first_row,
        last_row=before.last_row,
        t_first_ns=onset_ns,
        t_last_ns=onset_ns,
        running_first_ns=before.running_last_ns,
        running_last_ns=after.running_first_ns,
        step_before_ns=0,
        step_after_ns=after.t_first_ns - onset_ns,
        measured=0,
        gone=0,
        azimuth_nano=0,
        elevation_nano=0,
        squared_step_pico=0,
        steps=0,
        azimuth_range_deg=nothing,
        elevation_range_deg=nothing,
        eyes_any=0,
        eyes_all=0,
        peak_deg2_s2=0.0,
        begin_deg=nothing,
        end_deg=nothing,
        is_after_break=False,
        samples=0,
    )


def _totals(flags: BoolArray, first: IntArray) -> list[int]:
    return [int(total) for total in np.add.reduceat(flags.astype(np.int64), first)]


def _ranges(values: FloatArray, first: IntArray) -> list[tuple[float, float]]:
    low, high = np.minimum.reduceat(values, first), np.maximum.reduceat(values, first)
    return list(zip(low.tolist(), high.tolist(), strict=True))


def _pairs(signal: GazeSignal, rows: IntArray) -> list[tuple[float, float]]:
    return list(zip(signal.azimuth_deg[rows].tolist(), signal.elevation_deg[rows].tolist(), strict=True))
