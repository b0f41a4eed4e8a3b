from __future__ import annotations

import numpy as np
import pytest

from drivers.contract import Scene
from drivers.mock import MockSettings, simulate
from drivers.mock.intervals import SpanProcess
from drivers.mock.person import draw_person
from drivers.mock.projection import angle_between, to_direction, to_directions, to_point, to_points
from drivers.mock.sensor import Wander, loss_bursts

QUIET = {"noise_rms_s2s_deg": 0.001, "noise_std_deg": 0.001, "origin_noise_mm": 0.0}


def test_points_and_directions_are_inverses_and_agree_with_the_shared_geometry(setup):
    from gaze_core.geometry import Screen, ViewingGeometry

    x_mm, y_mm = np.array([-200.0, 0.0, 150.0]), np.array([90.0, 0.0, -120.0])
    eye = (12.0, -7.0, 640.0)
    screen = Screen(
        width_px=setup.width_px, height_px=setup.height_px, width_mm=setup.width_mm, height_mm=setup.height_mm
    )

    azimuth, elevation = to_directions(x_mm, y_mm, *eye)

    shared = ViewingGeometry(screen=screen, distance_mm=650.0).norm_to_deg(
        x_mm / 528.0 + 0.5, y_mm / 297.0 + 0.5, eye_xyz_mm=eye
    )
    np.testing.assert_allclose((azimuth, elevation), shared, atol=1e-9)
    np.testing.assert_allclose(to_points(azimuth, elevation, *eye), (x_mm, y_mm), atol=1e-9)
    assert to_direction((150.0, -120.0), eye) == pytest.approx((azimuth[2], elevation[2]))
    assert to_point((azimuth[2], elevation[2]), eye) == pytest.approx((150.0, -120.0))
    assert angle_between((0.0, 0.0), (3.0, 0.0)) == pytest.approx(3.0)


def test_lost_values_are_not_numbers_and_not_valid(setup):
    gaze = simulate(MockSettings.for_scenario("difficult", rate_hz=60.0), 60.0, setup).gaze

    for side in ("left", "right"):
        is_lost = gaze[f"{side}_valid"] == 0
        assert 0.1 < is_lost.mean() < 0.7
        for name in ("x_norm", "y_norm", "pupil", "openness_mm", "origin_x_mm", "origin_y_mm", "origin_z_mm"):
            np.testing.assert_array_equal(np.isnan(gaze[f"{side}_{name}"]), is_lost)
        for name in ("pupil_valid", "openness_valid", "origin_valid"):
            np.testing.assert_array_equal(gaze[f"{side}_{name}"] == 0, is_lost)


def test_both_eyes_are_lost_for_the_share_of_time_that_the_settings_say(setup):
    settings = MockSettings.for_scenario(
        "ideal", rate_hz=300.0, blinks_per_min=0.0, loss_share=0.2, loss_burst_mean_s=0.01
    )
    gaze = simulate(settings, 60.0, setup).gaze

    assert np.mean((gaze["left_valid"] == 0) & (gaze["right_valid"] == 0)) == pytest.approx(0.2, rel=0.05)


def test_loss_bursts_have_the_shares_and_the_length_of_the_settings():
    settings = MockSettings.for_scenario("ideal", loss_share=0.06, single_eye_loss_share=0.09).sensor
    bursts = loss_bursts(np.random.default_rng(5), settings)

    spans = bursts.overlapping(0.0, 8000.0)

    lasted = {
        kind: np.array([span.offset_s - span.onset_s for span in spans if span.kind == kind])
        for kind in (1, 2, 3)
    }
    assert lasted[1].sum() / 8000.0 == pytest.approx(0.06, rel=0.05)
    assert (lasted[2].sum() + lasted[3].sum()) / 8000.0 == pytest.approx(0.09, rel=0.05)
    assert lasted[2].sum() == pytest.approx(lasted[3].sum(), rel=0.05)
    assert np.concatenate(list(lasted.values())).mean() == pytest.approx(0.03, rel=0.05)


