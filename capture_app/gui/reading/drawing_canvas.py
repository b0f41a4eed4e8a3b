"""The see-through canvas above the images: shapes are drawn, picked, moved and resized on it.

It takes the drawing button alone. All other buttons, the wheel and the keys go on to the reader's window,
so that zoom, pan and window work while drawing. A finished drag is told once; nothing while it goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from capture_app.gui import tokens
from capture_app.gui.reading.drawing_drag import Drag, DragAction
from capture_app.gui.reading.drawing_layer import StillLayer
from capture_app.gui.reading.drawing_paint import (
    dirty_rect,
    paint_crosshair,
    paint_handles,
    paint_outline,
    rect_of,
    tag_width,
)
from capture_app.gui.reading.drawing_places import CanvasPane, canvas_panes
from capture_app.gui.reading.drawing_scene import CanvasScene, CanvasShape
from capture_app.gui.reading.drawing_tags import Tag, place_tags
from capture_app.gui.reading.shape_geometry import (
    Bounds,
    Handle,
    bounds_of,
    in_the_middle,
    moved,
    resized,
)
from capture_app.gui.theme import sized_font
from capture_app.session.reading import Shape, ShapeKind
from capture_app.session.states import PaneState

_KEY_PAUSE_MS: Final = 400  # steps by keys become one change after such a pause
_REST_MS: Final = 120  # outlines are smoothed when the images have not moved for so long
_CURSORS: Final = {
    Handle.TOP_LEFT: Qt.CursorShape.SizeFDiagCursor,
    Handle.BOTTOM_RIGHT: Qt.CursorShape.SizeFDiagCursor,
    Handle.TOP_RIGHT: Qt.CursorShape.SizeBDiagCursor,
    Handle.BOTTOM_LEFT: Qt.CursorShape.SizeBDiagCursor,
    Handle.LEFT: Qt.CursorShape.SizeHorCursor,
    Handle.RIGHT: Qt.CursorShape.SizeHorCursor,
    Handle.TOP: Qt.CursorShape.SizeVerCursor,
    Handle.BOTTOM: Qt.CursorShape.SizeVerCursor,
}


class DrawingCanvas(QWidget):
    """Draws shapes over the images; its owner keeps them and hands them back by `render_shapes`."""

    drawn = Signal(object)  # Shape without labels and certainty
    changed = Signal(int, object)  # number, Shape
    picked = Signal(int)  # number, -1 for none
    refused = Signal(str)  # a sentence

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drawing_canvas")
        self.setAccessibleName(self.tr("Image to draw on"))
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.kind = ShapeKind.ELLIPSE
        self.is_from_centre = False
        self.limit_text = ""  # why nothing more can be drawn; "" where more can
        self.tag_font_px = tokens.FONT_SECONDARY_PX
        self.draw_button = Qt.MouseButton.LeftButton
        self._states: tuple[PaneState, ...] = ()
        self._scene = CanvasScene()
        self._tags: tuple[Tag, ...] = ()
        self._drag: Drag | None = None
        self._press = QPointF()
        self._is_dragged = False  # far enough to be no click
        self._draft: Bounds | None = None  # of the drag, or of steps by keys, image px
        self._draft_number = -1  # of the shape that it replaces, -1 for a new one
        self._draft_kind = ShapeKind.ELLIPSE
        self._draft_pane = 0
        self._has_steps = False  # steps by keys that have not been told
        self._key_timer = QTimer(self)
        self._key_timer.setSingleShot(True)
        self._key_timer.setInterval(_KEY_PAUSE_MS)
        self._key_timer.timeout.connect(self.settle)

        self._still = StillLayer()
        self._rest_timer = QTimer(self)  # runs while the images move
        self._rest_timer.setSingleShot(True)
        self._rest_timer.setInterval(_REST_MS)
        self._rest_timer.timeout.connect(self._repaint_all)

    def render_shapes(self, panes: Sequence[PaneState], shapes: Sequence[CanvasShape], selected: int) -> None:
        """Show shapes over panes; the same ones again change nothing."""
        if self._drag is None and not self._has_steps:
            self._forget_draft()  # the answer to what was told is here, or it was refused
        is_same_place = len(panes) == len(self._states) and all(
            new.placement == old.placement and new.image_id == old.image_id
            for new, old in zip(panes, self._states, strict=False)
        )
        scene = CanvasScene(panes=self._scene.panes, shapes=tuple(shapes), selected=selected)
        if is_same_place and scene == self._scene:
            return
        if not is_same_place and self._states:
            self._rest_timer.start()
        self._states, self._scene = tuple(panes), scene
        self._lay_out()

    @property
    def selected(self) -> int:
        """Number of the picked shape, -1 for none."""
        return self._scene.selected

    def settle(self) -> None:
        """Tell what steps by keys have made of the shape so far."""
        if not self._has_steps:
            return
        self._key_timer.stop()
        self._has_steps = False
        found = self._scene.shape(self._draft_number)
        if self._draft is None or found is None:
            return
        if bounds_of(found.shape) == self._draft:
            self._forget_draft()
            return
        self.changed.emit(found.number, _at(found.shape, self._draft))

    def draw_in_the_middle(self) -> None:
        """Draw a shape in the middle of what is shown: drawing without a pointer."""
        pane = self._scene.panes[0] if self._scene.panes else None
        chosen = self._scene.chosen
        if chosen is not None:
            pane = self._scene.pane(chosen.shape.pane)
        if pane is None:
            return
        if self.limit_text:
            self.refused.emit(self.limit_text)
            return
        self.settle()
        self.drawn.emit(self._new_shape(pane, in_the_middle(pane.shown_image_px, pane.size_px)))

    def step(self, dx_image_px: float, dy_image_px: float, *, is_resize: bool) -> bool:
        """Move the picked shape, or its right and bottom edge, by keys; False where none is picked."""
        found = self._scene.chosen
        pane = self._scene.pane(found.shape.pane) if found is not None else None
        if found is None or pane is None or self._drag is not None:
            return False
        before = self._draft if self._draft_number == found.number else None
        bounds = before or bounds_of(found.shape)
        kind = found.shape.kind
        if is_resize:
            after = resized(bounds, Handle.BOTTOM_RIGHT, dx_image_px, dy_image_px, kind, pane.size_px)
        else:
            after = moved(bounds, dx_image_px, dy_image_px, kind, pane.size_px)
        self._set_draft(after, found.number, kind, found.shape.pane)
        self._has_steps = True
        self._key_timer.start()
        return True

    def cancel(self) -> bool:
        """Give up the drag that goes on; False where none does."""
        if self._drag is None:
            return False
        self._end_drag()
        self._forget_draft()
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to draw, move or resize."""
        if event.button() != self.draw_button or self._drag is not None:
            event.ignore()
            return
        self.settle()
        place = event.position()
        self._press, self._is_dragged = place, False
        self._drag = self._drag_from(
            place, is_new=bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with the drag; else say by the cursor what a press would do."""
        place = event.position()
        if self._drag is None:
            self._show_cursor(place)
            event.ignore()
            return
        if not event.buttons() & self.draw_button:  # let go where nothing heard of it
            self.cancel()
            return
        if not self._is_dragged and (place - self._press).manhattanLength() < tokens.SHAPE_DRAG_LEAST:
            return
        drag, pane = self._drag, self._scene.pane(self._drag.pane)
        if pane is None:
            return
        if drag.action is DragAction.DRAW and self.limit_text:
            self._end_drag()
            self.refused.emit(self.limit_text)
            return
        self._is_dragged = True
        self._set_draft(drag.at(*pane.to_image(place.x(), place.y())), drag.number, drag.kind, drag.pane)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the drag and tell what it made; a click picks the shape under it."""
        if event.button() != self.draw_button or self._drag is None:
            event.ignore()
            return
        drag, pane = self._drag, self._scene.pane(self._drag.pane)
        is_click = not self._is_dragged
        self._end_drag()
        if is_click:
            place = event.position()
            is_handle = drag.handle is not None
            self.picked.emit(
                self.selected if is_handle else self._scene.picked_at(place.x(), place.y(), self._tags)
            )
            return
        if pane is None:
            self._forget_draft()
            return
        bounds = drag.ended(*pane.to_image(event.position().x(), event.position().y()))
        if bounds is None:
            self._forget_draft()
            self.refused.emit(
                self.tr(
                    "Nothing was drawn: a shape is at least 3 px wide and high, with its centre on the image."
                )
            )
        elif drag.action is DragAction.DRAW:
            self.drawn.emit(self._new_shape(pane, bounds))
        else:
            found = self._scene.shape(drag.number)
            if found is not None and bounds != bounds_of(found.shape):
                self.changed.emit(drag.number, _at(found.shape, bounds))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Find the images again."""
        super().resizeEvent(event)
        self._lay_out()

    def changeEvent(self, event: QEvent) -> None:
        """Measure the words again in another font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what the part of the canvas holds that is asked for."""
        painter = QPainter(self)
        self._still.paint(
            painter,
            QRectF(event.rect()),
            self._scene,
            self._tags,
            drafted=self._draft_number,
            font=self._tag_font(),
            size=self.size(),
            is_coarse=self._rest_timer.isActive(),
        )
        for pane in self._scene.panes:
            painter.setClipRect(rect_of(pane.territory))
            self._paint_chosen(painter, pane)
        painter.end()

    def _paint_chosen(self, painter: QPainter, pane: CanvasPane) -> None:
        """Paint the picked shape and the one that is being drawn or changed."""
        chosen, draft = self._scene.chosen, self._draft
        is_coarse = self._rest_timer.isActive()
        is_chosen_here = chosen is not None and chosen.shape.pane == pane.state.pane
        if chosen is not None and is_chosen_here and chosen.number != self._draft_number:
            bounds = pane.on_canvas(bounds_of(chosen.shape))
            paint_outline(
                painter, bounds, chosen.shape.kind, is_selected=draft is None, is_complete=chosen.is_complete,
                is_coarse=is_coarse,
            )  # fmt: skip
            if draft is None:
                paint_handles(painter, bounds, chosen.shape.kind)
        if draft is not None and self._draft_pane == pane.state.pane:
            bounds = pane.on_canvas(draft)
            paint_outline(painter, bounds, self._draft_kind, is_selected=True, is_complete=True)
            if self._drag is not None and self._drag.is_from_centre:
                paint_crosshair(painter, QPointF(*bounds.centre))
            elif self._drag is None and self._draft_number >= 0:
                paint_handles(painter, bounds, self._draft_kind)

    def _lay_out(self) -> None:
        """Place the panes and the words anew."""
        corner = self.mapTo(self.window(), self.rect().topLeft())
        size = (float(self.width()), float(self.height()))
        ratio = self.devicePixelRatioF()
        panes = canvas_panes(self._states, ratio, (corner.x(), corner.y()), size)
        self._scene = CanvasScene(panes=panes, shapes=self._scene.shapes, selected=self._scene.selected)
        metrics = QFontMetricsF(self._tag_font())
        wishes = self._scene.wishes(lambda text: tag_width(metrics, text))
        self._tags = place_tags(wishes, metrics.height() + tokens.SPACE_XS)
        self._repaint_all()

    def _repaint_all(self) -> None:
        self._still.forget()
        self.update()

    def _tag_font(self) -> QFont:
        return sized_font(self.font(), self.tag_font_px)

    def _drag_from(self, place: QPointF, *, is_new: bool) -> Drag | None:
        return self._scene.drag_from(
            place.x(), place.y(), self.kind, is_from_centre=self.is_from_centre, is_new=is_new
        )

    def _show_cursor(self, place: QPointF) -> None:
        drag = self._drag_from(place, is_new=False)
        if drag is None:
            self.setCursor(Qt.CursorShape.ArrowCursor)
        elif drag.handle is not None:
            self.setCursor(_CURSORS[drag.handle])
        elif drag.action is DragAction.MOVE:
            self.setCursor(Qt.CursorShape.SizeAllCursor)
        else:
            self.setCursor(Qt.CursorShape.CrossCursor)

    def _set_draft(self, bounds: Bounds, number: int, kind: ShapeKind, pane: int) -> None:
        self._update_draft()
        if number != self._draft_number:
            self._repaint_all()  # this shape and its words are no longer among those that stand still
        self._draft, self._draft_number = bounds, number
        self._draft_kind, self._draft_pane = kind, pane
        self._update_draft()

    def _forget_draft(self) -> None:
        self._key_timer.stop()
        self._has_steps = False
        if self._draft is not None:
            self._draft, self._draft_number = None, -1
            self._repaint_all()

    def _update_draft(self) -> None:
        pane = self._scene.pane(self._draft_pane)
        if self._draft is not None and pane is not None:
            self.update(dirty_rect(pane.on_canvas(self._draft)).toAlignedRect())

    def _end_drag(self) -> None:
        self._drag = None
        self._is_dragged = False

    def _new_shape(self, pane: CanvasPane, bounds: Bounds) -> Shape:
        return Shape(
            kind=self.kind,
            image_id=pane.state.image_id,
            pane=pane.state.pane,
            left_image_px=bounds.left,
            top_image_px=bounds.top,
            right_image_px=bounds.right,
            bottom_image_px=bounds.bottom,
        )


def _at(shape: Shape, bounds: Bounds) -> Shape:
    """Return a shape at another place."""
    return replace(
        shape,
        left_image_px=bounds.left,
        top_image_px=bounds.top,
        right_image_px=bounds.right,
        bottom_image_px=bounds.bottom,
    )
