"""Accuracy, precision and rate: against closed forms and against ETDQualitizer."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaze_core.geometry import Screen, ViewingGeometry, angle_between_deg
from gaze_core.quality import (
    accuracy,
    bcea_deg2,
    find_gaps,
    left_right_agreement,
    loss_of_delivered_percent,
    loss_of_expected_percent,
    rms_s2s_deg,
    std_deg,
    summarise_sampling,
    windowed_rms_s2s_deg,
    windowed_std_deg,
)

TOLERANCE_DEG = 1e-6


@pytest.fixture(scope="session")
def yardstick():
    return pytest.importorskip("ETDQualitizer", reason="the yardstick library needs Python 3.11")


def noisy_gaze(seed, count=300, sigma=0.3, loss=0.1):
    random = np.random.default_rng(seed)
    azimuth = random.normal(random.uniform(-20, 20), sigma, count)
    elevation = random.normal(random.uniform(-15, 15), 0.5 * sigma, count) + 0.3 * (azimuth - azimuth.mean())
    lost = random.random(count) < loss
    azimuth[lost] = elevation[lost] = np.nan
    return azimuth, elevation


def assert_agrees(yardstick, azimuth, elevation, target_azimuth, target_elevation):
    found = accuracy(azimuth, elevation, target_azimuth, target_elevation)
    wanted = yardstick.accuracy(azimuth, elevation, target_azimuth, target_elevation)
    assert (found.offset_deg, found.azimuth_offset_deg, found.elevation_offset_deg) == pytest.approx(
        wanted, abs=TOLERANCE_DEG
    )
    assert rms_s2s_deg(azimuth, elevation) == pytest.approx(
        yardstick.rms_s2s(azimuth, elevation)[0], abs=TOLERANCE_DEG
    )
    assert std_deg(azimuth, elevation) == pytest.approx(
        yardstick.std(azimuth, elevation)[0], abs=TOLERANCE_DEG
    )
    assert bcea_deg2(azimuth, elevation) == pytest.approx(
        yardstick.bcea(azimuth, elevation)[0], abs=TOLERANCE_DEG
    )


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), target=st.tuples(st.floats(-25, 25), st.floats(-15, 15)))
def test_synthetic_gaze_gives_the_figures_of_the_yardstick(yardstick, seed, target):
    assert_agrees(yardstick, *noisy_gaze(seed), *target)


def test_moving_windows_give_the_figures_of_the_yardstick(yardstick):
    azimuth, elevation = noisy_gaze(1, count=150)
    azimuth[40:46] = elevation[40:46] = np.nan
    for window in (10, 60):
        wanted = yardstick.precision_using_moving_window(azimuth, elevation, window, "RMS-S2S")
        assert windowed_rms_s2s_deg(azimuth, elevation, window) == pytest.approx(wanted, abs=TOLERANCE_DEG)
    wanted = yardstick.precision_using_moving_window(azimuth, elevation, 60, "STD")
    assert windowed_std_deg(azimuth, elevation, 60) == pytest.approx(wanted, abs=TOLERANCE_DEG)


def test_loss_and_rate_give_the_figures_of_the_yardstick(yardstick):
    azimuth, elevation = noisy_gaze(2, count=600)
    times = np.round(np.arange(600) * 1e9 / 300).astype(np.int64)
    quality = yardstick.DataQuality(azimuth, elevation, times * 1e-9, "degrees")
    found = summarise_sampling(times, np.isfinite(azimuth), 300.0)
    assert found.loss_of_delivered_percent == pytest.approx(quality.data_loss_from_invalid(), abs=1e-9)
    assert found.loss_of_expected_percent == pytest.approx(quality.data_loss_from_expected(300.0), abs=1e-6)
    assert found.effective_rate_hz == pytest.approx(quality.effective_frequency(), abs=1e-6)


@pytest.fixture(scope="session")
def real_gaze():
    folder = os.environ.get("READING_STATION_SHARED")
    if not folder:
        pytest.skip("READING_STATION_SHARED does not name the folder of real recordings")
    path = Path(folder) / "data" / "gaze" / "tobii_spectrum_600hz_validation.tsv"
    if not path.is_file():
        pytest.skip(f"{path.name} is not in the folder of real recordings")
    return np.genfromtxt(path, names=True, delimiter="\t")


def real_signals(real_gaze):
    """Left, right and average gaze, px from the screen centre; average is the valid eye where one is lost."""
    signals = {}
    for axis in "xy":
        left, right = real_gaze[f"left_{axis}"], real_gaze[f"right_{axis}"]
        mean = np.where(np.isnan(left), right, np.where(np.isnan(right), left, 0.5 * (left + right)))
        signals[axis] = {"left": left, "right": right, "average": mean}
    return signals


@pytest.mark.parametrize(
    ("signal", "mean_deg", "worst_deg"),
    [("left", 0.41, 0.85), ("right", 0.64, 1.77), ("average", 0.47, 1.31)],
)
def test_the_real_600_hz_validation_gives_the_figures_of_the_yardstick(
    yardstick, real_gaze, signal, mean_deg, worst_deg
):
    geometry = ViewingGeometry(Screen(width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0), 650.0)
    theirs = yardstick.ScreenConfiguration(528.0, 297.0, 1920, 1080, 650.0)
    signals = real_signals(real_gaze)
    x_px, y_px = signals["x"][signal], signals["y"][signal]
    azimuth, elevation = geometry.norm_to_deg(x_px / 1920 + 0.5, y_px / 1080 + 0.5)
    wanted = theirs.pix_to_deg(x_px, y_px)
    assert np.allclose(azimuth, wanted[0], atol=1e-9, equal_nan=True)
    assert np.allclose(elevation, wanted[1], atol=1e-9, equal_nan=True)
    offsets = []
    for target in range(1, 10):
        at_target = real_gaze["target_id"] == target
        first = np.flatnonzero(at_target)[0]
        x_norm, y_norm = real_gaze["tar_x"][first] / 1920 + 0.5, real_gaze["tar_y"][first] / 1080 + 0.5
        direction = [float(angle) for angle in geometry.norm_to_deg(x_norm, y_norm)]
        assert_agrees(yardstick, azimuth[at_target], elevation[at_target], *direction)
        offsets.append(accuracy(azimuth[at_target], elevation[at_target], *direction).offset_deg)
    # The known verdicts of this recording: mean and worst accuracy, all samples per target.
    assert np.mean(offsets) == pytest.approx(mean_deg, abs=0.0055)
    assert max(offsets) == pytest.approx(worst_deg, abs=0.0055)


def test_white_noise_has_the_figures_of_the_closed_form():
    random = np.random.default_rng(0)
    azimuth, elevation = random.normal(0, 0.1, 200_000), random.normal(0, 0.1, 200_000)
    assert std_deg(azimuth, elevation) == pytest.approx(0.1 * math.sqrt(2), rel=0.01)
    assert rms_s2s_deg(azimuth, elevation) == pytest.approx(0.2, rel=0.01)
    assert bcea_deg2(azimuth, elevation) == pytest.approx(2 * 1.139 * math.pi * 0.01, rel=0.01)


@given(seed=st.integers(0, 1000))
def test_the_accuracy_of_one_sample_is_the_exact_angle(seed):
    random = np.random.default_rng(seed)
    gaze, target = random.uniform(-30, 30, 2), random.uniform(-30, 30, 2)
    found = accuracy([gaze[0]], [gaze[1]], target[0], target[1])
    assert found.offset_deg == pytest.approx(float(angle_between_deg(*gaze, *target)), abs=1e-9)


def test_signed_offsets_are_right_and_down():
    found = accuracy([1.0], [0.5], 0.0, 0.0)
    assert found.azimuth_offset_deg == pytest.approx(1.0)
    assert found.elevation_offset_deg == pytest.approx(0.5)


def test_a_gap_is_never_bridged_in_sample_to_sample_steps():
    assert rms_s2s_deg([0, 0, np.nan, 5, 5], [0, 0, np.nan, 5, 5]) == 0


def test_nothing_valid_gives_nan_and_no_warning():
    nothing = [np.nan, np.nan]
    assert math.isnan(accuracy(nothing, nothing, 0, 0).offset_deg)
    assert math.isnan(rms_s2s_deg(nothing, nothing))
    assert math.isnan(std_deg(nothing, nothing))
    assert math.isnan(bcea_deg2([1.0], [1.0]))
    assert math.isnan(windowed_std_deg([np.nan] * 9, [np.nan] * 9, 3))
    assert math.isnan(windowed_rms_s2s_deg([np.nan] * 9, [np.nan] * 9, 3))
    assert math.isnan(windowed_std_deg([1.0, 2.0], [1.0, 2.0], 5))
    assert math.isnan(left_right_agreement(nothing, nothing, nothing, nothing).azimuth_median_deg)


def test_a_straight_line_has_no_area():
    assert bcea_deg2([1, 2, 3], [1, 2, 3]) == pytest.approx(0, abs=1e-6)
    with pytest.raises(ValueError, match="share"):
        bcea_deg2([1, 2], [1, 2], share=1.0)


def test_the_disparity_of_the_eyes_is_left_minus_right():
    found = left_right_agreement([1, 2, np.nan], [0, 0, 0], [0.5, 1.0, 3], [0.25, 0.25, 0])
    assert found.azimuth_median_deg == pytest.approx(0.75)
    assert found.azimuth_sd_deg == pytest.approx(0.25)
    assert found.elevation_median_deg == pytest.approx(-0.25)
    assert found.sample_count == 2


def test_both_denominators_of_loss_are_given():
    times = np.delete(np.arange(100), np.arange(40, 60)) * 10_000_000
    valid = np.ones(80, bool)
    valid[:8] = False
    found = summarise_sampling(times, valid, 100.0)
    assert found.loss_of_delivered_percent == pytest.approx(10)
    assert found.loss_of_expected_percent == pytest.approx(28)
    assert found.duration_s == pytest.approx(1.0)
    assert found.effective_rate_hz == pytest.approx(72)
    assert [(gap.t_before_ns, gap.t_after_ns, gap.missing_count) for gap in found.gaps] == [
        (390_000_000, 600_000_000, 20)
    ]


def test_gaps_begin_above_one_and_a_half_intervals():
    assert find_gaps([0, 15, 31], 10.0)[0].missing_count == 1
    assert len(find_gaps([0, 15, 31], 10.0)) == 1
    assert find_gaps([0, 100], math.nan) == ()


def test_too_little_to_tell_is_nan():
    found = summarise_sampling([5], [True], math.nan)
    assert math.isnan(found.effective_rate_hz)
    assert found.gaps == ()
    assert math.isnan(loss_of_delivered_percent([]))
    assert math.isnan(loss_of_expected_percent([True], math.nan, 60))
