"""Accuracy and precision of gaze at a target, in degrees.

With directions as Fick angles (azimuth a, elevation e):

- accuracy: angle between the mean 3-D gaze direction and the target, with its components seen from there
- RMS-S2S = sqrt(mean(da^2 + de^2)) over neighbours that are both valid; a gap is never bridged
- STD = sqrt(var(a) + var(e)), divisor N
- BCEA = 2 k pi s_a s_e sqrt(1 - r^2), k = -ln(1 - P), divisor N - 1

All agree with ETDQualitizer (Niehorster et al., doi 10.3758/s13428-026-03039-4). Interpolated samples must
not be among the input. NaN marks missing samples and must stay in place: neighbours are those of the array.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.geometry import FloatArray, direction_to_vector, vector_to_direction

BCEA_SHARE: Final = 0.68
PRECISION_WINDOW_MS: Final = 200.0
"""Customary window; RMS-S2S and STD depend on it, so a report states it."""

_WINDOWS_AT_ONCE: Final = 20_000  # bounds the memory of the moving windows


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """How far the mean gaze direction lies from the target. NaN without a valid sample."""

    offset_deg: float  # angle between mean gaze and target
    azimuth_offset_deg: float  # signed, right positive, in a frame that looks at the target
    elevation_offset_deg: float  # signed, down positive, in that frame


def accuracy(
    azimuth_deg: npt.ArrayLike,
    elevation_deg: npt.ArrayLike,
    target_azimuth_deg: float,
    target_elevation_deg: float,
) -> Accuracy:
    """Return how far the mean direction of the valid samples is from the target direction."""
    azimuth, elevation = _valid(azimuth_deg, elevation_deg)
    if not len(azimuth):
        return Accuracy(offset_deg=math.nan, azimuth_offset_deg=math.nan, elevation_offset_deg=math.nan)
    x, y, z = (float(component.mean()) for component in direction_to_vector(azimuth, elevation))
    target_azimuth, target_elevation = math.radians(target_azimuth_deg), math.radians(target_elevation_deg)
    # Turned so that the target lies straight ahead, first about the vertical, then about the horizontal axis.
    x_turned = math.cos(target_azimuth) * x - math.sin(target_azimuth) * z
    z_turned = math.sin(target_azimuth) * x + math.cos(target_azimuth) * z
    y_turned = math.cos(target_elevation) * y - math.sin(target_elevation) * z_turned
    z_ahead = math.sin(target_elevation) * y + math.cos(target_elevation) * z_turned
    azimuth_offset, elevation_offset = vector_to_direction(x_turned, y_turned, z_ahead)
    return Accuracy(
        offset_deg=math.degrees(math.atan2(math.hypot(x_turned, y_turned), z_ahead)),
        azimuth_offset_deg=float(azimuth_offset),
        elevation_offset_deg=float(elevation_offset),
    )


def rms_s2s_deg(azimuth_deg: npt.ArrayLike, elevation_deg: npt.ArrayLike) -> float:
    """Return the root mean square of sample-to-sample steps; NaN without two valid neighbours."""
    squared = np.diff(_floats(azimuth_deg)) ** 2 + np.diff(_floats(elevation_deg)) ** 2
    squared = squared[np.isfinite(squared)]
    return math.sqrt(float(squared.mean())) if len(squared) else math.nan


def std_deg(azimuth_deg: npt.ArrayLike, elevation_deg: npt.ArrayLike) -> float:
    """Return the standard deviation of both axes together; NaN without a valid sample."""
    azimuth, elevation = _valid(azimuth_deg, elevation_deg)
    return math.hypot(float(azimuth.std()), float(elevation.std())) if len(azimuth) else math.nan


def bcea_deg2(azimuth_deg: npt.ArrayLike, elevation_deg: npt.ArrayLike, share: float = BCEA_SHARE) -> float:
    """Return the area of the ellipse that holds `share` of the samples; NaN with fewer than two.

    Raises
    ------
    ValueError
        If `share` is not between 0 and 1.
    """
    if not 0.0 < share < 1.0:
        raise ValueError(f"A BCEA holds a share between 0 and 1 of the samples, not {share}.")
    azimuth, elevation = _valid(azimuth_deg, elevation_deg)
    if len(azimuth) < 2:
        return math.nan
    covariance = np.cov(azimuth, elevation)
    # s_a s_e sqrt(1 - r^2) is the root of the determinant; rounding may push a straight line below 0.
    determinant = max(float(covariance[0, 0] * covariance[1, 1] - covariance[0, 1] ** 2), 0.0)
    return -2.0 * math.log(1.0 - share) * math.pi * math.sqrt(determinant)


def windowed_rms_s2s_deg(
    azimuth_deg: npt.ArrayLike, elevation_deg: npt.ArrayLike, window_samples: int
) -> float:
    """Return the median RMS-S2S of all windows of `window_samples` samples; NaN if there are too few.

    The robust figure for a reading, where most windows hold no saccade. 200 ms is customary.
    """
    squared = np.diff(_floats(azimuth_deg)) ** 2 + np.diff(_floats(elevation_deg)) ** 2
    pairs = window_samples - 1
    if pairs < 1 or pairs >= len(squared):
        return math.nan
    is_pair = np.isfinite(squared)
    sums = _window_sums(np.where(is_pair, squared, 0.0), pairs)
    counts = _window_sums(is_pair.astype(np.float64), pairs)
    has_pairs = counts > 0.5
    return float(np.median(np.sqrt(sums[has_pairs] / counts[has_pairs]))) if has_pairs.any() else math.nan


def windowed_std_deg(azimuth_deg: npt.ArrayLike, elevation_deg: npt.ArrayLike, window_samples: int) -> float:
    """Return the median STD of all windows of `window_samples` samples; NaN if there are too few."""
    azimuth, elevation = _floats(azimuth_deg), _floats(elevation_deg)
    if window_samples < 2 or window_samples >= len(azimuth):
        return math.nan
    is_valid = np.isfinite(azimuth) & np.isfinite(elevation)
    window_count = len(azimuth) - window_samples + 1
    variances = np.zeros(window_count)
    for axis in (azimuth, elevation):
        windows = np.lib.stride_tricks.sliding_window_view(np.where(is_valid, axis, np.nan), window_samples)
        for first in range(0, window_count, _WINDOWS_AT_ONCE):
            variances[first : first + _WINDOWS_AT_ONCE] += _row_variances(
                windows[first : first + _WINDOWS_AT_ONCE]
            )
    variances = variances[np.isfinite(variances)]
    return float(np.median(np.sqrt(variances))) if len(variances) else math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How the two eyes differ, left minus right, over samples with both. NaN without any."""

    azimuth_median_deg: float
    azimuth_sd_deg: float
    elevation_median_deg: float
    elevation_sd_deg: float
    sample_count: int


