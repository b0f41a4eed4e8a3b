"""The settings: pages at the left, one page at a time, checked before they are taken."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from capture_app.gui import tokens
from capture_app.gui.labels import paragraph, rule
from capture_app.gui.settings_controls_page import ControlsPage
from capture_app.gui.settings_diagnostics_page import DiagnosticsPage
from capture_app.gui.settings_dictation_page import DictationPage
from capture_app.gui.settings_pages import (
    AnalysisPage,
    AppearancePage,
    FilesPage,
    ScreenPage,
    TrackerOptionsPage,
)
from capture_app.gui.settings_signals_page import SignalsPage
from capture_app.session.port import TrackerChoice
from capture_app.session.settings import SettingFinding, Settings, check_settings


class SettingsDialog(QDialog):
    """Says `settings_accepted` with settings that hold; it changes nothing itself."""

    settings_accepted = Signal(object)  # Settings
    search_requested = Signal()  # the tracker's own page is wanted; what was entered is saved

    def __init__(
        self,
        settings: Settings,
        trackers: tuple[TrackerChoice, ...],
        parent: QWidget | None,
        page: str = "tracker",
    ) -> None:
        super().__init__(parent)
        self.setObjectName("settings_dialog")
        self.setWindowTitle(self.tr("Settings"))
        self.resize(*tokens.SETTINGS_SIZE)
        self._settings = settings
        self.tracker_page = TrackerOptionsPage(trackers, self)
        self.screen_page = ScreenPage(self)
        self.controls_page = ControlsPage(self)
        self.signals_page = SignalsPage(self)
        self.dictation_page = DictationPage(self)
        self.pages = (
            self.tracker_page,
            self.screen_page,
            AnalysisPage(self),
            FilesPage(self),
            self.dictation_page,
            self.signals_page,
            self.controls_page,
            AppearancePage(self),
            DiagnosticsPage(self),
        )
        self._navigation = QListWidget(self)
        self._navigation.setFixedWidth(tokens.SETTINGS_NAVIGATION_WIDTH)
        self._navigation.setAccessibleName(self.tr("Pages"))
        self._stack = QStackedWidget(self)
        for part in self.pages:
            part.show_settings(settings)
            self._navigation.addItem(part.title)
            area = QScrollArea(self)
            area.setWidgetResizable(True)
            area.setWidget(part)
            self._stack.addWidget(area)
        self.tracker_page.search_requested.connect(self._save_and_search)
        self._navigation.currentRowChanged.connect(self._stack.setCurrentIndex)
        self._summary = paragraph("", parent=self)
        self.cancel = QPushButton(self.tr("Cancel"), self)
        self.cancel.clicked.connect(self.reject)
        self.cancel.setAutoDefault(False)
        self.save = QPushButton(self.tr("Save"), self)
        self.save.setProperty("role", "primary")
        self.save.setDefault(True)
        self.save.clicked.connect(self._save)
        self._lay_out()
        names = [part.name for part in self.pages]
        self._navigation.setCurrentRow(names.index(page) if page in names else 0)

    def findings(self) -> tuple[SettingFinding, ...]:
        """Return what is wrong with what the pages say."""
        found = []
        if self.tracker_page.finding():
            found.append(SettingFinding(name="tracker_options", text=self.tracker_page.finding()))
        if self.controls_page.finding():
            found.append(SettingFinding(name="controls", text=self.controls_page.finding()))
        return (*found, *check_settings(self._collected())) if not found else tuple(found)

    def _collected(self) -> Settings:
        settings = self._settings
        for part in self.pages:
            settings = part.applied_to(settings)
        return settings

    def _save_and_search(self) -> None:
        if self._save():
            self.search_requested.emit()

    def _save(self) -> bool:
        """Take what the pages say where it holds; False where something needs another value."""
        for part in self.pages:
            part.clear_findings()
        findings = self.findings()
        if not findings:
            self.settings_accepted.emit(self._collected())
            self.accept()
            return True
        for finding in reversed(findings):  # ends at the first page with a finding
            for index, page in enumerate(self.pages):
                if page.show_finding(finding.name, finding.text):
                    self._navigation.setCurrentRow(index)
                    page.focus_field(finding.name)
        QTimer.singleShot(0, self, self._bring_focus_into_view)  # once the sentences have their place
        self._summary.setText(self.tr("Something needs another value before it can be saved."))
        return False

    def _bring_focus_into_view(self) -> None:
        """Scroll to the field that needs another value, and to the sentence below it."""
        area, field = self._stack.currentWidget(), self.focusWidget()
        if isinstance(area, QScrollArea) and field is not None and area.isAncestorOf(field):
            area.ensureWidgetVisible(field, 0, tokens.SETTINGS_FINDING_ROOM)

    def _lay_out(self) -> None:
        body = QHBoxLayout()
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        left = QVBoxLayout()
        left.setContentsMargins(tokens.SPACE_S, tokens.SPACE_L, tokens.SPACE_S, tokens.SPACE_S)
        left.addWidget(self._navigation)
        body.addLayout(left)
        body.addWidget(self._stack, 1)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(tokens.SPACE_L, tokens.SPACE_M, tokens.SPACE_L, tokens.SPACE_L)
        buttons.setSpacing(tokens.SPACE_S)
        buttons.addWidget(self._summary, 1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(body, 1)
        column.addWidget(rule(self))
        column.addLayout(buttons)
