"""The adaptive detector's own measurements: sample interval, noise, and what follows from them.

Noise per axis is median(|second difference|) / 0.6745 / sqrt(6): exact for white noise, and saccades barely
move it. The speed noise of a least-squares slope over 2 h + 1 samples is then
sigma / (dt sqrt(h (h + 1) (2 h + 1) / 3)) per axis; window, thresholds, settling and merging follow from it
between the limits that suit clean and noisy trackers of 60 to 1200 Hz.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from gaze_core.fixations.slope import Sample

SHORTEST_GAP_US: Final = 20_000
"""Missing samples up to this time are passed over at any rate."""

FIRST_LOOK: Final = 8
"""Samples until the interval is known and the first ones are judged."""

FEWEST_FOR_NOISE: Final = 24
"""Second differences needed before the noise is measured rather than assumed."""

ASSUMED_NOISE_DEG: Final = 0.06
"""Noise per axis until enough samples are there: that of a good tracker on an average person."""

MOST_SAMPLES: Final = 4096
"""Samples remembered at most, whatever the rate."""

LARGEST_HALF_WINDOW: Final = 500
"""Samples to either side of a window at most; more come from nonsense time stamps only."""

_MAD_TO_SIGMA: Final = 1.0 / (0.6745 * math.sqrt(6.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """What the detector works with until the next estimate."""

    interval_ns: int
    noise_deg: float  # per axis
    speed_noise_deg_s: float  # per axis, of the slope
    half_window: int  # samples to either side
    leave_deg_s: float  # this speed ends a fixation
    enter_deg_s: float  # below this speed one may begin
    settle_us: int  # for this long
    longest_gap_us: int  # missing samples are passed over up to this time
    merge_gap_us: int
    merge_angle_deg: float
    final_lag_us: int  # after the end of a fixation nothing is merged to it any more


def tuning(interval_ns: int, noise_deg: float) -> Tuning:
    """Return window, thresholds and times for a sample interval and a noise per axis."""
    interval_s = interval_ns * 1e-9
    shortest = min(LARGEST_HALF_WINDOW, max(1, round(0.008 / interval_s)))
    longest = min(LARGEST_HALF_WINDOW, max(shortest, round(0.020 / interval_s)))
    half = shortest
    while half < longest and slope_noise(half, interval_s, noise_deg) > 4.5:
        half += 1
    speed_noise = slope_noise(half, interval_s, noise_deg)
    leave = max(30.0, 4.8 * speed_noise)
    enter = min(max(18.0, 3.5 * speed_noise), 0.9 * leave)
    is_slow = interval_s > 0.0125
    settle_s = 0.0 if is_slow else min(0.020, 0.006 + 0.0015 * speed_noise)
    return Tuning(
        interval_ns=interval_ns,
        noise_deg=noise_deg,
        speed_noise_deg_s=speed_noise,
        half_window=half,
        leave_deg_s=leave,
        enter_deg_s=enter,
        settle_us=round(settle_s * 1e6),
        longest_gap_us=max(SHORTEST_GAP_US, round(2.2e-3 * interval_ns)),
        merge_gap_us=75_000,
        merge_angle_deg=min(0.9, 0.5 + 1.5 * noise_deg),
        final_lag_us=round(1e6 * min(0.120, 0.060 + 0.25 * half * interval_s)),
    )


def slope_noise(half: int, interval_s: float, noise_deg: float) -> float:
    """Return the noise of a least-squares slope over 2 half + 1 samples, deg/s per axis."""
    return noise_deg / (interval_s * math.sqrt(half * (half + 1) * (2 * half + 1) / 3.0))


class NoiseTracker:
    """Samples in, a new `Tuning` at instants that depend on the number of samples alone."""

    def __init__(self, memory_s: float) -> None:
        self._memory_us = round(memory_s * 1e6)
        self._samples: list[Sample] = []
        self._until_look = FIRST_LOOK
        self._looks = 0

    def append(self, sample: Sample) -> Tuning | None:
        """Take a sample; return what it changes, if anything."""
        self._samples.append(sample)
        self._until_look -= 1
        return None if self._until_look else self._look()

    def _look(self) -> Tuning:
        columns = np.array([sample[:3] for sample in self._samples], np.int64).T
        t_us = columns[0]
        steps = np.diff(t_us)
        interval_us = max(1.0, float(np.median(steps)))
        close = steps < 1.5 * interval_us
        close = close[1:] & close[:-1]
        noise_deg = ASSUMED_NOISE_DEG
        if np.count_nonzero(close) >= FEWEST_FOR_NOISE:
            axes = [float(np.median(np.abs(np.diff(values, 2)[close]))) for values in columns[1:]]
            noise_deg = 1e-9 * _MAD_TO_SIGMA * math.hypot(*axes) / math.sqrt(2.0)
        per_second = max(FIRST_LOOK, round(1e6 / interval_us))
        self._looks += 1
        self._until_look = min(per_second, FIRST_LOOK * 2 ** min(self._looks, 20), MOST_SAMPLES)
        kept = max(int(np.searchsorted(t_us, t_us[-1] - self._memory_us, "left")), t_us.size - MOST_SAMPLES)
        del self._samples[:kept]
        return tuning(round(interval_us * 1e3), noise_deg)
