"""The tracks of the timeline, painted from the columns and tables of a replay; every cost is by pixel.

An hour has four million samples and ten thousands of events: what shares a pixel column is painted once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from capture_app.gui import tokens
from capture_app.gui.charts import polyline
from capture_app.gui.replay.time_axis import TimeAxis, clock_text
from capture_app.gui.replay.timeline_shapes import bars, outline, paint_columns, paint_losses, paint_sound
from capture_app.gui.tokens import Colours
from capture_app.session.replay import ReplaySource
from gaze_core.rows import EventKind

_TICK_LEAST_PX: Final = 76.0
_LEAST_SPEED: Final = 60.0  # deg/s: top of the lane at least
_SPAN_ALPHA: Final = 70

Times: TypeAlias = npt.NDArray[np.int64]


class Lane(str, Enum):
    """The tracks from top to bottom."""

    X = "x"
    Y = "y"
    SPEED = "speed"
    PUPIL = "pupil"
    LOST = "lost"
    LOSSES = "losses"
    EVENTS = "events"
    OTHER = "other"  # fixations of a layer that is compared with
    VIEWPORT = "viewport"
    SCREENS = "screens"
    ANSWERS = "answers"
    WORDS = "words"
    SOUND = "sound"
    DRIFT = "drift"


TALL: Final = (Lane.X, Lane.Y, Lane.SPEED, Lane.PUPIL)
IN_ROWS: Final = (Lane.EVENTS, Lane.LOSSES)
"""Tracks that hold several rows of bars."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneArea:
    """Where a track lies in the timeline, logical px."""

    lane: Lane
    area: QRectF


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSpans:
    """Stretches of time that do not overlap, in order, with what they are called."""

    begins: Times  # host ns
    ends: Times
    names: tuple[str, ...]

    @classmethod
    def of(cls, spans: list[tuple[int, int, str]]) -> NamedSpans:
        """Return the spans in order of time; one that begins before the last has ended ends that."""
        ordered = sorted(spans)
        begins = np.array([each[0] for each in ordered], np.int64)
        ends = np.array([each[1] for each in ordered], np.int64)
        ends[:-1] = np.minimum(ends[:-1], begins[1:])
        return cls(begins=begins, ends=ends, names=tuple(each[2] for each in ordered))


