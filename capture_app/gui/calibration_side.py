"""Beside the picture of a calibration: how many points, how far it is, the numbers and the judgement."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from capture_app.gui import tokens, words
from capture_app.gui.labels import label, paragraph
from capture_app.gui.sentence_line import SentenceLine
from capture_app.gui.tokens import Colours
from capture_app.session.calibration_desk import MOST_REASON_LETTERS
from capture_app.session.calibration_states import CalibrationDeskState, CalibrationStage, ValidationView
from gaze_core.eyes import Eye

USUAL_POINTS = 9
_EYES = (Eye.LEFT, Eye.RIGHT, Eye.AVERAGE)


class SetUpPanel(QWidget):
    """How many points; only a validation where the tracker comes calibrated."""

    points_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self.buttons: dict[int, QPushButton] = {}
        self._offer: tuple[bool, int, int] | None = None
        self._heading = label(self.tr("Points"), "section", self)
        self._advice = paragraph("", "secondary", self)
        self._group.idToggled.connect(self.points_changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_S)
        column.addWidget(self._heading)
        for points, title in (
            (5, self.tr("5 points, quick")),
            (USUAL_POINTS, self.tr("9 points, usual")),
            (13, self.tr("13 points, for large screens")),
            (0, self.tr("Validate only")),
        ):
            button = QPushButton(title, self)
            button.setCheckable(True)
            button.setAutoDefault(False)
            self._group.addButton(button, points)
            self.buttons[points] = button
            column.addWidget(button)
        column.addWidget(self._advice)

    @property
    def points(self) -> int:
        """The number chosen; 0: validate only."""
        return self._group.checkedId()

    def render_state(self, state: CalibrationDeskState) -> None:
        """Offer what the tracker can do, or only what the study plans."""
        offer = (state.can_calibrate, state.planned_points, len(state.validation))
        if offer == self._offer:
            return
        self._offer = offer
        is_planned = state.planned_points >= 0
        usual = USUAL_POINTS if state.can_calibrate else 0
        for points, button in self.buttons.items():
            is_open = points == state.planned_points if is_planned else state.can_calibrate or points == 0
            button.setEnabled(is_open)
        self.buttons[state.planned_points if is_planned else usual].setChecked(True)
        parts = []
        if is_planned:
            parts.append(
                self.tr("The study plans it, with {0} targets to validate.").format(len(state.validation))
            )
        if state.can_calibrate:
            parts.append(
                self.tr("The reader follows the dot with the eyes and keeps the head still. Esc stops.")
            )
        else:
            parts.append(
                self.tr(
                    "This tracker cannot be calibrated from here. Calibrate it with its maker's program, "
                    "then validate it here."
                )
            )
        self._advice.setText(" ".join(parts))


class ProgressPanel(QWidget):
    """What the reader looks at now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = label("", "section", self)
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._words = paragraph("", "secondary", self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_S)
        for part in (self.heading, self._bar, self._words):
            column.addWidget(part)

    def render_state(self, state: CalibrationDeskState) -> None:
        """Show how many targets are over."""
        is_calibrating = state.stage is CalibrationStage.CALIBRATING
        headings = {
            CalibrationStage.VALIDATING: self.tr("Validating"),
            CalibrationStage.CORRECTING: self.tr("Measuring for a correction"),
        }
        self.heading.setText(headings.get(state.stage, self.tr("Calibrating")))
        count = max(state.target_count, 1)
        self._bar.setRange(0, count)
        self._bar.setValue(min(state.done_count, count))
        place = self.tr("Target {0} of {1}").format(min(state.done_count + 1, count), count)
        if is_calibrating and state.done_count >= count:
            place = self.tr("The tracker computes the calibration.")
        self._words.setText(f"{place}\n{state.text}".strip())


def needs_reason(state: CalibrationDeskState) -> bool:
    """Whether the result is accepted only with a typed reason; what closes a block is accepted as it is."""
    return state.result is not None and not state.result.gate.is_accepted and not state.is_closing


