"""Gaze moments: mass and spread of a heat map, McGIP's similarity for structured images.

The map (0..255) is resized to 32 x 32 px, bilinear. With row r and column c, M_ij = sum r^i c^j I(r, c) and
the central moments mu_ij about the centroid:

    mass = M_00,   spread = eta_20 + eta_02,   eta_ij = mu_ij / M_00^(1 + (i + j) / 2)

    d(a, b) = |a - b| / |max(a, b)|;  0 where equal;  1 where either is NaN or the larger is 0
    similarity = 1 - (weight d(spread) + weight d(mass))

An empty map has mass 0 and no spread (NaN): it resembles no other map but an empty one, and that by a half.
Computed in float64: the published loops overflow on 8-bit maps with numpy 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from gaze_core.similarity.scanpath import FloatArray, SimilarityError

SIDE_PX: Final = 32

_ROWS_AT_ONCE: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentWeights:
    """How much mass and spread count; they add up to 1."""

    mass: float
    spread: float


HEAT_WEIGHTS: Final = MomentWeights(mass=0.5, spread=0.5)
"""Whole-reading maps, and the clusters of McGIP's downstream variant."""

DENTAL_WEIGHTS: Final = MomentWeights(mass=0.2, spread=0.8)
"""Structured (dental) images."""

TIMA_WEIGHTS: Final = MomentWeights(mass=0.7, spread=0.3)
"""Clusters in TIMA / STGM."""


def moment_features(density: npt.ArrayLike) -> FloatArray:
    """Return mass and spread of a map as it is, shape (2,); spread is NaN where the map is empty."""
    values = np.asarray(density, np.float64)
    if values.ndim != 2 or not np.isfinite(values).all():
        raise SimilarityError(
            f"A heat map has rows, columns and no holes; this one has shape {values.shape}."
        )
    mass = float(values.sum())
    if mass == 0.0:
        return np.array([0.0, np.nan])
    by_row, by_column = values.sum(axis=1), values.sum(axis=0)
    spread = (_second_central_moment(by_row, mass) + _second_central_moment(by_column, mass)) / mass**2
    return np.array([mass, spread])


def heat_map_features(heat: npt.NDArray[np.uint8]) -> FloatArray:
    """Return mass and spread of a heat map at `SIDE_PX`, shape (2,).

    Parameters
    ----------
    heat
        8-bit map; of a coloured one the first channel counts, shape (height, width[, channels]).
    """
    channel = heat if heat.ndim == 2 else heat[:, :, 0]
    small = cv2.resize(np.ascontiguousarray(channel), (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_LINEAR)
    return moment_features(np.asarray(small))


def relative_difference(first: npt.ArrayLike, second: npt.ArrayLike) -> FloatArray:
    """Return d of the module for each pair of values, with broadcasting."""
    a, b = np.broadcast_arrays(np.asarray(first, np.float64), np.asarray(second, np.float64))
    largest = np.maximum(a, b)  # NaN where either is
    is_defined = ~np.isnan(largest) & (largest != 0.0)
    difference = np.divide(np.abs(a - b), np.abs(largest), out=np.ones(a.shape), where=is_defined)
    return np.asarray(np.where(a == b, 0.0, difference))


def moment_difference(first: FloatArray, second: FloatArray, weights: MomentWeights) -> FloatArray:
    """Return the weighted difference of features, shape (..., 2) each; 0 for the same."""
    mass = relative_difference(first[..., 0], second[..., 0])
    spread = relative_difference(first[..., 1], second[..., 1])
    return np.asarray(weights.spread * spread + weights.mass * mass)


def moment_similarity(first: FloatArray, second: FloatArray, weights: MomentWeights = HEAT_WEIGHTS) -> float:
    """Return the similarity of two maps by their features, 0..1 for features that are not negative."""
    return float(1.0 - moment_difference(first, second, weights))


def moment_matrix(features: npt.ArrayLike, weights: MomentWeights = HEAT_WEIGHTS) -> FloatArray:
    """Compare all maps by their features, shape (n, 2) to (n, n); symmetric, the diagonal is 1."""
    table = np.asarray(features, np.float64).reshape(-1, 2)
    values = np.empty((len(table), len(table)))
    for begin in range(0, len(table), _ROWS_AT_ONCE):
        rows = slice(begin, begin + _ROWS_AT_ONCE)
        values[rows] = 1.0 - moment_difference(table[rows, None], table, weights)
    np.fill_diagonal(values, 1.0)
    return values


def moment_sequence_similarity(
    first: FloatArray, second: FloatArray, weights: MomentWeights = HEAT_WEIGHTS
) -> float:
    """Return the mean similarity of maps at the same place of two sequences; both have shape (n, 2)."""
    if first.shape != second.shape or len(first) == 0:
        raise SimilarityError(
            f"Sequences of {len(first)} and {len(second)} maps cannot be compared map by map; they need one "
            "length of at least 1."
        )
    return float(np.mean(1.0 - moment_difference(first, second, weights)))


def features_of(heats: Sequence[npt.NDArray[np.uint8]]) -> FloatArray:
    """Return mass and spread of each heat map, shape (n, 2)."""
    return np.array([heat_map_features(heat) for heat in heats], np.float64).reshape(-1, 2)


def _second_central_moment(profile: FloatArray, mass: float) -> float:
    places = np.arange(profile.size, dtype=np.float64)
    centroid = float((places * profile).sum()) / mass
    return float(((places - centroid) ** 2 * profile).sum())
