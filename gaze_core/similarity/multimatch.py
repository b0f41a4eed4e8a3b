"""MultiMatch: how alike two scanpaths are in shape, direction, length, position and duration.

Both scanpaths become vectors (saccades). The table of distances |u_i - v_j| is crossed on the cheapest way
from the first pair of vectors to the last (`gaze_core.similarity.alignment`); along it, with medians and the
diagonal of the canvas:

    shape     = 1 - median |u - v| / (2 diagonal)
    direction = 1 - median angle(u, v) / pi
    length    = 1 - median ||u| - |v|| / diagonal
    position  = 1 - median distance of the starts / diagonal
    duration  = 1 - median |d_u - d_v| / max(d_u, d_v), 0 where both are 0

Jarodzka, Holmqvist & Nystroem (2010), ETRA; Dewhurst et al. (2012), Behavior Research Methods 44.
Which of two equally cheap ways is taken depends on the first scanpath of the pair; the shorter one is always
put first, so that the result does not depend on the order asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

import numpy as np

from gaze_core.similarity.alignment import Alignment, align
from gaze_core.similarity.scanpath import DurationUnit, FloatArray, IntArray, Scanpath, SimilarityError
from gaze_core.similarity.simplification import (
    SaccadePath,
    SimplificationThresholds,
    saccade_path,
    simplified,
)
from gaze_core.similarity.tiles import pair_tiles

SHORTEST_SCANPATH: Final = 3
"""Fewer fixations than this cannot be compared, published as a rule of the toolbox."""

PairsDone: TypeAlias = Callable[[int, int], None]
"""Called now and then with the number of pairs compared so far and of all."""

CHANNELS: Final = ("shape", "direction", "length", "position", "duration")


class ShortPaths(str, Enum):
    """What becomes of scanpaths with fewer than `SHORTEST_SCANPATH` fixations."""

    NAN = "nan"  # every value is NaN
    ZERO = "zero"  # every value is 0
    PAD = "pad"  # fixations at (1, 1) are appended


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiMatchProfile:
    """A way MultiMatch is used; exports state its name."""

    name: str
    width_px: float  # canvas that distances are divided by
    height_px: float
    short_paths: ShortPaths
    is_duration_used: bool  # otherwise all fixations last 1 and the last value is 1
    simplification: SimplificationThresholds | None = None
    duration_unit: DurationUnit = DurationUnit.SECONDS  # of `simplification`; scanpaths must agree

    def __post_init__(self) -> None:
        if not (math.isfinite(self.width_px) and math.isfinite(self.height_px) and self.diagonal_px > 0):
            raise SimilarityError(
                f"MultiMatch needs the size of the canvas, not {self.width_px} x {self.height_px} px."
            )

    @property
    def diagonal_px(self) -> float:
        """Diagonal of the canvas."""
        return math.hypot(self.width_px, self.height_px)


GAZESEARCH: Final = MultiMatchProfile(
    name="gazesearch", width_px=224, height_px=224, short_paths=ShortPaths.PAD, is_duration_used=False
)
"""GazeSearch's evaluation: 224 px, no grouping, durations not compared; four values are reported."""

MCGIP: Final = MultiMatchProfile(
    name="mcgip",
    width_px=1920,
    height_px=1080,
    short_paths=ShortPaths.ZERO,
    is_duration_used=True,
    simplification=SimplificationThresholds(direction_deg=45.0, amplitude_px=160.0, duration=100.0),
    duration_unit=DurationUnit.SAMPLES,
)
"""McGIP's: groups of raw gaze (`gaze_core.similarity.gaze_filter`), simplified, durations in samples."""


def toolbox_profile(
    width_px: float, height_px: float, simplification: SimplificationThresholds | None = None
) -> MultiMatchProfile:
    """Return the way of the package ``multimatch-gaze``: durations in seconds, too short is NaN."""
    return MultiMatchProfile(
        name="toolbox",
        width_px=width_px,
        height_px=height_px,
        short_paths=ShortPaths.NAN,
        is_duration_used=True,
        simplification=simplification,
    )


class MultiMatchReduction(str, Enum):
    """How five values become one number, for a relation matrix."""

    MEAN5 = "mean5"  # mean of all five
    MEAN4 = "mean4"  # mean without duration
    SHAPE = "shape"
    DIRECTION = "direction"
    LENGTH = "length"
    POSITION = "position"
    DURATION = "duration"


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiMatchScores:
    """Likeness of two scanpaths, 1 for the same; NaN where they cannot be compared."""

    shape: float
    direction: float
    length: float
    position: float
    duration: float

    def as_array(self) -> FloatArray:
        """Return the values in the order of `CHANNELS`."""
        return np.array([self.shape, self.direction, self.length, self.position, self.duration])


