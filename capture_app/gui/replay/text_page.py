"""The dictation as text: the word that is spoken is marked, a click goes to the moment of a word."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.labels import paragraph
from capture_app.gui.replay.page import InspectorPage, ReplayParts
from capture_app.gui.tokens import Colours
from capture_app.session.replay import ReplayFrame, SpokenWord


class _Text(QPlainTextEdit):
    clicked = Signal(int)  # letter

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tell which letter was clicked."""
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(self.cursorForPosition(event.position().toPoint()).position())


class TextPage(InspectorPage):
    """The words of the case that is shown."""

    def __init__(self, parts: ReplayParts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colours = parts.colours
        self._all = parts.source.tables.words
        self._trial: int | None = None
        self._words: tuple[SpokenWord, ...] = ()
        self._begins: list[int] = []  # letter at which each word begins
        self._current = -2
        self.text = _Text(self)
        self.text.setReadOnly(True)
        self.text.setAccessibleName(self.tr("Dictation"))
        self.text.setFrameStyle(0)
        self.text.clicked.connect(self._choose)
        self._empty = paragraph(self.tr("Nothing was dictated in this case."), "secondary", self)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_M, tokens.SPACE_M, tokens.SPACE_M, tokens.SPACE_M)
        column.addWidget(self._empty)
        column.addWidget(self.text, 1)
        self._show_moment(-1, parts.source.first_ns)

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self._colours = colours
        self._current = -2

    def show_frame(self, frame: ReplayFrame) -> None:
        """Show the text of the case of a moment, and mark its word."""
        self._show_moment(-1 if frame.case is None else frame.case.number, frame.t_ns)

    @property
    def marked(self) -> str:
        """The word that is marked, "" where none is."""
        return self._words[self._current].text if self._current >= 0 else ""

    def _show_moment(self, trial: int, t_ns: int) -> None:
        if trial != self._trial:
            self._trial = trial
            self._words = tuple(word for word in self._all if word.trial == trial)
            self._begins, letter = [], 0
            for word in self._words:
                self._begins.append(letter)
                letter += len(word.text) + 1
            self.text.setPlainText(" ".join(word.text for word in self._words))
            self.text.setVisible(bool(self._words))
            self._empty.setVisible(not self._words)
            self._current = -2
        current = next((n for n, word in enumerate(self._words) if word.first_ns <= t_ns < word.end_ns), -1)
        if current != self._current:
            self._current = current
            self._mark(current)

    def _mark(self, number: int) -> None:
        marks = []
        if number >= 0:
            mark = QTextEdit.ExtraSelection()
            cursor = QTextCursor(self.text.document())
            cursor.setPosition(self._begins[number])
            keep = QTextCursor.MoveMode.KeepAnchor
            cursor.setPosition(self._begins[number] + len(self._words[number].text), keep)
            mark.cursor = cursor
            form = cursor.charFormat()
            form.setBackground(QColor(self._colours.selection))
            form.setForeground(QColor(self._colours.text))
            mark.format = form
            marks.append(mark)
            view = QTextCursor(cursor)
            view.clearSelection()
            self.text.setTextCursor(view)
            self.text.ensureCursorVisible()
        self.text.setExtraSelections(marks)

    def _choose(self, letter: int) -> None:
        chosen = [n for n, begin in enumerate(self._begins) if begin <= letter]
        if chosen:
            self.moment_chosen.emit(self._words[chosen[-1]].first_ns)
