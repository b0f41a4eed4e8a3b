"""Maps against maps and fixations: published values, textbook cases, properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from gaze_core.similarity import (
    Scanpath,
    SimilarityError,
    area_under_curve,
    correlation,
    correlation_matrix,
    divergence,
    fixation_distribution,
    information_gain,
    next_fixation_area,
    normalised_scanpath_saliency,
    overlap,
)

SEEDS = st.integers(0, 2**32 - 1)


def at(*points):
    x_px, y_px = np.array(points, float).reshape(-1, 2).T
    return Scanpath(x_px=x_px, y_px=y_px, duration=np.full(len(points), 0.2))


@pytest.fixture
def published_map(gazesearch):
    fixations = gazesearch["convert_fixations_to_map_sigma16"]["fixs"]
    return fixation_distribution(at(*fixations), 224, 224, 16.0)


def test_the_map_of_fixations_is_the_published_one(gazesearch, published_map):
    published = gazesearch["convert_fixations_to_map_sigma16"]
    assert published_map.sum() == pytest.approx(published["sum"])
    assert published_map[60, 51] == pytest.approx(published["at(51,60)"], rel=1e-12)
    assert published_map[100, 150] == pytest.approx(published["at(150,100)"], rel=1e-12)
    assert published_map.max() == pytest.approx(published["max"], rel=1e-12)


def test_saliency_sums_are_the_published_ones(gazesearch, published_map):
    published, judged = gazesearch["saliency"], at((50, 60), (150, 100))
    assert 2 * normalised_scanpath_saliency(published_map, judged) == pytest.approx(published["NSS_sum"])
    assert correlation(published_map, published_map) == pytest.approx(published["CC_self"])
    gain = 2 * information_gain(published_map, np.ones((224, 224)), judged)
    assert gain == pytest.approx(published["info_gain_sum_vs_uniform_bits"])


def test_blur_mirrors_the_borders_as_scipy_does():
    path = at((1, 2), (1, 2), (30, 19))
    points = np.zeros((20, 40))
    points[2, 1], points[19, 30] = 2.0, 1.0
    expected = gaussian_filter(points, 6.0)  # the kernel is wider than the map
    found = fixation_distribution(path, 40, 20, 6.0)
    np.testing.assert_allclose(found, expected / expected.sum(), rtol=0, atol=1e-12)


def test_overlap_and_divergence_of_a_textbook_case():
    half, quarter = np.array([[0.5, 0.5, 0.0]]), np.array([[1.0, 1.0, 2.0]])
    assert overlap(half, quarter) == pytest.approx(0.5)
    assert divergence(quarter, half) == pytest.approx(np.log(2.0), abs=1e-9)
    assert divergence(half, quarter) > 10.0  # gaze where none was expected


def test_area_counts_other_pixels_as_high_as_the_fixated_ones():
    density = np.array([[4.0, 3.0], [2.0, 1.0]])
    places = [(x, y) for y in (0, 1) for x in (0, 1)]
    expected = [1.0, 1.0 - 0.5 / 3, 1.0 - 1.0 / 3, 0.5]
    assert [next_fixation_area(density, *place) for place in places] == pytest.approx(expected)
    assert [area_under_curve(density, at(place)) for place in places] == pytest.approx(expected)
    assert area_under_curve(density, at((0, 0), (1, 0), (0, 0))) == 1.0


def test_the_area_is_the_one_of_a_sweep_over_the_thresholds():
    generator = np.random.default_rng(4)
    density = generator.random((9, 11))
    points = np.unique(generator.integers(0, 9, (7, 2)), axis=0)
    at_fixations = np.sort(density[points[:, 1], points[:, 0]])[::-1]
    hits, alarms = [0.0], [0.0]
    for rank, threshold in enumerate(at_fixations):
        hits.append((rank + 1) / len(points))
        alarms.append(((density >= threshold).sum() - rank - 1) / (density.size - len(points)))
    expected = np.trapezoid([*hits, 1.0], [*alarms, 1.0])
    assert area_under_curve(density, at(*points)) == pytest.approx(expected)


def test_even_maps_and_missing_fixations_have_a_defined_outcome():
    even, slope = np.ones((3, 4)), np.arange(12.0).reshape(3, 4)
    nobody = at()
    assert correlation(even, slope) == 0.0
    assert np.isnan(correlation(even, even))
    assert normalised_scanpath_saliency(even, at((1, 1))) == 0.0
    assert np.isnan(normalised_scanpath_saliency(slope, nobody))
    assert np.isnan(area_under_curve(slope, nobody))
    assert np.isnan(information_gain(slope, even, nobody))
    with pytest.raises(SimilarityError, match="at least one"):
        fixation_distribution(nobody, 4, 3, 1.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: correlation(np.ones((2, 3)), np.ones((3, 2))), "Maps of 3 x 2 and 2 x 3 px"),
        (lambda: correlation(np.full((2, 2), np.nan), np.ones((2, 2))), "no holes"),
        (lambda: correlation_matrix(np.ones((2, 2))), "form a stack of one shape"),
        (lambda: overlap(np.zeros((2, 2)), np.ones((2, 2))), "is no distribution"),
        (lambda: divergence(-np.ones((2, 2)), np.ones((2, 2))), "is no distribution"),
        (lambda: normalised_scanpath_saliency(np.ones((2, 2)), at((2, 0))), "off the map of 2 x 2 px"),
        (lambda: fixation_distribution(at((0, 0)), 4, 4, 0.0), "sigma of 0.0 px"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_the_reason(call, message):
    with pytest.raises(SimilarityError, match=message):
        call()


@given(SEEDS)
def test_bounds_symmetry_and_identity_hold(seed):
    generator = np.random.default_rng(seed)
    a, b = generator.random((2, 5, 7)) + 1e-3
    assert -1.0 <= correlation(a, b) <= 1.0
    assert correlation(a, b) == pytest.approx(correlation(b, a))
    assert correlation(a, 3.0 * a + 2.0) == pytest.approx(1.0)
    assert 0.0 <= overlap(a, b) <= 1.0
    assert overlap(a, b) == pytest.approx(overlap(b, a))
    assert overlap(a, 2.0 * a) == pytest.approx(1.0)
    assert divergence(a, b) >= -1e-9
    assert divergence(a, 5.0 * a) == pytest.approx(0.0, abs=1e-9)
    path = at(*generator.integers(0, 5, (4, 2)))
    assert 0.0 <= area_under_curve(a, path) <= 1.0
    scaled = normalised_scanpath_saliency(7.0 * a, path)
    assert scaled == pytest.approx(normalised_scanpath_saliency(a, path))


def test_the_matrix_of_maps_holds_what_each_pair_gives():
    generator = np.random.default_rng(1)
    maps = [*generator.random((3, 6, 4)), np.ones((6, 4)), np.zeros((6, 4))]
    matrix = correlation_matrix(maps)
    for i, first in enumerate(maps):
        for j, second in enumerate(maps):
            expected = 1.0 if i == j else correlation(first, second)
            np.testing.assert_allclose(matrix[i, j], expected, rtol=0, atol=1e-12)
