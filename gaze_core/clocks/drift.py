"""How much faster a foreign clock runs than the host's, with what is not known about that.

The uncertainty is one standard error of the slope from the scatter about the line, and beside it what a
change of the unknown part of each reading over the whole span would make: half a bracket, or the scatter of
the shortest delay.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.clocks.fit import ARRIVAL_JUMP_NS, SYNC_JUMP_NS, lowest_delays, sync_points
from gaze_core.clocks.lines import ClockPoints, fit_segments, jump_indices, lone_outliers
from gaze_core.clocks.model import ClockSegment
from gaze_core.rows import NO_TIME, Rows

_FEWEST_POINTS: Final = 3
_NS_PER_S: Final = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockDrift:
    """The rate of a foreign clock against the host's."""

    ppm: float  # positive: the foreign clock runs faster than the host's
    sigma_ppm: float  # uncertainty, one SD; NaN where it cannot be told
    span_s: float  # between the first and the last reading
    count: int  # readings the line stands on
    is_envelope: bool  # from arrivals, not from readings
    segment: ClockSegment  # the line


def drift_of_readings(clock_sync_rows: Rows, clock_id: str) -> ClockDrift | None:
    """Return the drift of a clock from its bracketed readings; None where there are fewer than three."""
    points = sync_points(clock_sync_rows, clock_id)
    return None if len(points.host_ns) < _FEWEST_POINTS else _drift(points, SYNC_JUMP_NS, is_envelope=False)


def drift_of_arrivals(t_device_ns: npt.ArrayLike, t_host_ns: npt.ArrayLike) -> ClockDrift | None:
    """Return the drift of a clock from the quickest arrivals; None where there are too few."""
    remote, host = np.asarray(t_device_ns, np.int64), np.asarray(t_host_ns, np.int64)
    has_both = (remote != NO_TIME) & (host != NO_TIME)
    if np.count_nonzero(has_both) < _FEWEST_POINTS:
        return None
    points = lowest_delays(remote[has_both], host[has_both])
    return None if len(points.host_ns) < _FEWEST_POINTS else _drift(points, ARRIVAL_JUMP_NS, is_envelope=True)


def _drift(points: ClockPoints, jump_ns: float, *, is_envelope: bool) -> ClockDrift:
    points = points.part(~lone_outliers(points, jump_ns))
    starts = [0, *jump_indices(points, jump_ns), len(points.host_ns)]
    first, stop = max(pairwise(starts), key=lambda part: part[1] - part[0])  # the longest unbroken line
    points = points.part(slice(first, stop))
    (segment,) = fit_segments(
        points, line=0, row_count=len(points.host_ns), is_envelope=is_envelope, max_pieces=1
    )
    residual_ns = (points.host_ns - segment.to_host_ns(points.remote_ns)).astype(np.float64)
    x_s = (points.remote_ns - points.remote_ns[0]).astype(np.float64) / _NS_PER_S
    span_s = float(x_s.max())
    return ClockDrift(
        ppm=-segment.slope_ppm,  # the segment says how much faster the host runs; the product is below 1e-9
        sigma_ppm=_sigma_ppm(residual_ns, x_s, float(np.median(points.sigma_ns)), span_s),
        span_s=span_s,
        count=len(points.host_ns),
        is_envelope=is_envelope,
        segment=segment,
    )


def _sigma_ppm(
    residual_ns: npt.NDArray[np.float64], x_s: npt.NDArray[np.float64], unknown_ns: float, span_s: float
) -> float:
    """Return the uncertainty of the slope; 1 ns per s is 0.001 ppm."""
    free = len(x_s) - 2
    if free < 1 or span_s <= 0:
        return math.nan
    scatter_ns = math.sqrt(float(np.sum(residual_ns**2)) / free)
    standard_error = scatter_ns / math.sqrt(float(np.sum((x_s - x_s.mean()) ** 2)))
    return math.hypot(standard_error, unknown_ns / span_s) * 1e-3
