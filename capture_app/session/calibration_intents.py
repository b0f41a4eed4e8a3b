"""What the session does around a calibration: it makes way on the reader's screen, then goes on; a base."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Final

from capture_app.session.analysis_feed import AnalysisFeed
from capture_app.session.calibration_desk import Around, CalibrationDesk
from capture_app.session.display_area import area_of, has_known_size
from capture_app.session.link import Link
from capture_app.session.measured_geometry import believed_geometry
from capture_app.session.port import ScreenFacts
from capture_app.session.presentation import Presentation
from capture_app.session.recording import Phase, RecordingControl
from capture_app.session.settings import Settings
from capture_app.session.study_desk.desk import StudyDesk
from capture_app.session.trials import TrialBook
from gaze_core.clocks import Clock
from gaze_core.geometry import ViewingGeometry

_OPENING: Final = "The recording is just beginning or ending. Calibrate when that is done."


class CalibrationIntents(ABC):
    """`capture_app.session.calibration_desk.ReadersScreen` of a session."""

    calibration_desk: CalibrationDesk
    study_desk: StudyDesk
    _clock: Clock
    _facts: ScreenFacts
    _feed: AnalysisFeed
    _link: Link
    _presentation: Presentation
    _recording: RecordingControl
    _settings: Settings
    _trials: TrialBook
    _is_pause_of_calibration = False
    _message_before = ""

    def make_way(self) -> None:
        """Take what is read off the reader's screen; a case that is open is paused."""
        if self.study_desk.is_running:
            self.study_desk.make_way()
            return
        self._message_before = self._presentation.state.message
        self._is_pause_of_calibration = self._trials.trial >= 0 and not self._trials.is_paused
        if self._is_pause_of_calibration:
            self.pause()
        self._presentation.clear(self._trials.trial, self._clock.now_ns())

    def go_on(self) -> None:
        """Show what was being read again."""
        if self.study_desk.is_running:
            self.study_desk.calibration_over()
            return
        if self._is_pause_of_calibration and self._trials.is_paused:
            self.resume()
        elif self._message_before:
            now_ns = self._clock.now_ns()
            self._presentation.clear(self._trials.trial, now_ns, message=self._message_before)
        elif self._trials.case_index >= 0:
            self._want_case(self._trials.case_index)
        self._is_pause_of_calibration = False

    def note(self, kind: str, text: str) -> None:
        """Write an event."""
        self._event(kind, text, source="operator")

    def _step_calibration(self) -> None:
        phase = self._recording.phase
        is_between = self._recording.is_busy and phase is not Phase.RUNNING
        self.calibration_desk.step(
            Around(
                link=self._link,
                live=self._feed.live,
                presentation=self._presentation,
                geometry=self.measured_geometry(),
                eye=self._feed.live.eye,
                purpose=self._purpose() if phase is Phase.RUNNING else "opening",
                blocked=_OPENING if is_between else "",
            )
        )

    def measured_geometry(self) -> ViewingGeometry:
        """Return what degrees are computed with, as `reading-station accuracy` will from the file."""
        tracker = self._link.tracker
        area_mm = area_of(tracker.info.get("display_area_mm")) if tracker is not None else None
        is_assumed = not has_known_size(self._facts)
        return believed_geometry(self._feed.live.geometry, area_mm, is_assumed=is_assumed)[0]

    def _purpose(self) -> str:
        if not len(self._trials.rows):
            return "opening"
        return "block_end" if self._trials.case_index >= 0 else "session_end"

    @abstractmethod
    def pause(self) -> None:
        """Close the current trial to the reading."""

    @abstractmethod
    def resume(self) -> None:
        """Go on after a pause."""

    @abstractmethod
    def _want_case(self, index: int) -> None:
        """Show a case as soon as its images are there."""

    @abstractmethod
    def _event(
        self, kind: str, text: str, *, value: float = ..., t_host_ns: int | None = None, source: str = "app"
    ) -> None:
        """Write an event into the recording."""
