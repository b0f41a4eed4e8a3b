"""Dwell, first look, visits and transitions, against loops written plainly."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measures_rig import PX_PER_DEG, case_gaze, view

from gaze_core.measures import (
    Area,
    AreaKind,
    dwell_before_s,
    fixations_on,
    measure_area,
    sample_weights_s,
    transitions,
)
from gaze_core.rows import join_rows

S = 1_000_000_000


def disc(x: float, y: float, radius: float = 50.0, name: str = "disc", image_id: int = 0) -> Area:
    return Area(
        name=name, image_id=image_id, kind=AreaKind.ELLIPSE, x_image_px=x, y_image_px=y,
        width_image_px=2 * radius, height_image_px=2 * radius,
    )  # fmt: skip


LEFT, RIGHT = disc(300, 500, name="left"), disc(700, 500, name="right")
WALK = [
    (500, 200, 0.0, 0.3), (300, 500, 0.4, 0.5), (310, 510, 1.0, 0.2), (700, 500, 1.5, 0.4),
    (300, 490, 2.0, 0.1), (500, 900, 2.4, 0.2),
]  # fmt: skip


def test_dwell_first_look_and_visits_are_counted_fixation_by_fixation():
    gaze = case_gaze(WALK)
    found = measure_area(gaze, LEFT)
    assert found.fixation_count == 3
    assert found.fixation_dwell_s == pytest.approx(0.8)
    assert found.sample_dwell_s == pytest.approx(0.8)
    assert found.first_fixation_s == pytest.approx(0.4)
    assert (found.entry_count, found.revisit_count) == (2, 1)
    assert found.first_visit_s == pytest.approx(0.7)
    assert found.dwell_share == pytest.approx(0.8 / 1.7)


def test_never_is_not_zero_but_beyond_the_time_there_was():
    found = measure_area(case_gaze(WALK, seconds=7.0), disc(100, 100, 20))
    assert not found.is_looked_at
    assert math.isnan(found.first_fixation_s)
    assert found.censored_s == 7.0
    assert found.fixation_dwell_s == 0.0


def test_without_any_gaze_nothing_was_observed_and_nothing_is_never():
    gaze = case_gaze((), seconds=7.0)
    found = measure_area(gaze, LEFT)
    assert not gaze.is_known
    assert (found.censored_s, found.fixation_count) == (0.0, 0)
    assert np.isnan([found.fixation_dwell_s, found.sample_dwell_s, found.first_fixation_s]).all()


def test_a_margin_takes_in_what_is_that_near_in_degrees():
    beside = 300 + 50 + 1.0 * PX_PER_DEG
    gaze = case_gaze([(beside, 500, 0.0, 0.5)])
    assert measure_area(gaze, LEFT, margin_deg=0.9).fixation_count == 0
    assert measure_area(gaze, LEFT, margin_deg=1.1).fixation_count == 1
    assert measure_area(gaze, LEFT, margin_deg=1.1).sample_dwell_s == pytest.approx(0.5)


def test_gaze_beside_the_image_is_on_no_area_however_wide_its_margin():
    gaze = case_gaze([(-20.0, 500.0, 0.0, 0.5)])
    found = measure_area(gaze, disc(10, 500, 40), margin_deg=5.0)
    assert found.fixation_count == 0
    assert found.sample_dwell_s == 0.0


def test_an_area_of_another_image_gets_nothing():
    assert not fixations_on(case_gaze(WALK), disc(300, 500, image_id=3), 5.0).any()


def test_transitions_count_each_step_once_and_an_inner_area_wins():
    inner = disc(300, 500, 15, name="inner")
    found = transitions(case_gaze(WALK), [LEFT, RIGHT, inner])
    assert found.names == ("left", "right", "inner", "elsewhere")
    assert found.counts.sum() == len(WALK) - 1
    assert found.counts[3, 2] == 1  # from the apex into the inner area
    assert found.counts[2, 2] == 1
    assert found.counts[2, 1] == 1
    assert found.counts[1, 2] == 1


def test_a_narrow_area_is_flagged():
    assert measure_area(case_gaze(WALK), disc(300, 500, 0.4 * PX_PER_DEG)).is_small
    assert not measure_area(case_gaze(WALK), disc(300, 500, 0.7 * PX_PER_DEG)).is_small


def test_dwell_before_a_time_cuts_the_fixation_it_falls_into():
    gaze = case_gaze(WALK)
    is_on = fixations_on(gaze, LEFT)
    assert dwell_before_s(gaze, is_on, 0.6) == pytest.approx(0.2)
    assert dwell_before_s(gaze, is_on, 100.0) == pytest.approx(0.8)
    assert dwell_before_s(gaze, is_on, 0.1) == 0.0


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), radius=st.floats(20.0, 200.0), margin=st.sampled_from([0.0, 0.5, 2.0]))
def test_measures_are_those_of_a_plain_loop(seed, radius, margin):
    rng = np.random.default_rng(seed)
    places = [(float(x), float(y), 0.5 * k, 0.3) for k, (x, y) in enumerate(rng.uniform(100, 900, (12, 2)))]
    gaze, area = case_gaze(places), disc(500, 500, radius)
    found = measure_area(gaze, area, margin_deg=margin)
    is_on = fixations_on(gaze, area, margin).tolist()
    dwell, entries, before, first = 0.0, 0, False, math.nan
    for (_, _, onset_s, duration_s), on in zip(places, is_on, strict=True):
        if on:
            dwell += duration_s
            first = onset_s if math.isnan(first) else first
            entries += not before
        before = on
    assert found.fixation_dwell_s == pytest.approx(dwell)
    assert found.entry_count == entries
    assert found.first_fixation_s == pytest.approx(first, nan_ok=True)
    assert found.fixation_dwell_s <= measure_area(gaze, area, margin_deg=margin + 1).fixation_dwell_s + 1e-9


def test_a_sample_stands_for_no_longer_than_one_and_a_half_intervals_nor_past_the_end():
    times = np.array([0, 10, 20, 80, 90], np.int64) * 1_000_000
    weights = sample_weights_s(times, 0.010, np.full(5, 95_000_000))
    np.testing.assert_allclose(weights, [0.010, 0.010, 0.015, 0.010, 0.005])


def test_an_area_is_covered_where_fixations_came_near_and_it_was_shown():
    gaze = case_gaze([(300, 500, 0.0, 0.5)])
    assert measure_area(gaze, LEFT, coverage_radius_deg=2.5).coverage_share == 1.0
    far = measure_area(gaze, disc(300, 500 + 3 * PX_PER_DEG, 20), coverage_radius_deg=2.5)
    assert far.coverage_share == 0.0
    zoomed = case_gaze([(500, 500, 0.0, 0.5)], viewport=join_rows([view(zoom=10.0)]))
    hidden = measure_area(zoomed, disc(430, 500, 10), coverage_radius_deg=30.0)
    assert hidden.coverage_share == 0.0
