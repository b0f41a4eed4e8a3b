"""Scores of a model's predicted scanpaths against those of readers: GazeSearch's files, task by task.

Each predicted scanpath is compared with every human one of its image, task and condition, and the mean over
the readers counts; a task has the mean of its predicted scanpaths, and all together the mean of all.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from capture_app.session.port import SessionError
from capture_app.session.similarity.score_metrics import (
    MultiMatchUse,
    ScoreContext,
    ScoredPath,
    ScoreMetric,
    columns_of,
    scores_of,
)
from capture_app.session.similarity.segment_maps import segments_of
from gaze_core.similarity import (
    Scanpath,
    SimilarityError,
    mean_shift_centres,
    probability_mismatch,
    search_cumulative_share,
)
from recordings_schema.formats.contract import FormatError
from recordings_schema.formats.gazesearch_file import (
    CENTRE_PX,
    SIDE_PX,
    PredictedPath,
    SearchEntry,
    read_entries,
    read_predictions,
)
from recordings_schema.formats.gazesearch_import import annotation_file

ALL_TASKS: Final = "all"
MISMATCH: Final = "probability_mismatch"
_NEAR_PX: Final = 1.0
_BEYOND: Final = float(np.nextafter(SIDE_PX, 0))

_Key: TypeAlias = tuple[str, str, str]  # image, task, condition


class ScoreError(SessionError):
    """Scanpaths cannot be scored; the text says why and what to do."""


class Centre(str, Enum):
    """Whether human scanpaths are given the centre that the published file leaves out."""

    AUTO = "auto"  # where the predicted scanpath begins there and the human one does not
    ADD = "add"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreOrder:
    """What is compared, and how."""

    predictions: Path
    annotations: Path  # file, or folder of a dataset
    metrics: tuple[ScoreMetric, ...]
    uses: tuple[MultiMatchUse, ...] = (MultiMatchUse.GAZESEARCH,)
    split: str = ""  # of the annotations; "" takes all
    centre: Centre = Centre.AUTO
    cluster_px: float = 32.0  # reach of the clusters of the sequence score
    segments: Path | None = None  # folder with a label map for each image


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """The scores of one task, or of all."""

    task: str
    scanpaths: int  # predicted ones that were scored
    pairs: int  # predicted with human ones
    values: Mapping[str, float]  # mean of each value over the scanpaths that have one; NaN where none has


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreResult:
    """All scores, and what could not be scored."""

    columns: tuple[str, ...]
    rows: tuple[ScoreRow, ...]  # tasks in the order of the alphabet, then all
    notes: tuple[str, ...]


def score_predictions(
    order: ScoreOrder, on_progress: Callable[[int, int], None] | None = None
) -> ScoreResult:
    """Return the scores of predicted scanpaths.

    Raises
    ------
    ScoreError
        If a file cannot be used or no prediction has a human scanpath to be compared with.
    """
    try:
        predictions = read_predictions(order.predictions)
        entries = read_entries(annotation_file(order.annotations))
    except FormatError as err:
        raise ScoreError(str(err)) from err
    if order.split:
        entries = tuple(entry for entry in entries if entry.split == order.split)
    humans: dict[_Key, list[SearchEntry]] = defaultdict(list)
    for entry in entries:
        humans[entry.name, entry.task, entry.condition].append(entry)
    scored = [each for each in predictions if _key(each) in humans]
    if not scored:
        where = f" in the split {order.split}" if order.split else ""
        raise ScoreError(
            f"No predicted scanpath of {order.predictions.name} is of an image, task and condition that "
            f"{order.annotations.name} has{where}. Name the annotations that belong to it."
        )
    table = _Table(order)
    for place, predicted in enumerate(scored, start=1):
        try:
            table.add(predicted, humans[_key(predicted)])
        except SimilarityError as err:
            raise ScoreError(f"{predicted.name}, {predicted.task}: {err}") from err
        if on_progress is not None:
            on_progress(place, len(scored))
    return table.result(_notes(predictions, scored, humans, order))


class _Table:
    """Gathers the values of scanpaths by task."""

    def __init__(self, order: ScoreOrder) -> None:
        self._order = order
        columns = [name for metric in order.metrics for name in columns_of(metric, order.uses)]
        self._is_length_wanted = ScoreMetric.LENGTH in order.metrics
        self._columns = (*columns, MISMATCH) if self._is_length_wanted else tuple(columns)
        self._values: dict[str, list[dict[str, float]]] = defaultdict(list)
        self._pairs: dict[str, int] = defaultdict(int)
        self._lengths: dict[str, list[int]] = defaultdict(list)
        self._human_lengths: dict[str, list[int]] = defaultdict(list)
        self._contexts: dict[_Key, ScoreContext] = {}
        self._seen: set[_Key] = set()

    def add(self, predicted: PredictedPath, humans: Sequence[SearchEntry]) -> None:
        """Compare one predicted scanpath with all human ones."""
        path = _predicted_path(predicted)
        paths = [_human_path(entry, predicted, self._order.centre) for entry in humans]
        context = self._context(predicted, humans)
        found: dict[str, list[float]] = defaultdict(list)
        for human in paths:
            for metric in self._order.metrics:
                for name, value in scores_of(metric, human, path, context, self._order.uses).items():
                    found[name].append(value)
        self._values[predicted.task].append({name: _mean(values) for name, values in found.items()})
        self._pairs[predicted.task] += len(humans)
        self._lengths[predicted.task].append(len(path.path))
        if _key(predicted) not in self._seen:
            self._seen.add(_key(predicted))
            self._human_lengths[predicted.task] += [len(human.path) for human in paths]

    def result(self, notes: Sequence[str]) -> ScoreResult:
        """Return the means."""
        tasks = sorted(self._values)
        rows = [self._row(task, [task]) for task in tasks]
        rows.append(self._row(ALL_TASKS, tasks))
        return ScoreResult(columns=self._columns, rows=tuple(rows), notes=tuple(notes))

    def _row(self, name: str, tasks: Sequence[str]) -> ScoreRow:
        values = [each for task in tasks for each in self._values[task]]
        means = {column: _mean([each.get(column, math.nan) for each in values]) for column in self._columns}
        if self._is_length_wanted:
            means[MISMATCH] = self._mismatch(tasks)
        return ScoreRow(
            task=name, scanpaths=len(values), pairs=sum(self._pairs[task] for task in tasks), values=means
        )

    def _mismatch(self, tasks: Sequence[str]) -> float:
        """Return how far the lengths of predicted scanpaths are from the human ones, over the tasks."""
        longest = max(
            (length for task in tasks for length in (*self._lengths[task], *self._human_lengths[task])),
            default=1,
        )
        shares = (
            search_cumulative_share({task: lengths[task] for task in tasks}, max(1, longest - 1))
            for lengths in (self._lengths, self._human_lengths)
        )
        return probability_mismatch(*shares)

    def _context(self, predicted: PredictedPath, humans: Sequence[SearchEntry]) -> ScoreContext:
        key = _key(predicted)
        if key not in self._contexts:
            centres: npt.NDArray[np.float64] = np.empty((0, 2))
            if ScoreMetric.SEQUENCE in self._order.metrics:
                points = [place for each in humans for place in zip(each.x_px, each.y_px, strict=True)]
                places = np.array([(CENTRE_PX, CENTRE_PX), *points], np.float64)
                centres = mean_shift_centres(places, self._order.cluster_px)
            segments = None
            if ScoreMetric.SEMANTIC in self._order.metrics and self._order.segments is not None:
                segments = segments_of(self._order.segments, predicted.name)
            self._contexts[key] = ScoreContext(centres_px=centres, segments=segments)
        return self._contexts[key]


def _predicted_path(predicted: PredictedPath) -> ScoredPath:
    duration = predicted.duration_s
    return ScoredPath(
        path=_path(predicted.x_px, predicted.y_px, duration or (0.0,) * len(predicted.x_px)),
        has_durations=duration is not None,
    )


def _human_path(entry: SearchEntry, predicted: PredictedPath, centre: Centre) -> ScoredPath:
    x, y, t = entry.x_px, entry.y_px, entry.duration_s
    is_wanted = centre is Centre.ADD or (centre is Centre.AUTO and _begins_at_centre(predicted))
    if is_wanted and not _begins_at_centre(entry):
        x, y, t = (CENTRE_PX, *x), (CENTRE_PX, *y), (0.0, *t)
    return ScoredPath(path=_path(x, y, t), has_durations=True)


def _path(x: Sequence[float], y: Sequence[float], t: Sequence[float]) -> Scanpath:
    # The far edge itself belongs to the last pixel.
    return Scanpath(
        x_px=np.minimum(np.array(x, np.float64), _BEYOND),
        y_px=np.minimum(np.array(y, np.float64), _BEYOND),
        duration=np.array(t, np.float64),
    )


def _begins_at_centre(path: SearchEntry | PredictedPath) -> bool:
    return abs(path.x_px[0] - CENTRE_PX) <= _NEAR_PX and abs(path.y_px[0] - CENTRE_PX) <= _NEAR_PX


def _key(path: PredictedPath) -> _Key:
    return (path.name, path.task, path.condition)


def _mean(values: Sequence[float]) -> float:
    """Return the mean of the values that are known; NaN where none is."""
    known = [value for value in values if math.isfinite(value)]
    return math.fsum(known) / len(known) if known else math.nan


def _notes(
    predictions: Sequence[PredictedPath],
    scored: Sequence[PredictedPath],
    humans: Mapping[_Key, Sequence[SearchEntry]],
    order: ScoreOrder,
) -> list[str]:
    notes = []
    left_over = len(predictions) - len(scored)
    if left_over:
        notes.append(f"{left_over} predicted scanpaths have no human one of their image, task and condition.")
    missing = len(humans.keys() - {_key(each) for each in scored})
    if missing:
        notes.append(f"{missing} images with a task have no predicted scanpath; they count nothing.")
    timed = {ScoreMetric.SCANMATCH_TIME, ScoreMetric.MULTIMATCH}
    if timed & set(order.metrics) and any(each.duration_s is None for each in scored):
        notes.append("Values of durations are missing where the model predicts no T.")
    if ScoreMetric.SEMANTIC in order.metrics and order.segments is None:
        notes.append("The semantic score needs label maps; name their folder with --segments.")
    return notes