class TimelinePainter:
    """Paints the tracks of one recording. Ranges of speed and pupil are found once everything is read."""

    def __init__(self, source: ReplaySource, colours: Colours) -> None:
        self.colours = colours
        self._source = source
        self._moments: dict[str, Times] = {}
        for name, kinds in (
            ("viewport", ("viewport",)),
            ("answer", ("event", "marker", "answer")),
            ("drift", ("drift",)),
        ):
            times = [each.t_ns for each in source.tables.moments if each.kind in kinds]
            self._moments[name] = np.array(times, np.int64)
        tables = source.tables
        shown = [
            (each.first_ns, each.end_ns, each.name.replace("-", " "), each.kind) for each in tables.screens
        ]
        if not shown:
            shown = [(each.first_ns, each.end_ns, each.case_id, "image") for each in tables.cases]
        self._images = NamedSpans.of([each[:3] for each in shown if each[3] == "image"])
        self._asked = NamedSpans.of([each[:3] for each in shown if each[3] != "image"])
        self._words = NamedSpans.of([(each.first_ns, each.end_ns, each.text) for each in tables.words])
        self._ranges: dict[str, tuple[float, float]] = {}
        self._events_of: object = None
        self._spans: dict[int, tuple[Times, Times]] = {}

    def paint(self, painter: QPainter, axis: TimeAxis, lanes: tuple[LaneArea, ...]) -> None:
        """Paint all tracks."""
        self._take_events()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for each in lanes:
            area = each.area
            painter.setPen(QColor(self.colours.line))
            painter.drawLine(area.bottomLeft() + QPointF(0, 0.5), area.bottomRight() + QPointF(0, 0.5))
            painter.save()
            painter.setClipRect(area)
            self._paint_lane(painter, axis, each.lane, area)
            painter.restore()

    def paint_axis(self, painter: QPainter, axis: TimeAxis, plot: QRectF, font_height: float) -> None:
        """Paint the times below, and their lines through all tracks."""
        step_s, ticks = axis.ticks(plot.width(), _TICK_LEAST_PX)
        for seconds in ticks:
            x = plot.left() + axis.share(axis.first_ns + seconds * 1e9) * plot.width()
            painter.setPen(QColor(self.colours.line))
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
            painter.setPen(QColor(self.colours.secondary))
            box = QRectF(x - 40, plot.bottom() + 1, 80, font_height + 4)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, clock_text(seconds, step_s))

    def _paint_lane(self, painter: QPainter, axis: TimeAxis, lane: Lane, area: QRectF) -> None:
        c = self.colours
        if lane is Lane.X:
            self._curve(painter, axis, area, "x", (0.0, 1.0), c.trace_x)
        elif lane is Lane.Y:
            self._curve(painter, axis, area, "y", (1.0, 0.0), c.trace_y)  # up on the screen is up here
        elif lane is Lane.SPEED:
            self._curve(painter, axis, area, "speed", self._range("speed"), c.text)
        elif lane is Lane.PUPIL:
            limits = self._range("left_pupil", "right_pupil")
            self._curve(painter, axis, area, "left_pupil", limits, c.left)
            self._curve(painter, axis, area, "right_pupil", limits, c.right)
        elif lane is Lane.LOST:
            self._lost(painter, axis, area)
        elif lane is Lane.LOSSES:
            paint_losses(painter, axis, area, self._source.columns.losses, c)
        elif lane is Lane.EVENTS:
            self._events(painter, axis, area)
        elif lane is Lane.OTHER:
            self._other(painter, axis, area)
        elif lane is Lane.SOUND:
            paint_sound(painter, axis, area, self._source.waveform, c)
        elif lane is Lane.SCREENS:
            self._screens(painter, axis, area)
        elif lane is Lane.WORDS:
            self._named(painter, axis, area, self._words, c.trace_y)
        else:
            name, colour = {
                Lane.VIEWPORT: ("viewport", c.information),
                Lane.ANSWERS: ("answer", c.text),
                Lane.DRIFT: ("drift", c.attention),
            }[lane]
            self._marks(painter, axis, area, self._moments[name], colour)

    def _curve(
        self,
        painter: QPainter,
        axis: TimeAxis,
        area: QRectF,
        name: str,
        limits: tuple[float, float],
        colour: str,
    ) -> None:
        width = max(int(area.width()), 1)
        curve = self._source.columns.curve(name, axis.left_ns, axis.right_ns, width)
        if not len(curve.low):
            return
        x = area.left() + (curve.t_ns - axis.left_ns) / axis.span_ns * area.width()
        low, high = (
            area.bottom() - 1 - (each - limits[0]) / (limits[1] - limits[0]) * (area.height() - 2)
            for each in (curve.low.astype(np.float64), curve.high.astype(np.float64))
        )
        painter.setPen(QPen(QColor(colour), 1.0))
        painter.drawPath(polyline(*outline(curve, x, low, high)))
        if curve.is_points and len(x) < width / 6:
            painter.setPen(QPen(QColor(colour), 3.0))
            seen = np.isfinite(low)
            painter.drawPoints(
                [QPointF(*place) for place in zip(x[seen].tolist(), low[seen].tolist(), strict=True)]
            )

    def _lost(self, painter: QPainter, axis: TimeAxis, area: QRectF) -> None:
        """Bars of the share of samples without gaze; a stall, where no samples came, is filled grey."""
        width = max(int(area.width()), 1)
        share = self._source.columns.lost_share(axis.left_ns, axis.right_ns, width)
        height = np.where(np.nan_to_num(share) > 0, np.maximum(share * area.height(), 1.0), np.nan)
        bottoms = np.full(width, area.bottom())
        paint_columns(painter, area.left(), bottoms - height, bottoms, self.colours.recording)

    def _events(self, painter: QPainter, axis: TimeAxis, area: QRectF) -> None:
        """Fixations, saccades, and blinks or other losses, in three rows."""
        row = area.height() / 3
        for number, (kinds, colour) in enumerate(
            (
                ((EventKind.FIXATION,), self.colours.good),
                ((EventKind.SACCADE,), self.colours.information),
                ((EventKind.BLINK, EventKind.LOSS), self.colours.attention),
            )
        ):
            place = QRectF(area.left(), area.top() + number * row + 1, area.width(), row - 2)
            for kind in kinds:
                shade = QColor(self.colours.recording if kind == EventKind.LOSS else colour)
                begins, ends = self._spans.get(kind, (np.zeros(0, np.int64), np.zeros(0, np.int64)))
                for x, width in bars(axis, place, begins, ends):
                    painter.fillRect(QRectF(x, place.top(), width, place.height()), shade)

    def _other(self, painter: QPainter, axis: TimeAxis, area: QRectF) -> None:
        """Fixations of the layer that is compared with, in the colour of its line in the comparison."""
        other = self._source.other
        if other is None:
            return
        place = area.adjusted(0, tokens.SPACE_XS, 0, -tokens.SPACE_XS)
        rows = other.fixations
        for x, width in bars(axis, place, rows["onset_host_ns"], rows["offset_host_ns"]):
            painter.fillRect(QRectF(x, place.top(), width, place.height()), QColor(self.colours.text))

    def _screens(self, painter: QPainter, axis: TimeAxis, area: QRectF) -> None:
        """Screens of the protocol; the cases themselves where there is no protocol."""
        for shade, spans in ((self.colours.information, self._images), (self.colours.secondary, self._asked)):
            self._named(painter, axis, area, spans, shade)

    def _named(self, painter: QPainter, axis: TimeAxis, area: QRectF, spans: NamedSpans, colour: str) -> None:
        """Spans with their names, where these have room."""
        shade = QColor(colour)
        shade.setAlpha(_SPAN_ALPHA)
        inner = area.adjusted(0, 1, 0, -1)
        for x, width in bars(axis, inner, spans.begins, spans.ends):
            painter.fillRect(QRectF(x, inner.top(), max(width - 1, 1.0), inner.height()), shade)
        metrics = QFontMetricsF(painter.font())
        least_ns = 3 * metrics.averageCharWidth() / area.width() * axis.span_ns
        is_read = (spans.ends > axis.left_ns) & (spans.begins < axis.right_ns)
        for number in np.flatnonzero(is_read & (spans.ends - spans.begins >= least_ns)).tolist():
            left = area.left() + max(axis.share(int(spans.begins[number])), 0.0) * area.width()
            right = area.left() + min(axis.share(int(spans.ends[number])), 1.0) * area.width()
            box = QRectF(left, inner.top(), right - left - 1, inner.height())
            self._text(painter, metrics, box, spans.names[number])

    def _text(self, painter: QPainter, metrics: QFontMetricsF, box: QRectF, text: str) -> None:
        inner = box.adjusted(tokens.SPACE_XS, 0, -2, 0)
        if inner.width() >= 3 * metrics.averageCharWidth():
            painter.setPen(QColor(self.colours.text))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)

    def _marks(self, painter: QPainter, axis: TimeAxis, area: QRectF, times: Times, colour: str) -> None:
        first, end = np.searchsorted(times, (axis.left_ns, axis.right_ns))
        places = (times[first:end] - axis.left_ns) / axis.span_ns * area.width()
        painter.setPen(QPen(QColor(colour), 1.0))
        painter.drawLines(
            [
                QLineF(area.left() + x + 0.5, area.top() + 2, area.left() + x + 0.5, area.bottom() - 2)
                for x in np.unique(places.astype(np.int64)).tolist()
            ]
        )

    def _range(self, *names: str) -> tuple[float, float]:
        key = names[0]
        if key not in self._ranges or not self._source.columns.is_whole:
            low, high = self._source.columns.spread(*names)
            limits = (0.0, max(high, _LEAST_SPEED)) if key == "speed" else (low, high)
            self._ranges[key] = limits
            if self._source.columns.is_whole:
                return limits
        return self._ranges.get(key, (0.0, 1.0))

    def _take_events(self) -> None:
        """Sort the events by kind, when there are new ones."""
        events = self._source.events
        if events is self._events_of:
            return
        self._events_of = events
        for kind in (EventKind.FIXATION, EventKind.SACCADE, EventKind.BLINK, EventKind.LOSS):
            own = events.rows[events.rows["kind"] == kind]
            self._spans[kind] = (own["onset_host_ns"].copy(), own["offset_host_ns"].copy())
