"""The thread that calls a device's calibrator: such a call blocks for seconds, and may never return.

A call that takes too long is abandoned: nobody waits for it any more, the device's calibration mode is left
when it returns after all, and until then nothing else is called.
"""

from __future__ import annotations

import logging
import queue
import threading
from dataclasses import dataclass

from capture_app.acquisition.messages import CalibrationCall
from drivers.contract import CalibratedEyes, CalibrationOutcome, DeviceCalibrator, DriverError
from gaze_core.clocks import Clock

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """How a call ended."""

    call: CalibrationCall
    t_host_ns: int  # when it ended
    is_ok: bool
    text: str  # a sentence for a technician
    outcome: CalibrationOutcome | None = None  # after compute


class CalibrationWorker:
    """Makes one call after the other. All methods but the thread's own belong to the server's thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._thread: _CallingThread | None = None
        self._abandoned: _CallingThread | None = None
        self._began_ns: int | None = None

    @property
    def is_hanging(self) -> bool:
        """Whether a call that was abandoned has not returned yet."""
        return self._abandoned is not None and self._abandoned.is_alive()

    @property
    def running_ns(self) -> int | None:
        """How long the call that runs has been running; None where none does."""
        return None if self._began_ns is None else self._clock.now_ns() - self._began_ns

    def begin(self, call: CalibrationCall, calibrator: DeviceCalibrator) -> None:
        """Begin a call; only where none runs and none hangs."""
        if self._thread is None:
            self._thread = _CallingThread(self._clock)
            self._thread.start()
        self._began_ns = self._clock.now_ns()
        self._thread.calls.put((call, calibrator))

    def take_finished(self) -> Finished | None:
        """Return the call that has ended since it was begun, None where none has."""
        if self._thread is None or self._thread.finished.empty():
            return None
        self._began_ns = None
        return self._thread.finished.get()

    def abandon(self) -> None:
        """Wait no longer for the call that runs."""
        if self._thread is not None:
            self._thread.is_abandoned.set()
            self._thread.calls.put(None)
            self._abandoned, self._thread = self._thread, None
        self._began_ns = None

    def close(self, timeout_s: float) -> None:
        """End the thread after the calls it was given, waiting at most `timeout_s`."""
        if self._thread is not None:
            self._thread.calls.put(None)
            self._thread.join(timeout_s)
            self._thread = None


class _CallingThread(threading.Thread):
    """Makes the calls it finds in `calls`, until it finds None."""

    def __init__(self, clock: Clock) -> None:
        # A daemon: a vendor's call that never returns must not keep the process from ending.
        super().__init__(name="device calibration", daemon=True)
        self.calls: queue.SimpleQueue[tuple[CalibrationCall, DeviceCalibrator] | None] = queue.SimpleQueue()
        self.finished: queue.SimpleQueue[Finished] = queue.SimpleQueue()
        self.is_abandoned = threading.Event()
        self._clock = clock

    def run(self) -> None:
        """Make the calls."""
        used: DeviceCalibrator | None = None
        while (item := self.calls.get()) is not None:
            call, used = item
            self.finished.put(make_call(call, used, self._clock))
        if self.is_abandoned.is_set() and used is not None:
            left = make_call(leave_call(), used, self._clock)
            _log.warning("A calibration call that was given up has returned. %s", left.text)


def leave_call() -> CalibrationCall:
    """Return the call that ends calibration mode."""
    return CalibrationCall(call="leave", x_norm=float("nan"), y_norm=float("nan"), eyes="", data_hex="")


def place_text(call: CalibrationCall) -> str:
    """Return the target of a call in words."""
    return f"({call.x_norm:.3f}, {call.y_norm:.3f})"


def make_call(call: CalibrationCall, calibrator: DeviceCalibrator, clock: Clock) -> Finished:
    """Make a call whose values have been checked; whatever it raises becomes a sentence."""
    try:
        is_ok, text, outcome = _made(call, calibrator)
    except DriverError as error:
        is_ok, text, outcome = False, str(error), None
    except Exception:  # noqa: BLE001  # the top of the thread: a vendor's package may raise anything
        _log.exception("The calibration call %s failed", call.call)
        text = (
            "The tracker's software failed in the calibration; the log says more. "
            "Begin the calibration again."
        )
        is_ok, outcome = False, None
    return Finished(call=call, t_host_ns=clock.now_ns(), is_ok=is_ok, text=text, outcome=outcome)


def _made(call: CalibrationCall, calibrator: DeviceCalibrator) -> tuple[bool, str, CalibrationOutcome | None]:
    if call.call == "enter":
        calibrator.enter(CalibratedEyes(call.eyes))
        return True, "The tracker is in calibration mode.", None
    if call.call == "collect":
        if calibrator.collect(call.x_norm, call.y_norm):
            return True, f"The tracker has collected at {place_text(call)}.", None
        return False, f"The tracker saw too little at {place_text(call)}; show this target again.", None
    if call.call == "discard":
        calibrator.discard(call.x_norm, call.y_norm)
        return True, f"What was collected at {place_text(call)} is thrown away.", None
    if call.call == "compute":
        outcome = calibrator.compute()
        return outcome.is_applied, outcome.text, outcome
    if call.call == "apply":
        calibrator.apply(bytes.fromhex(call.data_hex))
        return True, "The tracker uses the calibration it was given.", None
    calibrator.leave()
    return True, "The tracker has left calibration mode.", None
