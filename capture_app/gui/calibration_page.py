"""The calibration's page: choose points, follow the dot, judge the result, accept, repeat or start over."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from capture_app.gui import tokens
from capture_app.gui.calibration_more import AttemptsPanel, CorrectionPanel
from capture_app.gui.calibration_picture import CalibrationPicture
from capture_app.gui.calibration_side import ProgressPanel, ResultPanel, SetUpPanel, needs_reason
from capture_app.gui.head_view import HeadView
from capture_app.gui.labels import label, rule
from capture_app.gui.sentence_line import SentenceLine
from capture_app.gui.tokens import Colours
from capture_app.session.calibration_states import SHOWING, CalibrationDeskState, CalibrationStage
from capture_app.session.port import CalibrationDeskPort, SessionError
from capture_app.session.tracker_states import HeadPosition


class CalibrationPage(QDialog):
    """Shows what the calibration's desk says and says what the person wants; closing it stops at once.

    Parameters
    ----------
    colours
        Of the theme.
    desk
        Calibrates and validates.
    head
        Gives where the head is now.
    aspect
        Width of the reader's screen over its height.
    closes_when_accepted
        Whether something goes on behind the page that the operator has to see, such as a study.
    """

    def __init__(
        self,
        colours: Colours,
        desk: CalibrationDeskPort,
        head: Callable[[], HeadPosition | None],
        aspect: float,
        parent: QWidget | None = None,
        *,
        closes_when_accepted: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("calibration_page")
        self.setWindowTitle(self.tr("Calibration"))
        self.resize(*tokens.CALIBRATION_PAGE_SIZE)
        self._desk = desk
        self._head_now = head
        self._closes_when_accepted = closes_when_accepted
        self._refusal = ""
        self._stage = CalibrationStage.IDLE
        self._desk.dismiss()
        self.notice = SentenceLine(colours, self)
        self.picture = CalibrationPicture(colours, aspect, self)
        self.set_up = SetUpPanel(self)
        self.progress = ProgressPanel(self)
        self.numbers = ResultPanel(colours, self)
        self.attempts = AttemptsPanel(self)
        self.correction = CorrectionPanel(colours, self)
        self.head = HeadView(colours, self)
        self.begin_button = self._button(self.tr("Begin"), self._begin, "primary")
        self.accept_button = self._button(self.tr("Accept"), self._accept_result, "primary")
        self.redo_button = self._button(self.tr("Redo points"), self._redo)
        self.over_button = self._button(self.tr("Start over"), self._start_over)
        self.again_button = self._button(self.tr("Calibrate again"), self._again)
        self.stop_button = self._button(self.tr("Stop"), self._stop)
        self.close_button = self._button(self.tr("Close"), self.reject)
        self.set_up.points_changed.connect(lambda: self.picture.show_layout(self.set_up.points))
        self.picture.chosen_changed.connect(self.render_desk)
        self.numbers.reason_changed.connect(self.render_desk)
        self.attempts.chosen.connect(lambda attempt: self._attempt(lambda: self._desk.choose(attempt)))
        self.correction.wanted.connect(lambda: self._attempt(self._desk.fit_correction))
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setInterval(tokens.TRACE_INTERVAL_MS)
        self._timer.timeout.connect(self.render_desk)
        self.render_desk()
        self.begin_button.setDefault(True)
        self.begin_button.setFocus()

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        for part in (self.notice, self.picture, self.numbers, self.correction, self.head):
            part.set_colours(colours)
        self.render_desk()

    def render_desk(self) -> None:
        """Show the desk as it is now."""
        state = self._desk.state
        stage = state.stage
        self.picture.render_state(state)
        self.set_up.render_state(state)
        self.picture.show_layout(self.set_up.points)
        self.progress.render_state(state)
        self.numbers.render_state(state)
        self.attempts.render_state(state)
        self.correction.render_state(state)
        is_result = stage in (CalibrationStage.REVIEW, CalibrationStage.ACCEPTED) or (
            stage is CalibrationStage.LEAVING and state.result is not None
        )
        self.set_up.setVisible(stage is CalibrationStage.IDLE)
        self.progress.setVisible(stage in SHOWING)
        self.numbers.setVisible(is_result)
        self.head.setVisible(stage is CalibrationStage.IDLE or stage in SHOWING)
        if self.head.isVisibleTo(self):
            self.head.render_head(self._head_now())
        self._render_buttons(state)
        self._render_notice(state)
        if stage is not self._stage:
            self._stage = stage
            self._focus_first(stage)
            if stage is CalibrationStage.ACCEPTED and self._closes_when_accepted and not state.text:
                self.close()

    def showEvent(self, event: QShowEvent) -> None:
        """Follow the desk while the page is seen."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop a calibration that nobody sees any more."""
        super().hideEvent(event)
        self._timer.stop()
        self._desk.abort()

    def _render_buttons(self, state: CalibrationDeskState) -> None:
        stage = state.stage
        is_review = stage is CalibrationStage.REVIEW
        is_over = stage in (CalibrationStage.ACCEPTED, CalibrationStage.ABORTED)
        self.begin_button.setVisible(stage is CalibrationStage.IDLE)
        self.begin_button.setEnabled(not state.blocked)
        self.accept_button.setVisible(is_review)
        has_reason = bool(self.numbers.reason.text().strip())
        self.accept_button.setEnabled(state.result is not None and (has_reason or not needs_reason(state)))
        self.redo_button.setVisible(is_review and bool(state.points))
        self.redo_button.setEnabled(bool(self.picture.chosen))
        self.over_button.setVisible(is_review)
        self.again_button.setVisible(is_over)
        self.stop_button.setVisible(is_review or stage in SHOWING)
        self.close_button.setVisible(not is_review and stage not in SHOWING)

    def _render_notice(self, state: CalibrationDeskState) -> None:
        if self._refusal:
            self.notice.say("attention", self._refusal)
        elif state.stage is CalibrationStage.IDLE:
            self.notice.say("attention", state.blocked)
        elif state.stage is CalibrationStage.ACCEPTED and not state.text:
            self.notice.say("good", self.tr("Accepted. It is kept with the recordings of this tracker."))
        else:
            is_review = state.stage is CalibrationStage.REVIEW
            text = "" if state.stage in SHOWING else state.text
            if is_review and state.result is None:
                text = ""  # it stands beside, where the numbers would be
            self.notice.say("attention", (state.advice if is_review else "") or text)

    def _focus_first(self, stage: CalibrationStage) -> None:
        if stage is CalibrationStage.REVIEW:
            self.numbers.reason.clear()
            ways = (self.accept_button, self.redo_button, self.over_button)
            next(way for way in ways if way.isEnabled()).setFocus()
        elif stage in SHOWING:
            self.stop_button.setFocus()
        else:
            self.close_button.setFocus()

    def _begin(self) -> None:
        if self._desk.state.planned_points >= 0:
            self._attempt(self._desk.begin_planned)
        else:
            self._attempt(lambda: self._desk.begin(self.set_up.points))

    def _accept_result(self) -> None:
        self._attempt(lambda: self._desk.accept(self.numbers.reason.text()))

    def _redo(self) -> None:
        self._attempt(lambda: self._desk.redo(tuple(sorted(self.picture.chosen))))

    def _start_over(self) -> None:
        self._attempt(self._desk.start_over)

    def _stop(self) -> None:
        self._attempt(self._desk.abort)

    def _again(self) -> None:
        self._attempt(self._desk.dismiss)

    def _attempt(self, intent: Callable[[], None]) -> None:
        self._refusal = ""
        try:
            intent()
        except SessionError as err:
            self._refusal = str(err)
        self.render_desk()

    def _button(self, text: str, wanted: Callable[[], object], role: str = "") -> QPushButton:
        button = QPushButton(text, self)
        if role:
            button.setProperty("role", role)
        button.clicked.connect(lambda: wanted())
        return button

    def _lay_out(self) -> None:
        side = QWidget(self)
        parts = QVBoxLayout(side)
        parts.setContentsMargins(tokens.SPACE_XL, 0, tokens.SPACE_L, tokens.SPACE_S)
        parts.setSpacing(tokens.SPACE_XL)
        for part in (self.set_up, self.progress, self.numbers, self.attempts, self.correction, self.head):
            parts.addWidget(part)
        parts.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFixedWidth(tokens.CALIBRATION_SIDE_WIDTH)
        area.setWidget(side)  # with a bar where a small screen at 200 % leaves too little room
        body = QHBoxLayout()
        body.setContentsMargins(tokens.SPACE_L, 0, 0, 0)
        body.setSpacing(0)
        body.addWidget(self.picture, 1)
        body.addWidget(area)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(tokens.SPACE_L, tokens.SPACE_M, tokens.SPACE_L, tokens.SPACE_L)
        buttons.setSpacing(tokens.SPACE_S)
        buttons.addWidget(self.notice, 1, Qt.AlignmentFlag.AlignVCenter)
        buttons.addStretch(0)
        for button in (
            self.begin_button,
            self.accept_button,
            self.redo_button,
            self.over_button,
            self.again_button,
            self.stop_button,
            self.close_button,
        ):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, tokens.SPACE_L, 0, 0)
        column.setSpacing(tokens.SPACE_M)
        title = label(self.tr("Calibration"), "title", self)
        title.setContentsMargins(tokens.SPACE_L, 0, 0, 0)
        column.addWidget(title)
        column.addLayout(body, 1)
        column.addWidget(rule(self))
        column.addLayout(buttons)
