"""The layers of the live copy as painting functions: gaze, trail, fixations, heatmap.

All take normalised positions of the reader's screen and a `Stage` that says where that screen lies in the
widget. Marks have a dark rim, so that they are readable on bright bone and on black air.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPixmap

from capture_app.gui import tokens
from capture_app.gui.fixation_stamps import (
    FixationStamps,
    fixation_radius,
    paint_number,
    paint_ring,
    pen,
    ring,
    shade_of,
)
from capture_app.gui.image_copy import to_image
from capture_app.gui.tokens import OVERLAY
from capture_app.session.states import FixationMark, HeatmapState, PaneState, TrailPoint
from gaze_core.geometry import Rect

_TRAIL_STEPS = 5  # shades from young to old
_PATH_ALPHA = 150
_PATH_RIM_ALPHA = 70


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where the reader's whole screen lies, in logical pixels of the widget or layer."""

    x: float
    y: float
    w: float
    h: float

    def point(self, x_norm: float, y_norm: float) -> QPointF:
        """Return the place of a normalised screen position."""
        return QPointF(self.x + x_norm * self.w, self.y + y_norm * self.h)


def paint_fixations(
    painter: QPainter,
    marks: tuple[FixationMark, ...],
    stage: Stage,
    after: FixationMark | None = None,
    colour: str = "",
    *,
    is_stamped: bool = False,
) -> None:
    """Paint numbered circles and the thin path that joins them in order.

    The path begins at `after`. With a `colour` all is painted in it, as one of several readers. On a picture
    of pixels circles and numbers may be `is_stamped`, which costs a fifth; never where the painter scales.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    places = [stage.point(mark.x_norm, mark.y_norm) for mark in marks]
    before = [stage.point(after.x_norm, after.y_norm)] if after is not None else []
    path = QPainterPath()
    for index, place in enumerate((*before, *places)):
        _ = path.lineTo(place) if index else path.moveTo(place)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for shade, width_px, alpha in (
        (OVERLAY.halo, 3.0, _PATH_RIM_ALPHA),
        (colour or OVERLAY.fixation, 1.0, _PATH_ALPHA),
    ):
        painter.setPen(pen(shade, width_px, alpha))
        painter.drawPath(path)
    font = QFont(painter.font())
    font.setPixelSize(tokens.FONT_SECONDARY_PX)
    painter.setFont(font)
    stamps = FixationStamps(font, painter.device().devicePixelRatioF()) if is_stamped else None
    for mark, place in zip(marks, places, strict=True):
        shade = colour or (OVERLAY.fixation_open if mark.is_open else OVERLAY.fixation)
        if stamps is not None:
            stamps.paint(painter, mark, place, shade)
        else:
            paint_ring(painter, place, fixation_radius(mark.duration_s), shade)
            paint_number(painter, place, str(mark.number), shade)


class FixationLayer:
    """The finished fixations of a trial in a picture of their own: a new one costs one circle, not all.

    Parameters
    ----------
    colour
        Of one of several readers; "": the usual ones.
    """

    def __init__(self, colour: str = "") -> None:
        self.pixmap = QPixmap()
        self._colour = colour
        self._marks: tuple[FixationMark, ...] = ()
        self._key: tuple[object, ...] = ()

    def update(self, marks: tuple[FixationMark, ...], stage: Stage, ratio: float, font: QFont) -> None:
        """Take the marks, drawn on a stage at its own origin."""
        key = (stage.w, stage.h, ratio, font.family())
        known = len(self._marks)
        if key != self._key or marks[:known] != self._marks:
            size = (max(round(stage.w * ratio), 1), max(round(stage.h * ratio), 1))
            self.pixmap = QPixmap(*size)
            self.pixmap.fill(Qt.GlobalColor.transparent)
            self.pixmap.setDevicePixelRatio(ratio)
            self._key, self._marks, known = key, (), 0
        if len(marks) > known:
            painter = QPainter(self.pixmap)
            painter.setFont(font)
            last = self._marks[-1] if self._marks else None
            own = Stage(x=0.0, y=0.0, w=stage.w, h=stage.h)
            paint_fixations(painter, marks[known:], own, last, self._colour, is_stamped=True)
            painter.end()
        self._marks = marks


def paint_trail(
    painter: QPainter, trail: tuple[TrailPoint, ...], stage: Stage, colour: str = OVERLAY.combined
) -> None:
    """Paint the path of the last moments, fading with age."""
    if len(trail) < 2:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    oldest = max(max(point.age_s for point in trail), 1e-9)
    places = [
        None
        if math.isnan(point.x_norm) or math.isnan(point.y_norm)
        else stage.point(point.x_norm, point.y_norm)
        for point in trail
    ]
    paths = [QPainterPath() for _ in range(_TRAIL_STEPS)]
    for index in range(1, len(trail)):
        before, place = places[index - 1], places[index]
        if before is None or place is None:
            continue
        path = paths[min(int((1.0 - trail[index].age_s / oldest) * _TRAIL_STEPS), _TRAIL_STEPS - 1)]
        if path.elementCount() == 0 or path.currentPosition() != before:
            path.moveTo(before)
        path.lineTo(place)
    for step, path in enumerate(paths):
        alpha = 40 + 180 * (step + 1) // _TRAIL_STEPS
        painter.setPen(pen(colour, tokens.TRAIL_WIDTH, alpha))
        painter.drawPath(path)


def paint_gaze(painter: QPainter, gaze: TrailPoint | None, stage: Stage, colour: str, radius: float) -> None:
    """Paint one gaze point; nothing where it is not known."""
    if gaze is None or math.isnan(gaze.x_norm) or math.isnan(gaze.y_norm):
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    place = stage.point(gaze.x_norm, gaze.y_norm)
    painter.fillPath(ring(place, radius + 1.0, 0.0), shade_of(OVERLAY.halo, 220))
    painter.fillPath(ring(place, radius - 1.0, 0.0), QColor(colour))


class HeatmapLayer:
    """The heatmaps as pixmaps, made again only when their version changes."""

    def __init__(self) -> None:
        self._versions: dict[int, int] = {}
        self._pixmaps: dict[int, QPixmap] = {}

    def update(self, heatmaps: tuple[HeatmapState, ...]) -> bool:
        """Take over heatmaps; True when one changed."""
        changed = False
        for gone in set(self._versions) - {heatmap.image_id for heatmap in heatmaps}:
            del self._versions[gone], self._pixmaps[gone]
            changed = True
        for heatmap in heatmaps:
            if self._versions.get(heatmap.image_id) != heatmap.version:
                self._versions[heatmap.image_id] = heatmap.version
                self._pixmaps[heatmap.image_id] = QPixmap.fromImage(to_image(heatmap.rgba))
                changed = True
        return changed

    def paint(self, painter: QPainter, panes: tuple[PaneState, ...], scale: float, opacity: float) -> None:
        """Paint each pane's heatmap where its image lies; the painter works in target pixels."""
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setOpacity(opacity)
        for pane in panes:
            pixmap = self._pixmaps.get(pane.image_id)
            if pixmap is not None:
                across, down = pixmap.width() / pane.image_width_px, pixmap.height() / pane.image_height_px
                src, dst = pane.placement.src_image_px, pane.placement.dst_screen_px
                source = QRectF(src.x * across, src.y * down, src.w * across, src.h * down)
                painter.drawPixmap(_qrect(dst, scale), pixmap, source)
        painter.setOpacity(1.0)


def _qrect(rect: Rect, scale: float) -> QRectF:
    return QRectF(rect.x * scale, rect.y * scale, rect.w * scale, rect.h * scale)
