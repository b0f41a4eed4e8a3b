"""The validation as a state machine on a simulated reader: complete and fresh, or none."""

from __future__ import annotations

import math

import numpy as np
import pytest

from calibration import (
    CALIBRATION_9,
    VALIDATION_4,
    AbortReason,
    CalibrationProcedure,
    CalibrationState,
    Pace,
    TargetWindow,
    ValidationProcedure,
    ValidationState,
    judge,
    rows_of_windows,
)
from gaze_core.eyes import Eye
from gaze_core.rows import GAZE


def validation(room, **changes) -> ValidationProcedure:
    return ValidationProcedure(VALIDATION_4, room.geometry, **{"seed": 1, **changes})


def test_a_validation_shows_every_target_once_and_judges_the_last_300_ms(lab) -> None:
    room = lab("ideal")
    procedure = validation(room)
    room.run_validation(procedure)
    assert procedure.state is ValidationState.DONE
    assert sorted(procedure.shown["target_id"].tolist()) == [0, 1, 2, 3]
    assert set(procedure.shown["procedure"].tolist()) == {b"validation"}
    lasted_s = (procedure.shown["t_off_host_ns"] - procedure.shown["t_on_host_ns"]) * 1e-9
    assert lasted_s == pytest.approx(1.0, abs=0.03)
    assert procedure.result.window_ms == 300.0
    assert {target.sample_count for target in procedure.result.targets} <= {35, 36, 37}
    assert judge(procedure.result, Eye.AVERAGE).is_accepted


def test_the_window_stays_where_it_is_when_samples_of_it_are_lost(lab) -> None:
    room = lab("ideal", blinks_per_min=0.0)
    procedure = validation(room)
    room.run_validation(procedure)
    window = TargetWindow(length_ms=200.0, before_end_ms=100.0)
    gaze, targets = procedure.gaze, procedure.shown
    whole = rows_of_windows(gaze["t_host_ns"], targets, window)
    is_kept = (gaze["t_host_ns"] < targets["t_off_host_ns"][0] - 150_000_000) | (
        gaze["t_host_ns"] > targets["t_off_host_ns"][0]
    )
    rest = rows_of_windows(gaze[is_kept]["t_host_ns"], targets, window)
    counts = [rows.end - rows.first for rows in whole]
    assert counts == pytest.approx([24] * 4, abs=2)
    assert rest[0].end - rest[0].first == pytest.approx(18, abs=2)
    assert rest[0].first == whole[0].first


def test_calibrating_first_makes_a_poor_validation_a_good_one(lab) -> None:
    room = lab("ideal")
    calibration = CalibrationProcedure(CALIBRATION_9, seed=2)
    room.calibrator.enter()
    bare = validation(room)
    room.run_validation(bare)
    room.calibrator.leave()
    calibration.begin(room.now_ns)
    room.run_calibration(calibration, CalibrationState.REVIEW)
    calibrated = validation(room, calibrated_on=CALIBRATION_9)
    room.run_validation(calibrated)
    assert not judge(bare.result, Eye.LEFT).is_accepted
    assert judge(calibrated.result, Eye.LEFT).is_accepted


def test_an_abort_gives_no_result_and_keeps_what_was_shown(lab) -> None:
    room = lab("ideal")
    procedure = validation(room)
    procedure.begin(room.now_ns)
    for _ in range(120):
        procedure.take(room.let_pass(0.02))
        room.draw(procedure.tick(room.now_ns), procedure)
    procedure.abort(AbortReason.READER_LEFT, room.now_ns)
    procedure.abort(AbortReason.OPERATOR, room.now_ns)
    assert (procedure.state, procedure.reason) == (ValidationState.ABORTED, AbortReason.READER_LEFT)
    assert procedure.result is None
    assert len(procedure.shown) == 2
    assert len(procedure.tick(room.now_ns).targets) == 1


def test_a_tracker_that_sends_nothing_ends_in_a_result_without_figures(lab) -> None:
    room = lab("ideal")
    room.tracker.stop()
    procedure = validation(room)
    procedure.begin(0)
    now_ns = 0
    while procedure.state not in (ValidationState.DONE, ValidationState.ABORTED):
        now_ns += 20_000_000
        dot = procedure.tick(now_ns).dot
        if dot is not None:
            procedure.presented(dot.showing, now_ns)
    assert procedure.state is ValidationState.DONE
    assert all(math.isnan(eye.mean_offset_deg) for eye in procedure.result.eyes)
    assert not judge(procedure.result, Eye.AVERAGE).is_accepted


def test_one_eye_only_is_reported_as_such(lab) -> None:
    room = lab("one-eye", blinks_per_min=0.0, loss_share=0.0, single_eye_loss_share=0.0)
    procedure = validation(room)
    room.run_validation(procedure)
    left, right, average = procedure.result.eyes
    assert left.mean_offset_deg == pytest.approx(average.mean_offset_deg, abs=0.05)
    assert math.isnan(right.mean_offset_deg)
    assert right.mean_loss_percent == 100.0


def test_a_window_that_never_shows_the_dot_times_out(lab) -> None:
    room = lab("ideal")
    procedure = validation(room)
    procedure.begin(0)
    procedure.tick(10_000_000_000)
    assert (procedure.state, procedure.reason) == (ValidationState.ABORTED, AbortReason.TIMED_OUT)


def test_a_flood_of_samples_ends_it_instead_of_filling_the_memory(lab) -> None:
    room = lab("ideal")
    procedure = validation(room)
    procedure.begin(0)
    flood = np.broadcast_to(GAZE.empty(1), (2_000_001,))
    procedure.take(flood)
    assert procedure.reason is AbortReason.TRACKER_LOST


def test_targets_of_the_calibration_and_windows_longer_than_the_dwell_are_refused(lab) -> None:
    room = lab("ideal")
    with pytest.raises(ValueError, match="by itself"):
        ValidationProcedure(CALIBRATION_9, room.geometry, seed=1, calibrated_on=CALIBRATION_9)
    with pytest.raises(ValueError, match="longer dwell"):
        validation(room, pace=Pace(dwell_s=0.25, settle_s=0.2))
    with pytest.raises(ValueError, match="needs targets"):
        ValidationProcedure((), room.geometry, seed=1)
    with pytest.raises(ValueError, match="is none"):
        TargetWindow(length_ms=0.0)


def test_a_reader_with_one_tracked_eye_is_told_so_whichever_signal_decides(lab) -> None:
    room = lab("one-eye")
    calibration = CalibrationProcedure(CALIBRATION_9, seed=2)
    calibration.begin(room.now_ns)
    room.run_calibration(calibration, CalibrationState.REVIEW)
    assert calibration.applied is not None  # the device calibrates the eye it sees
    procedure = validation(room, calibrated_on=CALIBRATION_9)
    room.run_validation(procedure)
    by_average, by_left, by_right = (
        judge(procedure.result, eye) for eye in (Eye.AVERAGE, Eye.LEFT, Eye.RIGHT)
    )
    assert "The right eye has no gaze at some target, where the other eye stands for both." in by_average.text
    assert "The right eye has no gaze at some target." in by_left.text
    assert not by_right.is_accepted
    assert "Seat the reader anew" in by_right.text


def test_without_any_eye_nothing_is_computed_and_nothing_passes(lab) -> None:
    room = lab("unplugged", fault_at_s=0.1, fault_duration_s=600.0)
    room.let_pass(1.0)
    procedure = validation(room)
    room.run_validation(procedure)
    gate = judge(procedure.result, Eye.AVERAGE)
    assert not gate.is_accepted
    assert "Neither eye was seen" in gate.text
