"""Least-squares speed over a moving window of samples, exact at any length of stream.

slope = (n sum(t g) - sum(t) sum(g)) / (n sum(t t) - sum(t)^2), speed = hypot of both axes, over 2 h + 1
samples around the one asked for. Real times are used, so a missing sample does no harm. Directions are whole
nanodegrees and times whole microseconds: the running sums are integers and never drift.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

_TRIM_AT: Final = 2048
"""Samples kept before old ones are dropped."""


class Sample(NamedTuple):
    """One sample with gaze."""

    t_us: int  # since the first row of its time line
    azimuth_nano: int  # nanodegrees
    elevation_nano: int
    row: int  # of the stream
    t_ns: int  # time stamp
    eyes: int  # bits of the eyes it was made of


class Piece:
    """The newest samples of a run of gaze without loss, by their number in that run."""

    def __init__(self) -> None:
        self.count = 0
        self.first = 0  # number of the oldest sample still known
        self._samples: list[Sample] = []

    def append(self, sample: Sample) -> None:
        """Take the next sample."""
        if len(self._samples) >= _TRIM_AT:
            del self._samples[: _TRIM_AT // 2]
            self.first += _TRIM_AT // 2
        self._samples.append(sample)
        self.count += 1

    def sample(self, number: int) -> Sample:
        """Return a sample; `first` is the oldest one."""
        return self._samples[number - self.first]

    def samples(self, first: int, last: int) -> list[Sample]:
        """Return samples first .. last as far as they are known."""
        return self._samples[max(first - self.first, 0) : max(last - self.first + 1, 0)]

    def number_at(self, t_us: int, near: int) -> int:
        """Return the last sample not after `t_us`, searching from `near`; at least the oldest one known."""
        number = min(max(near, self.first), self.count - 1)
        while number > self.first and self.sample(number).t_us > t_us:
            number -= 1
        while number + 1 < self.count and self.sample(number + 1).t_us <= t_us:
            number += 1
        return number

    def mean_deg(self, first: int, last: int) -> tuple[float, float]:
        """Return the mean direction of samples first .. last."""
        samples = self.samples(first, last)
        return (
            sum([sample.azimuth_nano for sample in samples]) / len(samples) * 1e-9,
            sum([sample.elevation_nano for sample in samples]) / len(samples) * 1e-9,
        )


class SlopeWindow:
    """Speed of one sample after the other of a piece."""

    def __init__(self, piece: Piece) -> None:
        self._piece = piece
        self._centre = -1
        self._half = 0
        self._base_us = 0
        self._sums = (0, 0, 0, 0, 0, 0)  # t, t t, azimuth, t azimuth, elevation, t elevation

    def speed_deg_s(self, centre: int, half: int) -> float:
        """Return the speed around a sample; `half` samples to either side must be known."""
        if centre == self._centre + 1 and half == self._half:
            self._move(self._piece.sample(centre + half), self._piece.sample(centre - half - 1))
        else:
            self._sum_up(self._piece.samples(centre - half, centre + half))
        self._centre, self._half = centre, half
        count = 2 * half + 1
        t, t_t, azimuth, t_azimuth, elevation, t_elevation = self._sums
        spread = count * t_t - t * t
        if spread == 0:  # all within one microsecond: time stamps without meaning
            return 0.0
        across = (count * t_azimuth - t * azimuth) / spread
        down = (count * t_elevation - t * elevation) / spread
        return 1e-3 * math.sqrt(across * across + down * down)  # nanodegrees per microsecond

    def _move(self, entering: Sample, leaving: Sample) -> None:
        t, t_t, azimuth, t_azimuth, elevation, t_elevation = self._sums
        new_us, old_us = entering.t_us - self._base_us, leaving.t_us - self._base_us
        self._sums = (
            t + new_us - old_us,
            t_t + new_us * new_us - old_us * old_us,
            azimuth + entering.azimuth_nano - leaving.azimuth_nano,
            t_azimuth + new_us * entering.azimuth_nano - old_us * leaving.azimuth_nano,
            elevation + entering.elevation_nano - leaving.elevation_nano,
            t_elevation + new_us * entering.elevation_nano - old_us * leaving.elevation_nano,
        )

    def _sum_up(self, samples: list[Sample]) -> None:
        self._base_us = samples[0].t_us
        t = t_t = azimuth = t_azimuth = elevation = t_elevation = 0
        for sample in samples:
            t_us = sample.t_us - self._base_us
            t += t_us
            t_t += t_us * t_us
            azimuth += sample.azimuth_nano
            t_azimuth += t_us * sample.azimuth_nano
            elevation += sample.elevation_nano
            t_elevation += t_us * sample.elevation_nano
        self._sums = (t, t_t, azimuth, t_azimuth, elevation, t_elevation)
