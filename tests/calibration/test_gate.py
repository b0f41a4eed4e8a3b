from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration import (
    EyeResult,
    GateLimits,
    Grade,
    OffsetLimits,
    TargetResult,
    ValidationResult,
    grade_of,
    judge,
)
from gaze_core.eyes import Eye
from gaze_core.quality import Accuracy

OFFSETS = st.floats(0.0, 5.0)


def validation(**offsets_deg: tuple[float, ...]) -> ValidationResult:
    """A validation with the offsets of each signal, target by target."""
    targets = [
        TargetResult(
            target_id=number,
            x_norm=0.1 * (number + 1),
            y_norm=0.5,
            eye=Eye(name),
            accuracy=Accuracy(offset_deg=offset, azimuth_offset_deg=offset, elevation_offset_deg=0.0),
            rms_s2s_deg=0.1,
            std_deg=0.1,
            bcea_deg2=0.1,
            sample_count=30,
            loss_percent=0.0,
            effective_rate_hz=60.0,
        )
        for name, offsets in offsets_deg.items()
        for number, offset in enumerate(offsets)
    ]
    eyes = [
        EyeResult(
            eye=Eye(name),
            mean_offset_deg=sum(offsets) / len(offsets),
            worst_offset_deg=max(offsets, key=lambda offset: math.inf if math.isnan(offset) else offset),
            mean_rms_s2s_deg=0.1,
            mean_std_deg=0.1,
            mean_loss_percent=0.0,
        )
        for name, offsets in offsets_deg.items()
    ]
    return ValidationResult(targets=tuple(targets), eyes=tuple(eyes), window_ms=300.0)


@pytest.mark.parametrize(
    ("mean", "worst", "grade"),
    [
        (0.49, 0.99, Grade.RECOMMENDED),
        (0.5, 0.99, Grade.GOOD),
        (0.49, 1.0, Grade.GOOD),
        (0.99, 1.49, Grade.GOOD),
        (1.0, 1.2, Grade.FAIR),
        (0.4, 1.5, Grade.FAIR),
        (1.5, 2.0, Grade.FAIR),
        (1.51, 1.8, Grade.POOR),
        (0.4, 2.01, Grade.POOR),
        (math.nan, math.nan, Grade.POOR),
        (0.2, math.nan, Grade.POOR),
    ],
)
def test_the_limits_of_the_workflow_decide_the_grade(mean: float, worst: float, grade: Grade) -> None:
    assert grade_of(mean, worst, GateLimits()) is grade


@given(OFFSETS, OFFSETS, OFFSETS, OFFSETS)
def test_a_better_validation_never_gets_a_worse_grade(
    mean: float, worst: float, less: float, lower: float
) -> None:
    limits = GateLimits()
    better = grade_of(max(0.0, mean - less), max(0.0, worst - lower), limits)
    assert better.rank <= grade_of(mean, worst, limits).rank


def test_the_three_verdicts_of_the_real_validation_are_told_apart_and_the_study_s_signal_decides() -> None:
    result = validation(left=(0.2, 0.85), right=(0.3, 1.77), average=(0.2, 1.31))
    by_left, by_right = judge(result, Eye.LEFT), judge(result, Eye.RIGHT)
    assert [signal.grade for signal in by_left.signals] == [Grade.GOOD, Grade.FAIR, Grade.GOOD]
    assert by_left.is_accepted
    assert not by_right.is_accepted
    assert by_right.redo_targets == ((0.2, 0.5),)
    assert "Redo points, redo all, or accept with a reason" in by_right.text


def test_a_study_may_accept_fair_ones_or_only_the_best() -> None:
    result = validation(left=(1.2, 1.6))
    assert judge(result, Eye.LEFT, GateLimits(accepts=Grade.FAIR)).is_accepted
    assert not judge(validation(left=(0.7, 0.8)), Eye.LEFT, GateLimits(accepts=Grade.RECOMMENDED)).is_accepted


def test_a_signal_without_data_fails_and_the_sentence_says_what_to_do() -> None:
    found = judge(validation(right=(0.2, math.nan)), Eye.RIGHT)
    assert not found.is_accepted
    assert found.redo_targets == ((0.2, 0.5),)
    assert "seat the reader anew" in found.text


def test_a_signal_the_validation_does_not_report_is_refused() -> None:
    with pytest.raises(ValueError, match="reports left"):
        judge(validation(left=(0.2,)), Eye.RIGHT)
    with pytest.raises(ValueError, match="no targets"):
        judge(validation(), Eye.AVERAGE)


@pytest.mark.parametrize(
    "changes",
    [
        {"good": OffsetLimits(mean_deg=0.3, worst_deg=1.5)},
        {"fair": OffsetLimits(mean_deg=math.inf, worst_deg=math.inf)},
        {"recommended": OffsetLimits(mean_deg=0.0, worst_deg=1.0)},
        {"recommended": OffsetLimits(mean_deg=0.5, worst_deg=0.4)},
        {"accepts": Grade.POOR},
    ],
)
def test_impossible_gates_are_refused(changes: dict) -> None:
    with pytest.raises(ValueError, match=r"gate"):
        GateLimits(**changes)


def test_an_average_of_one_eye_alone_says_so() -> None:
    result = validation(left=(0.3, 0.4), right=(0.3, math.nan), average=(0.3, 0.4))
    found = judge(result, Eye.AVERAGE)
    assert found.is_accepted
    assert "The right eye has no gaze at some target, where the other eye stands for both." in found.text
    assert "stands for both" not in judge(result, Eye.LEFT).text
    assert judge(result, Eye.RIGHT).text.startswith("The right eye has no gaze at some target. Seat")


def test_without_any_gaze_the_sentence_names_both_eyes() -> None:
    nothing = (math.nan, math.nan)
    found = judge(validation(left=nothing, right=nothing, average=nothing), Eye.AVERAGE)
    assert not found.is_accepted
    assert "Neither eye was seen at all of them. Look at the distance" in found.text
    assert found.finding == "The average of the eyes has no gaze at some target."
