"""Heat maps as McGIP draws them: of a cluster, and of a whole reading. Named so; other maps differ.

Cluster: each point adds a Gaussian cut to a square patch of `patch_px` around it (its centre at half the
patch), on a canvas of 1920 x 1080; divided by the highest value, then stretched to 0..255. A point left of or
above the canvas is dropped, as published. Reading: ones at the points of a canvas of 800 x 800, blurred with
a kernel of 199 px (sigma 30.2 px), divided by the highest value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from gaze_core.similarity.scanpath import FloatArray, SimilarityError

MAX_CANVAS_PX: Final = 8192
_READING_KERNEL_PX: Final = 199


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterMapSettings:
    """Canvas and kernel of the map of a cluster."""

    width_px: int = 1920
    height_px: int = 1080
    patch_px: int = 108  # a tenth of the height
    sigma_px: float = 18.0  # a sixth of the patch

    def __post_init__(self) -> None:
        sizes_px = (self.width_px, self.height_px, self.patch_px)
        if min(sizes_px) < 1 or max(sizes_px) > MAX_CANVAS_PX or not self.sigma_px > 0:
            raise SimilarityError(f"A map of a cluster cannot be drawn so: {self}.")


CLUSTER_MAP: Final = ClusterMapSettings()


def gaze_heat(
    points_px: FloatArray, weights: npt.ArrayLike = 1.0, settings: ClusterMapSettings = CLUSTER_MAP
) -> FloatArray:
    """Return the sum of the patches of all points, shape (height, width).

    Parameters
    ----------
    points_px
        Whole or broken px (cut to whole ones), shape (n, 2).
    weights
        Height of each patch, shape (n,) or one for all.
    settings
        Canvas and kernel.
    """
    heat = np.zeros((settings.height_px, settings.width_px))
    box = _patches(points_px, weights, settings)
    if box is not None:
        left, top, patch = box
        heat[top : top + patch.shape[0], left : left + patch.shape[1]] = patch
    return heat


def cluster_map(points_px: FloatArray, settings: ClusterMapSettings = CLUSTER_MAP) -> npt.NDArray[np.uint8]:
    """Return the 8-bit map of a cluster, shape (height, width); all 0 where no point is on the canvas."""
    picture = np.zeros((settings.height_px, settings.width_px), np.uint8)
    box = _patches(points_px, 1.0, settings)
    if box is None or box[2].max() <= 0.0:
        return picture
    left, top, patch = box
    lowest = float(patch.min()) if patch.shape == picture.shape else 0.0
    highest = float(patch.max())
    if highest > lowest:
        grey = np.rint((patch - lowest) * (255.0 / (highest - lowest))).astype(np.uint8)
        picture[top : top + patch.shape[0], left : left + patch.shape[1]] = grey
    return picture


def reading_map(x_px: npt.ArrayLike, y_px: npt.ArrayLike, canvas_px: int = 800) -> npt.NDArray[np.uint8]:
    """Return the 8-bit map of a whole reading on a square canvas; all 0 without gaze.

    Gaze beyond the canvas is moved to its edge, on all sides.
    """
    if not 1 <= canvas_px <= MAX_CANVAS_PX:
        raise SimilarityError(f"A map of a reading cannot be {canvas_px} px wide.")
    column, row = (_whole(values, canvas_px - 1) for values in (x_px, y_px))
    canvas = np.zeros((canvas_px, canvas_px))
    canvas[row, column] = 1.0
    heat = cv2.GaussianBlur(canvas, (_READING_KERNEL_PX, _READING_KERNEL_PX), 0)
    highest = float(heat.max())
    if highest == 0.0:
        return np.zeros((canvas_px, canvas_px), np.uint8)
    return np.asarray((heat / highest * 255.0).astype(np.uint8))


def _whole(values_px: npt.ArrayLike, last_px: int) -> npt.NDArray[np.int64]:
    values = np.asarray(values_px, np.float64)
    if not np.isfinite(values).all():
        raise SimilarityError("A map cannot be drawn of lost gaze; leave it out first.")
    return np.clip(values, 0, last_px).astype(np.int64)


def _patches(
    points_px: FloatArray, weights: npt.ArrayLike, settings: ClusterMapSettings
) -> tuple[int, int, FloatArray] | None:
    """Return left, top and sum of the patches within the part of the canvas they reach; None if none.

    The patch is a product of one row and one column, so the sum is a separable filter over the counted
    points.
    """
    points = np.asarray(points_px, np.float64)[:, :2].astype(np.int64)
    heights = np.broadcast_to(np.asarray(weights, np.float64), len(points))
    before = settings.patch_px // 2
    after = settings.patch_px - before - 1
    size = np.array([settings.width_px, settings.height_px])
    is_drawn = (points >= 0).all(axis=1) & (points - before < size).all(axis=1)
    points, heights = points[is_drawn], heights[is_drawn]
    if len(points) == 0:
        return None
    # Whatever can be reached from the points; cut to the canvas at the end.
    low, high = points.min(axis=0) - before, points.max(axis=0) + after + 1
    counted = np.zeros((high[1] - low[1], high[0] - low[0]))
    np.add.at(counted, (points[:, 1] - low[1], points[:, 0] - low[0]), heights)
    # The filter correlates: turned round, so that a point spreads by the kernel.
    offset = np.arange(settings.patch_px) - settings.patch_px / 2.0
    kernel = np.exp(-(offset**2) / (2.0 * settings.sigma_px**2))[::-1].copy()
    anchor = (settings.patch_px - 1 - before,) * 2
    spread = cv2.sepFilter2D(
        counted, cv2.CV_64F, kernel, kernel, anchor=anchor, borderType=cv2.BORDER_CONSTANT
    )
    first, last = np.maximum(low, 0), np.minimum(high, size)
    cut = spread[first[1] - low[1] : last[1] - low[1], first[0] - low[0] : last[0] - low[0]]
    return int(first[0]), int(first[1]), np.asarray(cut)
