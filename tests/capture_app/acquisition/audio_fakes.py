"""A microphone in virtual time, and a recorder that notes what it is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from capture_app.acquisition.audio import SoundDevice, SoundError
from capture_app.acquisition.audio.messages import PCM_DTYPE, PCM_ROWS, BlockHeard
from gaze_core.rows import NO_TIME

RATE_HZ = 48_000.0
BLOCK = 480
START_NS = 50_000_000_000

DESK = SoundDevice(
    index=0, name="Desk", host_api="ALSA", input_channels=1, output_channels=0, default_rate_hz=RATE_HZ
)
BLUETOOTH = SoundDevice(
    index=1,
    name="AirPods",
    host_api="ALSA",
    input_channels=1,
    output_channels=0,
    default_rate_hz=RATE_HZ,
    is_default_input=True,
)


@dataclass
class FakeMicrophone:
    """`audio.microphone.Sound`: what a test says is heard, block by block."""

    devices: tuple[SoundDevice, ...] = (DESK,)
    problem: str = ""
    refusal: str = ""
    input_rate_hz: float = RATE_HZ
    listener: Callable[[BlockHeard], None] | None = None
    wanted_rate_hz: float = 0.0
    is_stopped: bool = False
    frames: int = 0
    ppm: float = 40.0
    jitter: np.random.Generator = field(default_factory=lambda: np.random.default_rng(5))

    def make(self, listener: Callable[[BlockHeard], None], rate_hz: float) -> FakeMicrophone:
        self.listener, self.wanted_rate_hz = listener, rate_hz
        return self

    def begin(self, heard: SoundDevice, played: SoundDevice | None, pcm: np.ndarray) -> None:
        if self.refusal:
            raise SoundError(self.refusal)

    def stop(self) -> None:
        self.is_stopped = True

    def close(self) -> None:
        self.is_stopped = True

    def speak(self, seconds: float, level: int = 1000, *, is_after_loss: bool = False) -> None:
        """Deliver so much sound."""
        for number in range(round(seconds * RATE_HZ) // BLOCK):
            self.frames += BLOCK
            rows = np.full(BLOCK, level, np.int16).view(PCM_DTYPE)
            late_ns = 7_000_000 + (round(self.jitter.exponential(1.5e6)) if self.frames // BLOCK % 20 else 0)
            self.listener(
                BlockHeard(
                    t_host_ns=self.true_ns(self.frames - 1) + late_ns,
                    is_after_loss=is_after_loss and number == 0,
                    row_type=PCM_ROWS,
                    rows=rows,
                )
            )

    def true_ns(self, frame: int) -> int:
        return START_NS + round(frame / (RATE_HZ * (1 + self.ppm * 1e-6)) * 1e9)


class FakeRecorder:
    """`services.RecorderPort`."""

    def __init__(self, folder: Path) -> None:
        self.is_recording = False
        self.started_host_ns = NO_TIME
        self.path = folder / "case.gazeh5"
        self.rows: list = []
        self.told: list[tuple[str, str]] = []
        self.last_rows: Callable = list

    def at_close(self, last_rows: Callable) -> None:
        self.last_rows = last_rows

    def append(self, key, rows) -> bool:
        if self.is_recording:
            self.rows.append((key, rows))
        return self.is_recording

    def event(self, kind, text, value=float("nan"), source="recorder") -> None:
        assert source == "audio"
        self.told.append((kind, text))

    def start(self, t_host_ns: int = START_NS) -> None:
        self.is_recording, self.started_host_ns = True, t_host_ns

    def close(self) -> None:
        self.is_recording = False
        self.rows += self.last_rows()

    def of(self, key) -> np.ndarray:
        found = [rows for each, rows in self.rows if each is key]
        return np.concatenate(found) if found else np.zeros(0, [("segment", "<i4")])
