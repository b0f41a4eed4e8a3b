"""How long searches last: the cumulative share by length, and how far a model's is from the readers'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gaze_core.similarity.scanpath import FloatArray, SimilarityError


def search_cumulative_share(lengths_by_task: Mapping[str, Sequence[int]], longest: int) -> FloatArray:
    """Return the share of scanpaths with at most n fixations after the first, averaged over the tasks.

    As GazeSearch computes it: whether a fixation reached the finding is not looked at.

    Parameters
    ----------
    lengths_by_task
        Numbers of fixations of the scanpaths of each task, the first (centre) fixation included.
    longest
        Largest n; the result is for n = 0..`longest`, shape (longest + 1,).
    """
    if longest < 1 or not lengths_by_task or any(len(lengths) == 0 for lengths in lengths_by_task.values()):
        raise SimilarityError(
            "Lengths of searches need at least one task, each with a scanpath, and a longest length."
        )
    steps = np.arange(1, longest + 2)
    shares = [(np.asarray(lengths)[:, None] <= steps).mean(axis=0) for lengths in lengths_by_task.values()]
    return np.asarray(np.mean(shares, axis=0), np.float64)


def probability_mismatch(share: FloatArray, human_share: FloatArray) -> float:
    """Return the sum of the absolute differences of two cumulative shares of one length."""
    if share.shape != human_share.shape:
        raise SimilarityError(
            f"Cumulative shares of {share.size} and {human_share.size} lengths cannot be compared."
        )
    return float(np.abs(share - human_share).sum())
