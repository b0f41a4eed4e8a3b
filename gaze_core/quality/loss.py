"""Why gaze is missing: loss by class, from samples as they come.

Each sample stands for the time until the next one, at most `GAP_INTERVALS` intervals; time beyond that is a
stalled stream. Runs of samples without any gaze are blink-like when they are as long as a blink. Gaze off the
screen is behaviour: it has intervals of its own beside the others and is no loss. The time line is the
caller's (host time of the clock fit for shares of the visible time).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.directions import screen_gaze
from gaze_core.eyes import Eye
from gaze_core.geometry import BoolArray
from gaze_core.quality.timing import GAP_INTERVALS
from gaze_core.rows import Rows

BLINK_MIN_MS: Final = 80.0
BLINK_MAX_MS: Final = 500.0
"""Lengths of the loss that blinks leave (medians 182-321 ms in coded recordings)."""

RESTART_NS: Final = 1_000_000_000
"""A time line that goes back by more than this begins anew; less is a bad stamp."""

_SEEN: Final = 0
_ONE_EYE: Final = 1
_NO_EYE: Final = 2


class LossClass(str, Enum):
    """What kind of loss an interval is."""

    BLINK_LIKE = "blink_like"  # both eyes gone for as long as a blink takes
    ONE_EYE = "one_eye"  # one eye gone, the other seen
    BOTH_EYES = "both_eyes"  # both eyes gone, shorter or longer than a blink
    OFF_SCREEN = "off_screen"  # valid gaze beside the display area: behaviour, not loss
    STALLED = "stalled"  # no samples came

    @property
    def is_loss(self) -> bool:
        """Whether gaze is missing; of one eye it is, beside the screen it is not."""
        return self is not LossClass.OFF_SCREEN


@dataclass(frozen=True, slots=True, kw_only=True)
class LossInterval:
    """A stretch of time of one class."""

    loss_class: LossClass
    t_first_ns: int  # first lost sample
    t_end_ns: int  # first sample that is not
    is_open: bool = False  # still going on when it was asked for

    @property
    def duration_ns(self) -> int:
        """Length in ns."""
        return self.t_end_ns - self.t_first_ns


class LossTracker:
    """Finds loss intervals incrementally: any chunking of the same samples gives the same intervals.

    Parameters
    ----------
    interval_ns
        Sample interval of the device setting.
    """

    def __init__(self, interval_ns: float) -> None:
        if not (math.isfinite(interval_ns) and interval_ns > 0):
            raise ValueError(f"A sample interval of {interval_ns} ns is not usable; give the tracker's rate.")
        self._interval_ns = round(interval_ns)
        self._gap_ns = round(GAP_INTERVALS * interval_ns)
        self._last_ns: int | None = None
        self._early_run = 0
        self._eyes = _Track()
        self._screen = _Track()

    @property
    def interval_ns(self) -> int:
        """The sample interval it was given."""
        return self._interval_ns

    @property
    def covered_until_ns(self) -> int | None:
        """End of the time the samples so far stand for; None before the first."""
        return None if self._last_ns is None else self._last_ns + self._interval_ns

    def push(self, gaze_rows: Rows, t_ns: npt.ArrayLike) -> list[LossInterval]:
        """Take in GAZE rows with their times, shape (n,); return the intervals that ended."""
        delivered = np.asarray(t_ns, np.int64)
        if not len(delivered):
            return []
        eyes, off_screen = _eye_states(gaze_rows), _off_screen_states(gaze_rows)
        if self._last_ns is None:
            self._last_ns = int(delivered[0])
            self._eyes.begin(int(eyes[0]), self._last_ns)
            self._screen.begin(int(off_screen[0]), self._last_ns)
        times, is_restart = _forward_times(delivered, self._last_ns)
        previous = np.concatenate([[self._last_ns], times[:-1]])
        is_early = (delivered < previous) & ~is_restart
        # A sample with an early stamp did come, so the step after it may be so much longer.
        early_before = _run_before(is_early, self._early_run)
        is_gap = times - previous > self._gap_ns + early_before[:-1] * self._interval_ns
        is_border = is_gap | is_restart
        run_ends = np.where(is_border, previous + self._interval_ns, times)
        closed = [_eye_interval(*run) for run in self._eyes.push(eyes, times, run_ends, is_border)]
        closed += [
            _screen_interval(*run) for run in self._screen.push(off_screen, times, run_ends, is_border)
        ]
        closed += [
            LossInterval(
                loss_class=LossClass.STALLED, t_first_ns=int(run_ends[gap]), t_end_ns=int(times[gap])
            )
            for gap in np.flatnonzero(is_gap).tolist()
        ]
        self._last_ns, self._early_run = int(times[-1]), int(early_before[-1])
        return _in_order(closed)

    def open_intervals(self) -> list[LossInterval]:
        """Return what is going on, up to the end of the last sample, classed by its length so far."""
        end_ns = self.covered_until_ns
        if end_ns is None:
            return []
        found = [_eye_interval(*run) for run in self._eyes.running(end_ns)]
        found += [_screen_interval(*run) for run in self._screen.running(end_ns)]
        return [replace(interval, is_open=True) for interval in _in_order(found)]

    def flush(self) -> list[LossInterval]:
        """End what is going on, one interval after the last sample, and begin anew."""
        ended = [replace(interval, is_open=False) for interval in self.open_intervals()]
        self._last_ns, self._early_run = None, 0
        return ended


def loss_intervals(gaze_rows: Rows, t_ns: npt.ArrayLike, rate_hz: float) -> list[LossInterval]:
    """Return all loss intervals of a recording in order of time.

    Parameters
    ----------
    gaze_rows, t_ns
        GAZE rows in order of delivery and their times, shape (n,).
    rate_hz
        The device setting, or the rate measured where that is unknown.
    """
    tracker = LossTracker(1e9 / rate_hz)
    return _in_order([*tracker.push(gaze_rows, t_ns), *tracker.flush()])


def loss_shares(
    intervals: Iterable[LossInterval], visible_ns: Sequence[tuple[int, int]]
) -> dict[LossClass, float]:
    """Return the share of the visible time that each class takes; NaN where nothing was visible.

    Parameters
    ----------
    intervals
        Loss intervals of one recording.
    visible_ns
        Stretches (first, end) in which the image was visible, on the time line of the intervals, not
        overlapping.
    """
    visible_total = sum(end - first for first, end in visible_ns)
    totals = dict.fromkeys(LossClass, 0)
    for interval in intervals:
        totals[interval.loss_class] += sum(
            max(0, min(end, interval.t_end_ns) - max(first, interval.t_first_ns)) for first, end in visible_ns
        )
    return {
        loss_class: total / visible_total if visible_total > 0 else math.nan
        for loss_class, total in totals.items()
    }


class _Track:
    """Runs of equal states on the time line."""

    def __init__(self) -> None:
        self._state = 0
        self._first_ns = 0

    def begin(self, state: int, first_ns: int) -> None:
        self._state, self._first_ns = state, first_ns

    def push(
        self,
        states: npt.NDArray[np.int8],
        times: npt.NDArray[np.int64],
        run_ends: npt.NDArray[np.int64],
        is_border: BoolArray,
    ) -> list[tuple[int, int, int]]:
        """Return the runs that ended as (state, first, end); state 0 is left out."""
        before = np.concatenate([[self._state], states[:-1]])
        closed = []
        for index in np.flatnonzero(is_border | (states != before)).tolist():
            closed += self.running(int(run_ends[index]))
            self.begin(int(states[index]), int(times[index]))
        return closed

    def running(self, end_ns: int) -> list[tuple[int, int, int]]:
        is_something = self._state != 0 and end_ns > self._first_ns
        return [(self._state, self._first_ns, end_ns)] if is_something else []


def _forward_times(delivered: npt.NDArray[np.int64], last_ns: int) -> tuple[npt.NDArray[np.int64], BoolArray]:
    """Times that never go back but where the time line begins anew, and where it does.

    A single stamp that is a little early would otherwise end every run and make a gap of the way back.
    """
    peaks = np.maximum.accumulate(np.concatenate([[last_ns], delivered]))
    is_restart = np.zeros(len(delivered), np.bool_)
    if not np.any(delivered < peaks[:-1] - RESTART_NS):
        return peaks[1:], is_restart
    forward = delivered.copy()
    peak = last_ns
    for index, time_ns in enumerate(delivered.tolist()):
        is_restart[index] = time_ns < peak - RESTART_NS
        peak = time_ns if is_restart[index] else max(peak, time_ns)
        forward[index] = peak
    return forward, is_restart


def _run_before(is_early: BoolArray, carried: int) -> npt.NDArray[np.int64]:
    """How many early stamps in a row stand right before each sample, and before the one to come."""
    index = np.arange(len(is_early))
    last_regular = np.maximum.accumulate(np.where(is_early, -1, index))
    after = np.where(last_regular >= 0, index - last_regular, index + 1 + carried)
    return np.concatenate([[carried], after])


def _eye_interval(state: int, first_ns: int, end_ns: int) -> LossInterval:
    is_blink_long = BLINK_MIN_MS <= (end_ns - first_ns) * 1e-6 <= BLINK_MAX_MS
    if state == _ONE_EYE:
        loss_class = LossClass.ONE_EYE
    else:
        loss_class = LossClass.BLINK_LIKE if is_blink_long else LossClass.BOTH_EYES
    return LossInterval(loss_class=loss_class, t_first_ns=first_ns, t_end_ns=end_ns)


def _screen_interval(_state: int, first_ns: int, end_ns: int) -> LossInterval:
    return LossInterval(loss_class=LossClass.OFF_SCREEN, t_first_ns=first_ns, t_end_ns=end_ns)


def _in_order(intervals: list[LossInterval]) -> list[LossInterval]:
    return sorted(
        intervals, key=lambda interval: (interval.t_first_ns, interval.t_end_ns, interval.loss_class.value)
    )


def _eye_states(gaze_rows: Rows) -> npt.NDArray[np.int8]:
    """State 0 seen, 1 one eye, 2 none; a tracker with a combined gaze alone sees both or none."""
    left, right, combined = (
        (gaze_rows[f"{prefix}valid"] != 0)
        & np.isfinite(gaze_rows[f"{prefix}x_norm"])
        & np.isfinite(gaze_rows[f"{prefix}y_norm"])
        for prefix in ("left_", "right_", "")
    )
    one = np.where(left ^ right, _ONE_EYE, _NO_EYE)
    return np.where((left & right) | (combined & ~left & ~right), _SEEN, one).astype(np.int8)


def _off_screen_states(gaze_rows: Rows) -> npt.NDArray[np.int8]:
    x_norm, y_norm = screen_gaze(gaze_rows, Eye.AVERAGE)
    return ((x_norm < 0) | (x_norm > 1) | (y_norm < 0) | (y_norm > 1)).astype(np.int8)
