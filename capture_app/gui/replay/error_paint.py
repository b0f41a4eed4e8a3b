"""Paints the dwell curve and the film strip of a miss."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from capture_app.gui import tokens
from capture_app.gui.theme import sized_font
from capture_app.gui.tokens import OVERLAY
from capture_app.session.measures.error_page import CLASS_COLOURS
from capture_app.session.measures.strips import (
    FAR_COLOUR,
    FINDING_COLOUR,
    NEAR_COLOUR,
    MissStrip,
    StripFrame,
    circle_radius,
    crop_pixels,
)
from capture_app.session.presentation import ShownImage
from gaze_core.geometry import FloatArray, Rect
from gaze_core.measures import DwellCurve, MissClass
from recordings_schema.stimuli import render_grey

_CURVE_HEIGHT: Final = 180
_AXIS_WIDTH: Final = 44
_AXIS_HEIGHT: Final = 50
_CROP_PX: Final = 320
_COLUMNS: Final = 3


class CurveView(QWidget):
    """The share of each class against the cut-off, on top of each other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(_CURVE_HEIGHT)
        self.setAccessibleName(self.tr("Dwell curve"))
        self._curve: DwellCurve | None = None
        self._cut_off_s = 1.0

    def show_curve(self, curve: DwellCurve, cut_off_s: float) -> None:
        """Show a curve with the cut-off that is used."""
        self._curve, self._cut_off_s = curve, cut_off_s
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the curve, its axes and what the colours mean."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(sized_font(self.font(), tokens.FONT_SECONDARY_PX))
        room = QRectF(
            _AXIS_WIDTH, 10, self.width() - _AXIS_WIDTH - tokens.SPACE_M, _CURVE_HEIGHT - _AXIS_HEIGHT
        )
        self._paint_axes(painter, room)
        curve = self._curve
        if curve is None or not np.isfinite(curve.search).all():
            return
        x = room.left() + curve.dwell_s / curve.dwell_s[-1] * room.width()
        bottom = np.zeros(len(x))
        shares = {
            MissClass.SEARCH: curve.search,
            MissClass.RECOGNITION: curve.recognition,
            MissClass.DECISION: curve.decision,
        }
        painter.setPen(Qt.PenStyle.NoPen)
        for each, share in shares.items():
            top = bottom + share
            points = [QPointF(a, room.bottom() - b * room.height()) for a, b in zip(x, top, strict=True)]
            points += [
                QPointF(a, room.bottom() - b * room.height())
                for a, b in zip(x[::-1], bottom[::-1], strict=True)
            ]
            colour = QColor(CLASS_COLOURS[each])
            colour.setAlphaF(0.85)
            painter.setBrush(colour)
            painter.drawPolygon(QPolygonF(points))
            bottom = top
        place = room.left() + min(self._cut_off_s / float(curve.dwell_s[-1]), 1.0) * room.width()
        painter.setPen(QPen(self.palette().text().color(), 1.5, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(place, room.top()), QPointF(place, room.bottom()))

    def _paint_axes(self, painter: QPainter, room: QRectF) -> None:
        text = self.palette().text().color()
        painter.setPen(text)
        for share in (0.0, 0.5, 1.0):
            y = room.bottom() - share * room.height()
            box = QRectF(0, y - 9, _AXIS_WIDTH - tokens.SPACE_S, 18)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{share:.0%}")
        for half in range(7):
            x = room.left() + half / 6 * room.width()
            box = QRectF(x - 30, room.bottom() + 2, 60, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{half / 2:g} s")
        place = room.left()
        line = room.bottom() + 20
        for each in MissClass:
            painter.fillRect(QRectF(place, line + 3, 11, 11), QColor(CLASS_COLOURS[each]))
            words = each.value
            painter.drawText(QPointF(place + 16, line + 13), words)
            place += 34 + painter.fontMetrics().horizontalAdvance(words)
        end = QRectF(room.left(), line, room.width(), 18)
        painter.drawText(
            end, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.tr("dwell cut-off")
        )


class StripView(QWidget):
    """The place of a finding, with the gaze of one part of the reading after another."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(220)
        self.setAccessibleName(self.tr("Gaze around the finding over the reading"))
        self._strip: MissStrip | None = None
        self._picture: QImage | None = None

    def show_strip(self, strip: MissStrip | None, image: ShownImage | str | None) -> None:
        """Show a strip on its image; what is no image leaves the places empty."""
        self._strip = strip
        self._picture = None
        if strip is not None and isinstance(image, ShownImage):
            stimulus = image.stimulus
            shown = np.asarray(render_grey(stimulus, stimulus.start_window))
            cut = np.ascontiguousarray(crop_pixels(shown, strip.crop_image_px, _CROP_PX))
            is_grey = cut.ndim == 2
            kind = QImage.Format.Format_Grayscale8 if is_grey else QImage.Format.Format_RGB888
            # A copy: the array is gone when this returns.
            self._picture = QImage(cut.data, _CROP_PX, _CROP_PX, cut.strides[0], kind).copy()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the frames in rows, as large as there is room."""
        strip = self._strip
        if strip is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setFont(sized_font(self.font(), tokens.FONT_SECONDARY_PX))
        rows = -(-len(strip.frames) // _COLUMNS)
        words_height = painter.fontMetrics().height() + tokens.SPACE_XS
        wide = (self.width() - (_COLUMNS - 1) * tokens.SPACE_S) / _COLUMNS
        high = (self.height() - (rows - 1) * tokens.SPACE_S) / rows - words_height
        side = max(40.0, min(wide, high))
        for number, frame in enumerate(strip.frames):
            left = number % _COLUMNS * (side + tokens.SPACE_S)
            top = number // _COLUMNS * (side + words_height + tokens.SPACE_S)
            self._paint_frame(painter, strip, frame, QRectF(left, top, side, side))
            painter.setPen(self.palette().text().color())
            words = self.tr("{0:.1f} to {1:.1f} s").format(frame.first_s, frame.end_s)
            below = QRectF(left, top + side, side, words_height)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_frame(self, painter: QPainter, strip: MissStrip, frame: StripFrame, room: QRectF) -> None:
        painter.save()
        painter.setClipRect(room)
        painter.fillRect(room, QColor(OVERLAY.halo))
        if self._picture is not None:
            painter.drawImage(room, self._picture)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        crop = strip.crop_image_px
        for lines, style in (
            (strip.outlines_image_px, Qt.PenStyle.SolidLine),
            (strip.reach_image_px, Qt.PenStyle.DashLine),
        ):
            painter.setPen(QPen(QColor(FINDING_COLOUR), 1.6, style))
            for line in lines:
                painter.drawPolygon(_polygon(line, crop, room))
        for fixation in frame.fixations:
            colour = QColor(NEAR_COLOUR if fixation.is_near else FAR_COLOUR)
            painter.setPen(QPen(colour, 1.6))
            colour.setAlphaF(0.45)
            painter.setBrush(colour)
            radius = circle_radius(fixation.duration_ms)
            place = _place(fixation.x_image_px, fixation.y_image_px, crop, room)
            painter.drawEllipse(place, radius, radius)
        painter.restore()


def _place(x_image_px: float, y_image_px: float, crop: Rect, room: QRectF) -> QPointF:
    return QPointF(
        room.left() + (x_image_px - crop.x) / crop.w * room.width(),
        room.top() + (y_image_px - crop.y) / crop.h * room.height(),
    )


def _polygon(line: FloatArray, crop: Rect, room: QRectF) -> QPolygonF:
    return QPolygonF([_place(float(x), float(y), crop, room) for x, y in line])
