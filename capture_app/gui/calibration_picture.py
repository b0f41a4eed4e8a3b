"""The reader's screen in small: where the dot is, and what a validation saw at its targets."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from calibration import CALIBRATIONS, Target
from capture_app.gui import tokens
from capture_app.gui.tokens import OVERLAY, Colours
from capture_app.session.calibration_states import CalibrationDeskState, CalibrationStage, ValidationView
from gaze_core.eyes import Eye

_EYES = ((Eye.LEFT, OVERLAY.left), (Eye.RIGHT, OVERLAY.right))


class CalibrationPicture(QWidget):
    """Paints one `CalibrationDeskState`; in review, calibration points can be chosen for a repeat.

    Points are chosen by a click, or by the arrow keys and the space bar.
    """

    chosen_changed = Signal()

    def __init__(self, colours: Colours, aspect: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(*tokens.CALIBRATION_PICTURE_MINIMUM)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Result picture"))
        self._colours = colours
        self._aspect = aspect if math.isfinite(aspect) and aspect > 0 else 16 / 9
        self._state = CalibrationDeskState()
        self._layout: tuple[Target, ...] = ()
        self._cursor = 0  # index of the point that keys mean
        self.chosen: frozenset[int] = frozenset()  # calibration points, by target id

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self._colours = colours
        self.update()

    def render_state(self, state: CalibrationDeskState) -> None:
        """Show a state; a new result brings its own suggestion of points."""
        if state == self._state:
            return
        is_new = state.stage is CalibrationStage.REVIEW and (
            self._state.stage is not CalibrationStage.REVIEW or self._state.result is not state.result
        )
        self._state = state
        if is_new:
            self._choose(frozenset(state.suggested))
        elif state.stage is not CalibrationStage.REVIEW:
            self._choose(frozenset())
        self.update()

    def show_layout(self, points: int) -> None:
        """Show where so many points will be, and the validation's targets; 0: these alone."""
        layout = CALIBRATIONS.get(points, ())
        if layout != self._layout:
            self._layout = layout
            self.update()

    def toggle(self, target_id: int) -> None:
        """Choose a calibration point for a repeat, or leave it."""
        if self._can_choose:
            self._choose(self.chosen ^ {target_id})

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Toggle the point that was clicked."""
        for index, point in enumerate(self._state.points):
            place = self._place(point.x_norm, point.y_norm)
            away = event.position() - place
            if math.hypot(away.x(), away.y()) <= tokens.MINIMUM_TARGET / 2 + tokens.SPACE_XS:
                self._cursor = index
                self.toggle(point.target_id)
                self.update()
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk through the points with the arrow keys, toggle with the space bar."""
        count = len(self._state.points)
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}
        key = Qt.Key(event.key())
        if self._can_choose and key in steps:
            self._cursor = (self._cursor + steps[key]) % count
            self.update()
        elif self._can_choose and key == Qt.Key.Key_Space:
            self.toggle(self._state.points[self._cursor % count].target_id)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the screen and what lies on it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self._area()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._colours.stage))
        painter.drawRoundedRect(area, tokens.RADIUS, tokens.RADIUS)
        painter.setClipRect(area)
        for index, point in enumerate(self._points):
            self._paint_point(painter, index, point)
        if self._state.stage is CalibrationStage.IDLE:
            for target in self._state.validation:
                self._paint_cross(painter, self._place(target.x_norm, target.y_norm))
        if self._state.result is not None:
            self._paint_result(painter, self._state.result)
        if self._state.current_norm is not None:
            place = self._place(*self._state.current_norm)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(OVERLAY.fixation))
            painter.drawEllipse(place, tokens.GAZE_RADIUS, tokens.GAZE_RADIUS)

    @property
    def _points(self) -> tuple[Target, ...]:
        """The calibration points: those that are used, before that those of the layout chosen."""
        return self._layout if self._state.stage is CalibrationStage.IDLE else self._state.points

    @property
    def _can_choose(self) -> bool:
        return self._state.stage is CalibrationStage.REVIEW and bool(self._state.points)

    def _choose(self, chosen: frozenset[int]) -> None:
        if chosen != self.chosen:
            self.chosen = chosen
            self.update()
            self.chosen_changed.emit()

    def _area(self) -> QRectF:
        width = min(float(self.width()), self.height() * self._aspect)
        height = width / self._aspect
        return QRectF((self.width() - width) / 2, 0.0, width, height)

    def _place(self, x_norm: float, y_norm: float) -> QPointF:
        area = self._area()
        return QPointF(area.left() + x_norm * area.width(), area.top() + y_norm * area.height())

    def _paint_point(self, painter: QPainter, index: int, point: Target) -> None:
        """Paint a calibration point: a ring, doubled where it is chosen, crossed where it failed."""
        place, radius = self._place(point.x_norm, point.y_norm), tokens.CALIBRATION_POINT_RADIUS
        is_chosen = point.target_id in self.chosen
        colour = QColor(OVERLAY.combined if is_chosen else OVERLAY.message)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, tokens.FOCUS_RING if is_chosen else tokens.HAIRLINE))
        painter.drawEllipse(place, radius, radius)
        if is_chosen:
            painter.drawEllipse(place, radius + tokens.SPACE_XS, radius + tokens.SPACE_XS)
        if point.target_id in self._state.missed:
            arm = radius / math.sqrt(2.0)
            painter.drawLine(place + QPointF(-arm, -arm), place + QPointF(arm, arm))
            painter.drawLine(place + QPointF(-arm, arm), place + QPointF(arm, -arm))
        if self._can_choose and self.hasFocus() and index == self._cursor % len(self._state.points):
            side = 2 * (radius + tokens.SPACE_S)
            frame = QRectF(place.x() - side / 2, place.y() - side / 2, side, side)
            painter.setPen(QPen(QColor(self._colours.focus), tokens.FOCUS_RING))
            painter.drawRoundedRect(frame, tokens.RADIUS, tokens.RADIUS)

    def _paint_cross(self, painter: QPainter, place: QPointF) -> None:
        arm = tokens.CALIBRATION_CROSS
        painter.setPen(QPen(QColor(OVERLAY.fixation), tokens.HAIRLINE))
        painter.drawLine(place + QPointF(-arm, 0.0), place + QPointF(arm, 0.0))
        painter.drawLine(place + QPointF(0.0, -arm), place + QPointF(0.0, arm))

    def _paint_result(self, painter: QPainter, view: ValidationView) -> None:
        """Paint targets as crosses, samples as points, mean vectors as lines with a disc at their end."""
        places = {
            int(row["target_id"]): self._place(float(row["x_norm"]), float(row["y_norm"]))
            for row in view.targets
        }
        painter.setPen(Qt.PenStyle.NoPen)
        for eye, colour in _EYES:
            painter.setBrush(QColor(colour))
            for samples in view.samples:
                if samples.eye is eye:
                    for x_norm, y_norm in zip(samples.x_norm, samples.y_norm, strict=True):
                        size = tokens.CALIBRATION_SAMPLE_RADIUS
                        place = self._magnified(places[samples.target_id], x_norm, y_norm)
                        painter.drawEllipse(place, size, size)
        for place in places.values():
            self._paint_cross(painter, place)
        for eye, colour in _EYES:
            for samples in view.samples:
                if samples.eye is eye and samples.mean_norm is not None:
                    end = self._magnified(places[samples.target_id], *samples.mean_norm)
                    painter.setPen(QPen(QColor(colour), tokens.FOCUS_RING))
                    painter.drawLine(places[samples.target_id], end)
                    painter.setPen(QPen(QColor(OVERLAY.halo), tokens.HAIRLINE))
                    painter.setBrush(QColor(colour))
                    painter.drawEllipse(end, tokens.CALIBRATION_MEAN_RADIUS, tokens.CALIBRATION_MEAN_RADIUS)

    def _magnified(self, target: QPointF, x_norm: float, y_norm: float) -> QPointF:
        """Return where gaze at a target is drawn: its offset would hardly be seen at the screen's scale."""
        return target + (self._place(x_norm, y_norm) - target) * tokens.CALIBRATION_MAGNIFICATION
