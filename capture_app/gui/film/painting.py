"""Frames of a replay painted by its own picture at any size: for PNG, SVG and films. GUI thread.

It is the widget of the window that paints, on another canvas: so shapes, maps and everything that is laid
over the picture come out as they are seen.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from PySide6.QtCore import QBuffer, QIODevice, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from capture_app.gui import tokens
from capture_app.gui.live_view import Canvas
from capture_app.gui.replay.picture import ReplayPicture
from capture_app.gui.replay.picture_overlay import Overlay
from capture_app.gui.theme import interface_font, sized_font
from capture_app.gui.tokens import DARK, OVERLAY
from capture_app.session.film import FilmError, FilmPicture, PictureSize
from capture_app.session.replay import ReplayFrame, ReplayOptions

_STAMP_SHADE: Final = 150
_BYTES_PER_PX: Final = 4


class ReplayPainter:
    """Paints frames of one size. Drop it on the GUI thread.

    Parameters
    ----------
    size
        Checked by `check_picture` or `check_film`.
    options
        What is drawn.
    overlays
        What lies over the window's picture and is to come along, by name.
    """

    def __init__(
        self, size: PictureSize, options: ReplayOptions, overlays: dict[str, Overlay] | None = None
    ) -> None:
        self._size = size
        self._scale = size.mark_scale
        self._picture = ReplayPicture(DARK)  # the stage is dark in both themes
        self._picture.setFont(interface_font())
        self._picture.take_options(options)
        for name, overlay in (overlays or {}).items():
            self._picture.set_overlay(name, overlay)
        self._use_canvas(is_vector=False)
        self._image = QImage(size.width_px, size.height_px, QImage.Format.Format_RGB32)
        if self._image.isNull():
            raise FilmError(
                f"There is not enough memory for a picture of {size.text} px. Choose a smaller size."
            )

    def film_picture(self, frame: ReplayFrame, stamp: str) -> FilmPicture:
        """Return the picture of a frame, blue, green, red."""
        self._paint(frame, stamp)
        image = self._image
        pixels = np.frombuffer(image.constBits(), np.uint8)
        rows = pixels.reshape(image.height(), image.bytesPerLine() // _BYTES_PER_PX, _BYTES_PER_PX)
        return np.asarray(cv2.cvtColor(rows[:, : image.width()], cv2.COLOR_BGRA2BGR), np.uint8)

    def png(self, frame: ReplayFrame, stamp: str) -> bytes:
        """Return the picture of a frame as a PNG file; nothing but pixels is in it."""
        self._paint(frame, stamp)
        return png_of(self._image)

    def svg(self, frame: ReplayFrame, stamp: str, title: str) -> bytes:
        """Return the picture of a frame as an SVG file: images are pixels in it, the rest is shapes."""
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        width, height = self._size.width_px, self._size.height_px
        generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
        generator.setOutputDevice(buffer)
        generator.setResolution(96)
        generator.setSize(QSize(width, height))
        generator.setViewBox(QRect(0, 0, width, height))
        generator.setTitle(title)
        generator.setDescription("")
        self._use_canvas(is_vector=True)
        self._picture.show_frame(frame)
        painter = QPainter(generator)
        self._paint_with(painter, stamp)
        painter.end()
        self._use_canvas(is_vector=False)
        return bytes(buffer.data().data())

    def _paint(self, frame: ReplayFrame, stamp: str) -> None:
        self._picture.show_frame(frame)
        painter = QPainter(self._image)
        self._paint_with(painter, stamp)
        painter.end()

    def _paint_with(self, painter: QPainter, stamp: str) -> None:
        painter.scale(self._scale, self._scale)
        painter.setFont(self._picture.font())
        self._picture.paint_into(painter)
        if stamp:
            paint_stamp(painter, stamp, *self._picture.room())

    def _use_canvas(self, *, is_vector: bool) -> None:
        self._picture.use_canvas(
            Canvas(
                width=self._size.width_px / self._scale,
                height=self._size.height_px / self._scale,
                ratio=self._scale,
                is_vector=is_vector,
            )
        )


def paint_stamp(painter: QPainter, words: str, width: float, height: float) -> None:
    """Paint a line of words in the lower left corner of a picture of this size, logical px."""
    painter.setFont(sized_font(painter.font(), tokens.FONT_SECONDARY_PX))
    long = min(painter.fontMetrics().horizontalAdvance(words) + 2.0 * tokens.SPACE_S, width)
    high = painter.fontMetrics().height() + tokens.SPACE_XS
    box = QRectF(tokens.SPACE_S, height - high - tokens.SPACE_S, long, high)
    shade = QColor(OVERLAY.halo)
    shade.setAlpha(_STAMP_SHADE)
    painter.fillRect(box, shade)
    painter.setPen(QColor(OVERLAY.message))
    flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    painter.drawText(box.adjusted(tokens.SPACE_S, 0.0, 0.0, 0.0), flags, words)


def png_of(image: QImage) -> bytes:
    """Return an image as a PNG file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]  # the stub lacks the device
        raise FilmError("The picture could not be made into a PNG file. Choose a smaller size.")
    return bytes(buffer.data().data())
