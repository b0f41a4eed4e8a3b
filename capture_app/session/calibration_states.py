"""What the calibration's page shows: how far it is, the result picture, attempts and a correction."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from calibration import VALIDATION_4, CorrectionJudgement, GateResult, Target, ValidationResult
from gaze_core.eyes import Eye
from gaze_core.rows import TARGET, Rows


class CalibrationStage(str, Enum):
    """Where a calibration is."""

    IDLE = "idle"
    CALIBRATING = "calibrating"
    VALIDATING = "validating"
    CORRECTING = "correcting"  # targets of a correction that is fitted by us
    REVIEW = "review"  # the operator decides
    LEAVING = "leaving"  # decided or stopped; the tracker leaves calibration mode
    ACCEPTED = "accepted"
    ABORTED = "aborted"


SHOWING = (CalibrationStage.CALIBRATING, CalibrationStage.VALIDATING, CalibrationStage.CORRECTING)
"""Stages in which the reader looks at targets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSamples:
    """What one signal delivered while one target counted, for the picture."""

    target_id: int
    eye: Eye
    x_norm: tuple[float, ...]  # valid samples only
    y_norm: tuple[float, ...]
    mean_norm: tuple[float, float] | None  # None without a valid sample


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationView:
    """One complete validation with its judgement."""

    number: int  # in this calibration, from 1
    t_ended_host_ns: int
    result: ValidationResult
    gate: GateResult
    samples: tuple[TargetSamples, ...]
    # As they were presented; left out of comparisons, which arrays do not answer with one yes or no.
    targets: Rows = field(default_factory=lambda: TARGET.empty(0), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptView:
    """One computation of the tracker, with the last validation that judged it."""

    number: int  # in this calibration, from 1
    points: int  # that the tracker accepted
    missed: int  # that it did not
    mean_deg: float  # of the signal that is analysed; NaN: not validated
    worst_deg: float
    is_in_use: bool
    can_be_used: bool  # the tracker takes it back
    text: str = ""  # why not, a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionView:
    """A correction fitted by us and what it would change; nothing is changed by it."""

    judgement: CorrectionJudgement
    before_mean_deg: float  # of the signal that is analysed, over the targets of the validation
    before_worst_deg: float
    after_mean_deg: float
    after_worst_deg: float
    text: str  # a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationDeskState:
    """Everything the page renders."""

    stage: CalibrationStage = CalibrationStage.IDLE
    blocked: str = ""  # why none can be begun now, a sentence
    can_calibrate: bool = False  # the tracker calibrates; else only a validation is possible
    tracker: str = ""  # model
    done_count: int = 0  # targets that are over in this stage
    target_count: int = 0
    current_norm: tuple[float, float] | None = None  # where the dot stands or travels now
    points: tuple[Target, ...] = ()  # of the calibration; none where only validated
    missed: tuple[int, ...] = ()  # calibration points the tracker did not accept
    suggested: tuple[int, ...] = ()  # calibration points next to what lies beyond the limits
    result: ValidationView | None = None
    text: str = ""  # a sentence: what the tracker said, or why it ended
    planned_points: int = -1  # as the study plans it, 0: validation only; -1: no study, they are chosen
    validation: tuple[Target, ...] = VALIDATION_4  # fresh targets of the validation that runs or comes
    purpose: str = ""  # of the validation: opening, block_end, session_end
    is_closing: bool = False  # it closes a block or the session: accepted as it is
    advice: str = ""  # a sentence: what the operator should decide
    attempts: tuple[AttemptView, ...] = ()
    can_correct: bool = False  # a correction may be fitted now
    correction: CorrectionView | None = None
