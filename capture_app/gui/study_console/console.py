"""Leads the console: panels' wishes go to the study's desk, its stages open the questions they need."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDialog

from capture_app.gui.operator_window import OperatorWindow
from capture_app.gui.study_console.accuracy_page import AccuracyPage
from capture_app.gui.study_console.console_dialogs import ConsoleDialogs
from capture_app.gui.study_console.end_page import EndPage
from capture_app.session.reading import Stage
from capture_app.session.states import LiveState
from capture_app.session.study_desk.console_acts import ConsoleAct, main_act
from capture_app.session.study_desk.port import StudyDeskPort
from capture_app.session.study_desk.states import StudyDeskState, StudyPhase

_LAST_PHASES = (StudyPhase.ENDING, StudyPhase.ENDED, StudyPhase.FAILED)
_OVER_PHASES = (StudyPhase.ENDED, StudyPhase.FAILED)
_ASKING_STAGES = (
    Stage.RESUME_CHOICE,
    Stage.PRACTICE_DECISION,
    Stage.BREAK_DUE,
    Stage.CALIBRATION,
    Stage.DRIFT_CHECK,
)


class StudyConsole(QObject):
    """Connects the operator's window with a study's desk.

    Parameters
    ----------
    operator
        The window; its console's panels show what `render_state` of the window is given.
    desk
        The session with a study.
    attempt
        Carries out an intent and shows what is refused; `CaptureController.attempt`.
    """

    next_session_requested = Signal(object)  # Path of the study

    def __init__(
        self,
        operator: OperatorWindow,
        desk: StudyDeskPort,
        attempt: Callable[[Callable[[], None]], bool],
    ) -> None:
        super().__init__(operator)
        self._operator, self._desk, self._attempt = operator, desk, attempt
        self._study: StudyDeskState | None = None
        self._asked: tuple[object, ...] = ()
        self._was_calibrating = False
        self._end_shown: object = None
        self._now_ns = 0
        self._aspect = 16 / 9
        self.end_page: EndPage | None = None
        self.accuracy_page: AccuracyPage | None = None
        self.dialogs = ConsoleDialogs(operator, desk, attempt, self._calibrate)
        parts = operator.console
        parts.act_requested.connect(self.do)
        parts.main_requested.connect(self.do_main)
        parts.message_sent.connect(self._tell)
        parts.note_made.connect(self._note)
        parts.accuracy_requested.connect(self.show_accuracy)

    def render_state(self, state: LiveState) -> None:
        """Follow the session: once per frame, after the window was rendered."""
        study = state.study
        self._study = study
        self._now_ns = state.newest_arrival_host_ns
        self._aspect = state.screen_px[0] / max(state.screen_px[1], 1)
        if study is None:
            self._asked = ()
            return
        if not study.is_robot:  # a pseudo-operator decides; questions would wait for nobody
            self._follow_calibration(study)
            self._ask_what_is_due(study)
            self._follow_end(study)
        if self.accuracy_page is not None and self.accuracy_page.isVisible():
            self.accuracy_page.render_study(study, self._now_ns)

    def do(self, act: ConsoleAct) -> None:
        """Do an act of the operator's, or ask what it needs."""
        study = self._study
        if study is None or study.view is None:
            return
        if act is ConsoleAct.SKIP:
            self.dialogs.ask_skip(study)
        elif act is ConsoleAct.END:
            self.dialogs.ask_end(study)
        elif act is ConsoleAct.CALIBRATE:
            self._calibrate()
        else:
            simple: dict[ConsoleAct, Callable[[], None]] = {
                ConsoleAct.PAUSE: self._desk.pause,
                ConsoleAct.GO_ON: self._desk.go_on,
                ConsoleAct.DRIFT_CHECK: self._desk.check_drift,
                ConsoleAct.BASELINE: self._desk.measure_baseline,
                ConsoleAct.BREAK: self._desk.start_break,
                ConsoleAct.END_BREAK: self._desk.end_break,
            }
            if act in simple:
                self._attempt(simple[act])

    def do_main(self) -> None:
        """Do what the session waits for."""
        study = self._study
        act = main_act(study) if study is not None else None
        if study is None or act is None:
            return
        if act in (ConsoleAct.DECIDE, ConsoleAct.DRIFT_CHECK):
            self.dialogs.ask_stage(study)
        else:
            self.do(act)

    def show_accuracy(self) -> None:
        """Open the page of the accuracy map."""
        if self._study is None:
            return
        if self.accuracy_page is None:
            self.accuracy_page = AccuracyPage(self._operator.colours, self._aspect, self._operator)
            self._operator.colours_changed.connect(self.accuracy_page.set_colours)
        self.accuracy_page.show()
        self.accuracy_page.raise_()
        self.accuracy_page.render_study(self._study, self._now_ns)

    def _calibrate(self) -> None:
        """Begin where a case is interrupted for it; where it is due, its page lets the operator begin."""
        study = self._study
        if study is None or study.view is None:
            return
        if study.view.stage is Stage.CALIBRATION:
            self._show_calibration_page()
        else:
            self._attempt(self._desk.calibrate)

    def _follow_calibration(self, study: StudyDeskState) -> None:
        """Whoever began it, its result wants to be judged: the page is there."""
        if study.is_calibrating and not self._was_calibrating:
            self._show_calibration_page()
        self._was_calibrating = study.is_calibrating

    def _show_calibration_page(self) -> None:
        self.dialogs.withdraw()
        if not self._is_calibration_page_open:
            self._operator.calibration_requested.emit()

    @property
    def _is_calibration_page_open(self) -> bool:
        pages = self._operator.findChildren(QDialog, "calibration_page")
        return any(page.isVisible() for page in pages)

    def _ask_what_is_due(self, study: StudyDeskState) -> None:
        """Ask once for each time a stage that needs an answer is entered."""
        view = study.view
        is_asking = (
            study.phase is StudyPhase.RUNNING
            and view is not None
            and view.stage in _ASKING_STAGES
            and not study.is_calibrating
            and study.side_run is None
            and not self._is_calibration_page_open
        )
        if not is_asking or view is None:
            if self._asked:
                self._asked = ()
                self.dialogs.withdraw()
            return
        key = (view.stage, view.trial, view.interrupted.case_id if view.interrupted is not None else "")
        if key != self._asked:
            self._asked = key
            self.dialogs.ask_stage(study)

    def _follow_end(self, study: StudyDeskState) -> None:
        if study.phase not in _LAST_PHASES:
            self._end_shown = None
            return
        recording = study.end.recording if study.end is not None else study.phase
        is_new = self._end_shown is None
        self._end_shown = recording
        if is_new:
            self.dialogs.withdraw()
            self.end_page = EndPage(self._operator.colours, self._operator)
            self.end_page.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
            self._operator.colours_changed.connect(self.end_page.set_colours)
            self.end_page.next_session_requested.connect(self._next_session)
            self.end_page.close_button.clicked.connect(self._leave_study)
            self.end_page.open()
        if self.end_page is not None and self.end_page.isVisible():
            self.end_page.render_study(study)

    def _next_session(self) -> None:
        if self._study is not None:
            self.next_session_requested.emit(self._study.opened.path)

    def _leave_study(self) -> None:
        """Nothing is left to do at the station once the session is over."""
        if self._study is not None and self._study.phase in _OVER_PHASES:
            self._operator.start_page_requested.emit()

    def _tell(self, text: str) -> None:
        if self._attempt(partial(self._desk.tell_reader, text)):
            self._operator.console.acts.forget_message()

    def _note(self, text: str) -> None:
        if self._attempt(partial(self._desk.note, text)):
            self._operator.console.acts.forget_note()
