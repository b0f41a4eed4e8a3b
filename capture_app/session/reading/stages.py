"""Where a reading stands: what comes before the reader next, and what the operator should be told."""

from __future__ import annotations

from enum import Enum
from typing import Final

from capture_app.session.reading.attempts import Ending
from capture_app.session.reading.reading_state import PASSING_OUTCOMES, ReadingState
from capture_app.session.reading.worklist import PracticeStage, Worklist, practice_stage
from capture_app.session.study import PlannedCase, Study
from capture_app.session.study.quality_keys import DriftPlace


class Stage(str, Enum):
    """What has to happen next."""

    RESUME_CHOICE = "resume_choice"  # a case was interrupted: continue, restart or skip
    PRACTICE_DECISION = "practice_decision"  # practice did not reach its criterion: another round, or go on
    BREAK_DUE = "break_due"  # the study requires a break now
    BREAK = "break"
    CALIBRATION = "calibration"
    DRIFT_CHECK = "drift_check"
    READY = "ready"  # the next case may open
    CASE = "case"  # a case is before the reader
    PAUSED = "paused"
    FINISHED = "finished"


STAGE_WORDS: Final = {
    Stage.RESUME_CHOICE: "waiting for a decision about the interrupted case",
    Stage.PRACTICE_DECISION: "waiting for a decision about practice",
    Stage.BREAK_DUE: "waiting for a break",
    Stage.BREAK: "in a break",
    Stage.CALIBRATION: "waiting for a calibration",
    Stage.DRIFT_CHECK: "waiting for a drift check",
    Stage.READY: "between two cases",
    Stage.CASE: "in the middle of a case",
    Stage.PAUSED: "paused",
    Stage.FINISHED: "over",
}
"""What a reading is at a stage, after "the reading is"."""


class Prompt(str, Enum):
    """What is advised, not enforced."""

    BREAK = "break"  # by cases or minutes
    RUNNING_DRIFT = "running_drift"  # the mean offset of the last drift checks
    SINGLE_DRIFT = "single_drift"  # the last check alone
    CASES = "cases"  # so many cases since the calibration


def stage_of(state: ReadingState, study: Study, worklist: Worklist) -> Stage:
    """Return the stage of a reading."""
    if state.break_since_ns is not None:
        return Stage.BREAK
    attempt = state.open_attempt
    if attempt is not None:
        paused = Stage.CALIBRATION if state.is_calibration_due else Stage.PAUSED
        return paused if attempt.is_paused else Stage.CASE
    if state.interrupted is not None and not state.continuing:
        return Stage.RESUME_CHOICE
    if not state.continuing and practice_of(state, study, worklist) is PracticeStage.UNDECIDED:
        return Stage.PRACTICE_DECISION
    if next_planned(state, study, worklist) is None:
        return Stage.FINISHED
    if study.breaks.are_required and is_break_due(state, study):
        return Stage.BREAK_DUE
    if state.is_calibration_due:
        return Stage.CALIBRATION
    return Stage.DRIFT_CHECK if is_drift_check_due(state, study) else Stage.READY


def practice_of(state: ReadingState, study: Study, worklist: Worklist) -> PracticeStage:
    """Return where practice is."""
    return practice_stage(
        study.practice,
        len(worklist.practice),
        state.practice_results,
        extra_rounds=state.extra_rounds,
        is_ended=state.is_practice_ended,
    )


def next_planned(state: ReadingState, study: Study, worklist: Worklist) -> PlannedCase | None:
    """Return the case that opens next; None where all are read or nothing is decided."""
    if state.continuing:
        return next(each for each in worklist.all_cases if each.case.case_id == state.continuing)
    practice = practice_of(state, study, worklist)
    if practice is PracticeStage.READING:
        ended = [
            attempt
            for planned in worklist.practice
            for attempt in state.attempts.get(planned.case.case_id, [])
            if attempt.ending in (Ending.DONE, Ending.SET_ASIDE)
        ]
        return worklist.practice[len(ended) % len(worklist.practice)]
    return worklist.next_case(state.fate_of) if practice is PracticeStage.OVER else None


def is_break_due(state: ReadingState, study: Study) -> bool:
    """Whether enough was read since the last break."""
    breaks = study.breaks
    by_cases = 0 < breaks.after_cases <= state.cases_since_break
    return by_cases or 0 < breaks.after_minutes * 60e9 <= state.worked_since_break_ns


def is_drift_check_due(state: ReadingState, study: Study) -> bool:
    """Whether a drift check has to come before the next case."""
    check = study.drift_check
    is_made = state.drift_trial == state.next_trial and state.drift_outcome in PASSING_OUTCOMES
    if is_made:
        return state.drift_outcome == "measured" and not state.drift_deg <= check.pass_deg
    if check.place is DriftPlace.BEFORE_CASE:
        return True
    return check.place is DriftPlace.EVERY_CASES and state.cases_since_drift_check >= check.every_cases


def prompts_of(state: ReadingState, study: Study) -> tuple[Prompt, ...]:
    """Return what is advised now."""
    gates = study.gates
    reasons = (
        (is_break_due(state, study), Prompt.BREAK),
        (state.running_drift_deg > gates.drift_mean_deg, Prompt.RUNNING_DRIFT),
        (state.drift_deg > gates.drift_single_deg, Prompt.SINGLE_DRIFT),
        (0 < gates.recalibrate_after_cases <= state.cases_since_calibration, Prompt.CASES),
    )
    return tuple(prompt for is_reached, prompt in reasons if is_reached)
