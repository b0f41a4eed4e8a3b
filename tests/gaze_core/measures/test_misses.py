"""Why findings were missed: classes, the curve, probabilities by the measured accuracy, rates."""

from __future__ import annotations

import math

import numpy as np
import pytest
from measures_rig import PX_PER_DEG, case_gaze

from gaze_core.measures import (
    Area,
    AreaKind,
    MeasuredFrom,
    MissClass,
    MissRule,
    TargetError,
    angles_to_finding_deg,
    class_probabilities,
    dwell_curve,
    dwell_near_s,
    rate_of,
)

NODULE = Area(
    name="nodule", image_id=0, kind=AreaKind.ELLIPSE, x_image_px=500.0, y_image_px=500.0,
    width_image_px=40.0, height_image_px=40.0,
)  # fmt: skip
RULE = MissRule(radius_deg=2.5, dwell_s=1.0)


def away(deg: float) -> float:
    """Return the x of a place so many degrees right of the nodule's edge."""
    return 520.0 + deg * PX_PER_DEG


def error(azimuth: float = 0.0, elevation: float = 0.0, std: float = 0.0, x: float = 0.5) -> TargetError:
    return TargetError(
        x_norm=x, y_norm=0.5, azimuth_offset_deg=azimuth, elevation_offset_deg=elevation, std_deg=std
    )


@pytest.mark.parametrize(
    ("places", "miss", "dwell_s"),
    [
        ([(away(2.7), 500, 0.0, 2.0)], MissClass.SEARCH, 0.0),
        ([(away(2.3), 500, 0.0, 0.4), (500, 500, 1.0, 0.5)], MissClass.RECOGNITION, 0.9),
        ([(away(2.3), 500, 0.0, 0.5), (500, 500, 1.0, 0.5)], MissClass.DECISION, 1.0),
    ],
)
def test_a_miss_is_classed_by_what_was_near_and_how_long(places, miss, dwell_s):
    gaze = case_gaze(places)
    found = dwell_near_s(gaze, angles_to_finding_deg(gaze, NODULE, RULE), RULE)
    assert found == pytest.approx(dwell_s)
    assert RULE.classify(found) is miss


def test_the_radius_may_be_measured_from_the_centre():
    gaze = case_gaze([(away(2.3), 500, 0.0, 1.0)])
    edge = angles_to_finding_deg(gaze, NODULE, RULE)[0]
    centre = angles_to_finding_deg(gaze, NODULE, MissRule(measured_from=MeasuredFrom.CENTRE))[0]
    assert centre - edge == pytest.approx(20 / PX_PER_DEG, rel=0.01)


def test_the_curve_gives_the_shares_that_counting_gives():
    dwells = [0.0, 0.0, 0.3, 0.8, 2.0]
    curve = dwell_curve(dwells, [0.2, 0.5, 1.0, 3.0])
    np.testing.assert_allclose(curve.search, 0.4)
    np.testing.assert_allclose(curve.decision, [0.6, 0.4, 0.2, 0.0])
    np.testing.assert_allclose(curve.search + curve.recognition + curve.decision, 1.0)
    for cut, decision in zip(curve.dwell_s, curve.decision, strict=True):
        rule = MissRule(dwell_s=float(cut))
        assert sum(rule.classify(each) is MissClass.DECISION for each in dwells) / 5 == pytest.approx(
            decision
        )


def test_a_curve_without_misses_is_not_known():
    assert np.isnan(dwell_curve([], [0.5, 1.0]).search).all()


def test_perfect_accuracy_makes_the_class_certain():
    gaze = case_gaze([(away(1.0), 500, 0.0, 0.5)])
    found = class_probabilities(gaze, NODULE, RULE, [error()])
    assert (found.search, found.recognition, found.decision, found.inside) == (0.0, 1.0, 0.0, 1.0)


def test_a_measured_offset_is_taken_off_before_the_class_is_found():
    # Gaze was measured 1 deg to the right of where the eye was: it truly lay within the radius.
    gaze = case_gaze([(away(3.0), 500, 0.0, 0.5)])
    assert class_probabilities(gaze, NODULE, RULE, [error()]).search == 1.0
    assert class_probabilities(gaze, NODULE, RULE, [error(azimuth=1.0)]).recognition == 1.0


def test_scatter_makes_a_fixation_at_the_radius_as_likely_in_as_out():
    gaze = case_gaze([(away(2.5), 500, 0.0, 0.5)])
    found = class_probabilities(gaze, NODULE, RULE, [error(std=0.5)], seed=3)
    # The edge of the reach is round, so a little less than a half lies inside.
    assert found.inside == pytest.approx(0.48, abs=0.06)
    assert found.search + found.recognition + found.decision == pytest.approx(1.0)


def test_the_targets_nearest_to_the_finding_count_most():
    gaze = case_gaze([(away(3.0), 500, 0.0, 0.5)])
    near, far = error(azimuth=1.0, x=0.5), error(azimuth=-5.0, x=0.02)
    found = class_probabilities(gaze, NODULE, RULE, [near, far], seed=1)
    assert found.recognition > 0.95
    assert found.offset_deg == pytest.approx(1.0, abs=0.2)


def test_the_same_seed_gives_the_same_probabilities():
    gaze = case_gaze([(away(2.4), 500, 0.0, 0.5)])
    errors = [error(0.2, 0.1, 0.4), error(-0.3, 0.2, 0.3, x=0.4)]
    assert class_probabilities(gaze, NODULE, RULE, errors, seed=5) == class_probabilities(
        gaze, NODULE, RULE, errors, seed=5
    )


def test_without_a_validation_nothing_is_claimed():
    found = class_probabilities(case_gaze([(500, 500, 0.0, 0.5)]), NODULE, RULE, [error(azimuth=math.nan)])
    assert math.isnan(found.search)
    assert found.target_count == 0


@pytest.mark.parametrize(("radius", "dwell"), [(0.0, 1.0), (2.5, 0.0), (math.nan, 1.0), (25.0, 1.0)])
def test_limits_that_tell_nothing_apart_are_refused(radius, dwell):
    with pytest.raises(ValueError, match="Choose a radius"):
        MissRule(radius_deg=radius, dwell_s=dwell)


def test_a_rate_has_the_interval_of_wilson():
    # 3 of 10: worked in Wilson's formula by hand.
    rate = rate_of(3, 10)
    assert (rate.share, rate.low, rate.high) == pytest.approx((0.3, 0.1078, 0.6032), abs=1e-4)
    assert math.isnan(rate_of(0, 0).share)
    assert rate_of(0, 5).low == 0.0
    with pytest.raises(ValueError, match="no rate"):
        rate_of(3, 2)
