"""The calibrator of a tracker in another interpreter."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from drivers.contract import CalibratedEyes, CalibrationOutcome, DriverError
from drivers.host import messages as m
from drivers.host.host_process import HostProcess
from drivers.host.opening import answer_to

CALL_TIMEOUT_S: Final = 60.0


class HostedCalibrator:
    """Makes the calls of `drivers.contract.DeviceCalibrator` there; waits in the caller's thread.

    Parameters
    ----------
    current
        Returns the process of the tracker, None while it is being restarted.
    """

    def __init__(self, current: Callable[[], HostProcess | None]) -> None:
        self._current = current
        self._is_busy = threading.Event()

    @property
    def is_busy(self) -> bool:
        """Whether a call is under way; the interpreter may be silent that long."""
        return self._is_busy.is_set()

    def enter(self, eyes: CalibratedEyes = CalibratedEyes.BOTH) -> None:
        """Begin calibration mode."""
        self._call("enter", eyes=eyes)

    def collect(self, x_norm: float, y_norm: float) -> bool:
        """Collect at a target that is being shown; False asks for a repeat."""
        return self._call("collect", x_norm=x_norm, y_norm=y_norm).is_good

    def discard(self, x_norm: float, y_norm: float) -> None:
        """Throw away what was collected at a target."""
        self._call("discard", x_norm=x_norm, y_norm=y_norm)

    def compute(self) -> CalibrationOutcome:
        """Compute and apply."""
        done = self._call("compute")
        return CalibrationOutcome(
            is_applied=done.is_good, text=done.text, samples=done.rows, data=bytes.fromhex(done.data_hex)
        )

    def apply(self, data: bytes) -> None:
        """Give the device the calibration it had at an earlier time."""
        self._call("apply", data=data)

    def leave(self) -> None:
        """End calibration mode."""
        self._call("leave")

    def _call(
        self,
        action: str,
        *,
        eyes: CalibratedEyes = CalibratedEyes.BOTH,
        x_norm: float = 0.0,
        y_norm: float = 0.0,
        data: bytes = b"",
    ) -> m.CalibrationDone:
        process = self._current()
        if process is None or process.is_gone:
            raise DriverError(
                "The hosted driver is not running at the moment; wait until the tracker is back, then begin "
                "the calibration again."
            )
        question = process.ask(
            lambda number: m.CalibrationRequest(
                number=number,
                action=action,
                eyes=eyes.value,
                x_norm=x_norm,
                y_norm=y_norm,
                data_hex=data.hex(),
            )
        )
        what = f"carry out the calibration step {action}"
        self._is_busy.set()
        try:
            answer = answer_to(process, question, CALL_TIMEOUT_S, what=what)
        finally:
            self._is_busy.clear()
        if not isinstance(answer, m.CalibrationDone):
            raise DriverError(
                "The hosted driver answered the calibration with something else; begin it again."
            )
        return answer
