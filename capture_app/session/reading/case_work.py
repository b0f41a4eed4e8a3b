"""The case before the reader: opening it, asking for screens, judging what was seen, committing it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from capture_app.session.reading.attempts import Attempt
from capture_app.session.reading.emitter import RowEmitter
from capture_app.session.reading.errors import ReadingError
from capture_app.session.reading.gaze_loss import CaseGrade, LossMeter, grade_case
from capture_app.session.reading.images import ShownImage
from capture_app.session.reading.names import By, Cause, Event, Subject
from capture_app.session.reading.practice_key import PracticeKey
from capture_app.session.reading.reading_state import ReadingState
from capture_app.session.reading.rules import is_time_over, missing, screens_of
from capture_app.session.reading.screen_order import ScreenOrder
from capture_app.session.reading.stages import next_planned
from capture_app.session.reading.state_builder import StateBuilder
from capture_app.session.reading.worklist import Worklist
from capture_app.session.study import Study, StudyCase
from capture_app.session.study.task_keys import Screen


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A screen that was asked for and has not been presented."""

    screen: str
    cause: Cause
    t_asked_ns: int


class CaseWork:
    """What the loop does with a case. One thread.

    Parameters
    ----------
    study, worklist
        What is read, and how.
    builder
        The state, and how rows change it.
    meter
        The loss of gaze.
    key
        Judges practice.
    skips_instructions
        Leaves out the instructions that may be switched off.
    """

    def __init__(
        self,
        study: Study,
        worklist: Worklist,
        builder: StateBuilder,
        *,
        meter: LossMeter,
        key: PracticeKey,
        skips_instructions: bool,
    ) -> None:
        self._study, self._worklist = study, worklist
        self._cases = {planned.case.case_id: planned.case for planned in worklist.all_cases}
        self._builder = builder
        self._meter, self._key = meter, key
        self.rows = RowEmitter(builder)
        self.order = ScreenOrder(study, skips_instructions=skips_instructions)
        self.images: tuple[ShownImage, ...] = ()
        self.asked: Asked | None = None
        self.held: Asked | None = None  # what to go on with after a pause, where it was not presented before
        self.is_transcript_ready = False

    @property
    def state(self) -> ReadingState:
        """What the rows so far say."""
        return self._builder.state

    def case_of(self, attempt: Attempt) -> StudyCase:
        """Return the case of an attempt."""
        return self._cases[attempt.case_id]

    def open(self, now_ns: int, images: tuple[ShownImage, ...]) -> Attempt:
        """Open the next case as a new trial; the attempt goes on where it was chosen to."""
        state = self.state
        planned = next_planned(state, self._study, self._worklist)
        if planned is None:
            raise ReadingError("There is no case left to open.")
        case_id, trial = planned.case.case_id, state.next_trial
        earlier = state.attempts.get(case_id, [])
        number = earlier[-1].attempt if state.continuing else len(earlier)
        is_practice, is_spare = self._worklist.is_practice(case_id), self._worklist.is_spare(case_id)
        role = "practice" if is_practice else ("spare" if is_spare else "study")
        self.rows.judgement(
            now_ns, Subject.QUOTA, number=trial, attempt=number, is_accepted=not is_practice, by=By.GATE,
            reason=f"Read as {role} case.",
            figures={
                "event": Event.OPENING.value, "case_id": case_id, "task": planned.task, "arm": planned.arm,
                "role": role, "period": self._worklist.period,
            },
        )  # fmt: skip
        self.rows.trial(now_ns, trial, case_id, "open", tuple(image.image_id for image in images))
        self._meter.forget_before(now_ns)
        self.images, self.asked, self.held, self.is_transcript_ready = images, None, None, False
        return state.attempts[case_id][number]

    def show_first(self, now_ns: int, attempt: Attempt) -> None:
        """Ask for the screen a case opens with: its first, or the one it was interrupted at."""
        if not attempt.screen:
            is_restart = attempt.attempt > 0 and not self._worklist.is_practice(attempt.case_id)
            name = self.order.first(attempt)
            self.ask(now_ns, name, Cause.RESTART if is_restart else Cause.NEXT)
            return
        self._keep_answers(now_ns, attempt)
        name = attempt.screen
        if is_time_over(self.order.screen(attempt, name), attempt):
            name = self.order.after(attempt, name) or name
        self.ask(now_ns, name, Cause.RESUME)

    def ask(self, now_ns: int, screen: str, cause: Cause) -> None:
        """Ask for a screen; it counts once it is presented."""
        self.asked = Asked(screen=screen, cause=cause, t_asked_ns=now_ns)

    def forwards(self, now_ns: int, attempt: Attempt) -> None:
        """Ask for the following screen, or commit the case."""
        name = self.order.after(attempt, attempt.screen)
        if not name:
            self._commit(now_ns, attempt)
            return
        screens = [screen.name for screen in screens_of(self._study, attempt)]
        is_direct = screens.index(name) == screens.index(attempt.screen) + 1
        self.ask(now_ns, name, Cause.NEXT if is_direct else Cause.SKIP)

    def pause(self, now_ns: int, attempt: Attempt) -> None:
        """Let the case rest; a screen that was asked for is asked for again afterwards."""
        self.held, self.asked = self.asked, None
        self.judge_visit(now_ns, attempt)
        self.rows.trial(now_ns, attempt.trial, attempt.case_id, "paused")

    def go_on(self, now_ns: int, attempt: Attempt) -> None:
        """Show the case that rests again."""
        self.rows.trial(now_ns, attempt.trial, attempt.case_id, "resumed")
        name = self.held.screen if self.held is not None else attempt.screen or self.order.first(attempt)
        self.held = None
        self.ask(now_ns, name, Cause.RESUME)

    def end(self, now_ns: int, attempt: Attempt, state: str) -> None:
        """End the trial as discarded or interrupted."""
        self.rows.trial(now_ns, attempt.trial, attempt.case_id, state)
        self.asked = self.held = None

    def judge_visit(self, t_left_ns: int, attempt: Attempt) -> None:
        """Record the loss while the image was visible that is left now."""
        since_ns = attempt.visible_since_ns
        if since_ns is None:
            return
        loss = self._meter.measure(since_ns, t_left_ns)
        light = grade_case(loss, self.state.running_drift_deg, self._study.gates)
        self.rows.judgement(
            t_left_ns, Subject.CASE, number=attempt.trial, attempt=attempt.attempt, grade=light.light.value,
            is_accepted=light.does_count, by=By.GATE, reason=f"Screen {attempt.screen}: {light.reason}",
            figures={
                "event": Event.VISIT.value, "screen": attempt.screen,
                "visit": attempt.visits[attempt.screen] - 1, "is_looking_again": attempt.is_looking_again,
                **loss.figures(),
            },
        )  # fmt: skip

    def verdict(
        self, now_ns: int, attempt: Attempt, *, grade: str, is_accepted: bool, by: By, reason: str,
        figures: dict[str, Any],
    ) -> None:  # fmt: skip
        """Record what was decided about the case."""
        self.rows.judgement(
            now_ns, Subject.CASE, number=attempt.trial, attempt=attempt.attempt, grade=grade,
            is_accepted=is_accepted, by=by, reason=reason, figures={"event": Event.END.value, **figures},
        )  # fmt: skip

    def missing_here(self, attempt: Attempt) -> tuple[str, ...]:
        """Return what keeps the reader on this screen; at the last one, what any screen still lacks."""
        if not attempt.screen:
            return ()
        if self.order.after(attempt, attempt.screen):
            return self._missing_on(self.order.screen(attempt, attempt.screen), attempt)
        return tuple(
            sentence if screen.name == attempt.screen else f"Screen {screen.name}: {sentence}"
            for screen in self.order.shown(attempt)
            for sentence in self._missing_on(screen, attempt)
        )

    def grade(self, attempt: Attempt) -> CaseGrade:
        """Return the verdict of the gate on the reading so far, the image that is visible left out."""
        return grade_case(attempt.loss, self.state.running_drift_deg, self._study.gates)

    def grade_so_far(self, attempt: Attempt, now_ns: int) -> CaseGrade:
        """Return the verdict on the reading so far, with the image that is visible for the first time."""
        loss = attempt.loss
        if attempt.visible_since_ns is not None and not attempt.is_looking_again:
            loss = loss.plus(self._meter.measure(attempt.visible_since_ns, now_ns))
        return grade_case(loss, self.state.running_drift_deg, self._study.gates)

    def require_complete(self, attempt: Attempt) -> None:
        """Refuse to go on where something is missing.

        Raises
        ------
        ReadingError
            With what is missing.
        """
        lacking = self.missing_here(attempt)
        if lacking:
            raise ReadingError(" ".join(lacking))

    def _missing_on(self, screen: Screen, attempt: Attempt) -> tuple[str, ...]:
        screens = screens_of(self._study, attempt)
        return missing(screen, self._study, screens, attempt, is_transcript_ready=self.is_transcript_ready)

    def _commit(self, now_ns: int, attempt: Attempt) -> None:
        self.judge_visit(now_ns, attempt)
        grade = self.grade(attempt)
        is_practice = self._worklist.is_practice(attempt.case_id)
        gates = self._study.gates
        figures: dict[str, Any] = {
            "loss_percent": grade.loss_percent, "longest_gap_s": grade.longest_gap_s,
            "drift_deg": grade.drift_deg, "loss_red_percent": gates.loss_red_percent,
            "gap_red_s": gates.gap_red_s, "loss_counted": [each.value for each in gates.loss_counted],
            **attempt.loss.figures(),
        }  # fmt: skip
        if is_practice:
            figures["is_correct"] = self._key.is_correct(self.case_of(attempt), attempt)
        self.verdict(
            now_ns, attempt, grade=grade.light.value, is_accepted=grade.does_count, by=By.GATE,
            reason=grade.reason, figures=figures,
        )  # fmt: skip
        self.rows.trial(now_ns, attempt.trial, attempt.case_id, "done")

    def _keep_answers(self, now_ns: int, attempt: Attempt) -> None:
        """Write the answers and shapes of an interrupted attempt into the recording it goes on in."""
        for (screen, name), value in tuple(attempt.answers.items()):
            self.rows.answer(now_ns, attempt, screen, name, value)
        for number, shape in tuple(attempt.shapes.items()):
            is_known = shape.pane < len(self.images)
            image_id = self.images[shape.pane].image_id if is_known else shape.image_id
            self.rows.shape(now_ns, attempt, number, "changed", replace(shape, image_id=image_id))
