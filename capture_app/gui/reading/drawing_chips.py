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

    def offer(
        self, names: Sequence[str], texts: Sequence[str] | None = None, *, tips: Sequence[str] = ()
    ) -> None:
        """Offer chips; the same ones again change nothing.

        Parameters
        ----------
        names
            What `asked` tells.
        texts
            What stands on them; the names where none are given.
        tips
            For the pointer, below the text.
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
        for chip, name, text, tip in zip(self.chips, names, shown, tips or [""] * len(shown), strict=True):
            chip.setAccessibleName(name)
            chip.setToolTip(f"{text}\n{tip}" if tip else text)
            chip.show()
        self.arrange()

    def mark(self, names: Sequence[str]) -> None:
        """Show which chips are on."""
        for chip, name in zip(self.chips, self._names, strict=True):
            chip.setChecked(name in names)

    def distinguish(self, names: Sequence[str]) -> None:
        """Set chips apart that are waited for."""
        for chip, name in zip(self.chips, self._names, strict=True):
            is_waiting = name in names
            if chip.property("waiting") != is_waiting:
                chip.setProperty("waiting", is_waiting)
                chip.style().unpolish(chip)
                chip.style().polish(chip)

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
        """Return the height of the rows in a width, and put the chips there where `is_moved`."""
        gap = tokens.SPACE_XS
        x = y = row_height = 0
        for chip, text in zip(self.chips, self._texts, strict=False):
            metrics = chip.fontMetrics()
            rim = 2 * (tokens.SPACE_S + tokens.FOCUS_RING)
            wanted = metrics.horizontalAdvance(text) + rim
            size = QSize(width if self.is_column else min(wanted, width), chip.sizeHint().height())
            if x > 0 and (x + size.width() > width or self.is_column):
                x, y = 0, y + row_height + gap
                row_height = 0
            if is_moved:
                room = max(size.width() - rim, 1)
                shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
                chip.setText((text if wanted <= size.width() else shown).replace("&", "&&"))
                chip.setGeometry(QRect(QPoint(x, y), size))
            x += size.width() + gap
            row_height = max(row_height, size.height())
        return y + row_height
