"""What the keys of a replay do, as one table for the window and for its overlay."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, Qt
from PySide6.QtGui import QKeyEvent

_NONE: Final = Qt.KeyboardModifier.NoModifier
_SHIFT: Final = Qt.KeyboardModifier.ShiftModifier
_CONTROL: Final = Qt.KeyboardModifier.ControlModifier

KEYS: Final = {
    (Qt.Key.Key_Space, _NONE): "play",
    (Qt.Key.Key_Left, _NONE): "back",
    (Qt.Key.Key_Right, _NONE): "on",
    (Qt.Key.Key_Left, _SHIFT): "back fixation",
    (Qt.Key.Key_Right, _SHIFT): "on fixation",
    (Qt.Key.Key_Left, _CONTROL): "back event",
    (Qt.Key.Key_Right, _CONTROL): "on event",
    (Qt.Key.Key_PageUp, _NONE): "back case",
    (Qt.Key.Key_PageDown, _NONE): "on case",
    (Qt.Key.Key_Home, _NONE): "first",
    (Qt.Key.Key_End, _NONE): "last",
    (Qt.Key.Key_Escape, _NONE): "clear",
    (Qt.Key.Key_Plus, _NONE): "faster",
    (Qt.Key.Key_Plus, _SHIFT): "faster",
    (Qt.Key.Key_Minus, _NONE): "slower",
    (Qt.Key.Key_M, _NONE): "mute",
    (Qt.Key.Key_W, _NONE): "whole",
    (Qt.Key.Key_A, _NONE): "everything",
}
"""What a key with its modifiers does."""

KEY_WORDS: Final = (
    ("Space", QT_TRANSLATE_NOOP("replay", "play or pause")),
    ("Left, Right", QT_TRANSLATE_NOOP("replay", "step, as chosen beside the arrows")),
    ("Shift+Left, Shift+Right", QT_TRANSLATE_NOOP("replay", "the fixation before or after")),
    ("Ctrl+Left, Ctrl+Right", QT_TRANSLATE_NOOP("replay", "the event before or after")),
    ("Page Up, Page Down", QT_TRANSLATE_NOOP("replay", "the case before or after")),
    ("Home, End", QT_TRANSLATE_NOOP("replay", "the beginning, the end")),
    ("[ and ]", QT_TRANSLATE_NOOP("replay", "where the loop begins and ends")),
    ("Esc", QT_TRANSLATE_NOOP("replay", "no loop, no cursors")),
    ("+ and \u2212", QT_TRANSLATE_NOOP("replay", "faster, slower")),
    ("M", QT_TRANSLATE_NOOP("replay", "sound on or off")),
    ("W", QT_TRANSLATE_NOOP("replay", "as the reader saw it, or the whole image")),
    ("A", QT_TRANSLATE_NOOP("replay", "the whole recording in the timeline")),
)

_TYPED: Final = {"?": "keys", "[": "loop begin", "]": "loop end"}
"""By what is typed: with AltGr or Shift on many keyboards."""


def act_of(event: QKeyEvent) -> str:
    """Return what a key means; "" where it means nothing here."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return _TYPED.get(event.text()) or KEYS.get((Qt.Key(event.key()), modifiers), "")
