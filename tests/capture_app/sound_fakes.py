"""A sound card in virtual time: a cable or a photodiode, block times with jitter, a clock of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from capture_app.acquisition.audio import AudioTake, SoundDevice, SoundError
from capture_app.acquisition.audio.takes import TakeBuilder

RATE_HZ = 48_000.0
BLOCK = 480
START_NS = 50_000_000_000

LINE_IN = SoundDevice(
    index=0, name="Line In", host_api="ALSA", input_channels=1, output_channels=0, default_rate_hz=RATE_HZ
)
LINE_OUT = SoundDevice(
    index=1, name="Line Out", host_api="ALSA", input_channels=0, output_channels=2, default_rate_hz=RATE_HZ
)


@dataclass
class FakeSound:
    """Hears `light_at` a host time, or what it plays, late by the latencies of both ways."""

    devices: tuple[SoundDevice, ...] = (LINE_IN, LINE_OUT)
    problem: str = ""
    output_latency_ms: float = 12.0
    input_latency_ms: float = 7.25
    has_cable: bool = True
    light_at: Callable[[np.ndarray], np.ndarray] | None = None  # level of host times, ns
    stated_s: tuple[float, float] = (0.0, 0.0)
    ppm: float = 35.0  # how much faster its clock runs than the host's
    noise: float = 3.0
    output_rate_hz: float = RATE_HZ
    refusal: str = ""
    gap_at_block: int = -1
    heard_s: float = 0.0
    is_closed: bool = False
    _played: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int16))
    _has_output: bool = False

    @property
    def now_ns(self) -> int:
        return START_NS + round(self.heard_s * 1e9)

    def wait(self, seconds: float) -> None:
        self.heard_s += seconds

    def begin(self, heard: SoundDevice, played: SoundDevice | None, pcm: np.ndarray) -> None:
        if self.refusal:
            raise SoundError(self.refusal)
        self._played, self._has_output = pcm, played is not None

    def end(self) -> AudioTake:
        rng = np.random.default_rng(3)
        true_rate_hz = RATE_HZ * (1 + self.ppm * 1e-6)
        count = round(self.heard_s * RATE_HZ) // BLOCK
        frames = np.arange(count * BLOCK)
        sounding_ns = START_NS + frames / true_rate_hz * 1e9  # when the sound of a frame is in the air
        signal = rng.normal(0.0, self.noise, len(frames))
        if self.light_at is not None:
            signal += self.light_at(sounding_ns)
        if self.has_cable and self._has_output:
            late = round(self.output_latency_ms / 1e3 * true_rate_hz)
            room = max(len(signal) - late, 0)
            signal[late : late + len(self._played)] += self._played[:room]
        builder = TakeBuilder(
            input_rate_hz=RATE_HZ,
            output_rate_hz=self.output_rate_hz,
            reported_input_s=self.stated_s[0],
            reported_output_s=self.stated_s[1],
        )
        jitter_ns = rng.exponential(1.5e6, count)
        jitter_ns[::25] = 0.0
        for block in range(count):
            part = slice(block * BLOCK, (block + 1) * BLOCK)
            arrival_ns = sounding_ns[part][-1] + self.input_latency_ms * 1e6 + jitter_ns[block]
            pcm = np.clip(np.rint(signal[part]), -32768, 32767).astype(np.int16)
            builder.hear(pcm, round(arrival_ns), is_after_loss=False)
            if self._has_output:
                builder.play(
                    block * BLOCK,
                    round(sounding_ns[part][0] + jitter_ns[block]),
                    is_after_gap=block == self.gap_at_block,
                )
        return builder.take()

    def close(self) -> None:
        self.is_closed = True
