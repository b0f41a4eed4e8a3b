"""What the operator may do now in a session with a study, and why not: one table for buttons and keys."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from capture_app.session.reading import ReadingView, Stage
from capture_app.session.reading.loop_between import BETWEEN
from capture_app.session.reading.stages import STAGE_WORDS
from capture_app.session.study.task_keys import EndScreen
from capture_app.session.study_desk.states import StudyDeskState, StudyPhase


class ConsoleAct(str, Enum):
    """One thing the operator does."""

    PAUSE = "pause"
    GO_ON = "go_on"
    SKIP = "skip"
    CALIBRATE = "calibrate"
    GO_ON_UNCALIBRATED = "go_on_uncalibrated"
    DRIFT_CHECK = "drift_check"
    READ_ON = "read_on"  # read on without a drift check that does not pass
    BASELINE = "baseline"
    BREAK = "break"
    END_BREAK = "end_break"
    DECIDE = "decide"  # about the interrupted case, or about practice
    TELL = "tell"
    NOTE = "note"
    END = "end"


_READING = (Stage.CASE, Stage.PAUSED, *BETWEEN)
_STAGES: Mapping[ConsoleAct, tuple[Stage, ...]] = {
    ConsoleAct.PAUSE: (Stage.CASE,),
    ConsoleAct.GO_ON: (Stage.PAUSED,),
    ConsoleAct.SKIP: _READING,
    ConsoleAct.CALIBRATE: _READING,
    ConsoleAct.GO_ON_UNCALIBRATED: (Stage.CALIBRATION,),
    ConsoleAct.DRIFT_CHECK: BETWEEN,
    ConsoleAct.READ_ON: (Stage.DRIFT_CHECK,),
    ConsoleAct.BASELINE: BETWEEN,
    ConsoleAct.BREAK: _READING,
    ConsoleAct.END_BREAK: (Stage.BREAK,),
    ConsoleAct.DECIDE: (Stage.RESUME_CHOICE, Stage.PRACTICE_DECISION),
}
_ANY_TIME = (ConsoleAct.TELL, ConsoleAct.NOTE, ConsoleAct.END)
_FITS = {
    ConsoleAct.PAUSE: "Only a case that is open can be paused",
    ConsoleAct.GO_ON: "Nothing is paused",
    ConsoleAct.SKIP: "No case can be skipped now",
    ConsoleAct.CALIBRATE: "Calibrating is possible between cases and in a case that rests",
    ConsoleAct.GO_ON_UNCALIBRATED: "No calibration is due",
    ConsoleAct.DRIFT_CHECK: "A drift check is made between two cases",
    ConsoleAct.READ_ON: "No drift check is due",
    ConsoleAct.BASELINE: "The pupil's baseline is measured between two cases",
    ConsoleAct.BREAK: "A break begins between two cases or in a case that rests",
    ConsoleAct.END_BREAK: "There is no break",
    ConsoleAct.DECIDE: "There is nothing to decide",
}


def refusals(state: StudyDeskState) -> dict[ConsoleAct, str]:
    """Return for each act why it is not possible now, a sentence; "" where it is possible."""
    return {act: refusal(act, state) for act in ConsoleAct}


def refusal(act: ConsoleAct, state: StudyDeskState) -> str:
    """Return why an act is not possible now; "" where it is."""
    view = state.view
    if state.phase is not StudyPhase.RUNNING or view is None:
        return "No session runs now."
    if act in _ANY_TIME:
        return ""
    if state.is_calibrating:
        return "The tracker is being calibrated or validated; finish or stop that first."
    if state.side_run is not None and act is not ConsoleAct.CALIBRATE:  # that ends the run by itself
        return "The reader looks at a target now; wait until that is over."
    if view.stage not in _STAGES[act]:
        return f"{_FITS[act]}; the reading is {STAGE_WORDS[view.stage]}."
    return ""


def main_act(state: StudyDeskState) -> ConsoleAct | None:
    """Return the act that the session waits for; None where it goes on by itself."""
    view = state.view
    if state.phase is not StudyPhase.RUNNING or view is None:
        return None
    if state.is_calibrating or state.side_run is not None:
        return None
    return {
        Stage.RESUME_CHOICE: ConsoleAct.DECIDE,
        Stage.PRACTICE_DECISION: ConsoleAct.DECIDE,
        Stage.BREAK_DUE: ConsoleAct.BREAK,
        Stage.BREAK: ConsoleAct.END_BREAK,
        Stage.CALIBRATION: ConsoleAct.CALIBRATE,
        Stage.DRIFT_CHECK: ConsoleAct.DRIFT_CHECK,
        Stage.PAUSED: ConsoleAct.GO_ON,
        Stage.FINISHED: ConsoleAct.END,
    }.get(view.stage)


def skip_reasons(state: StudyDeskState) -> tuple[str, ...]:
    """Return the reasons with which the end screen of the case's task lets a case be set aside."""
    view = state.view
    if view is None or view.planned is None:
        return ()
    study = state.opened.study
    screens = study.screens_of(study.task_named(view.planned.task))
    return tuple(
        reason for screen in screens if isinstance(screen, EndScreen) for reason in screen.discard_reasons
    )


def skip_words(view: ReadingView) -> str:
    """Say what skipping does to the case and to what was recorded of it."""
    name = view.planned.case.case_id if view.planned is not None else "The case"
    if view.attempt < 0:
        return f"{name} is not read. A spare takes its place where the study has one left."
    return (
        f"{name} ends here and does not count. Its gaze and answers are kept and marked; "
        "a spare takes its place where the study has one left."
    )


def end_words(state: StudyDeskState) -> str:
    """Say what follows when the session is ended now."""
    view = state.view
    rest = ""
    if view is not None and view.attempt >= 0 and view.planned is not None:
        rest = f"Case {view.planned.case.case_id} stays open and can be gone on with in the next session. "
    copied = ", copied to its second place" if state.copies.level != "off" else ""
    return (
        f"{rest}If cases were read since the last validation, a short closing validation comes first, so "
        "that their accuracy is known. "
        f"Then the recording is closed, read back{copied} and checked for identifying data, and its report "
        "is written."
    )