def left_right_agreement(
    left_azimuth_deg: npt.ArrayLike,
    left_elevation_deg: npt.ArrayLike,
    right_azimuth_deg: npt.ArrayLike,
    right_elevation_deg: npt.ArrayLike,
) -> Agreement:
    """Return median and standard deviation of left minus right per axis."""
    azimuth, elevation = _valid(
        _floats(left_azimuth_deg) - _floats(right_azimuth_deg),
        _floats(left_elevation_deg) - _floats(right_elevation_deg),
    )
    has_any = len(azimuth) > 0
    return Agreement(
        azimuth_median_deg=float(np.median(azimuth)) if has_any else math.nan,
        azimuth_sd_deg=float(azimuth.std()) if has_any else math.nan,
        elevation_median_deg=float(np.median(elevation)) if has_any else math.nan,
        elevation_sd_deg=float(elevation.std()) if has_any else math.nan,
        sample_count=len(azimuth),
    )


def _floats(values: npt.ArrayLike) -> FloatArray:
    return np.asarray(values, dtype=np.float64)


def _valid(first: npt.ArrayLike, second: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    a, b = _floats(first), _floats(second)
    is_valid = np.isfinite(a) & np.isfinite(b)
    return a[is_valid], b[is_valid]


def _window_sums(values: FloatArray, length: int) -> FloatArray:
    sums = np.concatenate([[0.0], np.cumsum(values)])
    return np.asarray(sums[length:] - sums[:-length])


def _row_variances(windows: FloatArray) -> FloatArray:
    """Variance (divisor N) of the finite values of each row; NaN where a row has none."""
    is_valid = np.isfinite(windows)
    counts = is_valid.sum(axis=1)
    divisor = np.where(counts > 0, counts, np.nan)
    means = np.where(is_valid, windows, 0.0).sum(axis=1) / divisor
    return np.asarray(np.where(is_valid, (windows - means[:, None]) ** 2, 0.0).sum(axis=1) / divisor)
