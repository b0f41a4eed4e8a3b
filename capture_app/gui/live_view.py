"""The operator's live copy of the reader's screen, with what the eyes do drawn over it.

The picture and the heatmap lie in one pixmap that is made again only when one of them changes, the
finished fixations in another that grows; the gaze point, its trail and the open fixation are painted over
both in every frame.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from capture_app.gui import tokens
from capture_app.gui.image_copy import ImageCopy
from capture_app.gui.live_layers import (
    FixationLayer,
    HeatmapLayer,
    Stage,
    paint_fixations,
    paint_gaze,
    paint_trail,
)
from capture_app.gui.target_paint import paint_target
from capture_app.gui.tokens import OVERLAY, Colours
from capture_app.session.settings import LiveViewOptions
from capture_app.session.states import LiveState, NewestGaze
from gaze_core.geometry import Rect

_WHOLE: Final = Rect(0.0, 0.0, 1.0, 1.0)
_FOLLOW_SLACK: Final = 0.25  # the view moves when the gaze leaves the inner half of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """Something else than the window's own pixels to paint on: a picture, a film, a drawing."""

    width: float  # logical px
    height: float
    ratio: float  # physical px per logical px
    is_vector: bool = False  # fixations stay outlines; only images and heatmaps are pixels


class LiveView(QWidget):
    """Paints the last state it was given; `render_state` is called once per frame."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("live_view")
        self.setAccessibleName(self.tr("Live copy of the reader's screen"))
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(*tokens.LIVE_MINIMUM)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._colours = colours
        self._options = LiveViewOptions()
        self._state: LiveState | None = None
        self._newest: NewestGaze | None = None
        self._image = ImageCopy()
        self._heatmap = HeatmapLayer()
        self._cover = HeatmapLayer()
        self._fixations = FixationLayer()
        self._base = QPixmap()
        self._base_key: tuple[object, ...] = ()
        self._screens: QPixmap | None = None  # of a study, over the images
        self._centre = (0.5, 0.5)  # of the view on the reader's screen, norm, while following
        self._canvas: Canvas | None = None
        self._region: Rect | None = None

    def set_region(self, region: Rect | None) -> None:
        """Show this part of the reader's screen, norm, as large as it fits; None: all of the screen."""
        if region != self._region:
            self._region = region
            self._refresh()

    def use_canvas(self, canvas: Canvas | None) -> None:
        """Lay everything out for `canvas`, which `paint_into` then paints; None: for the widget itself."""
        self._canvas = canvas
        self._refresh()

    def room(self) -> tuple[float, float]:
        """Return width and height there are to paint on, logical px."""
        canvas = self._canvas
        return (self.width(), self.height()) if canvas is None else (canvas.width, canvas.height)

    def ratio(self) -> float:
        """Return the physical px per logical px."""
        return self.devicePixelRatioF() if self._canvas is None else self._canvas.ratio

    @property
    def colours(self) -> Colours:
        """Those of the theme."""
        return self._colours

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self._colours = colours
        self.update()

    def set_options(self, options: LiveViewOptions) -> None:
        """Take what is to be drawn."""
        self._options = options
        if not options.follow:
            self._centre = (0.5, 0.5)
        self._refresh()

    def render_state(self, state: LiveState) -> None:
        """Show `state`."""
        self._state = state
        self._refresh()

    def render_newest(self, newest: NewestGaze | None) -> None:
        """Take the newest sample, which is painted instead of that of the state."""
        self._newest = newest

    def render_screens(self, screens: QPixmap | None) -> None:
        """Take what a study lays over the reader's images, drawn for `screen_size_px`."""
        if screens is not self._screens:
            self._screens = screens
            self.update()

    def screen_size_px(self) -> QSize:
        """Return the size of the reader's whole screen in the copy, physical px."""
        stage, ratio = self.stage(), self.ratio()
        return QSize(max(round(stage.w * ratio), 1), max(round(stage.h * ratio), 1))

    def sizeHint(self) -> QSize:
        """Prefer the shape of a screen."""
        return QSize(800, 500)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Make the picture for the new size."""
        super().resizeEvent(event)
        self._refresh()

    def stage(self) -> Stage:
        """Return where the reader's screen lies in the widget; beyond its edges while following."""
        width_px, height_px = self._state.screen_px if self._state is not None else (16, 10)
        width, height = self.room()
        region = self._region if self._region is not None else _WHOLE
        scale = min(width / (width_px * region.w), height / (height_px * region.h))
        if self._options.follow:
            scale *= tokens.FOLLOW_MAGNIFICATION
        w, h = width_px * scale, height_px * scale
        ratio = self.ratio()  # on whole physical pixels: sharp, and a plain copy of memory
        if self._region is not None:
            x, y = ((width - region.w * w) / 2 - region.x * w, (height - region.h * h) / 2 - region.y * h)
        else:
            x, y = _placed(width, w, self._centre[0]), _placed(height, h, self._centre[1])
        return Stage(x=round(x * ratio) / ratio, y=round(y * ratio) / ratio, w=w, h=h)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the base and, over it, what moves."""
        painter = QPainter(self)
        self.paint_into(painter)

    def paint_into(self, painter: QPainter) -> None:
        """Paint with a painter that works in logical px of the widget, or of the canvas in use."""
        painter.fillRect(QRectF(0.0, 0.0, *self.room()), QColor(self._colours.stage))
        state = self._state
        if state is None:
            return
        stage = self.stage()
        if not self._base.isNull():
            painter.drawPixmap(QPointF(stage.x, stage.y), self._base)
        whole = QRectF(stage.x, stage.y, stage.w, stage.h)
        if self._screens is not None:
            painter.drawPixmap(whole, self._screens, QRectF(self._screens.rect()))
        elif not state.reader.panes and state.reader.message:
            self._paint_message(painter, state.reader.message, stage)
        if state.reader.dot is not None:
            paint_target(painter, state.reader.dot, whole, state.reader.background_grey)
        options = self._options
        is_vector = self._canvas is not None and self._canvas.is_vector
        if options.show_fixations and not is_vector and not self._fixations.pixmap.isNull():
            painter.drawPixmap(QPointF(stage.x, stage.y), self._fixations.pixmap)
        if options.show_fixations:
            marks = tuple(mark for mark in state.fixations if mark.is_open or is_vector)
            finished = () if is_vector else tuple(mark for mark in state.fixations if not mark.is_open)
            paint_fixations(painter, marks, stage, finished[-1] if finished and marks else None)
        if options.show_trail:
            paint_trail(painter, state.trail, stage)
        gaze, left, right = state.gaze, state.left_gaze, state.right_gaze
        if self._newest is not None and state.gaze is not None:  # a stream that has stopped shows no gaze
            gaze, left, right = self._newest.gaze, self._newest.left, self._newest.right
        if options.show_eyes:
            paint_gaze(painter, left, stage, OVERLAY.left, tokens.EYE_RADIUS)
            paint_gaze(painter, right, stage, OVERLAY.right, tokens.EYE_RADIUS)
        if options.show_gaze:
            paint_gaze(painter, gaze, stage, OVERLAY.combined, tokens.GAZE_RADIUS)

    def _refresh(self) -> None:
        state = self._state
        if state is None or min(self.room()) < 1:
            return
        self._follow(state)
        stage, ratio = self.stage(), self.ratio()
        scale = stage.w * ratio / state.screen_px[0]  # target px per physical px of the reader's screen
        image_changed = self._image.update(state.reader.panes, scale)
        heat_changed = self._options.show_heatmap and self._heatmap.update(state.heatmaps)
        cover_changed = self._cover.update(state.cover_masks)
        if self._options.show_fixations:
            closed = tuple(mark for mark in state.fixations if not mark.is_open)
            self._fixations.update(closed, stage, ratio, self.font())
        key = (self._options, state.reader.background_grey, stage.w, stage.h, ratio)
        if image_changed or heat_changed or cover_changed or key != self._base_key:
            self._base_key = key
            self._base = self._draw_base(state, scale)
        self.update()

    def _draw_base(self, state: LiveState, scale: float) -> QPixmap:
        base = QPixmap(self.screen_size_px())
        grey = state.reader.background_grey
        base.fill(QColor(grey, grey, grey))
        painter = QPainter(base)
        self._image.paint(painter)
        if self._options.show_heatmap:
            self._heatmap.paint(painter, state.reader.panes, scale, self._options.heatmap_opacity)
        self._cover.paint(painter, state.reader.panes, scale, 1.0)
        painter.end()
        base.setDevicePixelRatio(self.ratio())
        return base

    def _follow(self, state: LiveState) -> None:
        gaze = state.gaze
        if not self._options.follow or gaze is None or math.isnan(gaze.x_norm) or math.isnan(gaze.y_norm):
            return
        reach = 0.5 / tokens.FOLLOW_MAGNIFICATION
        x, y = self._centre
        if (
            abs(gaze.x_norm - x) > _FOLLOW_SLACK * reach * 2
            or abs(gaze.y_norm - y) > _FOLLOW_SLACK * reach * 2
        ):
            self._centre = (
                min(max(gaze.x_norm, reach), 1.0 - reach),
                min(max(gaze.y_norm, reach), 1.0 - reach),
            )

    def _paint_message(self, painter: QPainter, message: str, stage: Stage) -> None:
        font = QFont(self.font())
        font.setPixelSize(tokens.FONT_SECTION_PX)
        painter.setFont(font)
        painter.setPen(QColor(OVERLAY.message))
        area = QRectF(stage.x, stage.y, stage.w, stage.h).adjusted(
            tokens.SPACE_XL, tokens.SPACE_XL, -tokens.SPACE_XL, -tokens.SPACE_XL
        )
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(area, flags, message)


def _placed(room: float, size: float, centre: float) -> float:
    """Return where something of `size` begins so that its part `centre` is in the middle of `room`."""
    if size <= room:
        return (room - size) / 2.0
    return min(max(room / 2.0 - centre * size, room - size), 0.0)
