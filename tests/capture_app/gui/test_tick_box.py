"""A tick is told by its shape, not by colour alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QStyle, QStyleOptionButton

from capture_app.gui.style_sheet import style_sheet
from capture_app.gui.theme import palette
from capture_app.gui.tick_box import TickBox
from capture_app.gui.tokens import DARK, LIGHT


@pytest.mark.parametrize("colours", [DARK, LIGHT], ids=["dark", "light"])
def test_a_ticked_box_has_a_tick_in_it_and_an_empty_one_has_none(qtbot, colours):
    box = TickBox("I agree")
    qtbot.addWidget(box)
    box.setPalette(palette(colours))
    box.setStyleSheet(style_sheet(colours))
    box.show()
    assert not _has(box, colours.on_primary)
    box.setChecked(True)
    assert _has(box, colours.on_primary)


def _has(box: TickBox, colour: str) -> bool:
    """Return whether the colour is somewhere in the box of the tick."""
    option = QStyleOptionButton()
    box.initStyleOption(option)
    place: QRect = box.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, box)
    picture = box.grab(place).toImage()
    pixels = {
        picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())
    }
    return QColor(colour).name() in pixels
