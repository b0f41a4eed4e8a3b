"""What every part of the case loop needs: its state, its view, and what may be done when."""

from __future__ import annotations

from collections.abc import Sequence

from capture_app.session.reading.attempts import Attempt, Shape
from capture_app.session.reading.case_work import Asked, CaseWork
from capture_app.session.reading.errors import ReadingError
from capture_app.session.reading.gaze_loss import CaseGrade, LossMeter
from capture_app.session.reading.names import BREAK
from capture_app.session.reading.practice_key import PracticeKey
from capture_app.session.reading.reading_state import ReadingState, RecordingRows
from capture_app.session.reading.stages import STAGE_WORDS, Stage, stage_of
from capture_app.session.reading.state_builder import StateBuilder
from capture_app.session.reading.study_fit import check_fit
from capture_app.session.reading.view import ReadingView
from capture_app.session.reading.view_maker import make_view
from capture_app.session.reading.worklist import Worklist
from capture_app.session.study import Study
from capture_app.session.study.task_keys import Screen


class LoopCore:
    """State and view of a reading; a base of `ReadingLoop`, whose parameters it takes."""

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

    @property
    def asked(self) -> Asked | None:
        """The screen that is asked for and was not presented; another object with every asking."""
        return self._work.asked

    @property
    def screen_names(self) -> tuple[str, ...]:
        """The screens of the open case as its answers make them, in order."""
        attempt = self.state.open_attempt
        return () if attempt is None else tuple(screen.name for screen in self._work.order.shown(attempt))

    def grade_so_far(self, now_ns: int) -> CaseGrade | None:
        """Return the verdict of the gate on the open case, the image that is visible now included."""
        attempt = self.state.open_attempt
        return None if attempt is None else self._work.grade_so_far(attempt, now_ns)

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
