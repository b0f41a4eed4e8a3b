"""One measure of all readers with each other as a square of numbers on shades."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from capture_app.gui import tokens, words
from capture_app.gui.film.painting import png_of
from capture_app.gui.theme import interface_font, sized_font
from capture_app.gui.tokens import LIGHT, Colours, contrast_ratio
from capture_app.session.compare import MeasureTable

_CELL_WIDTH = 76
_CELL_HEIGHT = 40
_SAVED_SCALE = 2  # px of the saved picture per px of a window: for print


class MatrixPicture(QWidget):
    """Paints the matrix; a click chooses a pair."""

    pair_chosen = Signal(int, int)  # row, column

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("matrix_picture")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._colours = colours
        self._labels: tuple[str, ...] = ()
        self._table: MeasureTable | None = None
        self._pair = (0, 1)

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self._colours = colours
        self.update()

    def show_table(self, labels: tuple[str, ...], table: MeasureTable | None, pair: tuple[int, int]) -> None:
        """Take a measure, and the pair that is chosen."""
        self._labels, self._table, self._pair = labels, table, pair
        self.setAccessibleName("" if table is None else table.title)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As high as it is wide cells need."""
        rows = len(self._labels) + 1 if self._table is not None else 0
        return QSize(tokens.REPLAY_SIDE_WIDTH, rows * (_CELL_HEIGHT if rows < 7 else tokens.MINIMUM_TARGET))

    def minimumSizeHint(self) -> QSize:
        """As high as it is wide cells need."""
        return QSize(tokens.MINIMUM_TARGET, self.sizeHint().height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the pair of a click."""
        count = len(self._labels)
        if self._table is None:
            return
        column = int(event.position().x() / (self.width() / (count + 1))) - 1
        row = int(event.position().y() / (self.height() / (count + 1))) - 1
        if 0 <= row < count and 0 <= column < count and row != column:
            self.pair_chosen.emit(row, column)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the matrix."""
        if self._table is not None:
            area = QRectF(0.0, 0.0, float(self.width()), float(self.height()))
            paint_matrix(QPainter(self), area, self._labels, self._table, self._colours, self._pair)


def matrix_png(labels: tuple[str, ...], table: MeasureTable) -> bytes:
    """Return the picture of a measure as a PNG file on white, with its name and meaning."""
    count = len(labels) + 1
    width = max(count * _CELL_WIDTH, 460) + 2 * tokens.SPACE_L
    head = 2 * tokens.SPACE_XXL
    height = count * _CELL_HEIGHT + head + tokens.SPACE_L
    image = QImage(width * _SAVED_SCALE, height * _SAVED_SCALE, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.scale(_SAVED_SCALE, _SAVED_SCALE)
    painter.setFont(sized_font(interface_font(), tokens.FONT_SECTION_PX))
    painter.setPen(QColor(LIGHT.text))
    room = QRectF(tokens.SPACE_L, tokens.SPACE_S, width - 2 * tokens.SPACE_L, tokens.SPACE_XL)
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, table.title)
    painter.setFont(sized_font(interface_font(), tokens.FONT_SECONDARY_PX))
    painter.drawText(room.translated(0.0, tokens.SPACE_XL), Qt.AlignmentFlag.AlignVCenter, table.meaning)
    area = QRectF(tokens.SPACE_L, head, width - 2 * tokens.SPACE_L, count * _CELL_HEIGHT)
    painter.setFont(interface_font())
    paint_matrix(painter, area, labels, table, LIGHT, None)
    painter.end()
    return png_of(image)


def paint_matrix(
    painter: QPainter,
    area: QRectF,
    labels: tuple[str, ...],
    table: MeasureTable,
    colours: Colours,
    pair: tuple[int, int] | None,
) -> None:
    """Paint labels, shades and numbers into an area; the shade is darker the more alike two readers are."""
    count = len(labels) + 1
    width, height = area.width() / count, area.height() / count
    painter.setFont(sized_font(painter.font(), tokens.FONT_SECONDARY_PX))
    for number, text in enumerate(labels):
        painter.setPen(QColor(colours.secondary))
        across = QRectF(area.x() + (number + 1) * width, area.y(), width, height)
        down = QRectF(area.x(), area.y() + (number + 1) * height, width - tokens.SPACE_XS, height)
        for room, flags in (
            (across, Qt.AlignmentFlag.AlignCenter),
            (down, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight),
        ):
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
            painter.drawText(room, flags, shown)
    for row in range(count - 1):
        for column in range(count - 1):
            value = float(table.values[row, column])
            cell = QRectF(area.x() + (column + 1) * width, area.y() + (row + 1) * height, width, height)
            ground = _shade(value, table, colours)
            painter.fillRect(cell.adjusted(1.0, 1.0, -1.0, -1.0), ground)
            ink = max((colours.text, colours.window), key=lambda each: contrast_ratio(each, ground.name()))
            painter.setPen(QColor(ink))
            painter.drawText(
                cell, Qt.AlignmentFlag.AlignCenter, f"{value:.2f}" if math.isfinite(value) else words.UNKNOWN
            )
    if pair is not None and max(pair) < count - 1:
        corner = QPointF(area.x() + (pair[1] + 1) * width, area.y() + (pair[0] + 1) * height)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours.focus), tokens.FOCUS_RING))
        painter.drawRect(QRectF(corner.x() + 1, corner.y() + 1, width - 2, height - 2))


def _shade(value: float, table: MeasureTable, colours: Colours) -> QColor:
    if not math.isfinite(value):
        return QColor(colours.raised)
    share = min(max((value - table.low) / (table.high - table.low or 1.0), 0.0), 1.0)
    low, high = QColor(colours.raised), QColor(colours.primary)
    return QColor.fromRgbF(
        low.redF() + (high.redF() - low.redF()) * share,
        low.greenF() + (high.greenF() - low.greenF()) * share,
        low.blueF() + (high.blueF() - low.blueF()) * share,
    )
