"""Above the live copy, readable from two metres: what goes on, what comes next, and the one button for it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.labels import ElidedLabel
from capture_app.session.reading.stages import STAGE_WORDS
from capture_app.session.study_desk.console_acts import ConsoleAct, main_act
from capture_app.session.study_desk.next_step import next_step, screen_title
from capture_app.session.study_desk.states import StudyDeskState, StudyPhase


class NextStrip(QWidget):
    """The line with what comes next; its button is there only where the session waits for the operator."""

    main_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.now = ElidedLabel(self, Qt.TextElideMode.ElideRight)
        self.now.setProperty("role", "secondary")
        self.next = ElidedLabel(self, Qt.TextElideMode.ElideRight)
        self.next.setProperty("role", "title")
        self.button = QPushButton(self)
        self.button.setProperty("role", "primary")
        self.button.clicked.connect(self.main_requested)
        lines = QVBoxLayout()
        lines.setSpacing(0)
        lines.addWidget(self.now)
        lines.addWidget(self.next)
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_M, 0, tokens.SPACE_M, 0)
        row.setSpacing(tokens.SPACE_M)
        row.addLayout(lines, 1)
        row.addWidget(self.button)
        self.setFixedHeight(tokens.TOP_BAR_HEIGHT)

    def render_study(self, state: StudyDeskState) -> None:
        """Show what goes on and what comes next."""
        self.now.set_text(self._now(state))
        self.next.set_text(next_step(state))
        act = main_act(state)
        self.button.setVisible(act is not None)
        if act is not None and self.button.text() != self._title(act):
            self.button.setText(self._title(act))

    def _now(self, state: StudyDeskState) -> str:
        view = state.view
        if state.side_run is not None:
            return self.tr("Now: {0}").format(state.side_run.text)
        if state.is_calibrating:
            return self.tr("Now: the reader follows the calibration's targets")
        if view is None or state.phase is not StudyPhase.RUNNING:
            return ""
        if view.attempt < 0:
            parts = [STAGE_WORDS[view.stage]]
        else:
            case_id = view.planned.case.case_id if view.planned is not None else ""
            screen = screen_title(view.screen.name) if view.screen is not None else ""
            parts = [part for part in (view.progress, case_id, screen) if part]
        if state.message:
            parts.append(self.tr('message to the reader: "{0}"').format(state.message))
        return self.tr("Now: {0}").format(" · ".join(parts)) if parts else ""

    def _title(self, act: ConsoleAct) -> str:
        return {
            ConsoleAct.DECIDE: self.tr("Decide…"),
            ConsoleAct.BREAK: self.tr("Begin the break"),
            ConsoleAct.END_BREAK: self.tr("The reader is back"),
            ConsoleAct.CALIBRATE: self.tr("Calibrate…"),
            ConsoleAct.DRIFT_CHECK: self.tr("Decide…"),
            ConsoleAct.GO_ON: self.tr("Go on"),
            ConsoleAct.END: self.tr("End session…"),
        }.get(act, "")
