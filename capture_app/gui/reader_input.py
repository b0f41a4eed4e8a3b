"""What the reader's hand means: pointer and keys turned into intents by the viewer controls."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QKeyCombination, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QWheelEvent

from capture_app.session.viewer_controls import PointerButton, ViewerControls

NOTCH_EIGHTH_DEGREES = 120.0

_BUTTONS = {
    PointerButton.LEFT: Qt.MouseButton.LeftButton,
    PointerButton.MIDDLE: Qt.MouseButton.MiddleButton,
    PointerButton.RIGHT: Qt.MouseButton.RightButton,
}
_MODIFIER_KEYS = {
    Qt.Key.Key_Shift,
    Qt.Key.Key_Control,
    Qt.Key.Key_Alt,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_Meta,
    Qt.Key.Key_CapsLock,
    Qt.Key.Key_NumLock,
}


class ReaderInput(QObject):
    """Translates events of the reader's window. Positions are physical px of the window from its corner."""

    zoom_requested = Signal(float, float, float)  # x, y in screen px, notches
    pan_requested = Signal(float, float)  # screen px
    window_level_requested = Signal(float, float)  # logical px
    drag_started = Signal(str, float, float)  # pan or window_level, x, y in screen px
    drag_ended = Signal()
    fit_requested = Signal()
    reset_requested = Signal()
    key_pressed = Signal(str)

    def __init__(self, controls: ViewerControls, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.controls = controls
        self._drag = ""
        self._drag_button = Qt.MouseButton.NoButton
        self._last = QPointF()

    def wheel(self, event: QWheelEvent, ratio: float) -> None:
        """Zoom about the pointer; high-resolution wheels give parts of a notch."""
        delta = event.angleDelta()
        turned = delta.y() if delta.y() else delta.x()  # Alt turns the wheel sideways on some systems
        if turned:
            point = event.position() * ratio
            self.zoom_requested.emit(point.x(), point.y(), turned / NOTCH_EIGHTH_DEGREES)

    def press(self, event: QMouseEvent, ratio: float) -> None:
        """Begin a drag when the button has one and no other drag runs."""
        action = self._drag_of(event.button())
        if not action or self._drag:
            return
        self._drag, self._drag_button, self._last = action, event.button(), event.position()
        point = event.position() * ratio
        self.drag_started.emit(action, point.x(), point.y())

    def move(self, event: QMouseEvent, ratio: float) -> None:
        """Go on with a drag; one whose button was let go where this window did not hear of it ends."""
        if self._drag and not event.buttons() & self._drag_button:
            self.cancel_drag()
        if not self._drag:
            return
        step = event.position() - self._last
        self._last = event.position()
        if self._drag == "pan":
            self.pan_requested.emit(step.x() * ratio, step.y() * ratio)
        else:
            self.window_level_requested.emit(step.x(), step.y())

    def release(self, event: QMouseEvent) -> None:
        """End the drag of this button."""
        if self._drag and event.button() == self._drag_button:
            self.cancel_drag()

    def cancel_drag(self) -> None:
        """End a drag whose button will not be released here: the window lost the pointer."""
        if self._drag:
            self._drag = ""
            self.drag_ended.emit()

    def key(self, event: QKeyEvent, pointer: QPointF, ratio: float) -> None:
        """Carry out the key's control, else hand the key on by name."""
        if event.key() in _MODIFIER_KEYS:
            return
        name = key_name(event)
        if not self._viewer_key(name.casefold(), pointer * ratio, ratio) and not event.isAutoRepeat():
            self.key_pressed.emit(name)

    def _viewer_key(self, name: str, point: QPointF, ratio: float) -> bool:
        controls = self.controls
        pan, window = controls.key_pan_px * ratio, controls.key_window_px
        moves: dict[str, Callable[[], None]] = {
            controls.zoom_in_key: lambda: self.zoom_requested.emit(point.x(), point.y(), 1.0),
            controls.zoom_out_key: lambda: self.zoom_requested.emit(point.x(), point.y(), -1.0),
            controls.fit_key: lambda: self.fit_requested.emit(),
            controls.reset_key: lambda: self.reset_requested.emit(),
            controls.pan_left_key: lambda: self.pan_requested.emit(-pan, 0.0),
            controls.pan_right_key: lambda: self.pan_requested.emit(pan, 0.0),
            controls.pan_up_key: lambda: self.pan_requested.emit(0.0, -pan),
            controls.pan_down_key: lambda: self.pan_requested.emit(0.0, pan),
            controls.window_wider_key: lambda: self.window_level_requested.emit(0.0, window),
            controls.window_narrower_key: lambda: self.window_level_requested.emit(0.0, -window),
            controls.level_lower_key: lambda: self.window_level_requested.emit(window, 0.0),
            controls.level_higher_key: lambda: self.window_level_requested.emit(-window, 0.0),
        }
        for key, move in moves.items():
            if key and key.strip().casefold() == name:
                move()
                return True
        return False

    def _drag_of(self, button: Qt.MouseButton) -> str:
        if button == pointer_button(self.controls.pan_button):
            return "pan"
        if button == pointer_button(self.controls.window_button):
            return "window_level"
        return ""


def pointer_button(button: PointerButton) -> Qt.MouseButton:
    """Return the button of the window system; `NoButton` where there is none."""
    return _BUTTONS.get(button, Qt.MouseButton.NoButton)


def key_name(event: QKeyEvent) -> str:
    """Return the portable name of a key with its modifiers, "Ctrl+Up"; the number pad counts as the rest."""
    combination = event.keyCombination()
    modifiers = combination.keyboardModifiers() & ~Qt.KeyboardModifier.KeypadModifier
    sequence = QKeySequence(QKeyCombination(modifiers, combination.key()))
    return sequence.toString(QKeySequence.SequenceFormat.PortableText)
