"""Which keys belong to the frame around a screen, whatever the screen is."""

from __future__ import annotations

from enum import Enum
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent


class FrameKey(str, Enum):
    """What a key asks of the frame."""

    NEXT = "next"
    BACK = "back"
    IMAGE = "image"  # back to the image
    HELP = "help"


_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def plain_modifiers(event: QKeyEvent) -> Qt.KeyboardModifier:
    """Return the modifiers; keys of the number pad count as the others."""
    return event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier


def belongs_to_frame(event: QKeyEvent) -> bool:
    """Whether a key that is pressed while typing is meant for the frame: to go on, back or for help.

    A field that types lets these through: `event.ignore()` in its event filter, and return True.
    """
    modifiers, key = plain_modifiers(event), event.key()
    if modifiers == Qt.KeyboardModifier.ControlModifier:
        return key in _ENTER
    if modifiers == Qt.KeyboardModifier.AltModifier:
        return key in (Qt.Key.Key_Left, Qt.Key.Key_I)
    return modifiers == Qt.KeyboardModifier.NoModifier and key in (Qt.Key.Key_F1, Qt.Key.Key_Escape)


def frame_key(event: QKeyEvent) -> FrameKey | None:
    """Return what a key that nothing else used asks of the frame."""
    modifiers, key = plain_modifiers(event), event.key()
    no_modifier = modifiers == Qt.KeyboardModifier.NoModifier
    if key in _ENTER and (no_modifier or modifiers == Qt.KeyboardModifier.ControlModifier):
        return FrameKey.NEXT
    if no_modifier and key == Qt.Key.Key_Space:
        return FrameKey.NEXT
    if modifiers == Qt.KeyboardModifier.AltModifier:
        return {Qt.Key.Key_Left: FrameKey.BACK, Qt.Key.Key_I: FrameKey.IMAGE}.get(Qt.Key(key))
    if no_modifier and key == Qt.Key.Key_Backspace:
        return FrameKey.BACK
    if event.text() == "?" or (no_modifier and key == Qt.Key.Key_F1):
        return FrameKey.HELP
    return None
