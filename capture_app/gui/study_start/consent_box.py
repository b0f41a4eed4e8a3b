"""The text the reader agrees to, with version and checksum, and the tick below it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.labels import ElidedLabel
from capture_app.gui.tick_box import TickBox

_SHOWN_DIGITS: Final = 12  # of the checksum


class ConsentBox(QWidget):
    """Without a text there is nothing to tick."""

    changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.head = ElidedLabel(self)
        self.head.setProperty("role", "secondary")
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(tokens.CONSENT_HEIGHT)
        self.text.setAccessibleName(self.tr("What the reader agrees to"))
        self.tick = TickBox(self.tr("The reader has read this and agrees"), self)
        self.tick.toggled.connect(self.changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_XS)
        column.addWidget(self.head)
        column.addWidget(self.text)
        column.addWidget(self.tick)

    def show_text(self, text: str, version: str, sha256: str) -> None:
        """Show a text with its version and checksum; "": the study has none."""
        if not text.strip():
            self.head.set_text(self.tr("The study has no consent text."))
        else:
            words = self.tr("Version {0}, checksum {1}…")
            self.head.set_text(words.format(version, sha256[:_SHOWN_DIGITS]))
            self.head.setToolTip(sha256)
        if self.text.toPlainText() != text:
            self.text.setPlainText(text)
        self.text.setVisible(bool(text.strip()))
        self.tick.setVisible(bool(text.strip()))
