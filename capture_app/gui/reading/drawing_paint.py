"""How shapes look over a radiograph: outlines with a dark rim, handles, and words beside them.

Each outline is painted twice, dark and wide below, bright and narrow above: on white lung the dark rim is
seen, on black air the bright line. Nothing is filled, so that the finding stays as it is.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen

from capture_app.gui import tokens
from capture_app.gui.reading.drawing_tags import Tag
from capture_app.gui.reading.shape_geometry import Bounds, handle_places, widened
from capture_app.gui.tokens import OVERLAY
from capture_app.session.reading import ShapeKind

_RIM_ALPHA: Final = 200
_TAG_ALPHA: Final = 215
_DASH: Final = [5.0, 3.0]


def rect_of(bounds: Bounds) -> QRectF:
    """Return bounds as a rectangle of Qt."""
    return QRectF(bounds.left, bounds.top, bounds.width, bounds.height)


def dirty_rect(bounds: Bounds) -> QRectF:
    """Return everything that painting a selected shape may touch."""
    margin = tokens.MINIMUM_TARGET + tokens.SHAPE_RIM_WIDTH
    area = rect_of(bounds).adjusted(-margin, -margin, margin, margin)
    least = tokens.SHAPE_FRAME_LEAST + 2.0 * margin
    across, down = max(0.0, least - area.width()) / 2.0, max(0.0, least - area.height()) / 2.0
    return area.adjusted(-across, -down, across, down)


def paint_outline(
    painter: QPainter,
    bounds: Bounds,
    kind: ShapeKind,
    *,
    is_selected: bool,
    is_complete: bool,
    is_coarse: bool = False,
) -> None:
    """Paint the outline of a shape; dashed while something of it is missing, coarse for a single frame."""
    colour = OVERLAY.shape_selected if is_selected else OVERLAY.shape
    width = tokens.SHAPE_SELECTED_WIDTH if is_selected else tokens.SHAPE_WIDTH
    path = QPainterPath()
    if kind is ShapeKind.ELLIPSE:
        path.addEllipse(rect_of(bounds))
    else:
        path.addRect(rect_of(bounds))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, not is_coarse)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    rim = QColor(OVERLAY.halo)
    rim.setAlpha(_RIM_ALPHA)
    painter.setPen(QPen(rim, width + tokens.SHAPE_RIM_WIDTH))
    painter.drawPath(path)
    line = QPen(QColor(colour), width)
    if not is_complete:
        line.setDashPattern(_DASH)
        line.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(line)
    painter.drawPath(path)


def paint_handles(painter: QPainter, bounds: Bounds, kind: ShapeKind) -> None:
    """Paint the handles on their frame: the box itself, else a dotted one around the shape."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    halo = QColor(OVERLAY.halo)
    frame = widened(bounds, tokens.SHAPE_FRAME_LEAST)
    is_tiny = min(bounds.width, bounds.height) < tokens.SHAPE_FRAME_LEAST
    if kind is ShapeKind.ELLIPSE or is_tiny:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((halo, 2.0), (QColor(OVERLAY.shape_selected), 1.0)):
            pen = QPen(colour, width)
            pen.setDashPattern([2.0 / width, 6.0 / width])
            painter.setPen(pen)
            painter.drawRect(rect_of(frame))
    side = tokens.SHAPE_HANDLE
    painter.setPen(QPen(halo, 1.5))
    painter.setBrush(QColor(OVERLAY.shape_selected))
    for x, y in handle_places(frame).values():
        painter.drawRect(QRectF(x - side / 2.0, y - side / 2.0, side, side))


def paint_tag(painter: QPainter, tag: Tag, *, is_selected: bool) -> None:
    """Paint the words of a shape on their own dark ground."""
    ground = QColor(OVERLAY.halo)
    ground.setAlpha(_TAG_ALPHA)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    area = rect_of(tag.bounds)
    painter.drawRoundedRect(area, tokens.SPACE_XS, tokens.SPACE_XS)
    painter.setPen(QColor(OVERLAY.shape_selected if is_selected else OVERLAY.shape))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, tag.text)


def tag_width(metrics: QFontMetricsF, text: str) -> float:
    """Return how wide the tag of a text is."""
    return metrics.horizontalAdvance(text) + 2.0 * tokens.SPACE_S


def paint_crosshair(painter: QPainter, centre: QPointF) -> None:
    """Paint a small cross where an ellipse is drawn from, while it is drawn from its centre."""
    arm = tokens.SPACE_XS
    for colour, width in ((QColor(OVERLAY.halo), 3.0), (QColor(OVERLAY.shape_selected), 1.0)):
        painter.setPen(QPen(colour, width))
        painter.drawLine(centre + QPointF(-arm, 0), centre + QPointF(arm, 0))
        painter.drawLine(centre + QPointF(0, -arm), centre + QPointF(0, arm))
