"""Sound devices are chosen by name, and what disturbs timing is named."""

from __future__ import annotations

import pytest

from capture_app.acquisition.audio import SoundDevice, SoundError, choose_device, device_warnings


def device(index: int, name: str, **changes) -> SoundDevice:
    values = {"host_api": "ALSA", "input_channels": 2, "output_channels": 0, "default_rate_hz": 48_000.0}
    return SoundDevice(index=index, name=name, **{**values, **changes})


MICROPHONE = device(0, "USB Microphone")
LINE_IN = device(1, "Line In", is_default_input=True)
SPEAKERS = device(2, "Speakers", input_channels=0, output_channels=2)
DEVICES = (MICROPHONE, LINE_IN, SPEAKERS)


def test_a_part_of_the_name_in_any_case_chooses_a_device():
    assert choose_device(DEVICES, "input", "usb") is MICROPHONE


def test_without_a_name_the_systems_own_device_is_used():
    assert choose_device(DEVICES, "input") is LINE_IN


def test_without_a_default_the_first_that_can_is_used():
    assert choose_device(DEVICES, "output") is SPEAKERS


def test_where_there_is_none_none_is_chosen():
    assert choose_device((MICROPHONE,), "output") is None


def test_a_name_that_is_not_there_is_an_error_that_lists_what_is():
    with pytest.raises(SoundError, match=r"'headset'.*USB Microphone, ALSA; Line In, ALSA"):
        choose_device(DEVICES, "input", "headset")


def test_an_output_is_no_input():
    with pytest.raises(SoundError, match="no sound input"):
        choose_device(DEVICES, "input", "Speakers")


def test_a_name_that_fits_several_is_an_error_that_lists_them():
    with pytest.raises(SoundError, match=r"More than one.*USB Microphone, ALSA; Line In, ALSA"):
        choose_device(DEVICES, "input", "alsa")


def test_the_whole_name_wins_over_longer_ones():
    longer = device(5, "Line In 2")
    assert choose_device((longer, LINE_IN), "input", "line in") is LINE_IN


def test_a_device_on_several_interfaces_of_windows_is_used_by_the_shortest_way():
    slow = device(0, "Microphone", host_api="MME")
    quick = device(1, "Microphone", host_api="Windows WASAPI")
    assert choose_device((slow, quick), "input", "micro") is quick
    assert choose_device((slow, quick), "input", "Microphone, MME") is slow


@pytest.mark.parametrize("name", ["Headset (Bluetooth)", "AirPods Pro", "WH-1000XM4 Hands-Free AG Audio"])
def test_a_device_connected_by_radio_is_warned_of(name):
    assert device_warnings(device(0, name))[0].startswith(f"{name} seems to be connected by Bluetooth")


def test_a_device_with_a_cable_is_not():
    assert device_warnings(MICROPHONE) == ()


@pytest.mark.parametrize(
    "name", ["default", "pulse", "Microsoft Sound Mapper - Input", "Primary Sound Driver"]
)
def test_a_name_that_stands_for_any_card_is_warned_of(name):
    (warning,) = device_warnings(device(0, name))
    assert "stands for whichever sound card the system chooses" in warning
