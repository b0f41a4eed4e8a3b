from __future__ import annotations

import numpy as np
import pytest

from drivers.mock import MockSettings, simulate
from drivers.mock.delivery import Clocks
from gaze_core.clocks import fit_clock
from gaze_core.rows import GazeFlag


@pytest.mark.parametrize("skew_ppm", [-50.0, 1.0, 42.0])
def test_the_skew_of_the_clock_is_recovered_from_the_sync_rows(setup, skew_ppm):
    settings = MockSettings.for_scenario(
        "typical", rate_hz=30.0, clock_skew_ppm=skew_ppm, sync_interval_s=0.5
    )
    sync = simulate(settings, 30.0, setup).clock_sync

    slope = np.polyfit(sync["remote_ns"] - sync["remote_ns"][0], sync["host_before_ns"].astype(float), 1)[0]

    assert len(sync) == 60
    assert (1.0 / slope - 1.0) * 1e6 == pytest.approx(skew_ppm, abs=1.0)
    assert len(fit_clock(sync, "device").segments) == 1


def test_sync_rows_bracket_the_clock_at_the_start_and_every_ten_seconds(setup):
    settings = MockSettings.for_scenario("typical", rate_hz=60.0, clock_skew_ppm=0.0)
    sync = simulate(settings, 45.0, setup).clock_sync

    np.testing.assert_array_equal(sync["host_before_ns"], np.arange(5) * 10_000_000_000)
    at_ns = sync["remote_ns"] - 1_000_000_000_000
    assert (at_ns > sync["host_before_ns"] - 1000).all()
    assert (at_ns < sync["host_after_ns"]).all()
    np.testing.assert_array_equal(sync["remote_raw"] * 1000, sync["remote_ns"])


def test_without_delivery_jitter_each_sample_arrives_exactly_one_latency_later(setup):
    settings = MockSettings.for_scenario(
        "typical",
        rate_hz=500.0,
        has_delivery_jitter=False,
        clock_skew_ppm=0.0,
        latency_s=0.003,
        dropped_share=0.0,
    )
    gaze = simulate(settings, 5.0, setup).gaze

    np.testing.assert_array_equal(gaze["t_host_ns"], np.arange(2500) * 2_000_000 + 3_000_000)


def test_arrivals_come_in_batches_late_by_the_system_and_never_go_back(setup):
    settings = MockSettings.for_scenario(
        "typical",
        rate_hz=1000.0,
        stalls_per_min=0.0,
        clock_skew_ppm=0.0,
        latency_s=0.002,
        delivery_batch_s=0.004,
    )
    simulated = simulate(settings, 10.0, setup)

    late_ns = simulated.gaze["t_host_ns"] - simulated.gaze["seq"] * 1_000_000
    assert (np.diff(simulated.gaze["t_host_ns"]) >= 0).all()
    assert late_ns.min() >= 3_000_000
    assert late_ns.max() <= 2_000_000 + 3_000_000 + 5_000_000
    assert len(np.unique(simulated.gaze["t_host_ns"])) <= 2500


def test_stalls_hold_samples_back_and_lose_none(setup):
    settings = MockSettings.for_scenario(
        "typical", rate_hz=300.0, stalls_per_min=60.0, dropped_share=0.0, clock_skew_ppm=0.0
    )
    gaze = simulate(settings, 20.0, setup).gaze

    gaps_ns = np.diff(gaze["t_host_ns"])
    assert len(gaze) == 6000
    assert 20_000_000 < gaps_ns.max() <= 110_000_000
    assert 8 <= (gaps_ns > 18_000_000).sum() <= 40


def test_dropped_frames_leave_holes_in_the_numbering_and_rows_in_the_truth(setup):
    simulated = simulate(MockSettings.for_scenario("typical", rate_hz=600.0, dropped_share=0.01), 60.0, setup)
    gaze, truth = simulated.gaze, simulated.truth

    is_sent = truth["is_delivered"] == 1
    assert len(truth) == 36_000
    assert (~is_sent).mean() == pytest.approx(0.01, rel=0.15)
    np.testing.assert_array_equal(gaze["seq"], np.flatnonzero(is_sent))
    np.testing.assert_array_equal(gaze["t_device_ns"], truth["t_device_ns"][is_sent])
    has_gap = np.diff(gaze["seq"], prepend=-1) > 1
    np.testing.assert_array_equal((gaze["flags"] & GazeFlag.GAP_BEFORE) != 0, has_gap)


def test_stamps_jitter_as_the_settings_say_and_stay_in_order(setup):
    settings = MockSettings.for_scenario("typical", rate_hz=300.0, stamp_jitter_s=80e-6, dropped_share=0.0)
    stamps_ns = simulate(settings, 60.0, setup).gaze["t_device_ns"]

    errors_ns = stamps_ns - np.arange(len(stamps_ns)) * 1e9 / 300.0 - 1_000_000_000_000
    assert errors_ns.std() == pytest.approx(80e3, rel=0.05)
    assert (np.diff(stamps_ns) > 0).all()


def test_the_vendors_host_stamps_tell_the_instant_not_the_arrival(setup):
    settings = MockSettings.for_scenario("typical", rate_hz=300.0, clock_skew_ppm=30.0, dropped_share=0.0)
    gaze = simulate(settings, 60.0, setup).gaze

    instants_ns = np.arange(len(gaze)) * 1e9 / 300.0 / (1 + 30e-6)
    assert np.abs(gaze["t_vendor_host_ns"] - instants_ns).max() < 150_000
    assert (gaze["t_host_ns"] - gaze["t_vendor_host_ns"] > 2_000_000).all()


def test_clock_conversions_are_inverses_after_a_day():
    clocks = Clocks(MockSettings.for_scenario("typical", clock_skew_ppm=50.0), 5_000_000_000)
    day_ns = np.array([86_400_000_000_000])

    assert abs(clocks.elapsed_ns(int(clocks.host_ns(day_ns)[0])) - day_ns[0]) <= 16


def test_changing_the_delivery_changes_nothing_that_was_sensed(setup):
    plain = MockSettings.for_scenario("typical", rate_hz=120.0, seed=9)
    other = plain.with_changes(
        delivery_batch_s=0.05, os_delay_max_s=0.02, stalls_per_min=30.0, has_delivery_jitter=False
    )

    first, second = simulate(plain, 10.0, setup), simulate(other, 10.0, setup)

    assert first.truth.tobytes() == second.truth.tobytes()
    assert first.raw.tobytes() == second.raw.tobytes()
    assert not np.array_equal(first.gaze["t_host_ns"], second.gaze["t_host_ns"])
