"""Edit distance, sequence scores, clusters, search lengths."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaze_core.similarity import (
    Scanpath,
    SimilarityError,
    cluster_symbols,
    edit_distance,
    grid_symbols,
    letters,
    mean_shift_centres,
    probability_mismatch,
    published_grid_symbols,
    search_cumulative_share,
    semantic_symbols,
    sequence_score,
)

SEQUENCES = st.lists(st.integers(0, 4), max_size=8).map(lambda values: np.array(values, np.int64))


def numbers(text):
    return np.array([ord(letter) for letter in text.replace(" ", "")])


def at(*points):
    x_px, y_px = np.array(points, float).T
    return Scanpath(x_px=x_px, y_px=y_px, duration=np.full(len(points), 0.2))


def test_grid_letters_and_edit_distances_are_the_published_ones(gazesearch, paths):
    published = gazesearch["string_edit_distance"]
    a, b, c = (published_grid_symbols(paths[name], 224, 224) for name in "ABC")
    assert (letters(a), letters(b)) == (published["A_string"], published["B_string"])
    assert (edit_distance(a, b), edit_distance(a, c)) == (published["A_vs_B"], published["A_vs_C"])


def test_the_far_edge_runs_over_as_published_or_is_clipped(gazesearch):
    edge = at((223, 223), (223, 0), (219, 0))
    assert (
        letters(published_grid_symbols(edge, 224, 224)) == gazesearch["string_edit_distance"]["edge_xy_223"]
    )
    assert letters(published_grid_symbols(at((223, 0)), 224, 224)) == "f"
    assert letters(grid_symbols(at((223, 223), (223, 0), (-9, 300)), 224, 224)) == "yeu"


def test_gaze_off_the_canvas_has_no_published_letter():
    with pytest.raises(SimilarityError, match="Fixation 2 lies off the canvas of 224 x 224 px"):
        published_grid_symbols(at((1, 1), (224, 0)), 224, 224)


def test_a_canvas_smaller_than_its_cells_is_refused():
    with pytest.raises(SimilarityError, match="cannot be cut into 5 x 5"):
        grid_symbols(at((1, 1)), 3, 224)


@pytest.mark.parametrize("pair", ["abcd vs abed", "aabb vs ab", "abc vs xyz", "3 1 2 vs 3 2"])
def test_sequence_scores_are_the_published_ones(gazesearch, pair):
    first, _, second = pair.partition(" vs ")
    published = gazesearch["sequence_score_nw"][pair]
    assert sequence_score(numbers(first), numbers(second)) == pytest.approx(published, abs=1e-6)


def test_semantic_symbols_are_the_labels_under_the_fixations(gazesearch, paths):
    labels = np.zeros((224, 224), int)
    labels[100:, :112] = 2
    labels[:, 112:] = 1
    found = semantic_symbols(paths["A"], labels)
    assert [str(symbol) for symbol in found] == gazesearch["semantic_symbols"]["A"]
    with pytest.raises(SimilarityError, match="off the label map of 224 x 224 px"):
        semantic_symbols(at((5, 224)), labels)


def test_empty_sequences_have_a_defined_outcome():
    empty, three = np.array([], np.int64), np.array([1, 2, 3])
    assert np.isnan(sequence_score(empty, empty))
    assert sequence_score(empty, three) == 0.0
    assert (edit_distance(empty, empty), edit_distance(empty, three)) == (0, 3)


@given(SEQUENCES, SEQUENCES, SEQUENCES)
def test_edit_distance_is_a_distance(a, b, c):
    assert edit_distance(a, b) == edit_distance(b, a)
    assert (edit_distance(a, b) == 0) == (a.tolist() == b.tolist())
    assert edit_distance(a, c) <= edit_distance(a, b) + edit_distance(b, c)
    assert abs(a.size - b.size) <= edit_distance(a, b) <= max(a.size, b.size)


@given(SEQUENCES.filter(len), SEQUENCES.filter(len))
def test_sequence_score_is_a_share_and_symmetric(a, b):
    assert 0.0 <= sequence_score(a, b) == sequence_score(b, a) <= 1.0
    assert sequence_score(a, a) == 1.0


def test_mean_shift_finds_separate_heaps_most_points_first():
    generator = np.random.default_rng(2)
    heaps = [
        centre + generator.normal(0, 3, (count, 2)) for centre, count in (((40, 40), 12), ((180, 90), 30))
    ]
    centres = mean_shift_centres(np.concatenate(heaps), bandwidth_px=25.0)
    assert centres == pytest.approx(np.array([heaps[1].mean(axis=0), heaps[0].mean(axis=0)]), abs=1e-9)
    assert cluster_symbols(at((45, 30), (170, 99)), centres).tolist() == [1, 0]


def test_mean_shift_without_points_has_no_centres_and_nothing_belongs_to_none():
    assert mean_shift_centres(np.empty((0, 2)), 10.0).shape == (0, 2)
    with pytest.raises(SimilarityError, match="at least one cluster"):
        cluster_symbols(at((1, 1)), np.empty((0, 2)))
    with pytest.raises(SimilarityError, match="bandwidth above 0"):
        mean_shift_centres(np.ones((2, 2)), 0.0)
    with pytest.raises(SimilarityError, match="rows of x and y"):
        mean_shift_centres(np.ones((2, 3)), 5.0)


def test_cumulative_share_of_search_lengths_is_the_published_one(gazesearch):
    share = search_cumulative_share({"edema": [2, 6, 6, 3]}, 6)
    assert share.tolist() == gazesearch["compute_search_cdf_lengths_2_6_6_3_max6"]


def test_tasks_count_alike_in_the_cumulative_share_and_shares_are_compared_step_by_step():
    share = search_cumulative_share({"edema": [2, 2, 2], "fracture": [3]}, 2)
    assert share.tolist() == [0.0, 0.5, 1.0]
    assert probability_mismatch(share, np.array([0.0, 1.0, 1.0])) == 0.5
    with pytest.raises(SimilarityError, match="cannot be compared"):
        probability_mismatch(share, np.ones(2))
    with pytest.raises(SimilarityError, match="at least one task"):
        search_cumulative_share({"edema": []}, 2)
