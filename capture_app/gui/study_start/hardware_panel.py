"""The station's part of the study page: one line for each part, each with a sign, a word and a sentence."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.dictation_meter import LOWEST_DB, LevelBar
from capture_app.gui.glyphs import glyph_pixmap
from capture_app.gui.labels import label, paragraph
from capture_app.gui.tokens import Colours
from capture_app.gui.top_bar import level_colour, level_glyph
from capture_app.session.hardware_check import HardwareLine
from capture_app.session.states import DictationState


class HardwareRow(QWidget):
    """One part of the station; the sentence stands below what is not good."""

    def __init__(self, colours: Colours, parent: QWidget) -> None:
        super().__init__(parent)
        self._colours = colours
        self._shown: tuple[object, ...] = ()
        self.line: HardwareLine | None = None
        self._sign = QLabel(self)
        self._sign.setFixedWidth(tokens.GLYPH_SIZE)
        self.title = label("", parent=self)
        self.word = label("", "value", self)
        self.word.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.sentence = paragraph("", "secondary", self)
        self.level_bar: LevelBar | None = None
        self._head = QHBoxLayout()
        self._head.setSpacing(tokens.SPACE_S)
        self._head.addWidget(self.title)
        self._head.addStretch(1)
        self._head.addWidget(self.word)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(tokens.SPACE_S)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self._sign, 0, 0)
        grid.addLayout(self._head, 0, 1)
        grid.addWidget(self.sentence, 1, 1)

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self._colours = colours
        if self.line is not None:
            self.render_line(self.line)

    def render_line(self, line: HardwareLine) -> None:
        """Show a line."""
        ratio = self.devicePixelRatioF()
        key = (line, ratio, self._colours.is_dark)
        if key == self._shown:
            return
        self._shown, self.line = key, line
        colour = level_colour(self._colours, line.level)
        self._sign.setPixmap(glyph_pixmap(level_glyph(line.level), colour, tokens.GLYPH_SIZE, ratio))
        self.title.setText(line.title)
        self.word.setText(line.word)
        self.sentence.setText(line.sentence)
        self.sentence.setVisible(line.level != "good")
        self.setToolTip(line.sentence)
        self.setAccessibleName(f"{line.title}: {line.word}. {line.sentence}")

    def show_level(self, state: DictationState | None) -> None:
        """Show how loud the microphone is, beside its word."""
        if self.level_bar is None:
            self.level_bar = LevelBar(self)
            self._head.insertWidget(2, self.level_bar)
        self.level_bar.show_level(state.level_db if state is not None and state.is_on else LOWEST_DB)


class HardwarePanel(QWidget):
    """All lines, and the ways to put things right."""

    tracker_requested = Signal()
    ruler_requested = Signal()
    settings_requested = Signal(str)  # name of the settings page

    def __init__(self, colours: Colours, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("hardware_panel")
        self._colours = colours
        self.rows: dict[str, HardwareRow] = {}
        self.tracker_button = self._button(self.tr("Tracker…"), self.tr("Find, connect and test it"))
        self.tracker_button.clicked.connect(self.tracker_requested)
        self.ruler_button = self._button(
            self.tr("Ruler…"), self.tr("Measure a frame on the reader's screen: are its millimetres true?")
        )
        self.ruler_button.clicked.connect(self.ruler_requested)
        self.settings_button = self._button(self.tr("Settings…"), self.tr("Screen, microphone, folders"))
        self.settings_button.clicked.connect(lambda: self.settings_requested.emit("screen"))
        self._lines = QVBoxLayout()
        self._lines.setSpacing(tokens.SPACE_M)
        buttons = QHBoxLayout()
        buttons.setSpacing(tokens.SPACE_S)
        for button in (self.tracker_button, self.ruler_button, self.settings_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_M)
        column.addLayout(self._lines)
        column.addSpacing(tokens.SPACE_XS)
        column.addLayout(buttons)
        column.addStretch(1)

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self._colours = colours
        for row in self.rows.values():
            row.set_colours(colours)

    def render_lines(self, lines: tuple[HardwareLine, ...], microphone: DictationState | None) -> None:
        """Show the check as it is now."""
        names = tuple(line.name for line in lines)
        if names != tuple(self.rows):
            self._arrange(names)
        for line in lines:
            self.rows[line.name].render_line(line)
        if "microphone" in self.rows:
            self.rows["microphone"].show_level(microphone)

    def _arrange(self, names: tuple[str, ...]) -> None:
        """Have a row for each name, in this order; those that stay are kept."""
        for name in [name for name in self.rows if name not in names]:
            row = self.rows.pop(name)
            self._lines.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = {name: self.rows.get(name) or HardwareRow(self._colours, self) for name in names}
        for index, row in enumerate(self.rows.values()):
            self._lines.removeWidget(row)
            self._lines.insertWidget(index, row)

    def _button(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setToolTip(tip)
        return button
