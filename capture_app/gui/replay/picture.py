"""The picture of a replay: the operator's live copy, with the reader's shapes and what is missing over it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from capture_app.gui import tokens
from capture_app.gui.live_layers import Stage
from capture_app.gui.live_view import LiveView
from capture_app.gui.reading.drawing_paint import paint_outline, paint_tag, tag_width
from capture_app.gui.reading.drawing_tags import Tag
from capture_app.gui.reading.shape_geometry import Bounds
from capture_app.gui.theme import sized_font
from capture_app.gui.tokens import OVERLAY, Colours
from capture_app.session.replay import HeatmapSpan, PlacedShape, ReplayFrame, ReplayOptions, ShownEye
from capture_app.session.settings import LiveViewOptions
from gaze_core.geometry import Rect

_TAG_HEIGHT: Final = tokens.FONT_SECONDARY_PX + tokens.SPACE_S


class ReplayPicture(LiveView):
    """Paints the last frame it was given."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(colours, parent)
        self.setObjectName("replay_picture")
        self.setAccessibleName(self.tr("What the reader saw"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._frame: ReplayFrame | None = None

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

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the copy, empty frames, shapes with their words."""
        super().paintEvent(event)
        frame = self._frame
        if frame is None:
            return
        painter = QPainter(self)
        painter.setFont(sized_font(self.font(), tokens.FONT_SECONDARY_PX))
        stage = self.stage()
        for number, area in enumerate(frame.empty_panes):
            text = "" if number >= len(frame.problems) else frame.problems[number]
            self._paint_empty(painter, _placed(stage, area), text or self.tr("The image is being loaded."))
        for each in frame.shapes:
            self._paint_shape(painter, stage, each)

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
