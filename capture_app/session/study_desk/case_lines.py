"""The operator's case list of a study, made from the state of its reading."""

from __future__ import annotations

from capture_app.session.reading import Attempt, CaseState, ReadingState, Worklist, case_state_of
from capture_app.session.reading.attempts import Ending
from capture_app.session.study import PlannedCase, Study
from capture_app.session.study_desk.states import StudyCaseLine


def case_lines(
    study: Study, worklist: Worklist, state: ReadingState, now_ns: int
) -> tuple[StudyCaseLine, ...]:
    """Return practice, then the cases with the spares in use so far, in the order they are read."""
    planned = (*worklist.practice, *worklist.in_use(state.fate_of))
    return tuple(_line(study, each, state, now_ns) for each in planned)


def worked_s(attempt: Attempt, now_ns: int) -> float:
    """Return the time an attempt was worked on, the open trial included."""
    running_ns = 0 if attempt.opened_ns is None or attempt.is_paused else max(0, now_ns - attempt.opened_ns)
    return (attempt.worked_ns + running_ns) / 1e9


def _line(study: Study, planned: PlannedCase, state: ReadingState, now_ns: int) -> StudyCaseLine:
    case = planned.case
    attempts = state.attempts.get(case.case_id, [])
    latest = attempts[-1] if attempts else None
    return StudyCaseLine(
        case_id=case.case_id,
        role=case.role,
        state=None if latest is None else case_state_of(latest, study),
        attempts=len(attempts),
        grade="" if latest is None else latest.grade,
        note="" if latest is None else _note(study, latest),
        worked_s=sum(worked_s(each, now_ns) for each in attempts),
        is_current=latest is not None and latest is state.open_attempt,
        does_count=latest is not None and latest.does_count,
    )


def _note(study: Study, attempt: Attempt) -> str:
    if attempt.is_interrupted and attempt.ending is Ending.NONE:
        return f"interrupted at {attempt.screen}" if attempt.screen else "interrupted"
    if attempt.ending is Ending.SET_ASIDE:
        return "set aside"
    state = case_state_of(attempt, study)
    share = attempt.loss.share_percent(study.gates.loss_counted)
    is_measured = state is not CaseState.OPEN and share == share
    return f"loss {share:.0f} %" if is_measured else ""
