"""Lists, tables and texts beside the picture leave the keys of the replay to its window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractScrollArea

from capture_app.gui.replay.replay_keys import act_of


class ListKeys(QObject):
    """Keeps what scrolls from swallowing keys that mean the replay, wherever the focus is.

    Parameters
    ----------
    view
        A list, table, text or scrolled page in which nothing is typed; it owns this.
    """

    def __init__(self, view: QAbstractScrollArea) -> None:
        super().__init__(view)
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Pass a key of the replay on to what holds the list."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and act_of(event):
            event.ignore()  # so that it goes on to the window
            return True
        return super().eventFilter(watched, event)
