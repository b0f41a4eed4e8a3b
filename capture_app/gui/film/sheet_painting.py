"""The contact sheet of a session: one picture a case with its scanpath, and what it is. GUI thread."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from capture_app.gui import tokens
from capture_app.gui.film.painting import png_of
from capture_app.gui.live_view import Canvas
from capture_app.gui.replay.picture import ReplayPicture
from capture_app.gui.theme import interface_font, sized_font
from capture_app.gui.tokens import DARK
from capture_app.session.film import CAPTION_PX, HEAD_PX, FilmError, SheetLayout, region_of
from capture_app.session.replay import HeatmapSpan, ReplayFrame, ReplayOptions, ViewMode

_MARK_SCALE: Final = 0.55  # marks of a cell against those of a window


def sheet_options(options: ReplayOptions) -> ReplayOptions:
    """Return what a cell draws: the whole image with the scanpath of the whole case, no moment of it."""
    heatmap = HeatmapSpan.OFF if options.heatmap is HeatmapSpan.OFF else HeatmapSpan.CASE
    return ReplayOptions(
        mode=ViewMode.WHOLE_IMAGE, show_gaze=False, show_trail=False, show_shapes=options.show_shapes,
        show_fixations=options.show_fixations, heatmap=heatmap, heatmap_opacity=options.heatmap_opacity,
    )  # fmt: skip


class SheetPainter:
    """Paints one sheet, a case at a time.

    Parameters
    ----------
    layout
        Where everything lies.
    options
        As `sheet_options` made them.
    heading
        Line above the pictures.
    """

    def __init__(self, layout: SheetLayout, options: ReplayOptions, heading: str) -> None:
        self._layout = layout
        self._picture = ReplayPicture(DARK)
        self._picture.setFont(interface_font())
        self._picture.take_options(options)
        self._image = QImage(layout.width_px, layout.height_px, QImage.Format.Format_RGB32)
        if self._image.isNull():
            raise FilmError("There is not enough memory for the contact sheet. Choose fewer cases.")
        self._image.fill(QColor(DARK.window))
        painter = QPainter(self._image)
        first = layout.cells[0]
        room = QRectF(first.x, 0.0, layout.width_px - 2 * first.x, HEAD_PX)
        self._write(painter, room, heading, tokens.FONT_SECTION_PX, QFont.Weight.DemiBold)
        painter.end()

    def paint_cell(self, number: int, frame: ReplayFrame, caption: tuple[str, str]) -> None:
        """Paint a case into its cell: its images as large as they fit."""
        cell = self._layout.cells[number]
        self._picture.use_canvas(
            Canvas(width=cell.w / _MARK_SCALE, height=cell.h / _MARK_SCALE, ratio=_MARK_SCALE)
        )
        self._picture.set_region(region_of(frame))
        self._picture.show_frame(frame)
        painter = QPainter(self._image)
        painter.save()
        painter.setClipRect(QRectF(cell.x, cell.y, cell.w, cell.h))
        painter.translate(cell.x, cell.y)
        painter.scale(_MARK_SCALE, _MARK_SCALE)
        painter.setFont(self._picture.font())
        self._picture.paint_into(painter)
        painter.restore()
        half = CAPTION_PX / 2
        below = QRectF(cell.x, cell.y + cell.h, cell.w, half)
        self._write(painter, below, caption[0], tokens.FONT_BODY_PX, QFont.Weight.DemiBold)
        self._write(painter, below.translated(0.0, half - 4.0), caption[1], tokens.FONT_SECONDARY_PX)
        painter.end()

    def png(self) -> bytes:
        """Return the sheet as a PNG file."""
        return png_of(self._image)

    def _write(
        self,
        painter: QPainter,
        room: QRectF,
        words: str,
        size_px: int,
        weight: QFont.Weight = QFont.Weight.Normal,
    ) -> None:
        painter.setFont(sized_font(self._picture.font(), size_px, weight))
        painter.setPen(QColor(DARK.text))
        shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
