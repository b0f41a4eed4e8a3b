"""Validation against made gaze with known offsets, and on the real validation against published figures."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration import (
    VALIDATION_4,
    RowRange,
    TargetWindow,
    rows_of_targets,
    rows_of_windows,
    validate_targets,
)
from gaze_core.eyes import Eye
from gaze_core.geometry import Screen, ViewingGeometry
from gaze_core.rows import GAZE, NO_TIME, TARGET, Rows
from recordings_schema.formats.gaze_table import read_gaze_table

GEOMETRY = ViewingGeometry(Screen(width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0), 650.0)
INTERVAL_NS = 2_000_000
SAMPLES = 100
EYES = (Eye.LEFT, Eye.RIGHT, Eye.AVERAGE)


def targets_shown() -> Rows:
    """The four validation targets, one after the other without a pause."""
    rows = TARGET.empty(len(VALIDATION_4))
    for row, target in zip(rows, VALIDATION_4, strict=True):
        row["target_id"], row["x_norm"], row["y_norm"] = target.target_id, target.x_norm, target.y_norm
    rows["t_on_host_ns"] = np.arange(len(rows)) * SAMPLES * INTERVAL_NS
    rows["t_off_host_ns"] = rows["t_on_host_ns"] + SAMPLES * INTERVAL_NS
    rows["procedure"] = b"validation"
    return rows


def gaze_on_targets(*, left_x: float = 0.0, right_x: float = 0.0) -> Rows:
    """Gaze on each target in turn, each eye so far to the right of it (fraction of the screen)."""
    rows = GAZE.empty(SAMPLES * len(VALIDATION_4))
    rows["seq"] = np.arange(len(rows))
    rows["t_device_ns"] = rows["seq"] * INTERVAL_NS + 77_000_000_000
    rows["t_host_ns"] = rows["seq"] * INTERVAL_NS
    for side, offset in (("left", left_x), ("right", right_x)):
        rows[f"{side}_x_norm"] = np.repeat([target.x_norm + offset for target in VALIDATION_4], SAMPLES)
        rows[f"{side}_y_norm"] = np.repeat([target.y_norm for target in VALIDATION_4], SAMPLES)
        rows[f"{side}_valid"] = 1
    return rows


def validated(gaze: Rows, *, window_ms: float = math.nan):
    targets = targets_shown()
    ranges = rows_of_targets(gaze["t_host_ns"], targets)
    return validate_targets(gaze, targets, ranges, GEOMETRY, window_ms=window_ms)


def test_each_target_gets_its_own_samples() -> None:
    ranges = rows_of_targets(gaze_on_targets()["t_host_ns"], targets_shown())
    assert ranges == tuple(RowRange(first=SAMPLES * i, end=SAMPLES * (i + 1)) for i in range(4))


@given(st.integers(-(INTERVAL_NS // 2) + 1, INTERVAL_NS // 2 - 1))
def test_less_than_half_an_interval_of_jitter_moves_no_sample_to_another_target(jitter_ns: int) -> None:
    ranges = rows_of_targets(gaze_on_targets()["t_host_ns"] + jitter_ns, targets_shown())
    assert [rows.first for rows in ranges] == [0, 100, 200, 300]


def test_targets_before_and_after_the_samples_have_none() -> None:
    targets = targets_shown()[:2]
    targets["t_on_host_ns"] = (-9_000_000_000, 9_000_000_000)
    targets["t_off_host_ns"] = targets["t_on_host_ns"] + 1_000_000
    ranges = rows_of_targets(gaze_on_targets()["t_host_ns"], targets)
    assert [rows.end - rows.first for rows in ranges] == [0, 0]
    result = validate_targets(gaze_on_targets(), targets, ranges, GEOMETRY)
    assert all(math.isnan(target.accuracy.offset_deg) for target in result.targets)
    assert all(math.isnan(eye.mean_offset_deg) for eye in result.eyes)


@pytest.mark.parametrize("off_ns", [0, NO_TIME], ids=["no duration", "no time"])
def test_targets_without_times_are_refused(off_ns: int) -> None:
    targets = targets_shown()
    targets["t_on_host_ns"], targets["t_off_host_ns"] = 0, off_ns
    with pytest.raises(ValueError, match="speed=max"):
        rows_of_targets(gaze_on_targets()["t_host_ns"], targets)


def test_samples_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="order of arrival"):
        rows_of_targets(gaze_on_targets()["t_host_ns"][::-1], targets_shown())


def test_gaze_on_the_targets_is_exact_and_still() -> None:
    result = validated(gaze_on_targets())
    assert [target.target_id for target in result.targets] == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert [target.eye for target in result.targets] == list(EYES) * 4
    for target in result.targets:
        assert target.accuracy.offset_deg == pytest.approx(0.0, abs=1e-9)
        assert target.rms_s2s_deg == 0.0
        assert target.std_deg < 1e-12
        assert target.loss_percent == 0.0
        assert target.effective_rate_hz == pytest.approx(500.0)
        assert target.sample_count == SAMPLES


def test_the_eyes_are_told_apart_and_opposite_offsets_cancel_in_the_average() -> None:
    result = validated(gaze_on_targets(left_x=-0.01, right_x=0.01))
    left, right, average = result.targets[3:6]  # the target below the centre
    offset_deg = math.degrees(math.atan2(0.01 * 528.0, math.hypot(650.0, 0.3 * 297.0)))
    assert left.accuracy.offset_deg == pytest.approx(offset_deg, rel=1e-3)
    assert left.accuracy.azimuth_offset_deg < 0 < right.accuracy.azimuth_offset_deg
    assert average.accuracy.offset_deg == pytest.approx(0.0, abs=1e-9)
    assert [eye.eye for eye in result.eyes] == list(EYES)
    assert result.eyes[0].worst_offset_deg == max(result.targets[i].accuracy.offset_deg for i in (0, 3, 6, 9))


def test_lost_samples_count_as_loss_and_the_average_takes_the_other_eye() -> None:
    gaze = gaze_on_targets(right_x=0.01)
    gaze["left_valid"][:25] = 0
    left, right, average = validated(gaze).targets[:3]
    assert (left.loss_percent, right.loss_percent, average.loss_percent) == (25.0, 0.0, 0.0)
    assert left.effective_rate_hz == pytest.approx(375.0)
    assert average.std_deg > 0.0


def test_a_window_takes_the_last_part_of_each_target() -> None:
    gaze = gaze_on_targets()
    gaze["left_x_norm"][: SAMPLES // 2] = 0.9
    assert validated(gaze).targets[0].accuracy.offset_deg > 1.0
    result = validated(gaze, window_ms=SAMPLES // 2 * INTERVAL_NS / 1e6)
    assert result.targets[0].accuracy.offset_deg == pytest.approx(0.0, abs=1e-9)
    assert result.targets[0].sample_count == SAMPLES // 2


def test_degrees_are_seen_from_where_the_tracker_saw_the_eye() -> None:
    near, far = gaze_on_targets(left_x=0.01), gaze_on_targets(left_x=0.01)
    for gaze, z_mm in ((near, 500.0), (far, 800.0)):
        gaze["left_origin_x_mm"], gaze["left_origin_y_mm"], gaze["left_origin_z_mm"] = -30.0, 0.0, z_mm
        gaze["left_origin_valid"] = 1
    assert validated(near).targets[3].accuracy.offset_deg == pytest.approx(
        math.degrees(
            math.atan2(0.01 * 528 + 30, math.hypot(500, 0.3 * 297))
            - math.atan2(30, math.hypot(500, 0.3 * 297))
        ),
        rel=1e-2,
    )
    assert validated(near).targets[3].accuracy.offset_deg > validated(far).targets[3].accuracy.offset_deg


def test_a_tracker_with_one_combined_gaze_is_judged_by_it() -> None:
    both = gaze_on_targets(left_x=0.01)
    combined = gaze_on_targets()
    combined["left_valid"] = combined["right_valid"] = 0
    combined["x_norm"], combined["y_norm"], combined["valid"] = both["left_x_norm"], both["left_y_norm"], 1
    average = validated(combined).targets[2]
    assert average.accuracy.offset_deg == pytest.approx(validated(both).targets[0].accuracy.offset_deg)


def test_wrong_calls_are_refused() -> None:
    with pytest.raises(ValueError, match="4 targets and 0 ranges"):
        validate_targets(gaze_on_targets(), targets_shown(), (), GEOMETRY)
    with pytest.raises(ValueError, match="window"):
        validated(gaze_on_targets(), window_ms=0.0)


def test_a_recording_without_targets_gives_nothing() -> None:
    result = validate_targets(gaze_on_targets(), TARGET.empty(0), (), GEOMETRY)
    assert (result.targets, result.eyes) == ((), ())


def test_the_real_validation_gives_the_three_verdicts_of_the_measurement_rules(shared: Path) -> None:
    stream = read_gaze_table(shared / "data" / "gaze" / "tobii_spectrum_600hz_validation.tsv")
    ranges = rows_of_targets(stream.gaze["t_host_ns"], stream.targets)
    result = validate_targets(stream.gaze, stream.targets, ranges, GEOMETRY)
    found = [(eye.mean_offset_deg, eye.worst_offset_deg) for eye in result.eyes]
    # Given there with two decimals, one of them rounded up.
    assert np.array(found) == pytest.approx(np.array([(0.41, 0.85), (0.64, 1.77), (0.47, 1.31)]), abs=0.006)


@given(before=st.integers(0, 400), after=st.integers(0, 400), step_ms=st.integers(1, 40))
def test_gaze_from_before_and_after_the_targets_changes_no_window(
    before: int, after: int, step_ms: int
) -> None:
    count = 400
    times_ns = np.cumsum(np.full(before + count + after, 5_000_000, np.int64))
    times_ns[before + count :] += np.arange(after) * step_ms * 1_000_000
    times_ns[:before] -= np.arange(before)[::-1] * step_ms * 1_000_000
    shown = TARGET.empty(2)
    inside = times_ns[before : before + count]
    shown["t_on_host_ns"] = inside[[0, 200]]
    shown["t_off_host_ns"] = inside[[199, 399]]
    alone = rows_of_windows(inside, shown, TargetWindow())
    whole = rows_of_windows(times_ns, shown, TargetWindow())
    assert [(rows.first - before, rows.end - before) for rows in whole] == [
        (rows.first, rows.end) for rows in alone
    ]
