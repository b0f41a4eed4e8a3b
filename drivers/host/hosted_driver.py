"""A driver that runs in another Python interpreter, behind the driver contract of this one.

Samples that the other process has sent are delivered in order, also those that it sent before it died. Then
the loss is told, the process is brought back, and the stream goes on with the next number.
"""

from __future__ import annotations

import dataclasses
import logging
import math
from collections.abc import Mapping
from typing import Final

import numpy as np

from drivers.contract import (
    Batch,
    Capabilities,
    DriverError,
    DriverStateError,
    Notice,
    NoticeKind,
    Scene,
    TrackerLostError,
    ViewingSetup,
)
from drivers.host import messages as m
from drivers.host.calibrator import HostedCalibrator
from drivers.host.failures import error_of
from drivers.host.host_process import HostGoneError, HostProcess
from drivers.host.incoming import ArrivedBatch
from drivers.host.json_forms import HostedCapabilities
from drivers.host.opening import (
    HostedRequest,
    HostedTracker,
    NoAnswerError,
    Opening,
    answer_to,
    ensure_same,
    start_stream,
)
from drivers.host.revival import PAUSES_S, Revival
from drivers.host.row_continuity import RowContinuity
from drivers.returned import changes_after_return
from gaze_core.clocks import Clock, HostClock
from gaze_core.streams import TrackerInfo

PATIENCE_S: Final = 2.0
CALIBRATION_PATIENCE_S: Final = 30.0
LEAVE_TIMEOUT_S: Final = 2.0
STEADY_NS: Final = 10_000_000_000
"""A process that ran so long before it died is brought back after the shortest pause."""

_log = logging.getLogger(__name__)


