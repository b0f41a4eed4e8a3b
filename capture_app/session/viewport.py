"""How panes show images: fit, zoom, pan and window as values, and the exact rectangles they lead to.

Pure arithmetic, no Qt. A `PaneView` is a value; each intent returns the next one. From it comes one
`PanePlacement`, which is painted *and* written to the VIEWPORT row, so that what is recorded cannot differ
from what was drawn. All screen coordinates are physical px of the reader's screen from its top-left corner; a
logical px of the window system is `device_pixel_ratio` of them.

The picture is scaled by ``s = fit scale * zoom`` (physical px per image px) and lies so that the image point
(centre_x, centre_y) is in the middle of the pane. Shown is the part of the image inside the pane:
``src = image ∩ pane mapped to the image`` and ``dst = src mapped to the screen``, both from the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeAlias

from capture_app.session.viewer_controls import PointerButton, ViewerControls, ViewerControlsError
from gaze_core.geometry import Placement, Rect
from gaze_core.rows import VIEWPORT, Rows
from recordings_schema.stimuli.window import VoiFunction, Window

__all__ = [
    "GreyRange",
    "Layout",
    "PanePlacement",
    "PaneView",
    "PointerButton",
    "ViewerControls",
    "ViewerControlsError",
    "empty_pane_row",
    "pane_at",
    "viewport_row",
]

PanePlacement: TypeAlias = Placement
"""The shown rectangle of the image and where it lies on the reader's screen."""

_ZOOM_SNAP = 1e-9  # a zoom this near to 1 is 1: notches in and out again end exactly at the fitted size


