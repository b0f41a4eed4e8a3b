"""Gaze and what comes beside it, from the library's buffers to the rows of the border."""

from __future__ import annotations

import gc
import importlib
import math
import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from drivers.contract import DriverError
from drivers.tobii.backend import Delivered, TobiiDevice, TobiiStream
from drivers.tobii.titta import TittaBackend
from drivers.tobii.titta_data import GazeLayout

ALL = frozenset(TobiiStream)
RATE_HZ = 300.0


@pytest.fixture
def running(device: TobiiDevice) -> TobiiDevice:
    device.choose_streams(ALL)
    device.start()
    return device


def take(device: TobiiDevice, network, seconds: float = 0.5) -> Delivered:
    network.advance(seconds)
    return device.take()


def test_every_sample_arrives_once_and_in_order(running: TobiiDevice, network) -> None:
    stamps = np.concatenate([take(running, network, 0.1).raw["device_time_stamp"] for _ in range(10)])
    assert len(stamps) >= 0.97 * RATE_HZ
    assert np.all(np.abs(np.diff(stamps) - 1e6 / RATE_HZ) <= 1)


def test_what_python_did_not_fetch_for_long_is_not_lost(running: TobiiDevice, network) -> None:
    delivered = take(running, network, 20.0)
    assert len(delivered.raw) >= 20.0 * RATE_HZ - 10


def test_more_than_one_look_holds_is_left_for_the_next(device: TobiiDevice, network, monkeypatch) -> None:
    monkeypatch.setattr("drivers.tobii.titta_intake.MAX_ROWS", 100)
    device.start()
    network.advance(1.0)
    counts = [len(device.take().raw) for _ in range(5)]
    assert counts[:2] == [100, 100]
    assert sum(counts) >= 290


def test_samples_of_one_look_arrived_together_and_arrivals_never_go_back(
    running: TobiiDevice, network, clock
) -> None:
    first, second = take(running, network, 0.1), take(running, network, 0.1)
    assert set(second.arrived_host_ns) == {clock.now_ns()}
    assert len(first.arrived_host_ns) == len(first.raw)
    assert first.arrived_host_ns.max() < second.arrived_host_ns.min()


def test_values_are_those_the_tracker_measured(running: TobiiDevice, network, simulated) -> None:
    sample = take(running, network).raw[10]
    number = round(float(sample["device_time_stamp"] - 7_000_000) * RATE_HZ / 1e6)
    left, _ = simulated._gaze.eyes(number, RATE_HZ, simulated.area, simulated.seen)
    assert sample["left_gaze_point_on_display_area_x"] == pytest.approx(left.point_norm[0], rel=1e-6)
    assert sample["left_gaze_origin_in_user_coordinate_system_z"] == pytest.approx(
        left.origin_mm[2], rel=1e-6
    )
    assert sample["left_pupil_diameter"] == pytest.approx(left.pupil_mm, rel=1e-6)
    assert sample["left_eye_openness_value"] == pytest.approx(left.openness_mm)
    assert (sample["left_gaze_point_validity"], sample["left_gaze_point_available"]) == (1, 1)


def test_an_invalid_eye_keeps_its_nan(running: TobiiDevice, network, simulated) -> None:
    simulated.set_eyes(left=False)
    raw = take(running, network).raw[1:]
    assert np.isnan(raw["left_gaze_point_on_display_area_x"]).all()
    assert not raw["left_gaze_point_validity"].any()
    assert raw["right_gaze_point_validity"].all()


def test_a_pupil_may_be_missing_where_gaze_is_valid(running: TobiiDevice, network, simulated) -> None:
    simulated.set_eyes(pupils=False)
    raw = take(running, network).raw[1:]
    assert raw["left_gaze_point_validity"].all()
    assert not raw["left_pupil_validity"].any()
    assert np.isnan(raw["left_pupil_diameter"]).all()


def test_gaze_off_the_screen_is_kept(running: TobiiDevice, network, simulated) -> None:
    simulated.set_eyes(shift_norm=(2.0, -1.5))
    raw = take(running, network).raw[1:]
    assert (raw["left_gaze_point_on_display_area_x"] > 1.5).all()
    assert (raw["left_gaze_point_on_display_area_y"] < -0.4).all()


