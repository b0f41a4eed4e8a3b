"""The transcript of a dictation: waited for, corrected, and heard again at a word."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.labels import paragraph
from capture_app.gui.reading.frame_keys import belongs_to_frame, plain_modifiers
from capture_app.gui.reading.look import ReadingLook
from capture_app.gui.reading.screen_widgets import ReaderHand, ScreenWidget
from capture_app.gui.reading.transcript_marks import TranscriptMarks
from capture_app.session.reading import ReadingView
from capture_app.session.study.task_keys import TranscriptScreen
from capture_app.session.study_desk.states import (
    StudyDeskState,
    TranscriptStage,
    TranscriptState,
    TranscriptWord,
)

_CTRL = Qt.KeyboardModifier.ControlModifier


class TranscriptScreenWidget(ScreenWidget):
    """A field with the text, how it stands above it, and the sound below it."""

    def __init__(self, hand: ReaderHand, look: ReadingLook, parent: QWidget | None = None) -> None:
        super().__init__(hand, look, parent)
        self.status = paragraph("", parent=self)
        self.status.setProperty("reading", "body")
        self.skip = self._button(self.tr("Skip waiting"), self._skip_waiting)
        self.skip.setToolTip(self.tr("Go on; the text is written down meanwhile and kept with the case"))
        self.field = QPlainTextEdit(self)
        self.field.setTabChangesFocus(True)
        self.field.setMinimumHeight(look.letters(tokens.READING_EDITOR_LETTERS) // 2)
        self.field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.field.setPlaceholderText(self.tr("Type the report here"))
        self.field.installEventFilter(self)
        self.field.viewport().installEventFilter(self)
        self.field.textChanged.connect(self._typed)
        self.marks = TranscriptMarks(self.field)
        self.play = self._button(self.tr("Play from here"), self._play_or_stop)
        self.undo = self._button(self.tr("Undo"), self.field.undo)
        self.redo = self._button(self.tr("Redo"), self.field.redo)
        self.field.undoAvailable.connect(self.undo.setEnabled)
        self.field.redoAvailable.connect(self.redo.setEnabled)
        self.undo.setEnabled(False)
        self.redo.setEnabled(False)
        self.hint = paragraph("", parent=self)
        self.hint.setProperty("reading", "small")
        self._transcript = TranscriptState()
        self._sent = ""  # the text as the session has it, as far as was told
        self._marked: tuple[TranscriptWord, ...] | None = None
        self._shown: tuple[object, ...] = ()
        self._is_setting = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(tokens.READING_TRANSCRIPT_SEND_MS)
        self._pause.timeout.connect(self.flush)
        self._lay_out()

    @property
    def has_unsent(self) -> bool:
        """Whether something is typed that the session does not have yet."""
        return not self.field.isReadOnly() and self.field.toPlainText() != self._sent

    @property
    def key_help(self) -> tuple[tuple[str, str], ...]:
        """Keys while correcting."""
        return (
            (self.tr("Ctrl+Space"), self.tr("hear the dictation from the word at the cursor, or stop")),
            (self.tr("Ctrl+click"), self.tr("hear the dictation from a word")),
            (self.tr("Ctrl+Z, Ctrl+Y"), self.tr("undo, redo")),
        )

    def begin(self, state: StudyDeskState, view: ReadingView) -> None:
        """Show the text as the session has it."""
        del view
        self._pause.stop()
        self._transcript = state.transcript or TranscriptState()
        self._set_text(self._transcript.text)
        self._marked, self._shown = None, ()

    def render_state(self, state: StudyDeskState, view: ReadingView) -> None:
        """Follow the transcript; what is being typed stays as it is."""
        transcript = state.transcript or TranscriptState()
        self._transcript = transcript
        if transcript.text != self._sent:
            is_own = transcript.text == self.field.toPlainText()
            self._sent = transcript.text
            if not is_own:
                self._pause.stop()
                self._set_text(transcript.text)
        if transcript.words is not self._marked and self.field.toPlainText() == transcript.text:
            self.marks.place(transcript.text, transcript.words)
            self._marked = transcript.words
            self.marks.show(self.look.shades, transcript.playing_word)
        can_skip = isinstance(view.screen, TranscriptScreen) and view.screen.is_wait_skippable
        shown = (
            transcript.stage, transcript.sentence, transcript.can_play, transcript.playing_word,
            bool(transcript.words), can_skip,
        )  # fmt: skip
        if shown != self._shown:
            self._shown = shown
            self._show(transcript, can_skip=can_skip)

    def missing(self, view: ReadingView) -> tuple[str, ...]:
        """Return nothing of its own: the line above the text says what is waited for."""
        return view.missing

    def set_look(self, look: ReadingLook) -> None:
        """Take other colours and sizes."""
        super().set_look(look)
        self.marks.show(look.shades, self._transcript.playing_word)

    def flush(self) -> None:
        """Hand over what is typed."""
        self._pause.stop()
        text = self.field.toPlainText()
        if self.has_unsent and self.hand.attempt(partial(self.hand.acts.edit_transcript, text)):
            self._sent = text

    def focus_first(self) -> None:
        """Begin to correct at the beginning of the text."""
        (self.skip if self.field.isReadOnly() and self.skip.isVisible() else self.field).setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Play at a word that is clicked with Ctrl, or by Ctrl+Space; let the frame's keys through."""
        if isinstance(event, QMouseEvent):
            is_press = event.type() == QEvent.Type.MouseButtonPress and watched is self.field.viewport()
            if is_press and event.modifiers() & _CTRL and event.button() == Qt.MouseButton.LeftButton:
                self._play_at(self.field.cursorForPosition(event.position().toPoint()).position())
                return True
            return False
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Space and plain_modifiers(event) == _CTRL:
                self._play_or_stop()
                return True
            if belongs_to_frame(event):
                event.ignore()
                return True  # ignored and not handed to the field: it goes on to the frame
        return False

    def _lay_out(self) -> None:
        above = QHBoxLayout()
        above.setSpacing(tokens.SPACE_L)
        above.addWidget(self.status, 1)
        above.addWidget(self.skip)
        below = QHBoxLayout()
        below.setSpacing(tokens.SPACE_S)
        for button in (self.play, self.undo, self.redo):
            below.addWidget(button)
        below.addSpacing(tokens.SPACE_S)
        below.addWidget(self.hint, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_S)
        column.addLayout(above)
        column.addWidget(self.field, 1)
        column.addLayout(below)
        column.addStretch(0)

    def _button(self, text: str, clicked: object) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the cursor where it is
        button.clicked.connect(clicked)
        return button

    def _show(self, transcript: TranscriptState, *, can_skip: bool) -> None:
        is_waiting = transcript.stage is TranscriptStage.WAITING
        is_bad = transcript.stage is TranscriptStage.FAILED
        self.status.setText(self._status_of(transcript))
        self.status.setVisible(bool(self.status.text()))
        accent = self.look.shades.accent.attention if is_bad else self.look.shades.text
        self.status.setStyleSheet(f"color: {accent};")
        self.skip.setVisible(is_waiting and can_skip)
        has_field = not is_waiting or bool(transcript.text)
        comes_up = has_field and self.field.isHidden()
        for widget in (self.field, self.play, self.undo, self.redo):
            widget.setVisible(has_field)
        if comes_up:
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.setReadOnly(is_waiting)
        self.field.setPlaceholderText("" if is_waiting else self.tr("Type the report here"))
        is_playing = transcript.playing_word >= 0
        self.play.setText(self.tr("Stop") if is_playing else self.tr("Play from here"))
        self.play.setEnabled(is_playing or (transcript.can_play and bool(transcript.words)))
        self.play.setToolTip(self.tr("Hear the dictation from the word at the cursor (Ctrl+Space)"))
        self.hint.setText(self._hint_of(transcript))
        self.marks.show(self.look.shades, transcript.playing_word)

    def _status_of(self, transcript: TranscriptState) -> str:
        if transcript.stage is TranscriptStage.WAITING:
            return transcript.sentence or self.tr("The dictation is being written down.")
        if transcript.stage is TranscriptStage.ALIGNING:
            return ""  # the reader has nothing to wait for
        return transcript.sentence

    def _hint_of(self, transcript: TranscriptState) -> str:
        if transcript.stage is TranscriptStage.WAITING:
            return ""
        if self.marks.doubtful:
            return self.tr("Underlined words were not heard well. Ctrl+click plays from a word.")
        if transcript.can_play and transcript.words:
            return self.tr("Ctrl+click plays the dictation from a word.")
        return ""

    def _typed(self) -> None:
        if not self._is_setting:
            self._pause.start()
            self.changed.emit()

    def _set_text(self, text: str) -> None:
        self._is_setting = True
        self.field.setPlainText(text)
        self.field.moveCursor(QTextCursor.MoveOperation.Start)
        self._is_setting = False
        self._sent = text

    def _play_or_stop(self) -> None:
        if self._transcript.playing_word >= 0:
            self.hand.attempt(self.hand.acts.stop_playing)
        else:
            self._play_at(self.field.textCursor().position())

    def _play_at(self, position: int) -> None:
        word = max(self.marks.word_at(position), 0)
        if self._transcript.can_play and self._transcript.words:
            self.hand.attempt(partial(self.hand.acts.play_from, word))

    def _skip_waiting(self) -> None:
        if self.hand.attempt(partial(self.hand.acts.answer, True)):
            self.go_on()
