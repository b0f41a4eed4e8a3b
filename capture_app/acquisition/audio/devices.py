"""Sound devices by name: which one a person means, and which are known to disturb timing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from capture_app.acquisition.audio.errors import SoundError

Direction = Literal["input", "output"]

_BLUETOOTH_WORDS: Final = ("bluetooth", "bluez", "airpods", "hands-free", "handsfree", "(bt)")
_STAND_INS: Final = ("default", "sysdefault", "pulse", "pipewire", "microsoft sound mapper", "primary sound")
_USUAL_HOST_APIS: Final = ("Windows WASAPI",)
"""Windows lists each device once per interface; this is the one with the shortest way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundDevice:
    """A device as the system lists it now."""

    index: int  # place in the system's list; another one after a device was plugged in or out
    name: str
    host_api: str  # "ALSA", "Windows WASAPI", "Core Audio"
    input_channels: int
    output_channels: int
    default_rate_hz: float
    is_default_input: bool = False
    is_default_output: bool = False

    @property
    def full_name(self) -> str:
        """Name that tells devices of the same name on different interfaces apart."""
        return f"{self.name}, {self.host_api}"

    def can(self, direction: Direction) -> bool:
        """Return whether it has channels that way."""
        return (self.input_channels if direction == "input" else self.output_channels) > 0

    def is_default(self, direction: Direction) -> bool:
        """Return whether the system uses it that way unless told otherwise."""
        return self.is_default_input if direction == "input" else self.is_default_output


def choose_device(devices: Sequence[SoundDevice], direction: Direction, name: str = "") -> SoundDevice | None:
    """Return the device a person means; with no name the system's own choice, None where there is none.

    A name may be a part of the full name, in upper or lower case; one that is the whole name wins.

    Raises
    ------
    SoundError
        If a name was given and no device, or more than one, is meant by it.
    """
    usable = [device for device in devices if device.can(direction)]
    if not name:
        first = usable[0] if usable else None
        return next((device for device in usable if device.is_default(direction)), first)
    wanted = name.casefold()
    exact = [device for device in usable if wanted in (device.name.casefold(), device.full_name.casefold())]
    matching = exact or [device for device in usable if wanted in device.full_name.casefold()]
    usual = [device for device in matching if device.host_api in _USUAL_HOST_APIS]
    found = usual if len(matching) > 1 and usual else matching
    if len(found) == 1:
        return found[0]
    if not found:
        names = "; ".join(device.full_name for device in usable) or "none"
        raise SoundError(
            f"There is no sound {direction} whose name contains {name!r}; there are: {names}. "
            "Plug the device in, or name another one."
        )
    names = "; ".join(device.full_name for device in found)
    raise SoundError(f"More than one sound {direction} is called {name!r}: {names}. Give more of the name.")


def device_warnings(device: SoundDevice) -> tuple[str, ...]:
    """Return sentences on what makes a device, going by its name, doubtful for anything that is timed."""
    return tuple(each for each in (_bluetooth_warning(device), _stand_in_warning(device)) if each)


def _stand_in_warning(device: SoundDevice) -> str:
    if not device.name.casefold().startswith(_STAND_INS):
        return ""
    return (
        f"{device.name} stands for whichever sound card the system chooses; what is measured on it holds "
        "only as long as that stays the same. Name the card itself where it is listed."
    )


def _bluetooth_warning(device: SoundDevice) -> str:
    """Return a sentence where the name says that the device is connected by radio, else ""."""
    if not any(word in device.full_name.casefold() for word in _BLUETOOTH_WORDS):
        return ""
    return (
        f"{device.name} seems to be connected by Bluetooth, which delays sound by 100 ms and more and by "
        "another amount each time. Use a device with a cable for anything that is timed."
    )
