"""Believable states of the calibration's page for the screenshots; no reader sat there for them."""

from __future__ import annotations

import math
import random

import numpy as np

from calibration import (
    CALIBRATION_9,
    VALIDATION_4,
    VALIDATION_8,
    Correction,
    CorrectionJudgement,
    CorrectionOrder,
    EyeResult,
    GateResult,
    TargetResult,
    ValidationResult,
    judge,
)
from capture_app.session.calibration_states import (
    AttemptView,
    CalibrationDeskState,
    CalibrationStage,
    CorrectionView,
    TargetSamples,
    ValidationView,
)
from capture_app.session.tracker_states import HeadPosition
from gaze_core.eyes import Eye
from gaze_core.quality import Accuracy
from gaze_core.rows import TARGET

ASPECT = 1920 / 1200
_EYES = (Eye.LEFT, Eye.RIGHT, Eye.AVERAGE)
_DEG_NORM = 0.022  # of the screen's width


def _view(bad_deg: float) -> ValidationView:
    """Return a validation whose lower target is met `bad_deg` off by both eyes."""
    chance = random.Random(4)
    targets, samples, found = TARGET.empty(len(VALIDATION_4)), [], []
    for row, target in zip(targets, VALIDATION_4, strict=True):
        row["target_id"], row["x_norm"], row["y_norm"] = target.target_id, target.x_norm, target.y_norm
        both = []
        for eye in _EYES:
            offset = bad_deg if target.target_id == 1 else chance.uniform(0.2, 0.6)
            angle = 0.7 if target.target_id == 1 else chance.uniform(0.0, 6.28)
            right, down = offset * math.cos(angle), offset * math.sin(angle)
            if eye is Eye.AVERAGE:
                right, down = (sum(each[axis] for each in both) / 2 for axis in (0, 1))
                offset = math.hypot(right, down)
            both.append((right, down))
            x, y = target.x_norm + right * _DEG_NORM, target.y_norm + down * _DEG_NORM * ASPECT
            spread = [(chance.gauss(x, 0.003), chance.gauss(y, 0.004)) for _ in range(90)]
            samples.append(
                TargetSamples(
                    target_id=target.target_id,
                    eye=eye,
                    x_norm=tuple(each[0] for each in spread),
                    y_norm=tuple(each[1] for each in spread),
                    mean_norm=(x, y),
                )
            )
            found.append(
                TargetResult(
                    target_id=target.target_id,
                    x_norm=target.x_norm,
                    y_norm=target.y_norm,
                    eye=eye,
                    accuracy=Accuracy(offset_deg=offset, azimuth_offset_deg=right, elevation_offset_deg=down),
                    rms_s2s_deg=0.11,
                    std_deg=0.15,
                    bcea_deg2=0.16,
                    sample_count=180,
                    loss_percent=1.1,
                    effective_rate_hz=593.0,
                )
            )
    result = ValidationResult(
        targets=tuple(found), eyes=tuple(_over_all(found, eye) for eye in _EYES), window_ms=300.0
    )
    gate: GateResult = judge(result, Eye.AVERAGE)
    return ValidationView(
        number=1, t_ended_host_ns=0, result=result, gate=gate, samples=tuple(samples), targets=targets
    )


def _over_all(found: list[TargetResult], eye: Eye) -> EyeResult:
    offsets = [each.accuracy.offset_deg for each in found if each.eye is eye]
    return EyeResult(
        eye=eye,
        mean_offset_deg=float(np.mean(offsets)),
        worst_offset_deg=max(offsets),
        mean_rms_s2s_deg=0.11,
        mean_std_deg=0.15,
        mean_loss_percent=1.1,
    )


def _attempt(number: int, mean_deg: float, worst_deg: float, *, is_in_use: bool = False) -> AttemptView:
    return AttemptView(
        number=number,
        points=9,
        missed=0,
        mean_deg=mean_deg,
        worst_deg=worst_deg,
        is_in_use=is_in_use,
        can_be_used=not is_in_use,
    )


