from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.contract import DriverStateError, NoticeKind, Scene
from drivers.mock import MockSettings, MockTracker, create, simulate
from drivers.mock.raw import RAW_DTYPE
from gaze_core.clocks import ManualClock
from gaze_core.rows import GazeFlag
from gaze_core.streams import PupilUnit

STREAMS = ("gaze", "raw", "truth", "clock_sync")


def started(settings, setup, clock, wait=None):
    tracker = MockTracker(settings, setup, clock=clock, wait=wait or clock.wait)
    tracker.open()
    tracker.start()
    return tracker


def assert_same(received, simulated, host_start_ns):
    """Compare what a tracker sent with a simulation, whose host time begins at 0."""
    for stream in STREAMS:
        rows = received.rows(stream)
        for name in ("t_host_ns", "t_vendor_host_ns", "host_before_ns", "host_after_ns"):
            if name in rows.dtype.names:
                rows[name] -= host_start_ns
        if stream == "raw":
            rows["system_time_stamp"] -= host_start_ns // 1000
        assert rows.tobytes() == getattr(simulated, stream).tobytes(), stream
    events = received.rows("truth_events")
    events = events[np.argsort(events["event_id"], kind="stable")]
    assert events.tobytes() == simulated.truth_events.tobytes()


@pytest.mark.parametrize("scenario", ["typical", "unplugged", "clock-jump", "flood", "nan"])
@pytest.mark.parametrize("pace", ["realtime", "fast"])
def test_real_time_and_fast_streams_are_the_simulated_one(setup, clock, drain, scenario, pace):
    plan = MockSettings.for_scenario(scenario, rate_hz=300.0, duration_s=8.0, pace=pace, fault_at_s=3.0)

    received = drain(started(plan, setup, clock))

    assert_same(received, simulate(plan, 8.0, setup), 1_000_000_000)
    assert received.notices[-1].kind is NoticeKind.FINISHED


@given(pauses_ms=st.lists(st.integers(0, 700), min_size=1, max_size=15), batch=st.integers(1, 500))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_how_and_when_it_is_read_changes_nothing(setup, drain, pauses_ms, batch):
    plan = MockSettings.for_scenario("typical", rate_hz=300.0, duration_s=2.0, max_batch_rows=batch)
    clock = ManualClock()
    pauses = iter(pauses_ms)

    def wait(seconds):
        clock.advance_ns(max(1, round(seconds * 1e9)) + next(pauses, 0) * 1_000_000)

    received = drain(started(plan, setup, clock, wait))

    assert_same(received, simulate(plan, 2.0, setup), 0)
    assert max(len(one.gaze) for one in received.batches) <= batch


def test_scenes_shown_in_time_give_the_same_stream_in_real_time_and_simulated(setup, clock, image_scene):
    plan = MockSettings.for_scenario("typical", rate_hz=300.0)
    tracker = MockTracker(plan, setup, clock=clock, wait=clock.wait)
    tracker.open()
    show = tracker.capabilities().set_scene
    show(image_scene)
    tracker.start()
    target = Scene(t_host_ns=3_000_000_000, targets_norm=((0.9, 0.9),), luminance=0.9)
    x_norm, pupil_mm = [], []

    while clock.now_ns() < 6_000_000_000:
        if clock.now_ns() >= 3_000_000_000 and target is not None:
            show(target)
            target = None
        truth = tracker.read(0.01).truth
        x_norm.append(truth["x_norm"])
        pupil_mm.append(truth["pupil_mm"])

    assert np.concatenate(x_norm)[-300:].mean() == pytest.approx(0.9, abs=0.03)
    assert np.concatenate(pupil_mm)[-1] < np.concatenate(pupil_mm)[500] - 0.3


def test_a_read_waits_for_the_next_sample_and_no_longer(setup):
    clock = ManualClock()
    waits = []

    def wait(seconds):
        waits.append(seconds)
        clock.advance_ns(round(seconds * 1e9))

    plan = MockSettings.for_scenario(
        "ideal", rate_hz=60.0, has_delivery_jitter=False, latency_s=0.0, clock_skew_ppm=0.0
    )
    tracker = started(plan, setup, clock, wait)
    assert len(tracker.read(0.0).gaze) == 1
    clock.advance_ns(1_000_000)
    assert len(tracker.read(0.0).clock_sync) == 1
    assert not waits

    batch = tracker.read(1.0)

    assert len(batch.gaze) == 1
    assert sum(waits) == pytest.approx(1 / 60 - 1e-3, abs=1e-4)
    assert batch.gaze["t_host_ns"][0] <= clock.now_ns()


def test_a_read_without_samples_ends_at_its_timeout(setup):
    clock = ManualClock()
    plan = MockSettings.for_scenario("ideal", rate_hz=20.0, has_delivery_jitter=False)
    tracker = started(plan, setup, clock, lambda seconds: clock.advance_ns(round(seconds * 1e9)))
    tracker.read(0.01)
    began_ns = clock.now_ns()

    batch = tracker.read(0.005)

    assert len(batch.gaze) == 0
    assert clock.now_ns() - began_ns == 5_000_000


def test_at_high_rates_a_read_gathers_two_milliseconds(setup, clock):
    plan = MockSettings.for_scenario("ideal", rate_hz=2000.0, has_delivery_jitter=False)
    tracker = started(plan, setup, clock)

    counts = [len(tracker.read(0.05).gaze) for _ in range(200)]

    assert 3 <= np.median(counts) <= 5


