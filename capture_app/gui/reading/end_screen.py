"""The end of a case: how well gaze was measured, a way back to each screen, and what else may follow."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.labels import paragraph
from capture_app.gui.reading.case_lights import light_rows, verdict_words
from capture_app.gui.reading.end_parts import JumpList, LightTable, SetAsidePanel, level_pixmap, screen_title
from capture_app.gui.reading.look import ReadingLook
from capture_app.gui.reading.option_list import KEYS
from capture_app.gui.reading.screen_widgets import ReaderHand, ScreenWidget
from capture_app.session.reading import ReadingView
from capture_app.session.study.task_keys import EndScreen
from capture_app.session.study_desk.states import StudyDeskState

_LIGHTS = 3
_WORD_KEYS = {"calibrate": "c", "aside": "x"}


class EndScreenWidget(ScreenWidget):
    """Quality lights, jump-back list, calibration, leaving the case out."""

    def __init__(self, hand: ReaderHand, look: ReadingLook, parent: QWidget | None = None) -> None:
        super().__init__(hand, look, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.verdict_sign = QLabel(self)
        self.verdict = paragraph("", parent=self)
        self.lights = LightTable(look, _LIGHTS, self)
        self.back_heading = paragraph(self.tr("Look at a screen again"), parent=self)
        self.back_heading.setProperty("reading", "small")
        self.jumps = JumpList(self)
        self.jumps.picked.connect(self._jump)
        self.calibrate = self._action(self._calibrate, _WORD_KEYS["calibrate"])
        self.aside = self._action(self._open_aside, _WORD_KEYS["aside"])
        self.aside.setText(self.tr("Leave this case out\u2026"))
        self.panel = SetAsidePanel(look, self)
        self.panel.chosen_changed.connect(self.changed)
        self.keep = QPushButton(self.tr("Keep the case"), self)
        self.keep.setProperty("reading", "bar")
        self.keep.clicked.connect(self._close_aside)
        self.keep.hide()
        self.rest = QWidget(self)
        self._reasons: tuple[str, ...] = ()
        self._number = ""
        self._trial = self._asked_in_trial = -1
        self._verdict_shown: tuple[object, ...] = ()
        self._lay_out()

    @property
    def question(self) -> str | None:
        """The heading."""
        if not self._number:
            return self.tr("This case is done")
        return self.tr("{0} is done").format(self._number[:1].upper() + self._number[1:])

    @property
    def next_text(self) -> str:
        """The words of the primary button."""
        return self.tr("Leave it out") if self.is_asking else self.tr("Next case")

    @property
    def has_ways_back(self) -> bool:
        """The list on the screen itself is the way back, or the reader answers why the case is left out."""
        return False

    @property
    def bar_widgets(self) -> tuple[QWidget, ...]:
        """The way out of leaving the case out."""
        return (self.keep,)

    @property
    def is_asking(self) -> bool:
        """Whether the reader is about to leave the case out."""
        return not self.panel.isHidden()

    @property
    def key_help(self) -> tuple[tuple[str, str], ...]:
        """Keys of what can be done here."""
        if self.is_asking:
            keep = (self.tr("Backspace"), self.tr("keep the case"))
            return ((KEYS[: max(len(self._reasons), 1)], self.tr("choose a reason")), keep)
        jumps = tuple(
            (key.upper(), screen_title(name)) for key, name in zip(KEYS, self.jumps.names, strict=False)
        )
        calibrate = (_WORD_KEYS["calibrate"].upper(), self.calibrate.text())
        aside = (_WORD_KEYS["aside"].upper(), self.aside.text())
        return (*jumps, calibrate, *((aside,) if self._reasons else ()))

    def begin(self, state: StudyDeskState, view: ReadingView) -> None:
        """Show the end of another case."""
        screen = view.screen
        self._reasons = screen.discard_reasons if isinstance(screen, EndScreen) else ()
        self._number = view.progress.partition(" of ")[0]
        self._trial = view.trial
        questions = {each.name: getattr(each, "text", "") for each in state.opened.study.screens}
        self.jumps.set_screens([(name, questions.get(name, "")) for name in view.jumps])
        self._close_aside()

    def render_state(self, state: StudyDeskState, view: ReadingView) -> None:
        """Show the lights as they are."""
        grade = view.grade
        if grade is not None:
            self.lights.show_rows(light_rows(grade, state.opened.study.gates))
            level, sentence = verdict_words(grade)
            ratio = self.devicePixelRatioF()
            if (level, sentence, ratio, self.look) != self._verdict_shown:
                self._verdict_shown = (level, sentence, ratio, self.look)
                self.verdict.setText(sentence)
                self.verdict_sign.setPixmap(level_pixmap(self.look, level, ratio))
        is_asked = self._asked_in_trial == self._trial
        words = self.tr("A calibration follows") if is_asked else self.tr("Calibrate before the next case")
        if self.calibrate.text() != words:
            self.calibrate.setText(words)
        self.calibrate.setEnabled(not is_asked)

    def set_look(self, look: ReadingLook) -> None:
        """Take other colours and sizes."""
        super().set_look(look)
        self.lights.set_look(look)
        self.panel.list.set_look(look)

    def missing(self, view: ReadingView) -> tuple[str, ...]:
        """Return what is missing: for going on, or for leaving the case out."""
        if self.is_asking:
            return () if self.panel.reason else (self.tr("Choose a reason."),)
        return view.missing

    def go_on(self) -> bool:
        """Go to the next case, or leave this one out."""
        if not self.is_asking:
            return self.hand.attempt(self.hand.acts.next)
        reason = self.panel.reason
        return self.hand.attempt(partial(self.hand.acts.set_aside_by_reader, reason))

    def focus_first(self) -> None:
        """Let Enter go on and the figures go back: no button has the keyboard at first."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def take_key(self, event: QKeyEvent) -> bool:
        """Go back by figure, calibrate, leave the case out; or choose a reason for that."""
        if self.is_asking:
            if event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Escape):
                self._close_aside()
                return True
            return self.panel.list.take_key(event)
        letter = event.text().casefold()
        if not letter or event.isAutoRepeat():
            return False
        if letter == _WORD_KEYS["calibrate"] and self.calibrate.isEnabled():
            self._calibrate()
            return True
        if letter == _WORD_KEYS["aside"] and self._reasons:
            self._open_aside()
            return True
        place = KEYS.find(letter)
        if 0 <= place < min(len(self.jumps.names), 10):
            self._jump(self.jumps.names[place])
            return True
        return False

    def _calibrate(self) -> None:
        if self.hand.attempt(self.hand.acts.recalibrate_by_reader):
            self._asked_in_trial = self._trial

    def _jump(self, name: str) -> None:
        self.hand.attempt(partial(self.hand.acts.jump, name))

    def _open_aside(self) -> None:
        self.rest.hide()
        self.keep.show()
        self.panel.open_with(self._reasons)
        self.changed.emit()

    def _close_aside(self) -> None:
        self.panel.hide()
        self.keep.hide()
        self.rest.show()
        self.aside.setVisible(bool(self._reasons))
        self.back_heading.setVisible(bool(self.jumps.names))
        self.jumps.setVisible(bool(self.jumps.names))
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def _action(self, wanted: object, key: str) -> QPushButton:
        button = QPushButton(self)
        button.setProperty("reading", "bar")
        button.setToolTip(self.tr("Key {0}").format(key.upper()))
        button.clicked.connect(wanted)
        return button

    def _lay_out(self) -> None:
        verdict = QHBoxLayout()
        verdict.setSpacing(tokens.SPACE_M)
        verdict.addWidget(self.verdict_sign, 0, Qt.AlignmentFlag.AlignTop)
        verdict.addWidget(self.verdict, 1)
        actions = QHBoxLayout()
        actions.setSpacing(tokens.SPACE_S)
        actions.addWidget(self.calibrate)
        actions.addWidget(self.aside)
        actions.addStretch(1)
        inner = QVBoxLayout(self.rest)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(tokens.SPACE_M)
        inner.addLayout(verdict)
        inner.addWidget(self.lights)
        inner.addSpacing(tokens.SPACE_XL)
        inner.addWidget(self.back_heading)
        inner.addWidget(self.jumps)
        inner.addSpacing(tokens.SPACE_XL)
        inner.addLayout(actions)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.rest)
        column.addWidget(self.panel)
        column.addStretch(1)
