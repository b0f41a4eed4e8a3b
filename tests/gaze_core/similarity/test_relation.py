"""Relation matrices and the labels training makes of them."""

from __future__ import annotations

import numpy as np
import pytest

from gaze_core.similarity import (
    SimilarityError,
    batch_labels,
    nearest,
    positive_pairs,
    queue_labels,
    relation_faults,
)


@pytest.fixture
def relation(mcgip):
    return np.array(mcgip["create_buffer"]["relation"])


def test_labels_of_a_batch_and_of_a_queue_are_the_published_ones(mcgip, relation):
    published = mcgip["create_buffer"]
    threshold = published["threshold"]
    found = batch_labels(relation, [2, 0, 1, 3], threshold)
    assert found.tolist() == published["byol_simsiam_idx[2,0,1,3]"]
    found = queue_labels(relation, [0, 3], [1, 0, 3, 2, 2], threshold)
    assert found.tolist() == published["moco_idx[0,3]_queue[1,0,3,2,2]"]


def test_a_pair_at_the_threshold_is_none(relation):
    pairs = positive_pairs(relation, 0.95)
    assert list(zip(pairs.first, pairs.second, pairs.value, strict=True)) == [(2, 3, 0.97), (0, 1, 0.96)]


def test_the_nearest_come_best_first_and_without_the_sample_itself(relation):
    assert nearest(relation, 0, 2).tolist() == [1, 3]
    assert nearest(relation, 2, 10).tolist() == [3, 1, 0]
    assert nearest(np.ones((3, 3)), 1, 2).tolist() == [0, 2]
    with pytest.raises(SimilarityError, match="no sample 4 among 4"):
        nearest(relation, 4, 1)


def test_what_training_could_not_load_is_named(relation):
    assert relation_faults(relation) == []
    skewed = relation.copy()
    skewed[0, 1] = 0.5
    assert relation_faults(skewed) == ["The relation is not symmetric at row 0, column 1."]
    holed = relation.copy()
    holed[1, 1] = np.nan
    assert relation_faults(holed)[0].startswith("The relation has no value at row 1, column 1")
    unlike = relation.copy()
    unlike[2, 2] = 0.9
    assert relation_faults(unlike) == ["Sample 2 does not resemble itself with 1 (1 in all)."]
    assert "shape (4, 4, 5)" in relation_faults(np.ones((4, 4, 5)))[0]


def test_five_values_for_each_pair_are_refused_instead_of_compared():
    with pytest.raises(SimilarityError, match="reduce it to one number"):
        batch_labels(np.ones((4, 4, 5)), [0, 1], 0.95)