def _correction(view: ValidationView) -> CorrectionView:
    correction = Correction(
        order=CorrectionOrder.AFFINE, signal=Eye.AVERAGE, eyes=(), fitted_on=(), fit_result=view.result
    )
    better = _view(0.4).result
    return CorrectionView(
        judgement=CorrectionJudgement(correction=correction, before=view.result, after=better),
        before_mean_deg=view.gate.decides.mean_offset_deg,
        before_worst_deg=view.gate.decides.worst_offset_deg,
        after_mean_deg=0.38,
        after_worst_deg=0.52,
        text="A correction (affine) would lower the mean offset from 0.70 to 0.38 deg. It is kept with the "
        "recording and applied to nothing; an export may use it and says so.",
    )


_POOR = _view(1.9)
_TOLD = {"can_calibrate": True, "tracker": "Tobii Pro Spectrum", "points": CALIBRATION_9}
_STATES = {
    "calibration": CalibrationDeskState(**_TOLD, stage=CalibrationStage.REVIEW, result=_view(0.45)),
    "calibration-poor": CalibrationDeskState(
        **_TOLD, stage=CalibrationStage.REVIEW, result=_POOR, suggested=(3, 4, 8), missed=(3,)
    ),
    "calibration-set-up": CalibrationDeskState(can_calibrate=True, tracker="Tobii Pro Spectrum"),
    "calibration-running": CalibrationDeskState(
        **_TOLD,
        stage=CalibrationStage.CALIBRATING,
        done_count=3,
        target_count=9,
        current_norm=(0.9, 0.1),
        text="The tracker saw too little of the eyes at a target. Look at the distance and at glasses.",
    ),
    "calibration-no-data": CalibrationDeskState(
        **_TOLD,
        stage=CalibrationStage.REVIEW,
        missed=tuple(range(9)),
        suggested=tuple(range(9)),
        text="The tracker saw no eye at 3 targets that are not on one line; collect at more targets and "
        "compute again.",
    ),
    "calibration-attempts": CalibrationDeskState(
        **_TOLD,
        stage=CalibrationStage.REVIEW,
        result=_POOR,
        suggested=(4, 8),
        attempts=(_attempt(1, 0.52, 0.91), _attempt(2, 1.13, 1.74), _attempt(3, 0.70, 1.90, is_in_use=True)),
        advice="5 validations lie beyond the limits, and the study asks for a decision after 5. Seat the "
        "reader anew and start over, accept with a reason, or stop and leave this reader out.",
    ),
    "calibration-correction": CalibrationDeskState(
        tracker="EyeLogic",
        stage=CalibrationStage.REVIEW,
        result=_POOR,
        can_correct=True,
        correction=_correction(_POOR),
    ),
    "calibration-planned": CalibrationDeskState(
        can_calibrate=True, tracker="Tobii Pro Spectrum", planned_points=9, validation=VALIDATION_8
    ),
    "calibration-closing": CalibrationDeskState(
        tracker="Tobii Pro Spectrum",
        can_calibrate=True,
        planned_points=9,
        stage=CalibrationStage.REVIEW,
        result=_POOR,
        is_closing=True,
        purpose="block_end",
    ),
}
HEAD = HeadPosition(
    left=(0.42, 0.47),
    right=(0.58, 0.48),
    distance_mm=642.0,
    near_mm=600.0,
    far_mm=700.0,
    level="good",
    sentence="The head is well placed.",
)


class CalibrationShown:
    """A desk that shows one state for ever."""

    def __init__(self, scene: str) -> None:
        self.state = _STATES[scene]

    def begin(self, points: int) -> None:
        """Nothing is calibrated in a picture."""

    def begin_planned(self) -> None:
        """Nothing is calibrated in a picture."""

    def choose(self, attempt: int) -> None:
        """Nothing is calibrated in a picture."""

    def fit_correction(self) -> None:
        """Nothing is calibrated in a picture."""

    def redo(self, target_ids: tuple[int, ...]) -> None:
        """Nothing is calibrated in a picture."""

    def start_over(self) -> None:
        """Nothing is calibrated in a picture."""

    def accept(self, reason: str = "") -> None:
        """Nothing is calibrated in a picture."""

    def abort(self, text: str = "") -> None:
        """Nothing is calibrated in a picture."""

    def dismiss(self) -> None:
        """Nothing is calibrated in a picture."""
