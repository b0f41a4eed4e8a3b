"""The native library's status codes, and how TittaPy words them."""

from __future__ import annotations

from simulated_tobii import SimulatedError

OK = 0
_CODES = {
    "internal": (200, "SE_INTERNAL", "Internal stream engine error"),
    "insufficient_license": (201, "SE_INSUFFICIENT_LICENSE", "The operation requires a higher license type"),
    "not_supported": (202, "SE_NOT_SUPPORTED", "The operation isn't supported by the device"),
    "not_available": (203, "SE_NOT_AVAILABLE", "The device is unavailable"),
    "connection_failed": (204, "SE_CONNECTION_FAILED", "Connection to the device failed"),
    "timed_out": (205, "SE_TIMED_OUT", "The operation timed out"),
    "invalid_parameter": (209, "SE_INVALID_PARAMETER", "An invalid parameter was given to the method"),
    "calibration_already_started": (
        210,
        "SE_CALIBRATION_ALREADY_STARTED",
        "Calibration has already started",
    ),
    "calibration_not_started": (211, "SE_CALIBRATION_NOT_STARTED", "Calibration isn't started"),
    "operation_failed": (214, "SE_OPERATION_FAILED", "Operation failed"),
    "calibration_busy": (216, "SE_CALIBRATION_BUSY", "Calibration busy"),
    "callback_in_progress": (217, "SE_CALLBACK_IN_PROGRESS", "Callback in progress"),
    "too_many_subscribers": (218, "SE_TOO_MANY_SUBSCRIBERS", "Too many users subscribed to a stream"),
}
_UNKNOWN = (1000, "UNKNOWN", "Unknown error")


def code_of(error: SimulatedError) -> int:
    """Return the number of a failure."""
    return _CODES.get(error.status, _UNKNOWN)[0]


def words_of(code: int) -> str:
    """Return the text that goes with the result of a piece of calibration work."""
    name, text = next(
        (each[1:] for each in (*_CODES.values(), _UNKNOWN) if each[0] == code), ("OK", "No error")
    )
    return f"Tobii SDK code: {code}: TOBII_RESEARCH_STATUS_{name} ({text})"


def failure(what: str, error: SimulatedError) -> RuntimeError:
    """Return what the real module raises, in its words."""
    code, name, text = _CODES.get(error.status, _UNKNOWN)
    return RuntimeError(
        f"Titta::cpp Error: {what}\nError code: {code}: TOBII_RESEARCH_STATUS_{name} ({text})"
    )
