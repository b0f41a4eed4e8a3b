"""Fits of a whole recording: on bracketed sync rows, or on arrivals where there are none.

Sync rows: the middle of a bracket is the host time of the reading, half its width the uncertainty. The
narrowest quarter of the rows, taken stretch by stretch so that they span the recording, carries the line.
Arrivals: a sample is never early, so the lower envelope of ``arrival - device`` is the clock plus the
shortest delay, which stays unknown.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.clocks.lines import ClockPoints, fit_segments, jump_indices, lone_outliers, offset_ns
from gaze_core.clocks.model import ClockModel, ClockSegment, TimeArray
from gaze_core.rows import NO_TIME, Rows, encode_text

SENDER_CLOCKS: Final = ("device", "lsl")
"""Clock ids that stand for the clock of ``t_device_ns``; all others are of something else."""

SYNC_JUMP_NS: Final = 200_000.0
"""Readings that differ by more than their brackets, the drift and this have a reset between them."""

ARRIVAL_JUMP_NS: Final = 50e6
"""Shortest delays of neighbouring stretches differ by less than this unless the device clock was set."""

_STRETCH_ROWS: Final = 16
_KEPT_SHARE: Final = 4  # one in so many rows
_MIN_KEPT: Final = 8
_MIN_SIGMA_NS: Final = 1_000.0  # no bracket is known better than this

BLOCK_NS: Final = 1_000_000_000
ARRIVAL_SIGMA_NS: Final = 200_000.0
"""Scatter of the shortest delay of a block of arrivals."""

_MAX_BLOCKS: Final = 256


class ClockFitError(Exception):
    """There is nothing to fit a clock on."""


def sync_points(clock_sync_rows: Rows, clock_id: str) -> ClockPoints:
    """Return the usable readings of one clock in order of host time."""
    size = clock_sync_rows.dtype["clock_id"].itemsize
    before, after = clock_sync_rows["host_before_ns"], clock_sync_rows["host_after_ns"]
    remote = clock_sync_rows["remote_ns"]
    is_usable = (clock_sync_rows["clock_id"] == encode_text(clock_id, size)) & (after >= before)
    is_usable &= (before != NO_TIME) & (remote != NO_TIME)
    width = after[is_usable] - before[is_usable]
    middle = before[is_usable] + width // 2
    order = np.argsort(middle, kind="stable")
    return ClockPoints(
        remote_ns=remote[is_usable][order],
        host_ns=middle[order],
        sigma_ns=np.maximum(0.5 * width[order], _MIN_SIGMA_NS),
    )


def fit_clock(clock_sync_rows: Rows, clock_id: str) -> ClockModel:
    """Fit the foreign clock `clock_id` on its bracketed readings, split where it was reset.

    Raises
    ------
    ClockFitError
        If there is no usable row of that clock.
    """
    points = sync_points(clock_sync_rows, clock_id)
    if len(points.host_ns) == 0:
        raise ClockFitError(
            f"The recording has no usable sync row of the clock {clock_id!r}; fit arrivals instead."
        )
    points = points.part(~lone_outliers(points, SYNC_JUMP_NS))
    starts = [0, *jump_indices(points, SYNC_JUMP_NS), len(points.host_ns)]
    segments: list[ClockSegment] = []
    for line, (first, stop) in enumerate(pairwise(starts)):
        narrow = _narrowest(points.part(slice(first, stop)))
        fitted = fit_segments(narrow, line=line, row_count=len(narrow.host_ns), is_envelope=False)
        segments += fitted
    return ClockModel(clock_id=clock_id, segments=tuple(segments))


def fit_envelope(t_device_ns: npt.ArrayLike, t_host_ns: npt.ArrayLike) -> ClockModel:
    """Fit a device clock on the arrivals of all samples, in order of delivery; marked as envelope.

    Raises
    ------
    ClockFitError
        If no sample has both times.
    """
    remote, host = np.asarray(t_device_ns, np.int64), np.asarray(t_host_ns, np.int64)
    has_both = (remote != NO_TIME) & (host != NO_TIME)
    remote, host = remote[has_both], host[has_both]
    if len(remote) == 0:
        raise ClockFitError(
            "No sample has both a device time and an arrival time; the clock cannot be fitted."
        )
    went_back = np.flatnonzero(np.diff(remote) < -ARRIVAL_JUMP_NS) + 1
    starts = [0, *went_back.tolist(), len(remote)]
    segments: list[ClockSegment] = []
    line = 0
    for first, stop in pairwise(starts):
        for part in _split_at_jumps(remote[first:stop], host[first:stop]):
            minima = lowest_delays(*part)
            segments += fit_segments(minima, line=line, row_count=len(part[0]), is_envelope=True)
            line += 1
    return ClockModel(clock_id="device", segments=tuple(segments))


def lowest_delays(remote: TimeArray, host: TimeArray) -> ClockPoints:
    """Return the sample with the shortest delay of each block of about a second."""
    indices = _lowest_delay_indices(remote, host)
    return ClockPoints(
        remote_ns=remote[indices], host_ns=host[indices], sigma_ns=np.full(len(indices), ARRIVAL_SIGMA_NS)
    )


def _narrowest(points: ClockPoints) -> ClockPoints:
    count = len(points.host_ns)
    if count <= _MIN_KEPT:
        return points
    kept: list[npt.NDArray[np.intp]] = []
    for first in range(0, count, _STRETCH_ROWS):
        sigma = points.sigma_ns[first : first + _STRETCH_ROWS]
        keep = max(-(-len(sigma) // _KEPT_SHARE), -(-_MIN_KEPT * len(sigma) // count))
        kept.append(first + np.argsort(sigma, kind="stable")[:keep])
    return points.part(np.sort(np.concatenate(kept)))


def _lowest_delay_indices(remote: TimeArray, host: TimeArray) -> npt.NDArray[np.intp]:
    elapsed = np.maximum.accumulate(remote) - remote[0]
    span_ns = int(elapsed[-1])
    block_ns = max(span_ns // _MAX_BLOCKS, min(BLOCK_NS, span_ns // 4), 1)
    block = elapsed // block_ns
    firsts = np.flatnonzero(np.diff(block, prepend=block[:1] - 1))
    delay = host - remote
    stops = np.append(firsts[1:], len(remote))
    lowest = [first + int(np.argmin(delay[first:stop])) for first, stop in zip(firsts, stops, strict=True)]
    return np.array(lowest, dtype=np.intp)


def _split_at_jumps(remote: TimeArray, host: TimeArray) -> list[tuple[TimeArray, TimeArray]]:
    """Cut where the shortest delay changes for good: the device clock was set."""
    indices = _lowest_delay_indices(remote, host)
    points = ClockPoints(
        remote_ns=remote[indices], host_ns=host[indices], sigma_ns=np.full(len(indices), ARRIVAL_SIGMA_NS)
    )
    is_kept = ~lone_outliers(points, ARRIVAL_JUMP_NS)
    kept, where = points.part(is_kept), indices[is_kept]
    offset = offset_ns(kept)
    cuts = [0]
    for after in jump_indices(kept, ARRIVAL_JUMP_NS):
        first, last = int(where[after - 1]), int(where[after])
        steps = np.diff((host - remote)[first : last + 1])
        biggest = int(np.argmax(steps) if offset[after] > offset[after - 1] else np.argmin(steps))
        cuts.append(first + biggest + 1)
    cuts.append(len(remote))
    return [(remote[a:b], host[a:b]) for a, b in pairwise(cuts) if b > a]
