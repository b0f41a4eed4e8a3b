"""What the windows show of a reading: one frozen record, made anew for each look."""

from __future__ import annotations

from dataclasses import dataclass

from capture_app.session.reading.answer_codec import AnswerValue
from capture_app.session.reading.attempts import Attempt, CaseState, Ending, Shape
from capture_app.session.reading.gaze_loss import CaseGrade
from capture_app.session.reading.images import ShownImage
from capture_app.session.reading.rules import screens_of
from capture_app.session.reading.stages import Prompt, Stage
from capture_app.session.study import PlannedCase, Study
from capture_app.session.study.task_keys import EndScreen, ImageScreen, Screen


@dataclass(frozen=True, slots=True, kw_only=True)
class InterruptedCase:
    """The case that a recording was cut off in."""

    case_id: str
    attempt: int
    screen: str  # the last that was presented; "" where none was
    text: str  # a sentence that says what each choice keeps


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingView:
    """The reading now."""

    stage: Stage
    planned: PlannedCase | None  # open, or next to open; None where nothing is left
    trial: int  # of the open case, else of the next
    attempt: int  # -1 where no case is open
    case_state: CaseState | None  # of the open case
    screen: Screen | None  # asked for, else presented
    text: str  # its question, with the case's target and question filled in
    is_presented: bool  # the screen has reached the reader
    images: tuple[ShownImage, ...]  # of the open case, one per pane
    answer: AnswerValue  # of this screen; None where it is not answered
    shapes: tuple[tuple[int, Shape], ...]  # by number
    missing: tuple[str, ...]  # what keeps the reader on this screen, a sentence each
    can_go_back: bool
    jumps: tuple[str, ...]  # names of the screens that can be jumped to
    grade: CaseGrade | None  # at the last screen of a case
    prompts: tuple[Prompt, ...]
    interrupted: InterruptedCase | None  # at the stage `RESUME_CHOICE`
    progress: str  # "case 7 of 50", "practice case 2 of 10"
    counted: int  # cases that count so far
    quota: int
    summary: str  # at the end of all, a sentence; else ""
    chosen_labels: tuple[str, ...] = ()  # on the label screens of the open case


def case_state_of(attempt: Attempt, study: Study) -> CaseState:
    """Return how far an attempt has come."""
    endings = {
        Ending.DONE: CaseState.COMMITTED,
        Ending.SET_ASIDE: CaseState.SET_ASIDE,
        Ending.RESTARTED: CaseState.RESTARTED,
    }
    if attempt.ending in endings:
        return endings[attempt.ending]
    if attempt.is_interrupted:
        return CaseState.INTERRUPTED
    return progress_of(attempt, study)


def progress_of(attempt: Attempt, study: Study) -> CaseState:
    """Return how far an attempt had come before it ended or was interrupted."""
    screens = screens_of(study, attempt)
    last_image = max(
        (place for place, screen in enumerate(screens) if isinstance(screen, ImageScreen)), default=-1
    )
    if attempt.furthest >= 0 and isinstance(screens[attempt.furthest], EndScreen):
        return CaseState.ANNOTATED
    return CaseState.READ if attempt.furthest > last_image else CaseState.OPEN
