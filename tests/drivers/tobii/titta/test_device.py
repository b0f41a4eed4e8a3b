"""What a tracker says of itself and takes, and how its failures are told."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from drivers.contract import DriverError, TrackerNotFoundError
from drivers.tobii.backend import TobiiDevice, TobiiStream
from drivers.tobii.titta import TittaBackend
from drivers.tobii.titta_errors import reason_of

ALL = frozenset(TobiiStream)
SENTENCE = r"^[A-Z][^!]*: .*\. [A-Z].*\.$"


def test_the_package_and_its_library_are_named(backend: TittaBackend) -> None:
    assert (backend.name, backend.version) == ("TittaPy", "2.1.0, SDK 2.1.0.1")


def test_the_clock_of_the_library_is_given(backend: TittaBackend, network) -> None:
    assert backend.system_time_us() == network.now_us()


def test_a_package_that_is_not_installed_is_an_import_error() -> None:
    if importlib.util.find_spec("TittaPy_v2") is not None:
        pytest.skip("TittaPy is installed here")
    with pytest.raises(ImportError):
        TittaBackend()


def test_a_search_finds_each_tracker(backend: TittaBackend, network) -> None:
    found = backend.find()
    assert [device.facts().serial for device in found] == [each.serial for each in network.devices]


def test_a_search_alone_connects_to_nothing(backend: TittaBackend, simulated) -> None:
    simulated.refuses_connections = True
    facts = backend.find()[0].facts()
    assert (facts.model, facts.firmware, facts.name) == (simulated.model, simulated.firmware, simulated.name)
    assert facts.capabilities == simulated.capabilities


def test_no_tracker_is_an_empty_search(backend: TittaBackend, network) -> None:
    for each in network.devices:
        each.unplug()
    assert backend.find() == ()


def test_an_occupied_tracker_is_found_but_not_connected(backend: TittaBackend, simulated) -> None:
    simulated.refuses_connections = True
    device = backend.find()[0]
    with pytest.raises(TrackerNotFoundError, match="another program may hold"):
        device.rates_hz()


@pytest.mark.parametrize("address", ["tet-tcp://192.0.2.1", "tobii-prp://nobody", "", "nonsense"])
def test_an_address_where_nothing_answers_is_no_tracker(backend: TittaBackend, address: str) -> None:
    with pytest.raises(TrackerNotFoundError, match=address or "an empty address"):
        backend.connect(address)


def test_a_tracker_that_does_not_answer_in_time_is_told_so(backend: TittaBackend, simulated) -> None:
    simulated.time_out(["connect"])
    with pytest.raises(DriverError, match=r"did not answer in time\. Try again"):
        backend.connect(simulated.address)


def test_rate_and_mode_can_be_read_and_set(device: TobiiDevice, simulated) -> None:
    assert device.rates_hz() == simulated.rates_hz
    assert device.modes() == simulated.modes
    device.set_rate_hz(1200.0)
    device.set_mode("monkey")
    assert (device.rate_hz(), device.mode()) == (1200.0, "monkey")
    assert (simulated.rate_hz, simulated.mode) == (1200.0, "monkey")


def test_a_rate_that_is_a_c_float_is_given_as_people_write_it(device: TobiiDevice, simulated) -> None:
    simulated.rates_hz = (float(np.float32(59.94)),)
    assert device.rates_hz() == (59.94,)


def test_a_rate_that_the_tracker_has_not_is_refused_in_words(device: TobiiDevice) -> None:
    with pytest.raises(DriverError, match=r"set to 77 samples per second: the tracker refuses the value\."):
        device.set_rate_hz(77.0)


@pytest.mark.parametrize(
    ("call", "ask"),
    [
        ("rates", lambda device: device.rates_hz()),
        ("rate", lambda device: device.rate_hz()),
        ("set_rate", lambda device: device.set_rate_hz(600.0)),
        ("modes", lambda device: device.modes()),
        ("mode", lambda device: device.mode()),
        ("set_mode", lambda device: device.set_mode("human")),
        ("display_area", lambda device: device.display_area()),
        ("apply_licence", lambda device: device.apply_licence(b"licence")),
    ],
)
def test_a_time_out_of_any_question_is_a_sentence(device: TobiiDevice, simulated, call: str, ask) -> None:
    simulated.time_out([call])
    with pytest.raises(DriverError, match=SENTENCE) as raised:
        ask(device)
    assert "did not answer in time" in str(raised.value)


def test_a_tracker_that_was_unplugged_is_told_to_be_checked(device: TobiiDevice, simulated) -> None:
    simulated.unplug()
    with pytest.raises(DriverError, match=r"does not answer\. Check its cable and power"):
        device.rate_hz()


def test_the_display_area_has_all_its_corners(device: TobiiDevice, simulated) -> None:
    area = device.display_area()
    assert area.top_left_mm == pytest.approx(simulated.area.top_left)
    assert area.bottom_right_mm == pytest.approx(simulated.area.bottom_right)
    assert (area.width_mm, area.height_mm) == pytest.approx((527.0, 296.0))


def test_streams_that_the_tracker_has_not_are_left_out(device: TobiiDevice, simulated) -> None:
    simulated.capabilities = frozenset({"has_gaze_data"})
    assert device.choose_streams(ALL) == {TobiiStream.TIME_SYNC, TobiiStream.USER_POSITION}
    assert "left_eye_openness_value" not in device.raw_dtype.names


def test_openness_is_part_of_a_sample_only_where_it_is_chosen(device: TobiiDevice) -> None:
    assert "left_eye_openness_value" not in device.raw_dtype.names
    device.choose_streams(frozenset({TobiiStream.OPENNESS}))
    assert {"left_eye_openness_value", "right_eye_validity"} <= set(device.raw_dtype.names)
    device.choose_streams(frozenset())
    assert "left_eye_openness_value" not in device.raw_dtype.names


def test_a_sample_has_the_names_of_the_sdk(device: TobiiDevice) -> None:
    fields = device.raw_dtype.fields
    for side in ("left", "right"):
        for name in (
            "gaze_point_on_display_area_x",
            "gaze_point_in_user_coordinate_system_z",
            "gaze_origin_in_user_coordinate_system_y",
            "pupil_diameter",
        ):
            assert fields[f"{side}_{name}"][0] == np.float64
        for name in ("gaze_point_validity", "gaze_origin_validity", "pupil_validity", "pupil_available"):
            assert fields[f"{side}_{name}"][0] == np.uint8
    assert fields["device_time_stamp"][0] == fields["system_time_stamp"][0] == np.int64


def test_a_licence_that_fits_is_applied(device: TobiiDevice, simulated) -> None:
    result = device.apply_licence(f"licence {simulated.serial}".encode())
    assert result.is_applied
    assert simulated.has_licence


@pytest.mark.parametrize(
    ("licence", "word"),
    [("expired", "expired"), ("invalid_serial_number", "another serial number"), ("x", "changed or damaged")],
)
def test_a_licence_that_is_refused_is_a_result_in_words(device: TobiiDevice, licence: str, word: str) -> None:
    result = device.apply_licence(licence.encode())
    assert not result.is_applied
    assert word in result.text


def test_closing_lets_go_and_can_be_repeated(backend: TittaBackend, simulated) -> None:
    device = backend.connect(simulated.address)
    device.choose_streams(ALL)
    device.start()
    device.close()
    device.close()
    assert simulated.listener_count == 0


def test_a_closed_tracker_can_be_asked_again(device: TobiiDevice) -> None:
    device.close()
    assert device.rate_hz() == 300.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Error code: 218: TOBII_RESEARCH_STATUS_SE_TOO_MANY_SUBSCRIBERS (x)", "Close them, then try again."),
        ("something new\nError code: 999: TOBII_RESEARCH_STATUS_SE_NEW_ONE (New)", "SE_NEW_ONE (New)"),
        ("", "nothing more is known"),
    ],
)
def test_every_failure_has_a_reason_and_a_remedy(text: str, expected: str) -> None:
    reason = reason_of(text)
    assert expected in reason
    assert reason.endswith(".")
