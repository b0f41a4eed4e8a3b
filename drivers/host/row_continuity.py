"""Rows of one process after another as one stream: numbers go on, a return is flagged and told once."""

from __future__ import annotations

import dataclasses
import math
from typing import Final

import numpy as np

from drivers.contract import Batch, Notice, NoticeKind
from gaze_core.rows import NO_TIME, GazeFlag, Rows

GAP_INTERVALS: Final = 1.5
_NEVER: Final = NO_TIME
_SAME_CLOCK_NS: Final = 500_000_000
"""A device clock that went on by so much more or less than the arrivals was set anew."""


class RowContinuity:
    """What lies between the rows of the processes and those of the one stream.

    Where the tracker's own clock went on meanwhile, the samples it measured while there was no process are
    missing numbers; where it did not, how many they were is not known.

    Parameters
    ----------
    rate_hz
        Of a tracker with a clock of its own; NaN for others, and where unknown.
    """

    def __init__(self, rate_hz: float = math.nan) -> None:
        self._interval_ns = 1e9 / rate_hz if rate_hz > 0 else math.inf
        self._last_seq = -1
        self._last_host_ns = _NEVER
        self._last_device_ns = _NEVER
        self._shift = 0
        self._is_new_process = False
        self._is_back: str = ""  # what to tell with the first sample after a return
        self._is_lost = False

    def begin_process(self) -> None:
        """Go on with the rows of another process."""
        self._is_new_process = self._last_seq >= 0

    def lose(self, t_host_ns: int, text: str) -> tuple[Notice, ...]:
        """Return the notice of a loss; none where it is told already."""
        notice = Notice(t_host_ns=t_host_ns, kind=NoticeKind.CONNECTION_LOST, text=text)
        return self._new((notice,))

    def come_back(self, text: str) -> None:
        """Tell a return with the next sample."""
        self._is_back = text

    def take(self, batch: Batch) -> Batch:
        """Return a batch as it goes on in the stream."""
        gaze, notices = batch.gaze, batch.notices
        last_host_ns = self._last_host_ns
        if len(gaze):
            gaze = self._continued(gaze)
            if self._is_back:
                t_host_ns = int(gaze["t_host_ns"][0])
                restored = Notice(
                    t_host_ns=t_host_ns,
                    kind=NoticeKind.CONNECTION_RESTORED,
                    text=self._is_back,
                    value=(t_host_ns - last_host_ns) * 1e-9 if last_host_ns != _NEVER else math.nan,
                )
                notices, self._is_back = (restored, *notices), ""
        told = self._new(notices)
        if gaze is batch.gaze and told == batch.notices:
            return batch
        return dataclasses.replace(batch, gaze=gaze, notices=told)

    def _continued(self, gaze: Rows) -> Rows:
        """Return rows whose numbers and times go on; rows are the caller's own and may be changed."""
        missing = None
        if self._is_new_process:
            missing = self._missing_before(gaze)
            self._shift = self._last_seq + 1 + (missing or 0) - int(gaze["seq"][0])
        gaze["seq"] += self._shift
        if int(gaze["t_host_ns"][0]) < self._last_host_ns:  # a converted clock moves by what it is known to
            gaze["t_host_ns"] = np.maximum(gaze["t_host_ns"], self._last_host_ns)
        if self._is_new_process:
            gaze["flags"][0] |= np.uint32(GazeFlag.RECONNECTED | GazeFlag.GAP_BEFORE)
            if missing is None:
                gaze["flags"][0] |= np.uint32(GazeFlag.CLOCK_RESET)
            self._is_new_process = False
        self._last_seq = int(gaze["seq"][-1])
        self._last_host_ns = int(gaze["t_host_ns"][-1])
        self._last_device_ns = int(gaze["t_device_ns"][-1])
        return gaze

    def _missing_before(self, gaze: Rows) -> int | None:
        """Return how many samples are missing before those of a new process; None on another time line."""
        step_ns = int(gaze["t_device_ns"][0]) - self._last_device_ns
        away_ns = int(gaze["t_host_ns"][0]) - self._last_host_ns
        if step_ns <= 0 or abs(step_ns - away_ns) > _SAME_CLOCK_NS:
            return None
        is_hole = step_ns > GAP_INTERVALS * self._interval_ns
        return round(step_ns / self._interval_ns) - 1 if is_hole else 0

    def _new(self, notices: tuple[Notice, ...]) -> tuple[Notice, ...]:
        """Return notices without losses and returns that are told already, by the driver or by its host."""
        told: list[Notice] = []
        for notice in notices:
            if notice.kind is NoticeKind.CONNECTION_LOST:
                if self._is_lost:
                    continue
                self._is_lost = True
            elif notice.kind is NoticeKind.CONNECTION_RESTORED:
                if not self._is_lost:
                    continue
                self._is_lost = False
            told.append(notice)
        return tuple(told)