def test_a_sample_whose_openness_was_lost_is_not_a_closed_eye(
    running: TobiiDevice, network, simulated
) -> None:
    simulated.openness_lost_every = 5
    raw = take(running, network, 1.0).raw
    is_lost = raw["left_eye_openness_available"] == 0
    assert 0.15 < is_lost.mean() < 0.25
    assert np.isnan(raw["left_eye_openness_value"][is_lost]).all()
    assert not raw["left_eye_validity"][is_lost].any()
    assert raw["left_gaze_point_validity"][is_lost].all()


def test_gaze_that_waited_for_its_openness_does_not_begin_the_next_run(
    running: TobiiDevice, network, simulated
) -> None:
    network.advance(0.5)
    running.stop()
    network.advance(5.0)
    running.start()
    stamps = take(running, network).raw["device_time_stamp"]
    assert np.all(np.diff(stamps) < 5_000)
    assert stamps[0] > 7_000_000 + 5_000_000


def test_clock_exchanges_come_with_their_brackets(running: TobiiDevice, network, simulated) -> None:
    sync = take(running, network, 3.0).time_sync
    assert len(sync) == pytest.approx(3, abs=1)
    assert np.all(sync["response_us"] - sync["request_us"] == 400)
    middle = [simulated.device_us(int(each)) for each in sync["response_us"] - 200]
    assert sync["device_us"].tolist() == middle


def test_signals_tell_value_change_and_both_times(running: TobiiDevice, network, simulated) -> None:
    network.advance(0.1)
    simulated.set_signal(255)
    simulated.set_signal(0, "connection_restored")
    signals = take(running, network, 0.1).signals
    assert signals["value"].tolist() == [0, 255, 0]
    assert signals["change"].tolist() == [b"initial_value", b"value_changed", b"connection_restored"]
    assert signals["device_us"][1] == simulated.device_us(int(signals["system_us"][1]))


def test_the_place_of_the_eyes_is_nan_for_an_eye_that_is_not_seen(
    running: TobiiDevice, network, simulated
) -> None:
    simulated.set_eyes(right=False)
    position = take(running, network).user_position
    assert position is not None
    assert len(position) > 10
    assert position["left_x_box"][0] == pytest.approx(0.45)
    assert np.isnan(position["right_z_box"]).all()
    assert not position["right_valid"].any()


def test_only_chosen_streams_are_listened_to(device: TobiiDevice, network, simulated) -> None:
    device.choose_streams(frozenset({TobiiStream.TIME_SYNC}))
    device.start()
    simulated.set_signal(3)
    delivered = take(device, network)
    assert len(delivered.raw)
    assert len(delivered.time_sync)
    assert len(delivered.signals) == 0
    assert delivered.user_position is not None
    assert len(delivered.user_position) == 0


def test_notifications_come_in_the_words_of_the_sdk(running: TobiiDevice, network, simulated) -> None:
    simulated.change_rate(60.0)
    simulated.change_mode("monkey")
    simulated.report_fault("eye camera")
    simulated.change_display_area(600.0, 340.0)
    told = {notice.kind: notice for notice in take(running, network, 0.1).notices}
    assert told["gaze_output_frequency_changed"].value == 60.0
    assert "eye_tracking_mode_changed" in told
    assert told["device_faults"].detail == "eye camera"
    area = told["display_area_changed"].display_area
    assert area is not None
    assert area.width_mm == pytest.approx(600.0)
    assert math.isnan(told["device_faults"].value)
    assert told["device_faults"].system_time_us > 0


def test_a_display_area_that_cannot_be_handed_over_is_read_from_the_tracker(
    running: TobiiDevice, network, simulated
) -> None:
    running.connect()._buffers.unreadable_area = True
    simulated.change_display_area(600.0, 340.0)
    (notice,) = take(running, network, 0.1).notices
    assert notice.kind == "display_area_changed"
    assert notice.display_area is not None
    assert notice.display_area.width_mm == pytest.approx(600.0)
    assert take(running, network, 0.1).notices == ()


def test_what_was_notified_before_the_start_is_not_told(device: TobiiDevice, network, simulated) -> None:
    simulated.change_rate(60.0)
    network.advance(0.1)
    device.start()
    assert take(device, network, 0.1).notices == ()


def test_stream_errors_name_error_and_stream(running: TobiiDevice, network, simulated) -> None:
    simulated.report_stream_error("too_many_subscribers", message="Another program is subscribed")
    (notice,) = take(running, network, 0.1).notices
    assert notice.kind == "stream_error"
    assert notice.detail == "too_many_subscribers of subscription_gaze_data: Another program is subscribed"


