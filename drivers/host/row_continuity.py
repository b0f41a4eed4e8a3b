"""Rows of one process after another as one stream: numbers go on, a return is flagged and told once."""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np

from drivers.contract import Batch, Notice, NoticeKind
from gaze_core.rows import NO_TIME, GazeFlag, Rows

_NEVER: Final = NO_TIME


class RowContinuity:
    """What lies between the rows of the processes and those of the one stream."""

    def __init__(self) -> None:
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
        if len(gaze):
            gaze = self._continued(gaze)
            if self._is_back:
                t_host_ns = int(gaze["t_host_ns"][0])
                restored = Notice(
                    t_host_ns=t_host_ns, kind=NoticeKind.CONNECTION_RESTORED, text=self._is_back
                )
                notices, self._is_back = (restored, *notices), ""
        told = self._new(notices)
        if gaze is batch.gaze and told == batch.notices:
            return batch
        return dataclasses.replace(batch, gaze=gaze, notices=told)

    def _continued(self, gaze: Rows) -> Rows:
        """Return rows whose numbers and times go on; rows are the caller's own and may be changed."""
        if self._is_new_process:
            self._shift = self._last_seq + 1 - int(gaze["seq"][0])
        gaze["seq"] += self._shift
        if int(gaze["t_host_ns"][0]) < self._last_host_ns:  # a converted clock moves by what it is known to
            gaze["t_host_ns"] = np.maximum(gaze["t_host_ns"], self._last_host_ns)
        if self._is_new_process:
            gaze["flags"][0] |= np.uint32(GazeFlag.RECONNECTED)
            if int(gaze["t_device_ns"][0]) <= self._last_device_ns:
                gaze["flags"][0] |= np.uint32(GazeFlag.CLOCK_RESET)
            self._is_new_process = False
        self._last_seq = int(gaze["seq"][-1])
        self._last_host_ns = int(gaze["t_host_ns"][-1])
        self._last_device_ns = int(gaze["t_device_ns"][-1])
        return gaze

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
