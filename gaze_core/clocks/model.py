"""How a foreign clock runs on the host clock: straight segments, grouped in unbroken time lines."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from gaze_core.rows import NO_TIME

TimeArray: TypeAlias = npt.NDArray[np.int64]

_WINDOW_TOLERANCE_NS: Final = 1e6  # a time line's window is known no better than its fit


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSegment:
    """One straight piece: ``host = intercept + (remote - anchor) * (1 + slope_ppm / 1e6)``."""

    line: int  # number of the unbroken time line it belongs to; a reset begins the next
    first_remote_ns: int  # first foreign time it was fitted on
    last_remote_ns: int  # last foreign time it was fitted on
    anchor_remote_ns: int  # foreign time at which the intercept holds
    intercept_ns: int  # host time at the anchor
    slope_ppm: float  # how much faster the host clock runs
    rms_ns: float  # residual, ns
    row_count: int  # rows or samples the fit used
    is_envelope: bool  # fitted on arrivals: host times are late by an unknown constant delay

    def to_host_ns(self, remote_ns: TimeArray) -> TimeArray:
        """Return host times; exact integers but for the drift, which is small enough for a float."""
        elapsed_ns = remote_ns - self.anchor_remote_ns
        drift_ns = np.rint(elapsed_ns * (self.slope_ppm * 1e-6)).astype(np.int64)
        return np.asarray(elapsed_ns + self.intercept_ns + drift_ns)

    @property
    def first_host_ns(self) -> int:
        """Host time of its first foreign time."""
        return int(self.to_host_ns(np.array([self.first_remote_ns], np.int64))[0])

    @property
    def last_host_ns(self) -> int:
        """Host time of its last foreign time."""
        return int(self.to_host_ns(np.array([self.last_remote_ns], np.int64))[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockModel:
    """All segments of one foreign clock, in order of time line and then of foreign time."""

    clock_id: str
    segments: tuple[ClockSegment, ...]

    @property
    def is_envelope(self) -> bool:
        """Whether any part carries an unknown constant delay."""
        return any(segment.is_envelope for segment in self.segments)

    def to_host_ns(self, remote_ns: npt.ArrayLike, near_host_ns: npt.ArrayLike | None = None) -> TimeArray:
        """Return the host times of foreign times; `NO_TIME` stays `NO_TIME`.

        Parameters
        ----------
        remote_ns
            Foreign times, int64, any shape.
        near_host_ns
            Arrival times of the same samples. After a reset the same foreign time can exist twice; the
            arrival decides which is meant. Without it the time line fitted nearest that value is taken,
            the later one when both hold it.
        """
        remote = np.asarray(remote_ns, np.int64)
        near = None if near_host_ns is None else np.asarray(near_host_ns, np.int64)
        host = self._mapped(np.atleast_1d(remote), near)
        return np.where(remote == NO_TIME, np.int64(NO_TIME), host.reshape(remote.shape))

    def _mapped(self, remote: TimeArray, near: TimeArray | None) -> TimeArray:
        lines = [tuple(group) for _, group in groupby(self.segments, key=lambda segment: segment.line)]
        if not lines:
            return np.full(remote.shape, NO_TIME, np.int64)
        best = _map_line(lines[0], remote)
        if len(lines) == 1:
            return best
        best_excess = _window_excess_ns(best, None, lines[1])
        best_distance = _distance_ns(best, remote, near, lines[0])
        for number in range(1, len(lines)):
            host = _map_line(lines[number], remote)
            following = lines[number + 1] if number + 1 < len(lines) else None
            excess = _window_excess_ns(host, lines[number - 1], following)
            distance = _distance_ns(host, remote, near, lines[number])
            is_equal = np.abs(excess - best_excess) <= _WINDOW_TOLERANCE_NS
            is_better = np.where(is_equal, distance <= best_distance, excess < best_excess)
            best = np.where(is_better, host, best)
            best_excess = np.where(is_better, excess, best_excess)
            best_distance = np.where(is_better, distance, best_distance)
        return best


def _map_line(segments: tuple[ClockSegment, ...], remote: TimeArray) -> TimeArray:
    host = segments[0].to_host_ns(remote)
    for segment in segments[1:]:
        host = np.where(remote >= segment.first_remote_ns, segment.to_host_ns(remote), host)
    return host


def _window_excess_ns(
    host: TimeArray, previous: tuple[ClockSegment, ...] | None, following: tuple[ClockSegment, ...] | None
) -> npt.NDArray[np.float64]:
    """How far host times leave the span in which their time line can have run."""
    excess = np.zeros(host.shape)
    if previous is not None:
        excess = np.maximum(excess, (previous[-1].last_host_ns - host).astype(np.float64))
    if following is not None:
        excess = np.maximum(excess, (host - following[0].first_host_ns).astype(np.float64))
    return excess


def _distance_ns(
    host: TimeArray, remote: TimeArray, near: TimeArray | None, line: tuple[ClockSegment, ...]
) -> npt.NDArray[np.float64]:
    if near is not None:
        return np.abs((host - near).astype(np.float64))
    before = (line[0].first_remote_ns - remote).astype(np.float64)
    after = (remote - line[-1].last_remote_ns).astype(np.float64)
    return np.maximum(np.maximum(before, after), 0.0)
