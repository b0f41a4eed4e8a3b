"""The picture of a replay: the operator's live copy, with the reader's shapes and what is missing over it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt, Signal, SignalInstance
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from capture_app.gui import tokens
from capture_app.gui.live_layers import Stage
from capture_app.gui.live_view import LiveView
from capture_app.gui.reading.drawing_paint import paint_outline, paint_tag, tag_width
from capture_app.gui.reading.drawing_tags import Tag
from capture_app.gui.reading.shape_geometry import Bounds
from capture_app.gui.replay.picture_overlay import Overlay, PictureMap
from capture_app.gui.replay.reader_screens import ReaderScreens
from capture_app.gui.theme import sized_font
from capture_app.gui.tokens import OVERLAY, Colours
from capture_app.session.replay import (
    HeatmapSpan,
    PlacedShape,
    ReplayFrame,
    ReplayOptions,
    ShownEye,
    ShownPane,
)
from capture_app.session.settings import LiveViewOptions
from gaze_core.geometry import Rect

_TAG_HEIGHT: Final = tokens.FONT_SECONDARY_PX + tokens.SPACE_S


class ReplayPicture(LiveView):
    """Paints the last frame it was given, and takes what is drawn on its images by hand.

    While `set_drawing` is on, a press on an image, what follows it until the button is let go, and a second
    press are told as a `PicturePoint`; the points of one stroke all lie on the image it began on.
    """

    pressed = Signal(object)  # PicturePoint
    moved = Signal(object)  # PicturePoint, with the button down or not
    released = Signal(object)  # PicturePoint
    double_clicked = Signal(object)  # PicturePoint

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(colours, parent)
        self.setObjectName("replay_picture")
        self.setAccessibleName(self.tr("What the reader saw"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._frame: ReplayFrame | None = None
        self._reader = ReaderScreens(self)
        self._overlays: dict[str, Overlay] = {}
        self._is_drawing = False
        self._stroke: ShownPane | None = None  # what the stroke that goes on began on

    def take_options(self, options: ReplayOptions) -> None:
        """Take what is to be drawn."""
        is_both = options.eye is ShownEye.BOTH
        self.set_options(
            LiveViewOptions(
                show_gaze=options.show_gaze and not is_both,
                show_eyes=options.show_gaze and is_both,
                show_trail=options.show_trail,
                show_fixations=options.show_fixations,
                show_heatmap=options.heatmap is not HeatmapSpan.OFF,
                heatmap_opacity=options.heatmap_opacity,
            )
        )

    def show_frame(self, frame: ReplayFrame) -> None:
        """Show a moment."""
        self._frame = frame
        self.render_state(frame.live)
        self.render_screens(self._reader.picture(frame, self.screen_size_px()))

    @property
    def overlays(self) -> Mapping[str, Overlay]:
        """What is painted over the picture, by name."""
        return self._overlays

    def set_overlay(self, name: str, overlay: Overlay | None) -> None:
        """Paint something over the picture from now on, in order of the names; None: no longer."""
        if overlay is None:
            self._overlays.pop(name, None)
        else:
            self._overlays[name] = overlay
        self.update()

    def set_drawing(self, is_on: bool) -> None:
        """Tell from now on what is pressed on the images, or leave it."""
        self._is_drawing, self._stroke = is_on, None
        self.setMouseTracking(is_on)
        self.setCursor(Qt.CursorShape.CrossCursor if is_on else Qt.CursorShape.ArrowCursor)

    def picture_map(self) -> PictureMap | None:
        """Return where the images lie now; None before the first frame."""
        return None if self._frame is None else PictureMap(frame=self._frame, stage=self.stage())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a stroke on the image under the pointer."""
        places = self.picture_map()
        if not self._is_drawing or places is None or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        point = places.point_at(event.position())
        if point is not None:
            self._stroke = next(pane for pane in places.frame.panes if pane.pane == point.pane)
            self.pressed.emit(point)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell where the stroke, or the pointer, is."""
        self._tell(self.moved, event.position())
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the stroke."""
        if self._stroke is not None and event.button() == Qt.MouseButton.LeftButton:
            self._tell(self.released, event.position())
            self._stroke = None
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Tell of a second press at once: it ends a polygon."""
        self._tell(self.double_clicked, event.position())

    def _tell(self, signal: SignalInstance, place: QPointF) -> None:
        places = self.picture_map()
        if self._is_drawing and places is not None:
            point = places.point_at(place, self._stroke)
            if point is not None:
                signal.emit(point)

    def paint_into(self, painter: QPainter) -> None:
        """Paint the copy, then empty frames, shapes with their words and the overlays."""
        super().paint_into(painter)
        frame = self._frame
        if frame is None:
            return
        painter.setFont(sized_font(self.font(), tokens.FONT_SECONDARY_PX))
        stage = self.stage()
        for number, area in enumerate(frame.empty_panes):
            text = "" if number >= len(frame.problems) else frame.problems[number]
            self._paint_empty(painter, _placed(stage, area), text or self.tr("The image is being loaded."))
        for each in () if self._reader.has_drawing else frame.shapes:
            self._paint_shape(painter, stage, each)
        places = PictureMap(frame=frame, stage=stage)
        for name in sorted(self._overlays):
            painter.save()
            self._overlays[name](painter, places)
            painter.restore()

    def _paint_empty(self, painter: QPainter, area: QRectF, text: str) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(OVERLAY.message), 1.0, Qt.PenStyle.DashLine))
        painter.drawRect(area)
        box = area.adjusted(tokens.SPACE_XL, tokens.SPACE_M, -tokens.SPACE_XL, -tokens.SPACE_M)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(box, flags, text)

    def _paint_shape(self, painter: QPainter, stage: Stage, placed: PlacedShape) -> None:
        area = _placed(stage, placed.area_norm)
        bounds = Bounds(left=area.left(), top=area.top(), right=area.right(), bottom=area.bottom())
        paint_outline(painter, bounds, placed.shape.kind, is_selected=False, is_complete=True)
        words = ", ".join(label.replace("-", " ") for label in placed.shape.labels)
        if not words:
            return
        width = tag_width(QFontMetricsF(painter.font()), words)
        top = area.bottom() + tokens.SPACE_XS
        tag = Bounds(left=area.left(), top=top, right=area.left() + width, bottom=top + _TAG_HEIGHT)
        paint_tag(painter, Tag(number=0, text=words, bounds=tag), is_selected=False)


def _placed(stage: Stage, area: Rect) -> QRectF:
    corner = stage.point(area.x, area.y)
    return QRectF(corner.x(), corner.y(), area.w * stage.w, area.h * stage.h)
