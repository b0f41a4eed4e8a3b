"""The shapes and words that stand still, in one picture: a drag paints one shape, not all of them.

Smooth outlines cost a few ms each on a large screen. While the image is zoomed or moved, everything changes
in each frame, and outlines are painted without smoothing until it rests.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPixmap

from capture_app.gui.reading.drawing_paint import paint_outline, paint_tag, rect_of
from capture_app.gui.reading.drawing_scene import CanvasScene
from capture_app.gui.reading.drawing_tags import Tag


class StillLayer:
    """Paints a scene without one shape; remembers the picture until it is told to forget it."""

    def __init__(self) -> None:
        self._pixmap: QPixmap | None = None

    def forget(self) -> None:
        """Something that it shows has changed."""
        self._pixmap = None

    def paint(
        self,
        painter: QPainter,
        part: QRectF,
        scene: CanvasScene,
        tags: Sequence[Tag],
        *,
        drafted: int,
        font: QFont,
        size: QSize,
        is_coarse: bool,
    ) -> None:
        """Paint the part that is asked for.

        Parameters
        ----------
        painter
            Of the canvas.
        part
            Of the canvas, logical px.
        scene, tags
            What is there. The picked shape is left out, and is painted over this by the canvas.
        drafted
            Number of the shape that is being changed; its words are left out.
        font
            Of the words.
        size
            Of the canvas, logical px.
        is_coarse
            Without smoothing, for a picture that lasts one frame.
        """
        if not scene.shapes or size.isEmpty():
            return
        if self._pixmap is None:
            ratio = painter.device().devicePixelRatio()
            self._pixmap = QPixmap(size * ratio)
            self._pixmap.setDevicePixelRatio(ratio)
            self._pixmap.fill(Qt.GlobalColor.transparent)
            _draw(self._pixmap, scene, tags, drafted, font, is_coarse=is_coarse)
        ratio = self._pixmap.devicePixelRatio()
        source = QRectF(part.topLeft() * ratio, part.size() * ratio)
        painter.drawPixmap(part, self._pixmap, source)


def _draw(
    pixmap: QPixmap, scene: CanvasScene, tags: Sequence[Tag], drafted: int, font: QFont, *, is_coarse: bool
) -> None:
    painter = QPainter(pixmap)
    still = [each for each in scene.shapes if each.number not in (drafted, scene.selected)]
    for pane in scene.panes:
        painter.setClipRect(rect_of(pane.territory))
        for each in still:
            bounds = scene.on_canvas(each)
            if bounds is not None and each.shape.pane == pane.state.pane:
                paint_outline(
                    painter,
                    bounds,
                    each.shape.kind,
                    is_selected=False,
                    is_complete=each.is_complete,
                    is_coarse=is_coarse,
                )
    painter.setClipping(False)
    painter.setFont(font)
    for tag in tags:
        if tag.number != drafted:
            paint_tag(painter, tag, is_selected=tag.number == scene.selected)
    painter.end()
