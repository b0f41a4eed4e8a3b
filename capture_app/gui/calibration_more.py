"""Below the numbers of a validation: the attempts to choose from, and a correction that changes nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from capture_app.gui import tokens, words
from capture_app.gui.labels import label, paragraph
from capture_app.gui.sentence_line import SentenceLine
from capture_app.gui.tokens import Colours
from capture_app.session.calibration_states import AttemptView, CalibrationDeskState, CalibrationStage


class AttemptsPanel(QWidget):
    """The attempts of a calibration, each with its figures; one that is not in use may be chosen."""

    chosen = Signal(int)  # number of the attempt, from 1

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: dict[int, QPushButton] = {}
        self._shown: tuple[tuple[AttemptView, ...], bool] = ((), False)
        self._rows = QWidget(self)
        self._why = paragraph("", "secondary", self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_S)
        column.addWidget(label(self.tr("Attempts"), "section", self))
        column.addWidget(self._rows)
        column.addWidget(self._why)
        self._column = column

    def render_state(self, state: CalibrationDeskState) -> None:
        """Show them, once there is a choice."""
        is_review = state.stage is CalibrationStage.REVIEW
        self.setVisible(is_review and len(state.attempts) > 1)
        if (state.attempts, is_review) != self._shown:
            self._shown = (state.attempts, is_review)
            self._fill(state.attempts)

    def _fill(self, attempts: tuple[AttemptView, ...]) -> None:
        rows = QWidget(self)
        grid = QGridLayout(rows)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(tokens.SPACE_M)
        grid.setVerticalSpacing(tokens.SPACE_XS)
        grid.setColumnStretch(0, 1)
        self.buttons = {}
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for column, title in enumerate((self.tr("mean"), self.tr("worst")), start=1):
            heading = label(title, "secondary", rows)
            heading.setAlignment(right)
            grid.addWidget(heading, 0, column)
        for row, attempt in enumerate(attempts, start=1):
            role = "value" if attempt.is_in_use else "secondary"
            name = self.tr("{0}: {1} of {2} points").format(
                attempt.number, attempt.points, attempt.points + attempt.missed
            )
            grid.addWidget(label(name, role, rows), row, 0)
            for column, value in enumerate((attempt.mean_deg, attempt.worst_deg), start=1):
                figure = label(words.number(value, 2, ""), "value", rows)
                figure.setAlignment(right)
                grid.addWidget(figure, row, column)
            grid.addWidget(self._way(attempt, rows), row, 3)
        self._column.replaceWidget(self._rows, rows)
        self._rows.deleteLater()
        self._rows = rows
        # One sentence for all: a tracker that hands nothing out does so for none of them.
        self._why.setText("\n".join(dict.fromkeys(each.text for each in attempts if each.text)))
        self._why.setVisible(bool(self._why.text()))

    def _way(self, attempt: AttemptView, rows: QWidget) -> QWidget:
        if attempt.is_in_use:
            return label(self.tr("in use"), "secondary", rows)
        button = QPushButton(self.tr("Use this one"), rows)
        button.setAutoDefault(False)
        button.setEnabled(attempt.can_be_used)
        button.setToolTip(attempt.text)
        button.setAccessibleName(self.tr("Use attempt {0}").format(attempt.number))
        button.clicked.connect(lambda: self.chosen.emit(attempt.number))
        self.buttons[attempt.number] = button
        return button


class CorrectionPanel(QWidget):
    """Offers a correction for a tracker that comes calibrated, and shows what it would change."""

    wanted = Signal()

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = QPushButton(self.tr("Fit a correction"), self)
        self.button.setAutoDefault(False)
        self.button.clicked.connect(lambda: self.wanted.emit())
        self.sentence = SentenceLine(colours, self)
        self._advice = paragraph(
            self.tr(
                "Nine further targets. The correction is kept with the recording and applied to nothing; an "
                "export may use it and says so."
            ),
            "secondary",
            self,
        )
        self._figures = QWidget(self)
        self.values: dict[tuple[str, str], QLabel] = {}
        self._fill_grid(QGridLayout(self._figures))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_S)
        column.addWidget(label(self.tr("Correction"), "section", self))
        for part in (self.sentence, self._figures, self._advice, self.button):
            column.addWidget(part)

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self.sentence.set_colours(colours)

    def render_state(self, state: CalibrationDeskState) -> None:
        """Offer it where one may be fitted; show one that was."""
        view = state.correction
        self.setVisible(state.can_correct or view is not None)
        self.button.setVisible(state.can_correct)
        self.button.setText(self.tr("Fit it again") if view is not None else self.tr("Fit a correction"))
        self._figures.setVisible(view is not None)
        self._advice.setVisible(view is None)
        if view is None:
            self.sentence.say("", "")
            return
        self.sentence.say("information" if view.judgement.is_better else "attention", view.text)
        for name, mean, worst in (
            ("before", view.before_mean_deg, view.before_worst_deg),
            ("after", view.after_mean_deg, view.after_worst_deg),
        ):
            self.values[name, "mean"].setText(words.number(mean, 2, ""))
            self.values[name, "worst"].setText(words.number(worst, 2, ""))

    def _fill_grid(self, grid: QGridLayout) -> None:
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(tokens.SPACE_M)
        grid.setVerticalSpacing(tokens.SPACE_XS)
        grid.setColumnStretch(0, 1)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        columns = (("mean", self.tr("mean")), ("worst", self.tr("worst")))
        for column, (_, title) in enumerate(columns, start=1):
            heading = label(title, "secondary", self._figures)
            heading.setAlignment(right)
            grid.addWidget(heading, 0, column)
        lines = (("before", self.tr("as delivered")), ("after", self.tr("with the correction")))
        for row, (name, title) in enumerate(lines, start=1):
            grid.addWidget(label(title, "secondary", self._figures), row, 0)
            for column, (figure, _) in enumerate(columns, start=1):
                value = label(words.UNKNOWN, "value", self._figures)
                value.setAlignment(right)
                grid.addWidget(value, row, column)
                self.values[name, figure] = value
