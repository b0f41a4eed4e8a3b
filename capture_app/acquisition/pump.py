"""The pump: reads the driver and hands each batch on, to the display's ring and to the recorder."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from capture_app.acquisition.fault_reports import FaultReports
from capture_app.acquisition.messages import Message, StreamRows, TrackerNotice
from capture_app.acquisition.notice_watch import NoticeWatch
from capture_app.acquisition.stream_checks import Fault, StreamChecker
from drivers.contract import Batch, Driver, DriverError, NoticeKind
from gaze_core.clocks import Clock
from gaze_core.ring import RowRing
from gaze_core.rows import (
    CLOCK_SYNC,
    EVENT,
    EXTERNAL_SIGNAL,
    MARKER,
    TARGET,
    TRUTH_EVENT,
    USER_POSITION,
    GazeFlag,
    Rows,
    RowType,
)
from gaze_core.streams import TrackerInfo
from recordings_schema.layout import DatasetKey

BACK_PRESSURE_KIND: Final = "recorder_behind"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One checked batch on its way to the recorder."""

    gaze: Rows
    raw: Rows
    first_ring_row: int = 0  # rows written to the display's ring before the first of these
    beside: tuple[tuple[DatasetKey, Rows], ...] = ()  # rows beside the gaze; none of them empty
    lost: int = 0  # change of the number of samples that never arrived
    lost_before_first: int = 0  # of which before the first row
    out_of_order: int = 0
    device_time_backward: int = 0


class DeliverySink(Protocol):
    """What the pump needs of a recorder. Both are called from the pump's thread."""

    def offer(self, delivery: Delivery) -> None:
        """Take a delivery, always; what is not being recorded is let go."""

    def wait_for_room(self, timeout_s: float) -> bool:
        """Return True as soon as there is room for more rows, False when there is none after `timeout_s`."""


