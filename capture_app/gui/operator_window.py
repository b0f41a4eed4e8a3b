"""The operator's window: start page, or the running station with its panels around the live copy."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QByteArray, QEvent, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QAction, QCloseEvent
from PySide6.QtWidgets import QMainWindow, QMenu, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.actions import STATE_BOUND, build_actions, possible_actions
from capture_app.gui.case_list import CaseList
from capture_app.gui.live_controls import LiveControls
from capture_app.gui.live_view import LiveView
from capture_app.gui.operator_docks import Panel
from capture_app.gui.quality_panel import QualityPanel
from capture_app.gui.start_page import StartPage
from capture_app.gui.study_console.docks import ConsoleDocks
from capture_app.gui.study_console.parts import (
    ACT_OF_ACTION,
    STUDY_ACTIONS,
    ConsoleParts,
    possible_in_study,
    study_of,
)
from capture_app.gui.study_start.study_page import StudyPage
from capture_app.gui.tokens import Colours
from capture_app.gui.top_bar import TopBar
from capture_app.gui.trace_strip import TraceStrip
from capture_app.gui.verdict_popover import VerdictPopover
from capture_app.session.settings import LiveViewOptions, RecentItem
from capture_app.session.states import LiveState, NewestGaze

_NS_PER_MS: Final = 1_000_000
_LAYOUT_VERSION: Final = 1


class OperatorWindow(QMainWindow):
    """Renders `LiveState` and says what the operator wants; it decides nothing."""

    start_requested = Signal()
    stop_requested = Signal()
    pause_requested = Signal()
    resume_requested = Signal()
    mark_requested = Signal()
    mark_at_requested = Signal(float)  # seconds before now
    next_case_requested = Signal()
    previous_case_requested = Signal()
    case_requested = Signal(int)
    connect_requested = Signal()
    folder_requested = Signal()
    list_requested = Signal()
    recording_info_requested = Signal()
    replay_requested = Signal()
    export_requested = Signal()
    import_requested = Signal()
    recent_requested = Signal(object)  # RecentItem
    settings_requested = Signal()
    tracker_page_requested = Signal()
    calibration_requested = Signal()
    shortcuts_requested = Signal()
    start_page_requested = Signal()
    live_view_options_changed = Signal(object)  # LiveViewOptions
    close_requested = Signal()
    colours_changed = Signal(object)  # Colours, of another theme
    painted = Signal(object)  # int: t_host_ns after a frame of this window was flushed

    def __init__(
        self,
        colours: Colours,
        now_ns: Callable[[], int] = time.perf_counter_ns,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("operator_window")
        self.setWindowTitle(self.tr("Reading Station"))
        self.setMinimumSize(*tokens.WINDOW_MINIMUM)
        self.resize(*tokens.WINDOW_SIZE)
        self._colours = colours
        self._now_ns = now_ns
        self._state: LiveState | None = None
        self._panels_due_ns = self._trace_due_ns = 0
        self._possible: frozenset[str] | None = None
        self._is_station = False
        self._layout = QByteArray()
        self.console = ConsoleParts(colours, self)
        self._has_console = False
        self.actions_by_name = build_actions(self, self._handlers())
        self._recent_menu = QMenu(self.tr("Open recent"), self)
        self.start_page = StartPage(colours, self)
        self.study_page = StudyPage(colours, self)
        self.live_view = LiveView(colours, self)
        self.controls = LiveControls(self.actions_by_name, self)
        self.controls.options_changed.connect(self.live_view.set_options)
        self.controls.options_changed.connect(self.live_view_options_changed)
        self.case_list = CaseList(colours, self)
        self.case_list.case_requested.connect(self.case_requested)
        self.quality = QualityPanel(colours, self)
        self.trace = TraceStrip(colours, self)
        self.trace.mark_requested.connect(self.mark_at_requested)
        self.docks = ConsoleDocks(self, self.console, self.case_list)
        self._add_panels()
        self._menu = self._build_menu()
        self.top_bar = TopBar(colours, self.actions_by_name, self._menu, self)
        self.top_bar.verdict_clicked.connect(self._open_verdict)
        self.setMenuWidget(self.top_bar)
        self._popover = VerdictPopover(self)
        self._stack = QStackedWidget(self)
        self._pages = (self.start_page, self._station_page(), self.study_page)
        for page in self._pages:
            self._stack.addWidget(page)
        self.setCentralWidget(self._stack)
        self.set_colours(colours)
        self.show_start_page()

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self._colours = colours
        for part in (self.start_page, self.live_view, self.case_list, self.quality, self.trace, self.top_bar):
            part.set_colours(colours)
        self.study_page.set_colours(colours)
        self.console.set_colours(colours)
        for panel in (*self.panels, *self.docks.panels):
            panel.set_colours(colours)
        self._panels_due_ns = self._trace_due_ns = 0
        self.colours_changed.emit(colours)

    def set_live_view_options(self, options: LiveViewOptions) -> None:
        """Take what is to be drawn over the live copy."""
        self.controls.set_options(options)
        self.live_view.set_options(options)

    def set_recent(self, recent: tuple[RecentItem, ...]) -> None:
        """Fill the menu and the start page with what was opened lately."""
        self.start_page.set_recent(recent)
        self._recent_menu.clear()
        for item in recent:
            action = self._recent_menu.addAction(item.path)
            action.setData(item)
            action.triggered.connect(self._open_recent)
        self._recent_menu.setEnabled(bool(recent))

    def show_start_page(self) -> None:
        """Show the start page; the panels remember where they were."""
        self._leave_station(self.start_page)

    def show_study(self) -> None:
        """Show the page of the open study; the panels remember where they were."""
        self._leave_station(self.study_page)

    def _leave_station(self, page: QWidget) -> None:
        if self._is_station:
            self._layout = self.saveState(_LAYOUT_VERSION)
        self._is_station = False
        self.top_bar.hide()
        for panel in (*self.panels, *self.docks.panels):
            panel.hide()
        self._show_page(self._pages.index(page))

    def show_station(self) -> None:
        """Show the running station."""
        if self._is_station:
            return
        self._is_station = True
        self.top_bar.show()
        self._show_page(1)
        if self._layout.isEmpty() or not self.restoreState(self._layout, _LAYOUT_VERSION):
            self._usual_layout()
        self.docks.set_visible(is_visible=self._has_console)  # a layout may be of the other kind of session

    @property
    def colours(self) -> Colours:
        """The colours of the theme."""
        return self._colours

    @property
    def is_station(self) -> bool:
        """Whether the running station is shown."""
        return self._is_station

    def layout_to_keep(self) -> tuple[str, str]:
        """Return geometry and panels, base64."""
        if self._is_station:
            self._layout = self.saveState(_LAYOUT_VERSION)
        return _text(self.saveGeometry()), _text(self._layout)

    def restore_layout(self, geometry: str, layout: str) -> None:
        """Take geometry and panels as `layout_to_keep` gave them; what does not fit is left as it is."""
        if geometry:
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii", "ignore")))
        if layout:
            self._layout = QByteArray.fromBase64(layout.encode("ascii", "ignore"))
            if self._is_station:
                self.restoreState(self._layout, _LAYOUT_VERSION)
                self.docks.set_visible(is_visible=self._has_console)

    def render_newest(self, newest: NewestGaze | None) -> None:
        """Show where the eyes are now; called after `render_state`, just before painting."""
        if self._is_station:
            self.live_view.render_newest(newest)

    def render_state(self, state: LiveState) -> None:
        """Show `state`: the live copy at once, the panels as often as a person can read them."""
        self._state = state
        if not self._is_station:
            return
        self.live_view.render_state(state)
        self._show_console(has_console=study_of(state) is not None)
        self._render_possible(state)
        self.top_bar.render_state(state)
        self.case_list.render_state(state)
        now_ns = self._now_ns()
        study, is_due = study_of(state), now_ns >= self._panels_due_ns
        if study is not None:
            self.console.render_study(study, is_due=is_due)
        if is_due:
            self._panels_due_ns = now_ns + tokens.PANEL_INTERVAL_MS * _NS_PER_MS
            self.quality.render_state(state)
            if self._popover.isVisible():
                self._popover.render_state(state, self._colours)
        if now_ns >= self._trace_due_ns and self.trace.isVisible():
            self._trace_due_ns = now_ns + tokens.TRACE_INTERVAL_MS * _NS_PER_MS
            self.trace.set_trace(state.trace)

    def event(self, event: QEvent) -> bool:
        """Say when a frame has been painted and flushed."""
        handled = super().event(event)
        if event.type() == QEvent.Type.UpdateRequest:
            self.painted.emit(self._now_ns())
        return handled

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask instead of closing: a recording may be running."""
        event.ignore()
        self.close_requested.emit()

    def _render_possible(self, state: LiveState) -> None:
        possible = possible_actions(state.recording, state.case_number, state.case_count)
        study = study_of(state)
        if study is not None:
            possible = possible_in_study(study, possible)
        if possible == self._possible:
            return
        self._possible = possible
        for name in STATE_BOUND | STUDY_ACTIONS:
            self.actions_by_name[name].setEnabled(name in possible)
        self.top_bar.render_enabled()

    def _open_verdict(self) -> None:
        if self._state is not None:
            self._popover.render_state(self._state, self._colours)
            self._popover.open_below(self.top_bar.verdict_button)

    def _open_recent(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.recent_requested.emit(action.data())

    def _handlers(self) -> dict[str, Callable[[], object]]:
        nothing: Callable[[], object] = _do_nothing  # toggles: LiveControls listens to their own signals
        return {
            "start": self.start_requested.emit,
            "stop": self.stop_requested.emit,
            "pause": partial(self._wish, "pause", self.pause_requested),
            "resume": partial(self._wish, "resume", self.resume_requested),
            "mark": self.mark_requested.emit,
            "next_case": self.next_case_requested.emit,
            "previous_case": self.previous_case_requested.emit,
            "connect": self.connect_requested.emit,
            "open_folder": self.folder_requested.emit,
            "open_list": self.list_requested.emit,
            "recording_info": self.recording_info_requested.emit,
            "replay": self.replay_requested.emit,
            "export": self.export_requested.emit,
            "import": self.import_requested.emit,
            "settings": self.settings_requested.emit,
            "tracker": self.tracker_page_requested.emit,
            "calibrate": partial(self._wish, "calibrate", self.calibration_requested),
            "start_page": self.start_page_requested.emit,
            "shortcuts": self.shortcuts_requested.emit,
            "quit": self.close_requested.emit,
            "show_gaze": nothing,
            "show_eyes": nothing,
            "show_trail": nothing,
            "show_fixations": nothing,
            "show_heatmap": nothing,
            "fit": nothing,
            "follow": nothing,
            **self.console.handlers(),
        }

    def _wish(self, name: str, signal: SignalInstance) -> None:
        """While a study is read, its desk pauses and calibrates."""
        if self._has_console:
            self.console.act_requested.emit(ACT_OF_ACTION[name])
        else:
            signal.emit()

    def _show_console(self, *, has_console: bool) -> None:
        """Bring the console's panels with a study, and put them away with it."""
        if has_console is self._has_console:
            return
        self._has_console = has_console
        self.docks.set_visible(is_visible=has_console)
        self.console.strip.setVisible(has_console)
        self.top_bar.set_for_study(is_for_study=has_console)

    def _add_panels(self) -> None:
        area = Qt.DockWidgetArea
        cases = Panel("cases", self.tr("Cases"), self.docks.case_pages, "F6", self)
        quality = Panel("quality", self.tr("Gaze quality"), self.quality, "F7", self)
        signals = Panel("signals", self.tr("Signals"), self.trace, "F8", self)
        self.panels = (cases, quality, signals)
        self.setCorner(Qt.Corner.BottomLeftCorner, area.BottomDockWidgetArea)
        self.setCorner(Qt.Corner.BottomRightCorner, area.BottomDockWidgetArea)
        self.addDockWidget(area.LeftDockWidgetArea, cases)
        self.addDockWidget(area.RightDockWidgetArea, quality)
        self.addDockWidget(area.BottomDockWidgetArea, signals)
        self.docks.add(quality, signals)

    def _show_page(self, index: int) -> None:
        policy = QSizePolicy.Policy
        for number, page in enumerate(self._pages):  # one that is not shown claims no room from the panels
            use = policy.Preferred if number == index else policy.Ignored
            page.setSizePolicy(use, use)
        self._stack.setCurrentIndex(index)

    def _usual_layout(self) -> None:
        for panel in self.panels:
            panel.show()
        self._usual_sizes()
        QTimer.singleShot(0, self, self._usual_sizes)  # again when the panels' own layout has settled

    def _usual_sizes(self) -> None:
        cases, quality, signals = self.panels
        widths = [max(tokens.CASES_WIDTH, int(self.width() * tokens.CASES_SHARE)), tokens.QUALITY_WIDTH]
        self.resizeDocks([cases, quality], widths, Qt.Orientation.Horizontal)
        self.resizeDocks([signals], [tokens.TRACE_HEIGHT], Qt.Orientation.Vertical)

    def _build_menu(self) -> QMenu:
        menu = QMenu(self)
        panels = QMenu(self.tr("Panels"), menu)
        for panel in (*self.panels, *self.docks.panels):
            panels.addAction(panel.toggleViewAction())
            self.addAction(panel.toggleViewAction())
        menu.addAction(self.actions_by_name["open_folder"])
        menu.addAction(self.actions_by_name["open_list"])
        menu.addMenu(self._recent_menu)
        menu.addAction(self.actions_by_name["replay"])
        menu.addAction(self.actions_by_name["recording_info"])
        menu.addAction(self.actions_by_name["export"])
        menu.addAction(self.actions_by_name["import"])
        menu.addSeparator()
        menu.addAction(self.actions_by_name["connect"])
        menu.addAction(self.actions_by_name["tracker"])
        menu.addAction(self.actions_by_name["calibrate"])
        menu.addAction(self.actions_by_name["previous_case"])
        menu.addAction(self.actions_by_name["study_accuracy"])
        menu.addMenu(panels)
        menu.addSeparator()
        for name in ("settings", "shortcuts", "start_page", "quit"):
            menu.addAction(self.actions_by_name[name])
        return menu

    def _station_page(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, tokens.SPACE_S, 0, tokens.SPACE_XS)
        column.setSpacing(tokens.SPACE_S)
        column.addWidget(self.console.strip)
        column.addWidget(self.live_view, 1)
        column.addWidget(self.controls)
        return page


def _do_nothing() -> None:
    """Stand in where an action's own `toggled` signal is what counts."""


def _text(raw: QByteArray) -> str:
    return bytes(raw.toBase64().data()).decode("ascii")
