"""The process that holds the sound device: a stop that never returns, seen with PortAudio, ends with it."""

from __future__ import annotations

import dataclasses
import os
import signal
from multiprocessing.connection import Connection
from typing import Final

import numpy as np

from capture_app.acquisition.audio import messages as m
from capture_app.acquisition.audio.errors import SoundError
from capture_app.acquisition.audio.portaudio import PortAudio
from gaze_core.frames import MAX_FRAME_BYTES

STEP_S: Final = 0.01


def run(connection: Connection) -> None:
    """List the devices, then do what is asked until the pipe is closed; the target of the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's; the closed pipe ends this process
    _silence_native_libraries()
    try:
        sound = PortAudio()
        listed = m.DevicesListed(devices=[dataclasses.asdict(each) for each in sound.devices()], problem="")
    except SoundError as err:
        connection.send_bytes(m.CODEC.encode(m.DevicesListed(devices=[], problem=str(err))))
        return
    connection.send_bytes(m.CODEC.encode(listed))
    SoundServer(connection, sound).serve()


class SoundServer:
    """Answers one conversation; its thread is the process's only one of ours."""

    def __init__(self, connection: Connection, sound: PortAudio) -> None:
        self._connection = connection
        self._sound = sound
        self._content = b""
        self._has_told_end = False

    def serve(self) -> None:
        """Work until the other side is gone or says so."""
        try:
            while self.step():
                pass
        except (EOFError, OSError):
            return  # whoever wanted sound is gone

    def step(self) -> bool:
        """Send what has arrived and do what is asked; False after the last message."""
        self._send_blocks()
        if not self._connection.poll(STEP_S):
            return True
        message = m.CODEC.decode(self._connection.recv_bytes(MAX_FRAME_BYTES))
        if isinstance(message, m.Play):
            self._content = np.ascontiguousarray(message.rows["level"]).tobytes()
        elif isinstance(message, m.OpenStreams):
            self._open(message)
        elif isinstance(message, m.StopStreams):
            self._has_told_end = True  # the end that comes now was asked for
            self._sound.close()
            self._send_blocks()
            self._send(m.StreamsStopped())
            return False
        return True

    def _open(self, message: m.OpenStreams) -> None:
        try:
            input_rate_hz, input_latency_s = message.rate_hz, 0.0
            if message.input_index >= 0:
                input_rate_hz, input_latency_s = self._sound.open_input(message.input_index, message.rate_hz)
            output_rate_hz, output_latency_s = message.rate_hz, 0.0
            if message.output_index >= 0:
                output_rate_hz, output_latency_s = self._sound.open_output(
                    message.output_index, message.rate_hz, self._content
                )
        except SoundError as err:
            self._send(m.SoundFailed(text=str(err)))
            return
        self._send(
            m.StreamsOpened(
                input_rate_hz=input_rate_hz,
                output_rate_hz=output_rate_hz,
                input_latency_s=input_latency_s,
                output_latency_s=output_latency_s,
            )
        )

    def _send_blocks(self) -> None:
        while self._sound.heard:
            block = self._sound.heard.popleft()
            rows = np.frombuffer(block.content, m.PCM_DTYPE)
            self._send(
                m.BlockHeard(
                    t_host_ns=block.t_host_ns,
                    is_after_loss=bool(block.is_after_loss),
                    row_type=m.PCM_ROWS,
                    rows=rows,
                )
            )
        while self._sound.played:
            played = self._sound.played.popleft()
            self._send(
                m.BlockPlayed(
                    t_host_ns=played.t_host_ns,
                    first_frame=played.first_frame,
                    is_after_gap=played.is_after_gap,
                )
            )
        if self._sound.is_ended and not self._has_told_end:
            self._has_told_end = True
            self._send(m.SoundFailed(text="The sound device stopped by itself; it may have been unplugged."))

    def _send(self, message: m.SoundMessage) -> None:
        self._connection.send_bytes(m.CODEC.encode(message))


def _silence_native_libraries() -> None:
    """ALSA and PortAudio write what they try into the terminal; what matters comes back as an error."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
