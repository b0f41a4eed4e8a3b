"""The numerical core of all clock fits: jumps in an offset, and robust lines through it.

The offset of a foreign clock is ``host - remote``. It is small and smooth where the clocks run, so all
floats here are offsets relative to the first point, in ns: full int64 times would not fit a float.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.clocks.model import ClockSegment, TimeArray

MAX_RMS_NS: Final = 500_000.0
"""Above this residual one line is not enough (piecewise linear then)."""

_MIN_POINTS_PER_PIECE: Final = 4
_WORTHWHILE: Final = 0.7  # more pieces must lower the residual at least to this share: noise is no drift
_HUBER: Final = 2.0
_HUBER_ROUNDS: Final = 10
_SLOPE_PRIOR_NS_PER_S: Final = 200_000.0
"""Quartz differs by some 50 ppm: readings a moment apart say nothing about the slope, and this keeps it 0."""

_LIKELY_DRIFT: Final = 500e-6
_DRIFT_MARGIN: Final = 100e-6
_ROWS_FOR_A_USUAL_DRIFT: Final = 5

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockPoints:
    """Pairs of foreign and host time in order, with the uncertainty of each pair."""

    remote_ns: TimeArray
    host_ns: TimeArray
    sigma_ns: FloatArray  # uncertainty of a pair

    def part(self, which: slice | npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> ClockPoints:
        """Return some of the points."""
        return ClockPoints(
            remote_ns=self.remote_ns[which], host_ns=self.host_ns[which], sigma_ns=self.sigma_ns[which]
        )


def offset_ns(points: ClockPoints) -> FloatArray:
    """Return host minus remote relative to the first point."""
    offset = points.host_ns - points.remote_ns
    return np.asarray((offset - offset[0]).astype(np.float64))


def lone_outliers(points: ClockPoints, tolerance_ns: float) -> npt.NDArray[np.bool_]:
    """Return which points jump away from neighbours that agree with each other."""
    is_lone = np.zeros(len(points.host_ns), dtype=np.bool_)
    if len(points.host_ns) < 3:
        return is_lone
    drift = _usual_drift(points)
    jumps = _is_jump(points, drift, tolerance_ns)
    over_one = [
        _is_jump(points.part(slice(i, i + 3, 2)), drift, tolerance_ns)[0] for i in range(len(is_lone) - 2)
    ]
    is_lone[1:-1] = jumps[:-1] & jumps[1:] & ~np.array(over_one)
    return is_lone


def jump_indices(points: ClockPoints, tolerance_ns: float) -> list[int]:
    """Return the indices of the points before which the foreign clock was set anew."""
    if len(points.host_ns) < 2:
        return []
    jumps = _is_jump(points, _usual_drift(points), tolerance_ns)
    return [int(i) + 1 for i in np.flatnonzero(jumps)]


def fit_segments(
    points: ClockPoints, *, line: int, row_count: int, is_envelope: bool, max_pieces: int | None = None
) -> list[ClockSegment]:
    """Fit one time line with as few joined straight pieces as leave at most `MAX_RMS_NS`.

    Parameters
    ----------
    points
        At least one point of an unbroken time line.
    line, row_count, is_envelope
        Go into the segments; `row_count` is shared out over them.
    max_pieces
        No more pieces than this; None: as many as the points can carry.
    """
    pieces = 1
    best = _fit_joined(points, pieces)
    most = len(points.host_ns) // _MIN_POINTS_PER_PIECE if max_pieces is None else max_pieces
    while best.rms_ns > MAX_RMS_NS and 2 * pieces <= most:
        pieces *= 2
        finer = _fit_joined(points, pieces)
        if finer.rms_ns > _WORTHWHILE * best.rms_ns:
            break
        best = finer
    return _segments_of(points, best, line=line, row_count=row_count, is_envelope=is_envelope)


@dataclass(frozen=True, slots=True, kw_only=True)
class _JoinedFit:
    knots_s: FloatArray  # from the first point
    values_ns: FloatArray  # offset at the knots
    residual_ns: FloatArray
    weights: FloatArray  # 0..1: what the robust fit made of each point

    @property
    def rms_ns(self) -> float:
        return float(np.sqrt(np.sum(self.weights * self.residual_ns**2) / np.sum(self.weights)))


def _usual_drift(points: ClockPoints) -> float:
    if len(points.host_ns) < _ROWS_FOR_A_USUAL_DRIFT:
        return 0.0
    elapsed = np.maximum(np.diff(points.host_ns).astype(np.float64), 1.0)
    return float(np.clip(np.median(np.diff(offset_ns(points)) / elapsed), -_LIKELY_DRIFT, _LIKELY_DRIFT))


def _is_jump(points: ClockPoints, drift: float, tolerance_ns: float) -> npt.NDArray[np.bool_]:
    elapsed = np.abs(np.diff(points.host_ns).astype(np.float64))
    step = np.diff(offset_ns(points)) - drift * elapsed
    margin = _DRIFT_MARGIN if drift else _LIKELY_DRIFT
    allowed = points.sigma_ns[:-1] + points.sigma_ns[1:] + margin * elapsed + tolerance_ns
    return np.asarray(np.abs(step) > allowed)


def _fit_joined(points: ClockPoints, pieces: int) -> _JoinedFit:
    """Robust least squares of a joined line whose knots hold equal numbers of points between them."""
    x_s = (points.remote_ns - points.remote_ns[0]).astype(np.float64) * 1e-9
    y_ns = offset_ns(points)
    knots_s = np.unique(np.quantile(x_s, np.linspace(0.0, 1.0, pieces + 1)))
    if len(knots_s) == 1:  # a single point, or all at one time: the offset alone is known
        knots_s = np.array([knots_s[0], knots_s[0] + 1.0])
    design, slopes = _hat_functions(x_s, knots_s), _slope_rows(knots_s)
    scale = 1.0 / points.sigma_ns
    weights = np.ones(len(x_s))
    values_ns = np.zeros(len(knots_s))
    for _ in range(_HUBER_ROUNDS):
        row_scale = scale * np.sqrt(weights)
        system = np.concatenate([design * row_scale[:, None], slopes])
        wanted = np.concatenate([y_ns * row_scale, np.zeros(len(slopes))])
        values_ns = np.linalg.lstsq(system, wanted, rcond=None)[0]
        pull = np.abs(y_ns - design @ values_ns) * scale
        spread = max(1.0, float(np.median(pull)) / 0.6745)
        weights = np.minimum(1.0, _HUBER * spread / np.maximum(pull, 1e-12))
    return _JoinedFit(
        knots_s=knots_s, values_ns=values_ns, residual_ns=y_ns - design @ values_ns, weights=weights
    )


def _hat_functions(x_s: FloatArray, knots_s: FloatArray) -> FloatArray:
    piece = np.clip(np.searchsorted(knots_s, x_s, side="right") - 1, 0, len(knots_s) - 2)
    share = (x_s - knots_s[piece]) / (knots_s[piece + 1] - knots_s[piece])
    design = np.zeros((len(x_s), len(knots_s)))
    row = np.arange(len(x_s))
    design[row, piece] = 1.0 - share
    design[row, piece + 1] = share
    return design


def _slope_rows(knots_s: FloatArray) -> FloatArray:
    """Rows that pull each slope towards 0 as strongly as quartz clocks deserve."""
    rows = np.zeros((len(knots_s) - 1, len(knots_s)))
    strength = 1.0 / (np.diff(knots_s) * _SLOPE_PRIOR_NS_PER_S)
    piece = np.arange(len(knots_s) - 1)
    rows[piece, piece], rows[piece, piece + 1] = -strength, strength
    return rows


def _segments_of(
    points: ClockPoints, fit: _JoinedFit, *, line: int, row_count: int, is_envelope: bool
) -> list[ClockSegment]:
    x_s = (points.remote_ns - points.remote_ns[0]).astype(np.float64) * 1e-9
    piece_of = np.clip(np.searchsorted(fit.knots_s, x_s, side="right") - 1, 0, len(fit.knots_s) - 2)
    first_remote, last_remote = int(points.remote_ns.min()), int(points.remote_ns.max())
    base_remote, base_host = int(points.remote_ns[0]), int(points.host_ns[0])
    segments = []
    for piece in range(len(fit.knots_s) - 1):
        inside = piece_of == piece
        start_ns, stop_ns = (round(float(fit.knots_s[k]) * 1e9) for k in (piece, piece + 1))
        rise_ns = float(fit.values_ns[piece + 1] - fit.values_ns[piece])
        weights = fit.weights[inside]
        square_sum = float(np.sum(weights * fit.residual_ns[inside] ** 2))
        segments.append(
            ClockSegment(
                line=line,
                first_remote_ns=max(first_remote, base_remote + start_ns),
                last_remote_ns=min(last_remote, base_remote + stop_ns),
                anchor_remote_ns=base_remote + start_ns,
                intercept_ns=base_host + start_ns + round(float(fit.values_ns[piece])),
                slope_ppm=rise_ns / (stop_ns - start_ns) * 1e6,
                rms_ns=float(np.sqrt(square_sum / max(float(weights.sum()), 1e-12))),
                row_count=round(row_count * float(inside.mean())),
                is_envelope=is_envelope,
            )
        )
    return segments
