"""The case loop: one reader, case by case, screen by screen, without windows and without a clock of its own.

Every method that changes something is told the time and returns the rows to be recorded; the state follows
from these rows alone (`reading_state`). A screen counts as shown once `presented` said so. Whoever drives the
loop looks at `view`, shows what is asked for, opens the case when the stage is `READY` and hands over what
calibration and drift checks recorded (`observe`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from capture_app.session.reading.answer_codec import AnswerValue
from capture_app.session.reading.attempts import Attempt, Shape
from capture_app.session.reading.case_work import CaseWork
from capture_app.session.reading.emitter import NamedRows
from capture_app.session.reading.errors import ReadingError
from capture_app.session.reading.gaze_loss import LossMeter
from capture_app.session.reading.images import ShownImage
from capture_app.session.reading.names import BREAK, By, Cause, Event, Subject
from capture_app.session.reading.practice_key import PracticeKey
from capture_app.session.reading.reading_state import ReadingState, RecordingRows
from capture_app.session.reading.rules import answer_name, check_answer, check_drawn, toggled
from capture_app.session.reading.stages import STAGE_WORDS, Stage, stage_of
from capture_app.session.reading.state_builder import StateBuilder
from capture_app.session.reading.study_fit import check_fit
from capture_app.session.reading.view import ReadingView
from capture_app.session.reading.view_maker import make_view
from capture_app.session.reading.worklist import Worklist
from capture_app.session.study import Study
from capture_app.session.study.task_keys import EndScreen, ImageScreen, LabelScreen, Screen
from gaze_core.rows import DRIFT, JUDGEMENT, Rows

_REASON_BYTES: Final = JUDGEMENT.dtype["reason"].itemsize
BETWEEN: Final = (Stage.READY, Stage.DRIFT_CHECK, Stage.CALIBRATION, Stage.BREAK_DUE)
"""Stages between two cases (a calibration may also come while a case rests)."""


class ReadingLoop:
    """The state machine of a reading. One thread.

    Parameters
    ----------
    study, worklist
        What is read, and how.
    sample_interval_ns
        Of the tracker's setting, for the loss.
    practice_key
        Judges practice; without one no answer is known to be right.
    skips_instructions
        Leaves out the instructions that experienced readers may switch off.
    earlier
        Rows of the recordings of this reader and period that are over, oldest first.

    Raises
    ------
    ReadingError
        If a name of the study does not fit into the rows.
    HistoryError
        If earlier recordings are of another study, reader or period.
    """

    def __init__(
        self,
        study: Study,
        worklist: Worklist,
        *,
        sample_interval_ns: float,
        practice_key: PracticeKey | None = None,
        skips_instructions: bool = False,
        earlier: Sequence[RecordingRows] = (),
    ) -> None:
        check_fit(study)
        self._study, self._worklist = study, worklist
        self._builder = StateBuilder(study, worklist)
        for recording in earlier:
            self._builder.apply_recording(recording)
            self._builder.begin_recording()
        self._meter = LossMeter(sample_interval_ns, study.gates)
        self._work = CaseWork(
            study,
            worklist,
            self._builder,
            meter=self._meter,
            key=practice_key if practice_key is not None else PracticeKey(study),
            skips_instructions=skips_instructions,
        )
        self._rows = self._work.rows

    @property
    def state(self) -> ReadingState:
        """What the rows so far say. Read only."""
        return self._builder.state

    @property
    def stage(self) -> Stage:
        """Where the reading stands."""
        if self._work.asked is not None and self._work.asked.screen == BREAK:
            return Stage.BREAK
        return stage_of(self.state, self._study, self._worklist)

    @property
    def view(self) -> ReadingView:
        """What is to be shown."""
        return make_view(self._work, self._study, self._worklist, self.stage)

    # what comes in

    def observe(self, name: str, rows: Rows) -> None:
        """Take rows that calibration and drift checks have recorded; rows of other kinds are left alone."""
        if name == DRIFT.name:
            own = rows
        elif name == JUDGEMENT.name:
            own = rows[rows["subject"] == Subject.CALIBRATION.value.encode()]
        else:
            return
        for row in own:
            self._builder.apply(name, row)

    def take_gaze(self, gaze_rows: Rows, t_ns: npt.NDArray[np.int64]) -> None:
        """Take GAZE rows with their times on the host clock, shape (n,), in order."""
        self._meter.take(gaze_rows, t_ns)

    def set_transcript_ready(self, is_ready: bool) -> None:
        """Say whether the transcript of the open case can be shown."""
        self._work.is_transcript_ready = is_ready

    def presented(self, t_presented_ns: int) -> NamedRows:
        """Note when the first frame of the screen that was asked for was presented."""
        work = self._work
        asked, work.asked = work.asked, None
        if asked is None:
            return ()
        if asked.screen == BREAK:
            self._rows.screen(
                asked.t_asked_ns, t_presented_ns, attempt=None, name=BREAK, kind=BREAK, cause=Cause.BREAK
            )
            return self._rows.take()
        attempt = self._attempt()
        work.judge_visit(t_presented_ns, attempt)
        kind = work.order.screen(attempt, asked.screen).KIND
        self._rows.screen(
            asked.t_asked_ns, t_presented_ns, attempt=attempt, name=asked.screen, kind=kind,
            cause=asked.cause,
        )  # fmt: skip
        return self._rows.take()

    def tick(self, now_ns: int) -> NamedRows:
        """Let an image leave whose time is over."""
        attempt = self.state.open_attempt
        if attempt is None or attempt.visible_since_ns is None or self._work.asked is not None:
            return ()
        screen = self._work.order.screen(attempt, attempt.screen)
        if isinstance(screen, ImageScreen) and screen.longest_s > 0:
            shown_ns = attempt.shown_ns.get(screen.name, 0) + now_ns - attempt.visible_since_ns
            if shown_ns >= screen.longest_s * 1e9:
                self._work.forwards(now_ns, attempt)
        return self._rows.take()

    # the reader

    def open_case(self, now_ns: int, images: Sequence[ShownImage]) -> NamedRows:
        """Open the next case, whose images are ready, and ask for its screen."""
        self._require("open a case", Stage.READY)
        attempt = self._work.open(now_ns, tuple(images))
        self._work.show_first(now_ns, attempt)
        return self._rows.take()

    def answer(self, now_ns: int, value: AnswerValue) -> NamedRows:
        """Answer the question of this screen, instead of before; a search ends by its answer."""
        attempt, screen = self._here("answer")
        check_answer(screen, self._study, self._work.case_of(attempt), value)
        self._rows.answer(now_ns, attempt, screen.name, answer_name(screen), value)
        if isinstance(screen, ImageScreen):
            self._work.forwards(now_ns, attempt)
        return self._rows.take()

    def toggle_label(self, now_ns: int, label: str) -> NamedRows:
        """Choose a label, or take it back; an exclusive one and the others put each other out."""
        attempt, screen = self._here("choose a label")
        if not isinstance(screen, LabelScreen):
            raise ReadingError("This screen has no labels.")
        value = attempt.answers.get((screen.name, answer_name(screen)))
        chosen = value if isinstance(value, tuple) else ()
        return self.answer(now_ns, toggled(self._study.labels, chosen, label))

    def draw(self, now_ns: int, shape: Shape) -> NamedRows:
        """Draw a shape; its number is the next free one of the attempt."""
        attempt, screen = self._here("draw")
        case = self._work.case_of(attempt)
        check_drawn(shape, self._study, screen, case, attempt, images=self._work.images)
        self._rows.shape(now_ns, attempt, attempt.next_shape, "drawn", shape)
        return self._rows.take()

    def change_shape(self, now_ns: int, number: int, shape: Shape) -> NamedRows:
        """Give a shape another place, labels or certainty."""
        attempt, screen = self._here("change a shape")
        if self._shape(attempt, number).kind is not shape.kind:
            raise ReadingError("A shape keeps its kind. Remove it and draw another.")
        case = self._work.case_of(attempt)
        check_drawn(shape, self._study, screen, case, attempt, images=self._work.images, changed=number)
        self._rows.shape(now_ns, attempt, number, "changed", shape)
        return self._rows.take()

    def remove_shape(self, now_ns: int, number: int) -> NamedRows:
        """Remove a shape."""
        attempt, _ = self._here("remove a shape")
        self._rows.shape(now_ns, attempt, number, "removed", self._shape(attempt, number))
        return self._rows.take()

    def next(self, now_ns: int) -> NamedRows:
        """Go on to the next screen; from the last one the case is committed."""
        attempt, _ = self._here("go on")
        self._work.require_complete(attempt)
        self._work.forwards(now_ns, attempt)
        return self._rows.take()

    def back(self, now_ns: int) -> NamedRows:
        """Go back to the screen before."""
        attempt, _ = self._here("go back")
        name = self._work.order.before(attempt, attempt.screen)
        if not name:
            raise ReadingError("There is no screen to go back to.")
        self._work.ask(now_ns, name, Cause.BACK)
        return self._rows.take()

    def jump(self, now_ns: int, screen: str) -> NamedRows:
        """Go to a screen of this case that was shown before."""
        attempt, _ = self._here("go to another screen")
        if screen not in self._work.order.jumps(attempt):
            raise ReadingError(f"The screen {screen} cannot be gone to from here.")
        self._work.ask(now_ns, screen, Cause.JUMP)
        return self._rows.take()

    # pauses, breaks, calibration

    def pause(self, now_ns: int) -> NamedRows:
        """Let the open case rest; its screen is shown anew afterwards, as another visit."""
        self._require("pause", Stage.CASE)
        self._work.pause(now_ns, self._attempt())
        return self._rows.take()

    def go_on(self, now_ns: int) -> NamedRows:
        """Go on with the case that rests."""
        self._require("go on with a case", Stage.PAUSED)
        self._work.go_on(now_ns, self._attempt())
        return self._rows.take()

    def start_break(self, now_ns: int) -> NamedRows:
        """Begin a break, between cases or in the middle of one."""
        self._require("begin a break", Stage.CASE, Stage.PAUSED, *BETWEEN)
        if self.stage is Stage.CASE:
            self._work.pause(now_ns, self._attempt())
        self._work.ask(now_ns, BREAK, Cause.BREAK)
        return self._rows.take()

    def end_break(self, now_ns: int) -> NamedRows:
        """End the break; gaze is calibrated before reading goes on."""
        since_ns = self.state.break_since_ns
        if since_ns is None or self._work.asked is not None:
            raise ReadingError("There is no break to end.")
        minutes, breaks = (now_ns - since_ns) / 60e9, self._study.breaks
        if breaks.are_required and minutes < breaks.shortest_minutes:
            raise ReadingError(
                f"The break lasts {breaks.shortest_minutes:g} minutes at least; "
                f"{breaks.shortest_minutes - minutes:.1f} are left."
            )
        self._rows.judgement(
            now_ns, Subject.QUOTA, is_accepted=True, by=By.OPERATOR, reason="The break is over.",
            figures={"event": Event.BREAK_OVER.value, "minutes": round(minutes, 3)},
        )  # fmt: skip
        return self._rows.take()

    def recalibrate(self, now_ns: int, by: By, reason: str) -> NamedRows:
        """Ask for a calibration before anything else is read; an open case rests meanwhile."""
        self._require("calibrate", Stage.CASE, Stage.PAUSED, *BETWEEN)
        if self.stage is Stage.CASE:
            self._work.pause(now_ns, self._attempt())
        self._judge_calibration(now_ns, by, reason, is_accepted=False)
        return self._rows.take()

    def go_on_uncalibrated(self, now_ns: int, reason: str) -> NamedRows:
        """Read on without a calibration that was due, as the operator decides."""
        self._require("go on without a calibration", Stage.CALIBRATION)
        self._judge_calibration(now_ns, By.OPERATOR, _typed(reason), is_accepted=True)
        return self._rows.take()

    def pass_over_drift_check(self, now_ns: int) -> NamedRows:
        """Go on without a drift check."""
        self._require("pass over a drift check", Stage.DRIFT_CHECK)
        check = self._study.drift_check
        self._rows.drift_override(
            now_ns, self.state.next_trial, x_norm=check.x_norm, y_norm=check.y_norm,
            eye=self._study.analysis.signal.value,
        )  # fmt: skip
        return self._rows.take()

    # decisions

    def decide_interrupted(self, now_ns: int, choice: Event, by: By) -> NamedRows:
        """Continue, restart or skip the case that was interrupted."""
        self._require("decide about an interrupted case", Stage.RESUME_CHOICE)
        words = {
            Event.CONTINUE: "Continued at the interrupted screen; the gaze before is kept.",
            Event.RESTART: "Restarted; the attempt before is kept and does not count.",
            Event.SKIP: "Skipped after the interruption; the attempt is kept and does not count.",
        }
        attempt = self.state.interrupted
        if attempt is None or choice not in words:
            raise ReadingError("An interrupted case can be continued, restarted or skipped.")
        self._rows.judgement(
            now_ns, Subject.RESUME, number=self.state.next_trial, attempt=attempt.attempt, by=by,
            is_accepted=choice is Event.CONTINUE, reason=words[choice],
            figures={"event": choice.value, "case_id": attempt.case_id, "attempt": attempt.attempt},
        )  # fmt: skip
        return self._rows.take()

    def decide_practice(self, now_ns: int, event: Event, reason: str) -> NamedRows:
        """Allow another round of practice, or end practice, as the operator decides."""
        self._require("decide about practice", Stage.PRACTICE_DECISION)
        if event not in (Event.PRACTICE_AGAIN, Event.PRACTICE_OVER):
            raise ReadingError("Practice can be repeated or ended.")
        self._rows.judgement(
            now_ns, Subject.QUOTA, is_accepted=event is Event.PRACTICE_OVER, by=By.OPERATOR,
            reason=_typed(reason), figures={"event": event.value},
        )  # fmt: skip
        return self._rows.take()

    def set_aside(self, now_ns: int, by: By, reason: str) -> NamedRows:
        """Skip the open or next case; a spare takes its place.

        The reader gives one of the reasons of the end screen, the operator any.
        """
        self._require("set a case aside", Stage.CASE, Stage.PAUSED, *BETWEEN)
        attempt = self.state.open_attempt
        if by is By.READER:
            screen = None if attempt is None else self._screen(attempt)
            if not isinstance(screen, EndScreen) or reason not in screen.discard_reasons:
                raise ReadingError("A case is set aside on its last screen, with one of the reasons there.")
        if attempt is None:
            attempt = self._work.open(now_ns, ())
        self._work.judge_visit(now_ns, attempt)
        self._work.verdict(
            now_ns, attempt, grade="", is_accepted=False, by=by, reason=_typed(reason), figures={}
        )
        self._work.end(now_ns, attempt, "discarded")
        return self._rows.take()

    def leave(self, now_ns: int) -> NamedRows:
        """End the session; an open case can be gone on with in the next one."""
        attempt = self.state.open_attempt
        if attempt is not None:
            self._work.judge_visit(now_ns, attempt)
            self._work.end(now_ns, attempt, "interrupted")
        self._work.asked = None
        return self._rows.take()

    def _judge_calibration(self, now_ns: int, by: By, reason: str, *, is_accepted: bool) -> None:
        self._rows.judgement(
            now_ns, Subject.CALIBRATION, is_accepted=is_accepted, by=by, reason=reason, figures={}
        )

    def _require(self, what: str, *stages: Stage) -> None:
        if self.stage not in stages:
            raise ReadingError(f"It is not possible to {what} now: the reading is {STAGE_WORDS[self.stage]}.")

    def _attempt(self) -> Attempt:
        attempt = self.state.open_attempt
        if attempt is None:
            raise ReadingError("No case is open.")
        return attempt

    def _here(self, what: str) -> tuple[Attempt, Screen]:
        """Return the open case and the screen that is before the reader."""
        self._require(what, Stage.CASE)
        attempt = self._attempt()
        screen = self._screen(attempt)
        if screen is None or self._work.asked is not None:
            raise ReadingError(f"It is not possible to {what} before the screen is shown.")
        return attempt, screen

    def _screen(self, attempt: Attempt) -> Screen | None:
        return self._work.order.screen(attempt, attempt.screen) if attempt.screen else None

    def _shape(self, attempt: Attempt, number: int) -> Shape:
        if number not in attempt.shapes:
            raise ReadingError(f"There is no shape {number} in this case.")
        return attempt.shapes[number]


def _typed(reason: str) -> str:
    if not reason.strip():
        raise ReadingError("Give a reason; it is kept with the data.")
    if len(reason.strip().encode()) > _REASON_BYTES:
        raise ReadingError(f"The reason is longer than {_REASON_BYTES} letters. Shorten it.")
    return reason.strip()