def multimatch_scores(first: Scanpath, second: Scanpath, profile: MultiMatchProfile) -> MultiMatchScores:
    """Compare two scanpaths; the order does not matter."""
    values = multimatch_matrix([first, second], profile)[0, 1]
    return MultiMatchScores(**dict(zip(CHANNELS, values.tolist(), strict=True)))


def multimatch_matrix(
    scanpaths: Sequence[Scanpath], profile: MultiMatchProfile, on_progress: PairsDone | None = None
) -> FloatArray:
    """Compare all scanpaths with each other, shape (n, n, 5) in the order of `CHANNELS`.

    Symmetric; the diagonal is 1, also where a scanpath is too short to be compared with others.
    """
    count = len(scanpaths)
    values = np.full((count, count, len(CHANNELS)), _value_of_short(profile))
    values[np.arange(count), np.arange(count)] = 1.0
    for first, second, five in _compared_pairs(scanpaths, profile, on_progress):
        values[first, second] = values[second, first] = five
    return values


def multimatch_relation(
    scanpaths: Sequence[Scanpath],
    profile: MultiMatchProfile,
    reduction: MultiMatchReduction,
    on_progress: PairsDone | None = None,
) -> FloatArray:
    """Compare all scanpaths with each other by one number, shape (n, n): a fifth of the memory."""
    count = len(scanpaths)
    values = np.full((count, count), _value_of_short(profile))
    np.fill_diagonal(values, 1.0)
    for first, second, five in _compared_pairs(scanpaths, profile, on_progress):
        values[first, second] = values[second, first] = reduced(five, reduction)
    return values


def _value_of_short(profile: MultiMatchProfile) -> float:
    return float("nan") if profile.short_paths is ShortPaths.NAN else 0.0


def _compared_pairs(
    scanpaths: Sequence[Scanpath], profile: MultiMatchProfile, on_progress: PairsDone | None
) -> Iterator[tuple[IntArray, IntArray, FloatArray]]:
    """Yield indices of pairs, each pair once, and their five values; too short scanpaths are in no pair."""
    paths = [_prepared(path, profile) for path in scanpaths]
    counts, table = _table(paths)
    # Canonical order: shorter first, then by the vectors themselves.
    rank = sorted(
        range(len(paths)), key=lambda index: (counts[index], table[:, : counts[index], index].tobytes())
    )
    order = np.array(rank, np.int64)
    comparable = int(np.count_nonzero(counts))
    done, pairs = 0, comparable * (comparable - 1) // 2
    for tile in pair_tiles(counts[order]):
        first, second = order[tile.first], order[tile.second]
        yield first, second, _compared(table, counts, first, second, profile)
        done += first.size
        if on_progress is not None:
            on_progress(done, pairs)


def reduced(values: FloatArray, reduction: MultiMatchReduction) -> FloatArray:
    """Return one number for five; `values` has shape (..., 5)."""
    if reduction is MultiMatchReduction.MEAN5:
        return np.asarray(values.mean(axis=-1))
    if reduction is MultiMatchReduction.MEAN4:
        return np.asarray(values[..., :4].mean(axis=-1))
    return np.array(values[..., CHANNELS.index(reduction.value)])


def _prepared(scanpath: Scanpath, profile: MultiMatchProfile) -> SaccadePath:
    """Return the vectors of a scanpath; none where it is too short."""
    if profile.simplification is not None and scanpath.duration_unit is not profile.duration_unit:
        raise SimilarityError(
            f"The profile {profile.name} simplifies by durations in {profile.duration_unit.value}, but a "
            f"scanpath counts {scanpath.duration_unit.value}."
        )
    path = _padded(scanpath) if profile.short_paths is ShortPaths.PAD else scanpath
    if len(path) < SHORTEST_SCANPATH:
        return SaccadePath()
    vectors = saccade_path(path)
    if not profile.is_duration_used:
        vectors.duration = [1.0] * len(path)
    return vectors if profile.simplification is None else simplified(vectors, profile.simplification)


def _padded(scanpath: Scanpath) -> Scanpath:
    missing = max(0, SHORTEST_SCANPATH - len(scanpath))
    x_px, y_px, duration = (
        np.concatenate((values, np.ones(missing)))
        for values in (scanpath.x_px, scanpath.y_px, scanpath.duration)
    )
    return Scanpath(x_px=x_px, y_px=y_px, duration=duration, duration_unit=scanpath.duration_unit)


