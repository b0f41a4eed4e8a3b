"""Makes the view of a reading from its state."""

from __future__ import annotations

from capture_app.session.reading.attempts import Attempt
from capture_app.session.reading.case_work import CaseWork
from capture_app.session.reading.names import BREAK
from capture_app.session.reading.reading_state import ReadingState
from capture_app.session.reading.rules import answer_name, chosen_labels, screens_of
from capture_app.session.reading.stages import Stage, next_planned, prompts_of
from capture_app.session.reading.view import InterruptedCase, ReadingView, case_state_of
from capture_app.session.reading.worklist import Fate, Worklist
from capture_app.session.study import PlannedCase, Study
from capture_app.session.study.task_keys import Screen


def make_view(work: CaseWork, study: Study, worklist: Worklist, stage: Stage) -> ReadingView:
    """Return what is to be shown."""
    state, attempt = work.state, work.state.open_attempt
    planned = _planned(state, study, worklist)
    screen = _screen(work, attempt)
    counted = sum(state.fate_of(each.case.case_id) is Fate.COUNTS for each in worklist.in_use(state.fate_of))
    is_last = attempt is not None and bool(attempt.screen) and not work.order.after(attempt, attempt.screen)
    is_on_screen = attempt is not None and bool(attempt.screen) and not attempt.is_paused
    return ReadingView(
        stage=stage,
        planned=planned,
        trial=state.next_trial if attempt is None else attempt.trial,
        attempt=-1 if attempt is None else attempt.attempt,
        case_state=None if attempt is None else case_state_of(attempt, study),
        screen=screen,
        text=_text(screen, planned),
        is_presented=is_on_screen and work.asked is None,
        images=work.images if attempt is not None else (),
        answer=_answer(screen, attempt),
        shapes=() if attempt is None else tuple(sorted(attempt.shapes.items())),
        missing=() if attempt is None else work.missing_here(attempt),
        can_go_back=is_on_screen and attempt is not None and bool(work.order.before(attempt, attempt.screen)),
        jumps=() if attempt is None else work.order.jumps(attempt),
        grade=work.grade(attempt) if attempt is not None and is_last else None,
        prompts=prompts_of(state, study),
        interrupted=_interrupted(state) if stage is Stage.RESUME_CHOICE else None,
        progress=_progress(state, worklist, planned),
        counted=counted,
        quota=worklist.quota,
        summary=_summary(counted, worklist.quota) if stage is Stage.FINISHED else "",
        chosen_labels=() if attempt is None else chosen_labels(screens_of(study, attempt), attempt),
    )


def _planned(state: ReadingState, study: Study, worklist: Worklist) -> PlannedCase | None:
    attempt = state.open_attempt
    if attempt is None:
        return next_planned(state, study, worklist)
    return next(each for each in worklist.all_cases if each.case.case_id == attempt.case_id)


def _screen(work: CaseWork, attempt: Attempt | None) -> Screen | None:
    if attempt is None:
        return None
    name = attempt.screen if work.asked is None or work.asked.screen == BREAK else work.asked.screen
    return work.order.screen(attempt, name) if name else None


def _text(screen: Screen | None, planned: PlannedCase | None) -> str:
    text = getattr(screen, "text", "")  # the end of a case asks nothing
    if planned is None:
        return str(text)
    return str(text).replace("{target}", planned.case.target).replace("{question}", planned.case.question)


def _answer(screen: Screen | None, attempt: Attempt | None) -> str | int | bool | tuple[str, ...] | None:
    if screen is None or attempt is None:
        return None
    return attempt.answers.get((screen.name, answer_name(screen)))


def _interrupted(state: ReadingState) -> InterruptedCase | None:
    attempt = state.interrupted
    if attempt is None:
        return None
    where = f"at the screen {attempt.screen}" if attempt.screen else "before its first screen"
    return InterruptedCase(
        case_id=attempt.case_id,
        attempt=attempt.attempt,
        screen=attempt.screen,
        text=(
            f"Case {attempt.case_id} was interrupted {where}. Continue there with its gaze and answers kept, "
            "restart it (the attempt so far is kept and marked), or skip it."
        ),
    )


def _progress(state: ReadingState, worklist: Worklist, planned: PlannedCase | None) -> str:
    if planned is None:
        return ""
    case_id = planned.case.case_id
    if worklist.is_practice(case_id):
        return f"practice case {len(state.practice_order) + 1}"
    in_use = [each.case.case_id for each in worklist.in_use(state.fate_of)]
    return f"case {in_use.index(case_id) + 1} of {len(in_use)}"


def _summary(counted: int, quota: int) -> str:
    if counted >= quota:
        return f"All {quota} cases are read and count."
    return f"{counted} of {quota} cases count, and there is no spare left."
