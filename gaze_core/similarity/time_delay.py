"""Scaled time-delay embedding (STDE): is every piece of one scanpath found somewhere in the other?

For each length k, every k fixations in a row of the *simulated* scanpath are compared with every k in a row
of the *human* one; the smallest sum of distances, over k, is averaged over the pieces. Coordinates are
divided by the longer side of the image. Similarity is the mean over all k of exp(-distance); it is not
symmetric.

Wang, Chen, Wang, Jiang, Fang & Yao (2011), CVPR: Simulating human saccadic scanpaths on natural images.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from gaze_core.similarity.scanpath import FloatArray, Scanpath, SimilarityError


def time_delay_distance(human: Scanpath, simulated: Scanpath, length: int) -> float:
    """Return the mean distance of pieces of `length` fixations, px; NaN where a scanpath is shorter."""
    if length < 1:
        raise SimilarityError(f"Pieces of a scanpath have at least 1 fixation, not {length}.")
    if length > min(len(human), len(simulated)):
        return float("nan")
    return next(itertools.islice(_distances(human, simulated, 1.0), length - 1, None))


def scaled_time_delay_similarity(
    human: Scanpath, simulated: Scanpath, width_px: float, height_px: float
) -> float:
    """Return the mean over all lengths of exp(-distance), 0..1; NaN where a scanpath is empty."""
    distances = list(_distances(human, simulated, max(width_px, height_px)))
    return float(np.exp(-np.array(distances)).mean()) if distances else float("nan")


def scaled_time_delay_distance(
    human: Scanpath, simulated: Scanpath, width_px: float, height_px: float
) -> float:
    """Return the mean over all lengths of the distance, in longer sides; NaN where a scanpath is empty."""
    distances = list(_distances(human, simulated, max(width_px, height_px)))
    return float(np.mean(distances)) if distances else float("nan")


def _distances(human: Scanpath, simulated: Scanpath, scale_px: float) -> Iterator[float]:
    """Yield the distance for each length from 1 on; sums of longer pieces grow from those of shorter ones."""
    if not scale_px > 0:
        raise SimilarityError(f"The image of a scanpath cannot be {scale_px} px large.")
    apart: FloatArray = np.hypot(
        simulated.x_px[:, None] - human.x_px, simulated.y_px[:, None] - human.y_px
    ) / float(scale_px)
    sums = np.zeros((len(simulated) + 1, len(human) + 1))
    for length in range(1, min(len(human), len(simulated)) + 1):
        sums = sums[:-1, :-1] + apart[length - 1 :, length - 1 :]
        yield float(sums.min(axis=1).mean() / length)
