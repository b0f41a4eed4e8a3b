"""One opened tracker while it runs: what arrives made into rows, its losses and changes into notices."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

import numpy as np

from drivers.contract import Batch, DriverError, Notice, NoticeKind, TrackerLostError
from drivers.lsl_watch import TimeLine
from drivers.tobii import notices as words
from drivers.tobii.backend import Delivered, TobiiBackend, TobiiDevice, TobiiNotice
from drivers.tobii.calibrator import CurrentCalibrator
from drivers.tobii.changes import ChangeWatch
from drivers.tobii.clock import SystemClock
from drivers.tobii.device_setup import DeviceState, apply_licence
from drivers.tobii.numbering import SampleNumbers
from drivers.tobii.presence import Presence
from drivers.tobii.rows import gaze_rows, signal_rows
from drivers.tobii.search import reconnect
from gaze_core.clocks import Clock
from gaze_core.rows import CLOCK_SYNC, GAZE, USER_POSITION, GazeFlag, Rows, join_rows

_GATHER_NS: Final = (
    8_000_000  # waking for each sample of a fast tracker would cost a core; stamps are made before
)
_LONGEST_WAIT_S: Final = 0.2  # so that silence is noticed in time, whatever the caller's timeout

_ORIGINS: Final = tuple(name for name in GAZE.dtype.names or () if "_origin_" in name)
_HOLE: Final = np.uint32(GazeFlag.GAP_BEFORE | GazeFlag.CLOCK_RESET)

_log = logging.getLogger(__name__)


class Feed:
    """Reads one tracker that was set up.

    Parameters
    ----------
    backend
        Connects anew where the tracker was away.
    device, state
        The tracker, connected and set up.
    licence
        Content of a licence file, applied again to a new connection.
    calibrator
        Told of each new connection.
    clock, wait
        Host times, and how to let time pass.
    missing_streams
        What was asked for by name and is not delivered, in words; "" where nothing.
    """

    def __init__(
        self,
        *,
        backend: TobiiBackend,
        device: TobiiDevice,
        state: DeviceState,
        licence: bytes | None,
        calibrator: CurrentCalibrator,
        clock: Clock,
        wait: Callable[[float], None],
        missing_streams: str = "",
    ) -> None:
        self._backend = backend
        self._device = device
        self._state = state
        self._licence = licence
        self._calibrator = calibrator
        self._clock = clock
        self._wait = wait
        self._missing_streams = missing_streams
        self._presence = Presence(state.title, state.rate_hz)
        self._numbers = SampleNumbers()
        self._time_line = TimeLine()
        self._system_clock = SystemClock(backend.system_time_us, clock)
        self._changes = ChangeWatch(state)
        self._last_arrival_ns = 0
        self._gather_until_ns = 0
        self._pending: list[Notice] = []
        self._pending_sync = CLOCK_SYNC.empty(0)

    def start(self) -> None:
        """Subscribe to everything; numbers and arrivals go on where they ended."""
        self._device.start()
        self._check_raw_rows()
        self._numbers.begin()
        self._time_line = TimeLine()
        now_ns = self._clock.now_ns()
        self._presence.begin(now_ns)
        self._calibrator.note_loss(False)
        self._pending.clear()
        if self._missing_streams:
            text = f"The {self._state.title} does not deliver what was asked for: {self._missing_streams}."
            self._pending.append(Notice(t_host_ns=now_ns, kind=NoticeKind.WARNING, text=text))
        self._pending_sync = self._read_clock(is_forced=True)

    def stop(self) -> None:
        """Unsubscribe from everything."""
        self._device.stop()

    def close(self) -> None:
        """Let go of the device; a calibration that goes on is ended."""
        self._calibrator.connect(None)
        self._device.close()

    def read(self, timeout_s: float) -> Batch:
        """Return what has arrived, waiting at most `timeout_s` for the first of it."""
        notices, self._pending = self._pending, []
        clock_sync = [self._pending_sync]
        self._pending_sync = CLOCK_SYNC.empty(0)
        is_waiting_told = bool(notices or len(clock_sync[0]))
        delivered = self._take(0.0 if is_waiting_told else timeout_s, notices)
        self._changes.begin_read()
        for notice in delivered.notices:
            notices.extend(self._notices_of(notice))
        gaze = self._gaze(delivered, notices)
        if len(gaze) == 0:
            now_ns = self._clock.now_ns()
            notices.extend(self._presence.silent(now_ns))
            if self._presence.is_attempt_due(now_ns):
                self._connect_anew()
        self._calibrator.note_loss(self._presence.is_lost)
        if not self._presence.is_lost:
            clock_sync.append(self._read_clock())
        clock_sync.append(self._system_clock.device_readings(delivered.time_sync))
        position = delivered.user_position
        return Batch(
            gaze=gaze,
            raw=delivered.raw,
            clock_sync=join_rows(clock_sync),
            notices=tuple(notices),
            external_signals=signal_rows(delivered.signals),
            user_position=USER_POSITION.empty(0) if position is None else position,
        )

    def _take(self, timeout_s: float, notices: list[Notice]) -> Delivered:
        timeout_s = min(timeout_s, _LONGEST_WAIT_S)
        ahead_s = (self._gather_until_ns - self._clock.now_ns()) * 1e-9
        if 0.0 < ahead_s < timeout_s:
            self._wait(ahead_s)
            timeout_s -= ahead_s
        try:
            self._device.wait(timeout_s)
            delivered = self._device.take()
        except DriverError as error:
            now_ns = self._clock.now_ns()
            if not self._presence.is_lost:
                _log.exception("The %s cannot be read", self._state.title)
            notices.extend(self._presence.lose(now_ns, str(error)))
            self._wait(timeout_s)  # what fails at once must not be asked again at once
            return Delivered(raw=np.zeros(0, self._state.raw_dtype), arrived_host_ns=np.zeros(0, np.int64))
        self._gather_until_ns = self._clock.now_ns() + _GATHER_NS
        return delivered

    def _notices_of(self, notice: TobiiNotice) -> tuple[Notice, ...]:
        title = self._state.title
        if words.is_loss(notice):
            return self._presence.lose(notice.t_host_ns, f"The connection to the {title} is lost.")
        if notice.kind == words.CONNECTION_RESTORED:
            self._presence.restored_by_sdk(notice.t_host_ns)
            return ()
        of_setting = self._changes.notices_of(notice, self._device)
        return (words.plain_notice(title, notice),) if of_setting is None else of_setting

    def _gaze(self, delivered: Delivered, notices: list[Notice]) -> Rows:
        gaze = gaze_rows(delivered.raw, self._changes.frame)
        if len(gaze) == 0:
            return gaze
        arrived_ns = np.maximum(delivered.arrived_host_ns, self._last_arrival_ns)
        self._last_arrival_ns = int(arrived_ns[-1])
        gaze["t_host_ns"] = arrived_ns
        flags = self._time_line.flag(gaze["t_device_ns"], self._last_arrival_ns)
        # Presence first: holes are counted over a loss, and the first sample after it is flagged.
        first_back = self._presence.first_after_loss(arrived_ns)
        restored = self._presence.arrived(int(arrived_ns[first_back]), self._last_arrival_ns)
        gaze["seq"] = self._numbers.number(gaze["t_device_ns"], flags, self._changes.slowest_hz)
        if restored:
            flags[first_back] |= np.uint32(GazeFlag.RECONNECTED)
            # What waited in the package since before the loss may come first; the hole is where it is.
            if not np.any(flags[first_back:] & _HOLE):
                flags[first_back] |= np.uint32(GazeFlag.GAP_BEFORE)
        gaze["flags"] = flags
        notices.extend(self._clock_resets(gaze))
        if restored:
            notices.extend(restored)
            frame = self._changes.frame
            notices.extend(self._changes.look_again(int(arrived_ns[first_back]), self._device))
            if self._changes.frame is not frame:
                placed_anew = gaze_rows(delivered.raw[first_back:], self._changes.frame)
                for name in _ORIGINS:
                    gaze[name][first_back:] = placed_anew[name]
        return gaze

    def _clock_resets(self, gaze: Rows) -> list[Notice]:
        told = []
        for row in np.flatnonzero(gaze["flags"] & np.uint32(GazeFlag.CLOCK_RESET)):
            text = f"The clock of the {self._state.title} was set anew at sample {gaze['seq'][row]}."
            t_host_ns = int(gaze["t_host_ns"][row])
            told.append(Notice(t_host_ns=t_host_ns, kind=NoticeKind.CLOCK_RESET, text=text))
        return told

    def _connect_anew(self) -> None:
        """Take the tracker over into a new connection, if it is there; else the SDK's own goes on waiting."""
        try:
            device = reconnect(self._backend, self._state.facts)
        except DriverError as error:
            _log.info("%s", error)
            return
        try:
            self._device.stop()
            self._device.close()
        except DriverError:
            _log.info("The old connection to the %s could not be closed", self._state.title, exc_info=True)
        self._device = device
        try:
            self._calibrator.connect(device.calibrator())
            apply_licence(device, self._state.title, self._licence)
            device.choose_streams(self._state.streams)
            device.start()
        except DriverError:
            _log.info("The %s is there and does not send yet", self._state.title, exc_info=True)
            return
        self._check_raw_rows()

    def _check_raw_rows(self) -> None:
        if self._device.raw_dtype != self._state.raw_dtype:
            raise TrackerLostError(
                f"The {self._state.title} delivers other fields than when it was opened, which cannot go on "
                "in the same recording. End the recording and open the tracker again."
            )

    def _read_clock(self, *, is_forced: bool = False) -> Rows:
        try:
            if is_forced:
                return self._system_clock.read()
            return self._system_clock.read_if_due(self._clock.now_ns())
        except DriverError:
            _log.warning("The clock of the Tobii SDK cannot be read", exc_info=True)
            return CLOCK_SYNC.empty(0)
