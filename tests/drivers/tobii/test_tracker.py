"""Opening a Tobii tracker: set up as asked and described as it is, or refused with what there is."""

from __future__ import annotations

import dataclasses
import json
import math

import pytest
from fake_backend import AREA, raw_dtype

from drivers.contract import DriverError, DriverOptionError, NoticeKind
from drivers.registry import DriverRequest, create_driver, find_driver
from drivers.tobii import tracker as tobii_tracker
from drivers.tobii.backend import LicenceResult, TobiiStream
from drivers.tobii.tracker import TobiiTracker, find
from gaze_core.streams import PupilUnit


def test_the_registry_makes_the_driver_and_searches_with_it(setup, monkeypatch, backend):
    assert isinstance(create_driver("tobii", {"rate_hz": "600"}, setup), TobiiTracker)
    monkeypatch.setattr(tobii_tracker, "load_backend", lambda _name: backend)
    spec = find_driver("tobii")
    assert spec.find is not None
    (found,) = spec.find(DriverRequest(options={}, setup=setup, is_alone=True))
    assert found.serial == "TPSP1-01"
    assert spec.can_be_hosted
    request = DriverRequest(options={"serial": "any"}, setup=setup, is_alone=True)
    assert find(request) == (found,)


def test_the_tracker_is_described_with_all_that_is_worth_keeping(make):
    info = make().open()
    assert (info.driver, info.model, info.serial, info.firmware) == (
        "tobii", "Tobii Pro Spectrum", "TPSP1-01", "2.6",
    )  # fmt: skip
    assert (info.rate_hz, info.pupil_unit, info.has_device_clock) == (120.0, PupilUnit.MM, True)
    assert info.display_area_mm == (528.0, 297.12)
    assert info.raw_dtype == raw_dtype()
    assert len(info.raw_channels) == len(info.raw_dtype.names)
    settings = info.settings
    assert (settings["name"], settings["address"], settings["mode"]) == ("Room 2", "tobii-prp://one", "human")
    assert (settings["backend"], settings["backend_version"]) == ("tobii_research", "2.1.0 (fake)")
    assert settings["capabilities"] == "can_do_monocular_calibration, has_gaze_data"
    assert settings["streams"] == "external_signal, eye_openness, time_sync, user_position"
    assert len(json.loads(settings["display_area_corners_mm"])) == 4


def test_capabilities_are_what_the_tracker_offers(make, tracker):
    driver = make()
    driver.open()
    capabilities = driver.capabilities()
    assert capabilities.rates_hz == (60.0, 120.0, 600.0)
    assert capabilities.modes == ("human", "monkey")
    assert capabilities.calibrator is not None
    assert capabilities.calibrates_single_eyes

    tracker.has_calibrator = False
    driver = make()
    driver.open()
    assert driver.capabilities().calibrator is None
    assert not driver.capabilities().calibrates_single_eyes


def test_rate_and_mode_are_set_as_asked(make, tracker):
    info = make(rate_hz="600", mode="monkey").open()
    assert (info.rate_hz, info.settings["mode"]) == (600.0, "monkey")
    assert (tracker.rate_hz, tracker.mode) == (600.0, "monkey")


def test_a_rate_the_device_writes_a_little_otherwise_is_the_same_rate(make, tracker):
    tracker.rates_hz, tracker.rate_hz = (59.94, 120.0), 120.0
    assert make(rate_hz="60").open().rate_hz == 59.94


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"rate_hz": "250"}, "its rates are: 60, 120, 600"),
        ({"mode": "cat"}, "its modes are: human, monkey"),
    ],
)
def test_what_the_tracker_does_not_offer_is_refused_with_what_it_does(make, backend, options, word):
    driver = make(**options)
    with pytest.raises(DriverOptionError, match=word):
        driver.open()
    assert all(device.is_closed for device in backend.devices)
    driver.close()


@pytest.mark.parametrize("options", [{"rate_hz": "600"}, {"mode": "monkey"}])
def test_a_setting_the_tracker_does_not_take_is_told(make, tracker, options):
    tracker.does_not_take_settings = True
    with pytest.raises(DriverError, match=r"did not take the .* other programs"):
        make(**options).open()


def test_a_tracker_without_modes_has_none(make, tracker):
    tracker.modes, tracker.mode = (), ""
    assert make().open().settings["mode"] == ""
    with pytest.raises(DriverOptionError, match="none to choose from"):
        make(mode="human").open()


def test_a_licence_is_applied_and_its_result_kept(make, tracker, tmp_path):
    path = tmp_path / "licence"
    path.write_bytes(b"content")
    assert make(licence_file=str(path)).open().settings["licence"] == "The licence is valid."
    assert tracker.licences == [b"content"]
    tracker.licence_result = LicenceResult(is_applied=False, text="The licence has expired.")
    with pytest.raises(
        DriverError, match=r"does not accept the licence: The licence has expired\. Ask Tobii"
    ):
        make(licence_file=str(path)).open()


def test_a_tracker_that_gives_no_gaze_without_a_licence_is_not_opened(make, tracker):
    tracker.facts = dataclasses.replace(tracker.facts, capabilities=frozenset({"can_set_display_area"}))
    with pytest.raises(DriverError, match=r"gives no gaze .* licence of Tobii\. Name the licence file"):
        make().open()


def test_a_tracker_that_was_not_told_of_its_screen_is_not_opened(make, tracker):
    tracker.area = dataclasses.replace(AREA, bottom_left_mm=AREA.top_left_mm)
    with pytest.raises(DriverError, match="where its screen is"):
        make().open()


def test_a_tracker_that_does_not_answer_is_let_go_of(make, tracker, backend):
    tracker.errors["display_area"] = DriverError("The tracker did not answer in time. Try again.")
    with pytest.raises(DriverError, match="did not answer in time"):
        make().open()
    assert all(device.is_closed for device in backend.devices)


def test_only_the_chosen_streams_are_delivered(make, backend):
    info = make(streams="time_sync").open()
    assert info.settings["streams"] == "time_sync"
    assert info.raw_dtype == raw_dtype(has_openness=False)
    assert backend.devices[-1].streams == {TobiiStream.TIME_SYNC}


def test_a_stream_that_was_asked_for_by_name_and_is_missing_is_told(started, tracker):
    tracker.offered = frozenset({TobiiStream.TIME_SYNC})
    notices = started(streams="eye_openness,time_sync").read(0.0).notices
    assert [notice.kind for notice in notices] == [NoticeKind.WARNING]
    assert "asked for: eye openness." in notices[0].text
    assert started().read(0.0).notices == ()


def test_an_unknown_rate_stays_unknown(make, tracker):
    tracker.rate_hz = 0.0
    assert math.isnan(make().open().rate_hz)
