"""What a predicted scanpath is scored by: each metric one function of a human and a predicted scanpath.

All on 224 x 224 px with the settings of GazeSearch as this project states them. A value that cannot be
computed, for instance a duration where the model predicts none, is NaN.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from gaze_core.similarity import (
    CHANNELS,
    GAZESEARCH,
    MCGIP,
    ScanMatchSettings,
    Scanpath,
    cluster_symbols,
    edit_distance,
    gaze_groups,
    grid_symbols,
    multimatch_scores,
    published_grid_symbols,
    scaled_time_delay_similarity,
    scanmatch_score,
    semantic_symbols,
    sequence_score,
    toolbox_profile,
)
from gaze_core.similarity.readings import CANVAS_PX
from recordings_schema.formats.gazesearch_file import SIDE_PX

TIME_BIN_MS: Final = 50.0
RAW_RATE_HZ: Final = 60.0
"""Rate at which scanpaths become raw gaze for McGIP's profile, which compares that."""

_LARGEST_DURATION_S: Final = 600.0

Values: TypeAlias = Mapping[str, float]


class ScoreMetric(str, Enum):
    """A way to compare a predicted scanpath with a human one."""

    MULTIMATCH = "multimatch"
    SCANMATCH = "scanmatch"
    SCANMATCH_TIME = "scanmatch_time"
    SED = "sed"
    SED_CLIPPED = "sed_clipped"
    STDE = "stde"
    SEQUENCE = "sequence"
    SEMANTIC = "semantic"
    LENGTH = "length"


class MultiMatchUse(str, Enum):
    """A published way to use MultiMatch."""

    GAZESEARCH = "gazesearch"
    TOOLBOX = "toolbox"
    MCGIP = "mcgip"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoredPath:
    """A scanpath with all that metrics ask for."""

    path: Scanpath  # px of 224, durations in s; zeros where there are none
    has_durations: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoreContext:
    """What is the same for all scanpaths of one image and task."""

    centres_px: npt.NDArray[np.float64]  # of clusters of human fixations, shape (n, 2)
    segments: npt.NDArray[np.integer] | None  # label of each pixel of the frame, shape (224, 224)


def columns_of(metric: ScoreMetric, uses: Sequence[MultiMatchUse]) -> tuple[str, ...]:
    """Return the names of the values that a metric gives."""
    if metric is ScoreMetric.MULTIMATCH:
        return tuple(f"multimatch_{use.value}_{channel}" for use in uses for channel in _channels(use))
    if metric is ScoreMetric.LENGTH:
        return ("length_error",)
    return (metric.value,)


def scores_of(
    metric: ScoreMetric,
    human: ScoredPath,
    predicted: ScoredPath,
    context: ScoreContext,
    uses: Sequence[MultiMatchUse],
) -> Values:
    """Return the values of one metric for one pair, by the names of `columns_of`."""
    if metric is ScoreMetric.MULTIMATCH:
        return {
            f"multimatch_{use.value}_{channel}": value
            for use in uses
            for channel, value in _multimatch(use, human, predicted).items()
        }
    (name,) = columns_of(metric, uses)
    return {name: _SINGLE[metric](human, predicted, context)}


def _channels(use: MultiMatchUse) -> tuple[str, ...]:
    return CHANNELS[:4] if use is MultiMatchUse.GAZESEARCH else CHANNELS


def _multimatch(use: MultiMatchUse, human: ScoredPath, predicted: ScoredPath) -> Values:
    has_durations = human.has_durations and predicted.has_durations
    if use is MultiMatchUse.GAZESEARCH:
        found = multimatch_scores(human.path, predicted.path, GAZESEARCH)
    elif use is MultiMatchUse.TOOLBOX:
        found = multimatch_scores(human.path, predicted.path, toolbox_profile(SIDE_PX, SIDE_PX))
    elif has_durations:
        found = multimatch_scores(_groups(human.path), _groups(predicted.path), MCGIP)
    else:
        return dict.fromkeys(CHANNELS, math.nan)
    values = dict(zip(CHANNELS, found.as_array().tolist(), strict=True))
    if not has_durations:
        values["duration"] = math.nan
    return {channel: values[channel] for channel in _channels(use)}


def _groups(path: Scanpath) -> Scanpath:
    """Return a scanpath as McGIP sees it: raw gaze on its canvas, grouped anew."""
    times = np.rint(np.minimum(path.duration, _LARGEST_DURATION_S) * RAW_RATE_HZ).astype(np.int64)
    scale = CANVAS_PX / SIDE_PX
    return gaze_groups(np.repeat(path.x_px * scale, times), np.repeat(path.y_px * scale, times))


def _scanmatch(human: ScoredPath, predicted: ScoredPath, context: ScoreContext) -> float:
    del context
    return scanmatch_score(human.path, predicted.path, ScanMatchSettings())


def _scanmatch_time(human: ScoredPath, predicted: ScoredPath, context: ScoreContext) -> float:
    del context
    if not (human.has_durations and predicted.has_durations):
        return math.nan
    return scanmatch_score(human.path, predicted.path, ScanMatchSettings(bin_ms=TIME_BIN_MS))


def _sed(human: ScoredPath, predicted: ScoredPath, context: ScoreContext) -> float:
    del context
    symbols = (published_grid_symbols(each.path, SIDE_PX, SIDE_PX) for each in (human, predicted))
    return float(edit_distance(*symbols))


def _sed_clipped(human: ScoredPath, predicted: ScoredPath, context: ScoreContext) -> float:
    del context
    symbols = (grid_symbols(each.path, SIDE_PX, SIDE_PX) for each in (human, predicted))
    return float(edit_distance(*symbols))


def _stde(human: ScoredPath, predicted: ScoredPath, context: ScoreContext) -> float:
    del context
    return scaled_time_delay_similarity(human.path, predicted.path, SIDE_PX, SIDE_PX)


def _sequence(human: ScoredPath, predicted: ScoredPath, context: ScoreContext) -> float:
    symbols = (cluster_symbols(each.path, context.centres_px) for each in (human, predicted))
    return sequence_score(*symbols)


def _semantic(human: ScoredPath, predicted: ScoredPath, context: ScoreContext) -> float:
    if context.segments is None:
        return math.nan
    symbols = (semantic_symbols(each.path, context.segments) for each in (human, predicted))
    return sequence_score(*symbols)


def _length(human: ScoredPath, predicted: ScoredPath, context: ScoreContext) -> float:
    del context
    return float(abs(len(human.path) - len(predicted.path)))


_SINGLE: Final[dict[ScoreMetric, Callable[[ScoredPath, ScoredPath, ScoreContext], float]]] = {
    ScoreMetric.SCANMATCH: _scanmatch,
    ScoreMetric.SCANMATCH_TIME: _scanmatch_time,
    ScoreMetric.SED: _sed,
    ScoreMetric.SED_CLIPPED: _sed_clipped,
    ScoreMetric.STDE: _stde,
    ScoreMetric.SEQUENCE: _sequence,
    ScoreMetric.SEMANTIC: _semantic,
    ScoreMetric.LENGTH: _length,
}
