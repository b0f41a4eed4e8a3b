"""Clock fits: drift, delays, steps, resets, and the live fit beside the offline one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaze_core.clocks import (
    ClockFitError,
    HostClock,
    LiveClock,
    ManualClock,
    clock_sync_row,
    fit_clock,
    fit_envelope,
)
from gaze_core.rows import CLOCK_SYNC, GAZE, NO_TIME, GazeFlag

SECOND = 1_000_000_000
MS = 1_000_000
HOST_START = 7 * 86_400 * SECOND + 123  # a machine that has been up for a week: no float holds this exactly


def sync_rows(host_ns, remote_ns, width_ns, clock_id="device"):
    rows = CLOCK_SYNC.empty(len(host_ns))
    rows["clock_id"] = clock_id.encode()
    before = np.asarray(host_ns, np.int64) - np.asarray(width_ns, np.int64) // 2
    rows["host_before_ns"], rows["host_after_ns"] = before, before + np.asarray(width_ns, np.int64)
    rows["remote_ns"] = remote_ns
    return rows


def readings(duration_s, ppm, *, every_s=10, seed=0, offset_ns=55_555, wide_share=0.5):
    """Host times, remote times and widths of readings; a wide bracket misplaces its reading."""
    random = np.random.default_rng(seed)
    elapsed = np.arange(0, duration_s + 1, every_s) * SECOND
    remote = 10**18 + elapsed
    true_host = HOST_START + offset_ns + elapsed + np.round(elapsed * ppm * 1e-6).astype(np.int64)
    width = np.where(random.random(len(elapsed)) < wide_share, 8 * MS, 60_000)
    shift = np.round((random.random(len(elapsed)) - 0.5) * width).astype(np.int64)
    return true_host + shift, remote, width, true_host


def gaze_rows(device_ns, host_ns, reset_at=()):
    rows = GAZE.empty(len(device_ns))
    rows["t_device_ns"], rows["t_host_ns"], rows["flags"] = device_ns, host_ns, 0
    rows["flags"][list(reset_at)] = GazeFlag.CLOCK_RESET
    return rows


def arrivals(duration_s, ppm, *, rate_hz=60, seed=0, mean_delay_ns=2 * MS):
    random = np.random.default_rng(seed)
    device = 10**15 + np.round(np.arange(duration_s * rate_hz) * (SECOND / rate_hz)).astype(np.int64)
    elapsed = device - device[0]
    true_host = HOST_START + elapsed + np.round(elapsed * ppm * 1e-6).astype(np.int64)
    return device, true_host, true_host + random.exponential(mean_delay_ns, len(device)).astype(np.int64)


@settings(max_examples=15, deadline=None)
@given(ppm=st.floats(-100, 100), seed=st.integers(0, 1000))
def test_the_drift_of_ten_minutes_of_readings_is_recovered_within_one_ppm(ppm, seed):
    host, remote, width, true_host = readings(600, ppm, seed=seed)
    model = fit_clock(sync_rows(host, remote, width), "device")
    (segment,) = model.segments
    assert segment.slope_ppm == pytest.approx(ppm, abs=1.0)
    assert not segment.is_envelope
    assert np.abs(model.to_host_ns(remote) - true_host).max() < 100_000


@pytest.mark.parametrize("ppm", [-100, 0, 100])
def test_one_sided_delays_bias_the_envelope_by_less_than_a_fifth_of_a_millisecond(ppm):
    device, true_host, host = arrivals(600, ppm)
    model = fit_envelope(device, host)
    assert model.is_envelope
    assert model.segments[0].slope_ppm == pytest.approx(ppm, abs=1.0)
    assert np.abs(model.to_host_ns(device) - true_host).max() < 200_000


def test_stalls_do_not_move_the_envelope():
    device, true_host, host = arrivals(120, 30)
    for second in (20, 50, 90):
        stalled = slice(second * 60, second * 60 + 90)
        host[stalled] = np.maximum(host[stalled], host[second * 60 + 90])
    model = fit_envelope(device, host)
    assert len(model.segments) == 1
    assert np.abs(model.to_host_ns(device) - true_host).max() < 400_000


@pytest.mark.parametrize("step_s", [5, -5])
def test_a_five_second_step_is_split_and_not_averaged(step_s):
    host, remote, width, true_host = readings(600, 20)
    remote = remote + np.where(np.arange(len(remote)) >= 30, step_s * SECOND, 0)
    model = fit_clock(sync_rows(host, remote, width), "device")
    assert [segment.line for segment in model.segments] == [0, 1]
    assert all(segment.slope_ppm == pytest.approx(20, abs=2) for segment in model.segments)
    assert np.abs(model.to_host_ns(remote, near_host_ns=host) - true_host).max() < 150_000


@pytest.mark.parametrize("step_s", [5, -5])
def test_a_step_is_split_in_the_envelope_at_its_very_sample(step_s):
    device, true_host, host = arrivals(120, 20)
    device[3001:] += step_s * SECOND
    model = fit_envelope(device, host)
    assert [segment.line for segment in model.segments] == [0, 1]
    assert [segment.row_count for segment in model.segments] == [3001, 7200 - 3001]
    assert np.abs(model.to_host_ns(device, near_host_ns=host) - true_host).max() < 400_000


def test_a_clock_that_starts_again_at_zero_is_told_apart_by_arrival():
    host, remote, width, true_host = readings(300, 0, wide_share=0)
    remote = (np.arange(len(remote)) % 16) * 10 * SECOND
    model = fit_clock(sync_rows(host, remote, width), "device")
    assert len({segment.line for segment in model.segments}) == 2
    found = model.to_host_ns(remote, near_host_ns=host + 3 * MS)
    assert np.abs(found - true_host).max() < 100_000


def test_without_arrivals_the_later_line_is_meant():
    host, remote, width, true_host = readings(310, 0, wide_share=0)
    remote = (np.arange(len(remote)) % 16) * 10 * SECOND
    model = fit_clock(sync_rows(host, remote, width), "device")
    assert np.abs(model.to_host_ns(remote[:16]) - true_host[16:]).max() < 100_000


def test_bending_drift_is_followed_piece_by_piece_without_a_jump():
    host, remote, width, _ = readings(3600, 0, wide_share=0)
    bend_ns = np.round(4 * MS * np.sin(np.linspace(0, np.pi, len(host)))).astype(np.int64)
    model = fit_clock(sync_rows(host + bend_ns, remote, width), "device")
    assert len(model.segments) > 1
    assert {segment.line for segment in model.segments} == {0}
    assert max(segment.rms_ns for segment in model.segments) < 500_000
    fine = np.arange(remote[0], remote[-1], SECOND // 10)
    assert np.all(np.diff(model.to_host_ns(fine)) > 0.99 * SECOND / 10)
    assert np.abs(model.to_host_ns(remote) - host - bend_ns).max() < 1.5 * MS


def test_a_single_wild_reading_is_left_out():
    host, remote, width, true_host = readings(300, 10, wide_share=0)
    host[12] += 40 * MS
    model = fit_clock(sync_rows(host, remote, width), "device")
    assert len(model.segments) == 1
    assert np.abs(model.to_host_ns(remote) - true_host).max() < 100_000


def test_two_readings_a_moment_apart_do_not_invent_a_drift():
    model = fit_clock(sync_rows([0, MS], [50_000, MS - 50_000], [200_000, 200_000]), "device")
    assert abs(model.segments[0].slope_ppm) < 50


def test_one_reading_gives_the_offset():
    model = fit_clock(sync_rows([HOST_START], [10**18], [40_000]), "device")
    assert model.to_host_ns(np.array([10**18 + 5 * SECOND])).tolist() == [HOST_START + 5 * SECOND]
    assert model.segments[0].row_count == 1


def test_other_clocks_rows_are_ignored_and_none_at_all_is_an_error():
    rows = np.concatenate([sync_rows([0], [0], [10], "wall"), sync_rows([0], [9 * SECOND], [10])])
    assert fit_clock(rows, "wall").to_host_ns(np.array([0])).tolist() == [0]
    with pytest.raises(ClockFitError, match="audio"):
        fit_clock(rows, "audio")
    with pytest.raises(ClockFitError):
        fit_envelope([NO_TIME], [5])


def test_unknown_times_stay_unknown():
    model = fit_clock(sync_rows([HOST_START], [10**18], [40_000]), "device")
    assert model.to_host_ns(np.array([NO_TIME, 10**18])).tolist() == [NO_TIME, HOST_START]


def test_a_reading_keeps_the_tightest_of_eight_brackets():
    clock = ManualClock(1000)
    durations = iter([90, 70, 20, 50, 60, 80, 30, 40])

    def read_remote():
        duration = next(durations)
        clock.advance_ns(duration)
        return duration

    row = clock_sync_row("wall", read_remote, clock)
    assert row["remote_ns"][0] == 20
    assert row["host_after_ns"][0] - row["host_before_ns"][0] == 20
    assert row["clock_id"][0] == b"wall"
    assert next(durations, None) is None


def test_clocks_do_not_go_back():
    clock = HostClock()
    assert clock.now_ns() <= clock.now_ns()
    with pytest.raises(ValueError, match="cannot be advanced"):
        ManualClock().advance_ns(-1)


def batches(rows, size):
    return [rows[first : first + size] for first in range(0, len(rows), size)]


@settings(max_examples=8, deadline=None)
@given(ppm=st.floats(-100, 100), size=st.integers(1, 64))
def test_the_live_clock_follows_readings(ppm, size):
    device, true_host, host = arrivals(60, ppm)
    live = LiveClock()
    syncs = sync_rows(true_host[::600], device[::600], np.full(len(device[::600]), 40_000))
    worst = 0
    for number, batch in enumerate(batches(gaze_rows(device, host), size)):
        first = number * size
        is_due = (syncs["remote_ns"] >= device[first]) & (
            syncs["remote_ns"] <= device[min(first + size, len(device)) - 1]
        )
        live.push(batch, syncs[is_due])
        error = live.to_host_ns(batch["t_device_ns"]) - true_host[first : first + size]
        worst = max(worst, int(np.abs(error).max()))
    assert worst < 1.2 * MS  # 100 ppm for the 10 s until the second reading, and a little
    assert not live.model.is_envelope
    assert live.model.segments[-1].slope_ppm == pytest.approx(ppm, abs=1.0)


def test_the_live_clock_without_readings_is_the_envelope_of_arrivals():
    device, true_host, host = arrivals(200, 80)
    live = LiveClock()
    for batch in batches(gaze_rows(device, host), 5):
        live.push(batch, CLOCK_SYNC.empty(0))
    assert live.model.is_envelope
    assert np.abs(live.to_host_ns(device[-60:]) - true_host[-60:]).max() < 300_000


@pytest.mark.parametrize("step_s", [5, -5])
@pytest.mark.parametrize("is_flagged", [True, False])
def test_the_live_clock_splits_at_a_reset(step_s, is_flagged):
    device, true_host, host = arrivals(60, 20)
    device[1801:] += step_s * SECOND
    live = LiveClock()
    rows = gaze_rows(device, host, reset_at=[1801] if is_flagged else [])
    error = []
    for batch in batches(rows, 20):
        live.push(batch, CLOCK_SYNC.empty(0))
        error.append(live.to_host_ns(batch["t_device_ns"], near_host_ns=batch["t_host_ns"]))
    assert len(live.model.segments) == 2
    assert np.abs(np.concatenate(error) - true_host)[100:].max() < 6 * MS
    assert np.abs(np.concatenate(error) - true_host)[-60:].max() < 500_000


def test_a_reading_after_a_small_step_begins_a_new_line():
    device, true_host, host = arrivals(40, 0)
    device[1201:] += 20 * MS
    live = LiveClock()
    for first in range(0, len(device), 60):
        stop = first + 60
        due = slice(first, first + 1) if first % 600 == 0 else slice(0, 0)
        live.push(
            gaze_rows(device[first:stop], host[first:stop]), sync_rows(true_host[due], device[due], [40_000])
        )
    assert len(live.model.segments) == 2
    assert np.abs(live.to_host_ns(device[-60:]) - true_host[-60:]).max() < 100_000


def test_a_device_clock_that_stood_still_is_noticed_by_its_arrivals():
    device, true_host, host = arrivals(60, 0)
    device[1800:] -= 3 * SECOND
    device[1800:1980] = device[1799] + np.arange(180) * 1000  # crawls for 3 s, then runs again
    live = LiveClock()
    for batch in batches(gaze_rows(device, host), 20):
        live.push(batch, CLOCK_SYNC.empty(0))
    assert np.abs(live.to_host_ns(device[-60:]) - true_host[-60:]).max() < 1 * MS


def test_the_live_clock_follows_the_sender_and_not_the_wall():
    device, true_host, host = arrivals(20, 0)
    live = LiveClock()
    wall = sync_rows([HOST_START], [0], [1000], "wall")
    live.push(gaze_rows(device[:60], host[:60]), wall)
    assert live.model.is_envelope
    readings_of_both = np.concatenate([wall, sync_rows(true_host[60:61], device[60:61], [1000], "lsl")])
    live.push(gaze_rows(device[60:120], host[60:120]), readings_of_both)
    assert not live.model.is_envelope
    assert live.model.clock_id == "lsl"
    assert np.abs(live.to_host_ns(device[60:120]) - true_host[60:120]).max() < 10_000


def test_the_live_clock_knows_nothing_before_it_was_fed():
    live = LiveClock()
    live.push(GAZE.empty(3), CLOCK_SYNC.empty(0))
    assert live.to_host_ns(np.array([5, 6])).tolist() == [NO_TIME, NO_TIME]


def test_the_memory_of_the_live_clock_is_bounded():
    device, _, host = arrivals(700, 0, rate_hz=10)
    device[::350] -= 1000 * SECOND  # many resets
    live = LiveClock()
    for batch in batches(gaze_rows(device, host), 35):
        live.push(batch, sync_rows(batch["t_host_ns"][:1], batch["t_device_ns"][:1], [10_000]))
    assert len(live.model.segments) <= 17
    assert len(live._line._blocks) <= 120
    assert len(live._line._readings) <= 64
