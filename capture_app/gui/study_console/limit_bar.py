"""A figure against its limits: name, value in words, and a bar on which the limits are marked."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from capture_app.gui import tokens
from capture_app.gui.glyphs import glyph_pixmap
from capture_app.gui.labels import label
from capture_app.gui.tokens import Colours
from capture_app.gui.top_bar import level_colour, level_glyph

_FULL_SCALE = 1.5  # of the highest limit: there is room to be beyond it


def level_against(value: float, limits: tuple[float, ...], *, is_advice: bool) -> str:
    """Return how a figure stands: good, attention, bad, "" where it is not known.

    Parameters
    ----------
    value
        The figure; NaN where nothing was measured.
    limits
        Ascending. Reaching the first asks for attention, reaching the second is bad.
    is_advice
        The limits of advice are exceeded, not reached, and are never worse than attention.
    """
    if not math.isfinite(value):
        return ""
    reached = sum(value > limit if is_advice else value >= limit for limit in limits)
    return ("good", "attention", "attention" if is_advice else "bad")[min(reached, 2)]


class LimitTrack(QWidget):
    """The bar alone."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(tokens.SPACE_S + tokens.SPACE_XS)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.colours = colours
        self._shown: tuple[float, tuple[float, ...], str] = (math.nan, (), "")

    def show_value(self, value: float, limits: tuple[float, ...], level: str) -> None:
        """Take a value, its limits (ascending) and its level."""
        before = self._shown
        is_same = before[1:] == (limits, level) and (
            before[0] == value or (math.isnan(before[0]) and math.isnan(value))
        )
        if not is_same:
            self._shown = (value, limits, level)
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the bar and a notch for each limit."""
        value, limits, level = self._shown
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        full = max(limits, default=1.0) * _FULL_SCALE or 1.0
        height = tokens.SPACE_S / 2.0
        top = (self.height() - height) / 2.0
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.colours.line))
        painter.drawRoundedRect(QRectF(0.0, top, self.width(), height), height / 2, height / 2)
        if math.isfinite(value) and value > 0:
            width = max(min(value / full, 1.0) * self.width(), height)
            painter.setBrush(QColor(level_colour(self.colours, level)))
            painter.drawRoundedRect(QRectF(0.0, top, width, height), height / 2, height / 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for limit in limits:
            x = round(limit / full * self.width())
            painter.fillRect(x, 0, tokens.FOCUS_RING, self.height(), QColor(self.colours.text))


class LimitBar(QWidget):
    """One figure with its sign, its words and its bar."""

    def __init__(self, colours: Colours, title: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colours = colours
        self._key: tuple[object, ...] = ()
        self.value = label("", "value", self)
        self._sign = QLabel(self)
        self._sign.setFixedWidth(tokens.GLYPH_SIZE)
        self._track = LimitTrack(colours, self)
        self._title = title
        self.setToolTip(tip)
        name = label(title, "secondary", self)
        name.setMinimumWidth(tokens.LIMIT_NAME_WIDTH)
        self.value.setMinimumWidth(tokens.LIMIT_VALUE_WIDTH)
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.SPACE_S)
        row.addWidget(name)
        row.addWidget(self._track, 1)
        row.addWidget(self._sign)
        row.addWidget(self.value)

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self._colours = self._track.colours = colours
        self._key = ()
        self._track.update()

    def show_value(self, value: float, text: str, limits: tuple[float, ...], *, is_advice: bool) -> None:
        """Show a figure, its words and its limits in the same unit."""
        level = level_against(value, limits, is_advice=is_advice)
        self._track.show_value(value, limits, level)
        key = (text, level, self.devicePixelRatioF())
        if key == self._key:
            return
        self._key = key
        self.value.setText(text)
        self.setAccessibleName(f"{self._title}: {text}, {level}")
        self._sign.clear()
        if level:
            colour = level_colour(self._colours, level)
            ratio = self.devicePixelRatioF()
            self._sign.setPixmap(glyph_pixmap(level_glyph(level), colour, tokens.GLYPH_SIZE, ratio))
