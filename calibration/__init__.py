"""Calibrating and judging it: targets, procedures, validation, gate, drift, correction, maps of error."""

from calibration.accuracy_map import NEXT_TARGETS_RULE, AccuracyMap, ErrorPoint
from calibration.bracketing import AccuracyBracket, TimedValidation, bracket
from calibration.calibrating import CalibrationAttempt, CalibrationProcedure, CalibrationState
from calibration.correction import (
    Correction,
    CorrectionError,
    CorrectionJudgement,
    CorrectionOrder,
    EyeFit,
    corrected_gaze,
    fit_correction,
    judge_correction,
)
from calibration.drift import DriftCheck, DriftResult, DriftSettings, DriftState, is_reading
from calibration.drift_history import DriftAdvice, DriftHistory, DriftLimits, DriftPrompt
from calibration.gate import GateLimits, GateResult, Grade, OffsetLimits, SignalGrade, grade_of, judge
from calibration.presenter import Dot, DotPhase, Pace
from calibration.procedure import AbortReason, DeviceAnswer, DeviceCall, Step
from calibration.pupil_baseline import PupilBaseline, pupil_area, pupil_baseline, relative_area
from calibration.resolution import SmallestLesion, smallest_lesion
from calibration.targets import (
    CALIBRATION_5,
    CALIBRATION_9,
    CALIBRATION_13,
    CALIBRATIONS,
    VALIDATION_4,
    VALIDATION_8,
    VALIDATIONS,
    Target,
    in_order,
    require_fresh,
)
from calibration.validating import ValidationProcedure, ValidationState
from calibration.validation import (
    EyeResult,
    RowRange,
    TargetResult,
    TargetWindow,
    ValidationResult,
    rows_of_targets,
    rows_of_windows,
    validate_targets,
    validate_windows,
)

__all__ = [
    # Where targets are shown.
    "Target", "CALIBRATION_5", "CALIBRATION_9", "CALIBRATION_13", "CALIBRATIONS", "VALIDATION_4",
    "VALIDATION_8", "VALIDATIONS", "in_order", "require_fresh",
    # How they are shown, and what is asked of the device.
    "Pace", "Dot", "DotPhase", "Step", "DeviceCall", "DeviceAnswer", "AbortReason",
    "CalibrationProcedure", "CalibrationState", "CalibrationAttempt", "ValidationProcedure",
    "ValidationState",
    # How well they are met.
    "validate_targets", "validate_windows", "rows_of_targets", "rows_of_windows", "RowRange", "TargetWindow",
    "ValidationResult", "TargetResult", "EyeResult", "bracket", "AccuracyBracket", "TimedValidation",
    # Whether that is good enough.
    "judge", "grade_of", "Grade", "GateLimits", "OffsetLimits", "GateResult", "SignalGrade",
    # Between calibrations.
    "DriftCheck", "DriftSettings", "DriftState", "DriftResult", "DriftHistory", "DriftLimits", "DriftAdvice",
    "DriftPrompt", "is_reading",
    # A correction of ours.
    "fit_correction", "corrected_gaze", "judge_correction", "Correction", "CorrectionOrder", "EyeFit",
    "CorrectionJudgement", "CorrectionError",
    # What follows for the session.
    "AccuracyMap", "ErrorPoint", "NEXT_TARGETS_RULE", "smallest_lesion", "SmallestLesion",
    "pupil_baseline", "pupil_area", "relative_area", "PupilBaseline",
]  # fmt: skip
