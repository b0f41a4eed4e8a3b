"""An optional correction of gaze, fitted by us: stored beside the raw gaze and never applied to it.

For streams that come calibrated and are off. Each eye on its own, in mm on the screen plane from its centre:

    target = gaze + C . basis(gaze)      basis: 1 | 1, x, y | 1, x, y, x^2, x y, y^2    (least squares)

It is fitted on the mean gaze at one set of targets and judged on another one (`judge_correction`). Outside
the rectangle that the fitted gaze spans, a point is corrected like the nearest point inside: polynomials run
away where nothing was measured.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from calibration.targets import Target, require_fresh
from calibration.validation import RowRange, ValidationResult, validate_targets
from gaze_core.eyes import Eye
from gaze_core.geometry import BoolArray, FloatArray, ViewingGeometry
from gaze_core.rows import Rows

_SCALE_MM: Final = 100.0  # keeps the powers of the basis alike in size
_WORST_CONDITION: Final = 200.0  # of the basis at the targets: beyond, they lie on a line or in a heap


class CorrectionError(ValueError):
    """These targets allow no sensible correction; the text says why and what to do."""


class CorrectionOrder(str, Enum):
    """How much freedom a correction has."""

    OFFSET = "offset"
    AFFINE = "affine"
    SECOND = "second"

    @property
    def fewest_targets(self) -> int:
        """Targets with gaze that it needs: well more than its terms, so that noise is not fitted."""
        return {CorrectionOrder.OFFSET: 3, CorrectionOrder.AFFINE: 5, CorrectionOrder.SECOND: 9}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class EyeFit:
    """The correction of one eye."""

    prefix: str  # of the GAZE columns: left_, right_, or nothing for a combined gaze
    x_terms: tuple[float, ...]  # mm, per 100 mm, per 100 mm squared ...
    y_terms: tuple[float, ...]
    left_mm: float  # the rectangle of gaze it was fitted on, from the screen centre
    right_mm: float
    top_mm: float
    bottom_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A fitted correction with all that is needed to apply it again and to report it."""

    order: CorrectionOrder
    signal: Eye
    eyes: tuple[EyeFit, ...]
    fitted_on: tuple[Target, ...]
    fit_result: ValidationResult  # of the gaze it was fitted on, uncorrected


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionJudgement:
    """A correction on targets it was not fitted on; both results are stored."""

    correction: Correction
    before: ValidationResult
    after: ValidationResult

    @property
    def is_better(self) -> bool:
        """Whether the mean offset of the study's signal fell; NaN is no improvement."""
        return self._mean(self.after) < self._mean(self.before)

    def _mean(self, result: ValidationResult) -> float:
        found = [each.mean_offset_deg for each in result.eyes if each.eye is self.correction.signal]
        return found[0] if found else math.nan


def fit_correction(
    gaze: Rows,
    targets: Rows,
    ranges: Sequence[RowRange],
    geometry: ViewingGeometry,
    *,
    order: CorrectionOrder,
    signal: Eye,
) -> Correction:
    """Return the correction for the eyes that a signal needs.

    Parameters
    ----------
    gaze, targets, ranges, geometry
        As for `validate_targets`; the ranges should be those of the validation's window.
    order
        How much freedom it has.
    signal
        The study's signal. Left or right corrects that eye; the average corrects both and needs both.

    Raises
    ------
    CorrectionError
        If there are too few targets, an eye that the signal needs was not seen at them, or they lie on one
        line.
    """
    fit_result = validate_targets(gaze, targets, ranges, geometry)
    fits = []
    for prefix in _prefixes(gaze, signal):
        points = _mean_points(gaze, targets, ranges, geometry, prefix)
        if len(points) < order.fewest_targets:
            raise CorrectionError(
                f"The {_name(prefix)} was seen at {len(points)} targets, and a correction of the kind "
                f"{order.value} needs {order.fewest_targets}; show more targets, or choose a simpler kind or "
                "a signal of the other eye."
            )
        fits.append(_fit_eye(points, prefix, order))
    fitted_on = tuple(
        Target(target_id=int(row["target_id"]), x_norm=float(row["x_norm"]), y_norm=float(row["y_norm"]))
        for row in targets
    )
    return Correction(
        order=order, signal=signal, eyes=tuple(fits), fitted_on=fitted_on, fit_result=fit_result
    )