class Pump:
    """Moves the samples of one started driver.

    A recorder that cannot follow makes the pump wait with reading, so that the samples stay with the vendor's
    software; what is lost there shows as a hole in the numbers. The program itself throws nothing away.

    Parameters
    ----------
    driver, info
        The started driver and what `open` said of it.
    ring
        Where the app process looks for samples.
    sink
        The recorder.
    post
        Takes the messages for the app process; called from the pump's thread.
    is_live
        False for a driver that plays a file.
    continues_after_seq
        Number of the last sample of a recording that this stream goes on with; None for a stream of its own.
    """

    def __init__(
        self,
        *,
        driver: Driver,
        info: TrackerInfo,
        ring: RowRing,
        sink: DeliverySink,
        post: Callable[[Message], None],
        clock: Clock,
        is_live: bool,
        continues_after_seq: int | None = None,
    ) -> None:
        self.checker = StreamChecker(info, is_live=is_live)
        self.notices = NoticeWatch(info)
        self.batches = 0
        self.last_seq = -1 if continues_after_seq is None else continues_after_seq
        self._driver = driver
        self._info = info
        self._ring = ring
        self._sink = sink
        self._post = post
        self._clock = clock
        self._reports = FaultReports()
        self._has_come_back = continues_after_seq is not None
        self._seq_shift: int | None = None if self._has_come_back else 0
        self._behind_since_ns: int | None = None
        self._is_detached = False
        self._untold: list[TrackerNotice] = []

    def step(self, timeout_s: float) -> None:
        """Read once and hand on what came. Errors of the driver pass through."""
        if not self._sink.wait_for_room(timeout_s):
            self._note_that_recorder_is_behind()
            return
        if self._behind_since_ns is not None:
            self._note_that_recorder_has_caught_up()
        self._take(self._driver.read(timeout_s))

    def detach(self) -> None:
        """Hand on nothing any more, whenever a call of the driver that hangs may return; from any thread."""
        self._is_detached = True

    def finish(self) -> None:
        """Report what still waits to be reported; called once, after the last `step`."""
        events = self._events_of_faults(self._reports.flush())
        if len(events) and not self._is_detached:
            self._hand_on_beside(((DatasetKey.EVENTS, events),))

    def _take(self, batch: Batch) -> None:
        if self._is_detached:
            return
        if len(batch.gaze) != len(batch.raw) or batch.raw.dtype != self._info.raw_dtype:
            raise DriverError(
                f"The {self._info.driver} driver delivered {len(batch.gaze)} gaze rows with {len(batch.raw)} "
                f"raw rows of type {batch.raw.dtype}, which breaks its contract; "
                "report it to the maker of the driver."
            )
        self.notices.take(batch.notices)
        self.checker.follow_rates(
            [each.value for each in batch.notices if each.kind is NoticeKind.RATE_CHANGED]
        )
        gaze = self._numbered_on(batch.gaze)
        first_ring_row = self._ring.written_count
        checked = self.checker.check(gaze)
        if len(gaze):
            self.batches += 1
            self.last_seq = max(self.last_seq, int(checked.gaze["seq"][-1]))
            self._ring.write(checked.gaze)
        is_reset_told = any(notice.kind is NoticeKind.CLOCK_RESET for notice in batch.notices)
        faults = [each for each in checked.faults if not (is_reset_told and each.kind == "clock_reset")]
        beside = self._beside(batch, self._reports.take(faults, self._clock.now_ns()))
        if len(gaze) or beside:
            self._sink.offer(
                Delivery(
                    gaze=checked.gaze,
                    raw=batch.raw,
                    first_ring_row=first_ring_row,
                    beside=beside,
                    lost=checked.lost,
                    lost_before_first=checked.lost_before_first,
                    out_of_order=checked.out_of_order,
                    device_time_backward=checked.device_time_backward,
                )
            )
        self._tell()

    def _numbered_on(self, gaze: Rows) -> Rows:
        """Return the rows with numbers that go on after those already in the recording."""
        if not len(gaze) or self._seq_shift == 0:
            return gaze
        gaze = gaze.copy()
        if self._seq_shift is None:
            self._seq_shift = self.last_seq + 1 - int(gaze["seq"][0])
        gaze["seq"] += self._seq_shift
        if self._has_come_back:
            gaze["flags"][0] |= np.uint32(GazeFlag.RECONNECTED)
            self._has_come_back = False
        return gaze

    def _beside(self, batch: Batch, faults: list[Fault]) -> tuple[tuple[DatasetKey, Rows], ...]:
        """Return the rows beside the gaze for the recorder; the app process is sent what it needs of them."""
        if not (batch.notices or faults) and not _has_rows_beside(batch):
            return ()
        events = self._events_of_faults(faults)
        if batch.notices:
            of_notices = [
                self._event(notice.t_host_ns, notice.kind.value, notice.value, notice.text)
                for notice in batch.notices
            ]
            events = np.concatenate((*of_notices, events))
        self._send(CLOCK_SYNC, batch.clock_sync)
        self._send(MARKER, batch.markers)
        self._send(EXTERNAL_SIGNAL, batch.external_signals)
        self._send(TARGET, batch.targets)
        self._send(TRUTH_EVENT, batch.truth_events)
        self._send(USER_POSITION, batch.user_position)
        candidates = (
            (DatasetKey.EVENTS, events),
            (DatasetKey.CLOCK_SYNC, batch.clock_sync),
            (DatasetKey.MARKERS, batch.markers),
            (DatasetKey.EXTERNAL_SIGNALS, batch.external_signals),
            (DatasetKey.TARGETS, batch.targets),
            (DatasetKey.USER_POSITION, batch.user_position),
            (DatasetKey.TRUTH, batch.truth),
            (DatasetKey.TRUTH_EVENTS, batch.truth_events),
        )
        return tuple((key, rows) for key, rows in candidates if len(rows))

    def _events_of_faults(self, faults: list[Fault]) -> Rows:
        if not faults:
            return EVENT.empty(0)
        rows = [self._event(fault.t_host_ns, fault.kind, float(fault.count), fault.text) for fault in faults]
        return np.concatenate(rows)

    def _event(self, t_host_ns: int, kind: str, value: float, text: str) -> Rows:
        """Return the event row, having told the log; `_tell` tells the app process."""
        _log.warning("%s: %s", kind, text)
        self._untold.append(TrackerNotice(t_host_ns=t_host_ns, kind=kind, text=text, value=value))
        return EVENT.row(t_host_ns=t_host_ns, kind=kind, source="tracker", value=value, text=text)

    def _send(self, row_type: RowType, rows: Rows) -> None:
        if len(rows):
            self._post(StreamRows(row_type=row_type.name, rows=rows))

    def _note_that_recorder_is_behind(self) -> None:
        if self._behind_since_ns is not None:
            return
        self._behind_since_ns = self._clock.now_ns()
        text = (
            "The disk does not take the samples as fast as they come; reading the tracker waits until "
            "it does. Stop other programs that write to this disk."
        )
        event = self._event(self._behind_since_ns, BACK_PRESSURE_KIND, float("nan"), text)
        self._hand_on_beside(((DatasetKey.EVENTS, event),))

    def _note_that_recorder_has_caught_up(self) -> None:
        now_ns = self._clock.now_ns()
        waited_s = (now_ns - (self._behind_since_ns or now_ns)) * 1e-9
        self._behind_since_ns = None
        text = f"The disk takes the samples again after {waited_s:.1f} s of waiting."
        event = self._event(now_ns, "recorder_caught_up", waited_s, text)
        self._hand_on_beside(((DatasetKey.EVENTS, event),))

    def _hand_on_beside(self, beside: tuple[tuple[DatasetKey, Rows], ...]) -> None:
        nothing = Batch.empty(self._info)
        self._sink.offer(Delivery(gaze=nothing.gaze, raw=nothing.raw, beside=beside))
        self._tell()

    def _tell(self) -> None:
        """Tell the app process what happened.

        Called once the samples that came with it are the recorder's: hearing that a played file is at its
        end, the app asks for no further samples, and the last ones must be in by then.
        """
        while self._untold:
            self._post(self._untold.pop(0))


def _has_rows_beside(batch: Batch) -> bool:
    return bool(
        len(batch.truth)
        or len(batch.truth_events)
        or len(batch.clock_sync)
        or len(batch.markers)
        or len(batch.external_signals)
        or len(batch.targets)
        or len(batch.user_position)
    )
