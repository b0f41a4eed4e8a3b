"""The whole driver on the fakes of both vendor packages, with all that happens to a tracker in a lab."""

from __future__ import annotations

import numpy as np
import pytest

from drivers.contract import DriverError, NoticeKind
from gaze_core.clocks import fit_clock
from gaze_core.rows import GazeFlag, decode_text


class Session:
    """An opened and started driver; what came of it so far."""

    def __init__(self, on_package, **options) -> None:
        self.network = on_package.network
        self.tracker = on_package.simulated
        self.driver = on_package.make(**options)
        self.info = self.driver.open()
        self.driver.start()
        self.batches = []

    def go_on(self, seconds) -> None:
        for _ in range(round(seconds / 0.1)):
            self.network.advance(0.1)
            self.batches.append(self.driver.read(0.0))

    def kinds(self):
        return [notice.kind for batch in self.batches for notice in batch.notices]

    def joined(self, name):
        return np.concatenate([getattr(batch, name) for batch in self.batches])


@pytest.fixture
def session(on_package):
    session = Session(on_package)
    session.go_on(0.5)
    yield session
    session.driver.close()


def test_everything_a_tracker_sends_is_in_the_rows(session):
    session.tracker.set_signal(3)
    session.go_on(2)
    gaze = session.joined("gaze")
    assert np.all(np.diff(gaze["seq"]) == 1)
    assert np.mean(gaze["left_valid"]) > 0.9
    assert np.nanmedian(gaze["left_origin_z_mm"]) == pytest.approx(650, abs=60)
    # The simulated screen leans back by 15 deg: what is level with its centre lies below its normal.
    assert np.nanmedian(gaze["left_origin_y_mm"]) == pytest.approx(150, abs=20)
    assert np.nanmedian(gaze["right_pupil"]) == pytest.approx(3.5, abs=2)
    assert np.mean(gaze["right_openness_valid"]) > 0.8
    signals = session.joined("external_signals")
    assert (signals["value"][-1], decode_text(signals["source"][-1])) == (3, "tracker")
    assert len(session.joined("user_position")) > 0
    assert session.kinds() == []


def test_the_device_clock_is_known_from_its_synchronisations(session):
    session.go_on(20)
    model = fit_clock(session.joined("clock_sync"), "device")
    gaze = session.joined("gaze")
    delay_ns = gaze["t_host_ns"] - model.segments[-1].to_host_ns(gaze["t_device_ns"])
    assert model.segments[-1].slope_ppm == pytest.approx(-20, abs=5)
    assert np.all(delay_ns > -1_000_000)
    assert np.all(delay_ns < 250_000_000)


def test_a_cable_out_and_in_again_is_told_and_counted(session):
    session.tracker.unplug()
    session.go_on(2)
    session.tracker.plug_in()
    session.go_on(1)
    gaze = session.joined("gaze")
    assert session.kinds() == [NoticeKind.CONNECTION_LOST, NoticeKind.CONNECTION_RESTORED]
    assert np.count_nonzero(gaze["flags"] & GazeFlag.RECONNECTED) == 1
    assert np.diff(gaze["seq"]).max() == pytest.approx(2 * session.info.rate_hz, rel=0.1)


def test_a_tracker_that_comes_back_at_another_address_without_its_streams_is_taken_up_again(session):
    session.tracker.unplug()
    session.go_on(2)
    session.tracker.plug_in(address="tet-tcp://elsewhere.simulated", restores_streams=False)
    session.go_on(8)
    assert session.kinds() == [NoticeKind.CONNECTION_LOST, NoticeKind.CONNECTION_RESTORED]
    assert session.batches[-1].gaze["left_valid"].any()


def test_a_tracker_that_falls_silent_is_told_and_taken_up_again(session):
    session.tracker.be_silent()
    session.go_on(3)
    session.tracker.be_heard()
    session.go_on(3)
    assert session.kinds() == [NoticeKind.CONNECTION_LOST, NoticeKind.CONNECTION_RESTORED]


def test_what_other_programs_change_is_told(session):
    session.tracker.change_display_area(400.0, 225.0)
    session.tracker.change_rate(60.0)
    session.tracker.change_mode("monkey")
    session.tracker.change_calibration()
    session.tracker.report_warning("hot")
    session.go_on(0.5)
    assert sorted(session.kinds()) == sorted(
        [
            NoticeKind.DISPLAY_AREA_CHANGED, NoticeKind.RATE_CHANGED, NoticeKind.MODE_CHANGED,
            NoticeKind.CALIBRATION_CHANGED, NoticeKind.WARNING,
        ]
    )  # fmt: skip
    assert np.all(np.diff(session.joined("gaze")["seq"]) == 1)


def test_stream_errors_are_told_by_what_they_mean(session):
    session.tracker.report_stream_error("insufficient_license")
    session.tracker.report_stream_error("too_many_subscribers")
    session.go_on(0.3)
    assert sorted(session.kinds()) == sorted([NoticeKind.LICENCE_PROBLEM, NoticeKind.STREAM_ERROR])


def test_a_reader_the_tracker_cannot_see_is_samples_without_gaze_and_no_loss(session):
    session.tracker.set_eyes(left=False, right=False)
    session.go_on(10)
    gaze = session.joined("gaze")
    assert session.kinds() == []
    assert not gaze["left_valid"][-500:].any()
    assert np.isnan(gaze["right_x_norm"][-500:]).all()
    assert np.all(np.diff(gaze["seq"]) == 1)


def test_a_calibration_runs_while_gaze_goes_on(session):
    calibrator = session.driver.capabilities().calibrator
    calibrator.enter()
    for x_norm, y_norm in ((0.1, 0.1), (0.5, 0.5), (0.9, 0.9)):
        assert calibrator.collect(x_norm, y_norm)
        session.go_on(0.2)
    outcome = calibrator.compute()
    calibrator.leave()
    session.go_on(0.3)
    assert outcome.is_applied
    assert set(np.round(outcome.samples["target_x_norm"], 3)) == {0.1, 0.5, 0.9}
    assert outcome.data
    calibrator.apply(outcome.data)
    entered = [notice.value for batch in session.batches for notice in batch.notices][:1]
    assert entered == [1.0]
    assert NoticeKind.CALIBRATION_CHANGED in session.kinds()
    assert np.all(np.diff(session.joined("gaze")["seq"]) == 1)


def test_closing_in_the_middle_of_a_calibration_leaves_the_tracker_free(session):
    session.driver.capabilities().calibrator.enter()
    session.driver.close()
    assert not session.tracker.calibration.is_entered
    assert session.tracker.listener_count == 0


def test_an_occupied_tracker_says_so(on_package):
    on_package.simulated.refuses_connections = True
    with pytest.raises(DriverError, match=r"occup|other program|another program"):
        on_package.make(address=on_package.simulated.address).open()


def test_a_tracker_that_does_not_answer_in_time_says_so(on_package):
    on_package.simulated.time_out(["rates"])
    with pytest.raises(DriverError, match=r"in time|timed out|did not answer"):
        on_package.make(rate_hz="60").open()


def test_rate_and_mode_are_set_on_the_device(on_package):
    driver = on_package.make(rate_hz="600", mode="monkey")
    info = driver.open()
    driver.close()
    assert (on_package.simulated.rate_hz, on_package.simulated.mode) == (600.0, "monkey")
    assert (info.rate_hz, info.settings["mode"]) == (600.0, "monkey")
