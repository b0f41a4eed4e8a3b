"""What every kind of screen is to the frame around it, and which widget shows which kind.

A widget is made once for its kind and kept: `begin` hands it another screen, `render_state` what is to be
shown of it now. It changes nothing by itself; what the reader wants goes through the `ReaderHand`, and what
is shown follows from the next state.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import ClassVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from capture_app.gui import tokens
from capture_app.gui.reading.look import ReadingLook
from capture_app.session.port import SessionError
from capture_app.session.reading import ReadingView
from capture_app.session.states import ReaderState
from capture_app.session.study_desk.port import ReaderActs
from capture_app.session.study_desk.states import StudyDeskState
from capture_app.session.viewer_controls import ViewerControls

_LOG = logging.getLogger(__name__)


class ReaderHand(QObject):
    """Carries out what the reader wants; a refusal is shown on the reader's own screen."""

    refused = Signal(str)

    def __init__(self, acts: ReaderActs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.acts = acts

    def attempt(self, act: Callable[[], None]) -> bool:
        """Carry out an act; return whether it was accepted."""
        try:
            act()
        except SessionError as err:
            _LOG.info("the reader was told: %s", err)
            self.refused.emit(str(err))
            return False
        return True


class ScreenWidget(QWidget):
    """One kind of screen, between the question above and the buttons below.

    Parameters
    ----------
    hand
        Carries out what the reader wants.
    look
        Colours and sizes, by the study's grey and the size of the window.
    """

    changed = Signal()
    """What is missing, or a word on a button, is another one without a new state."""

    next_wanted = Signal()
    """The reader wants to go on, as with the primary button."""

    lies_over_image: ClassVar[bool] = False
    """The images stay visible in the middle: the widget has all the space between the question line and the
    buttons, paints no ground, and gets one line for its question."""

    def __init__(self, hand: ReaderHand, look: ReadingLook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hand = hand
        self.look = look

    def begin(self, state: StudyDeskState, view: ReadingView) -> None:
        """Another screen, or another visit, comes up: forget what belonged to the one before."""

    def render_state(self, state: StudyDeskState, view: ReadingView) -> None:
        """Show the state; called in every frame, so compare before changing anything."""

    def render_reader(self, reader: ReaderState) -> None:
        """Take what the reader's window paints beneath; called in every frame before `render_state`."""

    def set_look(self, look: ReadingLook) -> None:
        """Take other colours and sizes."""
        self.look = look

    def set_controls(self, controls: ViewerControls) -> None:
        """Take the viewer's controls: a screen that is drawn on has a button among them."""

    def flush(self) -> None:
        """Hand over what is typed and not sent; called before anything leaves the screen."""

    def go_on(self) -> bool:
        """Go on as the primary button says, everything being there; return whether that was accepted."""
        return self.hand.attempt(self.hand.acts.next)

    def focus_first(self) -> None:
        """Take the keyboard where answering begins; called once a screen came up."""
        self.setFocus()

    def take_key(self, event: QKeyEvent) -> bool:
        """Act on a key that no field has used, and return whether that was done. Never called while typing.

        Enter, Space where nothing is focused, Backspace, Alt+Left, Alt+I and `?` belong to the frame.
        """
        del event
        return False

    def missing(self, view: ReadingView) -> tuple[str, ...]:
        """Return what keeps the reader here; an unsent text may be ahead of the view."""
        return view.missing

    @property
    def is_measured(self) -> bool:
        """Whether gaze on an image is measured now: nothing but the question and quiet buttons is shown."""
        return False

    @property
    def question(self) -> str | None:
        """Its own heading; None for the question of the study."""
        return None

    @property
    def next_text(self) -> str:
        """The words of the primary button; "" where there is none."""
        return self.tr("Next")

    @property
    def widest_letters(self) -> int:
        """Its greatest width, in heights of a letter."""
        return tokens.READING_COLUMN_LETTERS

    @property
    def has_ways_back(self) -> bool:
        """Whether the frame offers to go back; the end of a case has its own list."""
        return True

    @property
    def bar_widgets(self) -> tuple[QWidget, ...]:
        """Own buttons for the bar, left of the primary one; asked for once, shown and hidden at will."""
        return ()

    @property
    def key_help(self) -> tuple[tuple[str, str], ...]:
        """Keys of this screen with what they do, for the overlay."""
        return ()


ScreenFactory = Callable[[ReaderHand, ReadingLook, QWidget | None], ScreenWidget]
