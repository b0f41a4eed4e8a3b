"""One of several readers: name and facts above, the picture below."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.compare.overlay import reader_colour
from capture_app.gui.labels import ElidedLabel, label
from capture_app.gui.replay.picture import ReplayPicture
from capture_app.gui.replay.time_axis import clock_text
from capture_app.gui.tokens import Colours
from capture_app.session.compare import ImageReading

SMALLEST_PICTURE = (180, 120)


class ColourChip(QWidget):
    """The colour of a reader, with a dark rim."""

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colour = reader_colour(number)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As large as a letter."""
        return QSize(tokens.FONT_SECTION_PX, tokens.FONT_SECTION_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the colour."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.OVERLAY.halo))
        painter.fillRect(self.rect().adjusted(1, 1, -1, -1), QColor(self._colour))


def legend(number: int, reading: ImageReading, parent: QWidget) -> QWidget:
    """Return the line that says whose the colour is, when it was read and how much was looked at."""
    line = QWidget(parent)
    row = QHBoxLayout(line)
    row.setContentsMargins(tokens.SPACE_S, 0, tokens.SPACE_S, 0)
    row.setSpacing(tokens.SPACE_S)
    name = label(reading.label, "value", line)
    facts = ElidedLabel(line)
    facts.setProperty("role", "secondary")
    count = len(reading.fixations())
    words = line.tr("{0} fixations").format(count) if count else line.tr("no fixation on this image")
    facts.set_text(f"{clock_text(reading.duration_s)} · {words} · {reading.case.state}")
    row.addWidget(ColourChip(number, line))
    row.addWidget(name)
    row.addWidget(facts, 1)
    return line


class ReaderPane(QWidget):
    """One reader's picture with its legend."""

    def __init__(
        self, number: int, reading: ImageReading, colours: Colours, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.picture = ReplayPicture(colours, self)
        self.picture.setMinimumSize(*SMALLEST_PICTURE)
        self.picture.setAccessibleName(self.tr("What {0} saw").format(reading.label))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_XS)
        column.addWidget(legend(number, reading, self))
        column.addWidget(self.picture, 1)
