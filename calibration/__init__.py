"""Targets for the eyes, and how well gaze meets them."""

from calibration.targets import (
    CALIBRATION_5,
    CALIBRATION_9,
    CALIBRATION_13,
    VALIDATION_4,
    Target,
)
from calibration.validation import (
    EyeResult,
    RowRange,
    TargetResult,
    ValidationResult,
    rows_of_targets,
    validate_targets,
)

__all__ = [
    # Where targets are shown.
    "Target", "CALIBRATION_5", "CALIBRATION_9", "CALIBRATION_13", "VALIDATION_4",
    # How well they are met.
    "validate_targets", "rows_of_targets", "RowRange", "ValidationResult", "TargetResult", "EyeResult",
]  # fmt: skip
