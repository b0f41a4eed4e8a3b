"""The session with a study as windows lead it: `capture_app.session.study_desk.port.StudyDeskPort`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from capture_app.session.calibration_plan import DeskPlan
from capture_app.session.cases import Case, CaseList
from capture_app.session.port import ScreenFacts, SessionError
from capture_app.session.recording import Phase
from capture_app.session.settings import Settings
from capture_app.session.states import HeatmapState
from capture_app.session.study import OpenedStudy, StudyError, open_study
from capture_app.session.study_desk.beginning import PATIENCE_S, Beginning, Begun, study_mark, wanted_session
from capture_app.session.study_desk.desk_acts import StudyActs
from capture_app.session.study_desk.desk_state import StateBook
from capture_app.session.study_desk.host import MakeStudyParts, StudyHost, StudyParts
from capture_app.session.study_desk.reader_message import ReaderMessage
from capture_app.session.study_desk.sitting import AfterClosing, Sitting
from capture_app.session.study_desk.start_form import form_rows
from capture_app.session.study_desk.states import StartForm, StartPlan, StudyDeskState, StudyPhase
from capture_app.session.study_desk.study_settings import facts_of, settings_of
from capture_app.session.study_desk.study_tracker import tracker_for
from capture_app.session.study_grey import StudyGrey
from gaze_core.clocks import Clock

NS_PER_S: Final = 1e9
_NO_STUDY: Final = "No study is open. Open one on the start page."
_NO_TRACKER: Final = "No tracker is connected. Connect one, then begin the session."
_PREPARING: Final = "The session is being prepared: earlier ones are read and, where cut off, made whole."
_BUSY: Final = (StudyPhase.STARTING, StudyPhase.RUNNING, StudyPhase.ENDING)
_RUNNING: Final = "A session with this study is running. End it first."


class StudyDesk(StudyActs):
    """Opens a study, begins its sessions, and carries out what reader and operator want.

    Parameters
    ----------
    clock
        The host clock.
    host
        The capture session around it.
    make_parts
        Makes drift checks, dictation, copies and what follows a session.
    """

    def __init__(
        self,
        clock: Clock,
        host: StudyHost,
        make_parts: MakeStudyParts,
    ) -> None:
        self._clock, self._host = clock, host
        self._make_parts = make_parts
        self._opened: OpenedStudy | None = None
        self._parts: StudyParts | None = None
        self._grey: StudyGrey | None = None
        self._sitting: Sitting | None = None
        self._phase = StudyPhase.OPENED
        self._form: StartForm | None = None
        self._book = StateBook()
        self._beginning: Beginning | None = None  # a session that is being prepared
        self._begun: Begun | None = None  # of the session that runs, or is about to
        self._start_problem = ""
        self._message = ReaderMessage()
        self.is_robot = False  # a pseudo-reader reads; stored with the recording

    # what is known

    @property
    def is_open(self) -> bool:
        """Whether a study is open."""
        return self._opened is not None

    @property
    def is_running(self) -> bool:
        """Whether a reader sits before it."""
        return self._sitting is not None and self._phase is StudyPhase.RUNNING

    @property
    def sitting(self) -> Sitting | None:
        """The session that runs."""
        return self._sitting

    @property
    def state(self) -> StudyDeskState | None:
        """What is to be shown; None while no study is open."""
        if self._opened is None or self._parts is None:
            return None
        return self._book.state(
            host=self._host,
            opened=self._opened,
            parts=self._parts,
            phase=self._phase,
            form=self._form,
            sitting=self._sitting,
            is_robot=self.is_robot,
            now_ns=self._clock.now_ns(),
            message=self._message.text,
            notes=self.notes,
            preparing="" if self._beginning is None else _PREPARING,
            start_problem=self._start_problem,
        )

    @property
    def cover_masks(self) -> tuple[HeatmapState, ...]:
        """What the eyes have covered, where the operator sees it grow."""
        return () if self._sitting is None else self._sitting.cover.states

    def adjusted(self, settings: Settings) -> Settings:
        """Return the settings as the study that is open wants them."""
        if self._opened is None:
            return settings
        dominant = self._form.dominant_eye if self._form is not None else "unknown"
        return settings_of(settings, self._opened.study, dominant)

    def adjusted_facts(self, facts: ScreenFacts) -> ScreenFacts:
        """Return the reader's screen as the study that is open knows it."""
        return facts if self._opened is None else facts_of(facts, self._opened.study)

    # opening and beginning

    def open(self, path: Path, checked: OpenedStudy | None = None) -> None:
        """Open a study, by its file or its folder; one that was just checked is not read again."""
        self._refuse_while_busy()
        try:
            opened = checked if checked is not None else open_study(path)
        except StudyError as err:
            raise SessionError(str(err)) from err
        cases = tuple(Case(case_id=case.case_id, images=case.images) for case in opened.cases)
        self._host.take_cases(CaseList(title=opened.study.study.study_id, root=opened.folder, cases=cases))
        self._let_go()
        self._opened, self._phase = opened, StudyPhase.OPENED
        self._grey = StudyGrey(opened)
        self._host.reconfigure()
        self._parts = self._make_parts(opened, self._host, self._clock, self._grey)
        self._host.calibration_desk.take_plan(DeskPlan.of_study(opened.study, "unknown", self._grey))
        self._host.calibration_desk.forget_reader()
        if opened.study.tracker.driver and not self.is_robot:  # a pseudo-reader has simulated eyes
            self._host.connect_tracker(*tracker_for(opened.study.tracker, "", {}))

    def close_study(self) -> None:
        """Put the study away; refused while a session runs."""
        self._refuse_while_busy()
        if self._opened is None:
            return
        self._let_go()
        self._host.take_cases(CaseList(title="", root=Path(), cases=()))
        self._host.calibration_desk.take_plan(None)
        self._host.reconfigure()

    def plan(self, reader: str, period: int | None = None) -> StartPlan:
        """Return what a reader would do now."""
        opened, parts = self._needed()
        if self._beginning is not None:
            raise SessionError(_PREPARING)
        return parts.folder.plan(opened, reader, period)[0]

    def start(self, form: StartForm) -> None:
        """Begin the session and its recording; what takes longer goes on without the caller.

        `StudyDeskState.preparing` says so meanwhile, and `start_problem` where it came to nothing.
        """
        opened, parts = self._needed()
        self._refuse_while_busy()
        if self._host.link.tracker is None:
            raise SessionError(_NO_TRACKER)
        wanted = wanted_session(opened, parts.folder, form, self._sample_interval_ns())
        if self._phase is not StudyPhase.OPENED:  # another session on the same study: nothing is left over
            self._let_go()
            self._opened = opened
            self._grey = StudyGrey(opened)
            self._form = form
            self._host.reconfigure()
            made = self._make_parts(opened, self._host, self._clock, self._grey)
            self._parts = parts = replace(made, folder=parts.folder)  # which knows what was read before
        self._start_problem = ""
        if wanted.unended is not None:
            parts.folder.take(opened, form.reader)
            self._form, self._phase = form, StudyPhase.ENDING
            parts.ending.begin(opened, wanted.unended)
            return
        self._beginning = Beginning(parts, wanted)
        if self._beginning.wait(PATIENCE_S):
            self._record(parts, self._beginning)

    def _record(self, parts: StudyParts, beginning: Beginning) -> None:
        """Begin the recording of what was prepared."""
        self._beginning = None
        begun = beginning.result()
        opened, form = begun.wanted.opened, begun.wanted.form
        try:
            self._form = form
            self._host.reconfigure()
            plan = DeskPlan.of_study(opened.study, form.dominant_eye, self._grey)
            self._host.calibration_desk.take_plan(plan)
            parts.dictation.hold(self._host.link)
            mark = study_mark(begun, is_robot=self.is_robot)
            self._host.record_to(begun.path, form.reader, mark)
        except SessionError:
            self._form = None
            beginning.give_up()
            raise
        self._begun, self._phase = begun, StudyPhase.STARTING

    def recording_begun(self) -> None:
        """The recording runs: begin to read."""
        opened, parts = self._needed()
        begun = self._begun
        if begun is None:
            return
        form = begun.wanted.form
        self._sitting = Sitting(
            self._host,
            self._clock,
            opened=opened,
            worklist=begun.worklist,
            form=form,
            loop=begun.loop,
            parts=parts,
            geometry=self._host.measured_geometry(),
        )
        self._phase = StudyPhase.RUNNING
        sha256 = begun.wanted.consent_sha256
        for name, rows in form_rows(opened.study, form, sha256, self._clock.now_ns()):
            self._host.link.append(name, rows)
        parts.dictation.begin(opened, self._sitting.around(), begun.earlier)
        for sentence in parts.folder.recovered:
            self._host.say(sentence)

    # the session's side

    def step(self) -> None:
        """Do what is due."""
        recording, sitting = self._host.recording, self._sitting
        if self._beginning is not None and self._beginning.is_over:
            self._follow_beginning(self._beginning)
        elif self._phase in (StudyPhase.STARTING, StudyPhase.RUNNING) and recording.phase is Phase.FAILED:
            self._fail()
        elif self._phase is StudyPhase.RUNNING and sitting is not None:
            if recording.phase is Phase.CLOSED:  # it was closed by itself: disk full, source at its end
                self._ended()
                return
            sitting.step()
            if self._message.follow(sitting.view, self._clock.now_ns(), is_held=sitting.is_held):
                self._host.note("message_to_reader", "")
            if sitting.is_over and recording.phase is Phase.RUNNING:
                self._end_when_spoken(sitting)
        elif self._phase is StudyPhase.ENDING and self._parts is not None:
            if self._parts.ending.state is None and recording.phase is Phase.FAILED:
                self._fail()
                return
            if self._parts.ending.state is None and recording.phase is Phase.CLOSED:
                self._ended()
            end = self._parts.ending.state
            if end is not None and end.is_over:
                self._parts.folder.release()
                self._phase = StudyPhase.ENDED

    def presented(self, revision: int, t_host_ns: int) -> bool:
        """Take a presented revision; True where that put a target before the eyes."""
        return self._sitting is not None and self._sitting.presented(revision, t_host_ns)

    def make_way(self) -> None:
        """A calibration takes the reader's screen."""
        if self._sitting is not None:
            self._sitting.make_way()

    def calibration_over(self) -> None:
        """A calibration gives the reader's screen back."""
        if self._sitting is not None:
            self._sitting.calibration_over()

    def close(self) -> None:
        """Let everything go; a recording that runs is closed by whoever holds it."""
        if self._sitting is not None and self._phase is StudyPhase.RUNNING:
            self._sitting.finish()
        self._let_go()

    # ending

    def leave(self) -> None:
        """End the session: a closing validation where gaze was read, then close, verify, copy, report."""
        sitting = self._running()
        if sitting.after_closing is not None:  # the validation that closes the block closes the session, too
            sitting.after_closing = AfterClosing.END
            return
        sitting.let_rest()
        self._host.calibration_desk.abort()
        if not self._close_block(AfterClosing.END):
            sitting.finish()

    def leave_now(self) -> None:
        """End the session without a closing validation."""
        if self._sitting is not None and self._sitting.is_over:
            return  # it ends already
        sitting = self._running()
        sitting.after_closing = None
        sitting.let_rest()
        self._host.calibration_desk.abort()
        sitting.finish()
        self._end_when_spoken(sitting)

    def _end_when_spoken(self, sitting: Sitting) -> None:
        """Close the recording once what was dictated is written down, or given up."""
        parts = sitting.parts
        parts.dictation.end(sitting.around())
        if parts.dictation.is_finished:
            for name, rows in parts.dictation.step(sitting.around(), sitting.view):
                self._host.link.append(name, rows)
            self._host.calibration_desk.abort()
            parts.datasets.close()  # on Windows a file that somebody reads cannot be put in its place
            self._host.end_recording()
            self._phase = StudyPhase.ENDING

    def _follow_beginning(self, beginning: Beginning) -> None:
        try:
            self._record(self._needed()[1], beginning)
        except SessionError as err:
            self._start_problem = str(err)
            self._host.say(self._start_problem)

    def _ended(self) -> None:
        """The recording is closed: what follows it begins."""
        if self._parts is None or self._begun is None:
            return
        self._reader_left(self._parts)
        self._phase = StudyPhase.ENDING
        self._parts.ending.begin(self._begun.wanted.opened, self._begun.path)

    def _fail(self) -> None:
        if self._parts is not None:
            self._reader_left(self._parts)
            self._parts.folder.release()
        self._phase = StudyPhase.FAILED

    def _reader_left(self, parts: StudyParts) -> None:
        """Take everything of the reader's off the screen; no row is taken any more."""
        if self._sitting is not None:
            self._sitting.after_closing = None
            self._sitting.let_rest()
        parts.side_runs.abort()
        desk = self._host.calibration_desk
        desk.abort()
        desk.forget_reader()
        self._host.presentation.clear(-1, self._clock.now_ns())
        self._sitting = None
        parts.dictation.close()
        parts.copies.close()
        parts.datasets.close()

    def _let_go(self) -> None:
        if self._parts is not None:
            parts = self._parts
            for part in (parts.dictation, parts.copies, parts.datasets, parts.ending):
                part.close()
            parts.folder.release()
        if self._grey is not None:
            self._grey.close()
            self._grey = None
        if self._beginning is not None:
            self._beginning.give_up()
        self._opened = self._parts = self._sitting = self._form = None
        self._beginning = self._begun = None
        self._phase = StudyPhase.OPENED
        self._book = StateBook()
        self._message, self.notes = ReaderMessage(), ()

    def _refuse_while_busy(self) -> None:
        if self._beginning is not None or self._phase in _BUSY:
            raise SessionError(_RUNNING)

    def _needed(self) -> tuple[OpenedStudy, StudyParts]:
        if self._opened is None or self._parts is None:
            raise SessionError(_NO_STUDY)
        return self._opened, self._parts

    def _sample_interval_ns(self) -> float:
        tracker = self._host.link.tracker
        rate_hz = tracker.info.get("rate_hz") if tracker is not None else None
        if isinstance(rate_hz, (int, float)) and rate_hz > 0:
            return NS_PER_S / float(rate_hz)
        return self._host.feed.health.interval_s(tracker) * NS_PER_S
