"""A box to tick whose tick is a shape: told by more than its colour, in both themes."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QStyle, QStyleOptionButton

from capture_app.gui.glyphs import paint_glyph


class TickBox(QCheckBox):
    """The style sheet paints the box, this the tick in it."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the box, and the tick where it is set."""
        super().paintEvent(event)
        if not self.isChecked():
            return
        option = QStyleOptionButton()
        self.initStyleOption(option)
        place = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
        painter = QPainter(self)
        paint_glyph(painter, "tick", QRectF(place), self.palette().highlightedText().color().name())
        painter.end()
