"""MultiMatch against published values, against the package, and its properties."""

from __future__ import annotations

import dataclasses
import importlib.util

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaze_core.similarity import (
    CHANNELS,
    GAZESEARCH,
    MCGIP,
    DurationUnit,
    MultiMatchReduction,
    Scanpath,
    SimilarityError,
    SimplificationThresholds,
    gaze_groups,
    multimatch_matrix,
    multimatch_relation,
    multimatch_scores,
    reduced,
    toolbox_profile,
)
from tests.gaze_core.similarity.strategies import scanpaths

SINGLE_PRECISION = 1e-6  # GazeSearch computes in float32
TOOLBOX = toolbox_profile(224, 224)
THRESHOLDS = SimplificationThresholds(direction_deg=45.0, amplitude_px=22.4, duration=0.3)


def values(first, second, profile):
    return multimatch_scores(first, second, profile).as_array()


def test_gazesearch_values_are_the_published_ones(gazesearch, paths):
    published = gazesearch["multimatch"]
    assert values(paths["A"], paths["B"], GAZESEARCH) == pytest.approx(
        published["A_vs_B"], abs=SINGLE_PRECISION
    )
    assert values(paths["A"], paths["A"], GAZESEARCH).tolist() == published["A_vs_A"]


def test_gazesearch_pads_short_scanpaths_with_points_at_one(gazesearch, paths):
    found = values(paths["A"], paths["C"], GAZESEARCH)
    assert found == pytest.approx(gazesearch["multimatch"]["A_vs_C_padded"], abs=SINGLE_PRECISION)


def test_toolbox_values_with_durations_are_the_published_ones(gazesearch, paths):
    plain = values(paths["A"], paths["B"], TOOLBOX)
    assert plain == pytest.approx(gazesearch["multimatch"]["A_vs_B_docomparison_with_T"], abs=1e-12)
    key = "A_vs_B_docomparison_with_T_grouping_TDir45_TDur0.3_TAmp22.4"
    grouped = values(paths["A"], paths["B"], toolbox_profile(224, 224, THRESHOLDS))
    assert grouped == pytest.approx(gazesearch["multimatch"][key], abs=1e-12)


def test_mcgip_groups_and_values_are_the_published_ones(mcgip):
    published = mcgip["multimatch"]
    groups = [gaze_groups(*np.array(published[name]).T) for name in ("raw1", "raw2")]
    for group, name in zip(groups, ("filtered1", "filtered2"), strict=True):
        assert group.x_px.tolist() == published[name]["x"]
        assert group.y_px.tolist() == published[name]["y"]
        assert group.duration.tolist() == published[name]["duration"]
    assert values(*groups, MCGIP) == pytest.approx(published["score_grouping"], abs=1e-12)
    plain = dataclasses.replace(MCGIP, simplification=None)
    assert values(*groups, plain) == pytest.approx(published["score_no_grouping"], abs=1e-12)


def test_mcgip_values_of_ready_made_fixations_are_the_published_ones(mcgip):
    direct = mcgip["multimatch"]["direct"]
    first, second = (
        Scanpath(
            x_px=direct[name]["x"],
            y_px=direct[name]["y"],
            duration=direct[name]["duration"],
            duration_unit=DurationUnit.SAMPLES,
        )
        for name in ("p1", "p2")
    )
    plain = dataclasses.replace(MCGIP, simplification=None)
    assert values(first, second, plain) == pytest.approx(direct["no_grouping"], abs=1e-12)
    swapped = direct["gazeSim_labels_swapped"]
    assert multimatch_scores(first, second, plain).direction == pytest.approx(swapped["len"])
    assert multimatch_scores(first, second, plain).length == pytest.approx(swapped["direct"])


def test_too_short_scanpaths_are_zero_for_mcgip_and_nothing_for_the_toolbox(mcgip, paths):
    short = gaze_groups([1.0, 500.0, 900.0], [1.0, 1.0, 1.0])
    assert len(short) == 2
    assert values(short, short, MCGIP).tolist() == mcgip["multimatch"]["too_short"]
    assert np.isnan(values(paths["A"], paths["C"], TOOLBOX)).all()


@pytest.mark.parametrize("gaze", [[], [5.0]])
def test_fewer_than_two_gaze_points_make_no_group(gaze):
    assert len(gaze_groups(gaze, gaze)) == 0


