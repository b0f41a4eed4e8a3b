from __future__ import annotations

import gc
import threading
import tracemalloc
from types import ModuleType

import numpy as np
import pytest

from drivers.contract import DriverError
from drivers.tobii.backend import Delivered, TobiiDevice, TobiiStream
from drivers.tobii.research import ResearchBackend
from drivers.tobii.research_rows import position_values
from drivers.tobii.research_streams import GAZE_CAPACITY
from gaze_core.rows import USER_POSITION

ALL = frozenset(TobiiStream)


def _kinds(delivered: Delivered) -> list[str]:
    return [notice.kind for notice in delivered.notices]


def test_samples_come_as_the_tracker_measured_them(device: TobiiDevice, network, simulated) -> None:
    seen = []
    simulated.listen("gaze", seen.append)
    device.start()
    network.advance(0.1)
    raw = device.take().raw
    assert len(raw) == len(seen) > 50
    assert raw["device_time_stamp"].tolist() == [sample.device_us for sample in seen]
    assert raw["system_time_stamp"].tolist() == [sample.system_us for sample in seen]
    for side in ("left", "right"):
        eyes = [getattr(sample, side) for sample in seen]
        points = np.array([eye.point_norm for eye in eyes])
        points_mm = np.array([eye.point_mm for eye in eyes])
        origins_mm = np.array([eye.origin_mm for eye in eyes])
        for index, axis in enumerate("xyz"):
            if axis != "z":
                assert np.array_equal(raw[f"{side}_gaze_point_on_display_area_{axis}"], points[:, index])
            assert np.array_equal(
                raw[f"{side}_gaze_point_in_user_coordinate_system_{axis}"], points_mm[:, index]
            )
            assert np.array_equal(
                raw[f"{side}_gaze_origin_in_user_coordinate_system_{axis}"], origins_mm[:, index]
            )
        assert raw[f"{side}_pupil_diameter"].tolist() == [eye.pupil_mm for eye in eyes]
        assert raw[f"{side}_gaze_point_validity"].all()


def test_arrivals_are_times_of_the_host_that_never_go_back(device, network, clock) -> None:
    device.start()
    network.advance(0.1)
    arrived_ns = device.take().arrived_host_ns
    assert (np.diff(arrived_ns) >= 0).all()
    assert 1_000_000_000 < arrived_ns[0] < arrived_ns[-1] <= clock.now_ns()


def test_only_one_eye_may_be_valid(device, network, simulated) -> None:
    simulated.set_eyes(right=False)
    device.start()
    network.advance(0.05)
    raw = device.take().raw
    assert raw["left_gaze_point_validity"].all()
    assert not raw["right_gaze_point_validity"].any()
    assert np.isnan(raw["right_gaze_point_on_display_area_x"]).all()


def test_ten_seconds_without_an_eye_are_samples_all_the_same(device, network, simulated) -> None:
    simulated.change_rate(60.0)
    simulated.set_eyes(left=False, right=False)
    device.start()
    network.advance(10.0)
    raw = device.take().raw
    assert len(raw) == pytest.approx(600, abs=2)
    assert not raw["left_gaze_point_validity"].any()
    assert np.isnan(raw["left_gaze_origin_in_user_coordinate_system_z"]).all()


def test_gaze_beside_the_screen_is_kept(device, network, simulated) -> None:
    simulated.set_eyes(shift_norm=(3.0, -3.0))
    device.start()
    network.advance(0.05)
    raw = device.take().raw
    assert (raw["left_gaze_point_on_display_area_x"] > 2.0).all()
    assert (raw["left_gaze_point_on_display_area_y"] < -1.0).all()


def test_a_pupil_may_be_invalid_while_gaze_is_valid(device, network, simulated) -> None:
    simulated.set_eyes(pupils=False)
    device.start()
    network.advance(0.05)
    raw = device.take().raw
    assert raw["left_gaze_point_validity"].all()
    assert not raw["left_pupil_validity"].any()
    assert np.isnan(raw["left_pupil_diameter"]).all()


def test_a_burst_of_64_samples_arrives_whole(device, network, simulated) -> None:
    simulated.change_rate(600.0)
    device.start()
    simulated.hold()
    network.advance(0.1)
    simulated.release()
    network.step()
    assert 55 <= len(device.take().raw) <= 64


def test_an_overflow_of_the_native_buffer_is_told(device, network, simulated) -> None:
    device.start()
    simulated.hold()
    network.advance(0.5)
    simulated.release()
    network.step()
    delivered = device.take()
    assert len(delivered.raw) == 64
    (notice,) = delivered.notices
    assert (notice.kind, notice.detail) == ("stream_buffer_overflow", "gaze_data")


