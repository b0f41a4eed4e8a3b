"""What a study lays over the reader's window, as a picture for the operator's live copy.

Questions, answers and what the reader draws are painted a second time, small, into a picture: only when
the reader's window has painted something new, at most four times a second, and never in a frame in which
the reader waits for a screen. The images themselves are no part of it: the live copy has its own.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap, QRegion
from PySide6.QtWidgets import QWidget

from capture_app.gui.reader_window import ReaderWindow

LOOK_AGAIN_NS: Final = 250_000_000
_LARGEST_SIDE_PX: Final = 4096


class ReaderCopy:
    """Follows the reader's window. GUI thread.

    Parameters
    ----------
    reader
        The reader's window.
    """

    def __init__(self, reader: ReaderWindow) -> None:
        self._reader = reader
        self._pixmap: QPixmap | None = None
        self._key: tuple[object, ...] = ()
        self._visit: tuple[object, ...] = ()
        self._due_ns = 0

    def picture(self, now_ns: int, size_px: QSize) -> QPixmap | None:
        """Return what lies over the reader's window now; None where nothing does.

        Parameters
        ----------
        now_ns
            Host clock.
        size_px
            Physical pixels that the reader's whole screen has in the live copy.
        """
        screens = self._reader.screens
        if screens is None or not screens.isVisibleTo(self._reader):
            self._pixmap, self._visit = None, ()
            return None
        if screens.visit != self._visit:  # another screen: never show the one before over it
            self._visit, self._key, self._pixmap, self._due_ns = screens.visit, (), None, 0
        key = (self._reader.paint_count, size_px.width(), size_px.height())
        if key == self._key or now_ns < self._due_ns or self._reader.frames.is_waiting:
            return self._pixmap
        self._key, self._due_ns = key, now_ns + LOOK_AGAIN_NS
        self._pixmap = painted_screens(screens, size_px)
        return self._pixmap


def painted_screens(screens: QWidget, size_px: QSize) -> QPixmap | None:
    """Return the screens of a study without any ground, scaled to a size; None where that is none."""
    size = size_px.boundedTo(QSize(_LARGEST_SIDE_PX, _LARGEST_SIDE_PX))
    if size.isEmpty() or screens.width() < 1 or screens.height() < 1:
        return None
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    painter.scale(size.width() / screens.width(), size.height() / screens.height())
    screens.render(painter, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
    painter.end()
    return QPixmap.fromImage(image)
