"""The smallest lesion the gaze of a case can resolve, from its measured accuracy and precision.

A lesion counts as resolved when gaze that is aimed at its centre stays inside it: off by the mean offset A,
scattered by the precision. For isotropic scatter with the two-dimensional standard deviation S, a share P of
the samples lies within S sqrt(-ln(1 - P)) of the mean (the radius that belongs to BCEA's k = -ln(1 - P)). So

    smallest diameter (deg) = 2 (A + S sqrt(-ln(1 - P))),   P = 0.68
    on the screen (mm)      = 2 D tan(diameter / 2)          at the centre of a screen at distance D
    in the image (px)       = mm * screen px per mm * (shown image px per screen px)
    in the patient (mm)     = image px * pixel spacing

The rule is ours. It treats the whole offset as unknown in direction; a fixation averages precision away, so
it is cautious for fixations and fair for single samples. The spacing is that of the detector: objects before
it are magnified.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from gaze_core.geometry import Placement, ViewingGeometry
from gaze_core.quality.precision import BCEA_SHARE


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallestLesion:
    """A diameter in every unit; NaN where it cannot be told."""

    diameter_deg: float
    diameter_screen_mm: float
    diameter_image_px: float  # along x; NaN without an image on the screen
    diameter_mm: float  # along x; NaN where the image has no pixel spacing
    accuracy_deg: float  # that it was computed from
    std_deg: float


def smallest_lesion(
    accuracy_deg: float,
    std_deg: float,
    geometry: ViewingGeometry,
    *,
    placement: Placement | None = None,
    spacing_mm: float = math.nan,
) -> SmallestLesion:
    """Return the smallest lesion that gaze of this accuracy and precision resolves.

    Parameters
    ----------
    accuracy_deg
        Mean offset of the case's signal; of a bracket the worse side. NaN where unknown.
    std_deg
        Its two-dimensional STD.
    geometry
        Screen and distance.
    placement
        How the image was shown, at the usual zoom of the case; None: not known.
    spacing_mm
        Pixel spacing of the image along x.
    """
    diameter_deg = 2.0 * (accuracy_deg + std_deg * math.sqrt(-math.log(1.0 - BCEA_SHARE)))
    half_deg = min(0.5 * diameter_deg, 89.0) if math.isfinite(diameter_deg) else math.nan
    screen_mm = 2.0 * geometry.distance_mm * math.tan(math.radians(half_deg))
    image_px = math.nan
    if placement is not None:
        screen_px = screen_mm * geometry.screen.width_px / geometry.screen.width_mm
        image_px = screen_px * placement.src_image_px.w / placement.dst_screen_px.w
    return SmallestLesion(
        diameter_deg=diameter_deg,
        diameter_screen_mm=screen_mm,
        diameter_image_px=image_px,
        diameter_mm=image_px * spacing_mm,
        accuracy_deg=accuracy_deg,
        std_deg=std_deg,
    )
