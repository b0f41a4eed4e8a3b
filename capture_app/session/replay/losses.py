"""Losses of gaze by class for the timeline, found in the samples by the one implementation of the report."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from capture_app.session.replay.gaze_blocks import Times
from gaze_core.quality.loss import LossClass, LossInterval, LossTracker
from gaze_core.rows import Rows

_NONE: Final = (np.zeros(0, np.int64), np.zeros(0, np.int64))


class LossSpans:
    """Intervals of each class. Filled by one thread with `push`, read by another.

    Parameters
    ----------
    rate_hz
        Nominal rate; without one no classes are told.
    """

    def __init__(self, rate_hz: float) -> None:
        is_rated = math.isfinite(rate_hz) and rate_hz > 0
        self._tracker = LossTracker(1e9 / rate_hz) if is_rated else None
        self._found: dict[LossClass, list[tuple[int, int]]] = {each: [] for each in LossClass}
        self._spans: dict[LossClass, tuple[Times, Times]] = {}

    def push(self, gaze: Rows, t_host_ns: Times) -> None:
        """Take the next samples with their times."""
        if self._tracker is not None:
            self._take(self._tracker.push(gaze, t_host_ns))

    def end(self) -> None:
        """All samples were taken."""
        if self._tracker is not None:
            self._take(self._tracker.flush())

    def spans(self, loss_class: LossClass) -> tuple[Times, Times]:
        """Return beginnings and ends of what was found until now, host ns, in order."""
        found = self._found[loss_class]
        known = self._spans.get(loss_class, _NONE)
        if len(known[0]) != len(found):
            pairs = np.array(found, np.int64).reshape(-1, 2)
            known = self._spans[loss_class] = (pairs[:, 0].copy(), pairs[:, 1].copy())
        return known

    def class_at(self, t_ns: int) -> tuple[LossClass, ...]:
        """Return the classes of what is lost at a time."""
        there = []
        for each in LossClass:
            begins, ends = self.spans(each)
            place = int(np.searchsorted(begins, t_ns, side="right")) - 1
            if place >= 0 and t_ns < int(ends[place]):
                there.append(each)
        return tuple(there)

    def _take(self, intervals: list[LossInterval]) -> None:
        for each in intervals:
            self._found[each.loss_class].append((each.t_first_ns, each.t_end_ns))
