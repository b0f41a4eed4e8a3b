"""What TittaPy raises, in words. It knows one kind of exception; the status is in the text."""

from __future__ import annotations

import re
from typing import Final

from drivers.contract import DriverError

FAILURES: Final = (RuntimeError, TypeError, ValueError)
"""What a call may raise: the library's failures, and conversions to Python that TittaPy cannot make."""

UNREACHABLE: Final = frozenset({"INTERNAL", "CONNECTION_FAILED", "NOT_AVAILABLE", "INVALID_PARAMETER"})
"""How the library says that nothing answers at an address; which one depends on the kind of the address."""

_STATUS: Final = re.compile(r"TOBII_RESEARCH_STATUS_(?:SE_)?([A-Z_]+)")
_ALL_IS_WELL: Final = "OK"
_SWITCH_OFF: Final = "Try again; where that does not help, switch the tracker off and on."
_CHECK: Final = "Check its cable and power, then try again."
_MANAGER: Final = "Look at the tracker with Tobii's own manager program."

_REASONS: Final[dict[str, tuple[str, str]]] = {
    "CONNECTION_FAILED": ("the tracker does not answer", _CHECK),
    "NOT_AVAILABLE": ("the tracker is not available", _CHECK),
    "TIMED_OUT": ("the tracker did not answer in time", _SWITCH_OFF),
    "FIRMWARE_NO_RESPONSE": ("the tracker's firmware did not answer", _SWITCH_OFF),
    "INTERNAL": ("Tobii's library reports an internal error", _SWITCH_OFF),
    "INSUFFICIENT_LICENSE": (
        "the tracker's licence does not allow it",
        "Give the licence file of Tobii by the option licence_file.",
    ),
    "SAVED_LICENSE_FAILED_TO_APPLY": (
        "a licence that is stored on the tracker could not be applied",
        _MANAGER,
    ),
    "NOT_SUPPORTED": (
        "the tracker cannot do that",
        "Leave it out, or bring its firmware up to date with Tobii's own manager program.",
    ),
    "INVALID_PARAMETER": ("the tracker refuses the value", "Choose one of those it offers."),
    "OUT_OF_BOUNDS": ("the tracker refuses the value", "Choose one of those it offers."),
    "DISPLAY_AREA_NOT_VALID": (
        "the tracker has no valid display area",
        "Set its display up with Tobii's own manager program.",
    ),
    "TOO_MANY_SUBSCRIBERS": (
        "other programs have taken all places of the tracker",
        "Close them, then try again.",
    ),
    "CALIBRATION_ALREADY_STARTED": (
        "the tracker is in calibration mode already",
        "Close the program that calibrates it; where there is none, switch the tracker off and on.",
    ),
    "CALIBRATION_NOT_STARTED": (
        "the tracker is not in calibration mode",
        "Begin the calibration anew.",
    ),
    "CALIBRATION_BUSY": ("the tracker is still busy with the calibration", "Wait a little, then try again."),
    "CONFLICTING_API_INSTANCES": (
        "another version of Tobii's library is in use",
        "Close other programs that use the tracker, then try again.",
    ),
    "OPERATION_FAILED": ("the tracker could not do it", _SWITCH_OFF),
}


def status_of(text: str) -> str:
    """Return the library's status in a text without its prefix, such as ``TIMED_OUT``; "" where none is."""
    found = _STATUS.search(text)
    return found.group(1) if found else ""


def is_success(text: str) -> bool:
    """Return whether the status in a text is that of success."""
    return status_of(text) == _ALL_IS_WELL


def reason_of(text: str) -> str:
    """Return why something failed and what to do, as the end of a sentence that began with what failed.

    Parameters
    ----------
    text
        Of an exception, or of the result of a piece of calibration work.
    """
    known = _REASONS.get(status_of(text))
    if known is not None:
        return f"{known[0]}. {known[1]}"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    said = lines[-1].rstrip(".") if lines else "nothing more is known"
    return f"Tobii's library says: {said}. {_SWITCH_OFF}"


def failure(what: str, error: Exception) -> DriverError:
    """Return the error that says that `what` (the first half of a sentence) failed, why, and what to do."""
    return DriverError(f"{what}: {reason_of(str(error))}")
