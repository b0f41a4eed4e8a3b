"""The one place that touches sounddevice (PortAudio): devices, an input and an output stream.

Lives in a process of its own, see `sound_process`. Callbacks run in PortAudio's threads: they stamp the host
clock, keep the bytes, and do nothing else.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from capture_app.acquisition.audio.devices import Direction, SoundDevice
from capture_app.acquisition.audio.errors import SoundError

BLOCKS_PER_S: Final = 100
BYTES_PER_FRAME: Final = 2  # int16, mono

_NOT_INSTALLED: Final = (
    "The package sounddevice is not installed, so sound can neither be heard nor played. "
    "Install it with `pip install sounddevice`."
)
_NO_LIBRARY: Final = (
    "The PortAudio library cannot be loaded, so sound can neither be heard nor played. "
    "On Debian and Ubuntu install it with `apt install libportaudio2 libasound2-plugins`."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardBlock:
    """What the input's callback keeps."""

    t_host_ns: int
    content: bytes
    is_after_loss: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedBlock:
    """What the output's callback keeps."""

    t_host_ns: int
    first_frame: int
    is_after_gap: bool


class PortAudio:
    """PortAudio, loaded for this process.

    Raises
    ------
    SoundError
        If the package or the library is missing.
    """

    def __init__(self) -> None:
        try:
            import sounddevice
        except ImportError as err:
            raise SoundError(_NOT_INSTALLED) from err
        except OSError as err:
            raise SoundError(_NO_LIBRARY) from err
        self._sounddevice = sounddevice
        self._streams: list[Any] = []
        self.heard: deque[HeardBlock] = deque()
        self.played: deque[PlayedBlock] = deque()
        self.is_ended = False  # a stream ended by itself: its device is gone

    def devices(self) -> list[SoundDevice]:
        """Return the devices of the system."""
        default_in, default_out = self._sounddevice.default.device
        host_apis = [api["name"] for api in self._sounddevice.query_hostapis()]
        return [
            SoundDevice(
                index=index,
                name=str(device["name"]),
                host_api=str(host_apis[device["hostapi"]]),
                input_channels=int(device["max_input_channels"]),
                output_channels=int(device["max_output_channels"]),
                default_rate_hz=float(device["default_samplerate"]),
                is_default_input=index == default_in,
                is_default_output=index == default_out,
            )
            for index, device in enumerate(self._sounddevice.query_devices())
        ]

    def open_input(self, index: int, wanted_rate_hz: float) -> tuple[float, float]:
        """Open and start an input; return its rate in Hz and the latency in s that PortAudio states.

        Raises
        ------
        SoundError
            If the device cannot be used.
        """

        def hear(content: Any, _frames: int, _times: Any, status: Any) -> None:
            t_host_ns = time.perf_counter_ns()
            self.heard.append(
                HeardBlock(t_host_ns=t_host_ns, content=bytes(content), is_after_loss=status.input_overflow)
            )

        return self._open("input", index, wanted_rate_hz, hear)

    def open_output(self, index: int, wanted_rate_hz: float, content: bytes) -> tuple[float, float]:
        """Open and start an output that plays `content` (int16, mono) and then silence.

        Raises
        ------
        SoundError
            If the device cannot be used.
        """
        position = 0

        def play(out: Any, frames: int, _times: Any, status: Any) -> None:
            nonlocal position
            t_host_ns = time.perf_counter_ns()
            part = content[position * BYTES_PER_FRAME : (position + frames) * BYTES_PER_FRAME]
            out[: len(part)] = part
            out[len(part) :] = bytes(frames * BYTES_PER_FRAME - len(part))
            self.played.append(
                PlayedBlock(
                    t_host_ns=t_host_ns, first_frame=position, is_after_gap=bool(status.output_underflow)
                )
            )
            position += frames

        return self._open("output", index, wanted_rate_hz, play)

    def rate_of(self, direction: Direction, index: int, wanted_rate_hz: float) -> float:
        """Return the rate a device will run at: the one wanted if it can, else its own."""
        check = {
            "input": self._sounddevice.check_input_settings,
            "output": self._sounddevice.check_output_settings,
        }[direction]
        try:
            check(device=index, channels=1, dtype="int16", samplerate=wanted_rate_hz)
        except (self._sounddevice.PortAudioError, ValueError):
            return float(self._sounddevice.query_devices(index)["default_samplerate"])
        return wanted_rate_hz

    def close(self) -> None:
        """Stop and close all; may never return where a device has stopped delivering."""
        streams, self._streams = self._streams, []
        for stream in streams:
            stream.abort()
            stream.close()

    def _open(
        self, direction: Direction, index: int, wanted_rate_hz: float, callback: Callable[..., None]
    ) -> tuple[float, float]:
        sounddevice = self._sounddevice
        make = sounddevice.RawInputStream if direction == "input" else sounddevice.RawOutputStream
        try:
            rate_hz = self.rate_of(direction, index, wanted_rate_hz)
            stream = make(
                device=index,
                samplerate=rate_hz,
                blocksize=round(rate_hz / BLOCKS_PER_S),
                channels=1,
                dtype="int16",
                latency="low",
                callback=callback,
                finished_callback=self._note_end,
            )
            stream.start()
        except (sounddevice.PortAudioError, ValueError) as err:
            raise SoundError(
                f"The sound {direction} cannot be used ({_without_numbers(err)}). Check that it is plugged "
                "in, that no other program holds it, and that the system lets programs use it."
            ) from err
        self._streams.append(stream)
        return rate_hz, float(stream.latency)

    def _note_end(self) -> None:
        self.is_ended = True


def _without_numbers(err: Exception) -> str:
    """Return PortAudio's own words without its error codes."""
    return str(err.args[0] if err.args else err).split(" [PaErrorCode")[0].rstrip(".")
