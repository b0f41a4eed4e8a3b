"""Answers as chips: as many in a row as fit, each to be clicked on and off."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from capture_app.gui import tokens


class ChipRow(QWidget):
    """Chips in rows; which are on is told from outside, a click only asks."""

    asked = Signal(str)  # name of the chip that was clicked

    def __init__(self, parent: QWidget | None = None, *, is_column: bool = False) -> None:
        super().__init__(parent)
        self.is_column = is_column  # each chip has a line of its own
        self.chips: list[QPushButton] = []
        self._names: tuple[str, ...] = ()
        self._texts: tuple[str, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def names(self) -> tuple[str, ...]:
        """What is offered."""
        return self._names

    def offer(self, names: Sequence[str], texts: Sequence[str] | None = None, *, tip: str = "") -> None:
        """Offer chips; the same ones again change nothing.

        Parameters
        ----------
        names
            What `asked` tells.
        texts
            What stands on them; the names where none are given.
        tip
            For the pointer, beside the text.
        """
        shown = tuple(texts if texts is not None else names)
        if (tuple(names), shown) == (self._names, self._texts):
            return
        self._names, self._texts = tuple(names), shown
        while len(self.chips) > len(shown):
            chip = self.chips.pop()
            chip.hide()
            chip.deleteLater()
        while len(self.chips) < len(shown):
            self.chips.append(self._chip(len(self.chips)))
        for chip, name, text in zip(self.chips, self._names, shown, strict=True):
            chip.setText(text.replace("&", "&&"))
            chip.setAccessibleName(name)
            chip.setToolTip(f"{text}\n{tip}" if tip else text)
            chip.show()
        self.arrange()

    def mark(self, names: Sequence[str]) -> None:
        """Show which chips are on."""
        for chip, name in zip(self.chips, self._names, strict=True):
            chip.setChecked(name in names)

    def arrange(self) -> None:
        """Place the chips for the width there is."""
        self._place(self.width(), is_moved=True)
        self.updateGeometry()

    def hasHeightForWidth(self) -> bool:
        """Narrow chips need more rows."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of all rows."""
        return self._place(width, is_moved=False)

    def sizeHint(self) -> QSize:
        """Take any width."""
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        """Shrink in width; what does not fit is cut within its chip."""
        return QSize(0, self.heightForWidth(max(self.width(), 1)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the chips again."""
        super().resizeEvent(event)
        self.arrange()

    def _chip(self, place: int) -> QPushButton:
        chip = QPushButton(self)
        chip.setProperty("reading", "chip")
        chip.setCheckable(True)
        chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys with the shape
        chip.setProperty("line", self.is_column)
        chip.clicked.connect(lambda: self._clicked(place))
        return chip

    def _clicked(self, place: int) -> None:
        chip = self.chips[place]
        chip.setChecked(not chip.isChecked())  # the session decides; the next state marks it
        self.asked.emit(self._names[place])

    def _place(self, width: int, *, is_moved: bool) -> int:
        gap = tokens.SPACE_XS
        x = y = row_height = 0
        for chip in self.chips:
            hint = chip.sizeHint()
            size = QSize(width if self.is_column else min(hint.width(), width), hint.height())
            if x > 0 and (x + size.width() > width or self.is_column):
                x, y = 0, y + row_height + gap
                row_height = 0
            if is_moved:
                chip.setGeometry(QRect(QPoint(x, y), size))
            x += size.width() + gap
            row_height = max(row_height, size.height())
        return y + row_height
