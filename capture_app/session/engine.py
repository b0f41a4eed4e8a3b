"""The session: one object that follows the acquisition, keeps the cases and answers what windows ask.

Headless recording, the demo and the windows all drive this one engine: `step` does what is due and returns
the state to be shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from capture_app.session.analysis_feed import AnalysisFeed
from capture_app.session.calibration_desk import CalibrationDesk
from capture_app.session.calibration_intents import CalibrationIntents
from capture_app.session.case_intents import CaseIntents
from capture_app.session.cases import CaseList
from capture_app.session.images import ImageStore
from capture_app.session.link import Acquisition, Link
from capture_app.session.newest_gaze import newest_gaze_of
from capture_app.session.port import ScreenFacts, SessionError
from capture_app.session.presentation import Presentation
from capture_app.session.recording import Phase, RecordingControl
from capture_app.session.session_metadata import (
    StudyMark,
    new_recording_path,
    screen_of,
    session_metadata,
)
from capture_app.session.settings import Corner, Settings
from capture_app.session.side_lines import SideLines
from capture_app.session.state_maker import StateMaker, title_of
from capture_app.session.states import LiveState, NewestGaze
from capture_app.session.study_desk.assembly import assemble
from capture_app.session.study_desk.desk import StudyDesk
from capture_app.session.study_desk.host import MakeStudyParts
from capture_app.session.tracker_desk import TrackerDesk
from capture_app.session.trials import TrialBook
from capture_app.session.viewer_intents import ViewerIntents
from gaze_core.clocks import Clock, HostClock
from gaze_core.geometry import ViewingGeometry
from gaze_core.rows import EVENT, Rows

_NAN: Final = float("nan")
_BY_OPERATOR: Final = "ended by the operator"
_NO_SCREEN: Final = ScreenFacts(name="screen", width_px=1920, height_px=1080)


class CaptureSession(ViewerIntents, CaseIntents, CalibrationIntents):
    """A capture session; `capture_app.session.port.SessionPort` as the windows see it."""

    def __init__(
        self,
        start_acquisition: Callable[[], Acquisition],
        *,
        settings: Settings,
        facts: ScreenFacts = _NO_SCREEN,
        clock: Clock | None = None,
        make_study_parts: MakeStudyParts = assemble,
    ) -> None:
        self._start_acquisition = start_acquisition
        self._clock: Clock = clock if clock is not None else HostClock()
        self._settings = self._own_settings = settings
        self._facts = self._own_facts = facts
        self._geometry = ViewingGeometry(screen_of(facts), settings.distance_mm)
        self._presentation = Presentation(self._geometry.screen, settings.controls, settings.background_grey)
        self._link = Link(start_acquisition())
        self._recording = RecordingControl(self._link)
        self._cases = CaseList(title="", root=Path(), cases=())
        self._trials = TrialBook()
        self._images = ImageStore(Path())
        self._wanted_case = -1
        self._tracker_options: dict[str, str] = {}
        self._tracker_name = ""
        self._reader = ""
        self._feed = AnalysisFeed(self._geometry, settings.eye, settings.heatmap_sigma_deg)
        self._states = StateMaker(self._clock)
        self._side_lines = SideLines()
        self._side_lines.configure(self._link, settings)
        self.tracker_desk = TrackerDesk(self._clock, settings, facts)
        self.calibration_desk = CalibrationDesk(self._clock, self)
        self.study_desk = StudyDesk(self._clock, self, make_study_parts)
        self._is_closed = False
        self._shown_since_host_ns: int | None = None

    def step(self) -> LiveState:
        """Do what is due and return what is to be shown now."""
        self._link.poll()
        if self._link.has_opened and not self._recording.is_busy:
            self._feed.tracker_changed()  # what the tracker before still delivered is not this one's
        self._link.has_opened = False
        before = self._recording.phase
        phase = self._recording.step()
        if phase is not before:
            self._phase_changed(phase)
        for row_type, rows in self._feed.step(self._link, self._recording, self._trials):
            self._link.append(row_type, rows)
        if self._recording.phase is Phase.DRAINING and self._feed.is_drained:
            self._recording.drained()
        self._step_calibration()
        if self.study_desk.is_open:
            self.study_desk.step()
        else:
            self._present_loaded_case()
        self.tracker_desk.step(
            self._link,
            self._feed.live,
            settings=self._settings,
            facts=self._facts,
            options=self._tracker_options,
            is_recording=self._recording.is_busy,
        )
        return self._states.make(
            settings=self._settings,
            facts=self._facts,
            link=self._link,
            recording=self._recording,
            feed=self._feed,
            trials=self._trials,
            presentation=self._presentation,
            title=title_of(self._cases.title, self._reader),
            tracker_name=self._tracker_name,
            study=self.study_desk.state,
            cover_masks=self.study_desk.cover_masks,
        )

    def newest_gaze(self) -> NewestGaze | None:
        """Return the newest sample, for the gaze point alone."""
        return newest_gaze_of(self._link.newest_row(), self._settings.eye)

    # set-up

    def apply_settings(self, settings: Settings) -> None:
        """Take over settings; geometry and signal of a running recording stay as they were when it began."""
        self._own_settings = settings
        self.reconfigure()

    def reconfigure(self) -> None:
        """Take settings and screen anew, as the study that is open wants them."""
        self._settings = self.study_desk.adjusted(self._own_settings)
        self._facts = self.study_desk.adjusted_facts(self._own_facts)
        self._side_lines.configure(self._link, self._settings)
        self._configure()

    def set_reader_screen(self, facts: ScreenFacts, cause: str) -> None:
        """Take the monitor of the reader's window."""
        self._own_facts = facts
        self.reconfigure()
        if cause != "start":
            self._event("screen_changed", f"{cause}: {facts.name} {facts.width_px} x {facts.height_px} px")

    def start_demo(self) -> None:
        """Read the built-in phantoms with the simulated tracker, and record that."""
        from capture_app.session.demo import DEMO_SENTENCE, demo_cases, demo_tracker_options

        self.show_cases(demo_cases())
        self.connect_tracker("mock", demo_tracker_options())
        self._states.say(self._clock.now_ns(), DEMO_SENTENCE)

    def connect_tracker(self, name: str, options: Mapping[str, str]) -> None:
        """Connect a tracker; also the answer to "Reconnect"."""
        if self._recording.is_busy and name != self._tracker_name:
            raise SessionError("A recording is running. End it before you connect another tracker.")
        self._revive()
        self._recording.acknowledge()
        self._tracker_name, self._tracker_options = name, dict(options)
        self._link.open_tracker(name, options, self._geometry)

    # recording

    def start_recording(self, reader: str) -> None:
        """Begin a recording of the reader with this pseudonym, in the folder of the settings."""
        folder = self._settings.folder_for_recordings()
        self.record_to(new_recording_path(folder, self._cases.title, reader), reader)

    def record_to(self, path: Path, reader: str, mark: StudyMark | None = None) -> None:
        """Begin a recording in this very file; `mark` says which study it belongs to."""
        if self._recording.is_busy:
            raise SessionError("A recording is running already.")
        self.calibration_desk.refuse_while_active()
        if self._link.tracker is None:
            raise SessionError("No tracker is connected. Connect one, then start the recording.")
        if mark is None and self.study_desk.is_open:
            raise SessionError("A study is open. Start its session on the study's page, or close the study.")
        metadata = session_metadata(
            reader=reader,
            study=self._cases.title,
            facts=self._facts,
            settings=self._settings,
            tracker_options=self._tracker_options,
            tracker=self._link.tracker,
            mark=mark,
        )
        self._reader = reader
        self._recording.start(path, metadata.to_json())

    def stop_recording(self) -> None:
        """End and close the recording; nothing happens where none runs."""
        self.calibration_desk.abort()
        if self.study_desk.is_running:
            self.study_desk.leave_now()
            return
        self.end_recording()

    def end_recording(self) -> None:
        """End and close the recording, whoever leads the cases."""
        if self._recording.phase is Phase.RUNNING:
            self._end_trial("done")
            self._wanted_case = -1
            self._presentation.clear(-1, self._clock.now_ns())
            self._event("recording_stopped", _BY_OPERATOR, source="operator")
        self._recording.stop(_BY_OPERATOR)

    def mark(self, text: str = "") -> None:
        """Write an operator's mark at this moment."""
        self.mark_at(0.0, text)

    def mark_at(self, before_now_s: float, text: str = "") -> None:
        """Write an operator's mark that points to a moment ago."""
        t_host_ns = self._clock.now_ns() - round(before_now_s * 1e9)
        self._event("mark", text, t_host_ns=t_host_ns, source="operator")

    # the reader's window

    def presented(self, revision: int, t_host_ns: int, frame: int, frames_late: int) -> None:
        """Take the time at which a revision reached the screen: rows, scene and heatmaps follow from it."""
        rows = self._presentation.presented(revision, t_host_ns, frame, frames_late)
        if len(rows):
            self._feed.presented(rows)
            self._link.append("viewport", rows)
            self._link.show_scene(self._presentation.scene(t_host_ns))
            self._states.count_frames(frames_late)
            self._side_lines.presented(self._link, rows)
            for row in rows[(rows["cause"] == b"show") & (rows["t_presented_host_ns"] == t_host_ns)]:
                self._shown_since_host_ns = t_host_ns
                self._event("image_shown", "", value=float(row["image_id"]), t_host_ns=t_host_ns)
        # Last: a target is what is looked at.
        is_target = self.calibration_desk.presented(revision, t_host_ns)
        if self.study_desk.presented(revision, t_host_ns) or is_target:
            self._side_lines.target_presented(self._link, t_host_ns)

    def say(self, sentence: str) -> None:
        """Show the operator a sentence for a while."""
        self._states.say(self._clock.now_ns(), sentence)

    def close(self) -> None:
        """End the session; a recording that runs is closed properly by the acquisition process."""
        if not self._is_closed:
            self._is_closed = True
            self.study_desk.close()
            self._images.close()
            self._link.close()

    @property
    def shown_since_host_ns(self) -> int | None:
        """When the case now on the screen was presented; None while none is."""
        return self._shown_since_host_ns

    @property
    def settings(self) -> Settings:
        """The settings in force, with what a study changes in them."""
        return self._settings

    @property
    def feed(self) -> AnalysisFeed:
        """The live analysis."""
        return self._feed

    @property
    def presentation(self) -> Presentation:
        """What the reader's screen shows."""
        return self._presentation

    @property
    def images(self) -> ImageStore:
        """The images of the cases."""
        return self._images

    @property
    def recording(self) -> RecordingControl:
        """The recording, for whoever drives the session without windows."""
        return self._recording

    @property
    def link(self) -> Link:
        """What the acquisition process said last."""
        return self._link

    @property
    def trials(self) -> TrialBook:
        """The cases and the open trial."""
        return self._trials

    def _configure(self) -> None:
        settings, screen = self._settings, screen_of(self._facts)
        if not self._recording.is_busy:
            self._geometry = ViewingGeometry(screen, settings.distance_mm)
            self._feed.configure(self._geometry, settings.eye, settings.heatmap_sigma_deg)
        now_ns, has_patch = self._clock.now_ns(), settings.corner_patch is not Corner.OFF
        controls, grey = settings.controls, settings.background_grey
        self._presentation.configure(screen, controls, grey, now_ns, has_patch=has_patch)

    def _phase_changed(self, phase: Phase) -> None:
        now_ns = self._clock.now_ns()
        if phase is Phase.RUNNING:
            for problem in self._trials.begin_recording():
                self._event("image_unreadable", problem)
            self.append_images(self._images.all_rows())
            self.calibration_desk.begin_recording(self._link)
            self._link.append("viewport", self._presentation.rows_in_force)
            if self._link.started is not None:
                self._feed.begin_recording(self._link.started.first_row, now_ns)
            # The case is shown anew, so that the moment its image appears lies inside the recording.
            self._presentation.clear(-1, now_ns)
            if self.study_desk.is_open:
                self.study_desk.recording_begun()
            else:
                shown = self._trials.case_index
                self._want_case(shown if shown >= 0 else self._trials.next_index(1))
            if self._recording.is_stop_wanted:
                self.stop_recording()
        elif phase in (Phase.CLOSED, Phase.FAILED):
            self._feed.end_recording()
            self._trials.leave()
            self._configure()  # with what was changed in the settings meanwhile
            if phase is Phase.FAILED:
                self._states.say(now_ns, self._recording.problem)

    def _event(
        self, kind: str, text: str, *, value: float = _NAN, t_host_ns: int | None = None, source: str = "app"
    ) -> None:
        t_ns = self._clock.now_ns() if t_host_ns is None else t_host_ns
        self._states.add_event(t_ns, kind)
        row: Rows = EVENT.row(
            t_host_ns=t_ns, kind=kind, source=source, trial=self._trials.trial, value=value, text=text
        )
        self._link.append("event", row)

    def _revive(self) -> None:
        """Start the acquisition process anew after it died."""
        if self._link.is_dead:
            self._link.close()
            self._link = Link(self._start_acquisition())
            self._recording = RecordingControl(self._link)
            self._side_lines = SideLines()
            self._side_lines.configure(self._link, self._settings)
