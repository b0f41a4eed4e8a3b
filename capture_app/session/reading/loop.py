"""The case loop: one reader, case by case, screen by screen, without windows and without a clock of its own.

Every method that changes something is told the time and returns the rows to be recorded; the state follows
from these rows alone (`reading_state`). A screen counts as shown once `presented` said so. Whoever drives the
loop looks at `view`, shows what is asked for, opens the case when the stage is `READY` and hands over what
calibration and drift checks recorded (`observe`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from capture_app.session.reading.answer_codec import AnswerValue
from capture_app.session.reading.attempts import Shape
from capture_app.session.reading.emitter import NamedRows
from capture_app.session.reading.errors import ReadingError
from capture_app.session.reading.images import ShownImage
from capture_app.session.reading.loop_between import LoopBetween
from capture_app.session.reading.names import BREAK, Cause, Subject
from capture_app.session.reading.rules import answer_name, check_answer, check_drawn, toggled
from capture_app.session.reading.stages import Stage
from capture_app.session.study.task_keys import ImageScreen, LabelScreen
from gaze_core.rows import DRIFT, JUDGEMENT, Rows


class ReadingLoop(LoopBetween):
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

    @property
    def is_transcript_ready(self) -> bool:
        """Whether the transcript of the open case can be shown; every case begins without."""
        return self._work.is_transcript_ready

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
