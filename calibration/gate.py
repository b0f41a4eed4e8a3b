"""The gate after a validation: a grade for each gaze signal, and the decision on the one the study analyses.

Grades in the manner of EyeLink's validation (mean and worst offset over the targets, degrees); the limits are
the study's own. A signal without data at a target is `POOR`: what was not measured is not good.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from calibration.validation import EyeResult, ValidationResult
from gaze_core.eyes import Eye

_NAMES: Final = {Eye.LEFT: "left eye", Eye.RIGHT: "right eye"}


class Grade(str, Enum):
    """How good a validation is, best first."""

    RECOMMENDED = "recommended"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"

    @property
    def rank(self) -> int:
        """0 for the best."""
        return list(Grade).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class OffsetLimits:
    """The largest offsets of one grade, deg."""

    mean_deg: float
    worst_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GateLimits:
    """The study's limits: recommended and good lie below theirs, fair reaches up to its own."""

    recommended: OffsetLimits = field(default_factory=lambda: OffsetLimits(mean_deg=0.5, worst_deg=1.0))
    good: OffsetLimits = field(default_factory=lambda: OffsetLimits(mean_deg=1.0, worst_deg=1.5))
    fair: OffsetLimits = field(default_factory=lambda: OffsetLimits(mean_deg=1.5, worst_deg=2.0))
    accepts: Grade = Grade.GOOD  # this grade and better ones pass

    def __post_init__(self) -> None:
        steps = (self.recommended, self.good, self.fair)
        means, worsts = [step.mean_deg for step in steps], [step.worst_deg for step in steps]
        is_rising = all(0.0 < values[0] <= values[1] <= values[2] < math.inf for values in (means, worsts))
        if not is_rising or any(step.worst_deg < step.mean_deg for step in steps):
            raise ValueError(
                f"The gate's limits {means} deg (mean) and {worsts} deg (worst) let nothing sensible pass; "
                "let them rise from recommended to fair, each worst at least its mean."
            )
        if self.accepts is Grade.POOR:
            raise ValueError("A gate that accepts poor validations is none; accept fair or better.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalGrade:
    """One signal's figures and grade."""

    eye: Eye
    grade: Grade
    mean_offset_deg: float  # NaN: no data at some target
    worst_offset_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """What the gate says; all signals are reported, one decides."""

    decides: SignalGrade
    signals: tuple[SignalGrade, ...]  # left, right, average
    is_accepted: bool
    redo_targets: tuple[tuple[float, float], ...]  # x, y (norm) of validation targets beyond the limits
    limits: GateLimits
    text: str  # sentences for the operator, with what to do
    finding: str  # the same without what to do: what a validation says that closes a block


def grade_of(mean_offset_deg: float, worst_offset_deg: float, limits: GateLimits) -> Grade:
    """Return the grade of two figures; NaN is poor."""
    for grade, step in ((Grade.RECOMMENDED, limits.recommended), (Grade.GOOD, limits.good)):
        if mean_offset_deg < step.mean_deg and worst_offset_deg < step.worst_deg:
            return grade
    if mean_offset_deg <= limits.fair.mean_deg and worst_offset_deg <= limits.fair.worst_deg:
        return Grade.FAIR
    return Grade.POOR


def judge(result: ValidationResult, eye: Eye, limits: GateLimits | None = None) -> GateResult:
    """Return whether a validation passes, by the signal that will be analysed.

    Parameters
    ----------
    result
        A complete validation.
    eye
        The study's signal: left, right or average. A study that names the dominant eye gives that eye.
    limits
        The study's; those of the workflow where None.

    Raises
    ------
    ValueError
        If the validation has no targets, or does not report this signal.
    """
    limits = limits if limits is not None else GateLimits()
    signals = tuple(_signal_grade(each, limits) for each in result.eyes)
    decides = next((signal for signal in signals if signal.eye is eye), None)
    if decides is None:
        known = ", ".join(signal.eye.value for signal in signals) or "nothing, for it has no targets"
        raise ValueError(f"The validation does not report the signal {eye.value}; it reports {known}.")
    is_accepted = decides.grade.rank <= limits.accepts.rank
    finding, unseen = _finding(decides), _unseen(decides, signals)
    limit = getattr(limits, limits.accepts.value)
    redo = tuple(
        (target.x_norm, target.y_norm)
        for target in result.targets
        if target.eye is eye and not target.accuracy.offset_deg < limit.worst_deg
    )
    return GateResult(
        decides=decides,
        signals=signals,
        is_accepted=is_accepted,
        redo_targets=redo,
        limits=limits,
        text=" ".join(filter(None, (finding, _advice(decides, signals, is_accepted=is_accepted), unseen))),
        finding=" ".join(filter(None, (finding, unseen))),
    )


def _signal_grade(eye: EyeResult, limits: GateLimits) -> SignalGrade:
    return SignalGrade(
        eye=eye.eye,
        grade=grade_of(eye.mean_offset_deg, eye.worst_offset_deg, limits),
        mean_offset_deg=eye.mean_offset_deg,
        worst_offset_deg=eye.worst_offset_deg,
    )


def _finding(signal: SignalGrade) -> str:
    name = _NAMES.get(signal.eye, "average of the eyes")
    if math.isnan(signal.mean_offset_deg):
        return f"The {name} has no gaze at some target."
    return (
        f"The {name} is {signal.grade.value}: mean {signal.mean_offset_deg:.2f} deg, "
        f"worst target {signal.worst_offset_deg:.2f} deg."
    )


def _advice(signal: SignalGrade, signals: Sequence[SignalGrade], *, is_accepted: bool) -> str:
    if not math.isnan(signal.mean_offset_deg):
        return "" if is_accepted else "Redo points, redo all, or accept with a reason."
    if all(math.isnan(each.mean_offset_deg) for each in signals):
        return (
            "Neither eye was seen at all of them. Look at the distance and at glasses, seat the reader anew, "
            "then calibrate and validate."
        )
    return "Seat the reader anew, then calibrate and validate."


def _unseen(decides: SignalGrade, signals: Sequence[SignalGrade]) -> str:
    """Return what is to be said of an eye without data beside a signal that has some."""
    unseen = [each.eye for each in signals if each.eye in _NAMES and math.isnan(each.mean_offset_deg)]
    if len(unseen) != 1 or decides.eye is unseen[0] or math.isnan(decides.mean_offset_deg):
        return ""
    alone = ", where the other eye stands for both" if decides.eye is Eye.AVERAGE else ""
    return f"The {_NAMES[unseen[0]]} has no gaze at some target{alone}."
