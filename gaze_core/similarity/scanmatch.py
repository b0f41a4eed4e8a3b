"""ScanMatch: scanpaths as sequences of the places of a grid, aligned by how near the places are.

A fixation becomes the symbol ``row * columns + column`` of its cell, repeated ``round(duration / bin)`` times
where durations count (halves to even; 0 drops the fixation). Two symbols match with ``threshold - distance``,
the distance in cells; gaps cost `gap`. The score is the highest value of the table over
``threshold * length of the longer sequence``: 1 for the same sequence.

Cristino, Mathot, Theeuwes & Gilchrist (2010), Behavior Research Methods 42.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from gaze_core.similarity.scanpath import DurationUnit, FloatArray, IntArray, Scanpath, SimilarityError
from gaze_core.similarity.string_alignment import gap_scores
from gaze_core.similarity.tiles import pair_tiles

MAX_SYMBOLS: Final = 20_000
"""More than 16 minutes of fixations in bins of 50 ms: a mistake in the unit of durations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanMatchSettings:
    """Grid and prices; the values are GazeSearch's as this project states them."""

    width_px: float = 224
    height_px: float = 224
    columns: int = 14
    rows: int = 14
    threshold: float = 3.5  # cells; further apart than this a match costs
    gap: float = 0.0
    bin_ms: float = 0.0  # 0: durations do not count

    def __post_init__(self) -> None:
        is_sound = (
            self.width_px > 0
            and self.height_px > 0
            and 1 <= self.columns <= 1000
            and 1 <= self.rows <= 1000
            and self.threshold > 0
            and self.gap <= 0
            and self.bin_ms >= 0
            and math.isfinite(self.bin_ms)
        )
        if not is_sound:
            raise SimilarityError(
                f"ScanMatch cannot use these settings: {self}. Sizes and threshold are above 0, the gap at "
                "most 0, the time bin at least 0."
            )


def scanmatch_symbols(scanpath: Scanpath, settings: ScanMatchSettings) -> IntArray:
    """Return the sequence of a scanpath; places outside the canvas count for its nearest cell."""
    column = _cell(scanpath.x_px, settings.width_px, settings.columns)
    row = _cell(scanpath.y_px, settings.height_px, settings.rows)
    symbols = row * settings.columns + column
    if settings.bin_ms == 0.0:
        return symbols
    if scanpath.duration_unit is not DurationUnit.SECONDS:
        raise SimilarityError("ScanMatch with a time bin needs durations in seconds, not in samples.")
    # Rounded twice, so that 0.35 s in bins of 50 ms is 7 and not a hair less.
    repeats = np.rint(np.round(scanpath.duration * 1e3 / settings.bin_ms, 9)).astype(np.int64)
    if int(repeats.sum()) > MAX_SYMBOLS:
        raise SimilarityError(
            f"A scanpath makes {int(repeats.sum())} symbols in bins of {settings.bin_ms:g} ms; check that "
            "its durations are in seconds."
        )
    return np.repeat(symbols, repeats)


def scanmatch_score(first: Scanpath, second: Scanpath, settings: ScanMatchSettings) -> float:
    """Return how alike two scanpaths are; 1 for the same, 0 where one is empty, NaN where both are."""
    return float(scanmatch_matrix([first, second], settings)[0, 1])


def scanmatch_matrix(scanpaths: Sequence[Scanpath], settings: ScanMatchSettings) -> FloatArray:
    """Compare all scanpaths with each other, shape (n, n); the diagonal is 1, NaN for an empty one."""
    sequences = [scanmatch_symbols(path, settings) for path in scanpaths]
    counts = np.array([sequence.size for sequence in sequences], np.int64)
    table = np.zeros((int(counts.max(initial=0)), len(sequences)), np.int64)
    for index, sequence in enumerate(sequences):
        table[: sequence.size, index] = sequence
    is_empty = counts == 0
    values = np.where(is_empty[:, None] & is_empty, np.nan, 0.0)
    values[np.diag_indices(len(sequences))] = np.where(is_empty, np.nan, 1.0)
    score_of_symbols = _Closeness(settings)
    for tile in pair_tiles(counts):
        first, second = tile.first, tile.second
        found = gap_scores(
            table[: counts[first].max(), first],
            counts[first],
            table[: counts[second].max(), second],
            counts[second],
            score_of_symbols,
            settings.gap,
        )
        longer = np.maximum(counts[first], counts[second])
        values[first, second] = values[second, first] = found.highest / (settings.threshold * longer)
    return values


def _cell(place_px: FloatArray, size_px: float, cells: int) -> IntArray:
    whole_px = np.trunc(np.clip(place_px, 0.0, size_px - 1.0))
    return np.minimum((whole_px * (cells / size_px)).astype(np.int64), cells - 1)


class _Closeness:
    """Threshold minus the distance of two cells."""

    def __init__(self, settings: ScanMatchSettings) -> None:
        row, column = np.divmod(np.arange(settings.rows * settings.columns), settings.columns)
        self._row, self._column = row.astype(np.float64), column.astype(np.float64)
        self._threshold = settings.threshold

    def __call__(self, first: IntArray, second: IntArray) -> FloatArray:
        across = self._column[first] - self._column[second]
        down = self._row[first] - self._row[second]
        return np.asarray(self._threshold - np.sqrt(across * across + down * down))
