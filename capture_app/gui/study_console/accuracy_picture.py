"""The accuracy map painted: offsets over the screen as arrows, and the same error over the session's time."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from capture_app.gui import tokens
from capture_app.gui.theme import sized_font
from capture_app.gui.tokens import DARK, OVERLAY, Colours
from capture_app.session.accuracy_layout import DEG_SHARE, AccuracyLayout, AccuracyMark

_LEVELS = ("good", "attention", "bad")


def mark_colour(mark: AccuracyMark, colours: Colours) -> QColor:
    """Return the colour of a mark on the dark stage, faded by its age."""
    names = {"good": colours.good, "attention": colours.attention, "bad": colours.recording}
    colour = QColor(names[mark.level])
    colour.setAlphaF(mark.strength)
    return colour


def paint_mark(painter: QPainter, mark: AccuracyMark, place: QPointF, colour: QColor) -> None:
    """Paint the sign of a mark: a disc is good, a triangle warns, a square is beyond the limit."""
    radius = tokens.ACCURACY_MARK_RADII[_LEVELS.index(mark.level)]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    if mark.level == "good":
        painter.drawEllipse(place, radius, radius)
    elif mark.level == "attention":
        corners = [QPointF(0, -radius), QPointF(radius, radius * 0.8), QPointF(-radius, radius * 0.8)]
        painter.drawPolygon(QPolygonF([place + corner for corner in corners]))
    else:
        painter.drawRect(QRectF(place.x() - radius, place.y() - radius, 2 * radius, 2 * radius))


class AccuracyPicture(QWidget):
    """The reader's screen in small with everything that was measured on it."""

    def __init__(self, colours: Colours, aspect: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(*tokens.CALIBRATION_PICTURE_MINIMUM)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Accuracy map"))
        self._colours = colours
        self._aspect = aspect if math.isfinite(aspect) and aspect > 0 else 16 / 9
        self._layout: AccuracyLayout | None = None

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self._colours = colours
        self.update()

    def show_layout(self, layout: AccuracyLayout) -> None:
        """Take a layout."""
        self._layout = layout
        self.setAccessibleDescription(layout.summary)
        self.update()

    def mark_at(self, position: QPointF) -> AccuracyMark | None:
        """Return the newest mark at a place of this widget."""
        if self._layout is None:
            return None
        reach = tokens.MINIMUM_TARGET / 2
        for mark in reversed(self._layout.marks):
            away = self._end(mark) - position
            if math.hypot(away.x(), away.y()) <= reach:
                return mark
        return None

    def event(self, event: object) -> bool:
        """Say in a tooltip what a mark is."""
        if isinstance(event, QHelpEvent):
            mark = self.mark_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), mark.text if mark is not None else "", self)
            return True
        return bool(super().event(event))  # type: ignore[arg-type]  # a QEvent

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the screen, the marks oldest first, the next targets and the scale."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self._area()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._colours.stage))
        painter.drawRoundedRect(area, tokens.RADIUS, tokens.RADIUS)
        painter.setClipRect(area)
        painter.setFont(sized_font(self.font(), tokens.FONT_SECONDARY_PX))
        if self._layout is None or not self._layout.marks:
            painter.setPen(QColor(OVERLAY.message))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self.tr("Nothing was measured yet"))
        if self._layout is None:
            return
        for number, target in enumerate(self._layout.next_targets, start=1):
            self._paint_next(painter, number, self._place(target.x_norm, target.y_norm))
        for mark in self._layout.marks:
            self._paint_arrow(painter, mark)
        for mark in self._layout.marks:
            if mark.is_newest_here:
                self._paint_number(painter, mark)
        self._paint_scale(painter, area)

    def _paint_arrow(self, painter: QPainter, mark: AccuracyMark) -> None:
        start, end = self._place(mark.x_norm, mark.y_norm), self._end(mark)
        colour = mark_colour(mark, DARK)  # the stage is dark in both themes
        arm = tokens.SPACE_XS
        faint = QColor(OVERLAY.fixation)
        faint.setAlphaF(mark.strength)
        painter.setPen(QPen(faint, tokens.HAIRLINE))
        painter.drawLine(start + QPointF(-arm, 0), start + QPointF(arm, 0))
        painter.drawLine(start + QPointF(0, -arm), start + QPointF(0, arm))
        painter.setPen(QPen(colour, tokens.FOCUS_RING))
        painter.drawLine(start, end)
        ring = mark.ring_share * self._area().height()
        if mark.is_newest_here and ring > 0:
            painter.setPen(QPen(colour, tokens.HAIRLINE, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(end, ring, ring)
        paint_mark(painter, mark, end, colour)

    def _paint_number(self, painter: QPainter, mark: AccuracyMark) -> None:
        room = QRectF(0, 0, 2 * tokens.SPACE_XXL, tokens.SPACE_L)
        below = tokens.SPACE_M + max(0.0, mark.down_share) * self._area().height()
        room.moveCenter(self._place(mark.x_norm, mark.y_norm) + QPointF(0, below + tokens.SPACE_S))
        painter.setPen(QColor(OVERLAY.fixation))
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, f"{mark.offset_deg:.1f} deg")

    def _paint_next(self, painter: QPainter, number: int, place: QPointF) -> None:
        radius = tokens.ACCURACY_TARGET_RADIUS
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(OVERLAY.left), tokens.FOCUS_RING, Qt.PenStyle.DashLine))
        painter.drawEllipse(place, radius, radius)
        box = QRectF(place.x() - radius, place.y() - radius, 2 * radius, 2 * radius)
        painter.setPen(QColor(OVERLAY.left))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(number))

    def _paint_scale(self, painter: QPainter, area: QRectF) -> None:
        length = DEG_SHARE * area.height()
        corner = area.bottomLeft() + QPointF(tokens.SPACE_L, -tokens.SPACE_M)
        painter.setPen(QPen(QColor(OVERLAY.message), tokens.FOCUS_RING))
        painter.drawLine(corner, corner + QPointF(length, 0))
        box = QRectF(
            corner.x() + length + tokens.SPACE_S,
            corner.y() - tokens.SPACE_S,
            2 * tokens.SPACE_XXL,
            tokens.SPACE_L,
        )
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self.tr("1 deg"))

    def _area(self) -> QRectF:
        width, height = float(self.width()), float(self.height())
        wide = min(width, height * self._aspect)
        high = wide / self._aspect
        return QRectF((width - wide) / 2, (height - high) / 2, wide, high)

    def _place(self, x_norm: float, y_norm: float) -> QPointF:
        area = self._area()
        return QPointF(area.left() + x_norm * area.width(), area.top() + y_norm * area.height())

    def _end(self, mark: AccuracyMark) -> QPointF:
        height = self._area().height()
        return self._place(mark.x_norm, mark.y_norm) + QPointF(
            mark.right_share * height, mark.down_share * height
        )


