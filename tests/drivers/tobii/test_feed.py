"""What a Tobii tracker delivers while it runs, what it loses, and what is changed behind our back."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from fake_backend import AREA, DEVICE_AHEAD_US, SYSTEM_AHEAD_US, raw_rows

from drivers.contract import DriverError, NoticeKind, TrackerLostError
from gaze_core.rows import USER_POSITION, GazeFlag, decode_text

SECOND_NS = 1_000_000_000


class Reading:
    """A driver that is read again and again; what came of it, joined."""

    def __init__(self, driver, clock) -> None:
        self.driver = driver
        self.clock = clock
        self.batches = []

    def go_on(self, seconds):
        """Read for a time of the manual clock; return the batches of it."""
        until_ns = self.clock.now_ns() + round(seconds * SECOND_NS)
        batches = []
        while self.clock.now_ns() < until_ns:
            batches.append(self.driver.read(0.05))
        self.batches += batches
        return batches

    def notices(self):
        return [notice for batch in self.batches for notice in batch.notices]

    def kinds(self):
        return [notice.kind for notice in self.notices()]

    def joined(self, name):
        return np.concatenate([getattr(batch, name) for batch in self.batches])


@pytest.fixture
def reading(started, clock):
    """A running driver, half a second after its start."""
    reading = Reading(started(), clock)
    reading.go_on(0.5)
    return reading


@pytest.fixture
def device(reading, backend):
    return backend.devices[-1]


def test_samples_are_numbered_and_carry_three_times(reading):
    gaze = reading.joined("gaze")
    assert gaze["seq"].tolist() == list(range(len(gaze)))
    assert len(gaze) == pytest.approx(60, abs=3)
    device_us = gaze["t_device_ns"] // 1000 - DEVICE_AHEAD_US
    assert (gaze["t_vendor_host_ns"] // 1000 - SYSTEM_AHEAD_US).tolist() == device_us.tolist()
    assert np.all(gaze["t_host_ns"] >= device_us * 1000)


def test_eye_positions_count_from_the_screen(reading):
    """A point 250 µm from the tracker's front, 330 to 45 mm below a screen that leans back."""
    origin = reading.joined("gaze")[0]
    assert origin["left_origin_x_mm"] == pytest.approx(0.25)
    assert origin["left_origin_y_mm"] > 150.0
    assert origin["left_origin_valid"] == 1