@dataclass(frozen=True, slots=True, kw_only=True)
class GreyRange:
    """The range of grey values that an image's pixels can have; the measure of a window drag."""

    low: float  # grey value
    high: float  # grey value, > low

    @property
    def span(self) -> float:
        """Number of grey values in the range."""
        return self.high - self.low + 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PaneView:
    """One image in one pane of the reader's screen."""

    image_width_px: int
    image_height_px: int
    area_screen_px: Rect  # the pane, physical px
    grey_range: GreyRange
    start_window: Window
    window: Window
    centre_x_image_px: float  # image point in the middle of the pane
    centre_y_image_px: float
    zoom: float = 1.0  # times the fitted size
    pixel_aspect: float = 1.0  # height of an image pixel / its width, on the patient
    controls: ViewerControls = field(default_factory=ViewerControls)

    @classmethod
    def fitted(
        cls,
        *,
        image_width_px: int,
        image_height_px: int,
        area_screen_px: Rect,
        grey_range: GreyRange,
        start_window: Window,
        pixel_aspect: float = 1.0,
        controls: ViewerControls | None = None,
    ) -> PaneView:
        """Return the image fitted to the pane, centred, in its starting window."""
        if image_width_px < 1 or image_height_px < 1:
            raise ValueError(f"An image of {image_width_px} x {image_height_px} px cannot be shown.")
        if area_screen_px.w <= 0 or area_screen_px.h <= 0:
            raise ValueError(
                f"A pane of {area_screen_px.w} x {area_screen_px.h} px has no room for an image."
            )
        return cls(
            image_width_px=image_width_px,
            image_height_px=image_height_px,
            area_screen_px=area_screen_px,
            grey_range=grey_range,
            start_window=start_window,
            window=start_window,
            centre_x_image_px=image_width_px / 2.0,
            centre_y_image_px=image_height_px / 2.0,
            pixel_aspect=pixel_aspect,
            controls=controls or ViewerControls(),
        )

    @property
    def scale_x(self) -> float:
        """Physical screen px per image px, horizontally."""
        fit_width = self.area_screen_px.w / self.image_width_px
        fit_height = self.area_screen_px.h / (self.image_height_px * self.pixel_aspect)
        return min(fit_width, fit_height) * self.zoom

    @property
    def scale_y(self) -> float:
        """Physical screen px per image px, vertically."""
        return self.scale_x * self.pixel_aspect

    @property
    def placement(self) -> PanePlacement:
        """The shown part of the image and the part of the screen it covers."""
        area = self.area_screen_px
        src_x, src_w, dst_x, dst_w = _shown(
            self.image_width_px, self.centre_x_image_px, self.scale_x, area.x, area.w
        )
        src_y, src_h, dst_y, dst_h = _shown(
            self.image_height_px, self.centre_y_image_px, self.scale_y, area.y, area.h
        )
        return Placement(
            src_image_px=Rect(x=src_x, y=src_y, w=src_w, h=src_h),
            dst_screen_px=Rect(x=dst_x, y=dst_y, w=dst_w, h=dst_h),
        )

    def screen_to_image(self, x_screen_px: float, y_screen_px: float) -> tuple[float, float]:
        """Return the image point under a screen point; outside the image it goes on, never clamped."""
        area = self.area_screen_px
        return (
            self.centre_x_image_px + (x_screen_px - (area.x + area.w / 2.0)) / self.scale_x,
            self.centre_y_image_px + (y_screen_px - (area.y + area.h / 2.0)) / self.scale_y,
        )

    def fit(self) -> PaneView:
        """Return the view with the whole image, centred; the window stays."""
        return replace(
            self,
            zoom=1.0,
            centre_x_image_px=self.image_width_px / 2.0,
            centre_y_image_px=self.image_height_px / 2.0,
        )

    def reset(self) -> PaneView:
        """Return the fitted view in the starting window."""
        return replace(self.fit(), window=self.start_window)

    def zoom_about(self, x_screen_px: float, y_screen_px: float, notches: float) -> PaneView:
        """Return the view zoomed by `notches` (in is positive), the image point under the cursor held.

        At the limits of zoom nothing changes; where the image would go further off centre than allowed, that
        limit wins over holding the point.
        """
        zoom = self.zoom * self.controls.zoom_factor**notches
        zoom = min(max(zoom, 1.0), self.controls.zoom_maximum)
        if abs(zoom - 1.0) < _ZOOM_SNAP:
            zoom = 1.0
        if zoom == self.zoom:
            return self
        x_held, y_held = self.screen_to_image(x_screen_px, y_screen_px)
        shrink = self.zoom / zoom
        return replace(self, zoom=zoom)._centred(
            x_held + (self.centre_x_image_px - x_held) * shrink,
            y_held + (self.centre_y_image_px - y_held) * shrink,
        )

    def pan(self, dx_screen_px: float, dy_screen_px: float) -> PaneView:
        """Return the view with the image moved along with the pointer, at most half an image off centre."""
        return self._centred(
            self.centre_x_image_px - dx_screen_px / self.scale_x,
            self.centre_y_image_px - dy_screen_px / self.scale_y,
        )

    def drag_window(self, dx_logical_px: float, dy_logical_px: float) -> PaneView:
        """Return the view with the window changed by a drag: right moves the level, down the width.

        Measured in logical px, so that the same movement of the hand does the same on every monitor.
        """
        span, steps = self.grey_range.span, self.controls
        least = span * steps.width_minimum
        if self.window.function is VoiFunction.LINEAR:
            least = max(least, 1.0)  # the standard defines a LINEAR window from width 1 on
        width = self.window.width + dy_logical_px * steps.width_step * span
        centre = self.window.centre + dx_logical_px * steps.level_step * span
        # A starting window of the file may lie outside the limits: a drag never jumps back from it.
        widest = max(span * steps.width_maximum, self.window.width)
        lowest = min(self.grey_range.low, self.window.centre)
        highest = max(self.grey_range.high, self.window.centre)
        return replace(
            self,
            window=replace(
                self.window,
                width=min(max(width, min(least, self.window.width)), widest),
                centre=min(max(centre, lowest), highest),
            ),
        )

    def in_area(self, area_screen_px: Rect) -> PaneView:
        """Return the same view in another pane (layout or screen changed): zoom and centre stay."""
        return replace(self, area_screen_px=area_screen_px)

    def _centred(self, x_image_px: float, y_image_px: float) -> PaneView:
        # Half an image off centre at most: the middle of the pane always lies on the image.
        return replace(
            self,
            centre_x_image_px=min(max(x_image_px, 0.0), float(self.image_width_px)),
            centre_y_image_px=min(max(y_image_px, 0.0), float(self.image_height_px)),
        )


