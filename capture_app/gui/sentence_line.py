"""A sentence with the sign of how good the news is: sign and words, never a colour alone."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from capture_app.gui import tokens
from capture_app.gui.glyphs import glyph_pixmap
from capture_app.gui.labels import paragraph
from capture_app.gui.tokens import Colours
from capture_app.gui.top_bar import level_colour, level_glyph


class SentenceLine(QWidget):
    """Hidden while there is nothing to say."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colours = colours
        self._shown: tuple[object, ...] = ()
        self._level = ""
        self._sign = QLabel(self)
        self._sign.setFixedWidth(tokens.GLYPH_SIZE)
        self.words = paragraph("", parent=self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.SPACE_S)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence."""
        return self.words.text()

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self._colours = colours
        self.say(self._level, self.text)

    def say(self, level: str, sentence: str) -> None:
        """Show a sentence with the sign of its level: good, information, attention, bad."""
        ratio = self.devicePixelRatioF()
        key = (level, sentence, ratio, self._colours.is_dark)
        if key == self._shown:
            return
        self._shown, self._level = key, level
        self.words.setText(sentence)
        if sentence:
            colour = level_colour(self._colours, level)
            self._sign.setPixmap(glyph_pixmap(level_glyph(level), colour, tokens.GLYPH_SIZE, ratio))
        self.setVisible(bool(sentence))
