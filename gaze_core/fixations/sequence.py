"""From runs to events: merging, discarding, naming.

Events leave in order of onset. A fixation is held until the next one is known or lies too far off to be
merged; what lies between waits with it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from gaze_core.fixations.runs import PICO, Run, SampleClass
from gaze_core.rows import GAZE_EVENT, NO_TIME, EventFlag, EventKind, Rows

_EVENT_DTYPE: Final = GAZE_EVENT.dtype


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceSettings:
    """What is merged, discarded and called a blink."""

    merge_gap_ns: int  # 0: never
    merge_angle_deg: float
    shortest_fixation_ns: int  # 0: all are kept
    shortest_blink_ns: int
    longest_blink_ns: int


class EventSequencer:
    """Closed runs in, final events out."""

    def __init__(self, settings: SequenceSettings) -> None:
        self._settings = settings
        self._fixation: Run | None = None
        self._between: list[Run] = []
        self._next_id = 0

    def push(self, runs: list[Run]) -> Rows:
        """Return the events that the runs made final."""
        done: list[Run] = []
        for run in runs:
            self._take(run, done)
        return self._events(done)

    def flush(self) -> Rows:
        """Return the events still held; ids go on."""
        done: list[Run] = []
        self._let_go(done)
        return self._events(done)

    def _take(self, run: Run, done: list[Run]) -> None:
        fixation = self._fixation
        if fixation is not None:
            gap_ns = run.running_first_ns - fixation.running_last_ns
            if gap_ns < self._settings.merge_gap_ns and run.kind == SampleClass.FIXATION:
                if self._is_same_place(fixation, run):
                    fixation.append(run)
                    fixation.is_merged = True
                    # Saccades inside belong to the fixation now; a loss inside stays a loss.
                    self._between = [held for held in self._between if held.kind == SampleClass.LOSS]
                    return
                self._let_go(done)
            elif gap_ns >= self._settings.merge_gap_ns:
                self._let_go(done)
        if run.kind == SampleClass.FIXATION:
            self._fixation = run
        elif self._fixation is not None:
            self._between.append(run)
        else:
            done.append(run)

    def _is_same_place(self, first: Run, second: Run) -> bool:
        (azimuth_1, elevation_1), (azimuth_2, elevation_2) = first.centroid_deg, second.centroid_deg
        # A run without a measured sample has no centroid: the comparison with NaN is false.
        return math.hypot(azimuth_1 - azimuth_2, elevation_1 - elevation_2) < self._settings.merge_angle_deg

    def _let_go(self, done: list[Run]) -> None:
        if self._fixation is not None:
            done.append(self._fixation)
        done.extend(self._between)
        self._fixation, self._between = None, []

    def _events(self, done: list[Run]) -> Rows:
        named = [(run, kind) for run in done if (kind := self._kind(run))]
        events = np.zeros(len(named), _EVENT_DTYPE)
        for index, (run, kind) in enumerate(named):
            events[index] = _event(run, self._next_id, kind)
            self._next_id += 1
        return events

    def _kind(self, run: Run) -> int:
        """Return the `EventKind`, 0 for what is no event."""
        settings = self._settings
        duration_ns = run.offset_ns - run.t_first_ns
        if run.kind == SampleClass.FIXATION:
            # Filled samples alone are no observation: a loss never makes a fixation.
            is_kept = run.measured > 0 and duration_ns >= settings.shortest_fixation_ns
            return EventKind.FIXATION if is_kept else 0
        if run.kind == SampleClass.LOSS:
            is_blink = settings.shortest_blink_ns <= duration_ns <= settings.longest_blink_ns
            return EventKind.BLINK if is_blink and 2 * run.gone >= run.rows > 0 else EventKind.LOSS
        return EventKind.SACCADE if run.kind == SampleClass.SACCADE else 0


def _event(run: Run, event_id: int, kind: int) -> tuple[object, ...]:
    """Return the values of a GAZE_EVENT row in the order of its columns."""
    azimuth_deg = elevation_deg = amplitude_deg = peak_deg_s = dispersion_deg = rms_deg = share = math.nan
    if kind == EventKind.FIXATION:
        azimuth_deg, elevation_deg = run.centroid_deg
        (low_azimuth, high_azimuth), (low_elevation, high_elevation) = (
            run.azimuth_range_deg,
            run.elevation_range_deg,
        )
        dispersion_deg = (high_azimuth - low_azimuth) + (high_elevation - low_elevation)
        rms_deg = math.sqrt(run.squared_step_pico / PICO / run.steps) if run.steps else math.nan
    elif kind == EventKind.SACCADE:
        azimuth_deg, elevation_deg = run.end_deg
        amplitude_deg = math.hypot(run.end_deg[0] - run.begin_deg[0], run.end_deg[1] - run.begin_deg[1])
        peak_deg_s = math.sqrt(run.peak_deg2_s2)
    if kind in (EventKind.FIXATION, EventKind.SACCADE):
        share = 1.0 - run.measured / run.samples
    return (
        event_id, kind, run.t_first_ns, run.offset_ns, run.first_row, run.last_row, run.measured, azimuth_deg,
        elevation_deg, amplitude_deg, peak_deg_s, dispersion_deg, rms_deg, share, run.eyes_any, _flags(run),
        NO_TIME, NO_TIME, NO_TIME,
    )  # fmt: skip


def _flags(run: Run) -> int:
    flags = (
        (run.is_after_loss, EventFlag.AFTER_LOSS),
        (run.is_before_loss, EventFlag.BEFORE_LOSS),
        (run.kind != SampleClass.LOSS and run.eyes_any != run.eyes_all, EventFlag.EYES_CHANGED),
        (run.is_merged, EventFlag.MERGED),
        (run.is_before_break, EventFlag.CUT_BY_BREAK),
    )
    return sum(flag for is_set, flag in flags if is_set)
