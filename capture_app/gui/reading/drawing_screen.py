"""The screens that are drawn on: findings with their labels and certainty, and the box around the chest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from capture_app.gui.reader_input import pointer_button
from capture_app.gui.reading.drawing_canvas import DrawingCanvas
from capture_app.gui.reading.drawing_history import DrawingHistory
from capture_app.gui.reading.drawing_panel import DrawingPanel, PanelState
from capture_app.gui.reading.drawing_words import (
    ListedShape,
    asks_for_labels,
    is_shape_screen,
    kinds_of,
    label_groups,
    limit_text,
    listed_shapes,
)
from capture_app.gui.reading.look import ReadingLook
from capture_app.gui.reading.screen_widgets import ReaderHand, ScreenWidget
from capture_app.session.reading import ReadingView, Shape, ShapeKind
from capture_app.session.states import PaneState, ReaderState
from capture_app.session.study.task_keys import ShapeScreen
from capture_app.session.study_desk.room import room_of, within
from capture_app.session.study_desk.states import StudyDeskState
from capture_app.session.viewer_controls import ViewerControls

_LARGE_STEP_PX: Final = 10.0  # image px, with Ctrl
_ARROWS: Final = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}


class DrawingScreen(ScreenWidget):
    """A canvas over the images with a panel at its right."""

    lies_over_image: ClassVar[bool] = True

    def __init__(self, hand: ReaderHand, look: ReadingLook, parent: QWidget | None = None) -> None:
        super().__init__(hand, look, parent)
        self.setMouseTracking(True)
        self.canvas, self.panel = DrawingCanvas(), DrawingPanel(look)
        self.canvas.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocusProxy(self.canvas)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.canvas, 1)
        row.addWidget(self.panel)
        self._history = DrawingHistory()
        self._panes: tuple[PaneState, ...] = ()
        self._view: ReadingView | None = None
        self._shapes: tuple[ListedShape, ...] = ()
        self._known: frozenset[int] = frozenset()  # numbers of the shapes shown last
        self._sent: dict[int, Shape] = {}  # changes that were accepted since the last look
        self._selected = -1
        self._kind = ShapeKind.ELLIPSE  # chosen tool; kept from case to case
        self._seen: tuple[object, ...] = ()
        self._connect()

    def _connect(self) -> None:
        canvas, panel = self.canvas, self.panel
        canvas.drawn.connect(self._draw)
        canvas.changed.connect(self._change)
        canvas.picked.connect(self._pick)
        canvas.refused.connect(self.hand.refused)
        panel.kind_asked.connect(self._take_kind)
        panel.from_centre_asked.connect(self._take_way)
        panel.picked.connect(self._pick)
        panel.label_asked.connect(self._toggle_label)
        panel.certainty_asked.connect(self._give_certainty)
        panel.delete_asked.connect(self._delete)
        panel.undo_asked.connect(self._undo)

    def set_controls(self, controls: ViewerControls) -> None:
        """Draw with the button that the viewer's controls leave for it."""
        self.canvas.draw_button = pointer_button(controls.draw_button)

    def set_look(self, look: ReadingLook) -> None:
        """Take other colours and sizes."""
        super().set_look(look)
        self.panel.set_look(look)
        self.canvas.tag_font_px = look.small_px

    def begin(self, state: StudyDeskState, view: ReadingView) -> None:
        """Begin with nothing picked, except the one box of the chest."""
        self.canvas.cancel()
        shapes = listed_shapes(state.opened.study, view)
        self._history.begin({each.number: each.shape for each in shapes})
        self._known = frozenset(each.number for each in shapes)
        self._selected = shapes[0].number if shapes and not is_shape_screen(view) else -1
        kinds = kinds_of(view)
        self.canvas.kind = self._kind if self._kind in kinds else kinds[0]
        self._seen = ()
        self._fit_panel(view)

    def render_reader(self, reader: ReaderState) -> None:
        """Take where the images lie now."""
        self._panes = reader.panes

    def render_state(self, state: StudyDeskState, view: ReadingView) -> None:
        """Show the shapes where the images are."""
        self._view = view
        self._sent.clear()
        seen = (state.view_version, view.screen, self._selected, self.canvas.kind, self.canvas.is_from_centre)
        if seen != self._seen:
            self._take(state, view)
            self._seen = (state.view_version, view.screen, self._selected, *seen[3:])
        shapes = [each.on_canvas for each in self._shapes] if self._shapes else []
        self.canvas.render_shapes(self._panes, shapes, self._selected)

    def flush(self) -> None:
        """Hand over what steps by keys have made of a shape."""
        self.canvas.settle()

    def focus_first(self) -> None:
        """Give the keyboard to the image."""
        self.canvas.setFocus()

    def take_key(self, event: QKeyEvent) -> bool:
        """Draw, move, resize, name and remove shapes by keys."""
        key, modifiers = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key in _ARROWS:
            return self._step(key, modifiers)
        if (key, modifiers) == (Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier):
            self._undo()
            return True
        if modifiers:
            return False
        acts: dict[Qt.Key, Callable[[], None]] = {
            Qt.Key.Key_N: self.canvas.draw_in_the_middle,
            Qt.Key.Key_T: self._next_kind,
            Qt.Key.Key_C: lambda: self._take_way(not self.canvas.is_from_centre),
            Qt.Key.Key_L: self.panel.focus_labels,
            Qt.Key.Key_Delete: self._delete,
            Qt.Key.Key_PageUp: lambda: self._walk(-1),
            Qt.Key.Key_PageDown: lambda: self._walk(1),
        }
        if key is Qt.Key.Key_Escape:
            return self._let_go()
        if key in acts:
            if not event.isAutoRepeat() or key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
                acts[key]()
            return True
        return self._certainty_key(event.text())

    @property
    def key_help(self) -> tuple[tuple[str, str], ...]:
        """Keys of drawing."""
        general = (
            ("N", self.tr("draw a shape in the middle of what is shown")),
            ("Page Up, Page Down", self.tr("pick the shape before, the next one")),
            ("Arrows", self.tr("move the picked shape by 1 px, with Ctrl by 10 px")),
            ("Shift+Arrows", self.tr("make it larger or smaller by 1 px, with Ctrl by 10 px")),
            ("Delete", self.tr("remove it")),
            ("Ctrl+Z", self.tr("take the last step back")),
            ("Esc", self.tr("let go of it: arrows are the image's again")),
        )
        if self._view is None or not is_shape_screen(self._view):
            return general
        return (
            *general,
            ("1 to 9", self.tr("certainty of the picked shape")),
            ("L", self.tr("go to its labels; Space chooses, Esc comes back")),
            ("T", self.tr("ellipse or box")),
            ("C", self.tr("ellipse from its centre or from a corner")),
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the panel where the images leave room for it."""
        super().resizeEvent(event)
        if self._view is not None:
            self._fit_panel(self._view)

    def _take(self, state: StudyDeskState, view: ReadingView) -> None:
        study, screen = state.opened.study, view.screen
        self._shapes = listed_shapes(study, view)
        self._history.follow({each.number: each.shape for each in self._shapes})
        numbers = frozenset(each.number for each in self._shapes)
        new = numbers - self._known
        if new:
            self._selected = max(new)  # what was just drawn is picked, to be labelled
        elif self._selected not in numbers:
            self._selected = -1
        self._known = numbers
        self.canvas.limit_text = limit_text(view, self._shapes)
        is_finding = isinstance(screen, ShapeScreen)
        self.panel.render_panel(
            PanelState(
                kinds=kinds_of(view),
                kind=self.canvas.kind,
                is_from_centre=self.canvas.is_from_centre,
                shapes=self._shapes,
                shapes_maximum=screen.shapes_maximum if isinstance(screen, ShapeScreen) else 1,
                selected=self._selected,
                labels=label_groups(study, view) if is_finding and study.labels else None,
                has_label_screen=asks_for_labels(study, view),
                levels=study.certainty if isinstance(screen, ShapeScreen) and screen.has_certainty else (),
                missing=view.missing,
                can_undo=self._history.can_undo,
            )
        )

    def _fit_panel(self, view: ReadingView) -> None:
        if view.screen is not None:
            window = self.window()
            room = within(room_of(view.screen), window.width(), window.height())
            self.panel.setFixedWidth(round(room.right_px))

    def _picked_shape(self) -> ListedShape | None:
        return next((each for each in self._shapes if each.number == self._selected), None)

    def _draw(self, shape: Shape) -> None:
        self.hand.attempt(lambda: self.hand.acts.draw(shape))

    def _change(self, number: int, shape: Shape) -> None:
        if self.hand.attempt(lambda: self.hand.acts.change_shape(number, shape)):
            self._sent[number] = shape

    def _delete(self) -> None:
        self.canvas.settle()
        found = self._picked_shape()
        if found is not None:
            self.hand.attempt(lambda: self.hand.acts.remove_shape(found.number))

    def _undo(self) -> None:
        self.canvas.settle()
        self.hand.attempt(lambda: self._history.undo(self.hand.acts))

    def _toggle_label(self, name: str) -> None:
        self._edit(lambda shape: replace(shape, labels=_toggled(shape.labels, name)))

    def _give_certainty(self, code: int) -> None:
        self._edit(lambda shape: replace(shape, certainty=code))

    def _edit(self, change: Callable[[Shape], Shape]) -> None:
        self.canvas.settle()
        found = self._picked_shape()
        if found is not None:
            self._change(found.number, change(self._sent.get(found.number, found.shape)))

    def _pick(self, number: int) -> None:
        self.canvas.settle()
        self._selected = number

    def _take_kind(self, kind: ShapeKind) -> None:
        self._kind = self.canvas.kind = kind

    def _take_way(self, is_from_centre: bool) -> None:
        self.canvas.is_from_centre = is_from_centre

    def _next_kind(self) -> None:
        kinds = kinds_of(self._view) if self._view is not None else ()
        if len(kinds) > 1:
            self._take_kind(kinds[(kinds.index(self.canvas.kind) + 1) % len(kinds)])

    def _walk(self, step: int) -> None:
        numbers = [each.number for each in self._shapes]
        if numbers:
            place = numbers.index(self._selected) + step if self._selected in numbers else min(step, 0)
            self._pick(numbers[place % len(numbers)])

    def _let_go(self) -> bool:
        """Give up the drag, else come back from the panel, else let go of the shape."""
        if self.canvas.cancel():
            return True
        if not self.canvas.hasFocus():
            self.canvas.setFocus()
            return True
        if self._selected < 0:
            return False
        self._pick(-1)
        return True

    def _step(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
        control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
        if modifiers & ~(control | shift):
            return False
        factor = _LARGE_STEP_PX if modifiers & control else 1.0
        dx, dy = _ARROWS[key]
        return self.canvas.step(dx * factor, dy * factor, is_resize=bool(modifiers & shift))

    def _certainty_key(self, text: str) -> bool:
        codes = {name for name in self.panel.certainty.names if name == text}
        if not codes or self._picked_shape() is None:
            return False
        self._give_certainty(int(text))
        return True


def _toggled(labels: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(each for each in labels if each != name) if name in labels else (*labels, name)