def test_the_offset_left_by_calibration_is_found_at_a_target(setup, steady, target_scene, eye_directions):
    settings = MockSettings.for_scenario(
        "ideal",
        rate_hz=120.0,
        accuracy_deg=0.8,
        disparity_sd_deg=0.0,
        disparity_drift_deg=0.0,
        **QUIET,
        **steady,
    )
    simulated = simulate(settings, 20.0, setup, target_scene)
    gaze, truth = simulated.gaze[120:], simulated.truth[120:]

    azimuth, elevation = eye_directions(gaze, "left")
    across = (truth["x_norm"] - 0.5) * 528.0 - gaze["left_origin_x_mm"]
    down = (truth["y_norm"] - 0.5) * 297.0 - gaze["left_origin_y_mm"]
    away = gaze["left_origin_z_mm"]
    wanted = np.degrees(np.arctan2(across, away)), np.degrees(np.arctan2(down, np.hypot(across, away)))

    person = simulated.person
    assert (azimuth - wanted[0]).mean() == pytest.approx(person.offset_azimuth_deg[0], rel=0.05, abs=1e-3)
    assert (elevation - wanted[1]).mean() == pytest.approx(person.offset_elevation_deg[0], rel=0.05, abs=1e-3)


def test_offsets_spread_over_people_as_the_accuracy_says():
    settings = MockSettings.for_scenario("typical", accuracy_deg=0.5)
    people = [draw_person(np.random.default_rng(seed), settings) for seed in range(1500)]

    lengths = [np.hypot(one.offset_azimuth_deg, one.offset_elevation_deg) for one in people]

    assert np.sqrt(np.mean(np.square(lengths))) == pytest.approx(0.5, rel=0.05)


def test_people_differ_in_noise_by_a_lognormal_factor():
    settings = MockSettings.for_scenario("typical")

    logs = np.log([draw_person(np.random.default_rng(seed), settings).noise_factor for seed in range(1500)])

    assert np.median(np.exp(logs)) == pytest.approx(1.0, rel=0.05)
    assert logs.std() == pytest.approx(0.4, rel=0.05)


def test_the_gain_error_grows_towards_the_edge(setup, steady, eye_directions):
    settings = MockSettings.for_scenario(
        "ideal", rate_hz=60.0, accuracy_deg=0.0, gain_error=0.03, disparity_sd_deg=0.0, **QUIET, **steady
    )

    def error_at(x_norm):
        scene = Scene(t_host_ns=0, targets_norm=((x_norm, 0.5),))
        simulated = simulate(settings, 5.0, setup, scene)
        shift_mm = (simulated.gaze["left_x_norm"] - simulated.truth["x_norm"]) * 528.0
        return abs(np.median(shift_mm[120:]))

    assert error_at(0.95) > 2.0 * error_at(0.7)


def test_the_eyes_differ_by_the_disparity_of_the_person(setup, steady, target_scene):
    settings = MockSettings.for_scenario(
        "ideal",
        rate_hz=60.0,
        accuracy_deg=0.0,
        disparity_sd_deg=0.5,
        disparity_drift_deg=0.0,
        **QUIET,
        **steady,
    )
    simulated = simulate(settings, 10.0, setup, target_scene)

    apart_mm = (simulated.gaze["left_x_norm"] - simulated.gaze["right_x_norm"])[120:].mean() * 528.0

    wanted_mm = np.radians(simulated.person.disparity_deg) * 650.0
    assert apart_mm == pytest.approx(wanted_mm, rel=0.05)


def test_eye_positions_follow_the_head_and_stand_apart_by_the_inter_ocular_distance(setup):
    settings = MockSettings.for_scenario("ideal", rate_hz=60.0, head_sway_rms_mm=5.0, blinks_per_min=0.0)
    simulated = simulate(settings, 60.0, setup)
    gaze = simulated.gaze

    apart_mm = (gaze["right_origin_x_mm"] - gaze["left_origin_x_mm"]).mean()

    assert apart_mm == pytest.approx(simulated.person.inter_ocular_mm, rel=0.01)
    assert gaze["left_origin_y_mm"].std() == pytest.approx(5.0, rel=0.2)
    assert gaze["left_origin_z_mm"].mean() == pytest.approx(650.0, abs=25.0)


