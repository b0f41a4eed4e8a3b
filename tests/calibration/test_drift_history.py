from __future__ import annotations

import math

import pytest

from calibration import DriftHistory, DriftLimits, DriftPrompt, DriftResult, Target, TargetResult
from gaze_core.eyes import Eye
from gaze_core.quality import Accuracy


def check(across: float, down: float) -> DriftResult:
    """A drift check with one offset."""
    target = Target(target_id=0, x_norm=0.5, y_norm=0.5)
    found = TargetResult(
        target_id=0,
        x_norm=0.5,
        y_norm=0.5,
        eye=Eye.LEFT,
        accuracy=Accuracy(
            offset_deg=math.hypot(across, down), azimuth_offset_deg=across, elevation_offset_deg=down
        ),
        rms_s2s_deg=0.1,
        std_deg=0.1,
        bcea_deg2=0.1,
        sample_count=30,
        loss_percent=0.0,
        effective_rate_hz=60.0,
    )
    return DriftResult(t_host_ns=0, target=target, signal=Eye.LEFT, fixation_first_device_ns=0, eyes=(found,))


def test_the_running_figure_is_the_length_of_the_mean_vector_so_scatter_cancels() -> None:
    history = DriftHistory()
    for offset in ((1.5, 0.0), (-1.5, 0.0), (0.0, 1.5), (0.0, -1.5)):
        advice = history.add(check(*offset))
    assert advice.running_deg == pytest.approx(0.0)
    assert advice.prompts == ()
    for _ in range(4):
        advice = history.add(check(0.9, 0.9))
    assert advice.running_deg == pytest.approx(math.hypot(0.9, 0.9))
    assert advice.running_offset_deg == pytest.approx((0.9, 0.9))
    assert advice.prompts == (DriftPrompt.RUNNING,)


def test_only_the_last_four_checks_count() -> None:
    history = DriftHistory()
    history.add(check(8.0, 0.0))
    for _ in range(4):
        advice = history.add(check(0.2, 0.0))
    assert advice.running_deg == pytest.approx(0.2)
    assert advice.check_count == 4


def test_a_single_large_offset_prompts_at_once() -> None:
    history = DriftHistory()
    for _ in range(3):
        history.add(check(0.0, 0.0))
    assert history.add(check(0.0, -2.1)).prompts == (DriftPrompt.SINGLE,)
    assert history.add(check(0.0, 0.0)).prompts == ()


def test_after_25_cases_calibrating_anew_is_advised() -> None:
    history = DriftHistory()
    for _ in range(24):
        assert history.case_done().prompts == ()
    assert history.case_done().prompts == (DriftPrompt.CASES,)


def test_a_recalibration_begins_anew() -> None:
    history = DriftHistory()
    history.add(check(5.0, 0.0))
    history.overridden()
    history.case_done()
    history.calibrated()
    advice = history.advice()
    assert (advice.check_count, advice.cases_since, advice.overridden_count, advice.prompts) == (0, 0, 0, ())
    assert math.isnan(advice.running_deg)


def test_a_check_passed_over_is_counted_and_is_not_an_offset_of_zero() -> None:
    history = DriftHistory()
    history.add(check(1.2, 0.0))
    advice = history.overridden()
    assert advice.running_deg == pytest.approx(1.2)
    assert (advice.overridden_count, advice.check_count) == (1, 1)
    assert math.isnan(advice.single_deg)


@pytest.mark.parametrize(
    "changes", [{"running_deg": 0.0}, {"single_deg": math.nan}, {"case_count": 0}, {"checks": 0}]
)
def test_impossible_limits_are_refused(changes: dict) -> None:
    with pytest.raises(ValueError, match="drift limits"):
        DriftLimits(**changes)
