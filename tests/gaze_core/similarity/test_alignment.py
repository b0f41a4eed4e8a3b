"""Ways through many tables at once against one table cell by cell."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaze_core.similarity import SimilarityError
from gaze_core.similarity.alignment import align
from gaze_core.similarity.string_alignment import gap_scores
from gaze_core.similarity.tiles import pair_tiles
from tests.gaze_core.similarity.plain_alignment import best_score, cheapest_way

SIZES = st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), min_size=1, max_size=5)
SEQUENCES = st.lists(st.integers(0, 3), max_size=7)


@given(SIZES, st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_a_batch_of_tables_gives_the_ways_of_each_table_alone(sizes, levels, seed):
    # Few levels of cost make ways of one price, so that their order counts.
    tables = np.random.default_rng(seed).integers(0, levels, (6, 6, len(sizes))).astype(float)
    rows, columns = (np.array(counts) for counts in zip(*sizes, strict=True))

    def cost_of_diagonal(diagonal, first, stop):
        row = np.arange(first, stop)
        return tables[row, diagonal - row]

    found = align(cost_of_diagonal, rows, columns)
    for pair, (row_count, column_count) in enumerate(sizes):
        cost, cells = cheapest_way(tables[:row_count, :column_count, pair].tolist())
        length = found.length[pair]
        assert found.cost[pair] == cost
        assert list(zip(found.row[:length, pair], found.column[:length, pair], strict=True)) == cells
        assert found.is_step[:, pair].sum() == length


@given(st.lists(st.tuples(SEQUENCES, SEQUENCES), min_size=1, max_size=4), st.sampled_from([0.0, -0.5, -1.0]))
def test_a_batch_of_sequences_gives_the_scores_of_each_pair_alone(pairs, gap):
    tables, counts = [], []
    for side in (0, 1):
        counts.append(np.array([len(pair[side]) for pair in pairs]))
        table = np.full((int(counts[side].max()), len(pairs)), 3)
        for index, pair in enumerate(pairs):
            table[: len(pair[side]), index] = pair[side]
        tables.append(table)
    found = gap_scores(
        tables[0], counts[0], tables[1], counts[1], lambda a, b: 1.0 - np.abs(a - b).astype(float), gap
    )
    for index, (first, second) in enumerate(pairs):
        final, highest = best_score(first, second, lambda a, b: 1.0 - abs(a - b), gap)
        assert found.final[index] == final
        assert found.highest[index] == highest


@given(st.lists(st.one_of(st.integers(0, 60), st.integers(400, 2000)), max_size=90))
def test_every_pair_of_sequences_with_symbols_is_in_one_tile(lengths):
    counts = np.array(lengths, np.int64)
    tiles = list(pair_tiles(counts))
    found = sorted(
        tuple(sorted(pair))
        for tile in tiles
        for pair in zip(tile.first.tolist(), tile.second.tolist(), strict=True)
    )
    with_symbols = np.flatnonzero(counts > 0)
    wanted = [(int(a), int(b)) for i, a in enumerate(with_symbols) for b in with_symbols[i + 1 :]]
    assert found == sorted(wanted)
    for tile in tiles:
        rows, columns = int(counts[tile.first].max()), int(counts[tile.second].max())
        assert np.all(counts[tile.first] <= counts[tile.second])
        moves = tile.first.size * rows * (rows + columns)
        assert tile.first.size == 1 or moves <= max(1_200_000, 800 * (rows + columns))


def test_sequences_too_long_to_align_are_refused_before_memory_is_taken():
    counts = np.array([20_000])
    with pytest.raises(SimilarityError, match="Sequences of 20000 and 20000 elements are too long"):
        align(lambda diagonal, first, stop: np.zeros((stop - first, 1)), counts, counts)
