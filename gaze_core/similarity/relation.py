"""Relation matrices: who resembles whom, as the training code of McGIP and GzPT takes it.

A relation is square, finite and symmetric with diagonal 1; row and column i belong to the sample of index i
of the name list. A pair is positive where its value is *strictly* above the threshold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from gaze_core.similarity.scanpath import FloatArray, IntArray, SimilarityError

LabelMatrix: TypeAlias = npt.NDArray[np.int64]

_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PositivePairs:
    """Pairs above a threshold, each once with the lower index first, most alike first."""

    first: IntArray  # shape (pairs,)
    second: IntArray  # shape (pairs,)
    value: FloatArray  # shape (pairs,)


def relation_faults(relation: FloatArray) -> list[str]:
    """Return what keeps a matrix from being a relation, as sentences; empty where nothing does."""
    if relation.ndim != 2 or relation.shape[0] != relation.shape[1]:
        return [f"The relation has shape {relation.shape}; training loads a square matrix of two axes."]
    faults = []
    holes = np.argwhere(~np.isfinite(relation))
    if len(holes):
        faults.append(
            f"The relation has no value at row {holes[0][0]}, column {holes[0][1]} ({len(holes)} in all)."
        )
    elif np.abs(relation - relation.T).max(initial=0.0) > _TOLERANCE:
        row, column = np.unravel_index(int(np.abs(relation - relation.T).argmax()), relation.shape)
        faults.append(f"The relation is not symmetric at row {row}, column {column}.")
    unlike = np.flatnonzero(np.abs(np.diagonal(relation) - 1.0) > _TOLERANCE)
    if unlike.size:
        faults.append(f"Sample {unlike[0]} does not resemble itself with 1 ({unlike.size} in all).")
    return faults


def positive_pairs(relation: FloatArray, threshold: float) -> PositivePairs:
    """Return the pairs of different samples whose value is strictly above the threshold."""
    _checked(relation)
    first, second = np.nonzero(np.triu(relation > threshold, 1))
    value = relation[first, second]
    order = np.argsort(-value, kind="stable")
    return PositivePairs(first=first[order], second=second[order], value=value[order])


def nearest(relation: FloatArray, index: int, count: int) -> IntArray:
    """Return the other samples most like one, best first, ties by index; at most `count`."""
    _checked(relation)
    if not 0 <= index < len(relation):
        raise SimilarityError(f"There is no sample {index} among {len(relation)}.")
    others = np.delete(np.arange(len(relation)), index)
    return others[np.argsort(-relation[index, others], kind="stable")][: max(0, count)]


def batch_labels(relation: FloatArray, batch: npt.ArrayLike, threshold: float) -> LabelMatrix:
    """Return who of a batch is positive for whom (BYOL, SimSiam), shape (batch, batch), diagonal 1."""
    _checked(relation)
    index = np.asarray(batch, np.int64)
    labels = (relation[np.ix_(index, index)] > threshold).astype(np.int64)
    np.fill_diagonal(labels, 1)
    return labels


def queue_labels(
    relation: FloatArray, batch: npt.ArrayLike, queue: npt.ArrayLike, threshold: float
) -> LabelMatrix:
    """Return which samples of a queue are positive for which of a batch (MoCo), shape (batch, queue).

    Where the place in the batch equals the place in the queue the label is 0 whatever the samples: the
    published code compares places there, not samples, and training sees exactly this matrix.
    """
    _checked(relation)
    rows, columns = np.asarray(batch, np.int64), np.asarray(queue, np.int64)
    labels = (relation[np.ix_(rows, columns)] > threshold).astype(np.int64)
    np.fill_diagonal(labels, 0)
    return labels


def _checked(relation: FloatArray) -> None:
    if relation.ndim != 2 or relation.shape[0] != relation.shape[1]:
        raise SimilarityError(
            f"A relation of shape {relation.shape} cannot be compared with a threshold; reduce it to one "
            "number for each pair first."
        )
