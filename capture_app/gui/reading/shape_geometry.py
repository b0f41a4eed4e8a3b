"""Ellipses and boxes on an image as values: made by a drag, moved, resized, found under a point.

Pure arithmetic, no Qt. All coordinates are image px unless a name says otherwise; a shape is the upright
rectangle that holds it, as the SHAPE rows keep it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from capture_app.session.reading import Shape, ShapeKind

LEAST_SIDE_PX: Final = 3.0
"""Image px: a shape has at least this width and height."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """An upright rectangle, in the frame of whoever made it."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Right minus left."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Bottom minus top."""
        return self.bottom - self.top

    @property
    def centre(self) -> tuple[float, float]:
        """The middle, x and y."""
        return (self.left + self.right) / 2.0, (self.top + self.bottom) / 2.0


class Handle(Enum):
    """What a shape is resized by: which edges it moves, -1 left or top, 1 right or bottom, 0 none."""

    TOP_LEFT = (-1, -1)
    TOP = (0, -1)
    TOP_RIGHT = (1, -1)
    RIGHT = (1, 0)
    BOTTOM_RIGHT = (1, 1)
    BOTTOM = (0, 1)
    BOTTOM_LEFT = (-1, 1)
    LEFT = (-1, 0)


def bounds_of(shape: Shape) -> Bounds:
    """Return where a shape is, image px."""
    return Bounds(
        left=shape.left_image_px,
        top=shape.top_image_px,
        right=shape.right_image_px,
        bottom=shape.bottom_image_px,
    )


def from_corners(x0: float, y0: float, x1: float, y1: float) -> Bounds:
    """Return the rectangle between two opposite corners, in any order."""
    return Bounds(left=min(x0, x1), top=min(y0, y1), right=max(x0, x1), bottom=max(y0, y1))


def from_centre(x_centre: float, y_centre: float, x: float, y: float) -> Bounds:
    """Return the rectangle around a centre whose corner is at a point."""
    half_width, half_height = abs(x - x_centre), abs(y - y_centre)
    return Bounds(
        left=x_centre - half_width,
        top=y_centre - half_height,
        right=x_centre + half_width,
        bottom=y_centre + half_height,
    )


def is_large_enough(bounds: Bounds) -> bool:
    """Whether both sides reach the least length."""
    return min(bounds.width, bounds.height) >= LEAST_SIDE_PX


def moved(bounds: Bounds, dx: float, dy: float, kind: ShapeKind, size_px: tuple[int, int]) -> Bounds:
    """Return the shape elsewhere, same size: the centre of an ellipse and all of a box stay on the image."""
    if kind is ShapeKind.ELLIPSE:
        x, y = bounds.centre
        dx = _kept(x + dx, 0.0, float(size_px[0])) - x
        dy = _kept(y + dy, 0.0, float(size_px[1])) - y
    else:
        dx = _kept(bounds.left + dx, 0.0, size_px[0] - bounds.width) - bounds.left
        dy = _kept(bounds.top + dy, 0.0, size_px[1] - bounds.height) - bounds.top
    return Bounds(
        left=bounds.left + dx, top=bounds.top + dy, right=bounds.right + dx, bottom=bounds.bottom + dy
    )


def resized(
    bounds: Bounds, handle: Handle, dx: float, dy: float, kind: ShapeKind, size_px: tuple[int, int]
) -> Bounds:
    """Return the shape with a handle moved; edges that are not the handle's stay exactly where they are.

    A handle stops at the least size before the opposite edge, a box at the edges of the image, an ellipse
    where its centre would leave the image.
    """
    across, down = handle.value
    left, right = _pulled(bounds.left, bounds.right, across, dx, kind, float(size_px[0]))
    top, bottom = _pulled(bounds.top, bounds.bottom, down, dy, kind, float(size_px[1]))
    return Bounds(left=left, top=top, right=right, bottom=bottom)


def on_image(bounds: Bounds, kind: ShapeKind, size_px: tuple[int, int]) -> Bounds | None:
    """Return a drawn shape as far as it may lie on an image; None where it lies beside it or is too small.

    A box is cut at the edges of the image. An ellipse may reach over them, its centre may not.
    """
    width, height = float(size_px[0]), float(size_px[1])
    if kind is ShapeKind.ELLIPSE:
        x, y = bounds.centre
        kept = bounds if 0.0 <= x <= width and 0.0 <= y <= height else None
    else:
        kept = Bounds(
            left=_kept(bounds.left, 0.0, width),
            top=_kept(bounds.top, 0.0, height),
            right=_kept(bounds.right, 0.0, width),
            bottom=_kept(bounds.bottom, 0.0, height),
        )
    return kept if kept is not None and is_large_enough(kept) else None


def in_the_middle(shown: Bounds, size_px: tuple[int, int]) -> Bounds:
    """Return a shape in the middle of the part of an image that is shown, a quarter of it wide and high."""
    x, y = shown.centre
    half = max(min(shown.width, shown.height) / 8.0, LEAST_SIDE_PX / 2.0)
    bounds = Bounds(left=x - half, top=y - half, right=x + half, bottom=y + half)
    return moved(bounds, 0.0, 0.0, ShapeKind.BOX, size_px)


def contains(bounds: Bounds, kind: ShapeKind, x: float, y: float) -> bool:
    """Whether a point is inside a shape or on its outline."""
    if not (bounds.left <= x <= bounds.right and bounds.top <= y <= bounds.bottom):
        return False
    if kind is not ShapeKind.ELLIPSE:
        return True
    x_centre, y_centre = bounds.centre
    across = (x - x_centre) / (bounds.width / 2.0)
    down = (y - y_centre) / (bounds.height / 2.0)
    return across * across + down * down <= 1.0 + 1e-9


def widened(bounds: Bounds, least_side: float) -> Bounds:
    """Return the rectangle around the same centre with sides of at least so much, for handles to stand on."""
    x, y = bounds.centre
    half_width = max(bounds.width, least_side) / 2.0
    half_height = max(bounds.height, least_side) / 2.0
    return Bounds(left=x - half_width, top=y - half_height, right=x + half_width, bottom=y + half_height)


def handle_places(bounds: Bounds) -> dict[Handle, tuple[float, float]]:
    """Return where each handle stands on the rim of a rectangle."""
    x, y = bounds.centre
    columns = {-1: bounds.left, 0: x, 1: bounds.right}
    rows = {-1: bounds.top, 0: y, 1: bounds.bottom}
    return {handle: (columns[handle.value[0]], rows[handle.value[1]]) for handle in Handle}


def handle_under(frame: Bounds, x: float, y: float, target: float) -> Handle | None:
    """Return the handle whose square target of side `target` holds a point; the nearest where several do."""
    near = [
        ((x - x_handle) ** 2 + (y - y_handle) ** 2, handle)
        for handle, (x_handle, y_handle) in handle_places(frame).items()
        if max(abs(x - x_handle), abs(y - y_handle)) <= target / 2.0
    ]
    return min(near, key=lambda each: each[0])[1] if near else None


def _pulled(
    low: float, high: float, side: int, step: float, kind: ShapeKind, extent: float
) -> tuple[float, float]:
    """Return both ends of one axis after the end on `side` was moved by `step`."""
    if side == 0:
        return low, high
    is_ellipse = kind is ShapeKind.ELLIPSE
    if side < 0:
        furthest = -high if is_ellipse else 0.0  # the centre is (low + high) / 2 >= 0
        return _kept(low + step, min(furthest, low), max(high - LEAST_SIDE_PX, low)), high
    furthest = 2.0 * extent - low if is_ellipse else extent
    return low, _kept(high + step, min(low + LEAST_SIDE_PX, high), max(furthest, high))


def _kept(value: float, low: float, high: float) -> float:
    return max(low, min(value, high))
