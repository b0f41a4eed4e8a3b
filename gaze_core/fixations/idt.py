"""`idt`: dispersion-threshold fixation filter of Salvucci & Goldberg (2000), for comparability.

A window of the shortest duration slides until its dispersion, (max - min azimuth) + (max - min elevation), is
small enough; then it grows sample by sample until that fails. Monotone queues keep each step at constant
cost. It splits fixations in noise and swallows small saccades: prefer `ivt`.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from gaze_core.fixations.contract import DetectorName, DetectorOutput
from gaze_core.fixations.ivt import signal_source
from gaze_core.fixations.parameters import IdtParameters
from gaze_core.fixations.signal import MS_NS, NANO, GazeSignal, SignalSource, joined
from gaze_core.fixations.velocity import PieceLimits, piece_starts
from gaze_core.rows import GAZE_EVENT, NO_TIME, EventFlag, EventKind, Rows


class _Sample(NamedTuple):
    row: int
    t_ns: int
    step_ns: int  # since the row before, 0 at the first of its time line
    azimuth_deg: float
    elevation_deg: float
    is_filled: bool
    eyes: int


class _Extent:
    """Lowest and highest of one axis over a sliding window."""

    def __init__(self) -> None:
        self._low: deque[tuple[int, float]] = deque()
        self._high: deque[tuple[int, float]] = deque()

    def append(self, row: int, value: float) -> None:
        while self._low and self._low[-1][1] >= value:
            self._low.pop()
        while self._high and self._high[-1][1] <= value:
            self._high.pop()
        self._low.append((row, value))
        self._high.append((row, value))

    def drop_before(self, row: int) -> None:
        while self._low[0][0] < row:
            self._low.popleft()
        while self._high[0][0] < row:
            self._high.popleft()

    @property
    def bounds(self) -> tuple[float, float]:
        return self._low[0][1], self._high[0][1]


@dataclass(slots=True)
class _Growing:
    """A fixation that has been found and still grows; its memory does not."""

    first: _Sample
    last: _Sample
    azimuth_deg: tuple[float, float]  # lowest, highest
    elevation_deg: tuple[float, float]
    is_after_loss: bool
    samples: int = 0
    measured: int = 0
    azimuth_nano: int = 0
    elevation_nano: int = 0
    squared_step_deg2: float = 0.0
    steps: int = 0
    eyes_any: int = 0
    eyes_all: int = 7

    def dispersion_with(self, sample: _Sample) -> float:
        azimuth = max(self.azimuth_deg[1], sample.azimuth_deg) - min(self.azimuth_deg[0], sample.azimuth_deg)
        elevation = max(self.elevation_deg[1], sample.elevation_deg) - min(
            self.elevation_deg[0], sample.elevation_deg
        )
        return azimuth + elevation

    def append(self, sample: _Sample) -> None:
        if self.samples and not sample.is_filled and not self.last.is_filled:
            across = sample.azimuth_deg - self.last.azimuth_deg
            down = sample.elevation_deg - self.last.elevation_deg
            self.squared_step_deg2 += across * across + down * down
            self.steps += 1
        if not sample.is_filled:
            self.measured += 1
            self.azimuth_nano += round(sample.azimuth_deg * NANO)
            self.elevation_nano += round(sample.elevation_deg * NANO)
        low, high = self.azimuth_deg
        self.azimuth_deg = min(low, sample.azimuth_deg), max(high, sample.azimuth_deg)
        low, high = self.elevation_deg
        self.elevation_deg = min(low, sample.elevation_deg), max(high, sample.elevation_deg)
        self.samples += 1
        self.eyes_any |= sample.eyes
        self.eyes_all &= sample.eyes
        self.last = sample


@dataclass(slots=True)
class IdtDetector:
    """The `idt` detector. It names fixations only and announces nothing while it runs."""

    parameters: IdtParameters = field(default_factory=IdtParameters)
    name: DetectorName = field(default=DetectorName.IDT, init=False)
    version: str = field(default="1", init=False)
    _source: SignalSource = field(init=False, repr=False)
    _pieces: PieceLimits = field(init=False, repr=False)
    _edge: GazeSignal | None = field(default=None, init=False, repr=False)
    _row: int = field(default=0, init=False, repr=False)
    _next_id: int = field(default=0, init=False, repr=False)
    _window: deque[_Sample] = field(default_factory=deque, init=False, repr=False)
    _azimuth: _Extent = field(default_factory=_Extent, init=False, repr=False)
    _elevation: _Extent = field(default_factory=_Extent, init=False, repr=False)
    _growing: _Growing | None = field(default=None, init=False, repr=False)
    _is_after_loss: bool = field(default=False, init=False, repr=False)

    def __post_init__(self) -> None:
        chosen = self.parameters
        longest_ns = round(chosen.longest_gap_ms * MS_NS)
        self._source = signal_source(chosen)
        # A hole as long as the shortest fixation cannot be looked through, however small its step.
        self._pieces = PieceLimits(
            longest_hole_ns=longest_ns,
            suspicious_hole_ns=longest_ns // 3,
            largest_hole_deg=chosen.largest_gap_deg,
        )

    def push(self, rows: Rows) -> DetectorOutput:
        """Take DIRECTION rows in order of delivery; return the fixations they ended."""
        return DetectorOutput(events=self._walk(self._source.push(rows)))

    def flush(self) -> DetectorOutput:
        """End the stream: the fixation still open is cut."""
        events = [self._walk(self._source.flush()), self._end(EventFlag.CUT_BY_BREAK, 0)]
        self._edge = None
        return DetectorOutput(events=np.concatenate(events))

    def _walk(self, signal: GazeSignal) -> Rows:
        count = signal.azimuth_deg.size
        if count == 0:
            return GAZE_EVENT.empty(0)
        starts, step_ns = self._borders(signal)
        rows = range(self._row, self._row + count)
        gaze = signal.azimuth_deg.tolist(), signal.elevation_deg.tolist()
        rest = signal.is_filled.tolist(), signal.eyes.tolist()
        columns = zip(rows, signal.time.t_ns.tolist(), step_ns, *gaze, *rest, strict=True)
        events = []
        for values, is_start, is_break in zip(columns, starts, signal.time.is_break.tolist(), strict=True):
            sample = _Sample(*values)
            if is_start:
                flag = EventFlag.CUT_BY_BREAK if is_break else EventFlag.BEFORE_LOSS
                events.append(self._end(flag, sample.step_ns))
                self._is_after_loss = not is_break
            if sample.azimuth_deg == sample.azimuth_deg:  # not NaN
                self._take(sample, events)
        self._row += count
        self._edge = signal.part(count - 1, count)
        return np.concatenate(events) if events else GAZE_EVENT.empty(0)

    def _borders(self, signal: GazeSignal) -> tuple[list[bool], list[int]]:
        """Return where the window must begin anew, and the time since the row before."""
        running_ns = signal.time.running_ns
        if self._edge is None:
            starts = piece_starts(signal, self._pieces)
            step_ns = np.diff(running_ns, prepend=running_ns[:1])
        else:
            pair = joined(self._edge, signal.part(0, 1))
            starts = piece_starts(signal, self._pieces)
            starts[0] = piece_starts(pair, self._pieces)[1]
            step_ns = np.diff(running_ns, prepend=self._edge.time.running_ns)
        return starts.tolist(), np.where(signal.time.is_break, 0, step_ns).tolist()

    def _take(self, sample: _Sample, events: list[Rows]) -> None:
        limit_deg = self.parameters.largest_dispersion_deg
        if self._growing is not None:
            if self._growing.dispersion_with(sample) <= limit_deg:
                self._growing.append(sample)
                return
            events.append(self._end(0, sample.step_ns))
        self._window.append(sample)
        self._azimuth.append(sample.row, sample.azimuth_deg)
        self._elevation.append(sample.row, sample.elevation_deg)
        shortest_ns = self.parameters.shortest_fixation_ms * MS_NS
        while self._window and sample.t_ns + sample.step_ns - self._window[0].t_ns >= shortest_ns:
            (left, right), (top, bottom) = self._azimuth.bounds, self._elevation.bounds
            if (right - left) + (bottom - top) <= limit_deg:
                self._found((left, right), (top, bottom))
                return
            self._window.popleft()
            self._is_after_loss = False
            if self._window:
                self._azimuth.drop_before(self._window[0].row)
                self._elevation.drop_before(self._window[0].row)
        if not self._window:
            self._azimuth, self._elevation = _Extent(), _Extent()

    def _found(self, azimuth_deg: tuple[float, float], elevation_deg: tuple[float, float]) -> None:
        first = self._window[0]
        growing = _Growing(first, first, azimuth_deg, elevation_deg, self._is_after_loss)
        for sample in self._window:
            growing.append(sample)
        self._forget_window()
        self._growing = growing

    def _forget_window(self) -> None:
        self._window.clear()
        self._azimuth, self._elevation = _Extent(), _Extent()

    def _end(self, flags: int, step_after_ns: int) -> Rows:
        """Return the fixation that ends here, if any, and start the search anew.

        `step_after_ns` is the time from its last sample to the next row, 0 where none follows.
        """
        growing, self._growing = self._growing, None
        self._forget_window()
        self._is_after_loss = False
        if growing is None or growing.measured == 0:
            return GAZE_EVENT.empty(0)
        flags |= EventFlag.AFTER_LOSS if growing.is_after_loss else 0
        flags |= EventFlag.EYES_CHANGED if growing.eyes_any != growing.eyes_all else 0
        self._next_id += 1
        steps_ns = (growing.last.step_ns, step_after_ns)
        (left, right), (top, bottom) = growing.azimuth_deg, growing.elevation_deg
        return GAZE_EVENT.row(
            event_id=self._next_id - 1,
            kind=EventKind.FIXATION,
            onset_ns=growing.first.t_ns,
            offset_ns=growing.last.t_ns + min((step for step in steps_ns if step > 0), default=0),
            first_row=growing.first.row,
            last_row=growing.last.row,
            sample_count=growing.measured,
            azimuth_deg=growing.azimuth_nano / growing.measured / NANO,
            elevation_deg=growing.elevation_nano / growing.measured / NANO,
            dispersion_deg=(right - left) + (bottom - top),
            rms_s2s_deg=math.sqrt(growing.squared_step_deg2 / growing.steps) if growing.steps else math.nan,
            interpolated_share=1.0 - growing.measured / growing.samples,
            eyes=growing.eyes_any,
            flags=flags,
            t_sent_start_ns=NO_TIME,
            t_sent_end_ns=NO_TIME,
            t_sent_final_ns=NO_TIME,
        )
