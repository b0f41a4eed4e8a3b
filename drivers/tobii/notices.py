"""What the SDK notifies, put into sentences that say what it means for the recording.

Connection notices are not here: whether a tracker is there is judged by `drivers.tobii.presence`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from drivers.contract import Notice, NoticeKind
from drivers.tobii.backend import TobiiNotice

CONNECTION_LOST: Final = "connection_lost"
CONNECTION_RESTORED: Final = "connection_restored"
DISPLAY_AREA_CHANGED: Final = "display_area_changed"
RATE_CHANGED: Final = "gaze_output_frequency_changed"
MODE_CHANGED: Final = "eye_tracking_mode_changed"
STREAM_ERROR: Final = "stream_error"

_Sentence = Callable[[str, TobiiNotice], "tuple[NoticeKind, str]"]


def is_loss(notice: TobiiNotice) -> bool:
    """Return whether a notice says that the connection is gone."""
    return notice.kind == CONNECTION_LOST or (
        notice.kind == STREAM_ERROR and CONNECTION_LOST in notice.detail.casefold()
    )


def plain_notice(title: str, notice: TobiiNotice) -> Notice:
    """Return a notice of the SDK that needs no comparison with what was before, as a sentence.

    Parameters
    ----------
    title
        The tracker: model and serial number.
    notice
        Anything but a loss or return, and a change of display area, rate or mode.
    """
    make = _SENTENCES.get(notice.kind, _unknown)
    kind, text = make(title, notice)
    value = _VALUES.get(notice.kind, notice.value)
    return Notice(t_host_ns=notice.t_host_ns, kind=kind, text=text, value=value)


def display_area_text(title: str, before: str, now: str, *, is_as_opened: bool) -> str:
    """Return the warning of a changed display area; both given as sizes in words."""
    if is_as_opened:
        return f"The display area of the {title} is again as it was when the tracker was opened ({now})."
    change = f"from {before} to {now}" if before != now else f"to another place ({now})"
    return (
        f"The display area of the {title} changed {change}: its gaze no longer fits the screen as it did. "
        "Set the display area right, calibrate again, and open the tracker again before the next recording."
    )


def rate_text(title: str, expected_hz: float, now_hz: float) -> str:
    """Return the warning of a changed rate, or the word that it is right again."""
    if now_hz == expected_hz:
        return f"The {title} delivers {now_hz:g} samples per second again."
    return (
        f"The {title} now delivers {now_hz:g} samples per second instead of {expected_hz:g}; another program "
        "may have changed it. Close that program and open the tracker again before the next recording."
    )


def mode_text(title: str, expected: str, now: str) -> str:
    """Return the warning of a changed tracking mode, or the word that it is right again."""
    if now == expected:
        return f"The {title} tracks in the mode {now!r} again."
    return (
        f"The {title} now tracks in the mode {now!r} instead of {expected!r}; another program may have "
        "changed it. Close that program and open the tracker again before the next recording."
    )


def _calibration_entered(title: str, _notice: TobiiNotice) -> tuple[NoticeKind, str]:
    return NoticeKind.CALIBRATION_MODE, f"The {title} entered its calibration mode."


def _calibration_left(title: str, _notice: TobiiNotice) -> tuple[NoticeKind, str]:
    return NoticeKind.CALIBRATION_MODE, f"The {title} left its calibration mode."


def _calibration_changed(title: str, _notice: TobiiNotice) -> tuple[NoticeKind, str]:
    return (
        NoticeKind.CALIBRATION_CHANGED,
        f"The calibration of the {title} changed; gaze from here on is by the new one.",
    )


def _faults(title: str, notice: TobiiNotice) -> tuple[NoticeKind, str]:
    if not notice.detail:
        return NoticeKind.WARNING, f"The {title} reports no fault any more."
    return (
        NoticeKind.WARNING,
        f"The {title} reports a fault: {_ended(notice.detail)} Look at the tracker itself.",
    )


def _warnings(title: str, notice: TobiiNotice) -> tuple[NoticeKind, str]:
    if not notice.detail:
        return NoticeKind.WARNING, f"The {title} reports no warning any more."
    return NoticeKind.WARNING, f"The {title} warns: {_ended(notice.detail)}"


def _overflow(title: str, notice: TobiiNotice) -> tuple[NoticeKind, str]:
    of_what = f" ({notice.detail})" if notice.detail else ""
    return (
        NoticeKind.BUFFER_OVERFLOW,
        f"A buffer of the {title} overflowed{of_what}: data that came meanwhile are lost, for this computer "
        "was too busy. Close other programs.",
    )


def _stream_error(title: str, notice: TobiiNotice) -> tuple[NoticeKind, str]:
    detail = notice.detail.casefold()
    if "insufficient_license" in detail:
        return (
            NoticeKind.LICENCE_PROBLEM,
            f"The {title} does not send a stream for want of a licence ({notice.detail}); give the licence "
            "file of Tobii by the option licence_file.",
        )
    if "too_many_subscribers" in detail:
        return (
            NoticeKind.STREAM_ERROR,
            f"The {title} is occupied: other programs have taken all its places ({notice.detail}). "
            "Close them and open the tracker again.",
        )
    if "not_supported" in detail:
        return (
            NoticeKind.STREAM_ERROR,
            f"The {title} does not have a stream that was asked for ({notice.detail}); leave it out by the "
            "option streams.",
        )
    if notice.detail.endswith("."):  # a sentence already
        return NoticeKind.STREAM_ERROR, notice.detail
    what = notice.detail or "no reason given"
    return (
        NoticeKind.STREAM_ERROR,
        f"A stream of the {title} failed ({what}). Open the tracker again where samples stay away.",
    )


def _unknown(title: str, notice: TobiiNotice) -> tuple[NoticeKind, str]:
    words = notice.kind.replace("_", " ")
    detail = f": {_ended(notice.detail)}" if notice.detail else "."
    return NoticeKind.WARNING, f"The {title} tells of {words}{detail}"


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


_VALUES: Final = {"calibration_mode_entered": 1.0, "calibration_mode_left": 0.0}
_SENTENCES: Final[dict[str, _Sentence]] = {
    "calibration_mode_entered": _calibration_entered,
    "calibration_mode_left": _calibration_left,
    "calibration_changed": _calibration_changed,
    "device_faults": _faults,
    "device_warnings": _warnings,
    "stream_buffer_overflow": _overflow,
    STREAM_ERROR: _stream_error,
}
