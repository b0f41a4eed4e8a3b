"""Error over screen and time: every validation and drift check of a session as points of one picture.

The next targets
----------------
Where would a measurement tell most? The offset is taken as a smooth field over screen and time: two points
have the correlation

    exp(-0.5 (ds / 0.3)^2 - 0.5 (dt / 20 min)^2)        ds: fraction of the screen width

and a measurement has a tenth of the field's variance as noise of its own. Of a grid of candidates that one is
chosen which most lowers the mean expected variance over the screen now, then the second in the same way with
the first taken as measured (greedy A-optimal design on a Gaussian process). Rule and numbers are ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from calibration.drift import DriftResult
from calibration.targets import Target
from calibration.validation import TargetResult, ValidationResult
from gaze_core.eyes import Eye
from gaze_core.geometry import FloatArray, ViewingGeometry

NEXT_TARGETS_RULE: Final = (
    "the two targets that most lower the mean expected variance of the offset over the screen, "
    "errors alike within 0.3 screen widths and 20 minutes (greedy, Gaussian process)"
)
_LENGTH_WIDTHS: Final = 0.3
_LENGTH_S: Final = 1200.0
_NOISE_SHARE: Final = 0.1
_MARGIN_NORM: Final = 0.1  # targets nearer to the edge are hard to see and to track
_COLUMNS: Final = 9
_ROWS: Final = 7
_MOST_POINTS: Final = 300  # the newest; older ones tell nothing about now

PointSource: TypeAlias = Literal["validation", "closing", "drift"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPoint:
    """One measured offset of one signal."""

    t_host_ns: int
    x_norm: float  # the target
    y_norm: float
    azimuth_offset_deg: float  # signed, right positive
    elevation_offset_deg: float  # signed, down positive
    offset_deg: float
    std_deg: float
    source: PointSource


class AccuracyMap:
    """The points of one session, for one signal.

    Parameters
    ----------
    eye
        The study's signal: left, right or average.
    geometry
        The screen, for distances on it.
    """

    def __init__(self, eye: Eye, geometry: ViewingGeometry) -> None:
        self._eye = eye
        self._geometry = geometry
        self._points: list[ErrorPoint] = []

    @property
    def points(self) -> tuple[ErrorPoint, ...]:
        """All points in order of time."""
        return tuple(sorted(self._points, key=lambda point: point.t_host_ns))

    def add_validation(
        self, result: ValidationResult, t_host_ns: int, *, source: PointSource = "validation"
    ) -> None:
        """Enter a complete validation; targets without gaze are left out."""
        self._add(result.targets, t_host_ns, source)

    def add_drift(self, result: DriftResult) -> None:
        """Enter a drift check."""
        self._add(result.eyes, result.t_host_ns, "drift")

    def next_targets(self, now_host_ns: int, count: int = 2) -> tuple[Target, ...]:
        """Return the targets that would tell most now, by `NEXT_TARGETS_RULE`; the best first."""
        grid = self._grid()
        screen = self._places(grid)
        measured = [*self.points][-_MOST_POINTS:]
        known = self._places(np.array([(p.x_norm, p.y_norm) for p in measured]).reshape(-1, 2))
        age_s = np.array([(now_host_ns - p.t_host_ns) * 1e-9 for p in measured])
        covariance = _field(screen, screen, np.zeros(len(screen)), np.zeros(len(screen)))
        if measured:
            between = _field(screen, known, np.zeros(len(screen)), age_s)
            inner = _field(known, known, age_s, age_s) + _NOISE_SHARE * np.eye(len(known))
            covariance -= between @ np.linalg.solve(inner, between.T)
        chosen = []
        for number in range(min(count, len(grid))):
            # A measurement at candidate j lowers the variance at i by cov_ij^2 / (cov_jj + noise).
            gain = (covariance**2).sum(axis=0) / (np.diag(covariance) + _NOISE_SHARE)
            best = int(np.argmax(np.round(gain, 9)))
            column = covariance[:, best].copy()
            covariance -= np.outer(column, column) / (column[best] + _NOISE_SHARE)
            chosen.append(Target(target_id=number, x_norm=float(grid[best, 0]), y_norm=float(grid[best, 1])))
        return tuple(chosen)

    def _add(self, targets: Sequence[TargetResult], t_host_ns: int, source: PointSource) -> None:
        self._points += [
            ErrorPoint(
                t_host_ns=t_host_ns,
                x_norm=target.x_norm,
                y_norm=target.y_norm,
                azimuth_offset_deg=target.accuracy.azimuth_offset_deg,
                elevation_offset_deg=target.accuracy.elevation_offset_deg,
                offset_deg=target.accuracy.offset_deg,
                std_deg=target.std_deg,
                source=source,
            )
            for target in targets
            if target.eye is self._eye and np.isfinite(target.accuracy.offset_deg)
        ]

    def _grid(self) -> FloatArray:
        x_norm = np.linspace(_MARGIN_NORM, 1.0 - _MARGIN_NORM, _COLUMNS)
        y_norm = np.linspace(_MARGIN_NORM, 1.0 - _MARGIN_NORM, _ROWS)
        return np.stack(np.meshgrid(x_norm, y_norm), axis=-1).reshape(-1, 2)

    def _places(self, norm: FloatArray) -> FloatArray:
        """Return places in screen widths, so that both axes have one length."""
        ratio = self._geometry.screen.height_mm / self._geometry.screen.width_mm
        return np.asarray(norm * np.array([1.0, ratio]))


def _field(a: FloatArray, b: FloatArray, a_age_s: FloatArray, b_age_s: FloatArray) -> FloatArray:
    apart = ((a[:, None, :] - b[None, :, :]) ** 2).sum(axis=-1) / _LENGTH_WIDTHS**2
    aged = (a_age_s[:, None] - b_age_s[None, :]) ** 2 / _LENGTH_S**2
    return np.asarray(np.exp(-0.5 * (apart + aged)))
