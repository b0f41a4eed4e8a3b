"""The numbered circle of a fixation: its shapes, and pictures of them that are painted again and again.

A case has a hundred fixations and more; filling six curves and writing a number five times for each of them
takes longer than a frame when one goes elsewhere in a recording.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen

from capture_app.gui import tokens
from capture_app.gui.tokens import OVERLAY
from capture_app.session.states import FixationMark

_RIM_ALPHA: Final = 170
_FILL_ALPHA: Final = 46
_RADIUS_STEP: Final = 0.5
_BOX: Final = QRectF(-20.0, -10.0, 40.0, 20.0)  # of the number, about the centre


def fixation_radius(duration_s: float) -> float:
    """Return the radius of a fixation's circle: its area grows with the duration, within limits."""
    radius = tokens.FIXATION_RADIUS_ONE_SECOND * math.sqrt(max(duration_s, 0.0))
    return min(max(radius, tokens.FIXATION_RADIUS_MINIMUM), tokens.FIXATION_RADIUS_MAXIMUM)


def paint_ring(painter: QPainter, place: QPointF, radius: float, colour: str) -> None:
    """Paint the circle about a place."""
    painter.setPen(Qt.PenStyle.NoPen)  # filled rings: stroking a curve costs ten times as much
    painter.fillPath(ring(place, radius + 1.5, 0.0), shade_of(colour, _FILL_ALPHA))
    painter.fillPath(ring(place, radius + 1.6, radius - 1.6), shade_of(OVERLAY.halo, _RIM_ALPHA))
    painter.fillPath(ring(place, radius + 0.75, radius - 0.75), QColor(colour))


def paint_number(painter: QPainter, place: QPointF, text: str, colour: str) -> None:
    """Write a number about a place, with a dark rim."""
    box = _BOX.translated(place)
    for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        painter.setPen(pen(OVERLAY.halo, 1.0, _RIM_ALPHA))
        painter.drawText(box.translated(dx, dy), Qt.AlignmentFlag.AlignCenter, text)
    painter.setPen(QColor(colour))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


class FixationStamps:
    """Paints circles and numbers from pictures of them, on whole physical pixels.

    Parameters
    ----------
    font
        Of the numbers.
    ratio
        Physical pixels per logical one of what is painted on.
    """

    def __init__(self, font: QFont, ratio: float) -> None:
        self._font, self._ratio = font.toString(), ratio

    def paint(self, painter: QPainter, mark: FixationMark, place: QPointF, colour: str) -> None:
        """Paint a mark about a place."""
        ratio = self._ratio
        centre = QPointF(round(place.x() * ratio) / ratio, round(place.y() * ratio) / ratio)
        radius = round(fixation_radius(mark.duration_s) / _RADIUS_STEP) * _RADIUS_STEP
        for stamp in (
            _ring_stamp(radius, colour, ratio),
            _number_stamp(str(mark.number), colour, ratio, self._font),
        ):
            half = QPointF(stamp.width() / 2 / ratio, stamp.height() / 2 / ratio)
            painter.drawImage(centre - half, stamp)


@lru_cache(maxsize=128)
def _ring_stamp(radius: float, colour: str, ratio: float) -> QImage:
    reach = math.ceil(radius + 2.0)
    image = _blank(reach, reach, ratio)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_ring(painter, _middle(image), radius, colour)
    painter.end()
    return image


@lru_cache(maxsize=512)
def _number_stamp(text: str, colour: str, ratio: float, font_name: str) -> QImage:
    font = QFont()
    font.fromString(font_name)
    metrics = QFontMetricsF(font)
    image = _blank(
        math.ceil(metrics.horizontalAdvance(text) / 2) + 2, math.ceil(metrics.height() / 2) + 2, ratio
    )
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    paint_number(painter, _middle(image), text, colour)
    painter.end()
    return image


def _blank(half_width: int, half_height: int, ratio: float) -> QImage:
    """Return an empty picture with an even number of physical pixels, so that its middle lies between two."""
    width, height = (2 * math.ceil(half * ratio) for half in (half_width, half_height))
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    return image


def _middle(image: QImage) -> QPointF:
    ratio = image.devicePixelRatioF()
    return QPointF(image.width() / 2 / ratio, image.height() / 2 / ratio)


def ring(centre: QPointF, outer: float, inner: float) -> QPainterPath:
    """Return a ring; without an inner radius a disc."""
    path = QPainterPath()  # odd-even filling leaves the inner disc out
    path.addEllipse(centre, outer, outer)
    if inner > 0.0:
        path.addEllipse(centre, inner, inner)
    return path


def shade_of(colour: str, alpha: int) -> QColor:
    """Return a colour that lets through what lies below it."""
    shade = QColor(colour)
    shade.setAlpha(alpha)
    return shade


def pen(colour: str, width: float, alpha: int) -> QPen:
    """Return a pen with round ends."""
    made = QPen(shade_of(colour, alpha), width)
    made.setCapStyle(Qt.PenCapStyle.RoundCap)
    made.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return made
