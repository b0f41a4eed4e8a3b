"""Whole readings with each other: every measure a relation, features once, the published variants."""

from __future__ import annotations

import numpy as np
import pytest

from gaze_core.similarity import (
    DENTAL_WEIGHTS,
    DOWNSTREAM_CLUSTERS,
    HEAT_WEIGHTS,
    MCGIP,
    GazeMeasure,
    MultiMatchReduction,
    burst_features,
    gaze_groups,
    gaze_relation,
    hash_similarity,
    moment_sequence_matrix,
    moment_sequence_similarity,
    moment_similarity,
    multimatch_scores,
    reading_features,
    relation_faults,
    tima_similarity,
)


@pytest.fixture(scope="module")
def gaze():
    """Four readings that linger at places, one of two samples, one without any."""
    generator = np.random.default_rng(3)
    readings = []
    for count in (3, 4, 4, 5):
        places = generator.uniform(100, 700, (count, 2)).repeat(20, axis=0)
        readings.append(places + generator.normal(0, 8, places.shape))
    return [*readings, np.array([[10.0, 10.0], [700.0, 700.0]]), np.empty((0, 2))]


@pytest.fixture(scope="module")
def features(gaze):
    return [reading_features(*points.T) for points in gaze]


@pytest.mark.parametrize("measure", list(GazeMeasure))
def test_every_measure_gives_a_relation_also_with_empty_readings(measure, features):
    relation = gaze_relation(measure, features)
    assert relation.shape == (6, 6)
    assert relation_faults(relation) == []
    assert relation.min() >= 0.0


def test_each_measure_is_the_published_one_of_a_pair(gaze, features):
    a, b = features[:2]
    expected = {
        GazeMeasure.DHASH: hash_similarity(a.hash_bits, b.hash_bits),
        GazeMeasure.MOMENT: moment_similarity(a.whole, b.whole, HEAT_WEIGHTS),
        GazeMeasure.DENTAL: moment_similarity(a.whole, b.whole, DENTAL_WEIGHTS),
        GazeMeasure.TIMA: tima_similarity(burst_features(*gaze[0].T), burst_features(*gaze[1].T)),
        GazeMeasure.HEAT: tima_similarity(
            burst_features(*gaze[0].T, DOWNSTREAM_CLUSTERS),
            burst_features(*gaze[1].T, DOWNSTREAM_CLUSTERS),
            HEAT_WEIGHTS,
        ),
        GazeMeasure.MULTIMATCH: float(
            multimatch_scores(gaze_groups(*gaze[0].T), gaze_groups(*gaze[1].T), MCGIP).as_array().mean()
        ),
    }  # fmt: skip
    for measure, value in expected.items():
        assert gaze_relation(measure, features)[0, 1] == pytest.approx(value, abs=1e-12)


def test_maps_at_the_same_places_are_compared_and_a_missing_one_counts_nothing():
    first = np.array([[10.0, 0.1], [20.0, 0.2]])
    second = np.array([[12.0, 0.1], [20.0, 0.3]])
    longer = np.vstack((first, [[5.0, 0.5]]))
    values = moment_sequence_matrix([first, second, longer, np.empty((0, 2))])
    assert values[0, 1] == pytest.approx(moment_sequence_similarity(first, second))
    assert values[0, 2] == pytest.approx(2 / 3)
    assert values[0, 3] == 0.0


def test_five_values_become_one_by_the_named_choice(features):
    five = multimatch_scores(features[0].groups, features[1].groups, MCGIP)
    relation = gaze_relation(GazeMeasure.MULTIMATCH, features[:2], MultiMatchReduction.POSITION)
    assert relation[0, 1] == pytest.approx(five.position)