def test_a_reader_that_was_away_gets_everything_in_bounded_batches(setup, clock):
    plan = MockSettings.for_scenario("ideal", rate_hz=1000.0, max_batch_rows=500)
    tracker = started(plan, setup, clock)
    clock.advance_ns(10_000_000_000)

    batches = [tracker.read(0.0) for _ in range(40)]

    sizes = [len(batch.gaze) for batch in batches]
    assert max(sizes) == 500
    assert sum(sizes) >= 9990
    sequence = np.concatenate([batch.gaze["seq"] for batch in batches])
    np.testing.assert_array_equal(sequence, np.arange(len(sequence)))


def test_a_tracker_that_never_reconnects_is_lost_after_the_drivers_patience(setup, clock, drain):
    for pace in ("realtime", "fast"):
        plan = MockSettings.for_scenario(
            "never-reconnects", rate_hz=120.0, pace=pace, fault_at_s=1.0, dropped_share=0.0
        )

        received = drain(started(plan, setup, clock))

        assert received.is_lost
        assert received.kinds == [NoticeKind.CONNECTION_LOST]
        assert len(received.rows("gaze")) == 120


def test_an_unplugged_tracker_tells_the_time_of_its_loss(setup, clock, drain):
    plan = MockSettings.for_scenario(
        "unplugged", rate_hz=120.0, duration_s=5.0, fault_at_s=1.0, fault_duration_s=2.0
    )

    received = drain(started(plan, setup, clock))

    lost, restored, _ = received.notices
    assert (lost.kind, restored.kind) == (NoticeKind.CONNECTION_LOST, NoticeKind.CONNECTION_RESTORED)
    assert restored.t_host_ns - lost.t_host_ns == pytest.approx(1.8e9, rel=1e-3)
    gaze = received.rows("gaze")
    assert ((gaze["flags"] & GazeFlag.RECONNECTED) != 0).sum() == 1


def test_a_finished_stream_says_so_once_and_then_stays_silent(setup, clock, drain):
    tracker = started(MockSettings.for_scenario("ideal", rate_hz=60.0, duration_s=0.5), setup, clock)

    received = drain(tracker)

    assert received.kinds == [NoticeKind.FINISHED]
    assert len(received.rows("gaze")) == 30
    assert tracker.read(0.01).notices == ()


def test_the_trackers_clock_and_numbering_go_on_over_a_stop(setup, clock):
    tracker = started(
        MockSettings.for_scenario("ideal", rate_hz=300.0, has_delivery_jitter=False), setup, clock
    )
    clock.advance_ns(100_000_000)
    before = tracker.read(0.0).gaze
    tracker.stop()
    clock.advance_ns(1_000_000_000)
    tracker.start()
    clock.advance_ns(100_000_000)

    after = tracker.read(0.0).gaze

    assert after["seq"][0] == before["seq"][-1] + 1
    apart_ns = after["t_device_ns"][0] - before["t_device_ns"][-1]
    assert apart_ns == pytest.approx(1_000_000_000, abs=15_000_000)  # and the latency


def test_nothing_arrives_after_a_stop_and_stop_and_close_may_be_repeated(setup, clock):
    tracker = started(MockSettings.for_scenario("typical"), setup, clock)
    for end in (tracker.stop, tracker.stop, tracker.close, tracker.close):
        end()

    with pytest.raises(DriverStateError, match="start it before reading"):
        tracker.read(0.0)


def test_calls_in_the_wrong_order_are_refused_in_words(setup, clock):
    tracker = MockTracker(MockSettings(), setup, clock=clock, wait=clock.wait)
    for call in (tracker.capabilities, tracker.start):
        with pytest.raises(DriverStateError, match="not open"):
            call()
    tracker.open()
    with pytest.raises(DriverStateError, match="open already"):
        tracker.open()
    tracker.start()
    with pytest.raises(DriverStateError, match="streams already"):
        tracker.start()


def test_the_tracker_tells_who_it_is_and_everything_it_was_made_of(setup):
    tracker = create({"scenario": "glasses", "seed": "12", "rate_hz": "1200"}, setup)

    info = tracker.open()

    assert (info.driver, info.serial, info.rate_hz) == ("mock", "MOCK-000012", 1200.0)
    assert "Spectrum" in info.model
    assert info.has_truth
    assert info.is_simulated
    assert info.pupil_unit is PupilUnit.MM
    assert info.display_area_mm == (528.0, 297.0)
    assert info.raw_dtype == RAW_DTYPE
    assert [channel.name for channel in info.raw_channels] == list(RAW_DTYPE.names)
    assert info.settings["seed"] == "12"
    assert info.settings["noise_scale"] == "2.0"
    assert 1200.0 in tracker.capabilities().rates_hz


def test_the_generators_cpu_time_is_told_and_grows(setup, clock):
    tracker = started(MockSettings.for_scenario("typical", rate_hz=1200.0), setup, clock)
    cpu_s = tracker.capabilities().cpu_s
    assert cpu_s() == 0.0

    clock.advance_ns(1_000_000_000)
    tracker.read(0.0)

    assert 0.0 < cpu_s() < 5.0
