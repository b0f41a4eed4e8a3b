"""The heat map of GazeMedSeg on a grid of 768 x 768, its masks, their overlap. Named so; other maps differ.

Each fixation adds its duration to one cell; a Gaussian (70 cells as published for endoscopy, 50 for the
prostate), cut at four sigmas and reflected at the edges, blurs the grid, which is stretched to 0..1, resized
to the image and kept with half precision. A cell of -1 wraps to the far edge in the published code; here it
is the first cell.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from gaze_core.geometry import FloatArray

GRID_CELLS: Final = 768
LEVELS: Final[dict[int, tuple[float, ...]]] = {
    1: (0.5,),
    2: (0.5, 0.3),
    3: (0.5, 0.3, 0.4),
    4: (0.5, 0.3, 0.367, 0.433),
    5: (0.5, 0.3, 0.35, 0.4, 0.45),
}
"""Thresholds of the masks of a map, by how many there are, as published for endoscopy."""
PROSTATE_LEVELS: Final = (0.2, 0.4)

_CUT_SIGMAS: Final = 4.0

SoftMap = npt.NDArray[np.float16]


def grid_cell(fraction: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return the cell of a fraction of the image's width or height; half cells go to the even one."""
    wanted = np.rint(np.asarray(fraction, np.float64) * GRID_CELLS) - 1
    return np.asarray(np.clip(wanted, 0, GRID_CELLS - 1), np.int64)


def grid_heat(
    x_fraction: npt.ArrayLike,
    y_fraction: npt.ArrayLike,
    duration_ms: npt.ArrayLike,
    image_size_px: tuple[int, int],
    sigma_cells: float,
) -> SoftMap:
    """Return the map of an image, shape (height, width), 0..1; NaN is never in it.

    Parameters
    ----------
    x_fraction, y_fraction
        Of width and height of the image, shape (n,).
    duration_ms
        Shape (n,), positive.
    image_size_px
        Width and height.
    sigma_cells
        Of the blur.

    Raises
    ------
    ValueError
        If there is no fixation, or the blur has no width.
    """
    column, row = grid_cell(np.atleast_1d(x_fraction)), grid_cell(np.atleast_1d(y_fraction))
    weight = np.atleast_1d(np.asarray(duration_ms, np.float32))
    if not len(weight) or not float(weight.sum()) > 0 or not sigma_cells > 0:
        raise ValueError("A map needs a fixation with a duration, and a blur.")
    columns, column_of = np.unique(column, return_inverse=True)
    rows, row_of = np.unique(row, return_inverse=True)
    cells = np.bincount(row_of * len(columns) + column_of, weight, len(rows) * len(columns))
    cells = cells.reshape(len(rows), len(columns))
    blurred = (_blur(rows, sigma_cells).T @ cells).astype(np.float32)  # as published: after each direction
    grid = (blurred.astype(np.float64) @ _blur(columns, sigma_cells)).astype(np.float32)
    low, high = grid.min(), grid.max()
    if high <= low:
        raise ValueError("A blur that wide leaves the same value everywhere.")
    resized = cv2.resize((grid - low) / (high - low), image_size_px, interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(resized, 0.0, 1.0), np.float16)


def as_grey(soft: npt.NDArray[np.floating]) -> npt.NDArray[np.uint8]:
    """Return a map of 0..1 as grey levels, cut to whole ones as published."""
    return np.asarray(soft * soft.dtype.type(255)).astype(np.uint8)


def mask_at(grey: npt.NDArray[np.uint8], threshold: float) -> npt.NDArray[np.bool_]:
    """Return where a map of grey levels reaches a threshold of 0..1."""
    return np.asarray(grey / 255.0 >= threshold)


def dice(prediction: npt.ArrayLike, reference: npt.ArrayLike) -> float:
    """Return the overlap of two masks or soft maps, 0..1; 0 where both are empty, as published."""
    first, second = np.asarray(prediction, np.float64), np.asarray(reference, np.float64)
    return float(2.0 * (first * second).sum() / (first.sum() + second.sum() + 1e-6))


def intersection_over_union(prediction: npt.ArrayLike, reference: npt.ArrayLike) -> float:
    """Return the intersection over the union of two masks or soft maps; 0 where both are empty."""
    first, second = np.asarray(prediction, np.float64), np.asarray(reference, np.float64)
    both = (first * second).sum()
    return float(both / (first.sum() + second.sum() - both + 1e-6))


def _blur(cells: npt.NDArray[np.int64], sigma_cells: float) -> FloatArray:
    """Return the blur of single cells along one direction, shape (cells, GRID_CELLS)."""
    radius = int(_CUT_SIGMAS * sigma_cells + 0.5)
    offset = np.arange(-radius, radius + 1)
    kernel = np.exp(-0.5 / sigma_cells**2 * offset.astype(np.float64) ** 2)
    kernel /= kernel.sum()
    place = (cells[:, None] + offset) % (2 * GRID_CELLS)
    place = np.where(place < GRID_CELLS, place, 2 * GRID_CELLS - 1 - place)
    flat = place + np.arange(len(cells))[:, None] * GRID_CELLS
    weights = np.broadcast_to(kernel, flat.shape).ravel()
    found = np.bincount(flat.ravel(), weights, len(cells) * GRID_CELLS)
    return np.asarray(found.reshape(len(cells), GRID_CELLS))
