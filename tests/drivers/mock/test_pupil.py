from __future__ import annotations

import numpy as np
import pytest

from drivers.contract import Scene, ScenePane
from drivers.mock import MockSettings, simulate
from drivers.mock.pupil import steady_diameter_mm

CALM = {"hippus_sd_mm": 0.0, "task_dilation_mm": 0.0, "blinks_per_min": 0.0}


def pupil_of(setup, scene, later, **changes):
    settings = MockSettings.for_scenario("ideal", rate_hz=60.0, **{**CALM, **changes})
    return simulate(settings, 20.0, setup, scene, later).truth["pupil_mm"]


@pytest.mark.parametrize(
    ("luminance", "field_deg2", "age", "wanted_mm"),
    [
        (0.0, 1000.0, 28.58, 7.75),  # darkness, reference age
        (846.0 / 1000.0, 1000.0, 28.58, 7.75 - 5.75 / 3.0),  # F = 1
        (846.0 / 1000.0, 1000.0, 68.58, 5.8333333 + 40.0 * (0.02132 - 0.009562 * 5.8333333)),
    ],
)
def test_the_steady_size_is_that_of_watson_and_yellott(luminance, field_deg2, age, wanted_mm):
    assert steady_diameter_mm(luminance, field_deg2, age) == pytest.approx(wanted_mm, abs=1e-6)


def test_the_pupil_dilates_on_a_dark_image_after_a_bright_one(setup):
    bright, dark = Scene(t_host_ns=0, luminance=0.9), Scene(t_host_ns=10_000_000_000, luminance=0.05)

    pupil = pupil_of(setup, bright, [dark])

    assert pupil[-1] > pupil[599] + 1.0


def test_an_answer_to_light_waits_for_its_latency(setup):
    dark, bright = Scene(t_host_ns=0, luminance=0.05), Scene(t_host_ns=10_000_000_000, luminance=0.9)

    pupil = pupil_of(setup, dark, [bright], pupil_latency_s=0.25)

    assert np.ptp(pupil[: 600 + 14]) < 1e-3
    assert pupil[600 + 18] < pupil[600] - 0.1


def test_constriction_is_quicker_than_redilation(setup):
    dark, bright = Scene(t_host_ns=0, luminance=0.05), Scene(t_host_ns=0, luminance=0.9)

    def share_after_a_second(first, second):
        later = Scene(t_host_ns=5_000_000_000, luminance=second.luminance)
        pupil = pupil_of(setup, first, [later])
        return (pupil[300 + 75] - pupil[300]) / (pupil[-1] - pupil[300])

    assert share_after_a_second(dark, bright) == pytest.approx(1 - np.exp(-1.0 / 0.3), abs=0.02)
    assert share_after_a_second(bright, dark) == pytest.approx(1 - np.exp(-1.0 / 1.5), abs=0.03)


def test_hippus_has_the_spread_of_the_settings_and_both_eyes_share_it(setup):
    settings = MockSettings.for_scenario(
        "ideal", rate_hz=60.0, blinks_per_min=0.0, hippus_sd_mm=0.2, pupil_offset_sd_mm=0.0
    )
    simulated = simulate(settings, 120.0, setup)

    assert simulated.truth["pupil_mm"].std() == pytest.approx(0.2, rel=0.15)
    correlation = np.corrcoef(simulated.gaze["left_pupil"], simulated.gaze["right_pupil"])[0, 1]
    assert correlation > 0.95


def test_reading_an_image_dilates_the_pupil(setup):
    pane = ScenePane(image_id=1, src_image_px=(0, 0, 10, 10), dst_norm=(0, 0, 1, 1))
    empty, image = Scene(t_host_ns=0, luminance=0.3), Scene(t_host_ns=0, luminance=0.3, panes=(pane,))

    resting = pupil_of(setup, empty, [], task_dilation_mm=0.25)
    reading = pupil_of(setup, image, [], task_dilation_mm=0.25)

    assert reading[-1] - resting[-1] == pytest.approx(0.25, abs=1e-3)


def test_the_measured_pupil_is_foreshortened_away_from_the_camera(setup):
    settings = MockSettings.for_scenario(
        "ideal", rate_hz=60.0, pupil_noise_mm=0.0, pupil_offset_sd_mm=0.0, head_sway_rms_mm=0.0, **CALM
    )

    def measured_at(target):
        gaze = simulate(settings, 4.0, setup, Scene(t_host_ns=0, targets_norm=(target,))).gaze
        return np.median(gaze["left_pupil"][120:])

    assert measured_at((0.5, 0.95)) > measured_at((0.5, 0.5)) > measured_at((0.05, 0.05))
