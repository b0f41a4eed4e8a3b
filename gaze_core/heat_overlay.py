"""The red heat layer of MIMIC-Eye-Heat over an image of 512 px, to the bit. Named so; other maps differ.

Each fixation adds its seconds to one pixel of the reduced image; a Gaussian of 5 px, cut at four sigmas and
reflected at the edges, blurs the map, which is divided by its highest value. Faint gaze is faint bright red,
the longest opaque black: RGBA (255 - v, 0, 0, v). Fixations whose pixel lies within 5 px of the edge, and
those not inside the image, are left out.

The published code blurs whole pictures and lays one over the other pixel by pixel. Here a few rows at a time
are the product of the blurs, down and across, of the fixations that reach them, and the picture is mixed
channel by channel. Where the exact value is a whole level, the last bit of a sum decides between it and the
level below, as there.
"""

from __future__ import annotations

import functools
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from gaze_core.geometry import FloatArray

LONGEST_SIDE_PX: Final = 512
EDGE_PX: Final = 5
SIGMA_PX: Final = 5.0

_CUT_SIGMAS: Final = 4.0
_RADIUS_PX: Final = 20  # four sigmas
_SHARE: Final = 1.0 / 255.0

_BLOCK_ROWS: Final = 32  # worked on at once: they stay in the cache

Picture = npt.NDArray[np.uint8]


def reduced_size(width_px: int, height_px: int) -> tuple[int, int]:
    """Return width and height of the picture an image is reduced to; its longer side has 512 px."""
    if width_px > height_px:
        return LONGEST_SIDE_PX, max(1, int(height_px / width_px * LONGEST_SIDE_PX))
    return max(1, int(width_px / height_px * LONGEST_SIDE_PX)), LONGEST_SIDE_PX


def seconds_since_previous(t_end_s: npt.ArrayLike) -> FloatArray:
    """Return the weights of rows that only say when they ended: the time since the row before.

    The first row weighs its own time. They contain the saccade before each fixation, as published.
    """
    times = np.asarray(t_end_s, np.float64)
    return np.diff(times, prepend=0.0)