_START_X, _START_Y, _DX, _DY, _DURATION, _ANGLE, _LENGTH = range(7)


def _table(paths: Sequence[SaccadePath]) -> tuple[IntArray, FloatArray]:
    """Return how many vectors each path has and what is compared, shape (7, longest, paths), padded by 0."""
    counts = np.array([len(path.dx_px) for path in paths], np.int64)
    table = np.zeros((7, int(counts.max(initial=0)), len(paths)))
    for index, path in enumerate(paths):
        count = len(path.dx_px)
        columns = (path.x_px, path.y_px, path.dx_px, path.dy_px, path.duration[:count])
        table[:5, :count, index] = columns
    table[_ANGLE] = np.arctan2(table[_DY], table[_DX])
    table[_LENGTH] = np.sqrt(table[_DX] ** 2 + table[_DY] ** 2)
    return counts, table


def _compared(
    table: FloatArray, counts: IntArray, first: IntArray, second: IntArray, profile: MultiMatchProfile
) -> FloatArray:
    """Return the five values of each pair, shape (pairs, 5)."""
    row_counts, column_counts = counts[first], counts[second]
    rows = np.ascontiguousarray(table[:, : row_counts.max(), first])
    columns = np.ascontiguousarray(table[:, : column_counts.max(), second])
    alignment = align(_Distances(rows, columns), row_counts, column_counts)
    differences = _differences(rows, columns, alignment)
    diagonal_px = profile.diagonal_px
    largest = np.array([2.0 * diagonal_px, math.pi, diagonal_px, diagonal_px, 1.0])
    return np.asarray(1.0 - _medians(differences, alignment).T / largest)


class _Distances:
    """Distances of the vectors on one antidiagonal; columns are kept backwards, so that each is one slice."""

    def __init__(self, rows: FloatArray, columns: FloatArray) -> None:
        self._dx, self._dy = rows[_DX], rows[_DY]
        self._dx_backwards = np.ascontiguousarray(columns[_DX, ::-1])
        self._dy_backwards = np.ascontiguousarray(columns[_DY, ::-1])
        self._across, self._down = np.empty_like(self._dx), np.empty_like(self._dy)

    def __call__(self, diagonal: int, first_row: int, stop_row: int) -> FloatArray:
        """Return the distances of vector ``row`` and vector ``diagonal - row``; valid until the next call."""
        shift = len(self._dx_backwards) - 1 - diagonal
        here, there = slice(first_row, stop_row), slice(shift + first_row, shift + stop_row)
        across = np.subtract(self._dx[here], self._dx_backwards[there], out=self._across[here])
        down = np.subtract(self._dy[here], self._dy_backwards[there], out=self._down[here])
        across *= across
        down *= down
        across += down
        return np.asarray(np.sqrt(across, out=across))


def _differences(rows: FloatArray, columns: FloatArray, alignment: Alignment) -> FloatArray:
    """Return what is compared along each way, shape (5, steps, pairs)."""
    pairs = rows.shape[2]
    first = rows.reshape(7, -1).take(alignment.row * pairs + np.arange(pairs), axis=1)
    second = columns.reshape(7, -1).take(alignment.column * pairs + np.arange(pairs), axis=1)
    gap = np.abs(first - second)
    turn = np.minimum(gap[_ANGLE], 2.0 * math.pi - gap[_ANGLE])
    longest = np.maximum(first[_DURATION], second[_DURATION])
    lasting = np.divide(gap[_DURATION], longest, out=np.zeros_like(longest), where=longest > 0)
    shape = np.sqrt(gap[_DX] ** 2 + gap[_DY] ** 2)
    position = np.sqrt(gap[_START_X] ** 2 + gap[_START_Y] ** 2)
    return np.stack((shape, turn, gap[_LENGTH], position, lasting))


def _medians(differences: FloatArray, alignment: Alignment) -> FloatArray:
    """Return the medians along each way, shape (5, pairs)."""
    differences[:, ~alignment.is_step] = np.inf
    ordered = np.sort(np.ascontiguousarray(differences.transpose(0, 2, 1)), axis=-1)
    pair = np.arange(alignment.length.size)
    lower, upper = (alignment.length - 1) // 2, alignment.length // 2
    return np.asarray(0.5 * (ordered[:, pair, lower] + ordered[:, pair, upper]))
