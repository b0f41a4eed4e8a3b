"""Drawing areas of interest by hand on the picture of a replay, and painting them over it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from capture_app.gui import tokens
from capture_app.gui.replay.picture import ReplayPicture
from capture_app.gui.replay.picture_overlay import PictureMap, PicturePoint
from capture_app.gui.theme import sized_font
from capture_app.gui.tokens import OVERLAY
from gaze_core.measures import Area, AreaKind, AreaSource

SHORTEST_IMAGE_PX: Final = 3.0  # a smaller shape was a click
SOURCE_COLOURS: Final = {
    AreaSource.READER: OVERLAY.shape,
    AreaSource.REFERENCE: OVERLAY.left,
    AreaSource.DRAWN: OVERLAY.shape_selected,
    AreaSource.IMPORTED: OVERLAY.right,
}


class AreaDrawing(QObject):
    """Turns strokes into areas: a drag is an ellipse or box, clicks are the corners of a polygon.

    A second press at once, or Enter, ends a polygon; Escape gives it up.
    """

    drawn = Signal(object)  # Area
    changed = Signal()  # what is being drawn

    def __init__(self, picture: ReplayPicture, parent: QObject) -> None:
        super().__init__(parent)
        self._picture = picture
        self.kind: AreaKind | None = None  # None: nothing is drawn
        self.name = ""
        self._points: list[PicturePoint] = []
        self._pointer: PicturePoint | None = None
        picture.pressed.connect(self._press)
        picture.moved.connect(self._move)
        picture.released.connect(self._release)
        picture.double_clicked.connect(self.finish_polygon)

    def choose(self, kind: AreaKind | None) -> None:
        """Draw areas of a kind from now on, or none."""
        self.kind = kind
        self._picture.set_drawing(kind is not None)
        self.give_up()

    def give_up(self) -> None:
        """Forget what is being drawn."""
        self._points, self._pointer = [], None
        self.changed.emit()
        self._picture.update()

    def finish_polygon(self) -> None:
        """Close the polygon, where it has corners enough."""
        points = self._distinct()
        if self.kind is AreaKind.POLYGON and len(points) >= 3:
            self._points = points
            self._give(self._area(self._points))
        elif self.kind is AreaKind.POLYGON:
            self.give_up()

    def current(self) -> Area | None:
        """Return what is being drawn, as it would be now."""
        points = [*self._points, *([self._pointer] if self._pointer is not None else [])]
        return self._area(points) if len(points) >= (3 if self.kind is AreaKind.POLYGON else 2) else None

    @property
    def corners(self) -> tuple[PicturePoint, ...]:
        """The corners of a polygon until now, and the pointer."""
        return (*self._points, *([self._pointer] if self._pointer is not None and self._points else []))

    def _press(self, point: PicturePoint) -> None:
        if self.kind is AreaKind.POLYGON:
            if self._points and self._points[0].image_id != point.image_id:
                return  # a polygon stays on the image it began on
            self._points.append(point)
        else:
            self._points = [point]
        self._picture.update()

    def _move(self, point: PicturePoint) -> None:
        if self._points and point.image_id == self._points[0].image_id:
            self._pointer = point
            self._picture.update()

    def _release(self, point: PicturePoint) -> None:
        if self.kind in (AreaKind.ELLIPSE, AreaKind.BOX) and self._points:
            self._give(self._area([self._points[0], point]))

    def _distinct(self) -> list[PicturePoint]:
        """Return the corners without the second click of the double click at the same place."""
        kept: list[PicturePoint] = []
        for point in self._points:
            if not kept or _apart(kept[-1], point) >= SHORTEST_IMAGE_PX:
                kept.append(point)
        return kept

    def _area(self, points: Sequence[PicturePoint]) -> Area | None:
        first, last = points[0], points[-1]
        name = self.name.strip() or "area"
        if self.kind is AreaKind.POLYGON:
            corners = tuple((each.x_image_px, each.y_image_px) for each in points)
            return Area(
                name=name, image_id=first.image_id, kind=AreaKind.POLYGON, source=AreaSource.DRAWN,
                points_image_px=corners,
            )  # fmt: skip
        width, height = abs(last.x_image_px - first.x_image_px), abs(last.y_image_px - first.y_image_px)
        if self.kind is None or min(width, height) < SHORTEST_IMAGE_PX:
            return None
        return Area(
            name=name, image_id=first.image_id, kind=self.kind, source=AreaSource.DRAWN,
            x_image_px=(first.x_image_px + last.x_image_px) / 2,
            y_image_px=(first.y_image_px + last.y_image_px) / 2, width_image_px=width, height_image_px=height,
        )  # fmt: skip

    def _give(self, area: Area | None) -> None:
        self.give_up()
        if area is not None:
            self.drawn.emit(area)


def _apart(one: PicturePoint, other: PicturePoint) -> float:
    return math.hypot(one.x_image_px - other.x_image_px, one.y_image_px - other.y_image_px)


def paint_areas(
    painter: QPainter, places: PictureMap, areas: Sequence[Area], chosen: int, drawing: AreaDrawing
) -> None:
    """Paint areas with their names, the chosen one stronger, and what is being drawn."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(sized_font(painter.font(), tokens.FONT_SECONDARY_PX))
    for number, area in enumerate(areas):
        paint_area(painter, places, area, QColor(SOURCE_COLOURS[area.source]), is_chosen=number == chosen)
    current = drawing.current()
    if current is not None:
        paint_area(painter, places, current, QColor(OVERLAY.shape_selected), is_chosen=True)
        return
    corners = drawing.corners
    for pane in places.panes_of(corners[0].image_id)[:1] if corners else ():
        points = [places.to_widget(pane, each.x_image_px, each.y_image_px) for each in corners]
        painter.setPen(QPen(QColor(OVERLAY.shape_selected), tokens.FOCUS_RING))
        painter.drawPolyline(QPolygonF(points))


def paint_area(painter: QPainter, places: PictureMap, area: Area, colour: QColor, *, is_chosen: bool) -> None:
    """Paint the outline of one area and its name, on every pane that shows its image."""
    width = tokens.FOCUS_RING + (1 if is_chosen else 0)
    for pane in places.panes_of(area.image_id):
        top = QPointF(0.0, math.inf)
        for line in area.outlines():
            polygon = QPolygonF([places.to_widget(pane, float(x), float(y)) for x, y in line])
            for pen in (QPen(QColor(OVERLAY.halo), width + 2), QPen(colour, width)):
                painter.setPen(pen)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawPolygon(polygon)
            box = polygon.boundingRect()
            if box.top() < top.y():
                top = QPointF(box.center().x(), box.top())
        _paint_name(painter, area.name, top, colour)


def _paint_name(painter: QPainter, name: str, top: QPointF, colour: QColor) -> None:
    if not math.isfinite(top.y()):
        return
    width = painter.fontMetrics().horizontalAdvance(name)
    place = QPointF(top.x() - width / 2, top.y() - tokens.SPACE_XS)
    painter.setPen(QColor(OVERLAY.halo))
    for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        painter.drawText(place + QPointF(dx, dy), name)
    painter.setPen(colour)
    painter.drawText(place, name)
