"""The calibrator's calls in the other interpreter, in a thread of their own: gaze goes on meanwhile."""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable
from typing import Final

from drivers.contract import CalibratedEyes, DeviceCalibrator, DriverError
from drivers.host import messages as m
from drivers.host.failures import kind_of
from gaze_core.rows import CALIBRATION_SAMPLE, Rows

_NO_SAMPLES: Final = CALIBRATION_SAMPLE.empty(0)
_log = logging.getLogger(__name__)


class CalibrationWorker:
    """Makes one call after the other.

    Parameters
    ----------
    calibrator
        Returns the calibrator of the open tracker, None where it has none.
    say
        Sends an answer.
    """

    def __init__(
        self, calibrator: Callable[[], DeviceCalibrator | None], say: Callable[[m.ToParent], object]
    ) -> None:
        self._calibrator = calibrator
        self._say = say
        self._requests: queue.SimpleQueue[m.CalibrationRequest] = queue.SimpleQueue()

    def take(self, request: m.CalibrationRequest) -> None:
        """Queue a call; from any thread."""
        self._requests.put(request)

    def step(self) -> None:
        """Wait for the next call, make it and answer."""
        request = self._requests.get()
        try:
            answer: m.ToParent = self._call(request)
        except DriverError as error:
            answer = m.Failed(number=request.number, kind=kind_of(error), text=str(error))
        except Exception as error:  # noqa: BLE001  # a vendor's package may raise anything: it is told
            _log.exception("The calibration failed")
            text = f"The calibration call {request.action} failed unexpectedly: {error}. Begin again."
            answer = m.Failed(number=request.number, kind=m.CRASHED, text=text)
        self._say(answer)

    def _call(self, request: m.CalibrationRequest) -> m.CalibrationDone:
        calibrator = self._calibrator()
        if calibrator is None:
            raise DriverError("This tracker cannot be calibrated; choose another way to calibrate.")
        if request.action == "enter":
            calibrator.enter(CalibratedEyes(request.eyes))
        elif request.action == "collect":
            return _done(request, is_good=calibrator.collect(request.x_norm, request.y_norm))
        elif request.action == "discard":
            calibrator.discard(request.x_norm, request.y_norm)
        elif request.action == "compute":
            outcome = calibrator.compute()
            return _done(
                request,
                is_good=outcome.is_applied,
                text=outcome.text,
                data=outcome.data,
                samples=outcome.samples,
            )
        elif request.action == "apply":
            calibrator.apply(bytes.fromhex(request.data_hex))
        elif request.action == "leave":
            calibrator.leave()
        else:
            raise DriverError(f"A calibrator has no call {request.action!r}.")
        return _done(request)


def _done(
    request: m.CalibrationRequest,
    *,
    is_good: bool = True,
    text: str = "",
    data: bytes = b"",
    samples: Rows = _NO_SAMPLES,
) -> m.CalibrationDone:
    return m.CalibrationDone(
        number=request.number,
        is_good=bool(is_good),
        text=text,
        data_hex=data.hex(),
        row_type=CALIBRATION_SAMPLE.name,
        rows=samples,
    )
