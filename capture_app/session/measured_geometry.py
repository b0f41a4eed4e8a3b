"""Which size of the screen degrees are computed with, before and after a recording alike."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from gaze_core.geometry import ViewingGeometry

_MOST_DIFFERENCE: Final = 0.02
"""The tracker's display area and the session's screen must agree so well."""


def believed_geometry(
    geometry: ViewingGeometry, area_mm: tuple[float, float] | None, *, is_assumed: bool
) -> tuple[ViewingGeometry, str]:
    """Return the geometry to compute with, and a note; a size nobody measured gives way to the tracker's.

    Parameters
    ----------
    geometry
        Of the session.
    area_mm
        Width and height of the display area as the tracker states it; None where it does not.
    is_assumed
        Whether the session's millimetres are only assumed.
    """
    if area_mm is None:
        return geometry, ""
    screen = geometry.screen
    ratios = (screen.width_mm / area_mm[0], screen.height_mm / area_mm[1])
    if all(abs(ratio - 1.0) <= _MOST_DIFFERENCE for ratio in ratios):
        return geometry, ""
    sizes = (
        f"{screen.width_mm:.0f} x {screen.height_mm:.0f} mm",
        f"{area_mm[0]:.0f} x {area_mm[1]:.0f} mm",
    )
    if is_assumed:
        believed = replace(screen, width_mm=area_mm[0], height_mm=area_mm[1])
        text = f"The screen was not measured; the {sizes[1]} that the tracker states are used."
        return ViewingGeometry(believed, geometry.distance_mm), text
    text = f"The screen has {sizes[0]} by the session and {sizes[1]} by the tracker; check which is right."
    return geometry, text
