"""The microphone of a dictation: which one is meant, and whether it can be heard."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np

from capture_app.acquisition.audio.client import SoundClient
from capture_app.acquisition.audio.devices import SoundDevice, choose_device, device_warnings
from capture_app.acquisition.audio.errors import NoSoundSystemError, SoundError
from capture_app.acquisition.audio.messages import BlockHeard
from capture_app.acquisition.audio.takes import Pcm

Listener: TypeAlias = Callable[[BlockHeard], None]

_NONE: str = "There is no microphone. Plug one in."


class Sound(Protocol):
    """What is needed of `SoundClient`."""

    @property
    def devices(self) -> tuple[SoundDevice, ...]:
        """The devices of the system."""

    @property
    def problem(self) -> str:
        """Why there is no sound, or none any more, a sentence; "" while all is well."""

    @property
    def input_rate_hz(self) -> float:
        """Rate at which the input runs."""

    def begin(self, heard: SoundDevice, played: SoundDevice | None, pcm: Pcm) -> None:
        """Hear from one device. Raises `SoundError`."""

    def stop(self) -> None:
        """Stop and let go of everything, within seconds. Raises `SoundError` where nobody is there."""

    def close(self) -> None:
        """Let go of everything by force; idempotent."""


MakeSound: TypeAlias = Callable[[Listener, float], Sound]


def sound_process(listener: Listener, rate_hz: float) -> Sound:
    """Return the process that holds the sound device, started. Raises `SoundError`."""
    return SoundClient(listener=listener, rate_hz=rate_hz)


@dataclass(frozen=True, slots=True, kw_only=True)
class Microphone:
    """A microphone that is heard."""

    sound: Sound
    device: SoundDevice
    rate_hz: float
    latency_ms: float  # input latency measured on this very device; NaN: not measured
    warnings: tuple[str, ...]  # sentences

    def stop(self) -> None:
        """Hear it no longer; returns within seconds whatever the device does."""
        try:
            self.sound.stop()
        except SoundError:
            self.sound.close()  # its process has ended by itself


def open_microphone(
    name: str, rate_hz: float, latencies_ms: Mapping[str, float], listener: Listener, make: MakeSound
) -> Microphone:
    """Return the microphone that a name means, heard from now on; "" means the system's own choice.

    Raises
    ------
    SoundError
        If there is none, or it cannot be used.
    """
    sound = make(listener, rate_hz)
    try:
        device = _device(sound, name)
        sound.begin(device, None, np.zeros(0, np.int16))
    except SoundError:
        sound.close()
        raise
    return Microphone(
        sound=sound,
        device=device,
        rate_hz=sound.input_rate_hz,
        latency_ms=latencies_ms.get(device.full_name, math.nan),
        warnings=device_warnings(device),
    )


def _device(sound: Sound, name: str) -> SoundDevice:
    if sound.problem:
        raise NoSoundSystemError(sound.problem)
    device = choose_device(sound.devices, "input", name)
    if device is None:
        raise SoundError(_NONE)
    return device
