"""The pictures of several readers: each beside the other, or all over one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtWidgets import QGridLayout, QStackedLayout, QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.compare.overlay import ReadersOverlay
from capture_app.gui.compare.reader_pane import ReaderPane, legend
from capture_app.gui.replay.picture import ReplayPicture
from capture_app.gui.tokens import Colours
from capture_app.session.compare import SharedImage, marks_on_image
from capture_app.session.film import region_of
from capture_app.session.replay import HeatmapSpan, ReplayFrame, ReplayOptions, ViewMode


class CompareStage(QWidget):
    """Shows one image; made anew for another."""

    def __init__(self, image: SharedImage, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = image
        self.is_overlaid = False
        self.panes = tuple(
            ReaderPane(number, reading, colours, self) for number, reading in enumerate(image.readings)
        )
        beside = QWidget(self)
        grid = QGridLayout(beside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(tokens.SPACE_S)
        columns = _columns(len(self.panes))
        for number, pane in enumerate(self.panes):
            grid.addWidget(pane, number // columns, number % columns)
        self.overlaid = ReplayPicture(colours, self)
        self.overlaid.setAccessibleName(self.tr("All readers over one image"))
        self.overlay = ReadersOverlay()
        self.overlaid.set_overlay("readers", self.overlay)
        over = QWidget(self)
        column = QVBoxLayout(over)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_XS)
        lines = QGridLayout()
        for number, reading in enumerate(image.readings):
            lines.addWidget(legend(number, reading, over), number // 2, number % 2)
        column.addLayout(lines)
        column.addWidget(self.overlaid, 1)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(beside)
        self._stack.addWidget(over)

    def options_for(self, options: ReplayOptions) -> ReplayOptions:
        """Return what the frames of the readers need: over one image only what lies on the whole image."""
        if not self.is_overlaid:
            return options
        return replace(options, mode=ViewMode.WHOLE_IMAGE, heatmap=HeatmapSpan.OFF, show_shapes=False)

    def set_overlaid(self, is_overlaid: bool) -> None:
        """Lay all readers over one picture, or show them beside each other."""
        self.is_overlaid = is_overlaid
        self._stack.setCurrentIndex(int(is_overlaid))

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        for picture in (*(pane.picture for pane in self.panes), self.overlaid):
            picture.set_colours(colours)

    def show_frames(self, frames: Sequence[ReplayFrame], options: ReplayOptions) -> None:
        """Show a moment of all readers.

        Parameters
        ----------
        frames
            Made with `options_for`.
        options
            As they are chosen.
        """
        if self.is_overlaid:
            self._show_overlaid(frames, self.options_for(options))
            return
        for pane, frame in zip(self.panes, frames, strict=True):
            is_whole = options.mode is ViewMode.WHOLE_IMAGE
            pane.picture.set_region(region_of(frame) if is_whole else None)
            pane.picture.take_options(options)
            pane.picture.show_frame(frame)

    def _show_overlaid(self, frames: Sequence[ReplayFrame], options: ReplayOptions) -> None:
        readings = self._image.readings
        marks = [
            marks_on_image(frame, reading.image_id) for frame, reading in zip(frames, readings, strict=True)
        ]
        self.overlay.show(marks, readings[0].image_id, options)
        self.overlaid.take_options(replace(options, show_gaze=False, show_trail=False, show_fixations=False))
        self.overlaid.set_region(region_of(frames[0]))
        self.overlaid.show_frame(frames[0])


def _columns(count: int) -> int:
    """Return how many readers stand beside each other: pictures of chests are rather high than wide."""
    return count if count <= 3 else math.ceil(count / 2)
