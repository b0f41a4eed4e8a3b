"""The dot of a calibration or drift check and the cross of a pupil baseline, on both screens alike."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from capture_app.gui import tokens
from capture_app.session.states import DotState


def paint_target(painter: QPainter, dot: DotState, screen: QRectF, background_grey: int) -> None:
    """Paint a target where it lies on the reader's screen.

    Parameters
    ----------
    painter
        Its units are those of `screen`.
    dot
        The target.
    screen
        The reader's whole screen.
    background_grey
        What it lies on, 0..255.
    """
    centre = QPointF(screen.x() + dot.x_norm * screen.width(), screen.y() + dot.y_norm * screen.height())
    level = 255 if background_grey < 128 else 0
    if dot.is_cross:
        _paint_cross(painter, centre, level, screen.height())
    else:
        _paint_disc(painter, centre, level, screen.height(), dot.size_share)


def _paint_disc(painter: QPainter, centre: QPointF, level: int, height: float, size_share: float) -> None:
    """Paint a disc that shrinks around a core that stays."""
    core = height * tokens.TARGET_CORE_SHARE / 2
    disc = max(height * tokens.TARGET_SHARE / 2 * size_share, 2.0 * core)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    for radius, grey in ((disc, level), (core, 255 - level)):
        painter.setBrush(QColor(grey, grey, grey))
        painter.drawEllipse(centre, radius, radius)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _paint_cross(painter: QPainter, centre: QPointF, level: int, height: float) -> None:
    """Paint a thin cross of the disc's size: it holds the eye and adds hardly any light."""
    arm, half = height * tokens.TARGET_SHARE / 2, height * tokens.TARGET_CORE_SHARE / 4
    for across, down in ((arm, half), (half, arm)):
        area = QRectF(centre.x() - across, centre.y() - down, 2 * across, 2 * down)
        painter.fillRect(area, QColor(level, level, level))
