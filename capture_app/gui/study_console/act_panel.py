"""Everything the operator can do while a study is read: buttons, a message to the reader, a note."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.actions import ACTION_BY_NAME
from capture_app.session.study_desk.console_acts import ConsoleAct, refusals
from capture_app.session.study_desk.states import StudyDeskState

MOST_MESSAGE_LETTERS: Final = 200
_COLUMNS: Final = 4
ACTION_OF: Final[Mapping[ConsoleAct, str]] = {
    ConsoleAct.PAUSE: "pause",
    ConsoleAct.GO_ON: "resume",
    ConsoleAct.SKIP: "study_skip",
    ConsoleAct.CALIBRATE: "calibrate",
    ConsoleAct.DRIFT_CHECK: "study_drift",
    ConsoleAct.BASELINE: "study_baseline",
    ConsoleAct.BREAK: "study_break",
    ConsoleAct.END: "study_end",
}
"""The action of the table that does an act."""


class ActPanel(QWidget):
    """The panel beside the signals."""

    act_requested = Signal(object)  # ConsoleAct
    message_sent = Signal(str)  # "": taken back
    note_made = Signal(str)
    accuracy_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: dict[ConsoleAct, QPushButton] = {}
        for act, name in ACTION_OF.items():
            self.buttons[act] = self._button(ACTION_BY_NAME[name].title_text())
            self.buttons[act].clicked.connect(self._clicked)
        self.buttons[ConsoleAct.CALIBRATE].setText(self.tr("Recalibrate"))
        self.accuracy_button = self._button(ACTION_BY_NAME["study_accuracy"].title_text())
        self.accuracy_button.setToolTip(ACTION_BY_NAME["study_accuracy"].tip_text())
        self.accuracy_button.clicked.connect(self.accuracy_requested)
        self.message = self._field(self.tr("Message to the reader"))
        self.send_button = self._button(self.tr("Send"))
        self.take_back_button = self._button(self.tr("Take back"))
        self.note = self._field(self.tr("Note for the data"))
        self.note_button = self._button(self.tr("Keep note"))
        self.message.returnPressed.connect(self._send)
        self.send_button.clicked.connect(self._send)
        self.take_back_button.clicked.connect(self._take_back)
        self.note.returnPressed.connect(self._keep_note)
        self.note_button.clicked.connect(self._keep_note)
        self.message.textChanged.connect(self._render_lines)
        self.note.textChanged.connect(self._render_lines)
        self._refusals: dict[ConsoleAct, str] = {}
        self._message_shown = ""
        self._lay_out()

    def sizeHint(self) -> QSize:
        """Prefer the size of the design."""
        return QSize(tokens.STUDY_ACTS_WIDTH, tokens.STUDY_ACTS_HEIGHT)

    def render_study(self, state: StudyDeskState) -> None:
        """Enable what is possible now; the tooltip of anything else says why it is not."""
        found = refusals(state)
        self._message_shown = state.message
        if found != self._refusals:
            self._refusals = found
            for act, button in self.buttons.items():
                button.setEnabled(not found[act])
                tip = ACTION_BY_NAME[ACTION_OF[act]].tip_text()
                button.setToolTip(found[act] or tip)
                button.setAccessibleDescription(found[act] or tip)
            is_resting = not found[ConsoleAct.GO_ON]
            self.buttons[ConsoleAct.PAUSE].setVisible(not is_resting)
            self.buttons[ConsoleAct.GO_ON].setVisible(is_resting)
        self._render_lines()

    def _render_lines(self) -> None:
        told = not self._refusals.get(ConsoleAct.TELL, "")
        noted = not self._refusals.get(ConsoleAct.NOTE, "")
        self.message.setEnabled(told)
        self.note.setEnabled(noted)
        self.send_button.setEnabled(told and bool(self.message.text().strip()))
        self.take_back_button.setEnabled(told and bool(self._message_shown))
        self.note_button.setEnabled(noted and bool(self.note.text().strip()))
        tip = self.tr("The reader sees: {0}").format(self._message_shown) if self._message_shown else ""
        self.take_back_button.setToolTip(tip or self.tr("No message is shown to the reader"))

    def forget_message(self) -> None:
        """Empty the line after its message was sent."""
        self.message.clear()

    def forget_note(self) -> None:
        """Empty the line after its note was kept."""
        self.note.clear()

    def _send(self) -> None:
        if self.message.text().strip():
            self.message_sent.emit(self.message.text().strip())

    def _take_back(self) -> None:
        self.message_sent.emit("")

    def _keep_note(self) -> None:
        if self.note.text().strip():
            self.note_made.emit(self.note.text().strip())

    def _clicked(self) -> None:
        button = self.sender()
        self.act_requested.emit(next(act for act, each in self.buttons.items() if each is button))

    def _button(self, text: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        return button

    def _field(self, words: str) -> QLineEdit:
        field = QLineEdit(self)
        field.setMaxLength(MOST_MESSAGE_LETTERS)
        field.setPlaceholderText(words)
        field.setAccessibleName(words)
        return field

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setSpacing(tokens.SPACE_XS)
        acts = [act for act in ACTION_OF if act is not ConsoleAct.GO_ON]
        buttons = [self.buttons[act] for act in acts]
        for index, button in enumerate([*buttons[:-1], self.accuracy_button, buttons[-1]]):
            grid.addWidget(button, index // _COLUMNS, index % _COLUMNS)
            grid.setColumnStretch(index % _COLUMNS, 1)
        grid.addWidget(self.buttons[ConsoleAct.GO_ON], 0, 0)
        lines = QGridLayout()
        lines.setSpacing(tokens.SPACE_XS)
        lines.setColumnStretch(0, 1)
        lines.addWidget(self.message, 0, 0)
        lines.addWidget(self.send_button, 0, 1)
        lines.addWidget(self.take_back_button, 0, 2)
        lines.addWidget(self.note, 1, 0)
        lines.addWidget(self.note_button, 1, 1, 1, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_S, tokens.SPACE_S, tokens.SPACE_S, tokens.SPACE_S)
        column.setSpacing(tokens.SPACE_XS)
        column.addLayout(grid)
        column.addLayout(lines)
        column.addStretch(1)
        column.setAlignment(Qt.AlignmentFlag.AlignTop)
