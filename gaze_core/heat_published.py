"""Two more published heat maps of an image at full resolution. Named so; other maps differ.

Eye Gaze counts each fixation once and blurs with a Gaussian of 150 px, reflected at the edges. The MIMIC-Eye
applications lay a window of 200 x 200 px over each fixation, weighted by its seconds, and set what lies below
the mean of all positive pixels to 0.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.geometry import FloatArray
from gaze_core.heat_overlay import reflected_blur
from gaze_core.heat_reflacx import check_full_size

EYE_GAZE_SIGMA_PX: Final = 150.0
WINDOW_PX: Final = 200
WINDOW_SIGMA_PX: Final = WINDOW_PX / 6


def eye_gaze_heat(
    x_image_px: npt.ArrayLike, y_image_px: npt.ArrayLike, width_px: int, height_px: int
) -> FloatArray:
    """Return the map of Eye Gaze, shape (height, width); each fixation counts 1, however long it was.

    Parameters
    ----------
    x_image_px, y_image_px
        Of the fixations, shape (n,); what is NaN or beside the image is left out, and so is the row 0.
    width_px, height_px
        Of the image, made even as that data set does: an odd side gets one more pixel.

    Raises
    ------
    ValueError
        If the image has no pixel or more than 8192 along a side.
    """
    check_full_size(width_px, height_px)
    width_px, height_px = width_px + width_px % 2, height_px + height_px % 2
    column, row, is_known = _whole(x_image_px, y_image_px)
    is_kept = is_known & (column >= 0) & (column < width_px) & (row > 0) & (row < height_px)
    down = reflected_blur(row[is_kept], height_px, EYE_GAZE_SIGMA_PX)
    across = reflected_blur(column[is_kept], width_px, EYE_GAZE_SIGMA_PX)
    return np.asarray(down.T @ across)


def applications_heat(
    x_image_px: npt.ArrayLike,
    y_image_px: npt.ArrayLike,
    weight: npt.ArrayLike,
    width_px: int,
    height_px: int,
) -> FloatArray:
    """Return the map of the MIMIC-Eye applications, shape (height, width), in the unit of the weights.

    Parameters
    ----------
    x_image_px, y_image_px
        Of the fixations, shape (n,); what is NaN, left of the image or above it is left out. Right of it and
        below, what reaches into the image counts: so do the published windows.
    weight
        Of each fixation, shape (n,): its seconds, or its pupil.
    width_px, height_px
        Of the image.

    Raises
    ------
    ValueError
        If the image has no pixel or more than 8192 along a side.
    """
    check_full_size(width_px, height_px)
    column, row, is_known = _whole(x_image_px, y_image_px)
    weights = np.broadcast_to(np.asarray(weight, np.float64), column.shape)
    half = WINDOW_PX // 2
    is_kept = is_known & np.isfinite(weights) & (column >= 0) & (row >= 0)
    is_kept &= (column < width_px + half) & (row < height_px + half)
    bell = np.exp(-(np.arange(-half, half) ** 2) / (2 * WINDOW_SIGMA_PX**2))
    heat = np.zeros((height_px, width_px))
    for x, y, each in zip(
        column[is_kept].tolist(), row[is_kept].tolist(), weights[is_kept].tolist(), strict=True
    ):
        left, top = max(0, x - half), max(0, y - half)
        right, bottom = min(width_px, x + half), min(height_px, y + half)
        across, down = bell[left - x + half : right - x + half], bell[top - y + half : bottom - y + half]
        heat[top:bottom, left:right] += np.outer(down, across) * each
    positive = heat[heat > 0]
    if len(positive):
        heat[heat < positive.mean()] = 0.0
    return heat


def _whole(
    x_image_px: npt.ArrayLike, y_image_px: npt.ArrayLike
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return whole columns and rows, truncated toward 0, and which of them are known."""
    x = np.atleast_1d(np.asarray(x_image_px, np.float64))
    y = np.atleast_1d(np.asarray(y_image_px, np.float64))
    is_known = np.isfinite(x) & np.isfinite(y)
    column = np.where(is_known, x, -1.0).astype(np.int64)
    return column, np.where(is_known, y, -1.0).astype(np.int64), is_known
