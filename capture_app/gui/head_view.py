"""The head in front of the tracker: the eyes in their box, the distance on its scale, what to ask for."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from capture_app.gui import tokens, words
from capture_app.gui.charts import EyeBox
from capture_app.gui.labels import label
from capture_app.gui.sentence_line import SentenceLine
from capture_app.gui.tokens import Colours
from capture_app.gui.top_bar import level_colour
from capture_app.session.tracker_states import HeadPosition

_MARGIN_SHARE: Final = 2.0  # the scale reaches so many widths of the good range to either side


class DistanceBar(QWidget):
    """Distance on a scale whose good range is marked; the number stands beside the mark."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(tokens.DISTANCE_BAR_HEIGHT)
        self.colours = colours
        self._head = HeadPosition()

    def set_head(self, head: HeadPosition) -> None:
        """Take the newest distance."""
        if head != self._head:
            self._head = head
            self.setAccessibleName(self.tr("Distance {0}").format(words.distance(head.distance_mm)))
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the scale, its good range and the mark."""
        near_mm, far_mm = self._head.near_mm, self._head.far_mm
        if not far_mm > near_mm:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        span_mm = far_mm - near_mm
        first_mm, last_mm = near_mm - _MARGIN_SHARE * span_mm, far_mm + _MARGIN_SHARE * span_mm
        edge = float(tokens.SPACE_XL)

        def x_of(distance_mm: float) -> float:
            share = (min(max(distance_mm, first_mm), last_mm) - first_mm) / (last_mm - first_mm)
            return edge + share * (self.width() - 2 * edge)

        thickness = tokens.SPACE_XS
        line_y = self.height() - tokens.SPACE_S - thickness
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.colours.control_line))
        rail = QRectF(edge, line_y, self.width() - 2 * edge, thickness)
        painter.drawRoundedRect(rail, thickness / 2, thickness / 2)
        painter.setBrush(QColor(self.colours.good))
        good = QRectF(x_of(near_mm), line_y, x_of(far_mm) - x_of(near_mm), thickness)
        painter.drawRoundedRect(good, thickness / 2, thickness / 2)
        if math.isfinite(self._head.distance_mm):
            self._paint_mark(painter, x_of(self._head.distance_mm), line_y + thickness / 2)

    def _paint_mark(self, painter: QPainter, x: float, y: float) -> None:
        is_good = self._head.near_mm <= self._head.distance_mm <= self._head.far_mm
        colour = level_colour(self.colours, "good" if is_good else "attention")
        painter.setPen(QPen(QColor(self.colours.surface), tokens.FOCUS_RING))
        painter.setBrush(QColor(colour))
        painter.drawEllipse(QPointF(x, y), tokens.SPACE_S - 1, tokens.SPACE_S - 1)
        font = painter.font()
        font.setPixelSize(tokens.FONT_BODY_PX)
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(self.colours.text))
        half = tokens.SPACE_XXL
        place = QRectF(x - half, 0, 2 * half, y - tokens.SPACE_S)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words.distance(self._head.distance_mm))


class HeadView(QWidget):
    """Everything about the head."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = EyeBox(colours, self, tokens.HEAD_BOX_HEIGHT)
        self._bar = DistanceBar(colours, self)
        self._range = label("", "secondary", self)
        self.sentence = SentenceLine(colours, self)
        self._none = label(self.tr("Connect a tracker to see where the head is."), "secondary", self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_S)
        heading = label(self.tr("Head position"), "section", self)
        heading.setMinimumHeight(tokens.CONTROL_HEIGHT)
        column.addWidget(heading)
        column.addWidget(self.sentence)
        column.addWidget(self._none)
        column.addWidget(self._box)
        column.addWidget(self._bar)
        column.addWidget(self._range)
        column.addStretch(1)

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self._box.colours = self._bar.colours = colours
        self.sentence.set_colours(colours)
        self._box.update()
        self._bar.update()

    def render_head(self, head: HeadPosition | None) -> None:
        """Show where the head is; None while nobody can tell."""
        shown = head if head is not None else HeadPosition()
        self._box.set_eyes(
            shown.left, shown.right, left_ok=shown.left is not None, right_ok=shown.right is not None
        )
        self._bar.set_head(shown)
        self._bar.setVisible(math.isfinite(shown.distance_mm))
        self._range.setVisible(math.isfinite(shown.distance_mm))
        span = self.tr("Eyes to screen; good is {0} to {1}").format(
            words.number(shown.near_mm / 10.0, 0, ""), words.distance(shown.far_mm)
        )
        if self._range.text() != span:
            self._range.setText(span)
        self.sentence.say(shown.level, shown.sentence)
        self._none.setVisible(head is None)
