"""Between the study page and the session: plans, start, station, and files that change on the disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import QElapsedTimer, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication

from capture_app.gui import tokens
from capture_app.gui.controller import CaptureController
from capture_app.gui.operator_window import OperatorWindow
from capture_app.gui.reader_place import ReaderPlace
from capture_app.gui.screens import monitor_choice, reader_screen
from capture_app.gui.study_start.ruler_dialog import RulerDialog
from capture_app.gui.study_start.study_door import StudyDoor
from capture_app.gui.study_start.study_watch import StudyWatch
from capture_app.gui.workers import Work
from capture_app.session.hardware_check import judge_hardware
from capture_app.session.hardware_facts import hardware_facts
from capture_app.session.port import SessionPort
from capture_app.session.recording_places import PlaceFacts, look_at_places
from capture_app.session.settings import Settings
from capture_app.session.states import LiveState
from capture_app.session.study import CheckedStudy, OpenedStudy, StudyError, StudyFinding
from capture_app.session.study.check_terms import consent_sha256, consent_text
from capture_app.session.study_desk.states import StartForm, StartPlan, StudyDeskState, StudyPhase

_RUNNING: Final = (StudyPhase.STARTING, StudyPhase.RUNNING)


class StudyReception(QObject):
    """Shows the study page while a study is open and nothing runs, and leads from there into the session."""

    closed = Signal()  # the study was put away
    tracker_requested = Signal()
    settings_requested = Signal(str)  # name of the settings page
    settings_changed = Signal(object)  # Settings: the size of the screen was measured

    def __init__(
        self,
        session: SessionPort,
        controller: CaptureController,
        operator: OperatorWindow,
        place: ReaderPlace,
        door: StudyDoor,
        settings: Callable[[], Settings],
    ) -> None:
        super().__init__(operator)
        self._session = session
        self._controller = controller
        self._operator = operator
        self._place = place
        self._door = door
        self._settings = settings
        self._page = operator.study_page
        self._opened: OpenedStudy | None = None
        self._phase: StudyPhase | None = None
        self._places: PlaceFacts | None = None
        self._places_work: Work | None = None
        self._plan_work: Work | None = None
        self._planned, self._next_to_plan = "", ""  # whose plan is being made, and who comes after that
        self._preparing = ""
        self._since_render, self._since_places = QElapsedTimer(), QElapsedTimer()
        self._watch = StudyWatch(self)
        self._connect()

    def _connect(self) -> None:
        page = self._page
        self._controller.frame_rendered.connect(self._follow)
        self._watch.checked.connect(self._checked)
        self._watch.failed.connect(self._not_checked)
        page.plan_wanted.connect(self._plan)
        page.start_requested.connect(self._start)
        page.close_requested.connect(self._close)
        page.column.reopen_requested.connect(self._reopen)
        page.column.editor_requested.connect(self._edit)
        page.hardware.tracker_requested.connect(self.tracker_requested)
        page.hardware.settings_requested.connect(self.settings_requested)
        page.hardware.ruler_requested.connect(self.show_ruler)

    def show_page(self) -> None:
        """Show the study page again after a session, for the next one."""
        if self._opened is not None:
            self._watch.watch(self._opened)
            self._page.begin_anew()
            self._operator.show_study()

    def show_ruler(self) -> None:
        """Put the frame on the reader's screen and ask how long it is."""
        settings = self._settings()
        wanted = self._opened.study.display if self._opened is not None else None
        screen = reader_screen(settings.monitor)
        dialog = RulerDialog(
            screen, settings, wanted, self._operator.colours, self._operator, over=self._place.filling_window
        )
        dialog.size_accepted.connect(partial(self._take_size, dialog))
        self._operator.colours_changed.connect(dialog.set_colours)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _follow(self, live: LiveState) -> None:
        """Show the page that belongs to what goes on."""
        study = live.study
        phase = study.phase if study is not None else None
        if study is not None and study.opened is not self._opened:
            self._take_study(study.opened)
        elif study is None and self._opened is not None:
            self._opened = None
            self._watch.watch(None)
        if phase is not self._phase:
            self._phase = phase
            self._show_phase(study)
        if study is not None and study.preparing != self._preparing:
            self._show_preparing(study)
        if self._page.isVisible() and self._is_due(self._since_render, tokens.PANEL_INTERVAL_MS):
            self._render_station(live)

    def _take_study(self, opened: OpenedStudy) -> None:
        self._opened = opened
        self._places = None
        self._since_places.invalidate()
        try:
            text = consent_text(opened.study, opened.folder)
        except StudyError as err:
            text = ""
            self._controller.say(str(err))
        sha256 = consent_sha256(text) if text.strip() else ""
        self._page.show_study(opened, text, sha256)
        self._watch.watch(opened)

    def _show_phase(self, study: StudyDeskState | None) -> None:
        if study is None:
            return
        if study.phase is StudyPhase.OPENED:
            self.show_page()
        elif study.phase in _RUNNING:
            self._watch.watch(None)
            self._operator.show_station()

    def _render_station(self, live: LiveState) -> None:
        if self._opened is None:
            return
        study = self._opened.study
        if self._places_work is None and self._is_due(self._since_places, tokens.PLACES_INTERVAL_MS):
            self._ask_places(self._opened)
        facts = hardware_facts(
            live,
            self._session.tracker_desk.state,
            self._place.facts(),
            len(QGuiApplication.screens()),
            self._places,
        )
        self._page.show_hardware(judge_hardware(study, facts), facts.distance_mm, live.dictation)

    def _ask_places(self, opened: OpenedStudy) -> None:
        task = partial(look_at_places, opened.folder, opened.study.copies.second_place)
        self._places_work = Work(task, self)
        self._places_work.done.connect(self._places_answered)
        self._places_work.failed.connect(self._places_failed)
        self._places_work.start()

    def _places_answered(self, places: PlaceFacts) -> None:
        self._places = places
        self._forget_places_work()

    def _places_failed(self, sentence: str) -> None:
        self._places = PlaceFacts(study_problem=sentence)
        self._forget_places_work()

    def _forget_places_work(self) -> None:
        if self._places_work is not None:
            self._places_work.deleteLater()
            self._places_work = None

    def _show_preparing(self, study: StudyDeskState) -> None:
        self._preparing = study.preparing
        self._page.show_preparing(study.preparing)
        if not study.preparing and study.start_problem:
            self._controller.say(study.start_problem)

    def _plan(self, reader: str) -> None:
        """Have a plan made; whoever has many sessions behind them takes a while to be read."""
        if self._plan_work is not None:
            self._next_to_plan = reader
            return
        self._planned = reader
        self._plan_work = Work(partial(self._session.study_desk.plan, reader), self)
        self._plan_work.done.connect(self._plan_made)
        self._plan_work.failed.connect(self._plan_refused)
        self._plan_work.start()

    def _plan_made(self, plan: StartPlan) -> None:
        self._page.show_plan(plan)
        self._forget_plan_work()

    def _plan_refused(self, sentence: str) -> None:
        self._page.show_plan_refused(self._planned, sentence)
        self._forget_plan_work()

    def _forget_plan_work(self) -> None:
        if self._plan_work is not None:
            self._plan_work.deleteLater()
            self._plan_work = None
        following, self._next_to_plan = self._next_to_plan, ""
        if following:
            self._plan(following)

    def _start(self, form: StartForm) -> None:
        self._controller.attempt(partial(self._session.study_desk.start, form))

    def _close(self) -> None:
        if self._controller.attempt(self._session.study_desk.close_study):
            self.closed.emit()

    def _reopen(self) -> None:
        if self._opened is not None:
            self._door.open(self._opened.path)

    def _edit(self, finding: StudyFinding | None) -> None:
        if self._opened is None:
            return
        study = self._opened.path
        is_table = finding is not None and finding.file.endswith((".csv", ".txt"))
        path = study.parent / finding.file if finding is not None and is_table else study
        self._door.edit(study, path, finding.line if finding is not None else 0)

    def _checked(self, checked: CheckedStudy) -> None:
        self._page.column.show_findings(checked.findings)
        opened = self._opened
        if opened is None:
            return
        is_same = (
            checked.opened is not None
            and checked.opened.sha256 == opened.sha256
            and checked.opened.cases == opened.cases
        )
        if is_same and checked.is_usable:
            self._page.show_change("", can_reopen=False)
        elif is_same:
            text = self.tr("Files of the study changed on the disk and have errors now.")
            self._page.show_change(text, can_reopen=False)
        else:
            text = self.tr("The study was changed on the disk since it was opened.")
            self._page.show_change(text, can_reopen=True)

    def _not_checked(self, sentence: str) -> None:
        self._page.show_change(sentence, can_reopen=False)

    def _take_size(self, dialog: RulerDialog, width_mm: float, height_mm: float) -> None:
        """Believe the ruler from now on, for the very monitor that was measured."""
        settings = self._settings()
        monitor = settings.monitor if settings.monitor.name else monitor_choice(dialog.facts)
        self.settings_changed.emit(
            replace(settings, screen_width_mm=width_mm, screen_height_mm=height_mm, monitor=monitor)
        )

    def _is_due(self, timer: QElapsedTimer, interval_ms: int) -> bool:
        if timer.isValid() and timer.elapsed() < interval_ms:
            return False
        timer.start()
        return True
