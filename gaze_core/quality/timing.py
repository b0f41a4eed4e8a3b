"""How many samples there were, how often, and where they are missing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.geometry import BoolArray

GAP_INTERVALS: Final = 1.5
"""Two samples further apart than so many intervals have a gap between them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Time in which samples should have come and did not."""

    t_before_ns: int  # last sample before it
    t_after_ns: int  # first sample after it
    missing_count: int  # samples that would have fit in


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingSummary:
    """Rate and loss of one stretch of samples. NaN where they cannot be told."""

    sample_count: int  # delivered
    valid_count: int
    duration_s: float  # last minus first plus the median interval
    median_interval_ms: float
    p95_interval_ms: float
    interval_sd_ms: float
    effective_rate_hz: float  # valid samples per second
    loss_of_delivered_percent: float  # invalid among the delivered
    loss_of_expected_percent: float  # missing or invalid among those the nominal rate promises
    gaps: tuple[Gap, ...]


def summarise_sampling(
    t_ns: npt.ArrayLike, is_valid: npt.ArrayLike, nominal_rate_hz: float
) -> SamplingSummary:
    """Return rate, loss and gaps of samples in order of time.

    Parameters
    ----------
    t_ns
        Times of the samples, int64, shape (n,).
    is_valid
        Whether each sample is valid in the signal that will be analysed, shape (n,).
    nominal_rate_hz
        The device setting; NaN where unknown (the median interval then stands in for the gaps).
    """
    times, valid = np.asarray(t_ns, np.int64), np.asarray(is_valid, np.bool_)
    intervals_ns = np.diff(times).astype(np.float64)
    has_intervals = len(intervals_ns) > 0
    median_ns = float(np.median(intervals_ns)) if has_intervals else math.nan
    duration_s = (float(times[-1] - times[0]) + median_ns) * 1e-9 if has_intervals else math.nan
    valid_count = int(valid.sum())
    is_rated = math.isfinite(nominal_rate_hz) and nominal_rate_hz > 0
    interval_ns = 1e9 / nominal_rate_hz if is_rated else median_ns
    return SamplingSummary(
        sample_count=len(times),
        valid_count=valid_count,
        duration_s=duration_s,
        median_interval_ms=median_ns * 1e-6,
        p95_interval_ms=float(np.percentile(intervals_ns, 95)) * 1e-6 if has_intervals else math.nan,
        interval_sd_ms=float(intervals_ns.std()) * 1e-6 if has_intervals else math.nan,
        effective_rate_hz=valid_count / duration_s if duration_s > 0 else math.nan,
        loss_of_delivered_percent=loss_of_delivered_percent(valid),
        loss_of_expected_percent=loss_of_expected_percent(valid, duration_s, nominal_rate_hz),
        gaps=find_gaps(times, interval_ns),
    )


def loss_of_delivered_percent(is_valid: npt.ArrayLike) -> float:
    """Return the percentage of delivered samples that are invalid; NaN without samples."""
    valid: BoolArray = np.asarray(is_valid, np.bool_)
    return 100.0 * (1.0 - float(valid.mean())) if len(valid) else math.nan


def loss_of_expected_percent(is_valid: npt.ArrayLike, duration_s: float, nominal_rate_hz: float) -> float:
    """Return the percentage of expected samples missing or invalid; NaN where none are expected."""
    expected = duration_s * nominal_rate_hz
    if not expected > 0:
        return math.nan
    return 100.0 * (1.0 - int(np.asarray(is_valid, np.bool_).sum()) / expected)


def find_gaps(t_ns: npt.ArrayLike, interval_ns: float) -> tuple[Gap, ...]:
    """Return where neighbours are more than `GAP_INTERVALS` intervals apart."""
    times = np.asarray(t_ns, np.int64)
    if not interval_ns > 0:
        return ()
    steps = np.diff(times)
    return tuple(
        Gap(
            t_before_ns=int(times[index]),
            t_after_ns=int(times[index + 1]),
            missing_count=max(1, round(float(steps[index]) / interval_ns) - 1),
        )
        for index in np.flatnonzero(steps > GAP_INTERVALS * interval_ns)
    )
