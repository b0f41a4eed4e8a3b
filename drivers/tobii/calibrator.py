"""The calibrator of a driver: always that of the device as it is connected now.

The contract's calibrator outlives a connection, the device's own does not. Its calls come from a worker
thread while the tracker's thread may connect anew or close; so each goes to the device of the moment, a
calibration whose device is gone ends in words, and calibration mode is left even where the driver is closed
in the middle of a call.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from drivers.contract import CalibratedEyes, CalibrationOutcome, DeviceCalibrator, DriverError

CLOSE_PATIENCE_S: Final = 1.0
_log = logging.getLogger(__name__)


class CurrentCalibrator:
    """Hands each call to the calibrator of the connected device.

    Parameters
    ----------
    title
        The tracker, for messages.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._lock = (
            threading.Lock()
        )  # held during a call; `connect` and `close` wait for it at most a moment
        self._connected: DeviceCalibrator | None = None
        self._entered: DeviceCalibrator | None = None  # whose calibration mode was entered and not left
        self._is_lost = False

    def connect(self, calibrator: DeviceCalibrator | None) -> None:
        """Use this calibrator from now on; None where the device is closed. In the tracker's thread."""
        self._connected = calibrator
        if not self._lock.acquire(timeout=CLOSE_PATIENCE_S):
            return  # the call that goes on leaves the mode when it returns
        try:
            self._leave_where_gone()
        finally:
            self._lock.release()

    def note_loss(self, is_lost: bool) -> None:
        """Refuse calls while the tracker is away, rather than have them wait for it."""
        self._is_lost = is_lost

    def enter(self, eyes: CalibratedEyes = CalibratedEyes.BOTH) -> None:
        """Begin calibration mode."""
        with self._call() as calibrator:
            self._entered = calibrator
            calibrator.enter(eyes)

    def collect(self, x_norm: float, y_norm: float) -> bool:
        """Collect at a target that is being shown; False asks for a repeat."""
        with self._call_within() as calibrator:
            return calibrator.collect(x_norm, y_norm)

    def discard(self, x_norm: float, y_norm: float) -> None:
        """Throw away what was collected at a target."""
        with self._call_within() as calibrator:
            calibrator.discard(x_norm, y_norm)

    def compute(self) -> CalibrationOutcome:
        """Compute and apply."""
        with self._call_within() as calibrator:
            return calibrator.compute()

    def apply(self, data: bytes) -> None:
        """Give the device the calibration it had at an earlier time."""
        with self._call() as calibrator:
            calibrator.apply(data)

    def leave(self) -> None:
        """End calibration mode, of whichever device it was entered on."""
        with self._lock:
            calibrator = self._entered or self._connected
            self._entered = None
            if calibrator is not None:
                calibrator.leave()

    @contextmanager
    def _call_within(self) -> Iterator[DeviceCalibrator]:
        with self._call() as calibrator:
            if self._entered is not calibrator:
                raise DriverError(
                    f"The {self._title} is not in calibration mode, or was away in the meantime; "
                    "begin the calibration again."
                )
            yield calibrator

    @contextmanager
    def _call(self) -> Iterator[DeviceCalibrator]:
        with self._lock:
            calibrator = self._connected
            if calibrator is None or self._is_lost:
                raise DriverError(
                    f"The {self._title} is not connected at the moment and cannot be calibrated; "
                    "begin again when it is back."
                )
            try:
                yield calibrator
            finally:
                self._leave_where_gone()

    def _leave_where_gone(self) -> None:
        """Leave the mode of a device that is no longer the connected one; with the lock held."""
        entered = self._entered
        if entered is None or entered is self._connected:
            return
        self._entered = None
        try:
            entered.leave()
        except DriverError:
            _log.info(
                "The %s that was let go of could not leave calibration mode", self._title, exc_info=True
            )
