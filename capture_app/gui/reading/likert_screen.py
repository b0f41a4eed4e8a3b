"""A scale of steps between two ends."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.labels import paragraph
from capture_app.gui.reading.frame_keys import belongs_to_frame
from capture_app.gui.reading.look import ReadingLook
from capture_app.gui.reading.screen_widgets import ReaderHand, ScreenWidget
from capture_app.session.reading import ReadingView
from capture_app.session.study.task_keys import LikertScreen
from capture_app.session.study_desk.states import StudyDeskState

_MOST_STEPS: Final = 11  # of a study's scale
_STEP_KEYS: Final = "1234567890-"


class _StepButton(QPushButton):
    """A step; whether it is chosen comes with the next state."""

    def nextCheckState(self) -> None:
        """Stay as it is."""


class LikertScreenWidget(ScreenWidget):
    """Steps side by side, the words of both ends below them."""

    def __init__(self, hand: ReaderHand, look: ReadingLook, parent: QWidget | None = None) -> None:
        super().__init__(hand, look, parent)
        self.buttons = [self._step(number) for number in range(1, _MOST_STEPS + 1)]
        self.low = paragraph("", parent=self)
        self.high = paragraph("", parent=self)
        self.low.setProperty("reading", "small")
        self.high.setProperty("reading", "small")
        self.high.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        self._steps = 0
        row = QHBoxLayout()
        row.setSpacing(tokens.SPACE_S)
        for button in self.buttons:
            row.addWidget(button, 1)
        ends = QHBoxLayout()
        ends.addWidget(self.low, 1)
        ends.addWidget(self.high, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_S)
        column.addLayout(row)
        column.addLayout(ends)
        column.addStretch(1)

    @property
    def key_help(self) -> tuple[tuple[str, str], ...]:
        """Keys of the steps."""
        last = _STEP_KEYS[max(self._steps - 1, 0)]
        return (
            (f"1 \u2026 {last}", self.tr("choose the step")),
            (self.tr("Arrow keys, Space"), self.tr("walk along the scale, choose")),
        )

    def begin(self, state: StudyDeskState, view: ReadingView) -> None:
        """Show the scale of this screen."""
        del state
        screen = view.screen
        if not isinstance(screen, LikertScreen):
            return
        self._steps = screen.steps
        for number, button in enumerate(self.buttons, 1):
            button.setVisible(number <= screen.steps)
        self.low.setText(screen.low_text)
        self.high.setText(screen.high_text)
        for button, words in ((self.buttons[0], screen.low_text), (self._last, screen.high_text)):
            button.setAccessibleDescription(words)

    def render_state(self, state: StudyDeskState, view: ReadingView) -> None:
        """Mark the chosen step."""
        del state
        for number, button in enumerate(self.buttons, 1):
            button.setChecked(number == view.answer and not isinstance(view.answer, bool))

    def focus_first(self) -> None:
        """Go to the chosen step, or the first."""
        chosen = next((button for button in self.buttons if button.isChecked()), self.buttons[0])
        chosen.setFocus(Qt.FocusReason.OtherFocusReason)

    def take_key(self, event: QKeyEvent) -> bool:
        """Choose a step by its figure."""
        step = _STEP_KEYS.find(event.text()) + 1 if event.text() else 0
        if 1 <= step <= self._steps:
            if not event.isAutoRepeat():
                self._choose(step)
                self.buttons[step - 1].setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        return False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Walk with the arrow keys, and stay on the scale."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if belongs_to_frame(event):  # else the button would take Alt+Left for a way to its neighbour
            event.ignore()
            return True
        way = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if not way:
            return False
        place = self.buttons.index(watched) + way  # type: ignore[arg-type]  # filtered are the steps alone
        self.buttons[min(max(place, 0), self._steps - 1)].setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    @property
    def _last(self) -> QPushButton:
        return self.buttons[max(self._steps - 1, 0)]

    def _step(self, number: int) -> QPushButton:
        button = _StepButton(str(number), self)
        button.setCheckable(True)
        button.setMinimumWidth(tokens.READING_STEP_WIDTH)
        button.setProperty("reading", "step")
        button.setToolTip(self.tr("Key {0}").format(_STEP_KEYS[number - 1]))
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(partial(self._choose, number))
        button.installEventFilter(self)
        return button

    def _choose(self, step: int, _is_checked: bool = False) -> None:
        self.hand.attempt(partial(self.hand.acts.answer, step))
