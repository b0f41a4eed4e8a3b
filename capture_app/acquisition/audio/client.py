"""Sound for whoever needs it: starts the process that holds the device, collects what it hears, ends it.

A device that hangs costs that process and two seconds; what was heard until then is here already.
"""

from __future__ import annotations

import logging
import math
import multiprocessing
import threading
import time
from collections.abc import Callable
from multiprocessing import connection as pipes
from typing import Final, Protocol

import numpy as np

from capture_app.acquisition.audio import messages as m
from capture_app.acquisition.audio import sound_process
from capture_app.acquisition.audio.devices import SoundDevice
from capture_app.acquisition.audio.errors import SoundError
from capture_app.acquisition.audio.takes import AudioTake, Pcm, TakeBuilder
from gaze_core.frames import MAX_FRAME_BYTES, FrameError

START_TIMEOUT_S: Final = 20.0
OPEN_TIMEOUT_S: Final = 10.0
STOP_TIMEOUT_S: Final = 2.0
SILENCE_TIMEOUT_S: Final = 1.5
"""An input that runs delivers a block every 10 ms; after so long it counts as gone."""

WANTED_RATE_HZ: Final = 48_000.0
LONGEST_TAKE_S: Final = 3600.0
"""All sound of a take is kept in memory: 0.35 GB an hour. A measurement takes a minute."""

_log = logging.getLogger(__name__)


class SoundPort(Protocol):
    """Sound devices for one take: begin once, end once."""

    @property
    def devices(self) -> tuple[SoundDevice, ...]:
        """The devices of the system."""

    @property
    def problem(self) -> str:
        """Why there is no sound, or none any more, a sentence; "" while all is well."""

    @property
    def heard_s(self) -> float:
        """Seconds of sound heard without a hole so far."""

    def begin(self, heard: SoundDevice | None, played: SoundDevice | None, pcm: Pcm) -> None:
        """Hear from one device and play `pcm` (48 kHz where it can) on another. Raises `SoundError`."""

    def end(self) -> AudioTake:
        """Stop and return what was heard. Raises `SoundError` where nothing was."""

    def close(self) -> None:
        """Let go of everything; idempotent, returns within seconds."""