def test_stream_errors_go_on_after_another_tracker_was_closed(
    running: TobiiDevice, backend: TittaBackend, network, simulated
) -> None:
    other = backend.connect(network.devices[1].address)
    other.close()
    gc.collect()
    network.devices[1].report_stream_error("internal_error")
    simulated.report_stream_error("insufficient_license")
    (notice,) = take(running, network, 0.1).notices
    assert notice.detail.startswith("insufficient_license")


def test_a_tracker_without_its_licence_sends_an_error_and_no_gaze(
    device: TobiiDevice, network, simulated
) -> None:
    simulated.needs_licence = True
    device.start()
    delivered = take(device, network)
    assert len(delivered.raw) == 0
    assert [notice.detail.split(" ")[0] for notice in delivered.notices] == ["insufficient_license"]


def test_an_unplugged_tracker_is_silent_and_goes_on_when_it_is_back(
    running: TobiiDevice, network, simulated
) -> None:
    take(running, network)
    simulated.unplug()
    away = take(running, network, 1.0)
    assert [notice.kind for notice in away.notices] == ["connection_lost"]
    assert len(take(running, network, 1.0).raw) == 0
    simulated.plug_in()
    back = take(running, network, 0.5)
    assert "connection_restored" in [notice.kind for notice in back.notices]
    assert len(back.raw) > 100


def test_waiting_ends_with_the_first_that_arrives(running: TobiiDevice, network, clock) -> None:
    take(running, network)
    before_ns = clock.now_ns()
    running.wait(5.0)
    assert clock.now_ns() - before_ns <= 20_000_000
    assert len(running.take().raw)


def test_waiting_for_a_silent_tracker_takes_the_time_it_was_given(
    device: TobiiDevice, network, simulated, clock
) -> None:
    device.start()
    take(device, network)
    simulated.be_silent()
    device.take()
    before_ns = clock.now_ns()
    device.wait(0.25)
    assert clock.now_ns() - before_ns == pytest.approx(250_000_000, abs=1_000)


def test_nothing_arrives_after_stop(running: TobiiDevice, network, simulated) -> None:
    take(running, network)
    running.stop()
    running.stop()
    simulated.report_warning("warm")
    delivered = take(running, network)
    assert len(delivered.raw) == len(delivered.arrived_host_ns) == 0
    assert delivered.notices == ()
    assert simulated.listener_count <= 2  # notifications and stream errors belong to the connection


def test_a_stream_that_cannot_be_started_leaves_none_running(device: TobiiDevice, network, simulated) -> None:
    device.choose_streams(ALL)
    listening = simulated.listener_count
    simulated.time_out(["listen"])
    with pytest.raises(DriverError, match=r"could not be started: .*\. .*\."):
        device.start()
    simulated.time_out()
    assert simulated.listener_count <= listening
    device.start()
    assert len(take(device, network).raw)


def test_stopping_works_while_the_tracker_is_away(running: TobiiDevice, simulated) -> None:
    simulated.unplug()
    running.stop()
    running.close()


def test_starting_and_stopping_fifty_times_leaves_nothing_behind(running: TobiiDevice, network) -> None:
    def runs(count: int) -> None:
        for _ in range(count):
            running.stop()
            running.start()
            assert len(take(running, network, 0.05).raw)

    runs(5)
    threads = len(list(Path("/proc/self/task").iterdir())) if os.path.isdir("/proc/self/task") else 0  # noqa: PTH112
    gc.collect()
    tracemalloc.start()
    try:
        runs(50)
        gc.collect()
        grown_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert grown_bytes < 100_000
    if threads:
        assert len(list(Path("/proc/self/task").iterdir())) <= threads


def test_a_version_that_delivers_no_gaze_points_is_refused_in_words(network, simulated) -> None:
    tracker = importlib.import_module("TittaPy_v2").EyeTracker(simulated.address)
    example = {name: values for name, values in tracker.peek_N("gaze").items() if "_gaze_point_" not in name}
    with pytest.raises(DriverError, match=r"Install TittaPy 2\.1"):
        GazeLayout.of(example, has_openness=False)


def test_what_a_later_version_delivers_besides_is_kept(network, simulated) -> None:
    tracker = importlib.import_module("TittaPy_v2").EyeTracker(simulated.address)
    tracker.start("gaze")
    network.advance(0.05)
    more = {**tracker.consume_N("gaze")}
    more["left_iris_colour"] = np.full(len(more["device_time_stamp"]), 7, np.uint16)
    layout = GazeLayout.of(more, has_openness=False)
    assert layout.rows(more)["left_iris_colour"].tolist() == [7] * len(more["device_time_stamp"])
