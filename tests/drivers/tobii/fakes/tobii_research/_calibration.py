"""Both calibration classes of ``tobii_research`` on a simulated tracker."""

from __future__ import annotations

from ._constants import (
    CAPABILITY_CAN_DO_MONOCULAR_CALIBRATION,
    CAPABILITY_CAN_DO_SCREEN_BASED_CALIBRATION,
    SELECTED_EYE_BOTH,
    SELECTED_EYE_LEFT,
    SELECTED_EYE_RIGHT,
)
from ._data import CalibrationEyeData, CalibrationPoint, CalibrationResult, CalibrationSample
from ._tracker import EyeTracker, native, read

_EYES = {SELECTED_EYE_BOTH: "both", SELECTED_EYE_LEFT: "left", SELECTED_EYE_RIGHT: "right"}


class _Calibration:
    def __init__(self, eyetracker, capabilities, is_monocular):
        if not isinstance(eyetracker, EyeTracker):
            raise ValueError("A calibration object must be initialized with an EyeTracker.")  # noqa: TRY004
        if not set(capabilities) <= set(eyetracker.device_capabilities):
            raise ValueError("The EyeTracker cannot do this calibration.")
        # Reaching into the tracker as the real one reaches for its native handle.
        self.simulated = eyetracker._device.calibration
        self.is_monocular = is_monocular

    def enter(self):
        with native():
            self.simulated.enter(is_monocular=self.is_monocular)

    def collect(self, x, y, eyes):
        status = read(lambda: self.simulated.collect(float(x), float(y), eyes))
        return f"calibration_status_{[status][0 if status else 1]}"  # IndexError after a time-out

    def discard(self, x, y, eyes):
        read(lambda: self.simulated.discard(float(x), float(y), eyes))

    def compute(self):
        computed = read(self.simulated.compute)
        points = tuple(
            CalibrationPoint(
                (point.x_norm, point.y_norm),
                tuple(CalibrationSample(_eye(left), _eye(right)) for left, right in point.samples),
            )
            for point in computed.points
        )
        return CalibrationResult(f"calibration_status_{computed.status}", points)

    def leave(self):
        with native():
            self.simulated.leave()


def _eye(eye):
    return CalibrationEyeData((eye.x_norm, eye.y_norm), f"validity_{eye.validity}")


def _selected(eye):
    if eye not in _EYES:
        raise ValueError("eye_to_calibrate argument is invalid!")
    return _EYES[eye]


class ScreenBasedCalibration:
    def __init__(self, eyetracker):
        self._native = _Calibration(eyetracker, {CAPABILITY_CAN_DO_SCREEN_BASED_CALIBRATION}, False)

    def enter_calibration_mode(self):
        self._native.enter()

    def leave_calibration_mode(self):
        self._native.leave()

    def collect_data(self, x, y):
        return self._native.collect(x, y, "both")

    def discard_data(self, x, y):
        self._native.discard(x, y, "both")

    def compute_and_apply(self):
        return self._native.compute()


class ScreenBasedMonocularCalibration:
    def __init__(self, eyetracker):
        needed = {CAPABILITY_CAN_DO_SCREEN_BASED_CALIBRATION, CAPABILITY_CAN_DO_MONOCULAR_CALIBRATION}
        self._native = _Calibration(eyetracker, needed, True)

    def enter_calibration_mode(self):
        self._native.enter()

    def leave_calibration_mode(self):
        self._native.leave()

    def collect_data(self, x, y, eye_to_calibrate):
        return self._native.collect(x, y, _selected(eye_to_calibrate))

    def discard_data(self, x, y, eye_to_calibrate):
        self._native.discard(x, y, _selected(eye_to_calibrate))

    def compute_and_apply(self):
        return self._native.compute()
