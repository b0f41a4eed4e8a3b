"""The time of all readers below each other: a lane of fixations for each, and the moment that is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from capture_app.gui import tokens
from capture_app.gui.compare.overlay import reader_colour
from capture_app.gui.theme import sized_font
from capture_app.gui.tokens import Colours


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lane:
    """One reader."""

    label: str
    end_ns: int  # since the image was shown
    onsets_ns: npt.NDArray[np.int64]  # of fixations on the image, since it was shown, shape (n,)
    offsets_ns: npt.NDArray[np.int64]  # shape (n,)


class Lanes(QWidget):
    """Paints the lanes; a click or drag goes somewhere."""

    seek_requested = Signal(object)  # ns since the image was shown

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("reader_lanes")
        self.setAccessibleName(self.tr("Fixations of all readers over time"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._colours = colours
        self._lanes: tuple[Lane, ...] = ()
        self._end_ns = 1
        self._t_ns = 0

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self._colours = colours
        self.update()

    def show_lanes(self, lanes: Sequence[Lane], end_ns: int) -> None:
        """Take the readers."""
        self._lanes, self._end_ns = tuple(lanes), max(end_ns, 1)
        self.updateGeometry()
        self.update()

    def show_moment(self, t_ns: int) -> None:
        """Show a time."""
        if t_ns != self._t_ns:
            self._t_ns = t_ns
            self.update()

    def sizeHint(self) -> QSize:
        """As high as the lanes are."""
        return QSize(400, max(len(self._lanes), 1) * self._lane_height() + 2 * tokens.SPACE_S)

    def minimumSizeHint(self) -> QSize:
        """As high as the lanes are."""
        return QSize(200, self.sizeHint().height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the place of a click."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._seek(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow a drag."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._seek(event.position().x())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint labels, bars of fixations, ends, and the moment."""
        painter = QPainter(self)
        painter.setFont(sized_font(self.font(), tokens.FONT_SECONDARY_PX))
        painter.fillRect(self.rect(), QColor(self._colours.surface))
        height = self._lane_height()
        for number, lane in enumerate(self._lanes):
            top = tokens.SPACE_S + number * height
            painter.setPen(QColor(self._colours.text))
            room = QRectF(tokens.SPACE_M, top, tokens.REPLAY_LABEL_WIDTH - tokens.SPACE_L, height)
            shown = painter.fontMetrics().elidedText(
                lane.label, Qt.TextElideMode.ElideRight, int(room.width())
            )
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)
            right = self._x(min(lane.end_ns, self._end_ns))
            bar = QRectF(
                tokens.REPLAY_LABEL_WIDTH, top + 3.0, right - tokens.REPLAY_LABEL_WIDTH, height - 6.0
            )
            painter.fillRect(bar, QColor(self._colours.stage))  # dark in both themes, as the colours need
            colour = QColor(reader_colour(number))
            for onset, offset in zip(lane.onsets_ns.tolist(), lane.offsets_ns.tolist(), strict=True):
                left, offset = self._x(onset), min(offset, lane.end_ns)
                painter.fillRect(
                    QRectF(left, bar.y() + 2, max(self._x(offset) - left - 0.5, 1.0), bar.height() - 4),
                    colour,
                )
        painter.fillRect(
            QRectF(self._x(self._t_ns) - 1.0, 0.0, 2.0, self.height()), QColor(self._colours.focus)
        )

    def _lane_height(self) -> int:
        return tokens.REPLAY_LOW_LANE_HEIGHT + tokens.SPACE_XS

    def _x(self, t_ns: float) -> float:
        room = max(self.width() - tokens.REPLAY_LABEL_WIDTH - tokens.SPACE_M, 1)
        return tokens.REPLAY_LABEL_WIDTH + t_ns / self._end_ns * room

    def _seek(self, x: float) -> None:
        room = max(self.width() - tokens.REPLAY_LABEL_WIDTH - tokens.SPACE_M, 1)
        share = min(max((x - tokens.REPLAY_LABEL_WIDTH) / room, 0.0), 1.0)
        self.seek_requested.emit(round(share * self._end_ns))
