"""The keys of a screen, called with `?`."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.labels import label, paragraph
from capture_app.gui.reading.look import ReadingLook


class KeysOverlay(QFrame):
    """A card in the middle of the screen; a click or any key puts it away."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._ground = parent
        self.setProperty("reading", "card")
        self._title = label(self.tr("Keys of this screen"), parent=self)
        self._title.setProperty("reading", "strong")
        self._rows = QGridLayout()
        self._rows.setHorizontalSpacing(tokens.SPACE_XL)
        self._rows.setVerticalSpacing(tokens.SPACE_S)
        self._width_px = 0
        self._words: list[QLabel] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_XL, tokens.SPACE_L, tokens.SPACE_XL, tokens.SPACE_L)
        column.setSpacing(tokens.SPACE_M)
        column.addWidget(self._title)
        column.addLayout(self._rows)
        self.hide()

    def show_keys(self, keys: Sequence[tuple[str, str]], look: ReadingLook) -> None:
        """Show keys with what they do, in the middle of the parent."""
        self._width_px = look.letters(tokens.READING_KEYS_LETTERS)
        for word in self._words:
            self._rows.removeWidget(word)
            word.deleteLater()
        self._words = []
        for row, (key, meaning) in enumerate(keys):
            for column, text in enumerate((key, meaning)):
                word = label(text, parent=self) if column == 0 else paragraph(text, parent=self)
                word.setProperty("reading", "strong" if column == 0 else "body")
                word.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
                self._rows.addWidget(word, row, column)
                self._words.append(word)
        self._rows.setColumnStretch(1, 1)
        self.show()
        self.raise_()
        self.place()

    def place(self) -> None:
        """Stand in the middle of the parent."""
        room = self._ground.rect()
        width = min(self._width_px, room.width() - 2 * tokens.SPACE_L)
        self.setFixedWidth(width)
        self.adjustSize()
        self.move((room.width() - self.width()) // 2, max((room.height() - self.height()) // 2, 0))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go away."""
        event.accept()
        self.hide()
