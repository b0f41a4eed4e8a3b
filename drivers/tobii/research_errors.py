"""Failed calls of ``tobii_research`` in words: what happened, to which tracker, what to do.

The package takes a time-out of its native library for success, and then stumbles over the missing answer:
IndexError, TypeError, AttributeError or None mean that the tracker did not answer in time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from drivers.contract import DriverError

Answer = TypeVar("Answer")

TIMED_OUT: Final = (IndexError, TypeError, AttributeError)
CANNOT_CONNECT: Final = (
    "EyeTrackerConnectionFailedError",
    "EyeTrackerInternalError",  # what a wrong or unreachable address of some kinds gives
    "EyeTrackerUnavailableError",
)

_CABLE: Final = "Check its cable and power, and close other programs that use it; then try again."
_SENTENCES: Final = {
    "EyeTrackerConnectionFailedError": f"does not answer. {_CABLE}",
    "EyeTrackerUnavailableError": f"is not available. {_CABLE}",
    "EyeTrackerInternalError": (
        "failed inside the software of Tobii. Switch the tracker off and on again; if that does not help, "
        "restart this computer."
    ),
    "EyeTrackerDisplayAreaNotValidError": (
        "does not accept this display area. Set it with Tobii's own manager program."
    ),
    "EyeTrackerFeatureDeprecatedError": "cannot do this any more with this version of Tobii's package.",
    "EyeTrackerFeatureNotSupportedError": "cannot do this. Use another model, or do without.",
    "EyeTrackerInvalidOperationError": (
        "cannot do this in its present state. Open it again; if that does not help, switch it off and on."
    ),
    "EyeTrackerLicenseError": (
        "needs a licence of Tobii for this. Name the licence file by the option licence_file."
    ),
    "EyeTrackerSavedLicenseFailedToApplyError": (
        "does not accept the licence that is stored on it. Renew it with Tobii's own manager program."
    ),
    "EyeTrackerOperationFailedError": (
        "did not carry this out: it is busy, or other programs have taken all its places. "
        "Close other programs that use it, then try again."
    ),
}


def name_of(error: Exception) -> str:
    """Return the package's name of an exception; its classes are known only once it is imported."""
    return type(error).__name__


def sentence(title: str, doing: str, error: Exception) -> str:
    """Return what failed in words.

    Parameters
    ----------
    title
        The tracker.
    doing
        What was asked of it: "reading its rate".
    error
        What the package raised.
    """
    if isinstance(error, TIMED_OUT):
        return timed_out(title, doing)
    if isinstance(error, ValueError):
        return f"While {doing}: the {title} does not accept the value. Choose one that it offers."
    what = _SENTENCES.get(name_of(error), f"failed ({error}). {_CABLE}")
    return f"While {doing}: the {title} {what}"


def timed_out(title: str, doing: str) -> str:
    """Return the sentence of a call that got no answer."""
    return f"While {doing}: the {title} did not answer in time. {_CABLE}"


@contextmanager
def asking(title: str, doing: str) -> Iterator[None]:
    """Turn what a call of the package raises into a `DriverError`; hold nothing but that call in it."""
    try:
        yield
    except DriverError:
        raise
    except Exception as error:  # the package's exceptions have no common base but this
        raise DriverError(sentence(title, doing, error)) from error


def answered(title: str, doing: str, answer: Any) -> Any:
    """Return an answer that is there.

    Raises
    ------
    DriverError
        If it is None, as after a time-out.
    """
    if answer is None:
        raise DriverError(timed_out(title, doing))
    return answer
