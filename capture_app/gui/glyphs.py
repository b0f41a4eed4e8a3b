"""Small signs drawn as shapes: sharp at every scaling, coloured by the theme, no font needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap

_LINE: Final = 0.11  # width of a stroke as a share of the sign's size
_RATIOS: Final = (1.0, 2.0, 3.0)


def paint_glyph(painter: QPainter, name: str, area: QRectF, colour: str) -> None:
    """Paint the sign `name` into `area`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(area.topLeft())
    painter.scale(area.width(), area.height())
    filled, path = _SHAPES[name]()
    if filled:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
    else:
        pen = QPen(QColor(colour), _LINE)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
    painter.restore()


def glyph_pixmap(name: str, colour: str, size_px: int, ratio: float = 1.0) -> QPixmap:
    """Return the sign on a transparent ground, `size_px` logical pixels wide."""
    pixmap = QPixmap(round(size_px * ratio), round(size_px * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    paint_glyph(painter, name, QRectF(0, 0, size_px, size_px), colour)
    painter.end()
    return pixmap


def glyph_icon(name: str, colour: str, size_px: int) -> QIcon:
    """Return the sign as an icon, sharp at 100, 200 and 300 %."""
    icon = QIcon()
    for ratio in _RATIOS:
        icon.addPixmap(glyph_pixmap(name, colour, size_px, ratio))
    return icon


def text_icon(name: str, colour: str, size_px: int, gap_px: int) -> QIcon:
    """Return the sign with `gap_px` of room behind it, for buttons whose text follows."""
    icon = QIcon()
    for ratio in _RATIOS:
        pixmap = QPixmap(round((size_px + gap_px) * ratio), round(size_px * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        paint_glyph(painter, name, QRectF(0, 0, size_px, size_px), colour)
        painter.end()
        icon.addPixmap(pixmap)
    return icon


def _lines(*strokes: tuple[tuple[float, float], ...]) -> tuple[bool, QPainterPath]:
    path = QPainterPath()
    for stroke in strokes:
        path.moveTo(QPointF(*stroke[0]))
        for point in stroke[1:]:
            path.lineTo(QPointF(*point))
    return False, path


def _area(*points: tuple[float, float]) -> tuple[bool, QPainterPath]:
    _, path = _lines(points)
    path.closeSubpath()
    return True, path


def _disc() -> tuple[bool, QPainterPath]:
    path = QPainterPath()
    path.addEllipse(QRectF(0.2, 0.2, 0.6, 0.6))
    return True, path


def _ring() -> tuple[bool, QPainterPath]:
    path = QPainterPath()
    path.addEllipse(QRectF(0.22, 0.22, 0.56, 0.56))
    return False, path


def _pause() -> tuple[bool, QPainterPath]:
    path = QPainterPath()
    path.addRoundedRect(QRectF(0.26, 0.2, 0.16, 0.6), 0.04, 0.04)
    path.addRoundedRect(QRectF(0.58, 0.2, 0.16, 0.6), 0.04, 0.04)
    return True, path


def _stop() -> tuple[bool, QPainterPath]:
    path = QPainterPath()
    path.addRoundedRect(QRectF(0.24, 0.24, 0.52, 0.52), 0.06, 0.06)
    return True, path


def _warning() -> tuple[bool, QPainterPath]:
    _, path = _lines(((0.5, 0.16), (0.9, 0.84), (0.1, 0.84), (0.5, 0.16)), ((0.5, 0.42), (0.5, 0.58)))
    path.addEllipse(QRectF(0.485, 0.7, 0.03, 0.03))
    return False, path


def _information() -> tuple[bool, QPainterPath]:
    _, path = _lines(((0.5, 0.46), (0.5, 0.7)))
    path.addEllipse(QRectF(0.12, 0.12, 0.76, 0.76))
    path.addEllipse(QRectF(0.485, 0.3, 0.03, 0.03))
    return False, path


def _folder() -> tuple[bool, QPainterPath]:
    outline = (
        (0.12, 0.78),
        (0.12, 0.24),
        (0.4, 0.24),
        (0.48, 0.34),
        (0.88, 0.34),
        (0.88, 0.78),
        (0.12, 0.78),
    )
    return _lines(outline)


def _file() -> tuple[bool, QPainterPath]:
    return _lines(
        ((0.24, 0.12), (0.6, 0.12), (0.78, 0.3), (0.78, 0.88), (0.24, 0.88), (0.24, 0.12)),
        ((0.36, 0.52), (0.44, 0.44), (0.52, 0.6), (0.6, 0.5), (0.66, 0.54)),
    )


def _study() -> tuple[bool, QPainterPath]:
    board = ((0.2, 0.18), (0.8, 0.18), (0.8, 0.9), (0.2, 0.9), (0.2, 0.18))
    clip = ((0.38, 0.18), (0.38, 0.08), (0.62, 0.08), (0.62, 0.18))
    return _lines(board, clip, ((0.36, 0.44), (0.64, 0.44)), ((0.36, 0.64), (0.56, 0.64)))


def _monitor() -> tuple[bool, QPainterPath]:
    frame = ((0.1, 0.18), (0.9, 0.18), (0.9, 0.68), (0.1, 0.68), (0.1, 0.18))
    return _lines(frame, ((0.5, 0.68), (0.5, 0.84)), ((0.3, 0.84), (0.7, 0.84)))


def _disk() -> tuple[bool, QPainterPath]:
    box = ((0.12, 0.5), (0.24, 0.2), (0.76, 0.2), (0.88, 0.5), (0.88, 0.8), (0.12, 0.8), (0.12, 0.5))
    return _lines(box, ((0.12, 0.5), (0.88, 0.5)), ((0.66, 0.65), (0.74, 0.65)))


def _eye() -> tuple[bool, QPainterPath]:
    path = QPainterPath(QPointF(0.06, 0.5))
    path.quadTo(QPointF(0.5, 0.02), QPointF(0.94, 0.5))
    path.quadTo(QPointF(0.5, 0.98), QPointF(0.06, 0.5))
    path.addEllipse(QRectF(0.38, 0.38, 0.24, 0.24))
    return False, path


def _sliders() -> tuple[bool, QPainterPath]:
    _, path = _lines(
        ((0.14, 0.3), (0.52, 0.3)),
        ((0.78, 0.3), (0.86, 0.3)),
        ((0.14, 0.7), (0.22, 0.7)),
        ((0.48, 0.7), (0.86, 0.7)),
    )
    path.addEllipse(QRectF(0.52, 0.17, 0.26, 0.26))
    path.addEllipse(QRectF(0.22, 0.57, 0.26, 0.26))
    return False, path


_SHAPES: Final[dict[str, Callable[[], tuple[bool, QPainterPath]]]] = {
    "disc": _disc,
    "ring": _ring,
    "pause": _pause,
    "stop": _stop,
    "warning": _warning,
    "information": _information,
    "folder": _folder,
    "file": _file,
    "monitor": _monitor,
    "study": _study,
    "disk": _disk,
    "eye": _eye,
    "sliders": _sliders,
    "tick": lambda: _lines(((0.18, 0.54), (0.42, 0.76), (0.84, 0.26))),
    "cross": lambda: _lines(((0.24, 0.24), (0.76, 0.76)), ((0.76, 0.24), (0.24, 0.76))),
    "play": lambda: _area((0.3, 0.18), (0.8, 0.5), (0.3, 0.82)),
    "next": lambda: _lines(((0.34, 0.2), (0.66, 0.5), (0.34, 0.8))),
    "previous": lambda: _lines(((0.66, 0.2), (0.34, 0.5), (0.66, 0.8))),
    "flag": lambda: _lines(((0.24, 0.88), (0.24, 0.14), (0.78, 0.32), (0.24, 0.52))),
    "down": lambda: _lines(((0.24, 0.38), (0.5, 0.64), (0.76, 0.38))),
    "menu": lambda: _lines(
        ((0.18, 0.28), (0.82, 0.28)), ((0.18, 0.5), (0.82, 0.5)), ((0.18, 0.72), (0.82, 0.72))
    ),
}
"""Signs in a square of side 1: whether they are filled, and their outline."""

GLYPH_NAMES: Final = tuple(_SHAPES)
