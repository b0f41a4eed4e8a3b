"""Small charts of the quality panel, painted from arrays: loss per second, pupils, the eyes in their box."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from pyqtgraph.functions import arrayToQPath
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from capture_app.gui import tokens
from capture_app.gui.tokens import Colours
from capture_app.session.states import SignalTrace

Floats: TypeAlias = npt.NDArray[np.floating]
EyePlace: TypeAlias = tuple[float, float] | None  # in the box 0..1: the reader's left is 0, top is 0

LOSS_FULL_SCALE = 0.3  # a bar of full height; beyond it the bar is full
_PUPIL_QUANTILES = (2.0, 98.0)


def polyline(x: Floats, y: Floats) -> QPainterPath:
    """Return the line through the points, broken where one is not finite."""
    if len(x) < 2:
        return QPainterPath()
    across = np.ascontiguousarray(x, dtype=np.float64)
    down = np.ascontiguousarray(y, dtype=np.float64)
    path: QPainterPath = arrayToQPath(across, down, connect="finite")
    return path


def value_range(*signals: Floats) -> tuple[float, float] | None:
    """Return a range that holds nearly all finite values, None when there are none."""
    finite = [signal[np.isfinite(signal)] for signal in signals]
    values = np.concatenate(finite) if finite else np.zeros(0)
    if values.size == 0:
        return None
    low, high = np.percentile(values, _PUPIL_QUANTILES)
    margin = max((high - low) * 0.15, abs(high) * 0.02, 1e-6)
    return float(low - margin), float(high + margin)


class LossBars(QWidget):
    """Loss per second as small bars, the newest at the right."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(tokens.SPARKLINE_HEIGHT)
        self.colours = colours
        self._history: tuple[float, ...] = ()

    def set_history(self, history: tuple[float, ...]) -> None:
        """Take the shares, oldest first."""
        if history != self._history:
            self._history = history
            self.setToolTip(self.tr("Loss per second; a full bar is 30 % or more"))
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the bars."""
        painter = QPainter(self)
        slot = 6
        count = self.width() // slot
        base = self.height() - 1
        painter.fillRect(0, base, self.width(), 1, QColor(self.colours.line))
        shown = self._history[-count:]
        for index, share in enumerate(shown):
            if math.isnan(share):
                continue
            height = max(round(min(share / LOSS_FULL_SCALE, 1.0) * base), 1)
            colour = self.colours.attention if share > 0.1 else self.colours.secondary
            left = self.width() - (len(shown) - index) * slot
            painter.fillRect(left, base - height, slot - 2, height, QColor(colour))


class PupilChart(QWidget):
    """Both pupils over the last half minute."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(tokens.PUPIL_HEIGHT)
        self.colours = colours
        self._trace: SignalTrace | None = None

    def set_trace(self, trace: SignalTrace | None) -> None:
        """Take the newest trace."""
        if trace is not self._trace:
            self._trace = trace
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the lines."""
        trace = self._trace
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        span = value_range(trace.left_pupil, trace.right_pupil) if trace is not None else None
        if trace is None or span is None or len(trace.t_s) < 2:
            return
        step = max(len(trace.t_s) // max(self.width(), 1), 1)
        x = self.width() * (1.0 + trace.t_s[::step] / max(-float(trace.t_s[0]), 1.0))
        for signal, colour in (
            (trace.left_pupil, self.colours.left),
            (trace.right_pupil, self.colours.right),
        ):
            y = (self.height() - 4) * (1.0 - (signal[::step] - span[0]) / (span[1] - span[0])) + 2
            painter.setPen(QPen(QColor(colour), 1.0))
            painter.drawPath(polyline(x, y))


class EyeBox(QWidget):
    """Where the eyes are in the tracker's box, as seen from the reader's place: left is left."""

    def __init__(
        self, colours: Colours, parent: QWidget | None = None, height: int = tokens.EYE_BOX_HEIGHT
    ) -> None:
        super().__init__(parent)
        self.setFixedHeight(height)
        self.colours = colours
        self._left: EyePlace = None
        self._right: EyePlace = None
        self._left_ok = self._right_ok = False

    def set_eyes(self, left: EyePlace, right: EyePlace, *, left_ok: bool, right_ok: bool) -> None:
        """Take the newest eye positions, and which of them are seen now."""
        if (left, right, left_ok, right_ok) != (self._left, self._right, self._left_ok, self._right_ok):
            self._left, self._right, self._left_ok, self._right_ok = left, right, left_ok, right_ok
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the box and the eyes: full discs are seen now, rings were seen last."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(self.colours.line), 1.0))
        painter.setBrush(QColor(self.colours.window))
        painter.drawRoundedRect(frame, tokens.RADIUS, tokens.RADIUS)
        middle = frame.adjusted(
            frame.width() * 0.2, frame.height() * 0.2, -frame.width() * 0.2, -frame.height() * 0.2
        )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self.colours.line), 1.0, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(middle, tokens.RADIUS, tokens.RADIUS)
        if self._left is None and self._right is None:
            painter.setPen(QColor(self.colours.secondary))
            font = painter.font()
            font.setPixelSize(tokens.FONT_SECONDARY_PX)
            painter.setFont(font)
            painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, self.tr("no eye positions"))
        self._paint_eye(painter, frame, self._left, self._left_ok, self.colours.left, "L")
        self._paint_eye(painter, frame, self._right, self._right_ok, self.colours.right, "R")

    def _paint_eye(
        self,
        painter: QPainter,
        frame: QRectF,
        place: EyePlace,
        is_seen: bool,
        colour: str,
        letter: str,
    ) -> None:
        if place is None or not all(map(math.isfinite, place)):
            return
        x = frame.left() + min(max(place[0], 0.0), 1.0) * frame.width()
        y = frame.top() + min(max(place[1], 0.0), 1.0) * frame.height()
        radius = tokens.SPACE_S
        painter.setPen(QPen(QColor(colour), 1.5))
        painter.setBrush(QColor(colour) if is_seen else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(x, y), radius, radius)
        painter.setPen(QColor(self.colours.window if is_seen else self.colours.text))
        font = painter.font()
        font.setPixelSize(tokens.FONT_SECONDARY_PX)
        font.setBold(True)
        painter.setFont(font)
        painter.drawText(QRectF(x - 10, y - 10, 20, 20), Qt.AlignmentFlag.AlignCenter, letter)
