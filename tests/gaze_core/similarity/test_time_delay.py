"""Scaled time-delay embedding against published values, and its properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from gaze_core.similarity import (
    Scanpath,
    SimilarityError,
    scaled_time_delay_distance,
    scaled_time_delay_similarity,
    time_delay_distance,
)
from tests.gaze_core.similarity.strategies import scanpaths

EMPTY = Scanpath(x_px=[], y_px=[], duration=[])


def test_values_are_the_published_ones(gazesearch, paths):
    published = gazesearch["stde"]
    a, b = paths["A"], paths["B"]
    similarity = scaled_time_delay_similarity(a, b, 224, 224)
    assert similarity == pytest.approx(published["A_human_B_sim"], abs=1e-12)
    assert scaled_time_delay_similarity(b, a, 224, 224) == pytest.approx(
        published["B_human_A_sim"], abs=1e-12
    )
    distance = scaled_time_delay_distance(a, b, 224, 224)
    assert distance == pytest.approx(published["distance_A_human_B_sim"], abs=1e-12)
    third = time_delay_distance(a, b, 3)
    assert third == pytest.approx(published["tde_k3_mean_px_A_human_B_sim"], abs=1e-9)
    assert scaled_time_delay_similarity(a, a, 224, 224) == published["A_vs_A"]


def test_without_fixations_or_with_too_long_pieces_there_is_no_value(paths):
    assert np.isnan(scaled_time_delay_similarity(paths["A"], EMPTY, 224, 224))
    assert np.isnan(scaled_time_delay_distance(EMPTY, paths["A"], 224, 224))
    assert np.isnan(time_delay_distance(paths["A"], paths["C"], 3))


def test_pieces_and_images_without_size_are_refused(paths):
    with pytest.raises(SimilarityError, match="at least 1 fixation"):
        time_delay_distance(paths["A"], paths["B"], 0)
    with pytest.raises(SimilarityError, match=r"cannot be 0\.0 px large"):
        scaled_time_delay_distance(paths["A"], paths["B"], 0.0, 0.0)


def plain_distance(human, simulated, length):
    pieces = [
        [points[begin : begin + length] for begin in range(len(points) - length + 1)]
        for points in (simulated.points_px, human.points_px)
    ]
    nearest = [min(np.hypot(*(mine - other).T).sum() for other in pieces[1]) / length for mine in pieces[0]]
    return np.mean(nearest)


@given(scanpaths(max_size=6), scanpaths(max_size=6))
def test_growing_sums_give_what_comparing_piece_by_piece_gives(human, simulated):
    for length in range(1, min(len(human), len(simulated)) + 1):
        expected = plain_distance(human, simulated, length)
        assert time_delay_distance(human, simulated, length) == pytest.approx(expected, abs=1e-9)
    assert 0.0 < scaled_time_delay_similarity(human, simulated, 224, 224) <= 1.0
