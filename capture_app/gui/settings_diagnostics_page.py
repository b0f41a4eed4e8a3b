"""The page of the settings that saves the file of diagnostics."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QWidget

from capture_app.gui.labels import paragraph
from capture_app.gui.settings_form import SettingsForm
from capture_app.gui.workers import Work
from capture_app.session.diagnostics import save_diagnostics
from capture_app.session.settings import Settings

FILE_NAME = "reading-station-diagnostics.zip"


class DiagnosticsPage(SettingsForm):
    """What to send to somebody who looks for a fault."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("diagnostics", parent)
        self.set_texts(
            self.tr("Diagnostics"),
            self.tr(
                "One file for whoever looks after this program: versions, settings without their texts, the "
                "program's own messages, crashes. No names, no paths, no images, no gaze, no sound."
            ),
        )
        self.save = QPushButton(self.tr("Save diagnostics…"), self)
        self.save.setAutoDefault(False)
        self.save.clicked.connect(self._ask)
        row = QHBoxLayout()
        row.addWidget(self.save)
        row.addStretch(1)
        self.form.addRow(row)
        self.answer = paragraph("", "secondary", self)
        self.form.addRow(self.answer)
        self._work: Work | None = None

    def show_settings(self, settings: Settings) -> None:
        """Show nothing: this page sets nothing."""

    def applied_to(self, settings: Settings) -> Settings:
        """Return the settings as they are."""
        return settings

    def save_to(self, path: Path) -> None:
        """Write the file and say how it went."""
        self.save.setEnabled(False)
        self.answer.setText(self.tr("Saving…"))
        self._work = Work(lambda: save_diagnostics(path), self)
        said = self.tr("Saved: {0} ({1} kB).")
        self._work.done.connect(lambda size: self._tell(said.format(path, size // 1024)))
        self._work.failed.connect(self._tell)
        self._work.start()

    def _ask(self) -> None:
        dialog = QFileDialog(self, self.tr("Save diagnostics"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("zip")
        # A file that is there is refused, not replaced.
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.selectFile(FILE_NAME)
        dialog.fileSelected.connect(lambda name: self.save_to(Path(name)))
        dialog.open()

    def _tell(self, text: str) -> None:
        self.save.setEnabled(True)
        self.answer.setText(text)
