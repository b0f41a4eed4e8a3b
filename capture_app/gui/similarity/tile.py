"""One reading as a tile: its picture with the gaze on it, what it is, how alike it is to the chosen one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from capture_app.gui import tokens
from capture_app.gui.glyphs import paint_glyph
from capture_app.gui.tokens import Colours
from capture_app.session.similarity.library import BrowsedReading


class ReadingTile(QAbstractButton):
    """Shows one reading; a press asks for it to be the chosen one."""

    chosen = Signal(int)  # place of the reading in the library

    def __init__(self, colours: Colours, parent: QWidget, *, is_large: bool = False) -> None:
        super().__init__(parent)
        self._colours = colours
        self._is_large = is_large
        self._image: QImage | None = None
        self._title, self._detail, self._value = "", "", ""
        self._is_positive = False
        self.place = -1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setMinimumSize(tokens.SIMILARITY_TILE_MINIMUM, tokens.SIMILARITY_TILE_MINIMUM)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus if is_large else Qt.FocusPolicy.StrongFocus)
        self.clicked.connect(self._choose)

    def show_reading(self, place: int, reading: BrowsedReading, value: str, *, is_positive: bool) -> None:
        """Show a reading; its picture comes by `show_picture`."""
        if place != self.place:
            self._image = None
        self.place = place
        self._title = reading.title
        self._detail = " · ".join(part for part in (reading.reader, reading.detail) if part)
        self._value, self._is_positive = value, is_positive
        words = [self._title, self._detail, value]
        if is_positive:
            words.append(self.tr("positive pair"))
        self.setAccessibleName(", ".join(word for word in words if word))
        self.setToolTip("\n".join(word for word in words if word))
        self.setVisible(True)
        self.update()

    def show_picture(self, place: int, picture: npt.NDArray[np.uint8]) -> None:
        """Show the picture of a reading, RGB; one of another reading is left alone."""
        if place != self.place:
            return
        height, width = picture.shape[:2]
        rows = np.ascontiguousarray(picture)
        self._image = QImage(rows.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
        self.update()

    def clear(self) -> None:
        """Show nothing."""
        self.place, self._image = -1, None
        self.setVisible(False)

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self._colours = colours
        self.update()

    def picture_px(self) -> int:
        """Return the longer side of the picture this tile has room for, physical px."""
        room = self._picture_room()
        return max(1, round(max(room.width(), room.height()) * self.devicePixelRatioF()))

    def sizeHint(self) -> QSize:
        """Ask for no more than the least: the layout gives what there is."""
        return self.minimumSize()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Paint anew in the new size."""
        super().resizeEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the picture, and below it one or two lines."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        colours = self._colours
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self.hasFocus() or (self.underMouse() and not self._is_large):
            painter.setPen(QPen(QColor(colours.focus if self.hasFocus() else colours.control_line), 1.5))
            painter.setBrush(QColor(colours.raised))
            painter.drawRoundedRect(frame, tokens.RADIUS, tokens.RADIUS)
        room = self._picture_room()
        if self._image is None:
            painter.fillRect(room, QColor(colours.stage))
        else:
            room = _inside(room, self._image)
            painter.drawImage(room, self._image)
        if self._is_positive:
            painter.setPen(QPen(QColor(colours.good), 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(room.adjusted(1, 1, -1, -1))
        self._paint_words(painter, room)

    def _picture_room(self) -> QRectF:
        edge = tokens.SPACE_XS
        words = 2 * (self.fontMetrics().height() + 2) + tokens.SPACE_XS
        return QRectF(self.rect()).adjusted(edge, edge, -edge, -edge - words)

    def _paint_words(self, painter: QPainter, room: QRectF) -> None:
        colours, height = self._colours, self.fontMetrics().height() + 2
        across = self._picture_room()
        line = QRectF(across.left(), room.bottom() + tokens.SPACE_XS, across.width(), height)
        right = 0.0
        if self._value:
            strong = QFont(self.font())
            strong.setWeight(QFont.Weight.DemiBold)
            painter.setFont(strong)
            painter.setPen(QColor(colours.text))
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._value)
            right = painter.fontMetrics().horizontalAdvance(self._value) + tokens.SPACE_S
            painter.setFont(self.font())
        painter.setPen(QColor(colours.text))
        self._elided(painter, line.adjusted(0, 0, -right, 0), self._title)
        line.translate(0, height)
        mark = 0.0
        if self._is_positive:
            word = self.tr("pair")
            mark = painter.fontMetrics().horizontalAdvance(word) + tokens.GLYPH_SIZE + tokens.SPACE_S
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, word)
            sign = QRectF(line.right() - mark + tokens.SPACE_XS, line.center().y() - 6, 12, 12)
            paint_glyph(painter, "tick", sign, colours.good)
        painter.setPen(QColor(colours.secondary))
        self._elided(painter, line.adjusted(0, 0, -mark, 0), self._detail)

    def _elided(self, painter: QPainter, line: QRectF, text: str) -> None:
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(line.width()))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)

    def _choose(self) -> None:
        if self.place >= 0 and not self._is_large:
            self.chosen.emit(self.place)


def _inside(room: QRectF, image: QImage) -> QRectF:
    """Return where an image lies in a room: whole, at its top, in the middle."""
    scale = min(room.width() / image.width(), room.height() / image.height())
    width, height = image.width() * scale, image.height() * scale
    return QRectF(room.center().x() - width / 2, room.top(), width, height)
