"""Corrections that were fitted during a recording, read back; none is ever applied by itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from calibration import Correction, CorrectionOrder, EyeFit, EyeResult, Target, ValidationResult
from capture_app.session.event_json import EventContent, events_of
from capture_app.session.gaze_correction import CORRECTION_EVENT
from gaze_core.eyes import Eye
from gaze_core.rows import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCorrection:
    """A correction as the recording keeps it; offsets in deg, NaN where a target had no gaze.

    `correction.fit_result` has the offsets of its signal alone; the gaze at all targets is in the recording.
    """

    t_host_ns: int  # when it was fitted
    correction: Correction  # for `calibration.corrected_gaze`
    is_better: bool
    before_mean_deg: float  # on the targets of the validation, which it was not fitted on
    before_worst_deg: float
    after_mean_deg: float
    after_worst_deg: float


def corrections_of(event_rows: Rows) -> tuple[RecordedCorrection, ...]:
    """Return the corrections of a recording from its EVENT rows, in order; damaged ones are left out."""
    found = []
    for event in events_of(event_rows, CORRECTION_EVENT):
        try:
            found.append(_recorded(event))
        except (KeyError, TypeError, ValueError):
            continue  # what was written by hand or cut off is none
    return tuple(found)


def _recorded(event: EventContent) -> RecordedCorrection:
    content = event.content
    signal = Eye(content["signal"])
    before_mean, before_worst = _degrees(content["before"])
    after_mean, after_worst = _degrees(content["after"])
    places: Sequence[Sequence[float]] = content["fitted_on"]
    return RecordedCorrection(
        t_host_ns=event.t_host_ns,
        correction=Correction(
            order=CorrectionOrder(content["order"]),
            signal=signal,
            eyes=tuple(_eye_fit(each) for each in content["eyes"]),
            fitted_on=tuple(
                Target(target_id=number, x_norm=float(x_norm), y_norm=float(y_norm))
                for number, (x_norm, y_norm) in enumerate(places)
            ),
            fit_result=_result(signal, content["fit"]),
        ),
        is_better=bool(content["is_better"]),
        before_mean_deg=before_mean,
        before_worst_deg=before_worst,
        after_mean_deg=after_mean,
        after_worst_deg=after_worst,
    )


def _eye_fit(content: dict[str, Any]) -> EyeFit:
    x_terms, y_terms = (tuple(float(term) for term in content[axis]) for axis in ("x", "y"))
    if content["prefix"] not in ("left_", "right_", "") or not len(x_terms) == len(y_terms) in (1, 3, 6):
        raise ValueError("These are not the terms of a correction.")
    left_mm, right_mm, top_mm, bottom_mm = (float(edge) for edge in content["mm"])
    return EyeFit(
        prefix=content["prefix"],
        x_terms=x_terms,
        y_terms=y_terms,
        left_mm=left_mm,
        right_mm=right_mm,
        top_mm=top_mm,
        bottom_mm=bottom_mm,
    )


def _result(signal: Eye, figures: Sequence[float | None]) -> ValidationResult:
    mean_deg, worst_deg = _degrees(figures)
    eye = EyeResult(
        eye=signal,
        mean_offset_deg=mean_deg,
        worst_offset_deg=worst_deg,
        mean_rms_s2s_deg=math.nan,
        mean_std_deg=math.nan,
        mean_loss_percent=math.nan,
    )
    return ValidationResult(targets=(), eyes=(eye,), window_ms=math.nan)


def _degrees(figures: Sequence[float | None]) -> tuple[float, float]:
    mean_deg, worst_deg = (math.nan if value is None else float(value) for value in figures)
    return mean_deg, worst_deg