def _shown(
    image_size_px: float, centre_image_px: float, scale: float, area_start_px: float, area_size_px: float
) -> tuple[float, float, float, float]:
    """Return start and size in the image, start and size on the screen, along one axis."""
    half = area_size_px / (2.0 * scale)
    start = max(0.0, centre_image_px - half)
    end = min(float(image_size_px), centre_image_px + half)
    middle = area_start_px + area_size_px / 2.0
    # Both ends are mapped by the one affine map of the view; a rounding error must not leave the pane.
    screen_start = max(area_start_px, middle + (start - centre_image_px) * scale)
    screen_end = min(area_start_px + area_size_px, middle + (end - centre_image_px) * scale)
    return start, end - start, screen_start, screen_end - screen_start


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Edges of the reader's screen that images leave free, in logical px."""

    left_px: float = 0.0
    top_px: float = 0.0
    right_px: float = 0.0
    bottom_px: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Panes of equal size in columns and rows, numbered row by row from 0."""

    columns: int = 1
    rows: int = 1
    gap_px: float = 8.0  # logical px between panes
    margin_px: float = 0.0  # logical px around all of them

    def __post_init__(self) -> None:
        if not (1 <= self.columns <= 16 and 1 <= self.rows <= 16):
            raise ValueError(f"A layout has 1 to 16 columns and rows, not {self.columns} x {self.rows}.")

    @classmethod
    def side_by_side(cls, count: int) -> Layout:
        """Return `count` panes in one row: frontal and lateral, current and prior."""
        return cls(columns=count)

    @classmethod
    def for_count(cls, count: int) -> Layout:
        """Return the usual layout for `count` images: one, two or three in a row, else a near-square grid."""
        if count <= 3:
            return cls(columns=max(count, 1))
        columns = 1
        while columns * columns < count:
            columns += 1
        return cls(columns=columns, rows=-(-count // columns))

    @property
    def pane_count(self) -> int:
        """Number of panes."""
        return self.columns * self.rows

    def areas(
        self,
        width_logical_px: float,
        height_logical_px: float,
        device_pixel_ratio: float = 1.0,
        room: Room | None = None,
    ) -> tuple[Rect, ...]:
        """Return the pane rectangles in physical px of a screen of that logical size.

        `room` is left free at the edges, as far as the panes keep half of the screen.

        Borders lie on whole physical px, so that panes are sharp at 125 % and 150 % scaling too.
        """
        margin = self.margin_px * device_pixel_ratio
        gap = self.gap_px * device_pixel_ratio
        free = room if room is not None else Room()
        left, width = _kept(width_logical_px, free.left_px, free.right_px, device_pixel_ratio)
        top, height = _kept(height_logical_px, free.top_px, free.bottom_px, device_pixel_ratio)
        xs = _cells(width, self.columns, gap, margin)
        ys = _cells(height, self.rows, gap, margin)
        return tuple(Rect(x=left + x, y=top + y, w=w, h=h) for y, h in ys for x, w in xs)


def _kept(extent_px: float, before_px: float, behind_px: float, ratio: float) -> tuple[float, float]:
    """Return where panes begin and how much they have, in physical px; half of the extent at least."""
    share = min(1.0, 0.5 * extent_px / max(before_px + behind_px, 1.0))
    start = round(before_px * share * ratio)
    return float(start), extent_px * ratio - start - round(behind_px * share * ratio)


def _cells(size_px: float, count: int, gap_px: float, margin_px: float) -> list[tuple[float, float]]:
    cell = (size_px - 2.0 * margin_px - gap_px * (count - 1)) / count
    if cell < 1.0:
        raise ValueError(f"{count} panes with their gaps do not fit into {size_px:g} px.")
    starts = [margin_px + index * (cell + gap_px) for index in range(count)]
    return [(float(round(start)), float(round(start + cell) - round(start))) for start in starts]


def pane_at(areas: tuple[Rect, ...], x_screen_px: float, y_screen_px: float) -> int | None:
    """Return the number of the pane under a screen point, None in a gap or outside."""
    for pane, area in enumerate(areas):
        inside_x = area.x <= x_screen_px < area.x + area.w
        if inside_x and area.y <= y_screen_px < area.y + area.h:
            return pane
    return None


def viewport_row(
    placement: PanePlacement,
    window: Window,
    *,
    t_asked_host_ns: int,
    t_presented_host_ns: int,
    trial: int,
    image_id: int,
    pane: int,
    luminance_mean: float,
    frame: int,
    frames_late: int,
    cause: str,
    slice_index: int = 0,
) -> Rows:
    """Return the VIEWPORT row of a placement that was presented: the very rectangles that were painted."""
    src, dst = placement.src_image_px, placement.dst_screen_px
    return VIEWPORT.row(
        t_asked_host_ns=t_asked_host_ns,
        t_presented_host_ns=t_presented_host_ns,
        trial=trial,
        image_id=image_id,
        pane=pane,
        slice=slice_index,
        src_x_image_px=src.x,
        src_y_image_px=src.y,
        src_w_image_px=src.w,
        src_h_image_px=src.h,
        dst_x_screen_px=dst.x,
        dst_y_screen_px=dst.y,
        dst_w_screen_px=dst.w,
        dst_h_screen_px=dst.h,
        window_centre=window.centre,
        window_width=window.width,
        luminance_mean=luminance_mean,
        frame=frame,
        frames_late=frames_late,
        cause=cause,
    )


def empty_pane_row(
    *,
    t_asked_host_ns: int,
    t_presented_host_ns: int,
    trial: int,
    pane: int,
    luminance_mean: float,
    frame: int,
    frames_late: int,
) -> Rows:
    """Return the VIEWPORT row that says a pane shows nothing from here on."""
    return VIEWPORT.row(
        t_asked_host_ns=t_asked_host_ns,
        t_presented_host_ns=t_presented_host_ns,
        trial=trial,
        image_id=-1,
        pane=pane,
        luminance_mean=luminance_mean,
        frame=frame,
        frames_late=frames_late,
        cause="clear",
    )
