"""Screens between the cases: a break, and waiting."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.labels import label, paragraph
from capture_app.gui.reading.look import ReadingLook
from capture_app.gui.reading.rest_words import minutes_and_seconds
from capture_app.gui.reading.screen_widgets import ReaderHand, ScreenWidget
from capture_app.session.reading import ReadingView
from capture_app.session.study_desk.states import StudyDeskState


class BreakScreen(ScreenWidget):
    """A break: how long it lasts, and "I am ready" as soon as reading may go on."""

    def __init__(self, hand: ReaderHand, look: ReadingLook, parent: QWidget | None = None) -> None:
        super().__init__(hand, look, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.advice = paragraph("", parent=self)
        self.advice.setMaximumWidth(look.letters(tokens.READING_TEXT_LETTERS))
        self.clock = label("", parent=self)
        self.clock.setProperty("reading", "clock")
        self.meaning = label("", parent=self)
        self.meaning.setProperty("reading", "small")
        self._missing: tuple[str, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_S)
        column.addWidget(self.advice)
        column.addSpacing(tokens.SPACE_XL)
        column.addWidget(self.clock)
        column.addWidget(self.meaning)
        column.addStretch(1)

    @property
    def question(self) -> str | None:
        """The heading."""
        return self.tr("Time for a break")

    @property
    def next_text(self) -> str:
        """The words of the primary button."""
        return self.tr("I am ready")

    @property
    def has_ways_back(self) -> bool:
        """There is nothing to go back to."""
        return False

    def missing(self, view: ReadingView) -> tuple[str, ...]:
        """Return for how long the study wants the reader to rest."""
        del view
        return self._missing

    def set_look(self, look: ReadingLook) -> None:
        """Take other sizes."""
        super().set_look(look)
        self.advice.setMaximumWidth(look.letters(tokens.READING_TEXT_LETTERS))

    def go_on(self) -> bool:
        """End the break."""
        return self.hand.attempt(self.hand.acts.end_break)

    def render_state(self, state: StudyDeskState, view: ReadingView) -> None:
        """Let the time run down."""
        del view
        breaks = state.opened.study.breaks
        left_s = 60.0 * breaks.shortest_minutes - state.screen_elapsed_s
        advice = self.tr(
            "Rest your eyes: look into the distance, stand up if you like. "
            "Your gaze is measured anew afterwards."
        )
        is_resting = left_s > 0.0
        meaning = self.tr("left of the break") if is_resting else self.tr("Go on whenever you are ready.")
        missing: tuple[str, ...] = ()
        if is_resting and breaks.are_required:
            missing = (self.tr("The break lasts {0:g} minutes at least.").format(breaks.shortest_minutes),)
        for words, text in (
            (self.advice, advice),
            (self.clock, minutes_and_seconds(left_s) if is_resting else ""),
            (self.meaning, meaning),
        ):
            if words.text() != text:
                words.setText(text)
        if missing != self._missing:
            self._missing = missing
            self.changed.emit()


class WaitingPage(QWidget):
    """One quiet sentence in the middle; what passes quickly passes without words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = paragraph("", parent=self)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words.hide()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(tokens.READING_QUIET_MS)
        self._pause.timeout.connect(self.words.show)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_XXL, tokens.SPACE_XXL, tokens.SPACE_XXL, tokens.SPACE_XXL)
        column.addWidget(self.words)

    def say(self, text: str, *, is_brief: bool) -> None:
        """Show a sentence; one of a moment that is usually brief only once that has lasted."""
        if text == self.words.text():
            return
        self.words.setText(text)
        self._pause.stop()
        self.words.setVisible(not is_brief)
        if is_brief:
            self._pause.start()