def test_raw_positions_are_in_the_trackers_coordinates(setup):
    simulated = simulate(MockSettings.for_scenario("ideal", rate_hz=60.0, blinks_per_min=0.0), 2.0, setup)
    raw, gaze = simulated.raw, simulated.gaze

    up_mm = raw["left_gaze_origin_in_user_coordinate_system_y"]
    near_mm = raw["left_gaze_origin_in_user_coordinate_system_z"]

    assert (up_mm > 100.0).all()  # the tracker sits below the screen, its y axis points up
    np.testing.assert_allclose(gaze["left_origin_y_mm"] + up_mm, 297.0 / 2 + 30.0, atol=1e-3)
    np.testing.assert_allclose(gaze["left_origin_z_mm"] - near_mm, 20.0, atol=1e-3)
    np.testing.assert_array_equal(gaze["left_x_norm"], raw["left_gaze_point_on_display_area_x"])
    np.testing.assert_array_equal(gaze["t_device_ns"], raw["device_time_stamp"] * 1000)


def test_one_tracked_eye_leaves_the_other_without_values(setup):
    gaze = simulate(
        MockSettings.for_scenario("typical", rate_hz=60.0, tracked_eyes="right"), 10.0, setup
    ).gaze

    assert not gaze["left_valid"].any()
    assert gaze["right_valid"].mean() > 0.8


def test_after_a_look_away_the_eyes_are_found_again_within_the_limit(setup):
    settings = MockSettings.for_scenario(
        "ideal", rate_hz=300.0, blinks_per_min=0.0, look_aways_per_min=20.0, reacquisition_max_s=0.165
    )
    simulated = simulate(settings, 60.0, setup)
    away = simulated.truth_events[simulated.truth_events["label"] == 6]
    lost = np.concatenate([[False], simulated.gaze["left_valid"] == 0, [False]]).astype(int)

    onsets, ends = np.flatnonzero(np.diff(lost) == 1), np.flatnonzero(np.diff(lost) == -1)
    t_ns = simulated.gaze["t_device_ns"]
    blind_s = (t_ns[ends[: len(away)]] - t_ns[onsets[: len(away)]]) * 1e-9
    dwell_s = np.array([np.sum(simulated.truth["event_id"] == one["event_id"]) / 300.0 for one in away])

    assert len(away) >= 8
    assert len(onsets) == len(away)
    assert (blind_s > dwell_s - 0.35).all()
    assert (blind_s < dwell_s + 0.17).all()
    assert ((simulated.truth["label"] == 6) == np.isin(simulated.truth["event_id"], away["event_id"])).all()


def test_noise_wanders_between_its_limits_without_jumps():
    wander = Wander(np.random.default_rng(3), 1.0)

    factors = np.concatenate([wander.factors(np.arange(t, t + 10) * 0.1) for t in range(0, 6000, 10)])

    assert factors.min() >= 0.7
    assert factors.max() <= 1.5
    assert np.ptp(factors) > 0.4
    assert np.abs(np.diff(factors)).max() < 0.02


def test_span_processes_do_not_depend_on_how_they_are_asked():
    def process():
        return SpanProcess(
            np.random.default_rng(1), lambda rng: rng.exponential(0.5), lambda rng: (rng.exponential(0.1), 2)
        )

    t_s = np.arange(10_000) * 0.01
    whole, pieces = process(), process()

    asked = np.concatenate([pieces.kinds_at(part) for part in np.array_split(t_s, 77)])

    np.testing.assert_array_equal(asked, whole.kinds_at(t_s))
    assert set(asked) == {0, 2}