def corrected_gaze(gaze: Rows, correction: Correction, geometry: ViewingGeometry) -> Rows:
    """Return corrected GAZE rows; the ones handed in stay untouched."""
    rows: Rows = gaze.copy()
    for fit in correction.eyes:
        x_mm, y_mm = geometry.norm_to_mm(rows[f"{fit.prefix}x_norm"], rows[f"{fit.prefix}y_norm"])
        terms = _basis(
            np.clip(x_mm, fit.left_mm, fit.right_mm),
            np.clip(y_mm, fit.top_mm, fit.bottom_mm),
            len(fit.x_terms),
        )
        x_norm, y_norm = geometry.mm_to_norm(
            x_mm + terms @ np.array(fit.x_terms), y_mm + terms @ np.array(fit.y_terms)
        )
        rows[f"{fit.prefix}x_norm"], rows[f"{fit.prefix}y_norm"] = x_norm, y_norm
    return rows


def judge_correction(
    correction: Correction,
    gaze: Rows,
    targets: Rows,
    ranges: Sequence[RowRange],
    geometry: ViewingGeometry,
) -> CorrectionJudgement:
    """Return both validations on another set of targets: as delivered, and corrected.

    Raises
    ------
    ValueError
        If a target is one the correction was fitted on.
    """
    fresh = tuple(
        Target(target_id=number, x_norm=float(row["x_norm"]), y_norm=float(row["y_norm"]))
        for number, row in enumerate(targets)
    )
    require_fresh(fresh, correction.fitted_on)
    corrected = corrected_gaze(gaze, correction, geometry)
    return CorrectionJudgement(
        correction=correction,
        before=validate_targets(gaze, targets, ranges, geometry),
        after=validate_targets(corrected, targets, ranges, geometry),
    )


def _prefixes(gaze: Rows, signal: Eye) -> tuple[str, ...]:
    if signal is Eye.LEFT:
        return ("left_",)
    if signal is Eye.RIGHT:
        return ("right_",)
    is_combined_only = not (gaze["left_valid"].any() or gaze["right_valid"].any())
    return ("",) if is_combined_only and gaze["valid"].any() else ("left_", "right_")


def _mean_points(
    gaze: Rows, targets: Rows, ranges: Sequence[RowRange], geometry: ViewingGeometry, prefix: str
) -> FloatArray:
    """Return gaze and target in mm, shape (targets with gaze, 4): x, y, target x, target y."""
    points = []
    for target, rows in zip(targets, ranges, strict=True):
        shown = gaze[rows.first : rows.end]
        x_mm, y_mm = geometry.norm_to_mm(shown[f"{prefix}x_norm"], shown[f"{prefix}y_norm"])
        is_valid: BoolArray = (shown[f"{prefix}valid"] != 0) & np.isfinite(x_mm) & np.isfinite(y_mm)
        if is_valid.any():
            goal = (float(axis) for axis in geometry.norm_to_mm(target["x_norm"], target["y_norm"]))
            points.append((float(x_mm[is_valid].mean()), float(y_mm[is_valid].mean()), *goal))
    return np.array(points, np.float64).reshape(-1, 4)


def _fit_eye(points: FloatArray, prefix: str, order: CorrectionOrder) -> EyeFit:
    count = {CorrectionOrder.OFFSET: 1, CorrectionOrder.AFFINE: 3, CorrectionOrder.SECOND: 6}[order]
    x_mm, y_mm = points[:, 0], points[:, 1]
    terms = _basis(x_mm, y_mm, count)
    if not np.linalg.cond(terms) < _WORST_CONDITION:
        raise CorrectionError(
            f"The gaze of the {_name(prefix)} at the targets lies nearly on one line, which tells nothing "
            "beside it; choose targets all over the screen, or a simpler kind of correction."
        )
    solution = np.linalg.lstsq(terms, points[:, 2:] - points[:, :2], rcond=None)[0]
    return EyeFit(
        prefix=prefix,
        x_terms=tuple(solution[:, 0].tolist()),
        y_terms=tuple(solution[:, 1].tolist()),
        left_mm=float(x_mm.min()),
        right_mm=float(x_mm.max()),
        top_mm=float(y_mm.min()),
        bottom_mm=float(y_mm.max()),
    )


def _basis(x_mm: FloatArray, y_mm: FloatArray, count: int) -> FloatArray:
    x, y = x_mm / _SCALE_MM, y_mm / _SCALE_MM
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y][:count], axis=-1)


def _name(prefix: str) -> str:
    return {"left_": "left eye", "right_": "right eye"}.get(prefix, "combined gaze")
