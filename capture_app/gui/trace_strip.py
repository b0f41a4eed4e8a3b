"""The strip at the bottom: gaze, pupils, validity and events of the last 30 s. A click marks that moment."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from capture_app.gui import tokens
from capture_app.gui.charts import Floats, polyline, value_range
from capture_app.gui.theme import sized_font
from capture_app.gui.tokens import Colours
from capture_app.session.states import SignalTrace

SHOWN_S = 30.0
_TICK_S = 5
_GAZE_SHARE = 0.58  # of the height above the axis
_AXIS_HEIGHT = 16
_VALID_HEIGHT = 6
_LABEL_GAP = 3  # between the line of an event and its words


class TraceStrip(QWidget):
    """Paints the last trace from a pixmap that is made again only when a new trace comes."""

    mark_requested = Signal(float)  # seconds before now

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trace_strip")
        self.setAccessibleName(self.tr("Signals of the last 30 seconds"))
        self.setToolTip(self.tr("Click to mark a moment"))
        self.setMinimumHeight(tokens.TRACE_MINIMUM_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._colours = colours
        self._trace: SignalTrace | None = None
        self._picture = QPixmap()
        self._hover_x: float | None = None

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self._colours = colours
        self._draw()

    def set_trace(self, trace: SignalTrace | None) -> None:
        """Take the newest trace; the same one again costs nothing."""
        if trace is not self._trace:
            self._trace = trace
            self._draw()

    def sizeHint(self) -> QSize:
        """Prefer the height of the design."""
        return QSize(tokens.WINDOW_SIZE[0], tokens.TRACE_HEIGHT)

    def seconds_before_now(self, x: float) -> float | None:
        """Return the moment at a place of the strip, None beside the plot."""
        plot = self._plot()
        if not plot.left() <= x <= plot.right():
            return None
        return (plot.right() - x) / plot.width() * SHOWN_S

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw for the new size."""
        super().resizeEvent(event)
        self._draw()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Mark the moment that was clicked."""
        moment = self.seconds_before_now(event.position().x())
        if event.button() == Qt.MouseButton.LeftButton and moment is not None and self._trace is not None:
            self.mark_requested.emit(moment)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show which moment a click would mark."""
        self._hover_x = event.position().x()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Show no moment."""
        self._hover_x = None
        self.update()
        super().leaveEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Copy the picture, and the moment under the pointer over it."""
        painter = QPainter(self)
        painter.drawPixmap(QPointF(0, 0), self._picture)
        moment = None if self._hover_x is None else self.seconds_before_now(self._hover_x)
        if moment is None or self._hover_x is None or self._trace is None:
            return
        plot = self._plot()
        painter.setPen(QPen(QColor(self._colours.text), 1.0))
        painter.drawLine(QPointF(self._hover_x, plot.top()), QPointF(self._hover_x, plot.bottom()))
        painter.setFont(sized_font(self.font(), tokens.FONT_SECONDARY_PX))
        box = QRectF(self._hover_x - 70, plot.top(), 64, 16)
        if box.left() < plot.left():
            box.moveLeft(self._hover_x + 6)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"\u2212{moment:.1f} s")

    def _plot(self) -> QRectF:
        left = tokens.TRACE_LABEL_WIDTH
        height = self.height() - tokens.SPACE_S - _AXIS_HEIGHT
        return QRectF(left, tokens.SPACE_S, max(self.width() - left - tokens.SPACE_M, 1), max(height, 1))

    def _draw(self) -> None:
        ratio = self.devicePixelRatioF()
        size = QSize(max(round(self.width() * ratio), 1), max(round(self.height() * ratio), 1))
        picture = QPixmap(size)
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(self._colours.surface))
        painter = QPainter(picture)
        painter.setFont(sized_font(self.font(), tokens.FONT_SECONDARY_PX))
        plot = self._plot()
        gaze = QRectF(plot.left(), plot.top(), plot.width(), plot.height() * _GAZE_SHARE)
        valid = QRectF(plot.left(), plot.bottom() - _VALID_HEIGHT, plot.width(), _VALID_HEIGHT)
        pupil = QRectF(plot.left(), gaze.bottom() + 4, plot.width(), valid.top() - gaze.bottom() - 8)
        self._draw_grid(painter, plot, (gaze, pupil, valid))
        if self._trace is not None and len(self._trace.t_s) > 1:
            self._draw_signals(painter, self._trace, gaze, pupil, valid)
            self._draw_events(painter, self._trace, plot)
        painter.end()
        self._picture = picture
        self.update()

    def _draw_grid(self, painter: QPainter, plot: QRectF, lanes: tuple[QRectF, QRectF, QRectF]) -> None:
        line, secondary = QColor(self._colours.line), QColor(self._colours.secondary)
        for seconds in range(0, int(SHOWN_S) + 1, _TICK_S):
            x = round(plot.right() - seconds / SHOWN_S * plot.width()) - 0.5
            painter.setPen(line)
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
            painter.setPen(secondary)
            text = self.tr("now") if seconds == 0 else f"\u2212{seconds} s"
            box = QRectF(x - 30, plot.bottom() + 1, 60, _AXIS_HEIGHT - 1)
            if box.right() > self.width():
                box.moveRight(self.width() - 4)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        painter.setPen(line)
        painter.drawLine(
            QPointF(plot.left(), lanes[0].bottom() + 2), QPointF(plot.right(), lanes[0].bottom() + 2)
        )
        self._draw_names(painter, lanes)

    def _draw_names(self, painter: QPainter, lanes: tuple[QRectF, QRectF, QRectF]) -> None:
        colours = self._colours
        gaze, pupil, valid = lanes
        names = (
            (QRectF(0, gaze.top(), 0, gaze.height() / 2), self.tr("gaze x"), colours.trace_x),
            (QRectF(0, gaze.center().y(), 0, gaze.height() / 2), self.tr("gaze y"), colours.trace_y),
            (pupil, self.tr("pupils"), colours.secondary),
            (QRectF(0, valid.top() - 5, 0, _VALID_HEIGHT + 10), self.tr("valid"), colours.secondary),
        )
        align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for lane, name, colour in names:
            painter.setPen(QColor(colour))
            box = QRectF(0, lane.top(), tokens.TRACE_LABEL_WIDTH - tokens.SPACE_S, lane.height())
            painter.drawText(box, align, name)

    def _draw_signals(
        self, painter: QPainter, trace: SignalTrace, gaze: QRectF, pupil: QRectF, valid: QRectF
    ) -> None:
        colours = self._colours
        x = gaze.right() + trace.t_s / SHOWN_S * gaze.width()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(QRectF(gaze.left(), gaze.top(), gaze.width(), valid.bottom() - gaze.top()))
        span = value_range(trace.left_pupil, trace.right_pupil) or (0.0, 1.0)
        for signal, limits, lane, colour in (
            (trace.x_norm, (0.0, 1.0), gaze, colours.trace_x),
            (trace.y_norm, (1.0, 0.0), gaze, colours.trace_y),  # up on the screen is up in the strip
            (trace.left_pupil, span, pupil, colours.left),
            (trace.right_pupil, span, pupil, colours.right),
        ):
            painter.setPen(QPen(QColor(colour), 1.0))
            painter.drawPath(polyline(x, _lane_y(signal, limits, lane)))
        for start, end in _runs(trace.valid != 0):
            width = max(x[min(end, len(x) - 1)] - x[start], 1.0)
            painter.fillRect(QRectF(x[start], valid.top(), width, valid.height()), QColor(colours.good))
        painter.restore()

    def _draw_events(self, painter: QPainter, trace: SignalTrace, plot: QRectF) -> None:
        painter.setPen(QPen(QColor(self._colours.information), 1.0))
        free_to = plot.right()  # words of newer events begin here
        for before_now_s, kind in sorted(trace.events, key=lambda event: abs(event[0])):
            x = plot.right() - abs(before_now_s) / SHOWN_S * plot.width()
            if x < plot.left():
                continue
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
            words = kind.replace("_", " ")
            left = label_left(x, painter.fontMetrics().horizontalAdvance(words), plot.left(), free_to)
            if left is not None:
                painter.drawText(QPointF(left, plot.top() + 10), words)
                free_to = min(left, x)


def label_left(x: float, width: float, low: float, high: float) -> float | None:
    """Return where the words of an event begin: right of its line, else left of it; None without room.

    Parameters
    ----------
    x
        Of the event's line.
    width
        Of its words.
    low, high
        Where words may begin and have to end.
    """
    if x + _LABEL_GAP + width <= high:
        return x + _LABEL_GAP
    if x - _LABEL_GAP <= high and x - _LABEL_GAP - width >= low:
        return x - _LABEL_GAP - width
    return None


def _lane_y(signal: Floats, limits: tuple[float, float], lane: QRectF) -> Floats:
    """Return the height of values in a lane; values beyond the limits lie beyond it and are clipped."""
    return np.asarray(lane.bottom() - (signal - limits[0]) / (limits[1] - limits[0]) * lane.height())


def _runs(flags: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[tuple[int, int]]:
    """Return begin and end (exclusive) of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]
