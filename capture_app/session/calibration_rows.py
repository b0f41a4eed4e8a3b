"""Rows of a validation and of what was decided about it."""

from __future__ import annotations

import json
import math
from typing import Final

import numpy as np

from calibration import EyeResult, OffsetLimits, TargetResult
from capture_app.session.calibration_states import ValidationView
from gaze_core.rows import JUDGEMENT, VALIDATION, Rows

MADE_ELSEWHERE: Final = -1
"""Number of the calibration where this program made none."""
ALL_TARGETS: Final = -1


def validation_rows(view: ValidationView, *, validation: int, calibration: int, purpose: str) -> Rows:
    """Return the VALIDATION rows of one validation: each target with each signal, then all targets."""
    result = view.result
    rows = VALIDATION.empty(len(result.targets) + len(result.eyes))
    rows["t_ended_host_ns"] = view.t_ended_host_ns
    rows["validation"], rows["calibration"], rows["purpose"] = validation, calibration, purpose.encode()
    for row, target in zip(rows, result.targets, strict=False):
        _fill_target(row, target)
    for row, eye in zip(rows[len(result.targets) :], result.eyes, strict=True):
        _fill_eye(row, eye, [each for each in result.targets if each.eye is eye.eye])
    return rows


def judgement_row(
    view: ValidationView, *, validation: int, t_host_ns: int, is_accepted: bool, by: str, reason: str
) -> Rows:
    """Return the JUDGEMENT row of what the gate or a person decided about a validation."""
    decides, limits = view.gate.decides, view.gate.limits
    figures = {
        "eye": decides.eye.value,
        "mean_offset_deg": _known(decides.mean_offset_deg),
        "worst_offset_deg": _known(decides.worst_offset_deg),
        "window_ms": view.result.window_ms,
        "validations": view.number,
        "accepts": limits.accepts.value,
        "recommended_deg": _pair(limits.recommended),
        "good_deg": _pair(limits.good),
        "fair_deg": _pair(limits.fair),
    }
    return JUDGEMENT.row(
        t_host_ns=t_host_ns,
        subject="calibration",
        number=validation,
        attempt=-1,
        grade=decides.grade.value,
        is_accepted=int(is_accepted),
        by=by,
        reason=reason,
        figures=json.dumps(figures),
    )


def _fill_target(row: np.void, target: TargetResult) -> None:
    row["target_id"], row["x_norm"], row["y_norm"] = target.target_id, target.x_norm, target.y_norm
    row["eye"] = target.eye.value.encode()
    row["offset_deg"] = row["worst_deg"] = target.accuracy.offset_deg
    row["azimuth_offset_deg"] = target.accuracy.azimuth_offset_deg
    row["elevation_offset_deg"] = target.accuracy.elevation_offset_deg
    row["rms_s2s_deg"], row["std_deg"] = target.rms_s2s_deg, target.std_deg
    row["bcea_deg2"] = target.bcea_deg2
    row["sample_count"], row["loss_percent"] = target.sample_count, target.loss_percent


def _fill_eye(row: np.void, eye: EyeResult, targets: list[TargetResult]) -> None:
    row["target_id"] = ALL_TARGETS
    row["eye"] = eye.eye.value.encode()
    row["offset_deg"], row["worst_deg"] = eye.mean_offset_deg, eye.worst_offset_deg
    row["rms_s2s_deg"], row["std_deg"] = eye.mean_rms_s2s_deg, eye.mean_std_deg
    row["sample_count"] = sum(target.sample_count for target in targets)
    row["loss_percent"] = eye.mean_loss_percent


def _known(value_deg: float) -> float | None:
    return value_deg if math.isfinite(value_deg) else None


def _pair(limits: OffsetLimits) -> list[float]:
    return [limits.mean_deg, limits.worst_deg]
