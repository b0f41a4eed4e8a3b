"""One drag of the drawing hand as a value: what it makes of a shape at each point of its way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from capture_app.gui.reading.drawing_places import CanvasPane
from capture_app.gui.reading.shape_geometry import (
    Bounds,
    Handle,
    from_centre,
    from_corners,
    moved,
    on_image,
    resized,
)
from capture_app.session.reading import ShapeKind


class DragAction(Enum):
    """What a drag does."""

    DRAW = "draw"
    MOVE = "move"
    RESIZE = "resize"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drag:
    """A drag that began at a point of an image. Points are image px of its pane, whatever the zoom."""

    action: DragAction
    pane: int
    kind: ShapeKind
    size_px: tuple[int, int]  # of the image
    x_start_image_px: float
    y_start_image_px: float
    is_from_centre: bool = False
    number: int = -1  # of the shape that is changed
    before: Bounds | None = None  # of it
    handle: Handle | None = None

    @classmethod
    def drawing(cls, pane: CanvasPane, x: float, y: float, kind: ShapeKind, *, is_from_centre: bool) -> Drag:
        """Return the drag that draws a new shape from a point of the canvas."""
        x_image, y_image = pane.to_image(x, y)
        return cls(
            action=DragAction.DRAW,
            pane=pane.state.pane,
            kind=kind,
            size_px=pane.size_px,
            x_start_image_px=x_image,
            y_start_image_px=y_image,
            is_from_centre=is_from_centre and kind is ShapeKind.ELLIPSE,
        )

    @classmethod
    def changing(
        cls,
        pane: CanvasPane,
        x: float,
        y: float,
        kind: ShapeKind,
        *,
        number: int,
        before: Bounds,
        handle: Handle | None,
    ) -> Drag:
        """Return the drag that moves a shape, or resizes it by a handle."""
        x_image, y_image = pane.to_image(x, y)
        return cls(
            action=DragAction.MOVE if handle is None else DragAction.RESIZE,
            pane=pane.state.pane,
            kind=kind,
            size_px=pane.size_px,
            x_start_image_px=x_image,
            y_start_image_px=y_image,
            number=number,
            before=before,
            handle=handle,
        )

    def at(self, x_image_px: float, y_image_px: float) -> Bounds:
        """Return the shape while the pointer is over an image point; what is drawn may still be too small."""
        if self.before is None:
            make = from_centre if self.is_from_centre else from_corners
            return make(self.x_start_image_px, self.y_start_image_px, x_image_px, y_image_px)
        dx, dy = x_image_px - self.x_start_image_px, y_image_px - self.y_start_image_px
        if self.handle is None:
            return moved(self.before, dx, dy, self.kind, self.size_px)
        return resized(self.before, self.handle, dx, dy, self.kind, self.size_px)

    def ended(self, x_image_px: float, y_image_px: float) -> Bounds | None:
        """Return the finished shape; None where it would lie beside the image or be too small."""
        bounds = self.at(x_image_px, y_image_px)
        return bounds if self.before is not None else on_image(bounds, self.kind, self.size_px)
