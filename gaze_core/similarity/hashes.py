"""Difference hash of a heat map, McGIP's quickest similarity for structured images.

The grey map is resized to 9 x 8 px; a bit says whether a pixel is brighter than its right neighbour: 64 bits,
row by row. Similarity is the cosine of two hashes, 0 where either has no bit set. Pairs above 0.7 count as
alike.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from gaze_core.similarity.scanpath import BoolArray, FloatArray, SimilarityError

WIDTH_PX: Final = 9
HEIGHT_PX: Final = 8
THRESHOLD: Final = 0.7


def difference_bits(grey: npt.ArrayLike) -> BoolArray:
    """Return which pixels of a map, as it is, are brighter than their right neighbour, row by row."""
    values = np.asarray(grey)
    if values.ndim != 2 or values.shape[1] < 2:
        raise SimilarityError(f"A hash needs a grey map at least 2 px wide, not shape {values.shape}.")
    return np.asarray(values[:, :-1] > values[:, 1:]).ravel()


def difference_hash(heat: npt.NDArray[np.uint8]) -> BoolArray:
    """Return the 64 bits of a grey 8-bit heat map."""
    small = cv2.resize(np.ascontiguousarray(heat), (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_LINEAR)
    return difference_bits(np.asarray(small))


def hash_similarity(first: BoolArray, second: BoolArray) -> float:
    """Return the cosine of two hashes, 0..1."""
    return float(hash_matrix(np.stack((first, second)))[0, 1])


def hash_matrix(hashes: npt.ArrayLike) -> FloatArray:
    """Compare all hashes, shape (n, bits) to (n, n); symmetric, the diagonal is 1 even without any bit."""
    bits = np.asarray(hashes, np.float64)
    lengths = np.sqrt(bits.sum(axis=1))
    bits = bits / np.where(lengths > 0, lengths, 1.0)[:, None]
    values = np.clip(bits @ bits.T, 0.0, 1.0)
    np.fill_diagonal(values, 1.0)
    return np.asarray(values)
