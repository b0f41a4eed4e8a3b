"""A correction for streams that come calibrated: fitted on targets of its own, judged on the validation's.

It changes nothing: neither raw gaze nor live figures. The recording keeps it with its figures, and exports
may apply it as a flagged option.
"""

from __future__ import annotations

import math
from typing import Any, Final

from calibration import (
    Correction,
    CorrectionError,
    CorrectionOrder,
    TargetWindow,
    ValidationProcedure,
    ValidationResult,
    fit_correction,
    judge_correction,
    rows_of_windows,
)
from capture_app.session.calibration_states import CorrectionView
from capture_app.session.event_json import event_rows
from gaze_core.eyes import Eye
from gaze_core.geometry import ViewingGeometry
from gaze_core.rows import Rows

CORRECTION_EVENT: Final = "gaze_correction"
_ORDERS: Final = (CorrectionOrder.AFFINE, CorrectionOrder.OFFSET)  # low ones: noise is not to be fitted
_DIGITS: Final = 6  # significant ones of a term: far below a micrometre


def correction_view(
    fitted_on: ValidationProcedure,
    judged_on: ValidationProcedure,
    geometry: ViewingGeometry,
    window: TargetWindow,
    eye: Eye,
) -> CorrectionView:
    """Return a correction and what it would change.

    Parameters
    ----------
    fitted_on, judged_on
        Both complete; they share no target.
    geometry
        The screen and where the eye is without a measured position.
    window
        The part of each target that counts.
    eye
        The signal that is analysed.

    Raises
    ------
    CorrectionError
        If the targets allow none; the text says why and what to do.
    """
    correction = _fitted(fitted_on, geometry, window, eye)
    gaze, targets = judged_on.gaze, judged_on.shown
    ranges = rows_of_windows(gaze["t_host_ns"], targets, window)
    judgement = judge_correction(correction, gaze, targets, ranges, geometry)
    before_mean, before_worst = figures_of(judgement.before, eye)
    after_mean, after_worst = figures_of(judgement.after, eye)
    if judgement.is_better:
        text = (
            f"A correction ({correction.order.value}) would lower the mean offset from {before_mean:.2f} to "
            f"{after_mean:.2f} deg. It is kept with the recording and applied to nothing; an export may use "
            "it and says so."
        )
    else:
        text = (
            f"A correction ({correction.order.value}) makes nothing better: {before_mean:.2f} deg before, "
            f"{after_mean:.2f} deg after. It is kept with the recording as that; leave it out."
        )
    return CorrectionView(
        judgement=judgement,
        before_mean_deg=before_mean,
        before_worst_deg=before_worst,
        after_mean_deg=after_mean,
        after_worst_deg=after_worst,
        text=text,
    )


def correction_rows(view: CorrectionView, t_host_ns: int) -> Rows:
    """Return the EVENT rows of a correction, JSON in as many parts as it needs."""
    correction = view.judgement.correction
    content: dict[str, Any] = {
        "order": correction.order.value,
        "signal": correction.signal.value,
        "is_better": view.judgement.is_better,
        "before": _figures(view.judgement.before, correction.signal),
        "after": _figures(view.judgement.after, correction.signal),
        "fit": _figures(correction.fit_result, correction.signal),
        "fitted_on": [[target.x_norm, target.y_norm] for target in correction.fitted_on],
        "eyes": [
            {
                "prefix": fit.prefix,
                "x": [_short(term) for term in fit.x_terms],
                "y": [_short(term) for term in fit.y_terms],
                "mm": [_short(edge) for edge in (fit.left_mm, fit.right_mm, fit.top_mm, fit.bottom_mm)],
            }
            for fit in correction.eyes
        ],
    }
    return event_rows(CORRECTION_EVENT, t_host_ns, content)


def figures_of(result: ValidationResult, eye: Eye) -> tuple[float, float]:
    """Return mean and worst offset of one signal, deg; NaN where the result does not report it."""
    found = next((each for each in result.eyes if each.eye is eye), None)
    return (math.nan, math.nan) if found is None else (found.mean_offset_deg, found.worst_offset_deg)


def _fitted(
    fitted_on: ValidationProcedure, geometry: ViewingGeometry, window: TargetWindow, eye: Eye
) -> Correction:
    """Return the correction with most freedom that the targets allow."""
    gaze, targets = fitted_on.gaze, fitted_on.shown
    ranges = rows_of_windows(gaze["t_host_ns"], targets, window)
    for order in _ORDERS[:-1]:
        try:
            return fit_correction(gaze, targets, ranges, geometry, order=order, signal=eye)
        except CorrectionError:
            continue  # with fewer targets a simpler one may do; the last says why none does
    return fit_correction(gaze, targets, ranges, geometry, order=_ORDERS[-1], signal=eye)


def _figures(result: ValidationResult, eye: Eye) -> list[float | None]:
    return [_short(value) if math.isfinite(value) else None for value in figures_of(result, eye)]


def _short(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
