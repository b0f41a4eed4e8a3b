"""McGIP's measures for whole readings: the features of each reading once, then all readings with each other.

| measure | what is compared | for images that are |
|---|---|---|
| dhash | light and dark of the whole map | structured |
| moment | mass and spread of the whole map, half and half | structured |
| dental | the same, 0.2 and 0.8 | structured |
| moment_sequence | mass and spread of the bursts' maps, place by place | unstructured |
| tima | the same, warped in time, 0.7 and 0.3 (also STGM) | unstructured |
| heat | the same of McGIP's downstream variant: finer bursts, half and half | unstructured |
| multimatch | groups of raw gaze, five values made one | unstructured |

Gaze lies on a square canvas of 800 px, by one mapping and at one rate for all readings compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.similarity.cluster_maps import cluster_map, reading_map
from gaze_core.similarity.clusters import DOWNSTREAM_CLUSTERS, TIMA_CLUSTERS, ClusterSettings, gaze_clusters
from gaze_core.similarity.gaze_filter import gaze_groups
from gaze_core.similarity.hashes import difference_hash, hash_matrix
from gaze_core.similarity.moments import (
    DENTAL_WEIGHTS,
    HEAT_WEIGHTS,
    TIMA_WEIGHTS,
    features_of,
    heat_map_features,
    moment_difference,
    moment_matrix,
)
from gaze_core.similarity.multimatch import MCGIP, MultiMatchReduction, PairsDone, multimatch_relation
from gaze_core.similarity.scanpath import BoolArray, FloatArray, Scanpath
from gaze_core.similarity.tima import tima_matrix

CANVAS_PX: Final = 800
_PAIRS_AT_ONCE: Final = 1 << 16

Heat = npt.NDArray[np.uint8]


class GazeMeasure(str, Enum):
    """A way in which readings resemble each other."""

    DHASH = "dhash"
    MOMENT = "moment"
    DENTAL = "dental"
    MOMENT_SEQUENCE = "moment_sequence"
    TIMA = "tima"
    HEAT = "heat"
    MULTIMATCH = "multimatch"


STRUCTURED: Final = (GazeMeasure.DHASH, GazeMeasure.MOMENT, GazeMeasure.DENTAL)
"""Measures of the whole map: for images whose parts always lie in the same places."""

UNSTRUCTURED: Final = tuple(measure for measure in GazeMeasure if measure not in STRUCTURED)
"""Measures of the course of gaze."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadingFeatures:
    """All that any measure needs of one reading."""

    hash_bits: BoolArray  # shape (64,)
    whole: FloatArray  # mass and spread of the map of the whole reading, shape (2,)
    bursts: FloatArray  # the same of each burst in order, shape (n, 2)
    fine_bursts: FloatArray  # of the downstream variant's bursts, shape (n, 2)
    groups: Scanpath  # of raw gaze, durations in samples


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadingMaps:
    """The maps whose features are compared, as the published tree holds them."""

    whole: Heat  # shape (800, 800)
    bursts: tuple[Heat, ...]  # shape (1080, 1920) each


def reading_maps(x_px: npt.ArrayLike, y_px: npt.ArrayLike) -> ReadingMaps:
    """Return the maps of valid gaze in order, canvas px, shape (n,) each."""
    return ReadingMaps(
        whole=reading_map(x_px, y_px, CANVAS_PX), bursts=tuple(_burst_maps(x_px, y_px, TIMA_CLUSTERS))
    )


def reading_features(
    x_px: npt.ArrayLike, y_px: npt.ArrayLike, maps: ReadingMaps | None = None
) -> ReadingFeatures:
    """Return the features of valid gaze in order; `maps` are those of the same gaze, where they are there."""
    drawn = reading_maps(x_px, y_px) if maps is None else maps
    return ReadingFeatures(
        hash_bits=difference_hash(drawn.whole),
        whole=heat_map_features(drawn.whole),
        bursts=features_of(drawn.bursts),
        fine_bursts=features_of(_burst_maps(x_px, y_px, DOWNSTREAM_CLUSTERS)),
        groups=gaze_groups(x_px, y_px),
    )


def gaze_relation(
    measure: GazeMeasure,
    readings: Sequence[ReadingFeatures],
    reduction: MultiMatchReduction = MultiMatchReduction.MEAN5,
    on_progress: PairsDone | None = None,
) -> FloatArray:
    """Compare all readings with each other, shape (n, n); finite, symmetric, the diagonal is 1.

    Parameters
    ----------
    measure
        What is compared.
    readings
        Features; each is used as it is for all its pairs.
    reduction
        How MultiMatch's five values become one.
    on_progress
        Called now and then by the one measure that takes long, MultiMatch.
    """
    if measure is GazeMeasure.DHASH:
        return hash_matrix(np.array([each.hash_bits for each in readings]).reshape(len(readings), -1))
    if measure in (GazeMeasure.MOMENT, GazeMeasure.DENTAL):
        weights = HEAT_WEIGHTS if measure is GazeMeasure.MOMENT else DENTAL_WEIGHTS
        return moment_matrix(np.array([each.whole for each in readings]), weights)
    if measure is GazeMeasure.MOMENT_SEQUENCE:
        return moment_sequence_matrix([each.bursts for each in readings])
    if measure is GazeMeasure.TIMA:
        return tima_matrix([each.bursts for each in readings], TIMA_WEIGHTS)
    if measure is GazeMeasure.HEAT:
        return tima_matrix([each.fine_bursts for each in readings], HEAT_WEIGHTS)
    return multimatch_relation([each.groups for each in readings], MCGIP, reduction, on_progress)


def moment_sequence_matrix(readings: Sequence[FloatArray]) -> FloatArray:
    """Compare maps at the same places of all sequences, shape (n, 2) each; symmetric, the diagonal is 1.

    Published for sequences of one length. Here a map without a counterpart resembles it with 0, so that the
    mean is over the longer sequence; two readings without maps resemble each other with 0.
    """
    counts = np.array([len(each) for each in readings], np.int64)
    table = np.zeros((len(readings), int(counts.max(initial=0)), 2))
    for place, each in enumerate(readings):
        table[place, : len(each)] = each
    values = np.zeros((len(readings), len(readings)))
    rows_at_once = max(1, _PAIRS_AT_ONCE // max(1, table.shape[0] * max(1, table.shape[1])))
    number = np.arange(table.shape[1])
    for begin in range(0, len(readings), rows_at_once):
        rows = slice(begin, begin + rows_at_once)
        alike = 1.0 - moment_difference(table[rows, None], table[None], HEAT_WEIGHTS)
        shorter = np.minimum(counts[rows, None], counts)
        longer = np.maximum(counts[rows, None], counts)
        alike = np.where(number < shorter[..., None], alike, 0.0)
        values[rows] = alike.sum(axis=2) / np.maximum(1, longer)
    np.fill_diagonal(values, 1.0)
    return values


def _burst_maps(x_px: npt.ArrayLike, y_px: npt.ArrayLike, settings: ClusterSettings) -> list[Heat]:
    return [cluster_map(points) for points in gaze_clusters(x_px, y_px, settings)]
