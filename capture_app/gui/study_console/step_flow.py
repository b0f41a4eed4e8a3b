"""The screens of a case in a line that wraps: those behind the reader ticked, the current one filled."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from capture_app.gui import tokens
from capture_app.gui.glyphs import paint_glyph
from capture_app.gui.theme import sized_font
from capture_app.gui.tokens import Colours


class StepFlow(QWidget):
    """Paints the steps; its height follows its width."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.colours = colours
        self._titles: tuple[str, ...] = ()
        self._current = -1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_steps(self, titles: tuple[str, ...], current: int) -> None:
        """Take the titles of the steps and the index of the current one; -1 where none is."""
        if (titles, current) != (self._titles, self._current):
            self._titles, self._current = titles, current
            self.setAccessibleName(", ".join(titles))
            self.updateGeometry()
            self.update()

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self.colours = colours
        self.update()

    def sizeHint(self) -> QSize:
        """Return the height that the present width asks for."""
        return QSize(tokens.QUALITY_MINIMUM_WIDTH, self._height(self.width()))

    def minimumSizeHint(self) -> QSize:
        """Be never lower than the lines."""
        return QSize(0, self._height(self.width()))

    def resizeEvent(self, _event: object) -> None:
        """Ask for another height where the lines break elsewhere."""
        self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the steps."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, (title, box) in enumerate(self._boxes(self.width())):
            is_current = index == self._current
            painter.setFont(self._font(is_current))
            if is_current:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(self.colours.primary))
                painter.drawRoundedRect(box, tokens.RADIUS, tokens.RADIUS)
                painter.setPen(QColor(self.colours.on_primary))
            else:
                painter.setPen(QColor(self.colours.secondary if index < self._current else self.colours.text))
            words = box
            if index < self._current:
                side = tokens.SPACE_M
                place = QRectF(box.left() + tokens.SPACE_XS, box.center().y() - side / 2, side, side)
                paint_glyph(painter, "tick", place, self.colours.good)
                words = box.adjusted(side + tokens.SPACE_XS, 0, 0, 0)
            elided = QFontMetricsF(painter.font()).elidedText(
                title, Qt.TextElideMode.ElideRight, max(words.width() - tokens.SPACE_XS, 0.0)
            )
            painter.drawText(words, Qt.AlignmentFlag.AlignCenter, elided)

    def _boxes(self, width: int) -> list[tuple[str, QRectF]]:
        height = tokens.STEP_HEIGHT
        corner = QPointF(0.0, 0.0)
        boxes = []
        for index, title in enumerate(self._titles):
            metrics = QFontMetricsF(self._font(index == self._current))
            wide = metrics.horizontalAdvance(title) + 2 * tokens.SPACE_S
            if index < self._current:
                wide += tokens.SPACE_M
            wide = min(wide, float(max(width, 1)))
            if corner.x() > 0 and corner.x() + wide > width:
                corner = QPointF(0.0, corner.y() + height + tokens.SPACE_XS)
            boxes.append((title, QRectF(corner.x(), corner.y(), wide, height)))
            corner = QPointF(corner.x() + wide, corner.y())
        return boxes

    def _height(self, width: int) -> int:
        boxes = self._boxes(width)
        return int(boxes[-1][1].bottom()) + 1 if boxes else 0

    def _font(self, is_current: bool) -> QFont:
        weight = QFont.Weight.DemiBold if is_current else QFont.Weight.Normal
        return sized_font(self.font(), tokens.FONT_SECONDARY_PX, weight)