def test_a_burst_after_a_stall_is_in_order_and_complete(reading, clock):
    clock.advance_ns(SECOND_NS // 2)
    reading.go_on(0.1)
    gaze = reading.joined("gaze")
    assert np.all(np.diff(gaze["seq"]) == 1)
    assert NoticeKind.CONNECTION_LOST not in reading.kinds()


def test_samples_that_never_came_are_holes_in_the_numbers(reading, device):
    lost = round(5 * 1e6 / 120)
    device.sampled_us += lost
    reading.go_on(0.2)
    gaze = reading.joined("gaze")
    holes = np.flatnonzero(np.diff(gaze["seq"]) > 1)
    assert len(holes) == 1
    assert gaze["seq"][holes[0] + 1] - gaze["seq"][holes[0]] == 6
    assert gaze["flags"][holes[0] + 1] == GazeFlag.GAP_BEFORE


def test_a_pause_that_was_asked_for_is_no_hole(reading, clock):
    reading.driver.stop()
    clock.advance_ns(5 * SECOND_NS)
    reading.driver.start()
    reading.go_on(0.3)
    gaze = reading.joined("gaze")
    assert np.all(np.diff(gaze["seq"]) == 1)
    assert reading.kinds() == []


def test_a_device_time_that_repeats_is_flagged_and_kept(reading, device, clock):
    last_us = int(reading.joined("gaze")["t_device_ns"][-1] // 1000)
    device.deliver(raw_rows([last_us, last_us - 10]), clock.now_ns())
    batch = reading.driver.read(0.0)
    assert np.all(batch.gaze["flags"][:2] & GazeFlag.DEVICE_TIME_BACKWARD)
    assert np.diff(batch.gaze["seq"]).tolist() == [1] * (len(batch.gaze) - 1)


def test_a_device_clock_that_starts_anew_is_told_and_leaves_no_hole(reading, tracker):
    tracker.device_ahead_us = 0
    reading.go_on(0.2)
    gaze = reading.joined("gaze")
    assert reading.kinds() == [NoticeKind.CLOCK_RESET]
    assert np.count_nonzero(gaze["flags"] & GazeFlag.CLOCK_RESET) == 1
    assert np.all(np.diff(gaze["seq"]) == 1)


def test_an_arrival_never_goes_back(reading, device, clock):
    device.deliver(raw_rows([DEVICE_AHEAD_US + clock.now_ns() // 1000]), clock.now_ns() - SECOND_NS)
    gaze = reading.driver.read(0.0).gaze
    assert gaze["t_host_ns"][0] == reading.joined("gaze")["t_host_ns"][-1]


def test_time_synchronisations_signals_and_positions_are_rows(reading, device, clock):
    now_us = clock.now_ns() // 1000
    device.time_sync.append(
        (0, now_us + SYSTEM_AHEAD_US, now_us + DEVICE_AHEAD_US, now_us + SYSTEM_AHEAD_US + 300)
    )
    device.signals.append((clock.now_ns(), 5, 6, 255, b"value_changed"))
    device.positions.append(USER_POSITION.row(t_host_ns=clock.now_ns(), left_x_box=0.5, left_valid=1))
    batch = reading.driver.read(0.0)
    sync = batch.clock_sync[batch.clock_sync["clock_id"] == b"device"]
    assert (sync["host_after_ns"] - sync["host_before_ns"]).tolist() == [300_000]
    assert sync["host_before_ns"] == pytest.approx(clock.now_ns(), abs=10_000)
    assert (batch.external_signals["value"][0], batch.external_signals["t_device_ns"][0]) == (255, 5000)
    assert batch.user_position["left_x_box"].tolist() == [0.5]


def test_the_sdk_s_clock_is_read_at_the_start_and_every_ten_seconds(reading):
    reading.go_on(25)
    rows = reading.joined("clock_sync")
    assert {decode_text(name) for name in rows["clock_id"]} == {"tobii_system"}
    assert np.diff(rows["host_before_ns"]) == pytest.approx(10 * SECOND_NS, abs=0.3 * SECOND_NS)
    assert len(rows) == 3
    assert rows["remote_ns"] - rows["host_before_ns"] == pytest.approx(SYSTEM_AHEAD_US * 1000, abs=2000)


def test_a_tracker_that_is_unplugged_leaves_a_hole_as_long_as_it_was_away(reading, tracker):
    tracker.unplug()
    reading.go_on(3.0)
    tracker.plug_in()
    reading.go_on(0.5)
    gaze = reading.joined("gaze")
    assert reading.kinds() == [NoticeKind.CONNECTION_LOST, NoticeKind.CONNECTION_RESTORED]
    back = int(np.flatnonzero(gaze["flags"] & GazeFlag.RECONNECTED)[0])
    assert gaze["flags"][back] & GazeFlag.GAP_BEFORE
    assert gaze["seq"][back] - gaze["seq"][back - 1] == pytest.approx(3.0 * 120, abs=10)


def test_what_was_measured_before_a_loss_and_delivered_after_it_has_no_hole_before_it(
    reading, tracker, device, clock
):
    tracker.unplug()
    reading.go_on(1.0)
    newest_us = int(reading.joined("gaze")["t_device_ns"][-1]) // 1000
    interval_us = round(1e6 / 120)
    device.deliver(raw_rows([newest_us + interval_us, newest_us + 121 * interval_us]), clock.now_ns())
    reading.go_on(0.1)
    gaze = reading.joined("gaze")
    returned = np.flatnonzero(gaze["flags"] & GazeFlag.RECONNECTED)
    holes = np.flatnonzero(gaze["flags"] & GazeFlag.GAP_BEFORE)
    assert holes.tolist() == [returned[0] + 1]
    assert gaze["t_device_ns"][holes[0]] == (newest_us + 121 * interval_us) * 1000


def test_eye_positions_count_from_the_screen_of_now_from_the_first_sample_after_a_return(reading, tracker):
    tracker.unplug()
    higher = {
        name: (x_mm, y_mm + 100.0, z_mm)
        for name in ("top_left_mm", "top_right_mm", "bottom_left_mm", "bottom_right_mm")
        for x_mm, y_mm, z_mm in [getattr(AREA, name)]
    }
    tracker.area = dataclasses.replace(AREA, **higher)
    tracker.plug_in()
    reading.go_on(0.5)
    gaze = reading.joined("gaze")
    back = int(np.flatnonzero(gaze["flags"] & GazeFlag.RECONNECTED)[0])
    heights = gaze["left_origin_y_mm"]
    assert len(np.unique(heights[:back])) == len(np.unique(heights[back:])) == 1
    assert heights[back] > heights[back - 1] + 50.0


def test_a_tracker_the_sdk_does_not_restore_is_connected_anew_with_its_licence(
    started, clock, tracker, backend, tmp_path
):
    path = tmp_path / "licence"
    path.write_bytes(b"content")
    reading = Reading(started(licence_file=str(path)), clock)
    reading.go_on(0.3)
    tracker.restores_by_itself = False
    tracker.unplug()
    reading.go_on(4.0)
    tracker.plug_in()
    tracker.facts = dataclasses.replace(tracker.facts, address="tobii-prp://another-port")
    reading.go_on(6.0)
    assert reading.kinds() == [NoticeKind.CONNECTION_LOST, NoticeKind.CONNECTION_RESTORED]
    assert [device.is_closed for device in backend.devices if device.starts] == [True, False]
    assert tracker.licences == [b"content", b"content"]
    assert len(tracker.listeners) == 1


def test_attempts_to_connect_are_few(reading, tracker, backend):
    tracker.unplug(is_told=False)
    searches = backend.searches
    reading.go_on(20)
    assert backend.searches - searches <= 5
    assert reading.kinds() == [NoticeKind.CONNECTION_LOST]


def test_a_tracker_that_is_there_and_does_not_start_is_tried_again(reading, tracker):
    tracker.restores_by_itself = False
    tracker.unplug()
    tracker.errors["start"] = DriverError("The tracker is occupied. Close the other program.")
    tracker.plug_in()
    reading.go_on(4)
    assert reading.kinds() == [NoticeKind.CONNECTION_LOST]
    del tracker.errors["start"]
    reading.go_on(6)
    assert reading.kinds()[-1] is NoticeKind.CONNECTION_RESTORED


def test_a_tracker_that_cannot_be_read_is_lost_for_now(reading, tracker):
    tracker.errors["wait"] = DriverError("The tracker did not answer in time.")
    reading.go_on(0.3)
    assert reading.kinds() == [NoticeKind.CONNECTION_LOST]
    assert "did not answer in time. Check its cable" in reading.notices()[0].text
    del tracker.errors["wait"]
    reading.go_on(0.5)
    assert reading.kinds() == [NoticeKind.CONNECTION_LOST, NoticeKind.CONNECTION_RESTORED]


def test_a_tracker_that_comes_back_with_other_fields_cannot_go_on(reading, tracker):
    tracker.restores_by_itself = False
    tracker.unplug()
    tracker.offered = frozenset()
    tracker.plug_in()
    with pytest.raises(TrackerLostError, match="delivers other fields"):
        reading.go_on(4)


def test_what_was_changed_while_the_tracker_was_away_is_told_and_set_back(reading, tracker):
    tracker.unplug()
    tracker.rate_hz, tracker.mode = 60.0, "monkey"
    tracker.area = dataclasses.replace(AREA, width_mm=400.0, top_right_mm=(136.0, 330.0, 90.0))
    tracker.plug_in()
    reading.go_on(0.5)
    assert reading.kinds() == [
        NoticeKind.CONNECTION_LOST, NoticeKind.CONNECTION_RESTORED, NoticeKind.DISPLAY_AREA_CHANGED,
        NoticeKind.MODE_CHANGED, NoticeKind.MODE_CHANGED, NoticeKind.RATE_CHANGED, NoticeKind.RATE_CHANGED,
    ]  # fmt: skip
    assert (tracker.rate_hz, tracker.mode) == (120.0, "human")
    assert "120 samples per second again" in reading.notices()[-1].text


def test_settings_that_cannot_be_read_after_a_return_are_a_warning(reading, tracker):
    tracker.unplug()
    tracker.errors["display_area"] = DriverError("The tracker did not answer in time.")
    tracker.plug_in()
    reading.go_on(0.5)
    assert reading.kinds()[-1] is NoticeKind.WARNING
    assert "cannot be read: The tracker did not answer in time." in reading.notices()[-1].text


def test_a_display_area_that_changes_is_told_once_and_eye_positions_follow_it(reading, tracker):
    moved = dataclasses.replace(
        AREA,
        top_left_mm=(-164.0, 330.0, 90.0),
        top_right_mm=(364.0, 330.0, 90.0),
        bottom_left_mm=(-164.0, 45.0, 6.0),
        bottom_right_mm=(364.0, 45.0, 6.0),
    )
    tracker.area = moved
    tracker.notify("display_area_changed", display_area=moved)
    tracker.notify("display_area_changed")
    reading.go_on(0.2)
    assert reading.kinds() == [NoticeKind.DISPLAY_AREA_CHANGED]
    assert "no longer fits the screen" in reading.notices()[0].text
    x_mm = reading.joined("gaze")["left_origin_x_mm"]
    assert (x_mm[0], x_mm[-1]) == (pytest.approx(0.25), pytest.approx(-99.75))


def test_a_rate_changed_by_another_program_is_told_and_makes_no_false_holes(reading, tracker, clock):
    tracker.rate_hz = 60.0
    clock.advance_ns(SECOND_NS // 10)
    tracker.notify("gaze_output_frequency_changed", value=60.0)
    reading.go_on(0.5)
    tracker.rate_hz = 600.0
    tracker.notify("gaze_output_frequency_changed", value=600.0)
    reading.go_on(0.5)
    assert reading.kinds() == [NoticeKind.RATE_CHANGED, NoticeKind.RATE_CHANGED]
    assert [notice.value for notice in reading.notices()] == [60.0, 600.0]
    assert np.all(np.diff(reading.joined("gaze")["seq"]) == 1)


def test_a_mode_changed_by_another_program_is_told(reading, tracker):
    tracker.mode = "monkey"
    tracker.notify("eye_tracking_mode_changed")
    reading.go_on(0.1)
    assert reading.kinds() == [NoticeKind.MODE_CHANGED]
    assert "'monkey' instead of 'human'" in reading.notices()[0].text


@pytest.mark.parametrize(
    ("kind", "detail", "expected"),
    [
        ("calibration_changed", "", NoticeKind.CALIBRATION_CHANGED),
        ("device_faults", "lamp", NoticeKind.WARNING),
        ("stream_buffer_overflow", "gaze", NoticeKind.BUFFER_OVERFLOW),
        ("stream_error", "stream_error_insufficient_license", NoticeKind.LICENCE_PROBLEM),
    ],
)
def test_other_notifications_are_told(reading, tracker, kind, detail, expected):
    tracker.notify(kind, detail=detail)
    reading.go_on(0.1)
    assert reading.kinds() == [expected]


def test_a_calibrator_is_refused_while_the_tracker_is_away_and_serves_the_new_connection(
    started, clock, tracker
):
    driver = started()
    reading = Reading(driver, clock)
    reading.go_on(0.2)
    calibrator = driver.capabilities().calibrator
    calibrator.enter()
    tracker.restores_by_itself = False
    tracker.unplug()
    reading.go_on(0.2)
    with pytest.raises(DriverError, match="not connected at the moment"):
        calibrator.collect(0.5, 0.5)
    tracker.plug_in()
    reading.go_on(6)
    with pytest.raises(DriverError, match="begin the calibration again"):
        calibrator.collect(0.5, 0.5)
    calibrator.enter()
    assert calibrator.collect(0.5, 0.5)
    assert tracker.calibrators[0].calls[-1] == "leave"
    assert tracker.calibrators[-1].calls[-1] == ("collect", 0.5, 0.5)


def test_closing_in_the_middle_of_a_calibration_leaves_its_mode(started, tracker):
    driver = started()
    driver.capabilities().calibrator.enter()
    driver.close()
    assert tracker.calibrators[0].calls[-1] == "leave"
