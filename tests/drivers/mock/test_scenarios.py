from __future__ import annotations

import numpy as np
import pytest

from drivers.contract import NoticeKind
from drivers.mock import SCENARIOS, MockSettings, simulate
from gaze_core.rows import GazeFlag


def play(setup, scenario, duration_s=9.0, rate_hz=120.0, **changes):
    return simulate(
        MockSettings.for_scenario(scenario, rate_hz=rate_hz, seed=3, **changes), duration_s, setup
    )


def inside(gaze, onset_s, offset_s):
    """Rows of instants between two times after the start, by the vendor's host stamps."""
    return gaze[(gaze["t_vendor_host_ns"] >= onset_s * 1e9) & (gaze["t_vendor_host_ns"] < offset_s * 1e9)]


def both_lost(gaze):
    return np.mean((gaze["left_valid"] == 0) & (gaze["right_valid"] == 0))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_sends_rows_that_are_marked_as_synthetic(setup, scenario):
    simulated = play(setup, scenario)

    assert len(simulated.gaze) > 100
    assert len(simulated.gaze) == len(simulated.raw)
    assert ((simulated.gaze["flags"] & GazeFlag.SYNTHETIC) != 0).all()
    assert (np.diff(simulated.gaze["seq"]) > 0).all()
    assert (np.diff(simulated.gaze["t_host_ns"]) >= 0).all()
    assert simulated.truth["is_delivered"].sum() == len(simulated.gaze)


def test_ideal_loses_nothing_but_blinks(setup):
    simulated = play(setup, "ideal", 30.0)
    is_blink = simulated.truth["label"] == 5

    assert len(simulated.gaze) == 3600
    assert (simulated.gaze["left_valid"][~is_blink] == 1).all()
    assert (simulated.gaze["right_valid"][~is_blink] == 1).all()


def test_reference_has_the_noise_of_the_preset_for_everybody(setup):
    assert play(setup, "reference", 1.0).person.noise_factor == 1.0
    assert play(setup, "typical", 1.0).person.noise_factor != 1.0


def test_glasses_double_and_difficult_triples_the_noise():
    assert MockSettings.for_scenario("glasses").sensor.noise_scale == 2.0
    assert MockSettings.for_scenario("difficult").sensor.noise_scale == 3.0


@pytest.mark.parametrize(("scenario", "least", "most"), [("glasses", 0.03, 0.12), ("difficult", 0.15, 0.35)])
def test_worse_scenarios_lose_more(setup, scenario, least, most):
    assert least < both_lost(play(setup, scenario, 40.0).gaze) < most


def test_tired_eyes_blink_often_and_open_less(setup):
    tired, typical = play(setup, "tired", 45.0, 60.0), play(setup, "typical", 45.0, 60.0)

    assert (tired.truth_events["label"] == 5).sum() > 1.5 * (typical.truth_events["label"] == 5).sum()
    opened = [np.nanmedian(one.gaze["left_openness_mm"]) for one in (tired, typical)]
    assert opened[0] < 0.7 * opened[1]


def test_a_moving_head_moves_the_eyes_and_looks_away(setup):
    moving, typical = play(setup, "head-moving", 60.0, 60.0), play(setup, "typical", 60.0, 60.0)

    spread = [np.nanstd(one.gaze["left_origin_x_mm"]) for one in (moving, typical)]
    assert spread[0] > 3 * spread[1]
    assert (moving.truth_events["label"] == 6).any()


def test_one_eye_is_the_left(setup):
    gaze = play(setup, "one-eye").gaze

    assert gaze["left_valid"].any()
    assert not gaze["right_valid"].any()
    assert np.isnan(gaze["right_x_norm"]).all()


def test_an_unplugged_tracker_says_so_sends_nothing_and_comes_back(setup):
    simulated = play(setup, "unplugged", dropped_share=0.0)
    gaze = simulated.gaze

    assert [notice.kind for notice in simulated.notices] == [
        NoticeKind.CONNECTION_LOST,
        NoticeKind.CONNECTION_RESTORED,
    ]
    assert len(inside(gaze, 5.001, 6.999)) == 0
    back = gaze[(gaze["flags"] & GazeFlag.RECONNECTED) != 0]
    assert len(back) == 1
    assert back["seq"][0] == 7 * 120
    assert back["flags"][0] & GazeFlag.GAP_BEFORE
    assert len(simulated.truth) == 9 * 120


def test_a_tracker_that_never_reconnects_stays_silent(setup):
    simulated = play(setup, "never-reconnects", dropped_share=0.0)

    assert [notice.kind for notice in simulated.notices] == [NoticeKind.CONNECTION_LOST]
    assert len(simulated.gaze) == 5 * 120


def test_a_clock_jump_starts_a_new_time_line(setup):
    simulated = play(setup, "clock-jump", dropped_share=0.0)
    gaze = simulated.gaze

    steps_ns = np.diff(gaze["t_device_ns"])
    jumps = np.flatnonzero(np.abs(steps_ns) > 1e9)
    assert len(jumps) == 1
    assert steps_ns[jumps[0]] == pytest.approx(-5e9 + 1e9 / 120, abs=1e6)
    is_reset = (gaze["flags"] & GazeFlag.CLOCK_RESET) != 0
    np.testing.assert_array_equal(np.flatnonzero(is_reset), jumps + 1)
    assert [notice.kind for notice in simulated.notices] == [NoticeKind.CLOCK_RESET]
    lasted_ns = simulated.truth_events["offset_device_ns"] - simulated.truth_events["onset_device_ns"]
    assert (lasted_ns > 0).all()
    np.testing.assert_array_equal(simulated.truth["t_device_ns"], gaze["t_device_ns"])


def test_a_flood_repeats_each_sample_under_new_numbers(setup):
    simulated = play(setup, "flood", dropped_share=0.0)
    flood = inside(simulated.gaze, 5.01, 6.99)

    assert len(flood) == pytest.approx(20 * 1.98 * 120, rel=0.02)
    assert len(np.unique(flood["t_device_ns"])) == pytest.approx(1.98 * 120, abs=2)
    is_repeat = np.diff(flood["t_device_ns"]) == 0
    np.testing.assert_array_equal((flood["flags"][1:] & GazeFlag.DEVICE_TIME_BACKWARD) != 0, is_repeat)
    assert len(simulated.gaze) == 7 * 120 + 2 * 120 * 20


def test_values_that_are_no_numbers_are_raw_valid_and_normalised_invalid(setup):
    simulated = play(setup, "nan", dropped_share=0.0)
    raw = simulated.raw[5 * 120 : 7 * 120]
    gaze = simulated.gaze[5 * 120 : 7 * 120]

    assert np.isnan(raw["left_gaze_point_on_display_area_x"]).all()
    assert (raw["left_gaze_point_validity"] == 1).all()
    assert not gaze["left_valid"].any()
    assert not gaze["right_valid"].any()
    assert simulated.gaze["left_valid"][: 5 * 120].any()


def test_time_that_goes_back_is_flagged_and_delivered_as_it_is(setup):
    simulated = play(setup, "backward-time", dropped_share=0.0)
    gaze = simulated.gaze

    goes_back = np.diff(gaze["t_device_ns"], prepend=0) <= 0
    assert goes_back.sum() == pytest.approx(2 * 120 / 50, abs=1)
    np.testing.assert_array_equal((gaze["flags"] & GazeFlag.DEVICE_TIME_BACKWARD) != 0, goes_back)
    assert (np.diff(simulated.truth["t_device_ns"]) > 0).all()
