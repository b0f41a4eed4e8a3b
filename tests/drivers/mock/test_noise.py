from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.contract import Scene
from drivers.mock import SENSOR_PRESETS, MockSettings, simulate
from drivers.mock.noise import (
    NoiseStream,
    NoiseTarget,
    block_length,
    fit_amplitude,
    power_law_amplitude,
    shaped_noise,
)

RATIO_TABLE = {
    12: {0: 1.47, 0.5: 1.35, 1: 1.23, 1.5: 1.09, 2: 0.97, 3: 0.75},
    60: {0: 1.43, 0.5: 1.22, 1: 0.94, 1.5: 0.67, 2: 0.44, 3: 0.22},
    120: {0: 1.42, 0.5: 1.19, 1: 0.84, 1.5: 0.54, 2: 0.33, 3: 0.12},
    200: {0: 1.42, 0.5: 1.16, 1: 0.82, 1.5: 0.48, 2: 0.24, 3: 0.07},
}
"""Ratio RMS-S2S / STD by samples a window and exponent of 1/f^a noise: mean over windows of one axis."""


def rms_s2s_and_std(azimuth, elevation, window):
    """Root mean squares over whole windows of the 2-D figures."""
    count = len(azimuth) // window
    azimuth, elevation = (
        azimuth[: count * window].reshape(-1, window),
        elevation[: count * window].reshape(-1, window),
    )
    steps = np.diff(azimuth, axis=1) ** 2 + np.diff(elevation, axis=1) ** 2
    return np.sqrt(steps.mean()), np.sqrt((azimuth.var(axis=1) + elevation.var(axis=1)).mean())


@pytest.mark.parametrize("window", RATIO_TABLE)
def test_coloured_noise_has_the_known_ratio_of_rms_and_std(window):
    got = {}
    for exponent in RATIO_TABLE[window]:
        noise = shaped_noise(np.random.default_rng(3), power_law_amplitude(window, exponent), 4000, window)
        got[exponent] = np.mean(np.sqrt((np.diff(noise, axis=1) ** 2).mean(axis=1)) / noise.std(axis=1))

    assert got == pytest.approx(RATIO_TABLE[window], abs=0.03)


@pytest.mark.parametrize("preset", SENSOR_PRESETS)
def test_the_stream_measures_the_rms_and_std_of_each_preset(preset):
    wanted = SENSOR_PRESETS[preset]
    rate_hz = wanted.rates_hz[-1]
    target = NoiseTarget(
        rms_s2s_deg=wanted.noise_rms_s2s_deg,
        std_deg=wanted.noise_std_deg,
        is_filtered=wanted.is_filtered,
        exponent=1.5,
    )
    stream = NoiseStream(np.random.default_rng(2), fit_amplitude(target, rate_hz), 2, block_length(rate_hz))

    azimuth, elevation = stream.take(round(600 * rate_hz))

    rms_s2s, std = rms_s2s_and_std(azimuth, elevation, max(2, round(0.2 * rate_hz)))
    assert rms_s2s == pytest.approx(wanted.noise_rms_s2s_deg, rel=0.02)
    assert std == pytest.approx(wanted.noise_std_deg, rel=0.05)


@pytest.mark.parametrize(
    ("preset", "rate_hz"), [("tobii-pro-spectrum", 600.0), ("tobii-tx300", 300.0), ("tower", 500.0)]
)
def test_delivered_samples_of_a_still_eye_recover_the_noise_settings(
    preset, rate_hz, steady, setup, target_scene, eye_directions
):
    settings_ = MockSettings.for_scenario(
        "ideal", preset=preset, rate_hz=rate_hz, origin_noise_mm=0.0, **steady
    )

    gaze = simulate(settings_, 60.0, setup, target_scene).gaze[round(rate_hz) :]

    azimuth, elevation = eye_directions(gaze, "left")
    rms_s2s, std = rms_s2s_and_std(azimuth, elevation, round(0.2 * rate_hz))
    assert rms_s2s == pytest.approx(SENSOR_PRESETS[preset].noise_rms_s2s_deg, rel=0.05)
    assert std == pytest.approx(SENSOR_PRESETS[preset].noise_std_deg, rel=0.05)


def test_the_eyes_share_the_part_of_the_noise_the_settings_say(steady, setup, target_scene, eye_directions):
    settings_ = MockSettings.for_scenario(
        "ideal", rate_hz=300.0, noise_independent_share=0.7, origin_noise_mm=0.0, **steady
    )

    gaze = simulate(settings_, 60.0, setup, target_scene).gaze[300:]

    left, right = eye_directions(gaze, "left")[1], eye_directions(gaze, "right")[1]
    assert np.corrcoef(np.diff(left), np.diff(right))[0, 1] == pytest.approx(0.3, abs=0.03)


def test_noise_grows_with_eccentricity_and_with_a_small_pupil(steady, setup, eye_directions):
    plain = MockSettings.for_scenario("ideal", rate_hz=300.0, origin_noise_mm=0.0, **steady)
    growing = plain.with_changes(noise_eccentricity=1.0)
    corner = Scene(t_host_ns=0, targets_norm=((0.95, 0.5),))

    def steps(settings_):
        gaze = simulate(settings_, 20.0, setup, corner).gaze[600:]
        return np.diff(eye_directions(gaze, "left")[1]).std()

    eccentricity_deg = np.degrees(np.arctan((0.45 * 528.0 + 31.5) / 650.0))  # seen from the left eye
    expected = 1.0 + (eccentricity_deg / 15.0) ** 2
    assert steps(growing) / steps(plain) == pytest.approx(expected, rel=0.05)
    assert steps(plain.with_changes(noise_pupil_exponent=2.0, age_years=90.0)) > 1.1 * steps(plain)


@given(cuts=st.lists(st.integers(1, 700), min_size=1, max_size=12))
@settings(max_examples=25, deadline=None)
def test_how_the_noise_is_taken_changes_nothing(cuts):
    def stream():
        return NoiseStream(np.random.default_rng(4), power_law_amplitude(512, 1.5), 2, 512)

    whole, pieces = stream(), stream()

    taken = np.concatenate([pieces.take(count) for count in cuts], axis=1)

    np.testing.assert_array_equal(taken, whole.take(sum(cuts)))


def test_no_noise_is_no_noise():
    target = NoiseTarget(rms_s2s_deg=0.0, std_deg=0.1, is_filtered=False, exponent=1.0)

    assert not fit_amplitude(target, 300.0).any()
