"""The correction against gaze made wrong in known ways."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration import (
    CALIBRATION_5,
    CALIBRATION_9,
    VALIDATION_8,
    CorrectionError,
    CorrectionOrder,
    Target,
    corrected_gaze,
    fit_correction,
    judge_correction,
    rows_of_targets,
)
from gaze_core.eyes import Eye
from gaze_core.geometry import Screen, ViewingGeometry
from gaze_core.rows import GAZE, TARGET, Rows

GEOMETRY = ViewingGeometry(Screen(width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0), 650.0)
SAMPLES = 20
LINE = tuple(Target(target_id=i, x_norm=0.1 + 0.08 * i, y_norm=0.5) for i in range(10))


def wrong(x, y, a=0.02, b=0.03, c=0.0):
    """Gaze for a target: shifted, stretched, bent."""
    return x + a + b * (x - 0.5) + c * (x - 0.5) ** 2, y - a + b * (y - 0.5)


def looked(targets, *, noise: float = 0.0, sides=("left", "right"), **how):
    """Gaze and TARGET rows of somebody who looks at targets, one after the other."""
    rows = TARGET.empty(len(targets))
    gaze = GAZE.empty(SAMPLES * len(targets))
    gaze["t_host_ns"] = gaze["t_device_ns"] = np.arange(len(gaze)) * 10_000_000
    random = np.random.default_rng(1)
    for number, target in enumerate(targets):
        rows["target_id"][number] = target.target_id
        rows["x_norm"][number], rows["y_norm"][number] = target.x_norm, target.y_norm
        part = slice(number * SAMPLES, (number + 1) * SAMPLES)
        for side in sides:
            x, y = wrong(target.x_norm, target.y_norm, **how)
            gaze[f"{side}_x_norm"][part] = x + noise * random.standard_normal(SAMPLES)
            gaze[f"{side}_y_norm"][part] = y + noise * random.standard_normal(SAMPLES)
            gaze[f"{side}_valid"][part] = 1
    rows["t_on_host_ns"] = np.arange(len(rows)) * SAMPLES * 10_000_000
    rows["t_off_host_ns"] = rows["t_on_host_ns"] + SAMPLES * 10_000_000
    return gaze, rows, rows_of_targets(gaze["t_host_ns"], rows), GEOMETRY


def mean_offset(result, eye: Eye = Eye.AVERAGE) -> float:
    return next(each.mean_offset_deg for each in result.eyes if each.eye is eye)


@pytest.mark.parametrize("order", CorrectionOrder)
def test_a_shift_is_taken_back_by_every_order(order: CorrectionOrder) -> None:
    correction = fit_correction(*looked(CALIBRATION_9, b=0.0), order=order, signal=Eye.AVERAGE)
    found = judge_correction(correction, *looked(VALIDATION_8, b=0.0))
    assert mean_offset(found.before) > 0.8
    assert mean_offset(found.after) < 1e-6
    assert found.is_better
    assert mean_offset(correction.fit_result) > 0.8


@settings(max_examples=15)
@given(a=st.floats(-0.05, 0.05), b=st.floats(-0.1, 0.1))
def test_shift_and_stretch_are_taken_back_by_an_affine_correction(a: float, b: float) -> None:
    correction = fit_correction(
        *looked(CALIBRATION_9, a=a, b=b), order=CorrectionOrder.AFFINE, signal=Eye.LEFT
    )
    assert mean_offset(judge_correction(correction, *looked(VALIDATION_8, a=a, b=b)).after, Eye.LEFT) < 1e-6


def test_a_bend_needs_the_second_order() -> None:
    after = {}
    for order in CorrectionOrder:
        correction = fit_correction(*looked(CALIBRATION_9, c=0.15), order=order, signal=Eye.AVERAGE)
        after[order] = mean_offset(judge_correction(correction, *looked(VALIDATION_8, c=0.15)).after)
    assert after[CorrectionOrder.SECOND] < 0.05 < after[CorrectionOrder.AFFINE]


def test_raw_gaze_is_never_touched() -> None:
    given_gaze, *rest = looked(CALIBRATION_9)
    before = given_gaze.tobytes()
    correction = fit_correction(given_gaze, *rest, order=CorrectionOrder.AFFINE, signal=Eye.AVERAGE)
    corrected = corrected_gaze(given_gaze, correction, GEOMETRY)
    assert given_gaze.tobytes() == before
    assert not np.array_equal(corrected["left_x_norm"], given_gaze["left_x_norm"])
    untouched = [name for name in given_gaze.dtype.names if not name.endswith(("x_norm", "y_norm"))]
    assert all(corrected[name].tobytes() == given_gaze[name].tobytes() for name in untouched)


def test_beyond_the_targets_the_correction_is_that_of_the_border() -> None:
    correction = fit_correction(*looked(CALIBRATION_9, c=0.3), order=CorrectionOrder.SECOND, signal=Eye.LEFT)
    far: Rows = GAZE.empty(3)
    far["left_x_norm"], far["left_y_norm"], far["left_valid"] = (1.2, 3.0, 30.0), 0.5, 1
    moved = corrected_gaze(far, correction, GEOMETRY)["left_x_norm"] - far["left_x_norm"]
    assert moved == pytest.approx([moved[0]] * 3, abs=1e-9)
    assert abs(moved[0]) < 0.2


def test_too_few_targets_one_eye_only_and_targets_on_one_line_are_refused() -> None:
    with pytest.raises(CorrectionError, match="5 targets, and a correction of the kind second needs 9"):
        fit_correction(*looked(CALIBRATION_5), order=CorrectionOrder.SECOND, signal=Eye.AVERAGE)
    one_eye = looked(CALIBRATION_9, sides=("left",))
    with pytest.raises(CorrectionError, match="right eye was seen at 0 targets"):
        fit_correction(*one_eye, order=CorrectionOrder.OFFSET, signal=Eye.AVERAGE)
    assert fit_correction(*one_eye, order=CorrectionOrder.OFFSET, signal=Eye.LEFT).eyes[0].prefix == "left_"
    with pytest.raises(CorrectionError, match="one line"):
        fit_correction(*looked(LINE), order=CorrectionOrder.AFFINE, signal=Eye.LEFT)


def test_a_tracker_with_one_combined_gaze_is_corrected_by_that() -> None:
    parts = {}
    for name, targets in (("fit", CALIBRATION_9), ("judge", VALIDATION_8)):
        gaze, rows, ranges, geometry = looked(targets)
        gaze["x_norm"], gaze["y_norm"], gaze["valid"] = gaze["left_x_norm"], gaze["left_y_norm"], 1
        gaze["left_valid"] = gaze["right_valid"] = 0
        parts[name] = (gaze, rows, ranges, geometry)
    correction = fit_correction(*parts["fit"], order=CorrectionOrder.AFFINE, signal=Eye.AVERAGE)
    assert mean_offset(judge_correction(correction, *parts["judge"]).after) < 1e-6


def test_judging_on_the_targets_of_the_fit_is_refused() -> None:
    correction = fit_correction(*looked(CALIBRATION_9), order=CorrectionOrder.OFFSET, signal=Eye.LEFT)
    with pytest.raises(ValueError, match="by itself"):
        judge_correction(correction, *looked(CALIBRATION_5))


def test_a_correction_that_makes_it_worse_says_so() -> None:
    correction = fit_correction(*looked(CALIBRATION_9), order=CorrectionOrder.AFFINE, signal=Eye.LEFT)
    assert not judge_correction(correction, *looked(VALIDATION_8, a=-0.02, b=0.0)).is_better
