"""The cheapest way through many cost tables at once: what MultiMatch and dynamic time warping share.

A way leads from cell (0, 0) to the last cell by steps down, right or both; its cost is the sum of its cells:

    D(r, c) = cost(r, c) + min(D(r-1, c-1), D(r-1, c), D(r, c-1))

(MultiMatch does not count the first cell; a constant changes no way.) Cells of one antidiagonal r + c do not
depend on each other, so a whole antidiagonal of a whole batch of tables is one array operation. Tables of
unlike size are padded: a cell depends only on cells above and left of it, so padding below and on the right
is never seen from a table's own last cell. Of equally cheap steps back the diagonal one is taken, then the
one up, as the package ``dtw`` does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from gaze_core.similarity.scanpath import BoolArray, FloatArray, IntArray, SimilarityError

CostOfDiagonal: TypeAlias = Callable[[int, int, int], FloatArray]
"""``(diagonal, first_row, stop_row)`` to costs of the cells (row, diagonal - row), shape (rows, pairs)."""

MAX_MOVES: Final = 1 << 28
"""Bytes of noted moves of a batch: a pair of 11,000 elements each."""

_STAY: Final = 4
_ROW_STEP: Final = np.array([0, 1, 1, 1, 0])  # by code: 0 left, 1 up, 2 and 3 diagonal, 4 stay
_COLUMN_STEP: Final = np.array([1, 0, 1, 1, 0])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Alignment:
    """The cheapest way through each table of a batch, listed from its last cell to the first."""

    row: IntArray  # shape (steps, pairs); 0 after the end of a shorter way
    column: IntArray  # shape (steps, pairs)
    length: IntArray  # cells of each way, shape (pairs,)
    cost: FloatArray  # sum over the cells of each way, shape (pairs,)

    @property
    def is_step(self) -> BoolArray:
        """Which entries belong to a way, shape (steps, pairs)."""
        return np.arange(len(self.row))[:, None] < self.length


def align(cost_of_diagonal: CostOfDiagonal, row_counts: IntArray, column_counts: IntArray) -> Alignment:
    """Return the cheapest way through each table.

    Parameters
    ----------
    cost_of_diagonal
        Called once for each antidiagonal of the largest table, in order; finite also in the padding.
    row_counts, column_counts
        Size of each table, at least 1, shape (pairs,).
    """
    rows, columns = int(row_counts.max()), int(column_counts.max())
    if (rows + columns) * rows * row_counts.size > MAX_MOVES:
        raise SimilarityError(
            f"Sequences of {rows} and {columns} elements are too long to be aligned; group them or sample "
            "them at a lower rate first."
        )
    moves = np.empty((rows + columns - 1, rows, row_counts.size), np.uint8)
    moves[0, 0] = _STAY
    cost = np.empty(row_counts.size)
    last_diagonal = row_counts + column_counts - 2
    is_last_of_some = np.isin(np.arange(rows + columns - 1), last_diagonal)
    straight = np.empty((rows, row_counts.size))
    # Row r at index r + 1. Row -1, and rows a diagonal has not reached yet, stay infinite.
    before, last, now = (np.full((rows + 1, row_counts.size), np.inf) for _ in range(3))
    for diagonal in range(rows + columns - 1):
        first, stop = max(0, diagonal - columns + 1), min(rows, diagonal + 1)
        if diagonal:
            before, last, now = last, now, before
            _extend(moves[diagonal, first:stop], before, last, now, straight[first:stop], first)
        else:
            now[1] = 0.0
        now[first + 1 : stop + 1] += cost_of_diagonal(diagonal, first, stop)
        if is_last_of_some[diagonal]:
            ending = np.flatnonzero(last_diagonal == diagonal)
            cost[ending] = now[row_counts[ending], ending]
    return _traced(moves, row_counts, column_counts, cost)


def _extend(
    moves: npt.NDArray[np.uint8],
    before: FloatArray,
    last: FloatArray,
    now: FloatArray,
    straight: FloatArray,
    first: int,
) -> None:
    """Take the cheapest way into each cell of a diagonal from row `first` on; note where it came from."""
    stop = first + len(moves)
    up, left, diagonal = last[first:stop], last[first + 1 : stop + 1], before[first:stop]
    np.minimum(up, left, out=straight)
    np.less_equal(diagonal, straight, out=moves.view(np.bool_))
    moves <<= 1
    moves |= np.less_equal(up, left).view(np.uint8)
    np.minimum(straight, diagonal, out=now[first + 1 : stop + 1])


def _traced(
    moves: npt.NDArray[np.uint8], row_counts: IntArray, column_counts: IntArray, cost: FloatArray
) -> Alignment:
    pair = np.arange(row_counts.size)
    row, column = row_counts - 1, column_counts - 1
    length = np.ones(row_counts.size, np.int64)
    rows, columns = [row], [column]
    while True:
        is_under_way = row + column > 0
        if not is_under_way.any():
            break
        length += is_under_way
        move = moves[row + column, row, pair]
        row, column = row - _ROW_STEP[move], column - _COLUMN_STEP[move]
        rows.append(row)
        columns.append(column)
    return Alignment(row=np.stack(rows), column=np.stack(columns), length=length, cost=cost)