class ResultPanel(QWidget):
    """Numbers of each signal, the judgement, and why it is accepted against the limits."""

    reason_changed = Signal()

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heading = label("", "section", self)
        self.sentence = SentenceLine(colours, self)
        self.values: dict[tuple[Eye, int], QLabel] = {}
        self._names: dict[Eye, QLabel] = {}
        self._numbers = QWidget(self)
        self._fill_grid(QGridLayout(self._numbers))
        self._legend = paragraph("", "secondary", self)
        self.reason = QLineEdit(self)
        self.reason.setMaxLength(MOST_REASON_LETTERS)
        self.reason.setPlaceholderText(self.tr("Why it is accepted all the same"))
        self.reason.setAccessibleName(self.tr("Reason"))
        self.reason.textChanged.connect(self.reason_changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_M)
        for part in (self._heading, self.sentence, self._numbers, self._legend, self.reason):
            column.addWidget(part)

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self.sentence.set_colours(colours)

    def render_state(self, state: CalibrationDeskState) -> None:
        """Show the result, or why there is none."""
        view = state.result
        heading = self.tr("Closing validation") if state.is_closing else self.tr("Validation")
        self._heading.setText(heading if view is not None else self.tr("No calibration"))
        self._numbers.setVisible(view is not None)
        self.reason.setVisible(needs_reason(state) and state.stage is CalibrationStage.REVIEW)
        if view is None:
            self.sentence.say("bad", state.text)
        else:
            text = view.gate.finding if state.is_closing else view.gate.text
            self.sentence.say("good" if view.gate.is_accepted else "attention", text)
            self._show(view)
        self._legend.setText(self._legend_of(state))
        self._legend.setVisible(bool(self._legend.text()))

    def _show(self, view: ValidationView) -> None:
        for eye in view.result.eyes:
            is_decisive = eye.eye is view.gate.decides.eye
            figures = (
                (eye.mean_offset_deg, 2, ""),
                (eye.worst_offset_deg, 2, ""),
                (eye.mean_rms_s2s_deg, 3, ""),
                (eye.mean_std_deg, 3, ""),
                (eye.mean_loss_percent, 1, ""),
            )
            for column, (value, digits, unit) in enumerate(figures):
                self.values[eye.eye, column].setText(words.number(value, digits, unit))
            name = self._names[eye.eye]
            role = "value" if is_decisive else "secondary"
            if name.property("role") != role:
                name.setProperty("role", role)
                name.style().unpolish(name)
                name.style().polish(name)

    def _legend_of(self, state: CalibrationDeskState) -> str:
        parts = []
        if state.is_closing and state.result is not None:
            parts.append(self.tr("It closes what was read and is kept as it is."))
        if state.result is not None:
            eye = {
                Eye.LEFT: self.tr("the left eye"),
                Eye.RIGHT: self.tr("the right eye"),
            }.get(state.result.gate.decides.eye, self.tr("the average"))
            parts.append(
                self.tr(
                    "Offsets, RMS-S2S and STD in deg, loss in %. The limits are those for {0}, which is "
                    "analysed. In the picture: left eye blue, right eye orange, offsets from the crosses "
                    "{1} times as large."
                ).format(eye, f"{tokens.CALIBRATION_MAGNIFICATION:g}")
            )
        if state.missed:
            parts.append(self.tr("A crossed ring is a point the tracker did not accept."))
        if state.points and state.stage is CalibrationStage.REVIEW:
            parts.append(self.tr("Click the rings of the points to repeat, or use arrow keys and space."))
        return " ".join(parts)

    def _fill_grid(self, grid: QGridLayout) -> None:
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(tokens.SPACE_M)
        grid.setVerticalSpacing(tokens.SPACE_XS)
        grid.setColumnStretch(0, 1)
        titles = (self.tr("mean"), self.tr("worst"), self.tr("RMS-S2S"), self.tr("STD"), self.tr("loss"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for column, title in enumerate(titles):
            heading = label(title, "secondary", self._numbers)
            heading.setAlignment(right)
            grid.addWidget(heading, 0, column + 1)
        names = {
            Eye.LEFT: self.tr("left"),
            Eye.RIGHT: self.tr("right"),
            Eye.AVERAGE: self.tr("average"),
        }
        for row, eye in enumerate(_EYES, start=1):
            self._names[eye] = label(names[eye], "secondary", self._numbers)
            grid.addWidget(self._names[eye], row, 0)
            for column in range(len(titles)):
                value = label(words.UNKNOWN, "value", self._numbers)
                value.setAlignment(right)
                grid.addWidget(value, row, column + 1)
                self.values[eye, column] = value
