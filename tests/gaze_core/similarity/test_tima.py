"""Bursts, their maps and TIMA against published values, and their properties."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaze_core.similarity import (
    CLUSTER_MAP,
    DOWNSTREAM_CLUSTERS,
    HEAT_WEIGHTS,
    TIMA_CLUSTERS,
    TIMA_WEIGHTS,
    ClusterMapSettings,
    SimilarityError,
    burst_counts,
    burst_features,
    cluster_map,
    gaze_clusters,
    gaze_heat,
    heat_map_features,
    reading_map,
    tima_matrix,
    tima_similarity,
)
from gaze_core.similarity.clusters import NOISE, cluster_labels
from gaze_core.similarity.moments import moment_difference
from tests.gaze_core.similarity.plain_alignment import cheapest_way

SMALL_MAP = ClusterMapSettings(width_px=40, height_px=30, patch_px=7, sigma_px=1.5)
BURSTS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=5).map(
    lambda values: np.array(values, float).reshape(-1, 2)
)


@pytest.fixture
def gaze(mcgip):
    return np.array(mcgip["clusters"]["gaze_seq_xy"], float)


def test_bursts_are_the_published_ones(mcgip, gaze):
    published = mcgip["clusters"]
    assert TIMA_CLUSTERS.smallest(len(gaze)) == published["min_samples_tima"]
    assert DOWNSTREAM_CLUSTERS.smallest(len(gaze)) == published["min_samples_downstream"]
    bursts = gaze_clusters(*gaze.T)
    assert [len(burst) for burst in bursts] == published["tima_cluster_sizes"]
    assert [burst[0].tolist() for burst in bursts] == published["tima_first_points"]
    downstream = gaze_clusters(*gaze.T, DOWNSTREAM_CLUSTERS)
    assert [len(burst) for burst in downstream] == published["downstream_cluster_sizes"]


def plain_labels(points, clusters):
    """Density clusters point by point."""
    count = len(points)
    features = np.column_stack((points / clusters.canvas_px, np.arange(count) / count))
    near = ((features[:, None] - features) ** 2).sum(axis=2) <= clusters.reach**2
    is_core = near.sum(axis=1) >= clusters.smallest(count)
    labels, number = [NOISE] * count, 0
    for seed in range(count):
        if labels[seed] != NOISE or not is_core[seed]:
            continue
        waiting = [seed]
        while waiting:
            point = waiting.pop()
            if labels[point] == NOISE:
                labels[point] = number
                if is_core[point]:
                    waiting.extend(np.flatnonzero(near[point]).tolist())
        number += 1
    return labels


@settings(max_examples=40)
@given(st.integers(1, 90), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_bursts_are_those_found_point_by_point(count, places, seed):
    generator = np.random.default_rng(seed)
    centres = np.repeat(generator.uniform(0, 800, (places, 2)), -(-count // places), axis=0)[:count]
    points = np.clip(centres + generator.normal(0, 50, (count, 2)), 0, 800)
    for clusters in (TIMA_CLUSTERS, DOWNSTREAM_CLUSTERS):
        assert cluster_labels(points, clusters).tolist() == plain_labels(points, clusters)


def test_long_readings_are_cut_as_in_one_piece():
    generator = np.random.default_rng(9)
    points = np.repeat(generator.uniform(0, 800, (13, 2)), 100, axis=0) + generator.normal(0, 40, (1300, 2))
    assert cluster_labels(points, TIMA_CLUSTERS).tolist() == plain_labels(points, TIMA_CLUSTERS)


def test_gaze_beyond_the_canvas_is_moved_to_its_edge_downstream_only():
    beyond = gaze_clusters([900.0] * 5, [100.0] * 5, DOWNSTREAM_CLUSTERS)
    assert beyond[0][0].tolist() == [800.0, 100.0]
    assert gaze_clusters([900.0] * 5, [100.0] * 5)[0][0].tolist() == [900.0, 100.0]


def test_no_gaze_makes_no_burst_and_lost_gaze_is_refused():
    assert gaze_clusters([], []) == []
    assert burst_features([], []).shape == (0, 2)
    with pytest.raises(SimilarityError, match="leave out lost samples"):
        gaze_clusters([1.0, np.nan], [1.0, 2.0])
    with pytest.raises(SimilarityError, match="sample them at a lower rate"):
        gaze_clusters(np.zeros(100_001), np.zeros(100_001))


def test_the_heat_of_points_is_the_published_one(mcgip):
    published = mcgip["gazeHeatmap"]
    width, height = published["dispsize_wh"]
    points = np.array(published["points_xyw"], float)
    drawn = gaze_heat(
        points[:, :2],
        points[:, 2],
        ClusterMapSettings(
            width_px=width, height_px=height, patch_px=published["gaussianwh"], sigma_px=published["sd"]
        ),
    )
    assert list(drawn.shape) == published["shape"]
    assert list(np.unravel_index(drawn.argmax(), drawn.shape)) == published["argmax_yx"]
    assert drawn[20, 30] == pytest.approx(published["value_at_yx[20,30]"], rel=1e-12)
    assert drawn[40, 70] == pytest.approx(published["value_at_yx[40,70]"], rel=1e-12)
    assert drawn.sum() == pytest.approx(published["sum"], rel=1e-12)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(-10, 50), st.integers(-10, 40)), min_size=1, max_size=5),
    st.sampled_from([6, 7, 60]),
)
def test_patches_are_those_drawn_pixel_by_pixel(points, patch_px):
    maps = dataclasses.replace(SMALL_MAP, patch_px=patch_px)
    row, column = np.indices((maps.height_px, maps.width_px))
    expected = np.zeros(row.shape)
    for x_px, y_px in points:
        if x_px < 0 or y_px < 0:
            continue
        # Place in the patch, which begins half a patch left of and above the point.
        across, down = column - x_px + patch_px // 2, row - y_px + patch_px // 2
        is_inside = (across >= 0) & (across < patch_px) & (down >= 0) & (down < patch_px)
        squared = (across - patch_px / 2) ** 2 + (down - patch_px / 2) ** 2
        expected += np.where(is_inside, np.exp(-squared / (2 * maps.sigma_px**2)), 0.0)
    np.testing.assert_allclose(gaze_heat(np.array(points, float), 1.0, maps), expected, rtol=0, atol=1e-12)


def test_the_map_of_a_burst_reaches_from_nothing_to_255_and_is_empty_off_the_canvas():
    picture = cluster_map(np.array([[20.0, 10.0], [20.0, 10.0], [5.0, 5.0]]), SMALL_MAP)
    assert (picture.dtype, picture.shape) == (np.uint8, (30, 40))
    assert picture[10, 20] == 255
    assert picture[5, 5] == 128
    assert picture[29, 0] == 0
    assert not cluster_map(np.array([[-3.0, 5.0]]), SMALL_MAP).any()
    assert CLUSTER_MAP.patch_px == CLUSTER_MAP.height_px // 10


@pytest.mark.parametrize("wrong", [{"patch_px": 0}, {"width_px": 100_000}, {"sigma_px": 0.0}])
def test_maps_that_cannot_be_drawn_are_refused(wrong):
    with pytest.raises(SimilarityError, match="cannot be drawn"):
        dataclasses.replace(CLUSTER_MAP, **wrong)


def test_the_map_of_a_reading_is_a_blur_of_ones_at_its_points():
    picture = reading_map([100, 100, 900], [50, 50, -3])
    points = np.zeros((800, 800))
    points[50, 100] = points[0, 799] = 1.0
    heat = cv2.GaussianBlur(points, (199, 199), 0)
    np.testing.assert_array_equal(picture, (heat / heat.max() * 255).astype("int32"))
    assert not reading_map([], []).any()
    with pytest.raises(SimilarityError, match="lost gaze"):
        reading_map([np.nan], [1.0])
    with pytest.raises(SimilarityError, match="cannot be 0 px wide"):
        reading_map([1.0], [1.0], 0)


def test_the_similarity_of_two_readings_is_the_published_one(mcgip):
    published = mcgip["tima_dtw"]
    first, second = np.array(published["x[mu,hu]"]), np.array(published["y"])
    costs = moment_difference(first[:, None], second, TIMA_WEIGHTS)
    np.testing.assert_allclose(costs, published["cost_matrix"], rtol=0, atol=1e-12)
    assert tima_similarity(first, second) == pytest.approx(published["similarity"], abs=1e-12)
    cost, cells = cheapest_way(costs.tolist())
    assert cost == pytest.approx(published["distance"])
    assert [list(side) for side in zip(*cells[::-1], strict=True)] == published["path"]


@given(st.lists(BURSTS, min_size=2, max_size=5), st.sampled_from([TIMA_WEIGHTS, HEAT_WEIGHTS]))
def test_all_readings_are_compared_as_pairs_cell_by_cell_are(readings, weights):
    matrix = tima_matrix(readings, weights)
    np.testing.assert_array_equal(matrix, matrix.T)
    assert np.diagonal(matrix).tolist() == [1.0] * len(readings)
    for i, first in enumerate(readings):
        for j in range(i + 1, len(readings)):
            expected = 0.0
            if len(first) and len(readings[j]):
                cost, cells = cheapest_way(moment_difference(first[:, None], readings[j], weights).tolist())
                expected = 1.0 - cost / len(cells)
            assert matrix[i, j] == pytest.approx(expected, abs=1e-12)


def test_a_reading_goes_through_bursts_and_maps_to_features(gaze):
    features = burst_features(*gaze.T)
    assert burst_counts([features, features[:0]]).tolist() == [3, 0]
    second = heat_map_features(cluster_map(gaze_clusters(*gaze.T)[1]))
    np.testing.assert_array_equal(features[1], second)
    assert tima_similarity(features, features) == 1.0
    assert tima_similarity(features, features[:0]) == 0.0


def test_features_of_another_shape_are_refused():
    with pytest.raises(SimilarityError, match="mass and spread"):
        tima_matrix([np.ones((2, 3))])
