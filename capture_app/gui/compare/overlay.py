"""Several readers over one picture of the image, each in a colour of their own."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from capture_app.gui import tokens
from capture_app.gui.live_layers import FixationLayer, paint_gaze, paint_trail
from capture_app.gui.replay.picture_overlay import PictureMap
from capture_app.gui.tokens import READER_COLOURS
from capture_app.session.compare import ReaderMarks
from capture_app.session.replay import ReplayOptions, ShownPane
from capture_app.session.states import FixationMark, TrailPoint


def reader_colour(number: int) -> str:
    """Return the colour of a reader, by place."""
    return READER_COLOURS[number % len(READER_COLOURS)]


class ReadersOverlay:
    """Paints the marks it was given last, over the picture of one image."""

    def __init__(self) -> None:
        self._marks: tuple[ReaderMarks, ...] = ()
        self._image_id = -1
        self._options = ReplayOptions()
        self._layers: list[FixationLayer] = []
        self.hidden: set[int] = set()  # readers not to be painted, by place

    def show(self, marks: Sequence[ReaderMarks], image_id: int, options: ReplayOptions) -> None:
        """Take the marks of all readers.

        Parameters
        ----------
        marks
            In px of the image.
        image_id
            The image, by its number in the recording whose picture lies below.
        options
            What of them is painted.
        """
        self._marks, self._image_id, self._options = tuple(marks), image_id, options
        while len(self._layers) < len(self._marks):
            self._layers.append(FixationLayer(reader_colour(len(self._layers))))

    def __call__(self, painter: QPainter, places: PictureMap) -> None:
        """Paint, in logical px of the widget."""
        panes = places.panes_of(self._image_id)
        if not panes:
            return
        stage, ratio = places.stage, painter.device().devicePixelRatio()
        shown = [(number, marks) for number, marks in enumerate(self._marks) if number not in self.hidden]
        # What moves lies over what stays, so that no reader's point is under the circles of another.
        if self._options.show_fixations:
            for number, marks in shown:
                layer = self._layers[number]
                layer.update(_fixation_marks(marks, panes[0], places), stage, ratio, painter.font())
                painter.drawPixmap(QPointF(stage.x, stage.y), layer.pixmap)
        if self._options.show_trail:
            for number, marks in shown:
                paint_trail(painter, _trail(marks, panes[0], places), stage, reader_colour(number))
        for number, marks in shown:
            if self._options.show_gaze and marks.gaze is not None:
                x_norm, y_norm = _on_picture(np.array([marks.gaze]), panes[0], places)[0].tolist()
                place = TrailPoint(x_norm=x_norm, y_norm=y_norm, age_s=0.0)
                paint_gaze(painter, place, stage, reader_colour(number), tokens.GAZE_RADIUS)


def _on_picture(
    places_image_px: np.ndarray[tuple[int, ...], np.dtype[np.float64]], pane: ShownPane, places: PictureMap
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return places on the image as fractions of the picture, shape (n, 2)."""
    x_px, y_px = pane.placement.image_to_screen(places_image_px[:, 0], places_image_px[:, 1])
    width_px, height_px = places.frame.live.screen_px
    return np.column_stack((x_px / width_px, y_px / height_px))


def _fixation_marks(marks: ReaderMarks, pane: ShownPane, places: PictureMap) -> tuple[FixationMark, ...]:
    found = _on_picture(marks.fixations, pane, places).tolist()
    return tuple(
        FixationMark(number=number, x_norm=x, y_norm=y, duration_s=seconds, is_open=False)
        for number, (x, y), seconds in zip(marks.numbers, found, marks.fixation_s.tolist(), strict=True)
        if math.isfinite(x) and math.isfinite(y)
    )


def _trail(marks: ReaderMarks, pane: ShownPane, places: PictureMap) -> tuple[TrailPoint, ...]:
    found = _on_picture(marks.trail, pane, places).tolist()
    return tuple(
        TrailPoint(x_norm=x, y_norm=y, age_s=age)
        for (x, y), age in zip(found, marks.trail_age_s.tolist(), strict=True)
    )
