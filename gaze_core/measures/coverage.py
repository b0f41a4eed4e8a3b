"""Which share of an image was near a fixation: within a radius in degrees, on what was shown at that time.

Around each fixation lies an ellipse in image px whose half axes are the radius times the local px per degree
of the screen (both axes, at the place of the fixation) times the zoom of that moment. A pixel is covered
where it lies in one of them and was on the screen then.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.geometry import FloatArray, Rect
from gaze_core.mapping import placement_of
from gaze_core.measures.areas import Area
from gaze_core.measures.case_gaze import CaseGaze

COVERAGE_RADII_DEG: Final = (2.0, 2.5, 3.0)
MAP_SIDE_PX: Final = 384
"""Longest side of the grid an image is divided into: a share is right to about 0.2 %."""

_AREA_STEPS: Final = 48


def coverage_shares(gaze: CaseGaze, image_id: int, radii_deg: Sequence[float]) -> tuple[float, ...]:
    """Return the share of an image (0..1) within each radius of a fixation; NaN for an unknown image."""
    size = gaze.image_sizes_px.get(image_id)
    if size is None:
        return (float("nan"),) * len(radii_deg)
    nearest = _nearest_map(gaze, image_id, size, max(radii_deg))
    return tuple(float(np.count_nonzero(nearest <= radius**2) / nearest.size) for radius in radii_deg)


def area_coverage(gaze: CaseGaze, area: Area, radius_deg: float) -> float:
    """Return the share of an area (0..1) within a radius of a fixation."""
    x, y = area.grid(_AREA_STEPS)
    is_covered = np.zeros(len(x), np.bool_)
    for disc in _discs(gaze, area.image_id):
        is_covered |= (disc.squared_deg(x, y) <= radius_deg**2) & disc.shown.contains(x, y)
    return float(is_covered.mean())


class _Disc:
    """One fixation: its place, the image px per degree around it, and what was shown."""

    def __init__(self, x: float, y: float, per_deg: tuple[float, float], shown: Rect) -> None:
        self.x, self.y, self.x_px_per_deg, self.y_px_per_deg = x, y, *per_deg
        self.shown = shown

    def squared_deg(self, x: FloatArray, y: FloatArray) -> FloatArray:
        """Return squared distances in degrees."""
        return np.asarray(((x - self.x) / self.x_px_per_deg) ** 2 + ((y - self.y) / self.y_px_per_deg) ** 2)


def _discs(gaze: CaseGaze, image_id: int) -> list[_Disc]:
    rows = gaze.fixations
    own = np.flatnonzero((rows["image_id"] == image_id) & (gaze.fixation_views >= 0))
    x_per_deg, y_per_deg = gaze.geometry.px_per_deg_at(rows["x_norm"][own], rows["y_norm"][own])
    placements = {row: placement_of(gaze.viewport[row]) for row in set(gaze.fixation_views[own].tolist())}
    found = []
    for place, fixation in enumerate(own.tolist()):
        placement = placements[int(gaze.fixation_views[fixation])]
        src, dst = placement.src_image_px, placement.dst_screen_px
        per_deg = float(x_per_deg[place]) * src.w / dst.w, float(y_per_deg[place]) * src.h / dst.h
        found.append(
            _Disc(
                float(rows["x_image_px"][fixation]), float(rows["y_image_px"][fixation]), per_deg, src,
            )
        )  # fmt: skip
    return found


def _nearest_map(
    gaze: CaseGaze, image_id: int, size_px: tuple[int, int], radius_deg: float
) -> npt.NDArray[np.float64]:
    """Return each cell's squared distance to the nearest fixation, deg^2; infinite beyond the radius."""
    scale = min(1.0, MAP_SIDE_PX / max(size_px))
    width, height = max(1, round(size_px[0] * scale)), max(1, round(size_px[1] * scale))
    x: FloatArray = (np.arange(width, dtype=np.float64) + 0.5) * (size_px[0] / width)
    y: FloatArray = (np.arange(height, dtype=np.float64) + 0.5) * (size_px[1] / height)
    nearest = np.full((height, width), np.inf)
    for disc in _discs(gaze, image_id):
        left, right = _between(x, disc.x, radius_deg * disc.x_px_per_deg, (disc.shown.x, disc.shown.right))
        top, bottom = _between(y, disc.y, radius_deg * disc.y_px_per_deg, (disc.shown.y, disc.shown.bottom))
        if left >= right or top >= bottom:
            continue
        squared = ((x[left:right] - disc.x) / disc.x_px_per_deg) ** 2
        squared = squared + (((y[top:bottom] - disc.y) / disc.y_px_per_deg) ** 2)[:, None]
        part = nearest[top:bottom, left:right]
        np.minimum(part, squared, out=part)
    return nearest


def _between(cells: FloatArray, middle: float, reach: float, shown: tuple[float, float]) -> tuple[int, int]:
    """Return the range of cells within reach that were shown."""
    if not np.isfinite(middle):
        return 0, 0
    low, high = max(middle - reach, shown[0]), min(middle + reach, shown[1])
    return int(np.searchsorted(cells, low)), int(np.searchsorted(cells, high, side="right"))
