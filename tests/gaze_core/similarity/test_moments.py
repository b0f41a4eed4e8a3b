"""Gaze moments and hashes against published values, and their properties."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaze_core.similarity import (
    DENTAL_WEIGHTS,
    SimilarityError,
    difference_bits,
    difference_hash,
    features_of,
    hash_matrix,
    hash_similarity,
    heat_map_features,
    moment_features,
    moment_matrix,
    moment_sequence_similarity,
    moment_similarity,
)
from gaze_core.similarity.moments import relative_difference

FEATURES = st.tuples(st.floats(0, 1e5), st.one_of(st.just(np.nan), st.floats(0, 5))).map(np.array)


def picture(entries, shape, dtype=float):
    values = np.zeros(shape, dtype)
    for row, column, value in entries:
        values[row, column] = value
    return values


@pytest.fixture
def two_maps(mcgip):
    published = mcgip["moments"]
    return (
        picture(published["img_nonzero[row,col,val]"], published["shape"]),
        picture(published["img2_nonzero"], published["shape"]),
    )


def test_mass_and_spread_are_the_published_ones(mcgip, two_maps):
    published = mcgip["moments"]
    assert moment_features(two_maps[0]) == pytest.approx(published["M00_eta_img"], rel=1e-12)
    assert moment_features(two_maps[1]) == pytest.approx(published["M00_eta_img2"], rel=1e-12)
    mu20, mu02, _ = published["mu20,mu02,mu11"]
    assert moment_features(two_maps[0])[1] == pytest.approx((mu20 + mu02) / 60.0**2)


def test_similarities_are_the_published_ones(mcgip, two_maps):
    published = mcgip["moments"]
    features = [moment_features(one) for one in two_maps]
    assert moment_similarity(*features) == pytest.approx(published["similarity_weights_0.5_0.5"], abs=1e-12)
    dental = moment_similarity(*features, DENTAL_WEIGHTS)
    assert dental == pytest.approx(published["similarity_dental_0.8H_0.2M"], abs=1e-12)


@pytest.mark.parametrize("pair", ["(2,3)", "(0,0)", "(nan,1)", "(0,5)", "(-2,-4)"])
def test_relative_differences_are_the_published_ones(mcgip, pair):
    first, second = (float(value) for value in pair.strip("()").split(","))
    assert relative_difference(first, second) == pytest.approx(mcgip["moments"]["calc_diff"][pair])


def test_eight_bit_maps_do_not_overflow(mcgip):
    published = mcgip["moments"]["uint8_32x32"]
    heat = picture(published["nonzero"], (32, 32), np.uint8)
    assert heat_map_features(heat) == pytest.approx(published["on_float_array"], rel=1e-9)
    coloured = cv2.merge((heat, 255 - heat, heat))
    np.testing.assert_array_equal(heat_map_features(coloured), heat_map_features(heat))


def test_a_larger_map_is_brought_to_32_px_first():
    heat = picture([(100, 100, 255)], (320, 320), np.uint8)
    heat = cv2.GaussianBlur(heat, (0, 0), 20)
    small = cv2.resize(heat, (32, 32), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_array_equal(heat_map_features(heat), moment_features(small))


def test_an_empty_map_resembles_no_other():
    empty = moment_features(np.zeros((32, 32)))
    assert empty[0] == 0.0
    assert np.isnan(empty[1])
    assert moment_similarity(empty, np.array([60.0, 0.02])) == 0.0
    assert moment_similarity(empty, empty) == 0.5
    assert moment_matrix([empty, empty]).tolist() == [[1.0, 0.5], [0.5, 1.0]]


def test_a_map_with_holes_is_refused():
    with pytest.raises(SimilarityError, match="no holes"):
        moment_features(np.full((3, 3), np.nan))


@given(st.lists(FEATURES, min_size=1, max_size=6))
def test_the_matrix_is_symmetric_within_bounds_and_holds_each_pair(features):
    matrix = moment_matrix(features)
    np.testing.assert_array_equal(matrix, matrix.T)
    assert np.all((matrix >= 0.0) & (matrix <= 1.0))
    for i, first in enumerate(features):
        for j, second in enumerate(features):
            assert matrix[i, j] == (1.0 if i == j else moment_similarity(first, second))


def test_no_maps_make_an_empty_matrix():
    assert features_of([]).shape == (0, 2)
    assert moment_matrix(features_of([])).shape == (0, 0)


def test_sequences_of_maps_are_compared_map_by_map():
    first, second = np.array([[60.0, 0.2], [10.0, 0.1]]), np.array([[60.0, 0.2], [5.0, 0.1]])
    assert moment_sequence_similarity(first, second) == pytest.approx((1.0 + 0.75) / 2)
    with pytest.raises(SimilarityError, match="Sequences of 2 and 1 maps"):
        moment_sequence_similarity(first, second[:1])


def test_hash_bits_and_cosines_are_the_published_ones(mcgip):
    published = mcgip["dhash"]
    first, second = (difference_bits(published[name]) for name in ("a", "b"))
    assert first.astype(int).tolist() == published["hash_a"]
    assert second.astype(int).tolist() == published["hash_b"]
    assert hash_similarity(first, second) == pytest.approx(published["cosine"], abs=1e-12)
    nothing = hash_similarity(first, np.zeros(9, bool))
    assert nothing == published["cosine_with_all_zero_hash"]


def test_a_hash_has_64_bits_of_a_map_9_px_wide_and_8_px_high():
    falling = np.tile(np.linspace(255, 0, 90).astype(np.uint8), (80, 1))
    assert difference_hash(falling).tolist() == [True] * 64
    assert difference_hash(falling[:, ::-1]).tolist() == [False] * 64
    upper = falling.copy()
    upper[40:] = 0
    assert np.flatnonzero(difference_hash(upper)).tolist() == list(range(32))
    with pytest.raises(SimilarityError, match="at least 2 px wide"):
        difference_bits(np.ones((4, 1)))


@given(st.integers(0, 2**32 - 1))
def test_hashes_of_all_are_compared_as_pairs_are(seed):
    hashes = np.random.default_rng(seed).random((5, 16)) < 0.3
    matrix = hash_matrix(hashes)
    np.testing.assert_array_equal(matrix, matrix.T)
    for i in range(5):
        for j in range(5):
            norm = np.sqrt(hashes[i].sum() * hashes[j].sum())
            expected = 1.0 if i == j else (hashes[i] & hashes[j]).sum() / norm if norm else 0.0
            assert matrix[i, j] == pytest.approx(expected)