class HostedDriver:
    """Any driver of the registry in another interpreter.

    Parameters
    ----------
    driver
        Its name in the registry.
    interpreter
        Full path of the other Python.
    options, setup
        Handed to the driver there, after a restart once more.
    clock
        Source of host times; must be the system's, which the other process reads as well.
    pauses_s
        Pauses before the attempts to bring a dead process back, s.
    """

    def __init__(
        self,
        driver: str,
        interpreter: str,
        options: Mapping[str, str],
        setup: ViewingSetup,
        *,
        clock: Clock | None = None,
        pauses_s: tuple[float, ...] = PAUSES_S,
    ) -> None:
        self._request = HostedRequest(
            driver=driver, interpreter=interpreter, options=dict(options), setup=setup
        )
        self._clock: Clock = HostClock() if clock is None else clock
        self._pauses_s = pauses_s
        self._info: TrackerInfo | None = None  # as it was first opened
        self._newest_info: TrackerInfo | None = None  # after the last restart
        self._untold: tuple[Notice, ...] = ()
        self._abilities = HostedCapabilities()
        self._tracker: HostedTracker | None = None
        self._revival: Revival | None = None
        self._stream: int | None = None
        self._is_running = False
        self._failure: DriverError | None = None
        self._continuity = RowContinuity()
        self._calibrator = HostedCalibrator(self._process)
        self._scene: Scene | None = None
        self._taken_bytes = self._told_bytes = 0
        self._losses = 0
        self._began_ns = 0
        self._cpu_before_s = 0.0

    @property
    def process_id(self) -> int | None:
        """Number of the other process, None while there is none."""
        process = self._process()
        return None if process is None else process.process_id

    def open(self) -> TrackerInfo:
        """Start the interpreter and open the tracker there."""
        if self._info is not None:
            raise DriverStateError("The hosted driver is open already; close it before opening it again.")
        self._tracker = Opening(self._request).run()
        info, self._abilities = self._tracker.info, self._tracker.capabilities
        self._info = self._newest_info = info
        self._continuity = RowContinuity(info.rate_hz if info.has_device_clock else math.nan)
        return info

    def capabilities(self) -> Capabilities:
        """Return what the tracker there can do."""
        if self._info is None:
            raise DriverStateError("The hosted driver is not open; open it before asking what it can do.")
        there = self._abilities
        return Capabilities(
            rates_hz=there.rates_hz,
            modes=there.modes,
            set_scene=self.set_scene if there.takes_scenes else None,
            calibrator=self._calibrator if there.calibrates else None,
            calibrates_single_eyes=there.calibrates_single_eyes,
            cpu_s=self._cpu_s if there.counts_cpu else None,
        )

    def set_scene(self, scene: Scene) -> None:
        """Let a simulated eye there see what the screen shows."""
        self._scene = scene
        if self._tracker is not None:
            self._show(self._tracker, scene)

    def start(self) -> None:
        """Begin to stream; a process that died meanwhile is started anew."""
        if self._info is None:
            raise DriverStateError("The hosted driver is not open; open it before starting it.")
        if self._is_running:
            raise DriverStateError("The hosted driver streams already; stop it before starting it again.")
        tracker = self._tracker or self._open_again(self._info)
        try:
            stream = start_stream(tracker)
        except NoAnswerError:
            has_died = tracker.process.is_gone  # while nobody looked; else it hangs
            self._let_go(0.0)
            if not has_died:
                raise
            tracker = self._open_again(self._info)
            stream = start_stream(tracker)
        self._begin(tracker, stream)
        self._failure = None
        self._is_running = True

    def read(self, timeout_s: float) -> Batch:
        """Return what has arrived; see the driver contract."""
        if self._info is None or not self._is_running:
            raise DriverStateError("The hosted driver is not streaming; open and start it before reading.")
        if self._failure is not None:
            raise self._failure
        try:
            if self._revival is not None:
                return self._wait_for_return(self._revival, timeout_s)
            return self._next_batch(timeout_s)
        except TrackerLostError as error:
            self._failure = error
            raise

    def stop(self) -> None:
        """End streaming; what was not read is gone."""
        self._is_running = False
        self._stream = None
        if self._revival is not None:
            revival, self._revival = self._revival, None
            revival.cancel()
        tracker = self._tracker
        if tracker is None:
            return
        try:
            question = tracker.process.ask(lambda number: m.StopDriver(number=number))
            answer_to(tracker.process, question, LEAVE_TIMEOUT_S, what="stop its stream")
        except DriverError as error:
            _log.warning("The hosted driver is ended because it did not stop: %s", error)
            self._let_go(0.0)
        tracker.process.forget_stream()

    def close(self) -> None:
        """End the other process; it is killed where it does not end within 2 s."""
        if self._is_running:
            self.stop()
        self._let_go(LEAVE_TIMEOUT_S)
        self._continuity = RowContinuity()
        self._info = None

    def _process(self) -> HostProcess | None:
        tracker = self._tracker
        return None if tracker is None else tracker.process

    def _next_batch(self, timeout_s: float) -> Batch:
        tracker = self._tracker
        if tracker is None:
            raise DriverStateError("The hosted driver is not streaming; open and start it before reading.")
        patience_s = CALIBRATION_PATIENCE_S if self._calibrator.is_busy else PATIENCE_S
        if tracker.process.signs.are_bad(patience_s):
            _log.warning("The hosted driver does not respond and is ended")
            tracker.process.kill(f"It did not respond for {patience_s:.0f} s and was ended.")
        try:
            arrived = tracker.process.take(timeout_s)
        except HostGoneError:
            return self._lose(tracker.process.why_gone())
        if isinstance(arrived, m.ReadFailed):
            return self._fail(arrived)
        batch = self._empty() if arrived is None else self._accepted(tracker, arrived)
        return self._with_changes(self._with_clock(tracker, batch))

    def _accepted(self, tracker: HostedTracker, arrived: ArrivedBatch) -> Batch:
        if arrived.stream != self._stream:
            return self._empty()
        self._taken_bytes += arrived.size_bytes
        if self._taken_bytes - self._told_bytes >= m.WINDOW_BYTES // 8:
            self._told_bytes = self._taken_bytes
            tracker.process.send(m.RowsTaken(stream=arrived.stream, taken_bytes=self._taken_bytes))
        has_device_clock = tracker.info.has_device_clock
        return self._continuity.take(
            tracker.clock.shift_batch(arrived.batch, has_device_clock=has_device_clock)
        )

    def _with_clock(self, tracker: HostedTracker, batch: Batch) -> Batch:
        for reading in tracker.process.signs.take_readings():
            tracker.clock.add(reading)
        row = tracker.clock.due_row()
        if row is None:
            return batch
        return dataclasses.replace(batch, clock_sync=np.concatenate([batch.clock_sync, row]))

    def _with_changes(self, batch: Batch) -> Batch:
        """Return a batch with what a restart has shown to be set differently."""
        told, self._untold = self._untold, ()
        return dataclasses.replace(batch, notices=(*told, *batch.notices)) if told else batch

    def _fail(self, failed: m.ReadFailed) -> Batch:
        """Pass on an error of the driver; a crash of it is one of its process."""
        if failed.stream != self._stream:
            return self._empty()
        if failed.kind == m.CRASHED:
            return self._lose(failed.text)
        self._failure = error_of(failed.kind, failed.text)
        raise self._failure

    def _lose(self, why: str) -> Batch:
        """Tell the loss and begin to bring the process back."""
        if self._info is None:
            raise DriverStateError("The hosted driver is not open; open it before reading.")
        now_ns = self._clock.now_ns()
        self._losses = 1 if now_ns - self._began_ns >= STEADY_NS else self._losses + 1
        text = f"The hosted {self._request.driver} driver ended and is being restarted. {why}"
        _log.warning("%s", text)
        self._let_go(0.0)
        self._revival = Revival(self._request, self._info, losses=self._losses, pauses_s=self._pauses_s)
        return dataclasses.replace(self._empty(), notices=self._continuity.lose(now_ns, text))

    def _wait_for_return(self, revival: Revival, timeout_s: float) -> Batch:
        back = revival.wait(timeout_s)
        if back is not None:
            self._revival = None
            tracker, stream = back
            self._go_on(tracker.info)
            self._begin(tracker, stream)
            return self._next_batch(0.0)
        problem = revival.take_problem()
        if not problem:
            return self._empty()
        notice = Notice(
            t_host_ns=self._clock.now_ns(),
            kind=NoticeKind.WARNING,
            text=f"The hosted {self._request.driver} driver could not be restarted yet: {problem}",
        )
        return dataclasses.replace(self._empty(), notices=(notice,))

    def _begin(self, tracker: HostedTracker, stream: int) -> None:
        self._tracker, self._stream = tracker, stream
        self._taken_bytes = self._told_bytes = 0
        self._began_ns = self._clock.now_ns()
        tracker.process.signs.begin_patience()
        if self._scene is not None:
            self._show(tracker, self._scene)

    def _open_again(self, info: TrackerInfo) -> HostedTracker:
        tracker = Opening(self._request).run()
        try:
            ensure_same(info, tracker.info)
        except DriverError:
            tracker.process.end(0.0)
            raise
        self._tracker = tracker
        self._go_on(tracker.info)
        return tracker

    def _go_on(self, now: TrackerInfo) -> None:
        """Go on with the rows of another process; a loss that was told is told to be over."""
        if self._info is not None and self._newest_info is not None:
            t_host_ns = self._clock.now_ns()
            self._untold += changes_after_return(self._info, self._newest_info, now, t_host_ns)
        self._newest_info = now
        self._continuity.begin_process()
        self._continuity.come_back(f"The hosted {self._request.driver} driver runs again.")

    def _let_go(self, timeout_s: float) -> None:
        tracker, self._tracker = self._tracker, None
        if tracker is not None:
            tracker.process.end(timeout_s)
            if math.isfinite(tracker.process.signs.cpu_s):
                self._cpu_before_s += tracker.process.signs.cpu_s

    def _show(self, tracker: HostedTracker, scene: Scene) -> None:
        if tracker.capabilities.takes_scenes:
            tracker.process.send(m.ShowScene(scene=dataclasses.asdict(tracker.clock.shift_scene(scene))))

    def _cpu_s(self) -> float:
        process = self._process()
        now_s = process.signs.cpu_s if process is not None and math.isfinite(process.signs.cpu_s) else 0.0
        return self._cpu_before_s + now_s

    def _empty(self) -> Batch:
        if self._info is None:
            raise DriverStateError("The hosted driver is not open; open it before reading.")
        return Batch.empty(self._info)
