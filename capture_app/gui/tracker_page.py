"""The tracker's page: search, choose, connect, seat the reader, try the stream."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from capture_app.gui import tokens
from capture_app.gui.head_view import HeadView
from capture_app.gui.labels import label, rule
from capture_app.gui.sentence_line import SentenceLine
from capture_app.gui.tokens import Colours
from capture_app.gui.tracker_page_device import DevicePanel
from capture_app.gui.tracker_page_list import TrackerList, is_same_device
from capture_app.gui.tracker_page_quality import QualityRunPanel
from capture_app.session.port import SessionError, TrackerChoice, TrackerDeskPort
from capture_app.session.settings import Settings
from capture_app.session.tracker_desk import TEST_S
from capture_app.session.tracker_search import problem_with, search_requests
from capture_app.session.tracker_states import ConnectedTracker, FoundTracker, TrackerDeskState


class TrackerPage(QDialog):
    """Shows what the tracker's desk says and says what the person wants.

    Parameters
    ----------
    colours
        Of the theme.
    desk
        Searches and tests.
    choices
        The drivers known.
    settings
        The tracker used last, and its options.
    """

    connect_requested = Signal(str, object)  # driver, options
    settings_requested = Signal(str)  # name of the settings page

    def __init__(
        self,
        colours: Colours,
        desk: TrackerDeskPort,
        choices: tuple[TrackerChoice, ...],
        settings: Settings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("tracker_page")
        self.setWindowTitle(self.tr("Tracker"))
        self.resize(*tokens.TRACKER_PAGE_SIZE)
        self._desk = desk
        self._choices = {choice.name: choice for choice in choices}
        self._settings = settings
        self._chosen = self._last_used()
        self._refusal = ""
        self.notice = SentenceLine(colours, self)
        self.list = TrackerList(colours, self)
        self.device = DevicePanel(colours, self)
        self.head = HeadView(colours, self)
        self.test = QualityRunPanel(colours, self)
        self.settings_button = QPushButton(self.tr("Settings…"), self)
        self.settings_button.setToolTip(self.tr("All options of the tracker, and the size of the screen"))
        self.settings_button.clicked.connect(self._ask_for_settings)
        self.close_button = QPushButton(self.tr("Close"), self)
        self.close_button.clicked.connect(self.accept)
        for button in (self.settings_button, self.close_button):
            button.setAutoDefault(False)
        self.device.connect_button.setDefault(True)
        self._lay_out()
        self.list.search_requested.connect(self._search)
        self.list.cancel_requested.connect(self._desk.cancel_search)
        self.list.chosen.connect(self._choose)
        self.device.connect_requested.connect(self._connect)
        self.test.test_requested.connect(lambda: self._attempt(lambda: self._desk.begin_test(TEST_S)))
        self.test.cancel_requested.connect(self._desk.cancel_test)
        self._timer = QTimer(self)
        self._timer.setInterval(tokens.TRACE_INTERVAL_MS)
        self._timer.timeout.connect(self.render_desk)
        self.render_desk()
        self.device.connect_button.setFocus()

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        for part in (self.notice, self.list, self.device, self.head, self.test):
            part.set_colours(colours)
        self.render_desk()

    def take_settings(self, settings: Settings) -> None:
        """Take what was changed in the settings, or by connecting another tracker."""
        self._settings = settings
        self.render_desk()

    def render_desk(self) -> None:
        """Show the desk as it is now."""
        state = self._desk.state
        is_blocked = bool(state.blocked)
        self.list.render_search(state.search, self._last_used_as_found(state), can_search=not is_blocked)
        self.list.show_connected(self._is_connected(row.found, state) for row in self.list.rows)
        self._render_device(state)
        self.head.render_head(state.head)
        self.test.render_run(state.test, can_test=state.connected is not None and not is_blocked)
        if is_blocked:
            self.notice.say("information", state.blocked)
        else:
            self.notice.say("attention", self._refusal)

    def _render_device(self, state: TrackerDeskState) -> None:
        connected = state.connected if self._is_connected(self._chosen, state) else None
        choice = self._choices.get(self._chosen.driver)
        is_remembered = self._chosen == self._last_used()
        self.device.show_tracker(self._chosen, choice, connected, is_remembered=is_remembered)
        self.device.show_area(state.area if connected is not None else None)
        self.device.show_status(
            is_connecting=state.is_connecting,
            problem=state.problem if self._was_asked_for(self._chosen) else "",
            is_blocked=bool(state.blocked),
            other=state.connected.model if state.connected is not None else "",
        )

    def showEvent(self, event: QShowEvent) -> None:
        """Follow the desk while the page is seen."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Let a search or test that nobody sees any more end."""
        super().hideEvent(event)
        self._timer.stop()
        self._desk.cancel_search()
        self._desk.cancel_test()

    def _search(self) -> None:
        requests = search_requests(self._choices.values(), self._settings)
        self._attempt(lambda: self._desk.search(requests))

    def _choose(self, found: FoundTracker) -> None:
        self._chosen = found
        self._refusal = ""
        self._render_device(self._desk.state)  # at once: Enter may follow on the arrow key

    def _connect(self, driver: str, options: dict[str, str]) -> None:
        self._refusal = ""
        self.connect_requested.emit(driver, options)
        self.render_desk()

    def _ask_for_settings(self) -> None:
        self.accept()
        self.settings_requested.emit("tracker")

    def _attempt(self, intent: Callable[[], None]) -> None:
        self._refusal = ""
        try:
            intent()
        except SessionError as err:
            self._refusal = str(err)
        self.render_desk()

    def _last_used(self) -> FoundTracker:
        """Return the tracker of the settings as if it had been found."""
        name = self._settings.tracker
        choice = self._choices.get(name)
        title = choice.title if choice is not None else name
        if choice is None:
            problem = self.tr("The driver {0} is not known to this program. Choose another tracker.").format(
                name
            )
        else:
            problem = problem_with(choice, self._settings.tracker_options)
        return FoundTracker(
            driver=name,
            title=title,
            options=dict(self._settings.tracker_options),
            is_usable=not problem,
            reason=problem,
        )

    def _last_used_as_found(self, state: TrackerDeskState) -> FoundTracker:
        """Return the tracker of the settings; where it is connected, as the search knows it by its number."""
        last_used, connected = self._last_used(), state.connected
        if connected is None or not connected.serial or not self._is_connected(last_used, state):
            return last_used
        number = (connected.driver, connected.serial)
        found = (each for findings in state.search.findings for each in findings.trackers)
        return next((each for each in found if (each.driver, each.serial) == number), last_used)

    def _was_asked_for(self, found: FoundTracker) -> bool:
        """Whether this is the tracker of the settings: only that one is ever connected."""
        return is_same_device(found, self._last_used())

    def _is_connected(self, found: FoundTracker, state: TrackerDeskState) -> bool:
        connected: ConnectedTracker | None = state.connected
        if connected is None or connected.driver != found.driver:
            return False
        if found.serial and found.serial == connected.serial:
            return True
        return found.options.items() <= connected.options.items()

    def _lay_out(self) -> None:
        content = QWidget(self)
        grid = QGridLayout(content)
        grid.setContentsMargins(tokens.SPACE_XL, 0, tokens.SPACE_L, tokens.SPACE_S)
        grid.setHorizontalSpacing(tokens.SPACE_XL)
        grid.setVerticalSpacing(tokens.SPACE_L)
        grid.addWidget(self.device, 0, 0, 1, 2)
        grid.addWidget(rule(content), 1, 0, 1, 2)
        grid.addWidget(self.head, 2, 0)
        grid.addWidget(self.test, 2, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(2, 1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(content)  # with a bar where a small screen at 200 % leaves too little room
        body = QHBoxLayout()
        body.setContentsMargins(tokens.SPACE_L, 0, 0, 0)
        body.setSpacing(0)
        body.addWidget(self.list)
        body.addWidget(area, 1)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(tokens.SPACE_L, tokens.SPACE_M, tokens.SPACE_L, tokens.SPACE_L)
        buttons.setSpacing(tokens.SPACE_S)
        buttons.addWidget(self.notice, 1, Qt.AlignmentFlag.AlignVCenter)
        buttons.addStretch(0)
        buttons.addWidget(self.settings_button)
        buttons.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, tokens.SPACE_L, 0, 0)
        column.setSpacing(tokens.SPACE_M)
        title = label(self.tr("Tracker"), "title", self)
        title.setContentsMargins(tokens.SPACE_L, 0, 0, 0)
        column.addWidget(title)
        column.addLayout(body, 1)
        column.addWidget(rule(self))
        column.addLayout(buttons)