def places_on_layer(
    x_image_px: npt.ArrayLike,
    y_image_px: npt.ArrayLike,
    image_size_px: tuple[int, int],
    size_px: tuple[int, int],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return column and row of each fixation on the layer, and whether it counts; NaN never does."""
    (width, height), (columns, rows) = image_size_px, size_px
    x = np.atleast_1d(np.asarray(x_image_px, np.float64))
    y = np.atleast_1d(np.asarray(y_image_px, np.float64))
    with np.errstate(invalid="ignore"):
        is_inside = (x > 0) & (x < width) & (y > 0) & (y < height)
    column = np.where(is_inside, x * columns / width, 0.0).astype(np.int64)
    row = np.where(is_inside, y * rows / height, 0.0).astype(np.int64)
    is_clear = (column >= EDGE_PX) & (column < columns - EDGE_PX)
    return column, row, is_inside & is_clear & (row >= EDGE_PX) & (row < rows - EDGE_PX)


def overlay_alpha(
    x_image_px: npt.ArrayLike,
    y_image_px: npt.ArrayLike,
    weight_s: npt.ArrayLike,
    image_size_px: tuple[int, int],
    size_px: tuple[int, int] | None = None,
) -> Picture:
    """Return v of each pixel of the layer, shape (height, width); all 0 where no fixation counts.

    Parameters
    ----------
    x_image_px, y_image_px
        Of the fixations, shape (n,).
    weight_s
        Their seconds, shape (n,); what is NaN or not positive does not count.
    image_size_px
        Width and height of the image the fixations lie on.
    size_px
        Width and height of the layer; by default those of the reduced image.

    Raises
    ------
    ValueError
        If image or layer have no pixel.
    """
    size_px = size_px if size_px is not None else reduced_size(*image_size_px)
    if min(*image_size_px, *size_px) < 1:
        raise ValueError(f"An image of {image_size_px} px cannot have a heat layer of {size_px} px.")
    column, row, is_kept = places_on_layer(x_image_px, y_image_px, image_size_px, size_px)
    weight = np.broadcast_to(np.asarray(weight_s, np.float64), column.shape)
    is_kept &= np.isfinite(weight) & (weight > 0)
    heat = np.empty((size_px[1], size_px[0]))
    pixels, place = np.unique(row[is_kept] * size_px[0] + column[is_kept], return_inverse=True)
    if not len(pixels):
        return np.zeros(heat.shape, np.uint8)
    seconds = np.bincount(place, weight[is_kept])  # of a pixel first, as published: the last bit matters
    rows = pixels // size_px[0]  # ascending
    down = reflected_blur(rows, size_px[1], SIGMA_PX) * seconds[:, None]
    across = reflected_blur(pixels % size_px[0], size_px[0], SIGMA_PX)
    firsts = range(0, size_px[1], _BLOCK_ROWS)
    reached = np.searchsorted(
        rows, [(first - _RADIUS_PX, first + _BLOCK_ROWS + _RADIUS_PX) for first in firsts]
    )
    for first, (begin, end) in zip(firsts, reached.tolist(), strict=True):
        part = heat[first : first + _BLOCK_ROWS]
        np.matmul(down[begin:end, first : first + _BLOCK_ROWS].T, across[begin:end], out=part)
    alpha = np.empty(heat.shape, np.uint8)
    highest = heat.max()
    for first in firsts:
        part = heat[first : first + _BLOCK_ROWS]
        part /= highest  # in this order: whole levels are cut as published
        part *= 255.0
        np.copyto(alpha[first : first + _BLOCK_ROWS], part, casting="unsafe")
    return alpha


def laid_over(base: Picture, alpha: Picture) -> Picture:
    """Return the layer over a picture as RGBA, shape (height, width, 4); opaque.

    Parameters
    ----------
    base
        The reduced image, shape (height, width) or (height, width, 3).
    alpha
        v of the layer, shape (height, width).

    Raises
    ------
    ValueError
        If both differ in size.
    """
    if base.shape[:2] != alpha.shape:
        raise ValueError(f"A layer of {alpha.shape} does not fit a picture of {base.shape}.")
    left = cv2.bitwise_not(alpha)
    planes = [base] * 3 if base.ndim == 2 else [np.ascontiguousarray(base[..., each]) for each in range(3)]
    # Red is (left * v + left * grey) / 255, the others left * grey / 255: no half is ever rounded.
    both = np.add(planes[0], alpha, dtype=np.uint16)
    red = cv2.multiply(left.astype(np.uint16), both, scale=_SHARE).astype(np.uint8)
    green = cv2.multiply(planes[1], left, scale=_SHARE)
    blue = green if base.ndim == 2 else cv2.multiply(planes[2], left, scale=_SHARE)
    return np.asarray(cv2.merge((red, green, blue, np.full_like(alpha, 255))), np.uint8)


def reflected_blur(centres: npt.NDArray[np.int64], size: int, sigma_px: float) -> FloatArray:
    """Return the Gaussian blur of single pixels along one direction, shape (pixels, size).

    It is cut at four sigmas and reflected at both edges, as of the published code.
    """
    kernel = _kernel(sigma_px)
    radius = len(kernel) // 2
    place = (centres[:, None] + np.arange(-radius, radius + 1)) % (2 * size)
    place = np.where(place < size, place, 2 * size - 1 - place)
    place += np.arange(len(centres))[:, None] * size
    weights = np.broadcast_to(kernel, place.shape).ravel()
    found = np.bincount(place.ravel(), weights, len(centres) * size)
    return np.asarray(found, np.float64).reshape(len(centres), size)


@functools.lru_cache(maxsize=4)
def _kernel(sigma_px: float) -> FloatArray:
    """The Gaussian over whole pixels, which sums to 1."""
    radius = int(_CUT_SIGMAS * sigma_px + 0.5)
    weights = np.exp(-0.5 / sigma_px**2 * np.arange(-radius, radius + 1) ** 2)
    return np.asarray(weights / weights.sum())
