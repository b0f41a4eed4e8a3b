"""The timeline below a replay: tracks over time, the moment shown, a stretch that goes round, two cursors.

The tracks lie in a pixmap that is made again when the visible stretch changes or more is read; what moves is
painted over it.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from capture_app.gui import tokens
from capture_app.gui.replay.time_axis import TimeAxis, clock_text
from capture_app.gui.replay.timeline_legend import lane_name, lane_words
from capture_app.gui.replay.timeline_paint import IN_ROWS, TALL, Lane, LaneArea, TimelinePainter
from capture_app.gui.theme import sized_font
from capture_app.gui.tokens import Colours
from capture_app.session.replay import ReplaySource

_NOTCH: Final = 120.0  # of a wheel
_LOADED_STEP: Final = 0.05  # the tracks are painted again when so much more is read
_LOOP_ALPHA: Final = 40


class Timeline(QWidget):
    """Shows all tracks of one recording; says where a person wants to be."""

    seek_requested = Signal(object)  # host time, ns: more than 32 bits
    measured = Signal(object)  # (first, end) of the two cursors, ns, or None

    def __init__(self, source: ReplaySource, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("timeline")
        self.setAccessibleName(self.tr("Timeline"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._source, self._colours = source, colours
        self._painter = TimelinePainter(source, colours)
        self.axis = TimeAxis.whole(source.first_ns, source.end_ns)
        self._lanes = self._wanted_lanes()
        self._t_ns = source.first_ns
        self._loop: tuple[int, int] | None = None
        self.cursors: tuple[int, int] | None = None
        self._hover_x: float | None = None
        self._drag = ""  # seek, measure, pan
        self._drag_x = 0.0
        self._picture = QPixmap()
        self._drawn: tuple[object, ...] = ()
        self._limit_height()

    def sizeHint(self) -> QSize:
        """All tracks and the axis; in a low window the signals' tracks are lower."""
        return QSize(tokens.WINDOW_SIZE[0], self._whole_height(tokens.REPLAY_LANE_HEIGHT))

    def show_analysis(self) -> None:
        """Show other events, and a track for those that are compared with them."""
        lanes = self._wanted_lanes()
        if lanes != self._lanes:
            self._lanes = lanes
            self._limit_height()
        self.update()

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self._colours = self._painter.colours = colours
        self._drawn = ()
        self.update()

    def show_moment(self, t_ns: int, loop: tuple[int, int] | None, *, is_followed: bool) -> None:
        """Show where the replay is; `is_followed` turns over to it where it is not visible."""
        if is_followed:
            self.axis = self.axis.showing(t_ns)
        if (t_ns, loop) != (self._t_ns, self._loop) or self._is_outdated():
            self._t_ns, self._loop = t_ns, loop
            self.update()

    def set_axis(self, axis: TimeAxis) -> None:
        """Show another stretch."""
        if axis != self.axis:
            self.axis = axis
            self.update()

    def set_cursors(self, cursors: tuple[int, int] | None) -> None:
        """Put the two cursors of measuring, or take them away."""
        self.cursors = cursors
        self.measured.emit(None if cursors is None else tuple(sorted(cursors)))
        self.update()

    def plot(self) -> QRectF:
        """Return where the tracks lie."""
        width = self.width() - tokens.REPLAY_LABEL_WIDTH - tokens.SPACE_M
        return QRectF(tokens.REPLAY_LABEL_WIDTH, tokens.SPACE_XS, max(width, 1), self._lanes_height())

    def time_at(self, x: float) -> int:
        """Return the time at a place across, beyond the edges that of the edge."""
        plot = self.plot()
        return self.axis.at(min(max((x - plot.left()) / plot.width(), 0.0), 1.0))

    def words_at(self, place: QPointF) -> str:
        """Return what stands at a place, as rich text: what a track shows, and what is there at that time."""
        found = [
            each.lane
            for each in self._areas(self.plot())
            if each.area.top() <= place.y() < each.area.bottom()
        ]
        if not found:
            return self.tr("Click to go there; wheel zooms, Ctrl and wheel moves on; Shift and drag measures")
        is_in_plot = self.plot().left() <= place.x() <= self.plot().right()
        reach_ns = round(self.axis.span_ns / max(self.plot().width(), 1.0) * tokens.REPLAY_CURSOR_REACH)
        t_ns = self.time_at(place.x()) if is_in_plot else None
        return lane_words(found[0], self._source, self._colours, t_ns, reach_ns)

    def event(self, event: QEvent) -> bool:
        """Tell what stands under a pointer that rests."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.words_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Paint for the new size."""
        super().resizeEvent(event)
        self._drawn = ()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer, or move on with Ctrl or a wheel that goes sideways."""
        across, down = event.angleDelta().x() / _NOTCH, event.angleDelta().y() / _NOTCH
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier or abs(across) > abs(down):
            self.set_axis(self.axis.panned(-(across or down) / 10.0))
        else:
            plot = self.plot()
            share = min(max((event.position().x() - plot.left()) / plot.width(), 0.0), 1.0)
            self.set_axis(self.axis.zoomed(share, down))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go there, begin to measure, or take hold of the tracks."""
        x = event.position().x()
        self._drag_x = x
        if event.button() == Qt.MouseButton.MiddleButton:
            self._drag = "pan"
        elif event.button() == Qt.MouseButton.LeftButton:
            is_measured = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._drag = "measure" if is_measured else "seek"
            if is_measured:
                self.set_cursors((self.time_at(x), self.time_at(x)))
            else:
                self.seek_requested.emit(self.time_at(x))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with what the button began."""
        x = event.position().x()
        self._hover_x = x
        if self._drag == "seek":
            self.seek_requested.emit(self.time_at(x))
        elif self._drag == "measure" and self.cursors is not None:
            self.set_cursors((self.cursors[0], self.time_at(x)))
        elif self._drag == "pan":
            self.set_axis(self.axis.panned((self._drag_x - x) / self.plot().width()))
            self._drag_x = x
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        if self._drag == "measure" and abs(event.position().x() - self._drag_x) < 2.0:
            self.set_cursors(None)
        self._drag = ""

    def leaveEvent(self, event: QEvent) -> None:
        """Show no moment under the pointer."""
        self._hover_x = None
        self.update()
        super().leaveEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Copy the tracks, and paint over them what moves."""
        if self._is_outdated():
            self.redraw()
        painter = QPainter(self)
        painter.drawPixmap(QPointF(0, 0), self._picture)
        plot = self.plot()
        painter.setClipRect(plot.adjusted(-tokens.SPACE_XS, 0, tokens.SPACE_XS, tokens.REPLAY_AXIS_HEIGHT))
        if self._loop is not None:
            shade = QColor(self._colours.information)
            shade.setAlpha(_LOOP_ALPHA)
            left, right = (self._x(each) for each in self._loop)
            painter.fillRect(QRectF(left, plot.top(), right - left, plot.height()), shade)
        for cursor in self.cursors or ():
            painter.setPen(QPen(QColor(self._colours.attention), 1.0, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(self._x(cursor), plot.top()), QPointF(self._x(cursor), plot.bottom()))
        painter.setPen(QPen(QColor(self._colours.text), 2.0))
        painter.drawLine(
            QPointF(self._x(self._t_ns), plot.top()), QPointF(self._x(self._t_ns), plot.bottom())
        )
        if self._hover_x is not None and plot.left() <= self._hover_x <= plot.right():
            self._paint_hover(painter, plot, self._hover_x)

    def redraw(self) -> None:
        """Paint all tracks into the pixmap."""
        self._drawn = self._drawing_key()
        ratio = self.devicePixelRatioF()
        picture = QPixmap(max(round(self.width() * ratio), 1), max(round(self.height() * ratio), 1))
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(self._colours.surface))
        painter = QPainter(picture)
        painter.setFont(sized_font(self.font(), tokens.FONT_SECONDARY_PX))
        plot = self.plot()
        self._painter.paint_axis(painter, self.axis, plot, tokens.FONT_SECONDARY_PX)
        areas = self._areas(plot)
        self._painter.paint(painter, self.axis, areas)
        align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for each in areas:
            painter.setPen(QColor(self._colours.secondary))
            box = QRectF(0, each.area.top(), tokens.REPLAY_LABEL_WIDTH - tokens.SPACE_S, each.area.height())
            painter.drawText(box, align, lane_name(each.lane, has_screens=bool(self._source.tables.screens)))
        painter.end()
        self._picture = picture

    def _paint_hover(self, painter: QPainter, plot: QRectF, x: float) -> None:
        painter.setPen(QPen(QColor(self._colours.secondary), 1.0))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        painter.setFont(sized_font(self.font(), tokens.FONT_SECONDARY_PX))
        step_s = self.axis.span_ns * 1e-9 / max(plot.width(), 1.0)
        text = clock_text(self._source.seconds(self.time_at(x)), min(max(step_s, 0.0001), 1.0))
        box = QRectF(x + tokens.SPACE_XS, plot.top(), 90, tokens.FONT_SECONDARY_PX + 6)
        if box.right() > plot.right():
            box.moveRight(x - tokens.SPACE_XS)
        painter.fillRect(box, QColor(self._colours.raised))
        painter.setPen(QColor(self._colours.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _x(self, t_ns: int) -> float:
        plot = self.plot()
        return plot.left() + self.axis.share(t_ns) * plot.width()

    def _is_outdated(self) -> bool:
        return self._drawing_key() != self._drawn

    def _drawing_key(self) -> tuple[object, ...]:
        source = self._source
        progress = -1 if source.is_loaded else int(source.loaded_share / _LOADED_STEP)
        read = (id(source.events), id(source.other), source.waveform.loaded)
        return (self.axis, progress, read, self.size(), self.devicePixelRatioF(), self._colours.is_dark)

    def _areas(self, plot: QRectF) -> tuple[LaneArea, ...]:
        areas, top = [], plot.top()
        for lane in self._lanes:
            height = self._height(lane)
            areas.append(LaneArea(lane=lane, area=QRectF(plot.left(), top, plot.width(), height)))
            top += height
        return tuple(areas)

    def _limit_height(self) -> None:
        self.setMinimumHeight(self._whole_height(tokens.REPLAY_LANE_MINIMUM))
        self.setMaximumHeight(self.sizeHint().height())
        self.updateGeometry()

    def _lanes_height(self) -> float:
        return float(sum(self._height(lane) for lane in self._lanes))

    def _height(self, lane: Lane) -> int:
        """Return the height of a track, as the widget has room."""
        if lane not in TALL:
            return _low_height(lane)
        room = self.height() - self._whole_height(0)
        lowest, highest = tokens.REPLAY_LANE_MINIMUM, tokens.REPLAY_LANE_HEIGHT
        return min(max(room // len(TALL), lowest), highest)

    def _whole_height(self, tall: int) -> int:
        """Return the height of everything where a signal's track has `tall` px."""
        lanes = sum(tall if lane in TALL else _low_height(lane) for lane in self._lanes)
        return lanes + tokens.REPLAY_AXIS_HEIGHT + tokens.SPACE_S

    def _wanted_lanes(self) -> tuple[Lane, ...]:
        """Return the tracks this recording has anything for."""
        tables = self._source.tables
        kinds = {each.kind for each in tables.moments}
        left_out = set()
        if self._source.other is None:
            left_out.add(Lane.OTHER)
        if not tables.words:
            left_out.add(Lane.WORDS)
        if "drift" not in kinds:
            left_out.add(Lane.DRIFT)
        if not self._source.sound.stretches:
            left_out.add(Lane.SOUND)
        if not tables.screens and not tables.cases:
            left_out.add(Lane.SCREENS)
        return tuple(lane for lane in Lane if lane not in left_out)


def _low_height(lane: Lane) -> int:
    is_higher = lane in IN_ROWS or lane is Lane.SOUND
    return tokens.REPLAY_LOW_LANE_HEIGHT + (tokens.SPACE_XS if is_higher else 0)
