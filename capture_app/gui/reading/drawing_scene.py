"""What lies on the canvas and what a press on it means; a value, made anew whenever something changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from capture_app.gui import tokens
from capture_app.gui.reading.drawing_drag import Drag
from capture_app.gui.reading.drawing_places import CanvasPane, pane_under
from capture_app.gui.reading.drawing_tags import Tag, TagWish
from capture_app.gui.reading.shape_geometry import Bounds, bounds_of, contains, handle_under, widened
from capture_app.session.reading import Shape, ShapeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CanvasShape:
    """A shape with what is written beside it."""

    number: int
    shape: Shape
    long_text: str  # "2 Consolidation, Atelectasis"; "" for no words
    short_text: str  # "2"
    is_complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CanvasScene:
    """Panes and shapes; points are logical px of the canvas."""

    panes: tuple[CanvasPane, ...] = ()
    shapes: tuple[CanvasShape, ...] = ()
    selected: int = -1

    @property
    def chosen(self) -> CanvasShape | None:
        """The picked shape."""
        return self.shape(self.selected)

    def shape(self, number: int) -> CanvasShape | None:
        """Return a shape by its number."""
        return next((each for each in self.shapes if each.number == number), None)

    def pane(self, number: int) -> CanvasPane | None:
        """Return a pane by its number."""
        return next((pane for pane in self.panes if pane.state.pane == number), None)

    def on_canvas(self, each: CanvasShape) -> Bounds | None:
        """Return where a shape lies on the canvas; None where its pane is not shown."""
        pane = self.pane(each.shape.pane)
        return None if pane is None else pane.on_canvas(bounds_of(each.shape))

    def drag_from(
        self, x: float, y: float, kind: ShapeKind, *, is_from_centre: bool, is_new: bool
    ) -> Drag | None:
        """Return what a press at a point begins; `is_new`: a shape is drawn even on the picked one."""
        chosen = self.chosen
        pane = None if chosen is None else self.pane(chosen.shape.pane)
        if chosen is not None and pane is not None and not is_new:
            before = bounds_of(chosen.shape)
            bounds = pane.on_canvas(before)
            handle = handle_under(widened(bounds, tokens.SHAPE_FRAME_LEAST), x, y, tokens.MINIMUM_TARGET)
            if handle is not None or _is_held(bounds, chosen.shape.kind, x, y):
                return Drag.changing(
                    pane, x, y, chosen.shape.kind, number=chosen.number, before=before, handle=handle
                )
        under = pane_under(self.panes, x, y)
        if under is None:
            return None
        return Drag.drawing(under, x, y, kind, is_from_centre=is_from_centre)

    def picked_at(self, x: float, y: float, tags: Sequence[Tag]) -> int:
        """Return the shape that a click picks, -1 for none.

        By its words, else the smallest under the point; clicking the picked one again reaches what lies
        below it.
        """
        for tag in tags:
            if contains(tag.bounds, ShapeKind.BOX, x, y):
                return tag.number
        under = []
        for each in self.shapes:
            bounds = self.on_canvas(each)
            if bounds is not None and _is_held(bounds, each.shape.kind, x, y):
                under.append((bounds.width * bounds.height, each.number))
        numbers = [number for _, number in sorted(under)]
        if not numbers:
            return -1
        if self.selected in numbers:
            return numbers[(numbers.index(self.selected) + 1) % len(numbers)]
        return numbers[0]

    def wishes(self, width_of: Callable[[str], float]) -> list[TagWish]:
        """Return the words that want a place; the handles of the picked shape are kept free, too."""
        wishes = []
        for each in self.shapes:
            pane, bounds = self.pane(each.shape.pane), self.on_canvas(each)
            if pane is None or bounds is None or not each.long_text:
                continue
            if each.number == self.selected:
                bounds = widened(bounds, tokens.SHAPE_FRAME_LEAST)
            wishes.append(
                TagWish(
                    number=each.number,
                    shape=bounds,
                    area=pane.territory,
                    long_text=each.long_text,
                    long_width=width_of(each.long_text),
                    short_text=each.short_text,
                    short_width=width_of(each.short_text),
                )
            )
        return wishes


def _is_held(bounds: Bounds, kind: ShapeKind, x: float, y: float) -> bool:
    """Whether a point means a shape: on it, or near the middle of a tiny one."""
    if contains(bounds, kind, x, y):
        return True
    is_tiny = min(bounds.width, bounds.height) < tokens.MINIMUM_TARGET
    return is_tiny and contains(widened(bounds, float(tokens.MINIMUM_TARGET)), ShapeKind.BOX, x, y)
