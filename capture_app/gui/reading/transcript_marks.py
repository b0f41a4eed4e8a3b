"""The words of a transcript as marks in a text that is being edited: they move along with what is typed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from capture_app.gui.tokens import ReaderShades
from capture_app.session.study_desk.states import TranscriptWord

DOUBTFUL_BELOW: Final = 0.5
"""Words with a lower score are underlined; scores of one engine alone are compared."""


def is_doubtful(word: TranscriptWord) -> bool:
    """Return whether a reader should look at a word twice."""
    if not any(letter.isalnum() for letter in word.text):
        return False  # a sign that nobody need have said
    return word.kind == "interpolated" or (math.isfinite(word.score) and word.score < DOUBTFUL_BELOW)


class TranscriptMarks:
    """Marks in one field. A word that was deleted or typed over keeps an empty place.

    Parameters
    ----------
    field
        Whose text holds the words.
    """

    def __init__(self, field: QPlainTextEdit) -> None:
        self._field = field
        self._cursors: list[QTextCursor] = []
        self._doubtful: list[int] = []

    @property
    def doubtful(self) -> tuple[str, ...]:
        """The words that are underlined, as they stand now."""
        return tuple(self._cursors[number].selectedText() for number in self._doubtful)

    def place(self, text: str, words: Sequence[TranscriptWord]) -> None:
        """Mark the words of `text`, which is what the field shows."""
        document = self._field.document()
        units = _utf16_places(text)
        self._cursors = [
            _cursor(document, units, word.first_letter, word.first_letter + len(word.text)) for word in words
        ]
        self._doubtful = [number for number, word in enumerate(words) if is_doubtful(word)]

    def word_at(self, position: int) -> int:
        """Return the word at a place in the text, else the last before it; -1 where there is none."""
        best = -1
        for number, cursor in enumerate(self._cursors):
            if cursor.selectionStart() > position:
                break
            if cursor.hasSelection():
                best = number
        return best

    def show(self, shades: ReaderShades, playing_word: int) -> None:
        """Underline what is doubtful, and lay a ground behind the word that is heard."""
        selections = [self._selection(number, _doubt(shades)) for number in self._doubtful]
        if 0 <= playing_word < len(self._cursors):
            selections.append(self._selection(playing_word, _ground(shades)))
        self._field.setExtraSelections(selections)

    def _selection(self, number: int, style: QTextCharFormat) -> QTextEdit.ExtraSelection:
        selection = QTextEdit.ExtraSelection()
        selection.cursor = self._cursors[number]
        selection.format = style
        return selection


def _doubt(shades: ReaderShades) -> QTextCharFormat:
    style = QTextCharFormat()
    style.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DashUnderline)
    style.setUnderlineColor(QColor(shades.accent.attention))
    return style


def _ground(shades: ReaderShades) -> QTextCharFormat:
    style = QTextCharFormat()
    style.setBackground(QColor(shades.accent.primary))
    style.setForeground(QColor(shades.accent.on_primary))
    return style


def _cursor(document: QTextDocument, units: Sequence[int], first: int, end: int) -> QTextCursor:
    last = len(units) - 1
    cursor = QTextCursor(document)
    cursor.setPosition(units[min(first, last)])
    cursor.setPosition(units[min(end, last)], QTextCursor.MoveMode.KeepAnchor)
    return cursor


def _utf16_places(text: str) -> Sequence[int]:
    """Return the place of each letter, and of the end, as Qt counts: rare letters are two."""
    if text.isascii() or max(text) <= "\uffff":
        return range(len(text) + 1)
    places = [0]
    for letter in text:
        places.append(places[-1] + (2 if letter > "\uffff" else 1))
    return places
