"""A free text. What is typed is handed over at pauses and before anything leaves the screen."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.reading.frame_keys import belongs_to_frame
from capture_app.gui.reading.look import ReadingLook
from capture_app.gui.reading.screen_widgets import ReaderHand, ScreenWidget
from capture_app.session.reading import ReadingView
from capture_app.session.study_desk.states import StudyDeskState


class TextScreenWidget(ScreenWidget):
    """A field for a text of some lines."""

    def __init__(self, hand: ReaderHand, look: ReadingLook, parent: QWidget | None = None) -> None:
        super().__init__(hand, look, parent)
        self.field = QPlainTextEdit(self)
        self.field.setTabChangesFocus(True)
        self.field.setMaximumHeight(look.letters(tokens.READING_EDITOR_LETTERS))
        self.field.setPlaceholderText(self.tr("Type here"))
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._typed)
        self._here: tuple[object, ...] = ()
        self._sent: str | None = None  # what the session has, as far as was told
        self._is_setting = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(tokens.READING_SEND_MS)
        self._pause.timeout.connect(self.flush)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.field, 1)
        column.addStretch(0)

    @property
    def has_unsent(self) -> bool:
        """Whether something is typed that the session does not have yet."""
        return self.field.toPlainText() != (self._sent or "")

    @property
    def key_help(self) -> tuple[tuple[str, str], ...]:
        """Keys while typing."""
        return (
            (self.tr("Enter"), self.tr("a new line, while typing")),
            (self.tr("Tab"), self.tr("leave the field")),
        )

    def begin(self, state: StudyDeskState, view: ReadingView) -> None:
        """Show the text as the session has it; what was typed on this very screen and not sent is kept."""
        del state
        name = view.screen.name if view.screen is not None else ""
        here = (view.planned.case.case_id if view.planned is not None else "", view.attempt, name)
        answer = view.answer if isinstance(view.answer, str) else None
        if here == self._here and self.has_unsent and answer == self._sent:
            self._pause.start()
            return
        self._here, self._sent = here, answer
        self._pause.stop()
        self._set_text(answer or "")

    def render_state(self, state: StudyDeskState, view: ReadingView) -> None:
        """Follow an answer that did not come from here."""
        del state
        answer = view.answer if isinstance(view.answer, str) else None
        if answer is not None and answer != self._sent:
            self._sent = answer
            self._pause.stop()
            self._set_text(answer)

    def missing(self, view: ReadingView) -> tuple[str, ...]:
        """Return nothing while a text is typed that has still to be sent."""
        return () if self.has_unsent and self.field.toPlainText().strip() else view.missing

    def flush(self) -> None:
        """Hand over what is typed."""
        self._pause.stop()
        text = self.field.toPlainText()
        if self.has_unsent and self.hand.attempt(partial(self.hand.acts.answer, text)):
            self._sent = text

    def set_look(self, look: ReadingLook) -> None:
        """Take other sizes."""
        super().set_look(look)
        self.field.setMaximumHeight(look.letters(tokens.READING_EDITOR_LETTERS))

    def focus_first(self) -> None:
        """Begin to type, behind what is there."""
        self.field.moveCursor(QTextCursor.MoveOperation.End)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Send on leaving the field; let Ctrl+Enter and Alt+arrows through to the frame."""
        del watched
        if event.type() == QEvent.Type.FocusOut:
            self.flush()
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and belongs_to_frame(event):
            event.ignore()
            return True  # ignored and not handed to the field: it goes on to the frame
        return False

    def _typed(self) -> None:
        if not self._is_setting:
            self._pause.start()
            self.changed.emit()

    def _set_text(self, text: str) -> None:
        self._is_setting = True
        self.field.setPlainText(text)
        self.field.moveCursor(QTextCursor.MoveOperation.End)
        self._is_setting = False
