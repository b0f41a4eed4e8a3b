"""Sound as the engines take it: one channel of 16-bit samples, and the change of its rate.

A sample of the new rate is a weighted sum of the old ones around it; the weights are those of an ideal
low-pass below the smaller of the two Nyquist frequencies, under a Kaiser window (Oppenheim and Schafer,
Discrete-Time Signal Processing, ch. 7). With beta = 8 what would fold back is 80 dB down.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

ENGINE_RATE_HZ: Final = 16_000
LONGEST_SOUND_S: Final = 1800.0
"""The longest sound taken at once: dictations last minutes, and all of it is held in memory."""

LEAST_RATE_HZ: Final = 8_000
MOST_RATE_HZ: Final = 192_000

Pcm: TypeAlias = npt.NDArray[np.int16]

_ZERO_CROSSINGS: Final = 24
"""Half the length of the low-pass, in zero crossings."""
_PASSED: Final = 0.92
"""The pass band ends at this share of the Nyquist frequency."""
_KAISER_BETA: Final = 8.0
_MOST_AT_ONCE: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Sound:
    """One channel of sound."""

    pcm: Pcm  # full scale is 32767
    rate_hz: int

    @property
    def duration_s(self) -> float:
        """Seconds."""
        return len(self.pcm) / self.rate_hz


def at_engine_rate(sound: Sound) -> Sound:
    """Return the sound at 16 kHz, the rate of the engines; sample 0 stays at time 0."""
    return resampled(sound, ENGINE_RATE_HZ)


def resampled(sound: Sound, rate_hz: int) -> Sound:
    """Return the sound at another rate; costs about 100 multiplications a sample."""
    if sound.rate_hz == rate_hz or not len(sound.pcm):
        return Sound(sound.pcm, rate_hz)
    divisor = math.gcd(sound.rate_hz, rate_hz)
    up, down = rate_hz // divisor, sound.rate_hz // divisor
    half = math.ceil(_ZERO_CROSSINGS * max(1.0, down / up))
    padded = np.concatenate([np.zeros(half, np.float32), sound.pcm, np.zeros(half + down, np.float32)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half)
    count = math.ceil(len(sound.pcm) * up / down)
    values = np.empty(count, np.float32)
    for phase in range(min(up, count)):
        # Output phase + k * up lies `fraction` behind input `first + k * down`.
        first, remainder = divmod(phase * down, up)
        weights = _weights(half, remainder / up, min(1.0, up / down))
        chosen = windows[first + 1 :: down][: len(range(phase, count, up))]
        for start in range(0, len(chosen), _MOST_AT_ONCE):
            part = chosen[start : start + _MOST_AT_ONCE]
            values[phase + start * up : phase + (start + len(part)) * up : up] = part @ weights
    return Sound(np.clip(np.rint(values), -32768, 32767).astype(np.int16), rate_hz)


def _weights(half: int, fraction: float, ratio: float) -> npt.NDArray[np.float32]:
    """Return the weights of the ``2 * half`` inputs around an output, `fraction` behind the first half."""
    distance = np.arange(-half + 1, half + 1) - fraction
    cutoff = ratio * _PASSED
    window = np.i0(_KAISER_BETA * np.sqrt(np.clip(1.0 - (distance / half) ** 2, 0.0, 1.0)))
    weights = cutoff * np.sinc(cutoff * distance) * window
    return np.asarray(weights / weights.sum(), np.float32)
