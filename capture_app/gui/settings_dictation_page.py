"""The page of the settings with the microphone: which one, how it is recorded, and a test of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from capture_app.gui import tokens
from capture_app.gui.dictation_meter import LevelBar
from capture_app.gui.labels import paragraph
from capture_app.gui.settings_form import ChoiceBox, SettingsForm, with_button
from capture_app.gui.settings_signals_page import PortBox
from capture_app.gui.tick_box import TickBox
from capture_app.gui.workers import Work
from capture_app.session.dictation_settings import DICTATION_RATES_HZ, DictationSettings
from capture_app.session.port import MicrophoneChoice, StationPort
from capture_app.session.settings import Settings


class MicrophoneDesk(QObject):
    """Looks for microphones and tries one, in worker threads; outlives the pages."""

    level_heard = Signal(float)  # dB below full scale

    def __init__(self, station: StationPort, parent: QObject) -> None:
        super().__init__(parent)
        self._station = station

    def serve(self, page: DictationPage) -> None:
        """Answer a page whenever it asks."""
        page.microphones_wanted.connect(partial(self._search, page))
        page.test_wanted.connect(partial(self._test, page))
        self.level_heard.connect(page.show_level)

    def _search(self, page: DictationPage) -> None:
        self._do(self._station.microphones, page.show_microphones, page.show_microphones_problem)

    def _test(self, page: DictationPage, name: str, rate_hz: int) -> None:
        task = partial(self._station.try_microphone, name, float(rate_hz), self.level_heard.emit)
        self._do(task, page.show_test, page.show_test)

    def _do(
        self, task: Callable[[], object], done: Callable[..., None], failed: Callable[[str], None]
    ) -> None:
        work = Work(task, self)
        work.done.connect(done)
        work.failed.connect(failed)
        work.done.connect(work.deleteLater)
        work.failed.connect(work.deleteLater)
        work.start()


class DictationPage(SettingsForm):
    """The microphone recorded beside the gaze."""

    microphones_wanted = Signal()
    """The microphones are to be looked up; `show_microphones` takes the answer."""

    test_wanted = Signal(str, int)
    """A microphone is to be tried, by name and rate in Hz; `show_test` takes the answer."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("dictation", parent)
        self.set_texts(
            self.tr("Dictation"),
            self.tr(
                "What the reader says, recorded beside the gaze on the same clock. Nothing is kept outside a "
                "recording, and nothing leaves this computer."
            ),
        )
        self._has_asked = False
        self.is_on = TickBox(self.tr("Record the microphone while a recording runs"), self)
        self.add_field("dictation", self.tr("Dictation"), self.is_on)
        self.device = PortBox(self, nothing=self.tr("the one the system uses"))
        self.refresh = QPushButton(self.tr("Refresh"), self)
        self.refresh.setToolTip(self.tr("Look for microphones again"))
        self.refresh.setAutoDefault(False)
        self.refresh.clicked.connect(self._ask_for_microphones)
        self.add_field(
            "dictation_device",
            self.tr("Microphone"),
            self.device,
            with_button(self, self.device, self.refresh),
        )
        self.found = paragraph("", "secondary", self)
        self.form.addRow("", self.found)
        self.rate = ChoiceBox(self)
        for rate_hz in DICTATION_RATES_HZ:
            self.rate.addItem(self.tr("{0} Hz").format(f"{rate_hz:,}"), rate_hz)
        self.add_field("dictation_rate_hz", self.tr("Rate"), self.rate)
        self.test = QPushButton(self.tr("Test the microphone"), self)
        self.test.setAutoDefault(False)
        self.test.clicked.connect(self._ask_for_test)
        self.level = LevelBar(self)
        row = QWidget(self)
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(tokens.SPACE_M)
        line.addWidget(self.test)
        line.addWidget(self.level)
        line.addStretch(1)
        self.form.addRow("", row)
        self.heard = paragraph("", "secondary", self)
        self.form.addRow("", self.heard)
        self.model_folder = QLineEdit(self)
        self.model_folder.setPlaceholderText(self.tr("only for studies with faster-whisper"))
        browse = QPushButton(self.tr("Choose…"), self)
        browse.setAutoDefault(False)
        browse.clicked.connect(self._browse)
        self.add_field(
            "dictation_model_folder",
            self.tr("Speech model"),
            self.model_folder,
            with_button(self, self.model_folder, browse),
        )

    def show_settings(self, settings: Settings) -> None:
        """Fill the page."""
        self.is_on.setChecked(settings.dictation.is_on)
        self.device.choose(settings.dictation.device)
        self.rate.setCurrentIndex(self.rate.findData(settings.dictation.rate_hz))
        self.model_folder.setText(settings.dictation.model_folder)

    def applied_to(self, settings: Settings) -> Settings:
        """Return `settings` with what the page says."""
        dictation = DictationSettings(
            is_on=self.is_on.isChecked(),
            device=self.device.port(),
            rate_hz=int(self.rate.currentData()),
            model_folder=self.model_folder.text().strip(),
        )
        return replace(settings, dictation=dictation)

    def show_microphones(self, microphones: tuple[MicrophoneChoice, ...]) -> None:
        """Take the microphones that were found."""
        self.refresh.setEnabled(True)
        self.device.show_ports(microphones)
        count = len(microphones)
        self.found.setText(
            self.tr("No microphone was found. Plug one in and press Refresh.")
            if not count
            else self.tr("1 microphone found.")
            if count == 1
            else self.tr("{0} microphones found.").format(count)
        )

    def show_microphones_problem(self, text: str) -> None:
        """Say why the microphones could not be looked up."""
        self.refresh.setEnabled(True)
        self.found.setText(text)

    def show_level(self, level_db: float) -> None:
        """Show how loud it is while the microphone is tried."""
        self.level.show_level(level_db)

    def show_test(self, text: str) -> None:
        """Say how the test went."""
        self.test.setEnabled(True)
        self.heard.setText(text)

    def showEvent(self, event: QShowEvent) -> None:
        """Look the microphones up when the page is seen for the first time."""
        super().showEvent(event)
        if not self._has_asked:
            self._ask_for_microphones()

    def _browse(self) -> None:
        dialog = QFileDialog(self, self.tr("Folder of the speech model"), self.model_folder.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self.model_folder.setText)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _ask_for_microphones(self) -> None:
        self._has_asked = True
        self.refresh.setEnabled(False)
        self.found.setText(self.tr("Looking for microphones."))
        self.microphones_wanted.emit()

    def _ask_for_test(self) -> None:
        self.test.setEnabled(False)
        self.heard.setText(self.tr("Speak as you will when you read."))
        self.test_wanted.emit(self.device.port(), int(self.rate.currentData()))
