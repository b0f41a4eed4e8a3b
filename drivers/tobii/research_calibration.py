"""Calibration on the device through ``tobii_research``; its calls block and come from one worker thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np

from drivers.contract import CalibratedEyes, CalibrationOutcome, DriverError
from drivers.tobii.research_errors import CANNOT_CONNECT, answered, asking, name_of, sentence
from gaze_core.rows import CALIBRATION_SAMPLE, Rows

MONOCULAR: Final = "can_do_monocular_calibration"
SCREEN_BASED: Final = "can_do_screen_based_calibration"

_NOT_IN_MODE: Final = "EyeTrackerInvalidOperationError"
_SELECTED: Final = {CalibratedEyes.LEFT: "SELECTED_EYE_LEFT", CalibratedEyes.RIGHT: "SELECTED_EYE_RIGHT"}

_log = logging.getLogger(__name__)


class ResearchCalibrator:
    """See `drivers.contract.DeviceCalibrator`.

    Parameters
    ----------
    sdk, tracker
        The vendor's module and an ``EyeTracker`` of it.
    title
        The tracker, for messages.
    capabilities
        Of the device, by the SDK's names without prefix.
    """

    def __init__(self, sdk: Any, tracker: Any, title: str, capabilities: frozenset[str]) -> None:
        self._sdk = sdk
        self._tracker = tracker
        self._title = title
        self._capabilities = capabilities
        self._entered: Any = None  # the SDK's calibration whose mode was entered and not left
        self._eye: tuple[str, ...] = ()  # the last argument of a calibration of single eyes
        self._lock = threading.Lock()
        self._is_busy = False
        self._is_closed = False

    def enter(self, eyes: CalibratedEyes = CalibratedEyes.BOTH) -> None:
        """Begin calibration mode; one that a crashed program left behind is ended first."""
        sdk = self._sdk
        with self._call("starting the calibration"):
            eye: tuple[str, ...] = ()
            if eyes is CalibratedEyes.BOTH:
                calibration = sdk.ScreenBasedCalibration(self._tracker)
            elif MONOCULAR in self._capabilities:
                calibration = sdk.ScreenBasedMonocularCalibration(self._tracker)
                eye = (str(getattr(sdk, _SELECTED[eyes])),)
            else:
                raise DriverError(f"The {self._title} cannot calibrate a single eye; calibrate both.")
            try:
                calibration.enter_calibration_mode()
            except sdk.EyeTrackerInvalidOperationError:
                calibration.leave_calibration_mode()
                calibration.enter_calibration_mode()
            self._entered, self._eye = calibration, eye

    def collect(self, x_norm: float, y_norm: float) -> bool:
        """Collect at a target that is being shown; False asks for a repeat."""
        calibration = self._need_mode()
        doing = "collecting at a target"
        with self._call(doing):
            status = answered(self._title, doing, calibration.collect_data(x_norm, y_norm, *self._eye))
        return str(status).startswith(self._sdk.CALIBRATION_STATUS_SUCCESS)

    def discard(self, x_norm: float, y_norm: float) -> None:
        """Throw away what was collected at a target."""
        calibration = self._need_mode()
        with self._call("discarding a target"):
            calibration.discard_data(x_norm, y_norm, *self._eye)

    def compute(self) -> CalibrationOutcome:
        """Compute and apply."""
        calibration = self._need_mode()
        doing = "computing the calibration"
        with self._call(doing):
            try:
                result = answered(self._title, doing, calibration.compute_and_apply())
            except ValueError:  # what the package makes of a success without any point
                return CalibrationOutcome(
                    is_applied=False,
                    text=f"The {self._title} computed a calibration of no targets at all; calibrate again.",
                )
            data = self._retrieve() if result.status != self._sdk.CALIBRATION_STATUS_FAILURE else b""
        return self._outcome(str(result.status), _sample_rows(self._sdk, result.calibration_points), data)

    def apply(self, data: bytes) -> None:
        """Give the device the calibration it had at an earlier time."""
        with self._call("applying an earlier calibration"):
            self._tracker.apply_calibration_data(data)

    def leave(self) -> None:
        """End calibration mode; where it was never entered, or is over already, nothing happens."""
        calibration = self._entered
        if calibration is None:
            return
        doing = "ending the calibration"
        try:
            calibration.leave_calibration_mode()
        except Exception as error:
            # A tracker that is out of the mode, or away, is out of it for good; a busy one is asked again.
            if name_of(error) not in (_NOT_IN_MODE, *CANNOT_CONNECT):
                raise DriverError(sentence(self._title, doing, error)) from error
            self._entered = None
            if name_of(error) != _NOT_IN_MODE:
                raise DriverError(sentence(self._title, doing, error)) from error
        self._entered = None

    def close(self) -> None:
        """Leave the mode when the device is let go of: at once, or with the end of the call that runs."""
        with self._lock:
            self._is_closed = True
            if self._is_busy:
                return
        self._leave_quietly()

    @contextmanager
    def _call(self, doing: str) -> Iterator[None]:
        with self._lock:
            if self._is_closed:
                raise DriverError(f"The {self._title} was closed; open it again before calibrating.")
            self._is_busy = True
        try:
            with asking(self._title, doing):
                yield
        finally:
            self._end_call()

    def _end_call(self) -> None:
        with self._lock:
            self._is_busy = False
            is_closed = self._is_closed
        if is_closed:
            self._leave_quietly()

    def _leave_quietly(self) -> None:
        try:
            self.leave()
        except DriverError as error:
            _log.info("%s", error)

    def _need_mode(self) -> Any:
        if self._entered is None:
            raise DriverError(f"The {self._title} is not in calibration mode; begin the calibration again.")
        return self._entered

    def _retrieve(self) -> bytes:
        """Return the device's own bytes; a calibration is good without them, so a failure is logged."""
        try:
            with asking(self._title, "reading the calibration"):
                data = self._tracker.retrieve_calibration_data()
        except DriverError as error:
            _log.warning("%s", error)
            return b""
        return bytes(data) if data is not None else b""

    def _outcome(self, status: str, samples: Rows, data: bytes) -> CalibrationOutcome:
        sdk, title = self._sdk, self._title
        whole = f"The {title} uses the new calibration"
        texts = {
            sdk.CALIBRATION_STATUS_SUCCESS: f"{whole}.",
            sdk.CALIBRATION_STATUS_SUCCESS_LEFT_EYE: f"{whole} of the left eye.",
            sdk.CALIBRATION_STATUS_SUCCESS_RIGHT_EYE: f"{whole} of the right eye.",
        }
        if status in texts:
            return CalibrationOutcome(is_applied=True, text=texts[status], samples=samples, data=data)
        return CalibrationOutcome(
            is_applied=False,
            text=f"The {title} could make no calibration of what it saw; look at the targets again.",
            samples=samples,
        )


def _sample_rows(sdk: Any, points: Any) -> Rows:
    """Return one CALIBRATION_SAMPLE row per sample, attempt and time unset."""
    pairs = [(point, sample) for point in points for sample in point.calibration_samples]
    rows = CALIBRATION_SAMPLE.empty(len(pairs))
    uses = {sdk.VALIDITY_VALID_AND_USED: 2, sdk.VALIDITY_VALID_BUT_NOT_USED: 1}
    for row, (point, sample) in enumerate(pairs):
        rows["target_x_norm"][row], rows["target_y_norm"][row] = point.position_on_display_area
        for side, eye in (("left", sample.left_eye), ("right", sample.right_eye)):
            use = uses.get(eye.validity, 0)
            x_norm, y_norm = eye.position_on_display_area if use else (np.nan, np.nan)
            rows[f"{side}_x_norm"][row], rows[f"{side}_y_norm"][row] = x_norm, y_norm
            rows[f"{side}_use"][row] = use
    return rows
