"""The Qt binding itself: a fault here ends the program in the middle of a session."""

from __future__ import annotations

import sys

from PySide6.QtGui import QPainter, QPixmap
from pytestqt.qtbot import QtBot


def test_calls_that_return_nothing_do_not_use_up_none(qtbot: QtBot) -> None:  # a QApplication must exist
    """PySide6 6.12 gave away one reference to None with every such call; before Python 3.12 that is fatal."""
    pixmap = QPixmap(8, 8)
    painter = QPainter(pixmap)
    before = sys.getrefcount(None)
    for _ in range(500):
        painter.setOpacity(0.5)
    after = sys.getrefcount(None)
    painter.end()
    assert abs(after - before) < 250