class AccuracyStrip(QWidget):
    """The error over the session's time, with the aim and the limit as lines."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(tokens.ACCURACY_STRIP_HEIGHT)
        self.setAccessibleName(self.tr("Error over time"))
        self._colours = colours
        self._layout: AccuracyLayout | None = None

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self._colours = colours
        self.update()

    def show_layout(self, layout: AccuracyLayout) -> None:
        """Take a layout."""
        self._layout = layout
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint axes, limits and marks."""
        layout = self._layout
        if layout is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(sized_font(self.font(), tokens.FONT_SECONDARY_PX))
        plot = QRectF(self.rect()).adjusted(
            tokens.TRACE_LABEL_WIDTH, tokens.SPACE_S, -tokens.TRACE_LABEL_WIDTH, -tokens.SPACE_XL
        )
        painter.setPen(QPen(QColor(self._colours.line), tokens.HAIRLINE))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        for limit_deg, name in ((layout.aim_deg, self.tr("aim")), (layout.limit_deg, self.tr("limit"))):
            self._paint_limit(painter, plot, limit_deg, name)
        self._paint_axis(painter, plot, layout)
        for mark in layout.marks:
            x = plot.left() + mark.minutes / layout.minutes * plot.width()
            y = plot.bottom() - min(mark.offset_deg / layout.axis_deg, 1.0) * plot.height()
            paint_mark(painter, mark, QPointF(x, y), mark_colour(mark, self._colours))

    def _paint_limit(self, painter: QPainter, plot: QRectF, limit_deg: float, name: str) -> None:
        layout = self._layout
        if layout is None or limit_deg > layout.axis_deg:
            return
        y = plot.bottom() - limit_deg / layout.axis_deg * plot.height()
        painter.setPen(QPen(QColor(self._colours.control_line), tokens.HAIRLINE, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        painter.setPen(QColor(self._colours.secondary))
        box = QRectF(
            plot.right() + tokens.SPACE_S, y - tokens.SPACE_S, tokens.TRACE_LABEL_WIDTH, tokens.SPACE_L
        )
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, name)
        box = QRectF(0, y - tokens.SPACE_S, plot.left() - tokens.SPACE_S, tokens.SPACE_L)
        painter.drawText(
            box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, f"{limit_deg:g} deg"
        )

    def _paint_axis(self, painter: QPainter, plot: QRectF, layout: AccuracyLayout) -> None:
        painter.setPen(QColor(self._colours.secondary))
        row = QRectF(plot.left(), plot.bottom() + tokens.SPACE_XS, plot.width(), tokens.SPACE_L)
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft, self.tr("begin"))
        end = self.tr("{0} min").format(f"{layout.minutes:.0f}")
        painter.drawText(row, Qt.AlignmentFlag.AlignRight, end)
