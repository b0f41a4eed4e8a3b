"""What a running tracker brings: TittaPy's buffers emptied, stamped on arrival and kept until taken."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from drivers.tobii.backend import SIGNAL_DTYPE, SYNC_DTYPE, Delivered, TobiiNotice
from drivers.tobii.titta_data import (
    GazeLayout,
    display_area,
    error_notice,
    is_half,
    notices,
    position_rows,
    signal_rows,
    sync_rows,
)
from drivers.tobii.titta_errors import FAILURES, failure
from gaze_core.clocks import Clock
from gaze_core.rows import USER_POSITION, Rows, join_rows

MAX_ROWS: Final = 16384
"""Records taken out of one buffer at once; more wait for the next look."""

_EARLIER_US: Final = 1_000_000
_DISPLAY_AREA: Final = "display_area_changed"
_log = logging.getLogger(__name__)


class TittaIntake:
    """Lives from start to stop.

    Parameters
    ----------
    tracker
        TittaPy's object, streaming.
    layout
        Of gaze samples.
    streams
        TittaPy's names of those that run.
    take_errors
        Returns the stream errors that are new.
    started_us
        The SDK's clock when the streams were started.
    clock
        Host times.
    """

    def __init__(
        self,
        tracker: Any,
        *,
        layout: GazeLayout,
        streams: tuple[str, ...],
        take_errors: Callable[[], tuple[Mapping[str, Any], ...]],
        started_us: int,
        clock: Clock,
    ) -> None:
        self._tracker = tracker
        self._layout = layout
        self._streams = streams
        self._take_errors = take_errors
        self._started_us = started_us
        self._clock = clock
        self._last_arrival_ns = clock.now_ns()
        self._has_gaze = False
        self._raw: list[Rows] = []
        self._arrived_ns: list[int] = []
        self._sync: list[Rows] = []
        self._signals: list[Rows] = []
        self._positions: list[Rows] = []
        self._notices: list[TobiiNotice] = []

    def poll(self) -> bool:
        """Empty the buffers; True where anything waits to be taken."""
        # Before gaze, which is the newest then: what a notice is about shows in samples that follow it.
        self._poll_notices()
        self._poll_others()
        self._poll_gaze()
        return bool(self._raw or self._sync or self._signals or self._positions or self._notices)

    def take(self) -> Delivered:
        """Return what waits."""
        raw = join_rows([np.zeros(0, self._layout.dtype), *self._raw])
        counts = [len(rows) for rows in self._raw]
        delivered = Delivered(
            raw=raw,
            arrived_host_ns=np.repeat(np.array(self._arrived_ns, np.int64), counts),
            time_sync=join_rows([np.zeros(0, SYNC_DTYPE), *self._sync]),
            signals=join_rows([np.zeros(0, SIGNAL_DTYPE), *self._signals]),
            user_position=join_rows([USER_POSITION.empty(0), *self._positions]),
            notices=tuple(self._notices),
        )
        for part in (self._raw, self._arrived_ns, self._sync, self._signals, self._positions, self._notices):
            part.clear()
        return delivered

    def _poll_gaze(self) -> None:
        rows = self._layout.rows(self._consume("gaze"))
        if len(rows) and not self._has_gaze:
            rows = self._without_left_overs(rows)
        if len(rows):
            self._has_gaze = True
            self._raw.append(rows)
            self._arrived_ns.append(self._arrival_ns())

    def _poll_others(self) -> None:
        for name, keep, make in (
            ("time_sync", self._sync, sync_rows),
            ("external_signal", self._signals, signal_rows),
            ("positioning", self._positions, position_rows),
        ):
            if name in self._streams:
                rows = make(self._consume(name), self._arrival_ns())
                if len(rows):
                    keep.append(rows)

    def _poll_notices(self) -> None:
        try:
            told = self._tracker.consume_N("notification", MAX_ROWS)
        except FAILURES as error:
            self._notices.append(self._unreadable(error))
        else:
            self._notices += notices(told, self._arrival_ns())
        self._notices += [error_notice(entry, self._arrival_ns()) for entry in self._take_errors()]

    def _unreadable(self, error: Exception) -> TobiiNotice:
        """Return a notice for notifications that TittaPy took out of its buffer and could not hand over.

        Only a display area is more than text and numbers, so that is what has changed.
        """
        _log.warning("TittaPy could not hand over a notification: %s", error)
        try:
            self._tracker.clear("notification")
            area = display_area(self._tracker.display_area)
        except FAILURES:
            area = None
        return TobiiNotice(
            t_host_ns=self._arrival_ns(), system_time_us=-1, kind=_DISPLAY_AREA, display_area=area
        )

    def _without_left_overs(self, rows: Rows) -> Rows:
        """Leave out what an earlier run left in the library: gaze that still waited for its openness."""
        is_old = rows["system_time_stamp"] < self._started_us - _EARLIER_US
        return np.asarray(rows[~(is_old & is_half(rows))])

    def _consume(self, name: str) -> Mapping[str, Any]:
        try:
            data: Mapping[str, Any] = self._tracker.consume_N(name, MAX_ROWS)
        except FAILURES as error:
            raise failure(f"The stream {name} of the tracker could not be read", error) from error
        return data

    def _arrival_ns(self) -> int:
        """Return the time now, never going back."""
        self._last_arrival_ns = max(self._last_arrival_ns, self._clock.now_ns())
        return self._last_arrival_ns
