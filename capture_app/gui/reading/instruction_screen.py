"""A text before something begins."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.labels import paragraph
from capture_app.gui.reading.look import ReadingLook
from capture_app.gui.reading.screen_widgets import ReaderHand, ScreenWidget
from capture_app.session.reading import ReadingView
from capture_app.session.study_desk.states import StudyDeskState


class InstructionScreenWidget(ScreenWidget):
    """The words of the study, in lines of a length that reads well."""

    def __init__(self, hand: ReaderHand, look: ReadingLook, parent: QWidget | None = None) -> None:
        super().__init__(hand, look, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.words = paragraph("", parent=self)
        self.words.setProperty("reading", "instruction")
        self.words.setMaximumWidth(look.letters(tokens.READING_TEXT_LETTERS))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addStretch(1)
        column.addWidget(self.words)
        column.addStretch(2)

    @property
    def question(self) -> str | None:
        """The text is the content; there is no heading."""
        return ""

    def set_look(self, look: ReadingLook) -> None:
        """Take other sizes."""
        super().set_look(look)
        self.words.setMaximumWidth(look.letters(tokens.READING_TEXT_LETTERS))

    def begin(self, state: StudyDeskState, view: ReadingView) -> None:
        """Show the text."""
        del state
        self.words.setText(view.text)
