"""A ruler against the screen: what a bar of known millimetres says about the size of the reader's screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from capture_app.session.hardware_check import size_differs
from capture_app.session.port import ScreenFacts
from capture_app.session.session_metadata import ASSUMED_DPI, MM_PER_INCH
from capture_app.session.study.station_keys import DisplaySetup

FRAME_WIDTH_MM: Final = 100.0
FRAME_HEIGHT_MM: Final = 50.0
_AGREES_PERCENT: Final = 0.5  # half a millimetre on the bar: as well as a ruler can be read
_BELIEVABLE: Final = (0.25, 4.0)  # of the believed size; beyond, a number was mistyped


@dataclass(frozen=True, slots=True, kw_only=True)
class RulerFrame:
    """The frame on the screen."""

    width_px: float  # physical pixels that are believed to be `FRAME_WIDTH_MM`
    height_px: float
    believed_width_mm: float  # of the whole screen
    believed_height_mm: float
    is_assumed: bool  # nobody told the size: 96 dots per inch are believed


@dataclass(frozen=True, slots=True, kw_only=True)
class RulerResult:
    """What the ruler says."""

    level: str  # good, attention, bad
    sentence: str
    width_mm: float  # of the whole screen, by the ruler; NaN where the numbers cannot be
    height_mm: float
    width_off_percent: float  # true against believed
    height_off_percent: float
    study_sentence: str = ""  # where the study file names other millimetres


def ruler_frame(screen: ScreenFacts) -> RulerFrame:
    """Return the frame as it should be drawn by the believed millimetres."""
    is_known = screen.width_mm > 0 and screen.height_mm > 0
    assumed_mm_per_px = MM_PER_INCH / (ASSUMED_DPI * screen.device_pixel_ratio)
    width_mm = screen.width_mm if is_known else screen.width_px * assumed_mm_per_px
    height_mm = screen.height_mm if is_known else screen.height_px * assumed_mm_per_px
    return RulerFrame(
        width_px=FRAME_WIDTH_MM * screen.width_px / width_mm,
        height_px=FRAME_HEIGHT_MM * screen.height_px / height_mm,
        believed_width_mm=width_mm,
        believed_height_mm=height_mm,
        is_assumed=not is_known,
    )


def read_ruler(
    screen: ScreenFacts, measured_width_mm: float, measured_height_mm: float, wanted: DisplaySetup | None
) -> RulerResult:
    """Return what the measured sides of the frame say.

    Parameters
    ----------
    screen
        The reader's screen as believed when the frame was drawn.
    measured_width_mm, measured_height_mm
        The sides of the frame as a ruler shows them.
    wanted
        The screen of the study; None without one.
    """
    frame = ruler_frame(screen)
    ratios = (measured_width_mm / FRAME_WIDTH_MM, measured_height_mm / FRAME_HEIGHT_MM)
    if not all(_BELIEVABLE[0] <= ratio <= _BELIEVABLE[1] for ratio in ratios):
        return RulerResult(
            level="bad",
            sentence="These lengths cannot be: the frame is about 100 x 50 mm. Read the ruler again.",
            width_mm=float("nan"),
            height_mm=float("nan"),
            width_off_percent=float("nan"),
            height_off_percent=float("nan"),
        )
    width_mm, height_mm = frame.believed_width_mm * ratios[0], frame.believed_height_mm * ratios[1]
    off = ((ratios[0] - 1.0) * 100.0, (ratios[1] - 1.0) * 100.0)
    level, sentence = _judged(frame, width_mm, height_mm, max(off, key=abs))
    return RulerResult(
        level=level,
        sentence=sentence,
        width_mm=width_mm,
        height_mm=height_mm,
        width_off_percent=off[0],
        height_off_percent=off[1],
        study_sentence=_study_sentence(wanted, width_mm, height_mm),
    )


def _judged(frame: RulerFrame, width_mm: float, height_mm: float, off_percent: float) -> tuple[str, str]:
    size = f"{width_mm:.1f} x {height_mm:.1f} mm"
    if frame.is_assumed:
        return "attention", f"By the ruler the screen has {size}. Its size was not known; take it over."
    if abs(off_percent) <= _AGREES_PERCENT:
        return "good", f"The millimetres are right: the screen has {size}, as believed."
    sentence = (
        f"The screen has {size}; {frame.believed_width_mm:.1f} x {frame.believed_height_mm:.1f} mm were "
        f"believed, {abs(off_percent):.1f} % {'too little' if off_percent > 0 else 'too much'}. Every angle "
        "would be as wrong. Take it over."
    )
    return "attention" if abs(off_percent) <= 2.0 else "bad", sentence


def _study_sentence(wanted: DisplaySetup | None, width_mm: float, height_mm: float) -> str:
    if wanted is None or not (wanted.width_mm or wanted.height_mm):
        return ""
    if not size_differs(wanted.width_mm, width_mm) and not size_differs(wanted.height_mm, height_mm):
        return ""
    return (
        f"The study file says {wanted.width_mm:g} x {wanted.height_mm:g} mm, more than 2 % away. Write "
        f"width_mm = {width_mm:.1f} and height_mm = {height_mm:.1f} into [display], or use its monitor."
    )
