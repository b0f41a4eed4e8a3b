"""A list beside the picture takes the keys that walk through it, and leaves all others to the window."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView

_OWN: Final = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)


class ListKeys(QObject):
    """Keeps a list from swallowing arrows, page keys and letters: they mean the replay wherever the focus is.

    Parameters
    ----------
    view
        The list; it owns this.
    """

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Pass a key that is not the list's on to what holds the list."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            is_own = event.key() in _OWN or event.matches(QKeySequence.StandardKey.Copy)
            if not is_own:
                event.ignore()  # so that it goes on to the window
                return True
        return super().eventFilter(watched, event)
