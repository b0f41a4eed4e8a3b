"""TIMA (also STGM): readings as sequences of bursts, McGIP's similarity for unstructured images.

Raw gaze is cut into bursts (`gaze_core.similarity.clusters`), each drawn as a heat map
(`gaze_core.similarity.cluster_maps`) whose mass and spread (`gaze_core.similarity.moments`) are one element
of the sequence. Two sequences are compared by dynamic time warping:

    cost = 0.7 d(mass) + 0.3 d(spread),   similarity = 1 - cost of the cheapest way / its number of cells

Of equally cheap ways the number of cells may differ; the first sequence of a pair is the one with the lower
index, as the published matrix has it. A reading without bursts resembles nothing: 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.similarity.alignment import align
from gaze_core.similarity.cluster_maps import CLUSTER_MAP, ClusterMapSettings, cluster_map
from gaze_core.similarity.clusters import TIMA_CLUSTERS, ClusterSettings, gaze_clusters
from gaze_core.similarity.moments import TIMA_WEIGHTS, MomentWeights, features_of, moment_difference
from gaze_core.similarity.scanpath import FloatArray, IntArray, SimilarityError
from gaze_core.similarity.tiles import pair_tiles

FEATURES: Final = 2  # mass and spread


def burst_features(
    x_px: npt.ArrayLike,
    y_px: npt.ArrayLike,
    clusters: ClusterSettings = TIMA_CLUSTERS,
    maps: ClusterMapSettings = CLUSTER_MAP,
) -> FloatArray:
    """Return mass and spread of each burst of a reading, shape (bursts, 2).

    Parameters
    ----------
    x_px, y_px
        Valid gaze in order at one declared sampling rate, canvas px, shape (n,).
    clusters, maps
        How gaze is cut and drawn. Maps are not compressed: JPEG of the published tree changes the mass
        slightly.
    """
    return features_of([cluster_map(points, maps) for points in gaze_clusters(x_px, y_px, clusters)])


def tima_similarity(first: FloatArray, second: FloatArray, weights: MomentWeights = TIMA_WEIGHTS) -> float:
    """Return the similarity of two readings by the features of their bursts, shape (bursts, 2) each."""
    return float(tima_matrix([first, second], weights)[0, 1])


def tima_matrix(readings: Sequence[FloatArray], weights: MomentWeights = TIMA_WEIGHTS) -> FloatArray:
    """Compare all readings by the features of their bursts, shape (n, n); symmetric, the diagonal is 1."""
    for reading in readings:
        if reading.ndim != 2 or reading.shape[1] != FEATURES:
            raise SimilarityError(f"Bursts have mass and spread, shape (bursts, 2), not {reading.shape}.")
    counts = np.array([len(reading) for reading in readings], np.int64)
    table = np.zeros((int(counts.max(initial=0)), len(readings), FEATURES))
    for index, reading in enumerate(readings):
        table[: len(reading), index] = reading
    values = np.eye(len(readings))
    for tile in pair_tiles(counts):
        first, second = np.minimum(tile.first, tile.second), np.maximum(tile.first, tile.second)
        rows = table[: counts[first].max(), first]
        columns = table[: counts[second].max(), second]
        alignment = align(_Differences(rows, columns, weights), counts[first], counts[second])
        values[first, second] = values[second, first] = 1.0 - alignment.cost / alignment.length
    return values


class _Differences:
    """Differences of the bursts on one antidiagonal; columns lie backwards, so that each is one slice."""

    def __init__(self, rows: FloatArray, columns: FloatArray, weights: MomentWeights) -> None:
        self._rows, self._backwards, self._weights = rows, columns[::-1], weights

    def __call__(self, diagonal: int, first_row: int, stop_row: int) -> FloatArray:
        """Return the difference of burst ``row`` and burst ``diagonal - row``."""
        shift = len(self._backwards) - 1 - diagonal
        return moment_difference(
            self._rows[first_row:stop_row],
            self._backwards[shift + first_row : shift + stop_row],
            self._weights,
        )


def burst_counts(readings: Sequence[FloatArray]) -> IntArray:
    """Return how many bursts each reading has; readings with none resemble nothing."""
    return np.array([len(reading) for reading in readings], np.int64)
