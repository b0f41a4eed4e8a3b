"""The heat map of REFLACX at full resolution. Named so; other maps differ.

Each fixation is a normal density whose sigma is one degree, in image px of its own zoom, seen only inside the
rectangle of the image that was shown then, weighted by its seconds; the sum is divided by its total. The
published code evaluates the density at every pixel of the rectangle for each fixation. It is the product of a
density along x and one along y, so that the fixations seen in one rectangle are one product of matrices.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.geometry import FloatArray

MAX_SIDE_PX: Final = 8192
_FARTHEST_SIGMAS: Final = 6.0  # beyond it a density is below 2e-8 of its highest value


@dataclass(frozen=True, slots=True, kw_only=True)
class DensityStep:
    """Fixations seen in one rectangle of the image."""

    x_image_px: npt.ArrayLike  # shape (n,)
    y_image_px: npt.ArrayLike
    weight_s: npt.ArrayLike
    x_sigma_px: npt.ArrayLike  # image px of one degree, across; shape (n,) or one number
    y_sigma_px: npt.ArrayLike  # the same, down
    shown_image_px: tuple[int, int, int, int]  # left, top, right, bottom


def check_full_size(width_px: int, height_px: int) -> None:
    """Refuse the size of an image that has no pixel or is too large for a map at full resolution.

    Raises
    ------
    ValueError
        If it has no pixel or more than 8192 along a side.
    """
    if not (1 <= width_px <= MAX_SIDE_PX and 1 <= height_px <= MAX_SIDE_PX):
        raise ValueError(f"An image of {width_px} x {height_px} px cannot have a map at full resolution.")


def full_density(steps: Iterable[DensityStep], width_px: int, height_px: int) -> npt.NDArray[np.float32]:
    """Return the map of an image, shape (height, width); it sums to 1, or is 0 without any fixation.

    Parameters
    ----------
    steps
        Fixations by the rectangle they were seen in; what is NaN or weighs nothing is left out.
    width_px, height_px
        Of the image.

    Raises
    ------
    ValueError
        If the image has no pixel or more than 8192 along a side.
    """
    check_full_size(width_px, height_px)
    density = np.zeros((height_px, width_px), np.float32)
    for step in steps:
        left, top, right, bottom = step.shown_image_px
        left, top = max(left, 0), max(top, 0)
        right, bottom = min(right, width_px), min(bottom, height_px)
        if right > left and bottom > top:
            _lay_down(density[top:bottom, left:right], step, left, top)
    total = float(density.sum(dtype=np.float64))
    if total > 0:
        density *= np.float32(1.0 / total)
    return density


def _lay_down(part: npt.NDArray[np.float32], step: DensityStep, left: int, top: int) -> None:
    columns = np.broadcast_arrays(
        *(
            np.atleast_1d(np.asarray(values, np.float64))
            for values in (
                step.x_image_px, step.y_image_px, step.weight_s, step.x_sigma_px, step.y_sigma_px
            )
        )
    )  # fmt: skip
    is_usable = np.all(np.isfinite(columns), axis=0) & (columns[2] > 0)
    is_usable &= (columns[3] > 0) & (columns[4] > 0)
    x, y, weight, x_sigma, y_sigma = (values[is_usable] for values in columns)
    if not len(x):
        return
    first_column, end_column = _reach(x - left, x_sigma, part.shape[1])
    first_row, end_row = _reach(y - top, y_sigma, part.shape[0])
    across = _normal(np.arange(first_column, end_column) + left, x, x_sigma)
    down = _normal(np.arange(first_row, end_row) + top, y, y_sigma) * weight[:, None]
    part[first_row:end_row, first_column:end_column] += down.T.astype(np.float32) @ across.astype(np.float32)


def _reach(centre: FloatArray, sigma: FloatArray, size: int) -> tuple[int, int]:
    """Return the pixels that any of the densities reaches."""
    low = math.floor(min(max(float((centre - _FARTHEST_SIGMAS * sigma).min()), 0.0), float(size)))
    high = math.ceil(max(min(float((centre + _FARTHEST_SIGMAS * sigma).max()), float(size - 1)), -1.0))
    return low, max(low, high + 1)


def _normal(place: npt.NDArray[np.int64], centre: FloatArray, sigma: FloatArray) -> FloatArray:
    """Return the normal density at whole px, shape (fixations, px)."""
    scaled = (place - centre[:, None]) / sigma[:, None]
    return np.asarray(np.exp(-0.5 * scaled**2) / (math.sqrt(2.0 * math.pi) * sigma[:, None]))
