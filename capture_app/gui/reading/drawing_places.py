"""Where images lie on the canvas that is drawn on: image px to px of the canvas and back.

The map is the `Placement` of each pane, the very one the image was painted with; here it is only brought from
the reader's screen (physical px) to the canvas (logical px from its own corner).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from capture_app.gui.reading.shape_geometry import Bounds
from capture_app.session.states import PaneState


@dataclass(frozen=True, slots=True, kw_only=True)
class CanvasPane:
    """One image as the canvas sees it."""

    state: PaneState
    ratio: float  # physical px per logical px
    x_canvas_px: float  # corner of the canvas on the reader's screen, logical px
    y_canvas_px: float
    territory: Bounds  # the part of the canvas that is this pane's, logical px

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the whole image."""
        return self.state.image_width_px, self.state.image_height_px

    @property
    def shown_image_px(self) -> Bounds:
        """The part of the image that is shown."""
        shown = self.state.placement.src_image_px
        return Bounds(left=shown.x, top=shown.y, right=shown.right, bottom=shown.bottom)

    def to_image(self, x: float, y: float) -> tuple[float, float]:
        """Return the image point under a point of the canvas; beside the image it goes on."""
        x_image, y_image = self.state.placement.screen_to_image(
            (x + self.x_canvas_px) * self.ratio, (y + self.y_canvas_px) * self.ratio
        )
        return float(x_image), float(y_image)

    def to_canvas(self, x_image_px: float, y_image_px: float) -> tuple[float, float]:
        """Return the point of the canvas over an image point."""
        x, y = self.state.placement.image_to_screen(x_image_px, y_image_px)
        return float(x) / self.ratio - self.x_canvas_px, float(y) / self.ratio - self.y_canvas_px

    def on_canvas(self, bounds: Bounds) -> Bounds:
        """Return where a rectangle of the image lies on the canvas."""
        left, top = self.to_canvas(bounds.left, bounds.top)
        right, bottom = self.to_canvas(bounds.right, bounds.bottom)
        return Bounds(left=left, top=top, right=right, bottom=bottom)


def canvas_panes(
    panes: Sequence[PaneState], ratio: float, corner_px: tuple[float, float], size_px: tuple[float, float]
) -> tuple[CanvasPane, ...]:
    """Return the panes as a canvas sees them.

    Parameters
    ----------
    panes
        As painted.
    ratio
        Physical px per logical px.
    corner_px
        Of the canvas on the reader's screen, logical px.
    size_px
        Of the canvas, logical px.
    """
    shown = []
    for pane in panes:
        dst = pane.placement.dst_screen_px
        shown.append(
            Bounds(
                left=dst.x / ratio - corner_px[0],
                top=dst.y / ratio - corner_px[1],
                right=dst.right / ratio - corner_px[0],
                bottom=dst.bottom / ratio - corner_px[1],
            )
        )
    return tuple(
        CanvasPane(
            state=pane,
            ratio=ratio,
            x_canvas_px=corner_px[0],
            y_canvas_px=corner_px[1],
            territory=_territory(own, [other for other in shown if other is not own], size_px),
        )
        for pane, own in zip(panes, shown, strict=True)
    )


def pane_under(panes: Sequence[CanvasPane], x: float, y: float) -> CanvasPane | None:
    """Return the pane whose part of the canvas holds a point."""
    for pane in panes:
        territory = pane.territory
        if territory.left <= x < territory.right and territory.top <= y < territory.bottom:
            return pane
    return None


def _territory(own: Bounds, others: Sequence[Bounds], size_px: tuple[float, float]) -> Bounds:
    """Return the canvas cut half-way to each other image, along the axis on which the two stand apart."""
    left, top, right, bottom = 0.0, 0.0, size_px[0], size_px[1]
    for other in others:
        if other.left >= own.right:
            right = min(right, (own.right + other.left) / 2.0)
        elif other.right <= own.left:
            left = max(left, (other.right + own.left) / 2.0)
        elif other.top >= own.bottom:
            bottom = min(bottom, (own.bottom + other.top) / 2.0)
        elif other.bottom <= own.top:
            top = max(top, (other.bottom + own.top) / 2.0)
    return Bounds(left=left, top=top, right=right, bottom=bottom)
