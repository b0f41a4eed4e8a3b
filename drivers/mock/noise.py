"""Sensor noise with a given RMS-S2S and STD in windows of 200 ms, as a stream without seams.

The spectrum is either ``w + (1 - w) f^-a`` (raw trackers: white plus coloured) or a second-order
low-pass (filtered trackers). The free number, w (then a) or the corner, is solved so that the ratio RMS-S2S
/ STD fits; the expectations are exact sums over the spectrum, where D(f) is the transfer of the mean
over the N samples of a window:

    step variance   = sum P(f) 2 (1 - cos(2 pi f / rate))
    window variance = sum P(f) (1 - |D(f)|^2)

Blocks are shaped in the frequency domain and joined by cosine cross-fades, which keep the variance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from drivers.mock.projection import Floats

WINDOW_S = 0.2
_BLOCK_S = 4.0  # at least this long: the slowest part of the noise


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseTarget:
    """What the noise of one eye shall measure, 2-D, in windows of 200 ms."""

    rms_s2s_deg: float
    std_deg: float
    is_filtered: bool
    exponent: float


def shaped_noise(rng: np.random.Generator, amplitude: Floats, channels: int, count: int) -> Floats:
    """Return Gaussian noise, shape (channels, count), with a given amplitude per real-FFT bin.

    ``amplitude**2`` summed over all bins of the two-sided spectrum is the variance of one channel.
    """
    bins = len(amplitude)
    spectrum = rng.standard_normal((channels, bins)) + 1j * rng.standard_normal((channels, bins))
    spectrum *= amplitude * (count / math.sqrt(2.0))
    spectrum[:, 0] = spectrum[:, 0].real * math.sqrt(2.0)
    if count % 2 == 0:
        spectrum[:, -1] = spectrum[:, -1].real * math.sqrt(2.0)
    return np.asarray(np.fft.irfft(spectrum, count, axis=1))


def power_law_amplitude(count: int, exponent: float) -> Floats:
    """Return the amplitude per bin of unit-variance 1/f^exponent noise without a mean."""
    frequency = np.arange(count // 2 + 1, dtype=np.float64)
    amplitude = np.zeros_like(frequency)
    amplitude[1:] = frequency[1:] ** (-exponent / 2.0)
    return amplitude / math.sqrt(float(np.sum(_two_sided(amplitude, count) * amplitude)))


def block_length(rate_hz: float) -> int:
    """Return the samples of one block: a power of two of at least four seconds."""
    return int(2 ** math.ceil(math.log2(_BLOCK_S * rate_hz)))


@lru_cache(maxsize=16)
def fit_amplitude(target: NoiseTarget, rate_hz: float) -> Floats:
    """Return the amplitude per bin and axis that meets a target at a rate, for blocks of `block_length`.

    Where no spectrum of the family reaches the asked ratio of RMS-S2S and STD, the nearest one is scaled
    to the RMS-S2S. The result is shared: do not change it.
    """
    count = block_length(rate_hz)
    frequency: Floats = np.arange(count // 2 + 1, dtype=np.float64) * (rate_hz / count)
    window = max(2, round(WINDOW_S * rate_hz))
    if target.rms_s2s_deg == 0.0:
        return np.zeros_like(frequency)
    wanted = target.rms_s2s_deg / max(target.std_deg, 1e-9)
    low, high = (-1.0, 1.0) if not target.is_filtered else (math.log(0.5), math.log(rate_hz))
    for _ in range(60):
        middle = 0.5 * (low + high)
        amplitude = _family(middle, target, frequency, count)
        low, high = (middle, high) if _ratio(amplitude, count, window) < wanted else (low, middle)
    amplitude = _family(0.5 * (low + high), target, frequency, count)
    step, _ = _variances(amplitude, count, window)
    return np.asarray(amplitude * (target.rms_s2s_deg / math.sqrt(2.0 * step)))


def _family(number: float, target: NoiseTarget, frequency: Floats, count: int) -> Floats:
    if target.is_filtered:
        corner_hz = math.exp(number)
        amplitude = 1.0 / np.sqrt(1.0 + (frequency / corner_hz) ** 4)
        amplitude[0] = 0.0
        return np.asarray(amplitude / math.sqrt(float(np.sum(_two_sided(amplitude, count) * amplitude))))
    # Below 0 there is no white part left and the coloured one becomes steeper.
    share = max(0.0, number)
    white = power_law_amplitude(count, 0.0)
    coloured = power_law_amplitude(count, target.exponent + 2.0 * max(0.0, -number))
    return np.asarray(np.sqrt(share * white**2 + (1.0 - share) * coloured**2))


def _two_sided(amplitude: Floats, count: int) -> Floats:
    doubled = 2.0 * amplitude
    doubled[0] = amplitude[0]
    if count % 2 == 0:
        doubled[-1] = amplitude[-1]
    return np.asarray(doubled)


def _variances(amplitude: Floats, count: int, window: int) -> tuple[float, float]:
    """Return the expected step variance and window variance of one axis."""
    turn = np.pi * np.arange(len(amplitude)) / count
    power = _two_sided(amplitude, count) * amplitude
    mean_transfer = np.ones_like(turn)
    mean_transfer[1:] = np.sin(window * turn[1:]) / (window * np.sin(turn[1:]))
    return float(np.sum(power * 4.0 * np.sin(turn) ** 2)), float(np.sum(power * (1.0 - mean_transfer**2)))


def _ratio(amplitude: Floats, count: int, window: int) -> float:
    step, spread = _variances(amplitude, count, window)
    return math.sqrt(step / spread)


class NoiseStream:
    """Shaped noise of several channels, taken piece by piece; how it is cut changes nothing."""

    def __init__(self, rng: np.random.Generator, amplitude: Floats, channels: int, block: int) -> None:
        self._rng = rng
        self._amplitude = amplitude
        self._channels = channels
        self._half = block // 2
        fade = np.sin((np.arange(self._half) + 0.5) * (0.5 * math.pi / self._half))
        self._fade_in, self._fade_out = fade, fade[::-1]
        self._tail = self._block()[:, self._half :]
        self._ready = self._joined()
        self._used = 0

    def take(self, count: int) -> Floats:
        """Return the next `count` values of each channel, shape (channels, count)."""
        parts = []
        while count > 0:
            if self._used == self._half:
                self._ready, self._used = self._joined(), 0
            part = self._ready[:, self._used : self._used + count]
            self._used += part.shape[1]
            count -= part.shape[1]
            parts.append(part)
        return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)

    def _block(self) -> Floats:
        return shaped_noise(self._rng, self._amplitude, self._channels, 2 * self._half)

    def _joined(self) -> Floats:
        block = self._block()
        joined = self._tail * self._fade_out + block[:, : self._half] * self._fade_in
        self._tail = block[:, self._half :]
        return np.asarray(joined)
