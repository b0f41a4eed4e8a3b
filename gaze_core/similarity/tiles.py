"""All pairs of many sequences, in batches of like lengths.

Sequences are ordered by length and cut into blocks; two blocks make a tile, whose pairs are compared at once.
Little is padded that way, and the working memory of a tile is bounded however long the sequences are.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from gaze_core.similarity.scanpath import IntArray

_CELLS_OF_A_TILE: Final = (
    1 << 20
)  # fastest between half and four times as many: it fits the processor's cache
_LONGEST_BLOCK: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairTile:
    """Pairs of sequences, each pair once: ``first[i]`` against ``second[i]``."""

    first: IntArray  # index of a sequence, shape (pairs,)
    second: IntArray  # index of a sequence that is not shorter, shape (pairs,)


def pair_tiles(lengths: IntArray) -> Iterator[PairTile]:
    """Yield every pair of different sequences once.

    Parameters
    ----------
    lengths
        Length of each sequence, shape (n,). Sequences of length 0 are in no pair.
    """
    order = np.argsort(lengths, kind="stable")
    order = order[lengths[order] > 0]
    blocks = list(_blocks(lengths[order]))
    for number, (begin, end) in enumerate(blocks):
        rank_first, rank_second = np.triu_indices(end - begin, 1)
        if rank_first.size:
            yield PairTile(first=order[begin + rank_first], second=order[begin + rank_second])
        for other_begin, other_end in blocks[number + 1 :]:
            first, second = np.meshgrid(order[begin:end], order[other_begin:other_end], indexing="ij")
            yield PairTile(first=first.ravel(), second=second.ravel())


def _blocks(lengths: IntArray) -> Iterator[tuple[int, int]]:
    """Cut ascending lengths so that a tile of two blocks stays within the bound."""
    begin = 0
    while begin < lengths.size:
        end = begin + 1
        while end < lengths.size and end - begin < _block_size(int(lengths[end])):
            end += 1
        yield begin, end
        begin = end


def _block_size(length: int) -> int:
    """Sequences of `length` to a block: the square of it times a table of moves, 2 x length^2, is bounded."""
    return max(
        1, min(_LONGEST_BLOCK, math.isqrt(_CELLS_OF_A_TILE) // max(1, math.isqrt(2 * length * length)))
    )
