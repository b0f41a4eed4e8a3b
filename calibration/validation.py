"""How well gaze meets targets: accuracy, precision, loss and rate, for each target and each eye.

The figures are those of `gaze_core.quality`, which agree with ETDQualitizer (doi 10.3758/s13428-026-03039-4).
Gaze and target are directions seen from where the tracker saw the eye at that sample; without eye positions
the eye is in front of the screen centre. All samples of a target count unless a window is asked for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.directions import directions, screen_gaze
from gaze_core.eyes import Eye
from gaze_core.geometry import (
    BoolArray,
    FloatArray,
    ViewingGeometry,
    direction_to_vector,
    vector_to_direction,
)
from gaze_core.quality import Accuracy, accuracy, bcea_deg2, rms_s2s_deg, std_deg, summarise_sampling
from gaze_core.rows import NO_TIME, Rows

EYES: Final = (Eye.LEFT, Eye.RIGHT, Eye.AVERAGE)
_PREFIXES: Final = {Eye.LEFT: "left_", Eye.RIGHT: "right_", Eye.AVERAGE: ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRange:
    """Samples ``first <= row < end``; empty where `end` equals `first`."""

    first: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetWindow:
    """The part of each target that counts, fixed in time against the target, whatever was lost in it."""

    length_ms: float = 300.0  # Titta: the last 300 ms
    before_end_ms: float = 0.0  # from its last instant to the end of the target

    def __post_init__(self) -> None:
        if not (0.0 < self.length_ms <= 60_000.0 and 0.0 <= self.before_end_ms <= 60_000.0):
            raise ValueError(
                f"A window of {self.length_ms:g} ms that ends {self.before_end_ms:g} ms before its target is "
                "none; give a length above 0."
            )

    @property
    def reach_ms(self) -> float:
        """From its first instant to the end of the target."""
        return self.length_ms + self.before_end_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetResult:
    """How one signal met one target. NaN where there are too few valid samples."""

    target_id: int
    x_norm: float  # the target
    y_norm: float
    eye: Eye
    accuracy: Accuracy  # deg
    rms_s2s_deg: float
    std_deg: float
    bcea_deg2: float  # 68 % of the samples
    sample_count: int  # delivered while the target counted
    loss_percent: float  # invalid among the delivered
    effective_rate_hz: float  # valid samples per second


@dataclass(frozen=True, slots=True, kw_only=True)
class EyeResult:
    """One signal over all targets; NaN as soon as one target has no valid sample."""

    eye: Eye
    mean_offset_deg: float
    worst_offset_deg: float
    mean_rms_s2s_deg: float
    mean_std_deg: float
    mean_loss_percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationResult:
    """One validation: every target with every signal, and every signal over all targets."""

    targets: tuple[TargetResult, ...]  # in order of the targets, each with left, right, average
    eyes: tuple[EyeResult, ...]  # left, right, average; none without targets
    window_ms: float  # NaN: all samples of a target


def rows_of_targets(t_host_ns: npt.ArrayLike, targets: Rows) -> tuple[RowRange, ...]:
    """Return which samples were taken while each target was shown.

    Parameters
    ----------
    t_host_ns
        When the samples were taken, or else arrived, on the host clock; shape (n,), never decreasing.
    targets
        TARGET rows on the same clock. A sample half an interval from a target's first or last instant still
        is on this side of it: targets that come from a table lie exactly on samples.

    Raises
    ------
    ValueError
        If the samples or targets have no usable times, as those of a recording that was played as fast as
        possible.
    """
    times = np.asarray(t_host_ns, np.int64)
    if np.any(np.diff(times) < 0):
        raise ValueError("The samples do not lie in order of arrival, so none can be told to a target.")
    is_timed = (targets["t_on_host_ns"] != NO_TIME) & (targets["t_off_host_ns"] > targets["t_on_host_ns"])
    if not is_timed.all():
        raise ValueError(
            "The targets have no duration, so no sample can be told to them. "
            "Play the file at a speed, not with speed=max."
        )
    steps_ns = np.diff(times)
    half_ns = int(np.median(steps_ns)) // 2 if len(steps_ns) else 0
    firsts = np.searchsorted(times, targets["t_on_host_ns"] - half_ns, side="left")
    ends = np.searchsorted(times, targets["t_off_host_ns"] - half_ns, side="left")
    return tuple(
        RowRange(first=int(first), end=int(max(first, end))) for first, end in zip(firsts, ends, strict=True)
    )


def validate_targets(
    gaze: Rows,
    targets: Rows,
    ranges: Sequence[RowRange],
    geometry: ViewingGeometry,
    *,
    window_ms: float = math.nan,
) -> ValidationResult:
    """Return how well gaze met targets.

    Parameters
    ----------
    gaze
        GAZE rows as delivered, nothing filled in.
    targets
        TARGET rows.
    ranges
        The samples of each target; see `rows_of_targets`.
    geometry
        The screen and where the eye is without a measured position.
    window_ms
        Only the last so many ms of each target count, on the tracker's clock; NaN: all of them.

    Raises
    ------
    ValueError
        If there is not one range for each target, or the window is not a time.
    """
    if len(targets) != len(ranges):
        raise ValueError(f"There are {len(targets)} targets and {len(ranges)} ranges of samples.")
    if window_ms <= 0:
        raise ValueError(f"A window of {window_ms:g} ms holds no samples; give some hundred.")
    results = []
    for target, rows in zip(targets, ranges, strict=True):
        shown = _last_part(gaze[rows.first : rows.end], window_ms)
        results += [_target_result(shown, target, eye, geometry) for eye in EYES]
    return ValidationResult(
        targets=tuple(results),
        eyes=tuple(_eye_result(eye, results) for eye in EYES) if results else (),
        window_ms=window_ms,
    )


def validate_windows(
    gaze: Rows, targets: Rows, geometry: ViewingGeometry, window: TargetWindow
) -> ValidationResult:
    """Return how well gaze met targets in a fixed window of each.

    The window is cut by arrival on the host clock, so it lies earlier on the screen by the tracker's latency:
    it never reaches into the time after its target.

    Parameters
    ----------
    gaze
        GAZE rows in order of arrival, nothing filled in.
    targets
        TARGET rows on the same clock.
    geometry
        The screen and where the eye is without a measured position.
    window
        The part of each target that counts.
    """
    ranges = rows_of_windows(gaze["t_host_ns"], targets, window)
    return replace(validate_targets(gaze, targets, ranges, geometry), window_ms=window.length_ms)


def rows_of_windows(t_host_ns: npt.ArrayLike, targets: Rows, window: TargetWindow) -> tuple[RowRange, ...]:
    """Return which samples arrived in the window of each target; see `rows_of_targets`."""
    if not len(targets):
        return ()
    # Only what arrived while targets were shown decides, so that a whole recording gives the same samples.
    times = np.asarray(t_host_ns, np.int64)
    first = int(np.searchsorted(times, targets["t_on_host_ns"].min(), side="left"))
    end = int(np.searchsorted(times, targets["t_off_host_ns"].max(), side="right"))
    windows = targets.copy()
    length_ns, before_ns = round(window.length_ms * 1e6), round(window.before_end_ms * 1e6)
    windows["t_off_host_ns"] = targets["t_off_host_ns"] - before_ns
    windows["t_on_host_ns"] = np.maximum(targets["t_on_host_ns"], windows["t_off_host_ns"] - length_ns)
    found = rows_of_targets(times[first:end], windows)
    return tuple(RowRange(first=first + rows.first, end=first + rows.end) for rows in found)


def _last_part(gaze: Rows, window_ms: float) -> Rows:
    if math.isnan(window_ms) or not len(gaze):
        return gaze
    first_ns = int(gaze["t_device_ns"][-1]) - round(window_ms * 1e6)
    return gaze[gaze["t_device_ns"] > first_ns]


def _target_result(gaze: Rows, target: np.void, eye: Eye, geometry: ViewingGeometry) -> TargetResult:
    azimuth, elevation = _gaze_directions(gaze, eye, geometry)
    is_valid = np.isfinite(azimuth)
    target_azimuth, target_elevation = _target_direction(gaze, target, eye, is_valid, geometry)
    # The nominal rate only decides what a gap is, which is not reported here.
    sampling = summarise_sampling(gaze["t_device_ns"], is_valid, math.nan)
    return TargetResult(
        target_id=int(target["target_id"]),
        x_norm=float(target["x_norm"]),
        y_norm=float(target["y_norm"]),
        eye=eye,
        accuracy=accuracy(azimuth, elevation, target_azimuth, target_elevation),
        rms_s2s_deg=rms_s2s_deg(azimuth, elevation),
        std_deg=std_deg(azimuth, elevation),
        bcea_deg2=bcea_deg2(azimuth, elevation),
        sample_count=len(gaze),
        loss_percent=sampling.loss_of_delivered_percent,
        effective_rate_hz=sampling.effective_rate_hz,
    )


def _gaze_directions(gaze: Rows, eye: Eye, geometry: ViewingGeometry) -> tuple[FloatArray, FloatArray]:
    if eye is Eye.AVERAGE:
        # As a tracker without single eyes would deliver it: one point, seen from the middle of the eyes.
        gaze = gaze.copy()
        gaze["x_norm"], gaze["y_norm"] = screen_gaze(gaze, Eye.AVERAGE)
        gaze["valid"] = np.isfinite(gaze["x_norm"])
    return _columns(directions(gaze, geometry), eye)


def _target_direction(
    gaze: Rows, target: np.void, eye: Eye, is_valid: BoolArray, geometry: ViewingGeometry
) -> tuple[float, float]:
    """Return the mean direction of the target, seen from the eye at the valid samples; NaN without any."""
    at_target = gaze[is_valid].copy()
    if not len(at_target):
        return math.nan, math.nan
    prefix = _PREFIXES[eye]
    at_target[f"{prefix}x_norm"], at_target[f"{prefix}y_norm"] = target["x_norm"], target["y_norm"]
    at_target[f"{prefix}valid"] = 1
    components = direction_to_vector(*_columns(directions(at_target, geometry), eye))
    x, y, z = (float(component.mean()) for component in components)
    azimuth, elevation = vector_to_direction(x, y, z)
    return float(azimuth), float(elevation)


def _columns(rows: Rows, eye: Eye) -> tuple[FloatArray, FloatArray]:
    prefix = _PREFIXES[eye]
    return rows[f"{prefix}azimuth_deg"], rows[f"{prefix}elevation_deg"]


def _eye_result(eye: Eye, results: Sequence[TargetResult]) -> EyeResult:
    own = [result for result in results if result.eye is eye]
    offsets = np.array([result.accuracy.offset_deg for result in own])
    return EyeResult(
        eye=eye,
        mean_offset_deg=float(offsets.mean()),
        worst_offset_deg=float(offsets.max()),
        mean_rms_s2s_deg=_mean([result.rms_s2s_deg for result in own]),
        mean_std_deg=_mean([result.std_deg for result in own]),
        mean_loss_percent=_mean([result.loss_percent for result in own]),
    )


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))
