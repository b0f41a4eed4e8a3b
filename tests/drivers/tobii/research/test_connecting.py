from __future__ import annotations

import importlib
import math

import pytest

from drivers.contract import DriverError, TrackerNotFoundError
from drivers.tobii.backend import TobiiStream
from drivers.tobii.licences import licence_result
from drivers.tobii.research import ResearchBackend


def test_a_search_gives_every_tracker_with_what_it_says_of_itself(simulated_tobii, clock) -> None:
    with simulated_tobii.installed(simulated_tobii.SimulatedNetwork(devices=2, clock=clock)) as network:
        found = ResearchBackend(clock).find()

    facts = [device.facts() for device in found]
    assert [each.serial for each in facts] == [device.serial for device in network.devices]
    assert facts[0].model == "Tobii Pro Spectrum"
    assert facts[0].firmware == network.devices[0].firmware
    assert "can_set_display_area" in facts[0].capabilities


def test_a_search_without_trackers_gives_none(simulated_tobii, clock) -> None:
    with simulated_tobii.installed(simulated_tobii.SimulatedNetwork(devices=0, clock=clock)):
        assert ResearchBackend(clock).find() == ()


@pytest.mark.parametrize("address", ["tet-tcp://nobody", "tobii-prp://nobody", ""])
def test_an_address_where_nobody_answers_is_told_in_words(backend, address: str) -> None:
    with pytest.raises(TrackerNotFoundError, match="switched on and connected"):
        backend.connect(address)


def test_an_occupied_tracker_cannot_be_connected_to(backend, simulated) -> None:
    simulated.refuses_connections = True
    with pytest.raises(TrackerNotFoundError, match="no other program occupies it"):
        backend.connect(simulated.address)


def test_a_connection_that_times_out_is_no_tracker(backend, simulated) -> None:
    simulated.time_out(["connect"])
    with pytest.raises(TrackerNotFoundError):
        backend.connect(simulated.address)


def test_an_occupied_tracker_that_was_found_says_who_it_is_and_refuses_the_rest(backend, simulated) -> None:
    simulated.refuses_connections = True
    (device,) = backend.find()
    assert device.facts().serial == simulated.serial
    with pytest.raises(DriverError, match="other programs"):
        device.rates_hz()


def test_the_version_names_the_native_library(backend) -> None:
    assert backend.name == "tobii_research"
    assert "2.1.0.1" in backend.version


def test_the_clock_of_the_package_is_given_in_microseconds(backend, network) -> None:
    assert backend.system_time_us() == network.now_us()


def test_rate_and_mode_are_set_and_read_back(device, simulated) -> None:
    device.set_rate_hz(1200.0)
    device.set_mode("monkey")
    assert (device.rate_hz(), device.mode()) == (1200.0, "monkey")
    assert device.rates_hz() == simulated.rates_hz
    assert device.modes() == ("human", "monkey")


def test_a_rate_the_tracker_does_not_have_is_refused_in_words(device) -> None:
    with pytest.raises(DriverError, match=r"rate to 250 .* does not accept the value"):
        device.set_rate_hz(250.0)


def test_a_tracker_without_modes_has_no_mode(device, simulated) -> None:
    simulated.modes = ()
    assert device.modes() == ()
    assert device.mode() == ""


def test_the_display_area_has_all_corners_and_its_size(device, simulated) -> None:
    area = device.display_area()
    assert (area.width_mm, area.height_mm) == pytest.approx((527.0, 296.0))
    assert area.top_left_mm == simulated.area.top_left
    assert area.bottom_right_mm == pytest.approx(simulated.area.bottom_right)


@pytest.mark.parametrize(
    ("call", "ask"),
    [
        ("rates", lambda device: device.rates_hz()),
        ("rate", lambda device: device.rate_hz()),
        ("modes", lambda device: device.modes()),
        ("mode", lambda device: device.mode()),
        ("display_area", lambda device: device.display_area()),
    ],
)
def test_a_time_out_that_the_package_does_not_raise_is_told_as_one(device, simulated, call, ask) -> None:
    simulated.time_out([call])
    with pytest.raises(DriverError, match="did not answer in time"):
        ask(device)


def test_a_tracker_that_is_unplugged_does_not_answer(device, simulated) -> None:
    simulated.unplug()
    with pytest.raises(DriverError, match="Check its cable and power"):
        device.rate_hz()


def test_no_message_names_an_exception_or_shouts(device, simulated) -> None:
    simulated.unplug()
    with pytest.raises(DriverError) as refusal:
        device.display_area()
    assert "Error" not in str(refusal.value)
    assert "!" not in str(refusal.value)
    assert str(refusal.value).endswith(".")


def test_a_licence_for_this_tracker_is_applied(device, simulated) -> None:
    result = device.apply_licence(f"licence {simulated.serial}".encode())
    assert result.is_applied
    assert simulated.has_licence


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"expired", "expired"),
        (b"premature", "not valid yet"),
        (b"invalid_serial_number", "another serial number"),
        (b"nonsense", "changed or damaged"),
    ],
)
def test_a_refused_licence_is_a_result_in_words(device, content: bytes, words: str) -> None:
    result = device.apply_licence(content)
    assert not result.is_applied
    assert words in result.text


def test_every_refusal_of_the_package_has_words(simulated_tobii) -> None:
    package = importlib.import_module("tobii_research")
    values = {value for name, value in vars(package).items() if name.startswith("LICENSE_")}
    texts = {licence_result(value.removeprefix("license_")).text for value in values}
    assert len(texts) == len(values) >= 9
    without_words = [text for text in texts if "does not say why" in text]
    assert without_words == [licence_result("unknown_error").text]


def test_every_exception_of_the_package_has_words(simulated_tobii) -> None:
    from drivers.tobii.research_errors import _SENTENCES

    package = importlib.import_module("tobii_research")
    assert set(_SENTENCES) == {
        name for name in vars(package) if name.startswith("EyeTracker") and name.endswith("Error")
    }


def test_what_a_licence_unlocks_is_seen_after_it_was_applied(device, simulated) -> None:
    simulated.capabilities -= {"has_gaze_data"}
    locked = simulated.network.connect(simulated.address)
    assert "has_gaze_data" not in locked.capabilities
    simulated.capabilities |= {"has_gaze_data", "has_eye_images"}
    device.apply_licence(f"licence {simulated.serial}".encode())
    assert "has_eye_images" in device.facts().capabilities


def test_only_streams_the_tracker_has_are_chosen(backend, simulated) -> None:
    simulated.capabilities -= {"has_eye_openness_data", "has_external_signal"}
    device = backend.connect(simulated.address)
    assert device.choose_streams(frozenset(TobiiStream)) == {TobiiStream.TIME_SYNC, TobiiStream.USER_POSITION}
    assert "left_eye_openness_value" not in device.raw_dtype.names


def test_a_tracker_that_cannot_calibrate_has_no_calibrator(backend, simulated) -> None:
    simulated.capabilities -= {"can_do_screen_based_calibration"}
    assert backend.connect(simulated.address).calibrator() is None


def test_a_changed_display_area_is_a_notice_with_the_new_one(device, simulated, network) -> None:
    device.start()
    simulated.change_display_area(344.0, 194.0)
    network.advance(0.01)
    (notice,) = device.take().notices
    assert notice.kind == "display_area_changed"
    assert notice.display_area is not None
    assert notice.display_area.width_mm == pytest.approx(344.0)
    assert math.isnan(notice.value)
