"""Scores of the best alignment of symbol sequences, with gaps (Needleman & Wunsch 1970).

    F(i, j) = max(F(i-1, j-1) + score(a_i, b_j), F(i-1, j) + gap, F(i, j-1) + gap),   F(i, 0) = i gap

ScanMatch, sequence scores and, with signs turned, the edit distance are this table. As in
`gaze_core.similarity.alignment` a whole antidiagonal of a batch of tables is one array operation, and
padding of shorter sequences is never seen from a table's own last cell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from gaze_core.similarity.scanpath import BoolArray, FloatArray, IntArray

ScoreOfSymbols: TypeAlias = Callable[[IntArray, IntArray], FloatArray]
"""Two arrays of symbols of one shape to the scores of matching them."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GapScores:
    """Outcome of a batch of alignments."""

    final: FloatArray  # value of the last cell, shape (pairs,)
    highest: FloatArray  # highest value anywhere in the table, borders included, shape (pairs,)


def gap_scores(
    first: IntArray,
    first_counts: IntArray,
    second: IntArray,
    second_counts: IntArray,
    score_of_symbols: ScoreOfSymbols,
    gap: float,
) -> GapScores:
    """Align pairs of sequences.

    Parameters
    ----------
    first, second
        Symbols, padded with any symbol, shape (longest, pairs).
    first_counts, second_counts
        Length of each sequence, shape (pairs,); may be 0.
    score_of_symbols
        What a match of two symbols adds.
    gap
        What each symbol without partner adds, at most 0.
    """
    rows, columns = len(first), len(second)
    backwards = second[::-1]
    final = np.zeros(first_counts.size)
    highest = np.zeros(first_counts.size)  # F(0, 0) is 0
    ends = first_counts + second_counts
    before, last, now = (np.full((rows + 1, first_counts.size), -np.inf) for _ in range(3))
    now[0] = 0.0
    for diagonal in range(1, rows + columns + 1):
        before, last, now = last, now, before
        if diagonal <= columns:
            now[0] = gap * diagonal
        if diagonal <= rows:
            now[diagonal] = gap * diagonal
        begin, stop = max(1, diagonal - columns), min(rows, diagonal - 1) + 1
        if begin < stop:
            shift = columns - diagonal
            matched = score_of_symbols(first[begin - 1 : stop - 1], backwards[shift + begin : shift + stop])
            matched = matched + before[begin - 1 : stop - 1]
            skipped = np.maximum(last[begin - 1 : stop - 1], last[begin:stop]) + gap
            np.maximum(matched, skipped, out=now[begin:stop])
        ending = np.flatnonzero(ends == diagonal)
        final[ending] = now[first_counts[ending], ending]
        if gap < 0.0:
            inside = _inside(diagonal, rows, columns, first_counts, second_counts)
            highest = np.maximum(highest, np.where(inside, now, -np.inf).max(axis=0))
    # Without a price for gaps a table never falls to the right or downwards.
    return GapScores(final=final, highest=highest if gap < 0.0 else final)


def _inside(
    diagonal: int, rows: int, columns: int, first_counts: IntArray, second_counts: IntArray
) -> BoolArray:
    """Which cells of an antidiagonal belong to each pair's own table, shape (rows + 1, pairs)."""
    row = np.arange(rows + 1)[:, None]
    column = diagonal - row
    return np.asarray((row <= first_counts) & (column >= 0) & (column <= np.minimum(second_counts, columns)))


def pair_scores(
    first: IntArray, second: IntArray, score_of_symbols: ScoreOfSymbols, gap: float
) -> tuple[float, float]:
    """Align one pair of sequences; return the value of the last cell and the highest of the table."""
    counts = (np.array([first.size]), np.array([second.size]))
    found = gap_scores(first[:, None], counts[0], second[:, None], counts[1], score_of_symbols, gap)
    return float(found.final[0]), float(found.highest[0])
