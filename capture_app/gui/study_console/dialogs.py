"""Questions of the console, each beside the running session: none of them blocks a frame."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from capture_app.gui.dialogs import SentenceDialog
from capture_app.gui.labels import paragraph
from capture_app.session.calibration_desk import MOST_REASON_LETTERS
from capture_app.session.reading import Event, InterruptedCase


class ReasonDialog(SentenceDialog):
    """A question that needs a reason. Reasons offered fill the line; any other may be typed."""

    reason_given = Signal(str)

    def __init__(
        self, title: str, text: str, confirm: str, parent: QWidget | None, *, offered: tuple[str, ...] = ()
    ) -> None:
        super().__init__(title, text, parent)
        self.offered: list[QPushButton] = []
        for reason in offered:
            button = QPushButton(reason, self)
            button.setAutoDefault(False)
            button.clicked.connect(self._offered_chosen)
            self.offered.append(button)
            self.column.addWidget(button)
        self.reason = QLineEdit(self)
        self.reason.setMaxLength(MOST_REASON_LETTERS)
        self.reason.setPlaceholderText(self.tr("Reason, kept with the data"))
        self.reason.setAccessibleName(self.tr("Reason"))
        self.column.addWidget(self.reason)
        self.cancel = QPushButton(self.tr("Cancel"), self)
        self.cancel.clicked.connect(self.reject)
        self.confirm = QPushButton(confirm, self)
        self.confirm.clicked.connect(self._confirmed)
        self.finish(self.cancel, self.confirm)
        self.reason.textChanged.connect(self._check)
        self._check()
        self.reason.setFocus()

    def _check(self) -> None:
        self.confirm.setEnabled(bool(self.reason.text().strip()))

    def _offered_chosen(self) -> None:
        button = self.sender()
        if isinstance(button, QPushButton):
            self.reason.setText(button.text())
            self.confirm.setFocus()

    def _confirmed(self) -> None:
        reason = self.reason.text().strip()
        if reason:
            self.accept()
            self.reason_given.emit(reason)


class InterruptedDialog(SentenceDialog):
    """A case was cut off by the end of its recording: go on, begin anew, or leave it out."""

    chosen = Signal(object)  # Event

    def __init__(self, interrupted: InterruptedCase, parent: QWidget | None) -> None:
        super().__init__("", interrupted.text, parent)
        self.set_title(self.tr("Case {0} was interrupted").format(interrupted.case_id))
        where = interrupted.screen.replace("_", " ")
        go_on = self.tr("Continue at {0}").format(where) if where else self.tr("Continue")
        self.buttons = {
            Event.SKIP: QPushButton(self.tr("Skip"), self),
            Event.RESTART: QPushButton(self.tr("Restart"), self),
            Event.CONTINUE: QPushButton(go_on, self),
        }
        tips = {
            Event.CONTINUE: self.tr("Gaze and answers so far are kept and go on"),
            Event.RESTART: self.tr("From its first screen; the attempt so far is kept and marked"),
            Event.SKIP: self.tr("It does not count; a spare takes its place where one is left"),
        }
        for event, tip in tips.items():
            self.buttons[event].setToolTip(tip)
            self.buttons[event].clicked.connect(self._chosen)
        self.finish(*self.buttons.values())
        self.buttons[Event.CONTINUE].setFocus()

    def _chosen(self) -> None:
        event = next(each for each, button in self.buttons.items() if button is self.sender())
        self.accept()
        self.chosen.emit(event)


class PracticeDialog(SentenceDialog):
    """Practice did not reach the study's criterion: another round, or on to the cases; both with a reason."""

    decided = Signal(object, str)  # Event, reason

    def __init__(self, text: str, parent: QWidget | None) -> None:
        super().__init__("", text, parent)
        self.set_title(self.tr("Practice is not passed"))
        self.reason = QLineEdit(self)
        self.reason.setMaxLength(MOST_REASON_LETTERS)
        self.reason.setPlaceholderText(self.tr("Reason, kept with the data"))
        self.reason.setAccessibleName(self.tr("Reason"))
        self.column.addWidget(self.reason)
        self.over = QPushButton(self.tr("End practice and begin the cases"), self)
        self.again = QPushButton(self.tr("Another round of practice"), self)
        self.over.clicked.connect(self._over)
        self.again.clicked.connect(self._again)
        self.finish(self.over, self.again)
        self.reason.textChanged.connect(self._check)
        self._check()
        self.reason.setFocus()

    def _check(self) -> None:
        has_reason = bool(self.reason.text().strip())
        for button in (self.over, self.again):
            button.setEnabled(has_reason)

    def _over(self) -> None:
        self._decide(Event.PRACTICE_OVER)

    def _again(self) -> None:
        self._decide(Event.PRACTICE_AGAIN)

    def _decide(self, event: Event) -> None:
        reason = self.reason.text().strip()
        self.accept()
        self.decided.emit(event, reason)


class DueDialog(SentenceDialog):
    """Something is due; the last button does it. Other ways stand beside it where they are named."""

    wanted = Signal()
    other_wanted = Signal()
    again_wanted = Signal()

    def __init__(
        self,
        title: str,
        text: str,
        confirm: str,
        parent: QWidget | None,
        *,
        other: str = "",
        again: str = "",
    ) -> None:
        super().__init__(title, text, parent)
        self.later = QPushButton(self.tr("Not now"), self)
        self.other = QPushButton(other, self)
        self.again = QPushButton(again, self)
        self.confirm = QPushButton(confirm, self)
        self.later.clicked.connect(self.reject)
        self.finish(self.later, self.other, self.again, self.confirm)
        for button, signal in (
            (self.other, self.other_wanted),
            (self.again, self.again_wanted),
            (self.confirm, self.wanted),
        ):
            button.setVisible(bool(button.text()))
            button.clicked.connect(self.accept)
            button.clicked.connect(signal)
        self.confirm.setFocus()


class EndQuestion(SentenceDialog):
    """The session is to end. It says what follows; without a closing validation is the second way."""

    end_wanted = Signal()
    end_now_wanted = Signal()

    def __init__(self, text: str, parent: QWidget | None) -> None:
        super().__init__("", text, parent)
        self.set_title(self.tr("End the session"))
        self.column.addWidget(
            paragraph(
                self.tr(
                    "Without a closing validation the accuracy of the cases since the last one is known "
                    "from one side only; the report says so."
                ),
                "secondary",
                self,
            )
        )
        self.stay = QPushButton(self.tr("Go on reading"), self)
        self.stay.clicked.connect(self.reject)
        self.now = QPushButton(self.tr("End without a closing validation"), self)
        self.now.clicked.connect(self._now)
        self.end = QPushButton(self.tr("End session"), self)
        self.end.clicked.connect(self._end)
        self.finish(self.stay, self.now, self.end)
        self.end.setFocus()

    def _now(self) -> None:
        self.accept()
        self.end_now_wanted.emit()

    def _end(self) -> None:
        self.accept()
        self.end_wanted.emit()
