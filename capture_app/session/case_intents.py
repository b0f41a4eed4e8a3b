"""Reading a list of cases at the operator's pace: which case is shown, paused, next; a base of the session.

A study leads its cases itself (`capture_app.session.study_desk`); asking here is refused meanwhile.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Final

from capture_app.session.analysis_feed import AnalysisFeed
from capture_app.session.calibration_desk import CalibrationDesk
from capture_app.session.cases import CaseList, cases_of_folder, cases_of_list
from capture_app.session.images import ImageStore
from capture_app.session.link import Link
from capture_app.session.port import SessionError
from capture_app.session.presentation import Presentation
from capture_app.session.recording import Phase, RecordingControl
from capture_app.session.settings import Settings
from capture_app.session.state_maker import StateMaker
from capture_app.session.study_desk.desk import StudyDesk
from capture_app.session.trials import TrialBook
from gaze_core.clocks import Clock
from gaze_core.rows import Rows

_ALL_READ: Final = "All cases are read. Thank you."
_NONE_READABLE: Final = "None of the images can be shown."


class CaseIntents(ABC):
    """The case list and the case that is shown."""

    calibration_desk: CalibrationDesk
    _cases: CaseList
    study_desk: StudyDesk
    _clock: Clock
    _feed: AnalysisFeed
    _images: ImageStore
    _link: Link
    _presentation: Presentation
    _recording: RecordingControl
    _settings: Settings
    _shown_since_host_ns: int | None
    _states: StateMaker
    _trials: TrialBook
    _wanted_case: int

    def show_folder(self, path: Path) -> None:
        """Make the images of a folder the case list."""
        self.show_cases(cases_of_folder(path))

    def open_list(self, path: Path) -> None:
        """Make the images named in a list file the case list."""
        self.show_cases(cases_of_list(path))

    def show_cases(self, cases: CaseList) -> None:
        """Make these the cases and put the first one on the reader's screen; a study is put away."""
        self.study_desk.close_study()
        self.take_cases(cases)
        self._want_case(self._trials.next_index(1))

    def take_cases(self, cases: CaseList) -> None:
        """Make these the cases; none is shown."""
        if self._recording.is_busy:
            raise SessionError("A recording is running. End it before you open other images.")
        self.calibration_desk.refuse_while_active()
        self._images.close()
        self._cases = cases
        self._images = ImageStore(cases.root)
        self._trials = TrialBook(cases.cases)
        self._wanted_case = -1
        self._shown_since_host_ns = None
        self._presentation.clear(-1, self._clock.now_ns())

    def pause(self) -> None:
        """Close the current trial to the reading; samples are still recorded, the screen is blank."""
        if self.study_desk.is_running:
            self.study_desk.pause()
        elif self._trials.trial >= 0 and not self._trials.is_paused:
            now_ns = self._clock.now_ns()
            self._link.append("trial", self._trials.pause(now_ns))
            self._presentation.clear(self._trials.trial, now_ns, message="Pause")
            self._event("paused", "", source="operator")

    def resume(self) -> None:
        """Go on after a pause."""
        if self.study_desk.is_running:
            self.study_desk.go_on()
        elif self._trials.is_paused:
            self._link.append("trial", self._trials.resume(self._clock.now_ns()))
            self._event("resumed", "", source="operator")
            self._wanted_case = self._trials.case_index

    def next_case(self) -> None:
        """Finish the case that is shown and show the next."""
        self._refuse_in_study()
        if not self._trials.cases:
            raise SessionError("There are no cases. Open a folder of images or an image list.")
        if self._trials.case_index >= 0:
            self._move_to(self._trials.next_index(1))

    def previous_case(self) -> None:
        """Show the case before, as a new trial."""
        self._refuse_in_study()
        index = self._trials.next_index(-1)
        if index >= 0:
            self._move_to(index)

    def go_to_case(self, index: int) -> None:
        """Show the case at `index`, from 0."""
        self._refuse_in_study()
        if not 0 <= index < len(self._trials.cases):
            raise SessionError(f"There is no case {index + 1}; the list has {len(self._trials.cases)}.")
        self._move_to(index)

    def _refuse_in_study(self) -> None:
        if self.study_desk.is_open:
            raise SessionError(
                "The study decides which case comes next. To leave one out, skip it with a reason."
            )

    def _move_to(self, index: int) -> None:
        self._end_trial("done")
        now_ns = self._clock.now_ns()
        if index < 0:
            self._trials.show(-1)
            message = _ALL_READ if self._trials.is_any_readable else _NONE_READABLE
            self._presentation.clear(-1, now_ns, message=message)
            self._wanted_case = -1
            self._event("all_cases_read", "")
            return
        self._presentation.clear(-1, now_ns)
        self._want_case(index)

    def _end_trial(self, outcome: str) -> None:
        if self._trials.trial >= 0:
            self._link.append("trial", self._trials.end(self._clock.now_ns(), outcome))

    def _want_case(self, index: int) -> None:
        self._wanted_case = index
        self._shown_since_host_ns = None
        if index >= 0:
            self._trials.show(index)
            self._images.ask(index, self._trials.cases[index])

    def _present_loaded_case(self) -> None:
        index = self._wanted_case
        if index < 0 or self.calibration_desk.is_active:
            return
        self._images.ask(index, self._trials.cases[index])
        if (loaded := self._images.take(index)) is None:
            return
        self._wanted_case = -1
        now_ns = self._clock.now_ns()
        if loaded.problem:
            self._trials.note_problem(index, loaded.problem)
            self._event("image_unreadable", loaded.problem)
            self._states.say(now_ns, f"Case {self._trials.cases[index].case_id}: {loaded.problem}")
            self._move_to(self._trials.next_index(1))
            return
        if self._recording.takes_rows:
            self.append_images(self._images.new_rows())
        if self._trials.trial < 0:  # else the reading goes on after a pause
            self._feed.begin_trial(loaded.images)
        if self._recording.phase is Phase.RUNNING and self._trials.trial < 0:
            image_ids = tuple(image.image_id for image in loaded.images)
            self._link.append("trial", self._trials.open(now_ns, image_ids))
        progress = f"case {index + 1} of {len(self._trials.cases)}"
        self._presentation.show(loaded.images, self._trials.trial, now_ns, progress=progress)
        if (following := self._trials.next_index(1)) >= 0:
            self._images.ask(following, self._trials.cases[following])

    def append_images(self, rows: tuple[Rows, ...]) -> None:
        """Have IMAGE rows written, with the images where the settings want them inside."""
        self._link.append_images(rows, self._cases.root if self._settings.embed_images else None)

    @abstractmethod
    def _event(
        self, kind: str, text: str, *, value: float = ..., t_host_ns: int | None = None, source: str = "app"
    ) -> None:
        """Write an event into the recording."""
