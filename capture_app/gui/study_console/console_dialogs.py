"""Opens the console's questions, one at a time, and carries their answers to the study's desk."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog, QWidget

from capture_app.gui.study_console.dialogs import (
    DueDialog,
    EndQuestion,
    InterruptedDialog,
    PracticeDialog,
    ReasonDialog,
)
from capture_app.session.reading import Event, Stage
from capture_app.session.study_desk.console_acts import end_words, skip_reasons, skip_words
from capture_app.session.study_desk.port import StudyDeskPort
from capture_app.session.study_desk.states import StudyDeskState


class ConsoleDialogs(QObject):
    """Asks; a new question takes the place of the one before."""

    def __init__(
        self,
        window: QWidget,
        desk: StudyDeskPort,
        attempt: Callable[[Callable[[], None]], bool],
        calibrate: Callable[[], None],
    ) -> None:
        super().__init__(window)
        self._window, self._desk, self._attempt, self._calibrate = window, desk, attempt, calibrate
        self.shown: QDialog | None = None

    def withdraw(self) -> None:
        """Close a question that is settled."""
        shown, self.shown = self.shown, None
        if shown is not None:
            shown.close()

    def ask_skip(self, study: StudyDeskState) -> None:
        """Ask why a case is left out."""
        if study.view is None:
            return
        case = study.view.planned.case.case_id if study.view.planned is not None else ""
        dialog = ReasonDialog(
            self.tr("Skip {0}").format(case),
            skip_words(study.view),
            self.tr("Skip case"),
            self._window,
            offered=skip_reasons(study),
        )
        dialog.reason_given.connect(self._skip)
        self._open(dialog)

    def ask_end(self, study: StudyDeskState) -> None:
        """Ask how the session is to end."""
        dialog = EndQuestion(end_words(study), self._window)
        dialog.end_wanted.connect(partial(self._attempt, self._desk.leave))
        dialog.end_now_wanted.connect(partial(self._attempt, self._desk.leave_now))
        self._open(dialog)

    def ask_stage(self, study: StudyDeskState) -> None:
        """Ask what the present stage needs."""
        view = study.view
        if view is None:
            return
        if view.stage is Stage.RESUME_CHOICE and view.interrupted is not None:
            dialog = InterruptedDialog(view.interrupted, self._window)
            dialog.chosen.connect(self._decide_interrupted)
            self._open(dialog)
        elif view.stage is Stage.PRACTICE_DECISION:
            self._ask_practice(study)
        elif view.stage is Stage.BREAK_DUE:
            self._ask_break(study)
        elif view.stage is Stage.CALIBRATION:
            self._ask_calibration()
        elif view.stage is Stage.DRIFT_CHECK:
            self._ask_drift()

    def _ask_practice(self, study: StudyDeskState) -> None:
        rules = study.opened.study.practice
        asked = []
        if rules.green_in_a_row:
            asked.append(self.tr("{0} cases in a row within all gates").format(rules.green_in_a_row))
        if rules.correct_percent:
            asked.append(self.tr("{0} % right answers").format(f"{rules.correct_percent:g}"))
        criterion = self.tr(" and ").join(asked) or self.tr("enough cases")
        text = self.tr(
            "The reader has read the practice list as often as the study plans and has not reached its "
            "criterion ({0}). Explain what went wrong, then choose another round; or go on to the cases."
        )
        dialog = PracticeDialog(text.format(criterion), self._window)
        dialog.decided.connect(self._decide_practice)
        self._open(dialog)

    def _ask_break(self, study: StudyDeskState) -> None:
        shortest = f"{study.opened.study.breaks.shortest_minutes:g}"
        text = self.tr(
            "The study requires a break of at least {0} min now. A short validation closes the block first; "
            "after the break the tracker is calibrated again."
        )
        dialog = DueDialog(
            self.tr("A break is due"), text.format(shortest), self.tr("Begin the break"), self._window
        )
        dialog.wanted.connect(partial(self._attempt, self._desk.start_break))
        self._open(dialog)

    def _ask_calibration(self) -> None:
        text = self.tr(
            "The tracker is to be calibrated before the next case. Seat the reader, then begin. Without a "
            "calibration the cases are read on all the same; the reason you give is kept and reported."
        )
        dialog = DueDialog(
            self.tr("Calibration is due"),
            text,
            self.tr("Calibrate…"),
            self._window,
            other=self.tr("Go on without…"),
        )
        dialog.wanted.connect(self._calibrate)
        dialog.other_wanted.connect(self._ask_uncalibrated)
        self._open(dialog)

    def _ask_uncalibrated(self) -> None:
        dialog = ReasonDialog(
            self.tr("Go on without a calibration"),
            self.tr(
                "The accuracy of the next cases is not known from a new validation. The reason stands in the "
                "session report."
            ),
            self.tr("Go on without"),
            self._window,
        )
        dialog.reason_given.connect(self._go_on_uncalibrated)
        self._open(dialog)

    def _ask_drift(self) -> None:
        text = self.tr(
            "The drift check did not pass several times. Calibrating is the remedy. Going on without the "
            "check is kept with the data."
        )
        dialog = DueDialog(
            self.tr("The drift check does not pass"),
            text,
            self.tr("Calibrate…"),
            self._window,
            other=self.tr("Go on without"),
            again=self.tr("Check again"),
        )
        dialog.wanted.connect(self._calibrate)
        dialog.other_wanted.connect(partial(self._attempt, self._desk.pass_over))
        dialog.again_wanted.connect(partial(self._attempt, self._desk.check_drift))
        self._open(dialog)

    def _skip(self, reason: str) -> None:
        self._attempt(partial(self._desk.skip, reason))

    def _go_on_uncalibrated(self, reason: str) -> None:
        self._attempt(partial(self._desk.go_on_uncalibrated, reason))

    def _decide_interrupted(self, choice: Event) -> None:
        self._attempt(partial(self._desk.decide_interrupted, choice))

    def _decide_practice(self, event: Event, reason: str) -> None:
        self._attempt(partial(self._desk.decide_practice, event, reason))

    def _open(self, dialog: QDialog) -> None:
        self.withdraw()
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.finished.connect(self._finished)
        self.shown = dialog
        dialog.open()

    def _finished(self) -> None:
        if self.sender() is self.shown:
            self.shown = None