def test_what_is_not_read_in_time_is_counted_and_told_once(device, network, simulated) -> None:
    simulated.change_rate(1200.0)
    device.start()
    network.advance(GAZE_CAPACITY / 1200.0 + 0.1, slice_s=0.05)
    delivered = device.take()
    assert len(delivered.raw) == GAZE_CAPACITY
    (notice,) = [each for each in delivered.notices if each.kind == "stream_buffer_overflow"]
    assert 100 < notice.value < 140
    assert "gaze_data" in notice.detail
    assert not device.take().notices


def test_the_box_holds_at_least_four_seconds_of_the_fastest_tracker() -> None:
    assert GAZE_CAPACITY >= 4 * 1200


def test_everything_beside_gaze_arrives(device, network, simulated) -> None:
    assert device.choose_streams(ALL) == ALL
    device.start()
    network.advance(0.5)
    simulated.set_signal(5)
    network.advance(1.0)
    delivered = device.take()
    assert delivered.signals["value"].tolist() == [0, 5]
    assert delivered.signals["change"].tolist() == [b"initial_value", b"value_changed"]
    assert delivered.signals["device_us"][1] - delivered.signals["device_us"][0] == pytest.approx(
        5e5, rel=0.01
    )
    assert len(delivered.time_sync) == 2
    assert (delivered.time_sync["request_us"] < delivered.time_sync["response_us"]).all()
    assert delivered.user_position is not None
    assert delivered.user_position["left_x_box"][0] == pytest.approx(0.45)
    assert delivered.user_position["right_valid"].all()
    assert len(delivered.user_position) == pytest.approx(45, abs=5)


def test_notifications_keep_the_words_of_the_package(device, network, simulated) -> None:
    device.start()
    simulated.report_fault("overheated, fan")
    simulated.report_warning("dusty")
    simulated.change_rate(120.0)
    simulated.change_mode("monkey")
    simulated.change_calibration()
    network.step()
    notices = device.take().notices
    assert [(each.kind, each.detail) for each in notices] == [
        ("device_faults", "overheated, fan"),
        ("device_warnings", "dusty"),
        ("gaze_output_frequency_changed", ""),
        ("eye_tracking_mode_changed", ""),
        ("calibration_changed", ""),
    ]
    assert notices[2].value == 120.0
    assert all(each.system_time_us > 0 for each in notices)


@pytest.mark.parametrize("error", ["insufficient_license", "too_many_subscribers", "sourse_of_no_name"])
def test_stream_errors_are_told_unknown_ones_too(device, network, simulated, error: str) -> None:
    device.start()
    simulated.report_stream_error(error, message="see the manual")
    network.step()
    (notice,) = device.take().notices
    assert notice.kind == "stream_error"
    assert notice.detail == f"{error}, subscription_gaze_data, see the manual"


def test_a_tracker_without_licence_tells_so_and_sends_no_gaze(simulated_tobii: ModuleType, clock) -> None:
    made = simulated_tobii.SimulatedNetwork(clock=clock, needs_licence=True)
    with simulated_tobii.installed(made) as network:
        (device,) = ResearchBackend(clock).find()
        device.start()
        network.advance(0.1)
        delivered = device.take()
        device.close()
    assert len(delivered.raw) == 0
    assert "insufficient_license" in delivered.notices[0].detail


def test_a_tracker_that_vanishes_and_returns_streams_on(device, network, simulated) -> None:
    device.start()
    network.advance(0.1)
    before = device.take().raw
    simulated.unplug()
    network.advance(1.0)
    away = device.take()
    simulated.plug_in()
    network.advance(0.1)
    back = device.take()
    assert (len(away.raw), _kinds(away)) == (0, ["connection_lost"])
    assert "connection_restored" in _kinds(back)
    gap_us = back.raw["device_time_stamp"][0] - before["device_time_stamp"][-1]
    assert gap_us == pytest.approx(1e6, rel=0.02)


def test_stopping_a_tracker_that_is_gone_is_no_trouble(device, network, simulated) -> None:
    device.start()
    simulated.unplug()
    network.advance(0.1)
    device.stop()
    device.stop()
    device.close()
    assert simulated.listener_count == 0


def test_nothing_arrives_after_stop_and_a_new_start_begins_afresh(device, network, simulated) -> None:
    device.choose_streams(ALL)
    device.start()
    network.advance(0.1)
    device.stop()
    network.advance(0.1)
    assert len(device.take().raw) == 0
    assert simulated.listener_count == 0
    device.start()
    network.advance(0.1)
    assert len(device.take().raw) > 0