def test_lost_gaze_cannot_be_grouped():
    with pytest.raises(SimilarityError, match="leave out lost samples"):
        gaze_groups([1.0, np.nan], [1.0, 2.0])


def test_durations_in_another_unit_than_the_profile_simplifies_by_are_refused(paths):
    with pytest.raises(SimilarityError, match="durations in samples, but a scanpath counts s"):
        multimatch_scores(paths["A"], paths["B"], MCGIP)


def test_a_profile_without_a_canvas_is_refused():
    with pytest.raises(SimilarityError, match="size of the canvas"):
        toolbox_profile(0, 0)


@given(
    scanpaths(), scanpaths(), st.sampled_from([GAZESEARCH, TOOLBOX, toolbox_profile(224, 224, THRESHOLDS)])
)
def test_the_order_does_not_matter_and_values_are_shares(first, second, profile):
    found = values(first, second, profile)
    np.testing.assert_array_equal(found, values(second, first, profile))
    assert np.isnan(found).all() or ((found >= -1e-12) & (found <= 1.0)).all()


@given(scanpaths(min_size=3))
def test_a_scanpath_resembles_its_copy_fully(path):
    assert values(path, path, toolbox_profile(224, 224, THRESHOLDS)).tolist() == [1.0] * 5


def test_the_matrix_of_all_holds_what_each_pair_gives(random_paths):
    matrix = multimatch_matrix(random_paths, GAZESEARCH)
    assert matrix.shape == (len(random_paths), len(random_paths), len(CHANNELS))
    np.testing.assert_array_equal(matrix, matrix.transpose(1, 0, 2))
    for i, first in enumerate(random_paths):
        for j, second in enumerate(random_paths):
            expected = [1.0] * 5 if i == j else values(first, second, GAZESEARCH)
            np.testing.assert_allclose(matrix[i, j], expected, rtol=0, atol=1e-12)


def test_no_scanpaths_make_an_empty_matrix():
    assert multimatch_matrix([], GAZESEARCH).shape == (0, 0, 5)


def test_a_relation_holds_the_reduced_values_and_tells_how_far_it_is(random_paths):
    told = []
    for profile in (GAZESEARCH, TOOLBOX):
        relation = multimatch_relation(
            random_paths, profile, MultiMatchReduction.MEAN4, lambda done, pairs: told.append((done, pairs))
        )
        matrix = multimatch_matrix(random_paths, profile)
        np.testing.assert_array_equal(relation, reduced(matrix, MultiMatchReduction.MEAN4))
    assert (36, 36) in told  # all nine, padded
    assert told[-1] == (15, 15)  # the six with three fixations or more


def test_five_values_become_one_as_named():
    five = np.array([[0.1, 0.2, 0.3, 0.4, 1.0]])
    assert reduced(five, MultiMatchReduction.MEAN5) == pytest.approx([0.4])
    assert reduced(five, MultiMatchReduction.MEAN4) == pytest.approx([0.25])
    assert [reduced(five, MultiMatchReduction(name))[0] for name in CHANNELS] == [0.1, 0.2, 0.3, 0.4, 1.0]


@pytest.mark.skipif(
    importlib.util.find_spec("multimatch_gaze") is None, reason="the package multimatch-gaze is not installed"
)
@pytest.mark.parametrize(
    "thresholds", [None, SimplificationThresholds(direction_deg=45, amplitude_px=600, duration=0.3)]
)
def test_the_package_gives_the_same_values(thresholds):
    import multimatch_gaze

    generator = np.random.default_rng(8)
    made = [
        Scanpath(
            x_px=generator.uniform(0, 1920, count),
            y_px=generator.uniform(0, 1080, count),
            duration=generator.uniform(0.1, 0.5, count),
        )
        for count in (5, 12, 30, 60, 60)
    ]
    matrix = multimatch_matrix(made, toolbox_profile(1920, 1080, thresholds))
    rows = [
        np.rec.fromarrays([path.x_px, path.y_px, path.duration], names="start_x,start_y,duration")
        for path in made
    ]
    grouping = (
        {}
        if thresholds is None
        else {
            "grouping": True,
            "TDir": thresholds.direction_deg,
            "TAmp": thresholds.amplitude_px,
            "TDur": thresholds.duration,
        }
    )
    for i, first in enumerate(rows):
        for j, second in enumerate(rows):
            expected = multimatch_gaze.docomparison(first, second, [1920, 1080], **grouping)
            assert matrix[i, j] == pytest.approx(np.array(expected), abs=1e-9)
