"""Where something happens in a sampled signal: clicks that were played, edges of light on a photodiode.

Clicks: the known shape is correlated with the signal; a parabola through the three highest values of the
correlation gives the place between samples. The shape is a short cosine under a Gaussian, symmetrical about
its middle and summing to 0, so its correlation has one peak that stands out, of either polarity.

Edges: a sound card passes a step of light as a step or, where it holds back the constant part, as a jump that
decays. Both cross half of the height they reach at the same place, which is the onset; a straight line
between the two samples gives the place between them. The height is the median of all edges in the same
direction, so that one disturbance does not move the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Signal = npt.NDArray[np.float64]

_CARRIER_HZ: Final = 2000.0
_SPREAD_S: Final = 125e-6  # SD of the Gaussian
_CONSTANT_PART: Final = float(np.exp(-0.5 * (2.0 * np.pi * _CARRIER_HZ * _SPREAD_S) ** 2))
"""Taken off the cosine, so that the shape sums to 0 and an offset or hum of the signal does not match it."""

_REACH: Final = 6.0  # the shape ends after so many SD
_NOISE_FACTOR: Final = 8.0
"""A click stands out of the noise of the correlation so far; Gaussian noise does not in a day."""

_EDGE_NOISE_FACTOR: Final = 12.0
"""Half the height of an edge is then six SD of the noise: no sample of a window crosses it by chance."""

_PER_MAD: Final = 1.4826  # SD of Gaussian noise per median absolute deviation


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Something found in a signal."""

    frame: float  # place, in samples from the start of the signal; between samples
    height: float  # of the edge or of the click, in units of the signal; negative where it goes down


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeWindow:
    """Where an edge is looked for, and which way the light went there."""

    first_frame: int  # the signal just before it is the level it starts from
    last_frame: int  # not included
    is_rising: bool  # the light grew; how that shows depends on the wiring and is found out


def click_shape(rate_hz: float) -> Signal:
    """Return one click of height 1, an odd number of samples with its middle in the middle."""
    reach = max(int(np.ceil(_REACH * _SPREAD_S * rate_hz)), 1)
    t_s = np.arange(-reach, reach + 1) / rate_hz
    bell = np.exp(-0.5 * (t_s / _SPREAD_S) ** 2)
    return np.asarray(
        bell * (np.cos(2.0 * np.pi * _CARRIER_HZ * t_s) - _CONSTANT_PART) / (1.0 - _CONSTANT_PART)
    )


def find_click(signal: Signal, shape: Signal, first_frame: int, last_frame: int) -> Found | None:
    """Return the click of a shape that stands out most in a part of a signal, None where none does.

    Parameters
    ----------
    signal
        The whole signal.
    shape
        See `click_shape`.
    first_frame, last_frame
        The middle of the click lies in ``first_frame <= frame < last_frame``.
    """
    reach = len(shape) // 2
    first = max(first_frame - 1, reach)
    last = min(last_frame + 1, len(signal) - reach)
    if last - first < 3:
        return None
    match = np.correlate(signal[first - reach : last + reach], shape, mode="valid")
    strength = np.abs(match)
    peak = int(np.argmax(strength[1:-1])) + 1
    noise = _PER_MAD * float(np.median(strength))
    if not strength[peak] > max(_NOISE_FACTOR * noise, 1e-9):
        return None
    return Found(
        frame=first + peak + _parabola_peak(strength[peak - 1 : peak + 2]),
        height=float(match[peak] / np.sum(shape**2)),
    )


def find_edges(
    signal: Signal, windows: tuple[EdgeWindow, ...], level_frames: int
) -> tuple[Found | None, ...]:
    """Return the edge of each window, None where there is none.

    Parameters
    ----------
    signal
        The whole signal.
    windows
        Where to look; those that leave the signal have no edge.
    level_frames
        So many samples before a window tell the level and the noise it starts from.
    """
    parts = [_part(signal, window, level_frames) for window in windows]
    known = [(part, window) for part, window in zip(parts, windows, strict=True) if part is not None]
    if not known:
        return (None,) * len(windows)
    wiring = np.sign(sum(_direction(window) * part.extreme for part, window in known)) or 1.0
    noise = float(np.median([part.noise for part, _ in known]))
    heights = {
        is_rising: _usual_reach([(p, wiring * _direction(w)) for p, w in known if w.is_rising is is_rising])
        for is_rising in (True, False)
    }
    found: list[Found | None] = []
    for part, window in zip(parts, windows, strict=True):
        height = heights[window.is_rising]
        if part is None or not height > max(_EDGE_NOISE_FACTOR * noise, 1e-9):
            found.append(None)
        else:
            found.append(_crossing(part, window.first_frame, wiring * _direction(window), height))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    deviation: Signal  # from the level before the window
    noise: float  # SD before the window

    @property
    def extreme(self) -> float:
        """The largest deviation either way."""
        return float(self.deviation[int(np.argmax(np.abs(self.deviation)))])


def _part(signal: Signal, window: EdgeWindow, level_frames: int) -> _Part | None:
    start = window.first_frame - level_frames
    if start < 0 or window.last_frame > len(signal) or window.last_frame - window.first_frame < 2:
        return None
    before = signal[start : window.first_frame]
    level = float(np.median(before))
    noise = _PER_MAD * float(np.median(np.abs(before - level)))
    return _Part(deviation=signal[window.first_frame : window.last_frame] - level, noise=noise)


def _direction(window: EdgeWindow) -> float:
    return 1.0 if window.is_rising else -1.0


def _reach(part: _Part, sign: float) -> float:
    """Return how far the signal goes that way."""
    return max(float(np.max(sign * part.deviation)), 0.0)


def _usual_reach(parts: list[tuple[_Part, float]]) -> float:
    return float(np.median([_reach(part, sign) for part, sign in parts])) if parts else 0.0


def _crossing(part: _Part, first_frame: int, sign: float, height: float) -> Found | None:
    upward = sign * part.deviation
    half = 0.5 * height
    above = np.flatnonzero(upward >= half)
    if len(above) == 0 or above[0] == 0:  # none, or it had happened before the window began
        return None
    after = int(above[0])
    share = (half - upward[after - 1]) / (upward[after] - upward[after - 1])
    return Found(frame=first_frame + after - 1 + float(share), height=sign * float(np.max(upward)))


def _parabola_peak(three: Signal) -> float:
    before, at, after = (float(value) for value in three)
    bend = before - 2.0 * at + after
    return 0.0 if bend == 0.0 else 0.5 * (before - after) / bend
