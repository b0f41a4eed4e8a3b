"""The accuracy of a case, bracketed by the validation before it and the one after it.

Both belong to the calibration the case was read with: a recalibration in between ends the bracket on that
side. A case with one side only says so; nothing is interpolated between the two.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from calibration.validation import EyeResult, ValidationResult
from gaze_core.eyes import Eye


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedValidation:
    """A complete validation at its time in the session."""

    t_host_ns: int  # end of its last target
    result: ValidationResult
    is_closing: bool = False  # the short one at the end of a block or session


@dataclass(frozen=True, slots=True, kw_only=True)
class AccuracyBracket:
    """What is known of one signal's accuracy around a case; None: no validation on that side."""

    before: EyeResult | None
    after: EyeResult | None

    @property
    def worse_mean_offset_deg(self) -> float:
        """The larger mean offset of both sides, deg; NaN without any."""
        return _largest([side.mean_offset_deg for side in (self.before, self.after) if side is not None])

    @property
    def worse_mean_std_deg(self) -> float:
        """The larger mean STD of both sides, deg; NaN without any."""
        return _largest([side.mean_std_deg for side in (self.before, self.after) if side is not None])


def bracket(
    first_host_ns: int,
    end_host_ns: int,
    validations: Sequence[TimedValidation],
    calibrated_host_ns: Sequence[int],
    eye: Eye,
) -> AccuracyBracket:
    """Return the validations around a case.

    Parameters
    ----------
    first_host_ns, end_host_ns
        When the case was shown.
    validations
        All complete validations of the session, in any order.
    calibrated_host_ns
        When calibrations were applied.
    eye
        The signal that is reported.
    """
    begins_ns = max((time for time in calibrated_host_ns if time <= first_host_ns), default=None)
    ends_ns = min((time for time in calibrated_host_ns if time > first_host_ns), default=None)
    own = sorted(
        (
            each
            for each in validations
            if (begins_ns is None or each.t_host_ns >= begins_ns)
            and (ends_ns is None or each.t_host_ns < ends_ns)
        ),
        key=lambda each: each.t_host_ns,
    )
    before = [each for each in own if each.t_host_ns <= first_host_ns]
    after = [each for each in own if each.t_host_ns >= end_host_ns]
    return AccuracyBracket(
        before=_eye(before[-1], eye) if before else None, after=_eye(after[0], eye) if after else None
    )


def _eye(validation: TimedValidation, eye: Eye) -> EyeResult | None:
    return next((each for each in validation.result.eyes if each.eye is eye), None)


def _largest(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return max(known) if known else math.nan
