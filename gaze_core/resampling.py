"""Bicubic reduction of 8-bit pictures, to the bit as the library Pillow computes it.

Published pictures were made with it, and a picture of ours can be compared with theirs only where every pixel
is the same. Widths first, then heights; each output pixel is a weighted sum over the input pixels below its
kernel, the weights as whole numbers of 22 binary places, rounded and cut to 0..255 after each direction.
Sums of such products stay below 2^53, so that float64 holds them without rounding.

Source: Pillow, `src/libImaging/Resample.c`; the kernel is Keys 1981 with a = -0.5.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.geometry import FloatArray

Picture = npt.NDArray[np.uint8]

_SUPPORT: Final = 2.0
_PLACES: Final = 22
_BLOCK: Final = 32  # output columns computed by one product of matrices
_PRODUCTS: Final = 200_000  # of one product: it stays in the cache, and on one thread


def resize_bicubic(picture: Picture, width_px: int, height_px: int) -> Picture:
    """Return a picture of another size.

    Parameters
    ----------
    picture
        Shape (height, width) or (height, width, 3).
    width_px, height_px
        Of the result, at least 1.

    Raises
    ------
    ValueError
        If either size has no pixel.
    """
    if min(width_px, height_px, *picture.shape[:2]) < 1:
        raise ValueError(f"A picture of {picture.shape} cannot become {width_px} x {height_px} px.")
    if picture.ndim == 3:
        channels = [resize_bicubic(picture[..., each], width_px, height_px) for each in range(3)]
        return np.stack(channels, axis=2)
    if picture.shape[1] != width_px:
        picture = _narrowed(picture, width_px)
    if picture.shape[0] != height_px:
        picture = _narrowed(np.ascontiguousarray(picture.T), height_px).T
    return np.ascontiguousarray(picture)


def _narrowed(picture: Picture, width_px: int) -> Picture:
    """Return the picture with another number of columns."""
    firsts, counts, weights = _kernels(picture.shape[1], width_px)
    result = np.empty((picture.shape[0], width_px), np.uint8)
    for begin in range(0, width_px, _BLOCK):
        end = min(begin + _BLOCK, width_px)
        low, high = int(firsts[begin]), int((firsts + counts)[begin:end].max())
        matrix = np.zeros((high - low, end - begin))
        for place in range(begin, end):
            first = int(firsts[place]) - low
            matrix[first : first + int(counts[place]), place - begin] = weights[place, : counts[place]]
        at_once = max(1, _PRODUCTS // matrix.size)
        for row in range(0, len(picture), at_once):
            sums = picture[row : row + at_once, low:high].astype(np.float64) @ matrix
            sums /= 1 << _PLACES
            sums += 0.5
            np.copyto(
                result[row : row + at_once, begin:end], np.clip(np.floor(sums), 0, 255), casting="unsafe"
            )
    return result


def _kernels(size_px: int, wanted_px: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], FloatArray]:
    """Return first input pixel, number of input pixels and whole-number weights of each output pixel."""
    scale = size_px / wanted_px
    stretch = max(scale, 1.0)
    support = _SUPPORT * stretch
    weights = np.zeros((wanted_px, 2 * math.ceil(support) + 1))
    centre = (np.arange(wanted_px) + 0.5) * scale
    first = np.maximum(np.trunc(centre - support + 0.5), 0).astype(np.int64)
    count = np.minimum(np.trunc(centre + support + 0.5), size_px).astype(np.int64) - first
    for step in range(weights.shape[1]):
        own = _keys((step + first - centre + 0.5) / stretch)
        weights[:, step] = np.where(step < count, own, 0.0)
    total = np.zeros(wanted_px)
    for step in range(weights.shape[1]):  # one after the other: the last bit of the sum matters
        total += weights[:, step]
    weights /= np.where(total != 0.0, total, 1.0)[:, None]
    whole = np.trunc(weights * (1 << _PLACES) + np.where(weights < 0, -0.5, 0.5))
    return first, count, whole


def _keys(distance: FloatArray) -> FloatArray:
    a = -0.5
    x = np.abs(distance)
    near = ((a + 2.0) * x - (a + 3.0)) * x * x + 1
    far = (((x - 5) * x + 8) * x - 4) * a
    return np.where(x < 1.0, near, np.where(x < 2.0, far, 0.0))
