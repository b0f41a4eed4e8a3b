"""Least-squares speed over a moving window of samples, exact at any length of stream.

slope = (n sum(t g) - sum(t) sum(g)) / (n sum(t t) - sum(t)^2), speed = hypot of both axes, over 2 h + 1
samples around the one asked for. Real times are used, so a missing sample does no harm. Directions are whole
nanodegrees and times whole microseconds: the running sums are integers and never drift.
"""

from __future__ import annotations

import math
from typing import Final

_TRIM_AT: Final = 4096
"""Samples kept before old ones are dropped."""


class Piece:
    """The newest samples of a run of gaze without loss, by their number in that run."""

    def __init__(self, start_ns: int) -> None:
        self.start_ns = start_ns  # running time of sample 0
        self.count = 0
        self._first = 0
        self._t_us: list[int] = []
        self._azimuth_nano: list[int] = []
        self._elevation_nano: list[int] = []
        self._row: list[int] = []
        self._t_ns: list[int] = []
        self._eyes: list[int] = []

    def append(
        self, t_us: int, azimuth_nano: int, elevation_nano: int, row: int, t_ns: int, eyes: int
    ) -> None:
        """Take the next sample."""
        if len(self._t_us) >= _TRIM_AT:
            self._trim(_TRIM_AT // 2)
        self._t_us.append(t_us)
        self._azimuth_nano.append(azimuth_nano)
        self._elevation_nano.append(elevation_nano)
        self._row.append(row)
        self._t_ns.append(t_ns)
        self._eyes.append(eyes)
        self.count += 1

    def _trim(self, dropped: int) -> None:
        for values in (
            self._t_us,
            self._azimuth_nano,
            self._elevation_nano,
            self._row,
            self._t_ns,
            self._eyes,
        ):
            del values[:dropped]
        self._first += dropped

    @property
    def first(self) -> int:
        """Number of the oldest sample still known."""
        return self._first

    def t_us(self, number: int) -> int:
        """Return the time of a sample since the start of the piece."""
        return self._t_us[number - self._first]

    def t_ns(self, number: int) -> int:
        """Return the time stamp of a sample."""
        return self._t_ns[number - self._first]

    def row(self, number: int) -> int:
        """Return the row of the stream that a sample came from."""
        return self._row[number - self._first]

    def eyes(self, number: int) -> int:
        """Return the eyes a sample was made of."""
        return self._eyes[number - self._first]

    def nano(self, number: int) -> tuple[int, int]:
        """Return azimuth and elevation of a sample in nanodegrees."""
        index = number - self._first
        return self._azimuth_nano[index], self._elevation_nano[index]

    def number_at(self, t_us: int, near: int) -> int:
        """Return the last sample not after `t_us`, searching from `near`; at least the oldest one known."""
        number = min(max(near, self._first), self.count - 1)
        while number > self._first and self.t_us(number) > t_us:
            number -= 1
        while number + 1 < self.count and self.t_us(number + 1) <= t_us:
            number += 1
        return number

    def mean_deg(self, first: int, last: int) -> tuple[float, float]:
        """Return the mean direction of samples first .. last."""
        low, stop = max(first - self._first, 0), last - self._first + 1
        count = stop - low
        return (
            sum(self._azimuth_nano[low:stop]) / count * 1e-9,
            sum(self._elevation_nano[low:stop]) / count * 1e-9,
        )


class SlopeWindow:
    """Speed of one sample after the other of a piece."""

    def __init__(self, piece: Piece) -> None:
        self._piece = piece
        self._centre = -1
        self._half = 0
        self._sums = (0, 0, 0, 0, 0, 0)  # t, t t, azimuth, t azimuth, elevation, t elevation

    def speed_deg_s(self, centre: int, half: int) -> float:
        """Return the speed around a sample; `half` samples to either side must be known."""
        if centre == self._centre + 1 and half == self._half:
            self._move(centre + half, centre - half - 1)
        else:
            self._sum_up(centre - half, centre + half)
        self._centre, self._half = centre, half
        count = 2 * half + 1
        t, t_t, azimuth, t_azimuth, elevation, t_elevation = self._sums
        spread = count * t_t - t * t
        across = (count * t_azimuth - t * azimuth) / spread
        down = (count * t_elevation - t * elevation) / spread
        return 1e-3 * math.sqrt(across * across + down * down)  # nanodegrees per microsecond

    def _move(self, entering: int, leaving: int) -> None:
        piece = self._piece
        t, t_t, azimuth, t_azimuth, elevation, t_elevation = self._sums
        new_t, old_t = piece.t_us(entering), piece.t_us(leaving)
        new_azimuth, new_elevation = piece.nano(entering)
        old_azimuth, old_elevation = piece.nano(leaving)
        self._sums = (
            t + new_t - old_t,
            t_t + new_t * new_t - old_t * old_t,
            azimuth + new_azimuth - old_azimuth,
            t_azimuth + new_t * new_azimuth - old_t * old_azimuth,
            elevation + new_elevation - old_elevation,
            t_elevation + new_t * new_elevation - old_t * old_elevation,
        )

    def _sum_up(self, first: int, last: int) -> None:
        t = t_t = azimuth = t_azimuth = elevation = t_elevation = 0
        for number in range(first, last + 1):
            t_us = self._piece.t_us(number)
            azimuth_nano, elevation_nano = self._piece.nano(number)
            t += t_us
            t_t += t_us * t_us
            azimuth += azimuth_nano
            t_azimuth += t_us * azimuth_nano
            elevation += elevation_nano
            t_elevation += t_us * elevation_nano
        self._sums = (t, t_t, azimuth, t_azimuth, elevation, t_elevation)
