"""The exceptions of ``tobii_research``, and which of them a status of the native library becomes."""

from __future__ import annotations

from typing import NoReturn

from simulated_tobii import SimulatedError

__all__ = [
    "EyeTrackerConnectionFailedError",
    "EyeTrackerDisplayAreaNotValidError",
    "EyeTrackerFeatureDeprecatedError",
    "EyeTrackerFeatureNotSupportedError",
    "EyeTrackerInternalError",
    "EyeTrackerInvalidOperationError",
    "EyeTrackerLicenseError",
    "EyeTrackerOperationFailedError",
    "EyeTrackerSavedLicenseFailedToApplyError",
    "EyeTrackerUnavailableError",
]


class EyeTrackerConnectionFailedError(Exception):
    def __init__(self, value):
        super().__init__(value)


class EyeTrackerDisplayAreaNotValidError(Exception):
    def __init__(self, value):
        super().__init__(value)


class EyeTrackerFeatureDeprecatedError(Exception):
    def __init__(self, value):
        super().__init__(value)


class EyeTrackerFeatureNotSupportedError(Exception):
    def __init__(self, value):
        super().__init__(value)


class EyeTrackerInternalError(Exception):
    def __init__(self, value):
        super().__init__(value)


class EyeTrackerInvalidOperationError(Exception):
    def __init__(self, value):
        super().__init__(value)


class EyeTrackerLicenseError(Exception):
    def __init__(self, value):
        super().__init__(value)


class EyeTrackerOperationFailedError(Exception):
    def __init__(self, value):
        super().__init__(value)


class EyeTrackerSavedLicenseFailedToApplyError(Exception):
    def __init__(self, value):
        super().__init__(value)


class EyeTrackerUnavailableError(Exception):
    def __init__(self, value):
        super().__init__(value)


_RAISED = {
    "invalid_operation": EyeTrackerInvalidOperationError,
    "invalid_parameter": ValueError,
    "failed_to_apply": EyeTrackerSavedLicenseFailedToApplyError,
    "insufficient_license": EyeTrackerLicenseError,
    "not_supported": EyeTrackerFeatureNotSupportedError,
    "not_available": EyeTrackerUnavailableError,
    "connection_failed": EyeTrackerConnectionFailedError,
    "display_area_not_valid": EyeTrackerDisplayAreaNotValidError,
    "calibration_already_started": EyeTrackerInvalidOperationError,
    "calibration_not_started": EyeTrackerInvalidOperationError,
    "already_subscribed": EyeTrackerInvalidOperationError,
    "not_subscribed": EyeTrackerInvalidOperationError,
    "operation_failed": EyeTrackerOperationFailedError,
    "calibration_busy": EyeTrackerOperationFailedError,
    "callback_in_progress": EyeTrackerOperationFailedError,
    "too_many_subscribers": EyeTrackerOperationFailedError,
}


def raise_for(error: SimulatedError) -> NoReturn:
    """Raise what the wrapper makes of a status of the native library."""
    text = error.status.replace("_", " ").capitalize()
    raise _RAISED.get(error.status, EyeTrackerInternalError)(f"{text}. 'se_{error.status}'") from None
