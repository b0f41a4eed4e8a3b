"""The tracker's display area as a frame of reference: user coordinates to positions before the screen.

The user coordinate system (UCS) has its origin in the tracker: x to the user's right, y up, z towards the
user, mm. Eye positions in recordings count from the centre of the display area: x along its upper edge,
y along its left edge (down), z along its normal towards the user. With the corners top left `a`, top right
`b`, bottom left `c`, bottom right `d`, and `p` in the UCS::

    x = (b - a) / |b - a|         y = (c - a) made perpendicular to x, / its length
    z = y cross x                 position = ((p - o).x, (p - o).y, (p - o).z),  o = (a + b + c + d) / 4
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from drivers.tobii.backend import DisplayArea

SMALLEST_SIDE_MM: Final = 10.0
"""A display area with a shorter side was never set up."""

SAME_MM: Final = 0.05
"""Corners nearer than this are the same: devices keep them in single precision."""

Points = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenFrame:
    """The display area's centre and axes in the user coordinate system."""

    centre_mm: Points  # shape (3,)
    axes: Points  # shape (3, 3): rows x (right), y (down), z (towards the user), unit vectors

    def from_user_coordinates(self, points_mm: Points) -> Points:
        """Return points, shape (n, 3), counted from the screen's centre; NaN stays NaN."""
        relative: Points = (points_mm - self.centre_mm) @ self.axes.T
        return relative


def screen_frame(area: DisplayArea) -> ScreenFrame | None:
    """Return the frame of a display area; None where its corners span no rectangle."""
    corners = np.array(
        [area.top_left_mm, area.top_right_mm, area.bottom_left_mm, area.bottom_right_mm], np.float64
    )
    if not np.all(np.isfinite(corners)):
        return None
    along = corners[1] - corners[0]
    width_mm = float(np.linalg.norm(along))
    if width_mm < SMALLEST_SIDE_MM:
        return None
    x_axis = along / width_mm
    down = corners[2] - corners[0]
    down = down - (down @ x_axis) * x_axis
    height_mm = float(np.linalg.norm(down))
    if height_mm < SMALLEST_SIDE_MM:
        return None
    y_axis = down / height_mm
    return ScreenFrame(
        centre_mm=corners.mean(axis=0), axes=np.stack([x_axis, y_axis, np.cross(y_axis, x_axis)])
    )


def is_same_area(area: DisplayArea, other: DisplayArea) -> bool:
    """Return whether two display areas are the same rectangle."""
    first, second = _corners(area), _corners(other)
    return all(
        np.allclose(first[name], second[name], rtol=0.0, atol=SAME_MM, equal_nan=True) for name in first
    )


def corners_text(area: DisplayArea) -> str:
    """Return all four corners as JSON, mm in the user coordinate system."""
    rounded = {name: [round(value, 3) for value in corner] for name, corner in _corners(area).items()}
    return json.dumps(rounded)


def size_text(area: DisplayArea) -> str:
    """Return width and height in words."""
    return f"{area.width_mm:.0f} x {area.height_mm:.0f} mm"


def _corners(area: DisplayArea) -> dict[str, tuple[float, float, float]]:
    return {
        "top_left": area.top_left_mm,
        "top_right": area.top_right_mm,
        "bottom_left": area.bottom_left_mm,
        "bottom_right": area.bottom_right_mm,
    }
