"""Bursts of gaze in space and time (DBSCAN), the first step of TIMA.

Each raw gaze point is (x / side, y / side, number / count). Points with at least `smallest` points within
`reach` of them, themselves included, are cores; cores within reach of each other are one cluster, and points
within reach of a core belong to the first such cluster. The rest is noise. Clusters are numbered in the order
of their first core, so roughly in time (Ester, Kriegel, Sander & Xu 1996).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.similarity.scanpath import BoolArray, FloatArray, IntArray, SimilarityError

CANVAS_PX: Final = 800.0
NOISE: Final = -1
MAX_POINTS: Final = 100_000
"""Half an hour at 60 Hz; the time grows with the square."""

_ROWS_AT_ONCE: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSettings:
    """How gaze is cut into bursts."""

    canvas_px: float = CANVAS_PX  # side of the square canvas
    reach: float = 0.2  # of the canvas, or of the time
    share: int = 10  # a core has more neighbours than 1 / share of all points
    is_clipped: bool = False  # coordinates beyond the canvas are moved to its edge

    def smallest(self, count: int) -> int:
        """Return how many points make a core."""
        return count // self.share + 1


TIMA_CLUSTERS: Final = ClusterSettings()
"""As TIMA and STGM cut."""

DOWNSTREAM_CLUSTERS: Final = ClusterSettings(share=20, is_clipped=True)
"""As McGIP's downstream variant cuts."""


def gaze_clusters(
    x_px: npt.ArrayLike, y_px: npt.ArrayLike, settings: ClusterSettings = TIMA_CLUSTERS
) -> list[FloatArray]:
    """Return the points of each cluster in their order, each of shape (points, 2).

    Parameters
    ----------
    x_px, y_px
        Valid gaze in order at one declared sampling rate, canvas px, shape (n,).
    settings
        How to cut.
    """
    points = _points(x_px, y_px, settings)
    labels = cluster_labels(points, settings)
    return [points[labels == number] for number in range(int(labels.max(initial=NOISE)) + 1)]


def cluster_labels(points_px: FloatArray, settings: ClusterSettings) -> IntArray:
    """Return the number of the cluster of each point, `NOISE` for none, shape (n,)."""
    count = len(points_px)
    if count == 0:
        return np.empty(0, np.int64)
    features = np.column_stack((points_px / settings.canvas_px, np.arange(count) / count))
    neighbours = np.zeros(count, np.int64)
    for rows, _, is_near in _nearness(features, np.arange(count), settings.reach):
        neighbours[rows] = np.count_nonzero(is_near, axis=1)
    is_core = neighbours >= settings.smallest(count)
    labels = np.full(count, NOISE)
    number = 0
    for seed in np.flatnonzero(is_core):
        if labels[seed] == NOISE:
            _grow(labels, features, is_core, int(seed), number, settings.reach)
            number += 1
    return labels


def _points(x_px: npt.ArrayLike, y_px: npt.ArrayLike, settings: ClusterSettings) -> FloatArray:
    x, y = np.asarray(x_px, np.float64), np.asarray(y_px, np.float64)
    if x.shape != y.shape or x.ndim != 1 or not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise SimilarityError(
            "Clusters of gaze need as many x as y, each a number; leave out lost samples first."
        )
    if x.size > MAX_POINTS:
        raise SimilarityError(
            f"{x.size} gaze points are more than the {MAX_POINTS} that are clustered at once; sample them at "
            "a lower rate, the same for all readings."
        )
    points = np.column_stack((x, y))
    return np.minimum(points, settings.canvas_px) if settings.is_clipped else points


def _grow(
    labels: IntArray, features: FloatArray, is_core: BoolArray, seed: int, number: int, reach: float
) -> None:
    """Give a cluster its number: everything within reach of a core that is within reach of a core of it."""
    labels[seed] = number
    edge = np.array([seed])
    while edge.size:
        is_reached = np.zeros(labels.size, np.bool_)
        for _, first, is_near in _nearness(features, edge, reach):
            is_reached[first : first + is_near.shape[1]] |= is_near.any(axis=0)
        reached = np.flatnonzero(is_reached & (labels == NOISE))
        labels[reached] = number
        edge = reached[is_core[reached]]


def _nearness(
    features: FloatArray, rows: IntArray, reach: float
) -> Iterator[tuple[IntArray, int, BoolArray]]:
    """Yield, for a few ascending `rows` at a time, where a stretch begins and which of it is within reach.

    Time is one of the axes, so that nobody is within reach outside a stretch around the rows.
    """
    count = len(features)
    span = int(np.ceil(reach * count)) + 1
    for begin in range(0, rows.size, _ROWS_AT_ONCE):
        some = rows[begin : begin + _ROWS_AT_ONCE]
        first, stop = max(0, int(some[0]) - span), min(count, int(some[-1]) + span + 1)
        squared = np.zeros((some.size, stop - first))
        for axis in range(3):
            difference = features[some, axis, None] - features[first:stop, axis]
            squared += difference * difference
        yield some, first, np.asarray(squared <= reach * reach)
