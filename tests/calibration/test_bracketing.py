from __future__ import annotations

import math

import pytest

from calibration import EyeResult, TimedValidation, ValidationResult, bracket
from gaze_core.eyes import Eye


def validated(t_host_ns: int, offset_deg: float) -> TimedValidation:
    eye = EyeResult(
        eye=Eye.LEFT,
        mean_offset_deg=offset_deg,
        worst_offset_deg=offset_deg,
        mean_rms_s2s_deg=0.1,
        mean_std_deg=0.1 * offset_deg,
        mean_loss_percent=0.0,
    )
    return TimedValidation(
        t_host_ns=t_host_ns, result=ValidationResult(targets=(), eyes=(eye,), window_ms=300.0)
    )


def test_a_case_lies_between_the_nearest_validations() -> None:
    found = bracket(
        50,
        60,
        [validated(90, 0.9), validated(10, 0.1), validated(40, 0.4), validated(70, 0.7)],
        [5],
        Eye.LEFT,
    )
    assert (found.before.mean_offset_deg, found.after.mean_offset_deg) == (0.4, 0.7)
    assert (found.worse_mean_offset_deg, found.worse_mean_std_deg) == pytest.approx((0.7, 0.07))


def test_a_validation_of_another_calibration_says_nothing_about_the_case() -> None:
    validations = [validated(10, 0.1), validated(90, 0.9)]
    before_lost = bracket(50, 60, validations, [20], Eye.LEFT)
    assert (before_lost.before, before_lost.after.mean_offset_deg) == (None, 0.9)
    after_lost = bracket(50, 60, validations, [5, 80], Eye.LEFT)
    assert (after_lost.before.mean_offset_deg, after_lost.after) == (0.1, None)


def test_without_validations_nothing_is_claimed() -> None:
    found = bracket(50, 60, [], [], Eye.LEFT)
    assert (found.before, found.after) == (None, None)
    assert math.isnan(found.worse_mean_offset_deg)
    assert bracket(50, 60, [validated(10, 0.1)], [], Eye.RIGHT).before is None
