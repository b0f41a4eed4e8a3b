from __future__ import annotations

import math

import numpy as np
import pytest

from calibration import AccuracyMap, DriftResult, Target, TargetResult, ValidationResult
from gaze_core.eyes import Eye
from gaze_core.geometry import Screen, ViewingGeometry
from gaze_core.quality import Accuracy

GEOMETRY = ViewingGeometry(Screen(width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0), 650.0)
MINUTE = 60_000_000_000


def validated(*places: tuple[float, float], offset_deg: float = 0.4) -> ValidationResult:
    targets = tuple(
        TargetResult(
            target_id=number,
            x_norm=x,
            y_norm=y,
            eye=eye,
            accuracy=Accuracy(offset_deg=offset_deg, azimuth_offset_deg=offset_deg, elevation_offset_deg=0.0),
            rms_s2s_deg=0.1,
            std_deg=0.1,
            bcea_deg2=0.1,
            sample_count=30,
            loss_percent=0.0,
            effective_rate_hz=60.0,
        )
        for number, (x, y) in enumerate(places)
        for eye in (Eye.LEFT, Eye.RIGHT)
    )
    return ValidationResult(targets=targets, eyes=(), window_ms=300.0)


def test_the_map_holds_the_points_of_its_signal_in_order_of_time() -> None:
    session = AccuracyMap(Eye.LEFT, GEOMETRY)
    session.add_validation(validated((0.2, 0.5)), 5 * MINUTE, source="closing")
    session.add_validation(validated((0.3, 0.3), (0.7, 0.7)), MINUTE)
    session.add_validation(validated((0.3, 0.3), offset_deg=math.nan), 2 * MINUTE)
    assert [(point.t_host_ns, point.source) for point in session.points] == [
        (MINUTE, "validation"),
        (MINUTE, "validation"),
        (5 * MINUTE, "closing"),
    ]


def test_a_drift_check_is_a_point_of_the_map_with_its_signed_offset() -> None:
    session = AccuracyMap(Eye.RIGHT, GEOMETRY)
    session.add_drift(
        DriftResult(
            t_host_ns=3 * MINUTE,
            target=Target(target_id=0, x_norm=0.5, y_norm=0.5),
            signal=Eye.RIGHT,
            fixation_first_device_ns=0,
            eyes=validated((0.5, 0.5), offset_deg=0.7).targets,
        )
    )
    (point,) = session.points
    assert (point.source, point.azimuth_offset_deg, point.t_host_ns) == ("drift", 0.7, 3 * MINUTE)


def test_the_next_targets_lie_where_nothing_was_measured() -> None:
    session = AccuracyMap(Eye.LEFT, GEOMETRY)
    session.add_validation(validated(*((x, y) for x in (0.1, 0.3, 0.5) for y in (0.1, 0.5, 0.9))), 0)
    first, second = session.next_targets(0)
    assert first.x_norm > 0.7
    assert (first.x_norm, first.y_norm) != (second.x_norm, second.y_norm)


def test_a_measured_middle_asks_for_one_target_on_each_side() -> None:
    session = AccuracyMap(Eye.LEFT, GEOMETRY)
    session.add_validation(validated(*((0.5, y) for y in (0.1, 0.3, 0.5, 0.7, 0.9))), 0)
    sides = sorted(target.x_norm for target in session.next_targets(0))
    assert sides[0] < 0.35
    assert sides[1] > 0.65


def test_old_measurements_tell_little_about_now() -> None:
    session = AccuracyMap(Eye.LEFT, GEOMETRY)
    session.add_validation(validated((0.5, 0.5)), 0)
    assert session.next_targets(0, 1)[0].x_norm != 0.5
    assert session.next_targets(120 * MINUTE, 1)[0].x_norm == pytest.approx(0.5)


def test_without_a_measurement_the_first_target_is_the_centre() -> None:
    first, second = AccuracyMap(Eye.LEFT, GEOMETRY).next_targets(0)
    assert (first.x_norm, first.y_norm) == pytest.approx((0.5, 0.5))
    assert second.x_norm != first.x_norm


def test_a_long_session_is_no_burden() -> None:
    session = AccuracyMap(Eye.LEFT, GEOMETRY)
    places = np.random.default_rng(1).uniform(0.1, 0.9, (400, 2))
    for number, place in enumerate(places):
        session.add_validation(validated(tuple(place)), number * MINUTE)
    targets = session.next_targets(400 * MINUTE)
    assert all(0.0 < target.x_norm < 1.0 for target in targets)
