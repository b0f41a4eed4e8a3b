"""Plain text with the numbers of its lines, and a mark at lines with findings."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontDatabase, QPainter, QPaintEvent, QResizeEvent, QShowEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from capture_app.gui import tokens
from capture_app.gui.glyphs import paint_glyph
from capture_app.gui.tokens import Colours
from capture_app.gui.top_bar import level_colour, level_glyph


class _Margin(QWidget):
    """Left of the text: signs and numbers."""

    def __init__(self, text: NumberedText) -> None:
        super().__init__(text)
        self._text = text

    def sizeHint(self) -> QSize:
        """Return the room that the numbers need."""
        return QSize(self._text.margin_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what belongs to the lines that are seen."""
        self._text.paint_margin(QPainter(self), event.rect())


class NumberedText(QPlainTextEdit):
    """A text that is edited by its lines."""

    def __init__(self, colours: Colours, parent: QWidget) -> None:
        super().__init__(parent)
        self._colours = colours
        self._levels: dict[int, str] = {}  # by line, from 1
        self._margin = _Margin(self)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(True)  # all of the page is reached by the keyboard; TOML needs no tabs
        self.blockCountChanged.connect(self._fit_margin)
        self.updateRequest.connect(self._follow)
        self._fit_margin()

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self._colours = colours
        self._margin.update()

    def mark_lines(self, levels: Mapping[int, str]) -> None:
        """Put the sign of a level beside lines, numbered from 1."""
        self._levels = dict(levels)
        self._margin.update()

    def go_to_line(self, line: int) -> None:
        """Put the cursor at the beginning of a line, from 1, in the middle of the view."""
        block = self.document().findBlockByNumber(max(line - 1, 0))
        if not block.isValid():
            return
        self.setTextCursor(QTextCursor(block))
        self.centerCursor()
        self.setFocus()

    def margin_width(self) -> int:
        """Return the width of the margin, logical px."""
        digits = len(str(max(self.blockCount(), 1)))
        return tokens.GLYPH_SIZE + tokens.SPACE_L + digits * self.fontMetrics().horizontalAdvance("9")

    def paint_margin(self, painter: QPainter, area: QRect) -> None:
        """Paint numbers and signs of the lines in `area`."""
        painter.fillRect(area, QColor(self._colours.window))
        painter.setFont(self.font())
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        height = self.fontMetrics().height()
        while block.isValid() and top <= area.bottom():
            bottom = top + self.blockBoundingRect(block).height()
            if block.isVisible() and bottom >= area.top():
                line = block.blockNumber() + 1
                is_current = line == self.textCursor().blockNumber() + 1
                painter.setPen(QColor(self._colours.text if is_current else self._colours.secondary))
                place = QRectF(0, top, self._margin.width() - tokens.SPACE_S, height)
                painter.drawText(place, Qt.AlignmentFlag.AlignRight, str(line))
                self._paint_sign(painter, line, top, height)
            block, top = block.next(), bottom
        painter.end()

    def showEvent(self, event: QShowEvent) -> None:
        """Bring the line that was gone to before into the middle."""
        super().showEvent(event)
        self.centerCursor()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the margin as high as the text."""
        super().resizeEvent(event)
        inside = self.contentsRect()
        self._margin.setGeometry(inside.left(), inside.top(), self.margin_width(), inside.height())

    def _paint_sign(self, painter: QPainter, line: int, top: float, height: float) -> None:
        level = self._levels.get(line)
        if level is None:
            return
        side = tokens.GLYPH_SIZE - tokens.SPACE_XS
        place = QRectF(tokens.SPACE_XS, top + (height - side) / 2.0, side, side)
        paint_glyph(painter, level_glyph(level), place, level_colour(self._colours, level))

    def _fit_margin(self) -> None:
        self.setViewportMargins(self.margin_width(), 0, 0, 0)

    def _follow(self, area: QRect, dy: int) -> None:
        if dy:
            self._margin.scroll(0, dy)
        else:
            self._margin.update(0, area.y(), self._margin.width(), area.height())