class SoundClient:
    """The process that holds the sound device, from its start to its end.

    Parameters
    ----------
    listener
        Takes every block at once, in the thread that reads, and must not wait; nothing is kept for `end`
        then, so that a take may last as long as it likes. None: blocks are kept, see `end`.
    rate_hz
        Rate wanted of the devices.

    Raises
    ------
    SoundError
        If the process does not answer.
    """

    def __init__(
        self, *, listener: Callable[[m.BlockHeard], None] | None = None, rate_hz: float = WANTED_RATE_HZ
    ) -> None:
        self._listener = listener
        self._rate_hz = rate_hz
        context = multiprocessing.get_context("spawn")
        self._connection, child_end = context.Pipe()
        self._process = context.Process(
            target=sound_process.run, args=(child_end,), name="sound", daemon=True
        )
        self._process.start()
        child_end.close()
        self._devices: tuple[SoundDevice, ...] = ()
        self._problem = ""
        self._builder: TakeBuilder | None = None
        self._device_name = ""
        self._is_listening = True
        self._opened = threading.Event()
        self._stopped = threading.Event()
        self._reader: threading.Thread | None = None
        self._is_closed = False
        self._is_ending = False  # silence is what was asked for
        self._last_heard_s = 0.0  # time.monotonic of the last block
        self._read_devices()

    @property
    def devices(self) -> tuple[SoundDevice, ...]:
        """The devices of the system when the process started."""
        return self._devices

    @property
    def problem(self) -> str:
        """Why there is no sound, or none any more, a sentence; "" while all is well."""
        return self._problem

    @property
    def input_rate_hz(self) -> float:
        """Rate at which the input runs; NaN before `begin`."""
        return math.nan if self._builder is None else self._builder.input_rate_hz

    @property
    def output_rate_hz(self) -> float:
        """Rate at which the output runs; NaN before `begin`."""
        return math.nan if self._builder is None else self._builder.output_rate_hz

    @property
    def played_s(self) -> float:
        """Seconds of `pcm` that have left the loudspeaker, by the latency that PortAudio states."""
        builder = self._builder
        if builder is None:
            return 0.0
        return max(builder.played_frames / builder.output_rate_hz - builder.reported_output_s, 0.0)

    @property
    def heard_s(self) -> float:
        """Seconds of sound heard without a hole so far."""
        builder = self._builder
        return 0.0 if builder is None else builder.heard_frames / builder.input_rate_hz

    def begin(self, heard: SoundDevice | None, played: SoundDevice | None, pcm: Pcm) -> None:
        """Hear from one device and play `pcm` on another, from now on; either may be left out.

        Raises
        ------
        SoundError
            If a device cannot be used, or does not answer within 10 s.
        """
        self._is_listening = heard is not None
        self._device_name = next((each.name for each in (heard, played) if each is not None), "")
        rows = np.ascontiguousarray(pcm, np.int16).view(m.PCM_DTYPE)
        self._send(m.Play(row_type=m.PCM_ROWS, rows=rows))
        self._send(
            m.OpenStreams(
                input_index=-1 if heard is None else heard.index,
                output_index=-1 if played is None else played.index,
                rate_hz=self._rate_hz,
            )
        )
        self._reader = threading.Thread(target=self._read, name="sound-reader", daemon=True)
        self._reader.start()
        if not self._opened.wait(OPEN_TIMEOUT_S):
            self._problem = (
                self._problem or f"{self._device_name} did not start within {OPEN_TIMEOUT_S:.0f} s."
            )
        if self._builder is None:
            raise SoundError(f"{self._device_name}: {self._problem}")

    def end(self) -> AudioTake:
        """Stop and return what was heard, also where the device broke off.

        Raises
        ------
        SoundError
            If nothing was heard at all.
        """
        self.stop()
        builder = self._builder
        if builder is None or builder.heard_frames == 0:
            raise SoundError(
                self._problem or f"{self._device_name} delivered no sound. Choose another input, or check it."
            )
        if self._problem:
            builder.warnings.append(f"{self._problem} What was heard until then was used.")
        return builder.take()

    def stop(self) -> None:
        """Stop the devices and end the process, within seconds also where a device hangs."""
        if not (self._problem or self._is_closed):
            self._is_ending = True
            self._send(m.StopStreams())
            if not self._stopped.wait(STOP_TIMEOUT_S):
                _log.warning("The sound device does not stop; its process is ended")
        self.close()

    def close(self) -> None:
        """End the process, by force where it does not go; idempotent."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._reader is None:  # nothing was begun: the closed pipe ends the process
            self._connection.close()
        is_ending = self._stopped.is_set() or (self._reader is None and not self._problem)
        self._process.join(STOP_TIMEOUT_S if is_ending else 0.0)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        if self._reader is not None:
            self._reader.join(STOP_TIMEOUT_S)
            self._connection.close()
        self._process.close()

    def step(self, timeout_s: float = SILENCE_TIMEOUT_S) -> bool:
        """Take the next message of the process; False after the last."""
        try:
            ready = pipes.wait([self._connection, self._process.sentinel], timeout_s)
            if not ready:
                return not self._is_silent(timeout_s)
            if self._connection not in ready:
                return self._note_death()
            message = m.CODEC.decode(self._connection.recv_bytes(MAX_FRAME_BYTES))
        except (EOFError, OSError, FrameError):
            return self._note_death()
        return self._take(message) and not self._is_silent(timeout_s)

    def _take(self, message: m.SoundMessage) -> bool:
        builder = self._builder
        if isinstance(message, m.StreamsOpened):
            self._builder = TakeBuilder(
                input_rate_hz=message.input_rate_hz,
                output_rate_hz=message.output_rate_hz,
                reported_input_s=message.input_latency_s,
                reported_output_s=message.output_latency_s,
            )
            self._last_heard_s = time.monotonic()
            self._opened.set()
        elif isinstance(message, m.BlockHeard) and builder is not None:
            self._last_heard_s = time.monotonic()
            if self._listener is not None:
                self._listener(message)
                return True
            level = np.asarray(message.rows["level"])
            builder.hear(level, message.t_host_ns, is_after_loss=message.is_after_loss)
            if builder.heard_frames > LONGEST_TAKE_S * builder.input_rate_hz:
                self._problem = f"More than {LONGEST_TAKE_S / 60:.0f} minutes were heard."
                return False
        elif isinstance(message, m.BlockPlayed) and builder is not None:
            builder.play(message.first_frame, message.t_host_ns, is_after_gap=message.is_after_gap)
        elif isinstance(message, m.SoundFailed):
            self._problem = message.text
            return False
        elif isinstance(message, m.StreamsStopped):
            self._stopped.set()
            return False
        return True

    def _note_death(self) -> bool:
        if not self._stopped.is_set() and not self._is_closed:
            self._problem = self._problem or "The program that holds the sound device ended by itself."
        return False

    def _is_silent(self, timeout_s: float) -> bool:
        """Tell, and note, that the input has delivered nothing for so long; the output may still run."""
        # Still opening, told to stop, or nothing but a loudspeaker.
        is_expected = self._builder is None or self._is_ending or not self._is_listening
        if is_expected or time.monotonic() - self._last_heard_s < timeout_s:
            return False
        self._problem = (
            f"{self._device_name} delivered nothing for {timeout_s:g} s; it may have been unplugged."
        )
        return True

    def _read(self) -> None:
        try:
            while self.step():
                pass
        finally:
            self._opened.set()

    def _read_devices(self) -> None:
        has_answer = False
        try:
            has_answer = self._connection.poll(START_TIMEOUT_S)
            message = m.CODEC.decode(self._connection.recv_bytes(MAX_FRAME_BYTES)) if has_answer else None
        except (EOFError, OSError, FrameError):
            message = None
        if isinstance(message, m.DevicesListed):
            self._devices = tuple(SoundDevice(**device) for device in message.devices)
            self._problem = message.problem
            return
        self._problem = (
            "The program that asks the sound system for its devices ended by itself."
            if has_answer
            else f"The sound system did not answer within {START_TIMEOUT_S:.0f} s."
        )
        self.close()
        raise SoundError(f"{self._problem} Restart the computer's sound, or the computer.")

    def _send(self, message: m.SoundMessage) -> None:
        try:
            self._connection.send_bytes(m.CODEC.encode(message))
        except OSError as err:
            raise SoundError("The program that holds the sound device has ended. Try again.") from err
