"""What comes next in a session with a study, in one line that can be read from two metres away."""

from __future__ import annotations

from typing import Final

from capture_app.session.reading import ReadingView, Stage
from capture_app.session.reading.names import BREAK
from capture_app.session.reading.stages import Prompt
from capture_app.session.study import Study
from capture_app.session.study.quality_keys import DriftPlace
from capture_app.session.study_desk.states import StudyDeskState, StudyPhase

_PHASE_LINES: Final = {
    StudyPhase.OPENED: "Next: fill in the start form",
    StudyPhase.STARTING: "The recording is starting. Next: calibration",
    StudyPhase.ENDING: "Next: the recording is closed, read back and reported",
    StudyPhase.ENDED: "The session is over. Next: another session, or close the program",
    StudyPhase.FAILED: "The recording broke off. Next: begin a new session; it goes on from what is kept",
}
_OPERATORS_STAGES: Final = (
    Stage.RESUME_CHOICE,
    Stage.PRACTICE_DECISION,
    Stage.BREAK_DUE,
    Stage.CALIBRATION,
    Stage.DRIFT_CHECK,  # one that runs is a side run; without one, checks have failed
    Stage.PAUSED,
    Stage.FINISHED,
)
_RECALIBRATING: Final = (Prompt.CASES, Prompt.RUNNING_DRIFT, Prompt.SINGLE_DRIFT)


def next_step(state: StudyDeskState) -> str:
    """Return what comes next: "Next: drift check, then case 8 of 50"."""
    view = state.view
    if state.phase is not StudyPhase.RUNNING:
        return _PHASE_LINES[state.phase]
    if view is None:
        return _PHASE_LINES[StudyPhase.STARTING]
    if state.is_calibrating:
        return _after_calibration(state, view)
    if state.side_run is not None:
        return f"Next: {_case(view)}" if _is_case_left(view) else "Next: the end of the session"
    if view.stage is Stage.CASE:
        return _in_case(state, view)
    return _between(state, view)


def is_readers_turn(state: StudyDeskState, *, has_targets: bool) -> bool:
    """Return whether the only monitor is the reader's; else it is the operator's.

    Parameters
    ----------
    state
        The session.
    has_targets
        Whether the reader looks at the targets of a calibration, whose results are the operator's to judge.
    """
    if state.is_calibrating or has_targets:
        return has_targets
    return not needs_operator(state)


def needs_operator(state: StudyDeskState) -> bool:
    """Return whether nothing goes on before the operator has decided or done something."""
    if state.phase is not StudyPhase.RUNNING:
        return True
    if state.view is None or state.is_calibrating or state.side_run is not None:
        return False
    return state.view.stage in _OPERATORS_STAGES


def _between(state: StudyDeskState, view: ReadingView) -> str:
    study = state.opened.study
    match view.stage:
        case Stage.RESUME_CHOICE:
            case_id = view.interrupted.case_id if view.interrupted is not None else ""
            return f"Your decision about interrupted {case_id}" if case_id else "Your decision"
        case Stage.PRACTICE_DECISION:
            return "Your decision: another round of practice, or on to the cases"
        case Stage.BREAK_DUE:
            return f"Next: a break of at least {study.breaks.shortest_minutes:g} min, then calibration"
        case Stage.BREAK:
            return f"Next: the reader comes back, then calibration, then {_case(view)}"
        case Stage.CALIBRATION:
            return f"Next: calibration, then {_case(view)}"
        case Stage.DRIFT_CHECK:
            return f"Next: drift check or calibration, then {_case(view)}"
        case Stage.PAUSED:
            where = f" at {screen_title(view.screen.name)}" if view.screen is not None else ""
            return f"Next: go on with {_case(view)}{where}"
        case Stage.FINISHED:
            return "All cases are read. Next: end the session"
    return f"Next: {_case(view)}"


def _in_case(state: StudyDeskState, view: ReadingView) -> str:
    names = state.screen_names
    here = view.screen.name if view.screen is not None else ""
    left = names[names.index(here) + 1 :] if here in names else ()
    if left:
        rest = len(left) - 1
        more = "" if not rest else f", then {rest} more screen{'s' if rest > 1 else ''}"
        return f"Next: {screen_title(left[0])}{more}"
    return f"Next: {', then '.join(_after_case(state, view))}"


def _after_case(state: StudyDeskState, view: ReadingView) -> list[str]:
    study = state.opened.study
    steps = ["the reader ends this case"]
    if Prompt.BREAK in view.prompts:
        steps.append("a break" if study.breaks.are_required else "a break is advised")
    elif any(prompt in view.prompts for prompt in _RECALIBRATING):
        steps.append("calibrating is advised")
    elif _checks_before_next(study):
        steps.append("a drift check")
    return steps


def _checks_before_next(study: Study) -> bool:
    check = study.drift_check
    is_each = check.place is DriftPlace.EVERY_CASES and check.every_cases == 1
    return check.place is DriftPlace.BEFORE_CASE or is_each


def _after_calibration(state: StudyDeskState, view: ReadingView) -> str:
    if state.validation_purpose == "session_end":
        return "Next: the session ends with its report"
    if state.validation_purpose == "block_end":
        return "Next: a break"
    return f"Next: {_case(view)}" if _is_case_left(view) else "Next: the end of the session"


def _is_case_left(view: ReadingView) -> bool:
    return view.planned is not None


def _case(view: ReadingView) -> str:
    return view.progress or "the next case"


def screen_title(name: str) -> str:
    """Return the name of a screen as words: "chest_box" is "chest box"."""
    return "break" if name == BREAK else name.replace("_", " ").replace("-", " ")
