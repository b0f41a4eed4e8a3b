"""Whether the tracker is set up for the reader's screen: every degree would be as wrong as its area is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from capture_app.session.port import ScreenFacts

DISPLAY_AREA_TOLERANCE: Final = 0.02
"""Beyond this share a session does not start."""

_UNTOLD: Final = (
    "The tracker does not tell for which screen it is set up. Check that in the tracker's own program."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayAreaMatch:
    """How the tracker's display area fits the reader's screen."""

    level: str  # good, information, attention, bad
    sentence: str
    is_other_screen: bool = False


def has_known_size(facts: ScreenFacts) -> bool:
    """Whether the millimetres of the screen are measured or reported, not assumed."""
    return facts.width_mm > 0 and facts.height_mm > 0


def match_display_area(area_mm: tuple[float, float] | None, facts: ScreenFacts) -> DisplayAreaMatch:
    """Return how a display area (width, height in mm; None where not told) fits the reader's screen."""
    if area_mm is None:
        return DisplayAreaMatch(level="information", sentence=_UNTOLD)
    area = f"{area_mm[0]:.0f} x {area_mm[1]:.0f} mm"
    if not has_known_size(facts):
        sentence = (
            f"The tracker is set up for a screen of {area}; the size of the reader's screen is not known. "
            "Measure it with a ruler and enter it in Settings."
        )
        return DisplayAreaMatch(level="attention", sentence=sentence)
    screen = f"{facts.width_mm:.0f} x {facts.height_mm:.0f} mm"
    off = max(abs(area_mm[0] / facts.width_mm - 1.0), abs(area_mm[1] / facts.height_mm - 1.0))
    if off > DISPLAY_AREA_TOLERANCE:
        sentence = (
            f"The tracker is set up for a screen of {area}, the reader's is {screen}. Set the display area "
            "in the tracker's own program, or correct the size of the screen in Settings."
        )
        return DisplayAreaMatch(level="bad", sentence=sentence, is_other_screen=True)
    sentence = f"The tracker is set up for {area}, the reader's screen is {screen}: they agree within 2 %."
    return DisplayAreaMatch(level="good", sentence=sentence)


def area_of(value: object) -> tuple[float, float] | None:
    """Return the display area of a JSON value as messages carry it; None where it is none."""
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        return None
    return float(value[0]), float(value[1])
