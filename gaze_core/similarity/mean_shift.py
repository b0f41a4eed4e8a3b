"""Mean shift with a flat kernel: the clusters that sequence scores are made of.

Every point climbs to the mean of the points within `bandwidth_px` until it moves by less than a thousandth of
that. Of the places reached, those within a bandwidth of one with more points are dropped (Comaniciu & Meer
2002, in the form common in Python's machine learning libraries). GazeSearch did not publish its clusters.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from gaze_core.similarity.scanpath import FloatArray, SimilarityError

MAX_POINTS: Final = 5_000
"""Distances of all points to all are held at once: 200 MB."""

_MOST_STEPS: Final = 300
_STOP: Final = 1e-3


def mean_shift_centres(points_px: FloatArray, bandwidth_px: float) -> FloatArray:
    """Return the centres of the clusters, most points first, shape (clusters, 2).

    Parameters
    ----------
    points_px
        Fixations of all readers of an image, shape (n, 2).
    bandwidth_px
        Radius of the kernel.
    """
    if points_px.ndim != 2 or points_px.shape[1] != 2 or len(points_px) > MAX_POINTS:
        raise SimilarityError(f"Mean shift takes up to {MAX_POINTS} rows of x and y, not {points_px.shape}.")
    if not bandwidth_px > 0 or not np.isfinite(points_px).all():
        raise SimilarityError("Mean shift needs a bandwidth above 0 and a place for every point.")
    if len(points_px) == 0:
        return np.empty((0, 2))
    places = points_px.astype(np.float64)
    for _ in range(_MOST_STEPS):
        is_near = _is_near(places, points_px, bandwidth_px)
        moved = (is_near @ points_px) / is_near.sum(axis=1, keepdims=True)
        step = np.hypot(*(moved - places).T)
        places = moved
        if step.max() < _STOP * bandwidth_px:
            break
    return _thinned(places, _is_near(places, points_px, bandwidth_px).sum(axis=1), bandwidth_px)


def _is_near(places: FloatArray, points: FloatArray, radius: float) -> FloatArray:
    across = places[:, None, 0] - points[:, 0]
    down = places[:, None, 1] - points[:, 1]
    return np.asarray(across * across + down * down <= radius * radius, np.float64)


def _thinned(places: FloatArray, weights: FloatArray, bandwidth_px: float) -> FloatArray:
    order = np.lexsort((places[:, 1], places[:, 0], weights))[::-1]
    kept: list[FloatArray] = []
    for place in places[order]:
        if all(np.hypot(*(place - other)) > bandwidth_px for other in kept):
            kept.append(place)
    return np.stack(kept)