def test_a_stream_beside_gaze_that_is_refused_is_told_and_gaze_flows(device, network, simulated) -> None:
    device.choose_streams(ALL)
    simulated.refused_streams = {"eye_openness"}
    device.start()
    network.advance(0.05)
    delivered = device.take()
    assert len(delivered.raw) > 0
    assert np.isnan(delivered.raw["left_eye_openness_value"]).all()
    assert any("eye openness" in notice.detail for notice in delivered.notices)


def test_a_tracker_that_refuses_gaze_cannot_be_started_until_it_gives_it(device, network, simulated) -> None:
    simulated.refused_streams = {"gaze"}
    with pytest.raises(DriverError, match="subscribing to gaze data"):
        device.start()
    assert simulated.listener_count == 0
    simulated.refused_streams = set()
    device.start()
    network.advance(0.05)
    assert len(device.take().raw) > 0


def test_a_callback_that_fails_is_counted_told_once_and_leaves_nothing(device, network, simulated) -> None:
    device.start()
    callback = device._streams._on_gaze
    callback({"device_time_stamp": 1})
    callback({"device_time_stamp": "not a number"})
    network.advance(0.05)
    delivered = device.take()
    assert len(delivered.raw) > 0
    (notice,) = delivered.notices
    assert notice.kind == "stream_error"
    assert "gaze_data" in notice.detail
    callback({})
    assert not device.take().notices
    assert simulated.callback_errors == 0


def test_the_fake_refuses_calls_from_inside_a_callback(network, simulated) -> None:
    import tobii_research

    tracker = tobii_research.EyeTracker(simulated.address)
    refused = []

    def ask(_sample: object) -> None:
        with pytest.raises(tobii_research.EyeTrackerOperationFailedError):
            tracker.get_gaze_output_frequency()
        refused.append(True)

    tracker.subscribe_to(tobii_research.EYETRACKER_GAZE_DATA, ask, as_dictionary=True)
    network.advance(0.01)
    tracker.unsubscribe_from(tobii_research.EYETRACKER_GAZE_DATA)
    assert refused


def test_fifty_restarts_leave_nothing_behind(device, network, simulated) -> None:
    device.choose_streams(ALL)
    _restart(device, network, 10)
    threads = threading.active_count()
    gc.collect()
    tracemalloc.start()
    try:
        _restart(device, network, 50)
        gc.collect()
        grown_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert simulated.listener_count == 0
    assert threading.active_count() <= threads
    assert grown_bytes < 100_000


def _restart(device: TobiiDevice, network, times: int) -> None:
    for _ in range(times):
        device.start()
        network.advance(0.01)
        assert len(device.take().raw) > 0
        device.stop()


def test_a_waiting_reader_is_woken_from_a_thread_python_does_not_know(simulated_tobii: ModuleType) -> None:
    made = simulated_tobii.SimulatedNetwork(rate_hz=120.0)
    with simulated_tobii.installed(made):
        (device,) = ResearchBackend().find()
        device.choose_streams(frozenset({TobiiStream.OPENNESS}))
        device.start()
        rows = 0
        while rows < 10:  # the test's own time limit ends it otherwise
            device.wait(5.0)
            delivered = device.take()
            rows += int(np.isfinite(delivered.raw["left_eye_openness_value"]).sum())
        device.close()
    assert rows >= 10


def test_waiting_for_a_silent_tracker_ends_with_the_time_out(device, simulated) -> None:
    device.start()
    simulated.be_silent()
    device.take()
    device.wait(0.01)
    assert len(device.take().raw) == 0


def test_times_that_repeat_or_go_back_are_delivered_in_order_of_arrival(device, network, simulated) -> None:
    device.choose_streams(frozenset({TobiiStream.OPENNESS}))
    device.start()
    network.advance(0.05)
    simulated.hold()
    network.advance(0.02)
    simulated.repeat_samples()
    simulated.set_clock(1_000_000)
    simulated.release()
    network.advance(0.2)
    raw = device.take().raw
    steps_us = np.diff(raw["device_time_stamp"])
    assert (steps_us == 0).sum() == pytest.approx(12, abs=2)
    assert (steps_us < 0).sum() == 1
    assert np.isfinite(raw["left_eye_openness_value"]).all()


def test_a_position_that_is_not_valid_is_no_number():
    seen, unseen = (0.5, 0.25, 0.75), (0.1, 0.1, 0.1)  # a stale position must not be taken for a new one
    guide = {
        "left_user_position": unseen,
        "left_user_position_validity": 0,
        "right_user_position": seen,
        "right_user_position_validity": 1,
    }
    row = np.array([position_values(7, guide)], USER_POSITION.dtype)[0]
    assert (row["left_valid"], row["right_valid"]) == (0, 1)
    assert all(np.isnan(row[f"left_{axis}_box"]) for axis in "xyz")
    assert [row[f"right_{axis}_box"] for axis in "xyz"] == list(seen)
