"""A list of answers in columns: by mouse, by their keys, or with the arrow keys and Space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QScrollArea, QWidget

from capture_app.gui import tokens
from capture_app.gui.reading.frame_keys import belongs_to_frame
from capture_app.gui.reading.look import ReadingLook
from capture_app.gui.reading.option_button import OptionButton

KEYS: Final = "1234567890abcdefghijklmnopqrstuvwxyz"
"""Keys of the answers in their order; later ones are reached with the arrow keys."""

ROWS_OF_ONE_COLUMN: Final = 8
"""Answers that still stand in one column."""

MOST_COLUMNS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer."""

    name: str
    detail: str = ""
    key: str = ""
    is_apart: bool = False  # stands across all columns, before the others


class OptionList(QWidget):
    """Shows answers and says which one the reader means; what is chosen is told by `show_chosen`."""

    picked = Signal(int)  # index into `options`

    def __init__(self, look: ReadingLook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.options: tuple[Option, ...] = ()
        self.buttons: list[OptionButton] = []
        self._look = look
        self._is_single = False
        self._columns = 0
        self._current = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(tokens.SPACE_S)

    def set_options(self, options: Sequence[Option], *, is_single: bool) -> None:
        """Offer other answers; the same ones again change nothing."""
        if tuple(options) == self.options and is_single == self._is_single:
            return
        for button in self.buttons:
            self._grid.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.options, self._is_single = tuple(options), is_single
        self.buttons = [self._button(number, option) for number, option in enumerate(self.options)]
        self._columns = self._current = 0
        self._arrange()
        self._walk_to(0, takes_focus=False)

    def show_chosen(self, chosen: Sequence[str]) -> None:
        """Mark the chosen answers."""
        for option, button in zip(self.options, self.buttons, strict=True):
            button.setChecked(option.name in chosen)

    def set_look(self, look: ReadingLook) -> None:
        """Take other colours and sizes."""
        self._look = look
        for button in self.buttons:
            button.set_look(look)
        self._arrange()

    def focus_first(self) -> None:
        """Take the keyboard, at what is chosen or at the first answer."""
        chosen = (number for number, button in enumerate(self.buttons) if button.isChecked())
        self._walk_to(next(chosen, 0), takes_focus=True)

    def take_key(self, event: QKeyEvent) -> bool:
        """Choose by an answer's key, or walk with the arrow keys."""
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain not in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier):
            return False
        step = self._step_of(Qt.Key(event.key()))
        if step and self.buttons:
            self._walk_to(min(max(self._current + step, 0), len(self.buttons) - 1), takes_focus=True)
            return True
        text = event.text().casefold()
        for number, option in enumerate(self.options):
            if text and text == option.key:
                if not event.isAutoRepeat():
                    self._walk_to(number, takes_focus=True)
                    self.picked.emit(number)
                return True
        return False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take arrow keys before a button does, and remember which answer has the keyboard."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if belongs_to_frame(event):  # else the button would take Alt+Left for a way to its neighbour
                event.ignore()
                return True
            return bool(self._step_of(Qt.Key(event.key()))) and self.take_key(event)
        if event.type() == QEvent.Type.FocusIn and watched in self.buttons:
            self._walk_to(self.buttons.index(watched), takes_focus=False)
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take as many columns as fit."""
        super().resizeEvent(event)
        self._arrange()

    def _button(self, number: int, option: Option) -> OptionButton:
        button = OptionButton(
            option.name, look=self._look, detail=option.detail, key=option.key, is_single=self._is_single,
            parent=self,
        )  # fmt: skip
        button.clicked.connect(lambda: self.picked.emit(number))
        button.installEventFilter(self)
        return button

    def _wanted_columns(self) -> int:
        together = sum(not option.is_apart for option in self.options)
        one = self._look.letters(tokens.READING_OPTION_LETTERS) + tokens.SPACE_S
        fitting = max(int((self.width() + tokens.SPACE_S) // one), 1)
        return max(min(-(-together // ROWS_OF_ONE_COLUMN), fitting, MOST_COLUMNS), 1)

    def _arrange(self) -> None:
        """Lay the answers out column by column, those that stand apart above them."""
        columns = self._wanted_columns()
        if columns == self._columns:
            return
        self._columns = columns
        for button in self.buttons:
            self._grid.removeWidget(button)
        row = 0
        for option, button in zip(self.options, self.buttons, strict=True):
            if option.is_apart:
                self._grid.addWidget(button, row, 0, 1, columns)
                row += 1
        together = [
            button for option, button in zip(self.options, self.buttons, strict=True) if not option.is_apart
        ]
        rows = -(-len(together) // columns) if together else 0
        for number, button in enumerate(together):
            self._grid.addWidget(button, row + number % rows, number // rows)
        for button in self.buttons:
            button.show()
        for column in range(MOST_COLUMNS):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def _step_of(self, key: Qt.Key) -> int:
        """Return how far an arrow key walks; 0 for other keys."""
        together = sum(not option.is_apart for option in self.options)
        rows = -(-together // max(self._columns, 1))
        return {
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Left: -rows,
            Qt.Key.Key_Right: rows,
        }.get(key, 0)

    def _walk_to(self, number: int, *, takes_focus: bool) -> None:
        """Let Tab come to this answer, and to no other of the list."""
        self._current = number
        for each, button in enumerate(self.buttons):
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if each == number else Qt.FocusPolicy.ClickFocus)
        if takes_focus and number < len(self.buttons):
            self.buttons[number].setFocus(Qt.FocusReason.OtherFocusReason)
            show_in_page(self.buttons[number])


def show_in_page(widget: QWidget) -> None:
    """Scroll the page a widget lies on until it is seen."""
    above = widget.parentWidget()
    while above is not None and not isinstance(above, QScrollArea):
        above = above.parentWidget()
    if above is not None:
        above.ensureWidgetVisible(widget, 0, tokens.SPACE_L)
