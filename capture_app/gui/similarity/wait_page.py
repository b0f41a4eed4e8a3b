"""What stands in place of the readings while they are read, and where there are none."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.labels import label, paragraph

_SECONDS_PER_MINUTE = 60


class WaitPage(QWidget):
    """A title, a sentence, progress with a cancel, or a way on."""

    cancel_requested = Signal()
    folder_requested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.title = label("", "section", self)
        self.text = paragraph("", "secondary", self)
        self.progress = QProgressBar(self)
        self.progress.setTextVisible(False)
        self.left = label("", "secondary", self)
        self.cancel = QPushButton(self.tr("Cancel"), self)
        self.cancel.clicked.connect(self.cancel_requested)
        self.choose = QPushButton(self.tr("Choose a folder…"), self)
        self.choose.setProperty("role", "primary")
        self.choose.clicked.connect(self.folder_requested)
        middle = QWidget(self)
        middle.setFixedWidth(tokens.DIALOG_WIDTH)
        column = QVBoxLayout(middle)
        column.setSpacing(tokens.SPACE_M)
        for part in (self.title, self.text, self.progress):
            column.addWidget(part)
        row = QHBoxLayout()
        row.addWidget(self.left, 1)
        row.addWidget(self.cancel)
        row.addWidget(self.choose)
        column.addLayout(row)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        outer.addWidget(middle, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(3)

    def show_work(self, title: str, text: str) -> None:
        """Show that something goes on."""
        self._show(title, text, is_working=True)
        self.progress.setRange(0, 0)
        self.left.setText("")

    def show_progress(self, done: int, count: int, left_s: float) -> None:
        """Show how far it is."""
        self.progress.setRange(0, max(1, count))
        self.progress.setValue(done)
        self.left.setText(self._left_words(left_s))

    def show_message(self, title: str, text: str) -> None:
        """Show a sentence, and the way to another folder."""
        self._show(title, text, is_working=False)
        self.left.setText("")

    def _show(self, title: str, text: str, *, is_working: bool) -> None:
        self.title.setText(title)
        self.text.setText(text)
        for part in (self.progress, self.cancel):
            part.setVisible(is_working)
        self.choose.setVisible(not is_working)

    def _left_words(self, left_s: float) -> str:
        if not math.isfinite(left_s) or left_s < 1:
            return ""
        minutes, seconds = divmod(round(left_s), _SECONDS_PER_MINUTE)
        return self.tr("About {0}:{1:02d} left").format(minutes, seconds)
