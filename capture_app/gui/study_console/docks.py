"""The console's docks in the operator's window: beside the others while a study is read, gone without one."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from capture_app.gui import tokens
from capture_app.gui.operator_docks import Panel
from capture_app.gui.study_console.parts import ConsoleParts

_HEADS = 3 * tokens.ROW_HEIGHT  # of the docks above each other


class ConsoleDocks(QObject):
    """Two docks, and the study's cases in the place of the list of images.

    Parameters
    ----------
    window
        Takes the docks.
    parts
        The console's panels.
    case_list
        The list of cases of a session without a study.
    """

    def __init__(self, window: QMainWindow, parts: ConsoleParts, case_list: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.case_pages = QStackedWidget(window)
        self.case_pages.addWidget(case_list)
        self.case_pages.addWidget(parts.cases)
        self.study = Panel("study", self.tr("This case"), parts.study, "F9", window)
        self.acts = Panel("study_acts", self.tr("What to do"), parts.acts, "F10", window)
        self.panels = (self.study, self.acts)
        self._beside: tuple[Panel, Panel] | None = None

    def add(self, quality: Panel, signals: Panel) -> None:
        """Put the docks above the gaze quality and beside the signals, hidden."""
        self._beside = (quality, signals)
        self._window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.study)
        self._window.splitDockWidget(self.study, quality, Qt.Orientation.Vertical)
        self._window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self.acts)
        self.set_visible(is_visible=False)

    def set_visible(self, *, is_visible: bool) -> None:
        """Bring the docks with a study, and put them away with it."""
        self.case_pages.setCurrentIndex(int(is_visible))
        for panel in self.panels:
            panel.setVisible(is_visible)
            panel.toggleViewAction().setVisible(is_visible)
            panel.toggleViewAction().setEnabled(is_visible)
        if is_visible:
            QTimer.singleShot(0, self, self.take_usual_sizes)  # when the docks' own layout has settled

    def take_usual_sizes(self) -> None:
        """Give the docks their sizes."""
        if self._beside is None:
            return
        window, (quality, signals) = self._window, self._beside
        room = window.height() - tokens.TOP_BAR_HEIGHT - tokens.STUDY_ACTS_HEIGHT - _HEADS
        study = max(tokens.STUDY_HEIGHT, room // 2)
        rest = max(room - study, tokens.TRACE_MINIMUM_HEIGHT)
        window.resizeDocks([self.study, quality], [study, rest], Qt.Orientation.Vertical)
        left = max(window.width() - tokens.STUDY_ACTS_WIDTH, tokens.LIVE_MINIMUM[0])
        window.resizeDocks([signals, self.acts], [left, tokens.STUDY_ACTS_WIDTH], Qt.Orientation.Horizontal)
        window.resizeDocks([self.acts], [tokens.STUDY_ACTS_HEIGHT], Qt.Orientation.Vertical)
