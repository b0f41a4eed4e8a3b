"""Parts of the end of a case: the lights, the list of screens to go back to, the reasons to leave it out."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.glyphs import glyph_pixmap
from capture_app.gui.labels import label, paragraph
from capture_app.gui.reading.case_lights import LightRow
from capture_app.gui.reading.look import ReadingLook
from capture_app.gui.reading.option_list import KEYS, Option, OptionList
from capture_app.gui.top_bar import level_colour, level_glyph


class LightTable(QWidget):
    """Name, value, light and word of each thing that was measured."""

    def __init__(self, look: ReadingLook, count: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._shown: tuple[LightRow, ...] = ()
        self._cells: list[tuple[QLabel, QLabel, QLabel, QLabel]] = []
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(tokens.SPACE_L)
        grid.setVerticalSpacing(tokens.SPACE_S)
        for row in range(count):
            name, value, sign, word = (label("", parent=self) for _ in range(4))
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            for column, cell in enumerate((name, value, sign, word)):
                grid.addWidget(cell, row, column)
            self._cells.append((name, value, sign, word))
        grid.setColumnStretch(4, 1)

    def set_look(self, look: ReadingLook) -> None:
        """Take other colours."""
        self._look = look
        rows, self._shown = self._shown, ()
        self.show_rows(rows)

    def show_rows(self, rows: tuple[LightRow, ...]) -> None:
        """Show what was measured."""
        if rows == self._shown:
            return
        self._shown = rows
        for row, (name, value, sign, word) in zip(rows, self._cells, strict=False):
            name.setText(row.name)
            value.setText(row.value)
            word.setText(row.word)
            sign.setPixmap(level_pixmap(self._look, row.level, self.devicePixelRatioF()))


class JumpList(QWidget):
    """Buttons of the screens that can be gone back to, as many in a row as fit."""

    picked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.names: tuple[str, ...] = ()
        self.buttons: list[QPushButton] = []
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(tokens.SPACE_S)

    def set_screens(self, screens: Sequence[tuple[str, str]]) -> None:
        """Offer screens, name and question each."""
        names = tuple(name for name, _ in screens)
        if names == self.names:
            return
        for button in self.buttons:
            self._grid.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.names, self.buttons, self._columns = names, [], 0
        for number, (name, question) in enumerate(screens):
            button = QPushButton(screen_title(name), self)
            button.setProperty("reading", "bar")
            key = KEYS[number] if number < len(KEYS) else ""
            hint = self.tr("Key {0}").format(key.upper()) if key else ""
            button.setToolTip("\n".join(line for line in (question, hint) if line))
            button.clicked.connect(lambda _=False, name=name: self.picked.emit(name))
            self.buttons.append(button)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take as many in a row as fit."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        widest = max((button.sizeHint().width() for button in self.buttons), default=1)
        columns = max((self.width() + tokens.SPACE_S) // (widest + tokens.SPACE_S), 1)
        if columns == self._columns:
            return
        self._columns = columns
        for number, button in enumerate(self.buttons):
            button.setMinimumWidth(widest)
            self._grid.addWidget(button, number // columns, number % columns)
            button.show()
        for column in range(self._grid.columnCount() + 1):
            self._grid.setColumnStretch(column, 1 if column == columns else 0)


class SetAsidePanel(QWidget):
    """The reasons with which a case can be left out."""

    chosen_changed = Signal()

    def __init__(self, look: ReadingLook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reason = ""
        self.words = paragraph(
            self.tr(
                "Why is this case left out? Its gaze and answers are kept and marked, and another case "
                "takes its place."
            ),
            parent=self,
        )
        self.list = OptionList(look, self)
        self.list.picked.connect(self._pick)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_M)
        column.addWidget(self.words)
        column.addWidget(self.list)
        self.hide()

    def open_with(self, reasons: Sequence[str]) -> None:
        """Ask for one of the reasons."""
        self.reason = ""
        options = [Option(name=reason, key=key) for reason, key in zip(reasons, KEYS, strict=False)]
        self.list.set_options(options, is_single=True)
        self.list.show_chosen(())
        self.show()
        self.list.focus_first()

    def _pick(self, number: int) -> None:
        self.reason = self.list.options[number].name
        self.list.show_chosen((self.reason,))
        self.chosen_changed.emit()


def level_pixmap(look: ReadingLook, level: str, ratio: float) -> QPixmap:
    """Return the sign of a level."""
    name = level_glyph(level) if level else "ring"
    colour = level_colour(look.shades.accent, level) if level else look.shades.secondary
    return glyph_pixmap(name, colour, tokens.VERDICT_GLYPH_SIZE, ratio)


def screen_title(name: str) -> str:
    """Return a screen's name of the study file as a title: "chest-box" as "Chest box"."""
    words = name.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]
