"""How far gaze was from an area, in degrees of visual angle as the image lay on the screen at that moment.

The outline is carried onto the screen by the view in force. The point of it that is nearest in mm on the
screen is taken, and the angle to it is exact: a fixed number of pixels per degree would be 25 % off at the
edge of a large screen. Inside the area the angle is 0.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.geometry import FloatArray, ViewingGeometry
from gaze_core.mapping import placement_of
from gaze_core.measures.areas import Area
from gaze_core.rows import Rows

_PAIRS_AT_ONCE: Final = 2_000_000  # 16 MB for each of a few arrays


def angle_to_area_deg(
    area: Area,
    x_norm: npt.ArrayLike,
    y_norm: npt.ArrayLike,
    is_inside: npt.NDArray[np.bool_],
    view_rows: npt.NDArray[np.int64],
    viewport: Rows,
    geometry: ViewingGeometry,
    *,
    at_most_deg: float = math.inf,
) -> FloatArray:
    """Return the angle between gaze and the nearest point of an area.

    Parameters
    ----------
    area
        The area.
    x_norm, y_norm
        Gaze on the display area, shape (n,).
    is_inside
        Whether it lies inside by its place on the image, shape (n,).
    view_rows
        Row of `viewport` in force for each, shape (n,); -1: no image.
    viewport, geometry
        What was shown, and from where it was looked at.
    at_most_deg
        Farther away nothing need be known: infinite there.

    Returns
    -------
    numpy.ndarray
        Degrees, shape (n,); infinite where another image or none was under the gaze.
    """
    x, y = np.asarray(x_norm, np.float64), np.asarray(y_norm, np.float64)
    angle = np.full(x.shape, np.inf)
    # What lies inside needs no outline: most gaze near an area is on it.
    is_known = (view_rows >= 0) & np.isfinite(x) & np.isfinite(y) & ~is_inside
    for row in np.unique(view_rows[is_known]).tolist():
        if viewport["image_id"][row] != area.image_id:
            continue
        own = np.flatnonzero(is_known & (view_rows == row))
        angle[own] = outline_angle_deg(
            outline_mm(area, viewport[row], geometry), x[own], y[own], geometry, at_most_deg=at_most_deg
        )
    angle[is_inside & np.isfinite(x)] = 0.0
    return angle


def outline_angle_deg(
    edges_mm: tuple[FloatArray, FloatArray],
    x_norm: FloatArray,
    y_norm: FloatArray,
    geometry: ViewingGeometry,
    *,
    at_most_deg: float = math.inf,
) -> FloatArray:
    """Return the angle from gaze to the nearest point of edges on the screen, deg; else infinite."""
    begin, end = edges_mm
    x_mm, y_mm = geometry.norm_to_mm(x_norm, y_norm)
    chosen = np.arange(len(x_mm))
    if math.isfinite(at_most_deg):
        # A degree is longest at the edge of the screen: no point within the limit is cut off by this.
        reach_mm = _longest_mm(at_most_deg, x_mm, y_mm, geometry)
        low = np.minimum(begin.min(axis=0), end.min(axis=0)) - reach_mm
        high = np.maximum(begin.max(axis=0), end.max(axis=0)) + reach_mm
        chosen = np.flatnonzero((x_mm >= low[0]) & (x_mm <= high[0]) & (y_mm >= low[1]) & (y_mm <= high[1]))
    angle = np.full(len(x_mm), np.inf)
    step = max(1, _PAIRS_AT_ONCE // max(len(begin), 1))
    for first in range(0, len(chosen), step):
        part = chosen[first : first + step]
        near_x, near_y = _nearest(begin, end, x_mm[part], y_mm[part])
        near_x_norm, near_y_norm = geometry.mm_to_norm(near_x, near_y)
        angle[part] = geometry.angle_between_deg(x_norm[part], y_norm[part], near_x_norm, near_y_norm)
    return angle


def outline_mm(area: Area, viewport_row: np.void, geometry: ViewingGeometry) -> tuple[FloatArray, FloatArray]:
    """Return begins and ends of the outline's edges on the screen, mm from its centre, each (m, 2)."""
    placement = placement_of(viewport_row)
    begins, ends = [], []
    for line in area.outlines():
        x_px, y_px = placement.image_to_screen(line[:, 0], line[:, 1])
        corners = np.stack(geometry.norm_to_mm(*geometry.screen.screen_px_to_norm(x_px, y_px)), axis=1)
        begins.append(corners)
        ends.append(np.roll(corners, -1, axis=0))
    return np.concatenate(begins), np.concatenate(ends)


def _longest_mm(angle_deg: float, x_mm: FloatArray, y_mm: FloatArray, geometry: ViewingGeometry) -> float:
    """Length on the screen, mm, that an angle never exceeds around these points."""
    if not len(x_mm):
        return 0.0
    half = 0.5 * math.hypot(geometry.screen.width_mm, geometry.screen.height_mm)
    eccentricity_mm = max(float(np.hypot(x_mm, y_mm).max()), half)
    outer = math.atan2(eccentricity_mm, geometry.distance_mm) + math.radians(angle_deg)
    if outer >= math.pi / 2:
        return math.inf
    return math.tan(outer) * geometry.distance_mm - eccentricity_mm


def _nearest(
    begin: FloatArray, end: FloatArray, x_mm: FloatArray, y_mm: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the nearest point on any edge for each point."""
    along = end - begin
    length = np.maximum((along**2).sum(axis=1), 1e-12)
    dx, dy = x_mm[:, None] - begin[:, 0], y_mm[:, None] - begin[:, 1]
    share = np.clip((dx * along[:, 0] + dy * along[:, 1]) / length, 0.0, 1.0)
    near_x, near_y = begin[:, 0] + share * along[:, 0], begin[:, 1] + share * along[:, 1]
    best = ((x_mm[:, None] - near_x) ** 2 + (y_mm[:, None] - near_y) ** 2).argmin(axis=1)
    place = np.arange(len(x_mm))
    return near_x[place, best], near_y[place, best]
