"""The perceptual errors of a recording in a window: limits to move, the dwell curve, each miss."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from capture_app.gui import tokens
from capture_app.gui.labels import label, paragraph
from capture_app.gui.replay.error_paint import CurveView, StripView
from capture_app.gui.settings_form import ChoiceBox
from capture_app.gui.workers import Work, finish_work
from capture_app.session.kept_files import replace_file
from capture_app.session.measures import (
    EventLayer,
    MeasuredRecording,
    MeasureError,
    MeasureOptions,
    measure_recording,
)
from capture_app.session.measures.dataset import error_report_of
from capture_app.session.measures.error_page import CLASS_WORDS, error_page
from capture_app.session.measures.missed import JudgedMiss, MissedFinding, satisfaction_of_search
from capture_app.session.measures.replay_measures import ReplayMeasures, open_replay_measures
from capture_app.session.measures.strips import strip_of
from capture_app.session.measures.tables import CURVE_S
from capture_app.session.replay import ReplayPictures
from gaze_core.measures import MeasuredFrom, MissClass, MissRule, Rate, dwell_curve

SIZE: Final = (1020, 760)
_LIST_WIDTH: Final = 330
_AGAIN_MS: Final = 100


class ErrorWindow(QWidget):
    """Measures the recording off the GUI thread, and classes its misses anew whenever a limit is moved.

    Parameters
    ----------
    path
        The recording, finished.
    pictures
        The images of its replay.
    """

    moment_chosen = Signal(object)  # host time to go to, ns

    def __init__(self, path: Path, pictures: ReplayPictures, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("error_window")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(self.tr("Perceptual errors of {0}").format(path.name))
        self._path, self._pictures = path, pictures
        self._work: Work | None = None
        self.measured: MeasuredRecording | None = None
        self._measures: ReplayMeasures | None = None
        self._judged: list[tuple[MissedFinding, JudgedMiss]] = []
        self.rule = MissRule()
        self.radius = self._spin(0.25, 20.0, 0.25, self.rule.radius_deg, self.tr(" deg"))
        self.dwell = self._spin(0.05, 60.0, 0.05, self.rule.dwell_s, self.tr(" s"))
        self.measured_from = ChoiceBox(self)
        self.measured_from.addItem(self.tr("from its edge"), MeasuredFrom.EDGE)
        self.measured_from.addItem(self.tr("from its centre"), MeasuredFrom.CENTRE)
        self.measured_from.currentIndexChanged.connect(self._limits_moved)
        self.summary = paragraph(self.tr("Measuring the recording…"), "", self)
        self.satisfaction = paragraph("", "secondary", self)
        self.curve = CurveView(self)
        self.list = QListWidget(self)
        self.list.setAccessibleName(self.tr("Missed findings"))
        self.list.setFixedWidth(_LIST_WIDTH)
        self.list.currentRowChanged.connect(self._show_miss)
        self.facts = paragraph("", "", self)
        self.strip = StripView(self)
        self.go_button = QPushButton(self.tr("Show in the replay"), self)
        self.go_button.clicked.connect(self._go)
        self.save_button = QPushButton(self.tr("Save as HTML…"), self)
        self.save_button.clicked.connect(self._ask_where)
        self.saved = paragraph("", "secondary", self)
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(_AGAIN_MS)
        self._again.timeout.connect(lambda: self._show_miss(self.list.currentRow()))
        self._lay_out()
        self.resize(*SIZE)
        self._show()
        self._begin()

    @property
    def is_busy(self) -> bool:
        """Whether a worker is measuring."""
        return self._work is not None

    def closeEvent(self, event: QCloseEvent) -> None:
        """Wait for the worker."""
        self._again.stop()
        if self._work is not None:
            finish_work()
        super().closeEvent(event)

    def save(self, path: Path) -> None:
        """Write the report as one HTML file."""
        if self.measured is None:
            return
        opened = None if self._measures is None else self._measures.opened
        page = error_page(error_report_of([self.measured], self.rule), opened)
        try:
            replace_file(path, page.encode("utf-8"))
        except OSError as err:
            reason = err.strerror or self.tr("no reason given")
            self.saved.setText(
                self.tr("{0} cannot be written ({1}). Choose another place.").format(path, reason)
            )
            return
        self.saved.setText(self.tr("Saved as {0}").format(path))

    def _begin(self) -> None:
        path = self._path

        def run() -> object:
            measures = open_replay_measures(path)
            if not measures.reference:
                raise MeasureError(
                    measures.note or "The study has no reference standard, so no misses are known."
                )
            options = MeasureOptions(layer=EventLayer.STUDY)
            return measures, measure_recording(path, measures.opened, measures.reference, options)

        self._work = Work(run, self)
        self._work.done.connect(self._finished)
        self._work.failed.connect(self._failed)
        self._work.start()

    def _finished(self, answer: object) -> None:
        self._work = None
        if isinstance(answer, tuple):
            self._measures, self.measured = answer
        self._show()

    def _failed(self, problem: str) -> None:
        self._work = None
        self.summary.setText(problem)

    def _limits_moved(self) -> None:
        self.rule = replace(
            self.rule, radius_deg=self.radius.value(), dwell_s=self.dwell.value(),
            measured_from=MeasuredFrom(self.measured_from.currentData()),
        )  # fmt: skip
        self._show()

    def _show(self) -> None:
        is_known = self.measured is not None
        for part in (self.save_button, self.radius, self.dwell, self.measured_from):
            part.setEnabled(is_known)
        if self.measured is None:
            self.go_button.setEnabled(False)
            return
        counting = [case for case in self.measured.cases if case.case.entry.does_count]
        self._judged = [(each, each.judged(self.rule)) for case in counting for each in case.missed]
        findings = [case.findings for case in counting]
        asked = sum(each.is_present and each.is_found is not None for f in findings for each in f.results)
        counts = Counter(judged.miss for _, judged in self._judged)
        by_class = ", ".join(f"{each.value} {counts[each]}" for each in MissClass)
        self.summary.setText(
            self.tr("{0} of {1} findings missed in a known place: {2}").format(
                len(self._judged), asked, by_class
            )
        )
        rates = satisfaction_of_search(findings)
        self.satisfaction.setText(
            self.tr(
                "Missed when another finding was found {0}, when none was found {1}, when alone {2}"
            ).format(_rate(rates.other_found), _rate(rates.other_missed), _rate(rates.alone))
        )
        curve = dwell_curve([judged.dwell_s for _, judged in self._judged], CURVE_S)
        self.curve.show_curve(curve, self.rule.dwell_s)
        self._fill_list()

    def _fill_list(self) -> None:
        row = max(self.list.currentRow(), 0)
        self.list.blockSignals(True)
        self.list.clear()
        for missed, judged in self._judged:
            text = f"{missed.finding.finding}\n{missed.case_id} · {judged.miss.value}, {judged.dwell_s:.2f} s"
            item = QListWidgetItem(text, self.list)
            item.setSizeHint(QSize(0, 2 * tokens.MINIMUM_TARGET))
            item.setToolTip(text)
        self.list.blockSignals(False)
        self.list.setCurrentRow(min(row, len(self._judged) - 1))
        self._show_miss(self.list.currentRow())

    def _show_miss(self, row: int) -> None:
        self.go_button.setEnabled(0 <= row < len(self._judged))
        if not 0 <= row < len(self._judged):
            self.facts.setText(self.tr("No finding with a region was missed.") if self.measured else "")
            self.strip.show_strip(None, None)
            return
        missed, judged = self._judged[row]
        self.facts.setText("\n".join(self._facts_of(missed, judged)))
        image = self._pictures.take(missed.area.image_id)
        self.strip.show_strip(strip_of(missed, self.rule), image)
        if image is None:  # it is being read
            self._again.start()

    def _facts_of(self, missed: MissedFinding, judged: JudgedMiss) -> list[str]:
        likely = judged.probabilities
        nearest = f"{judged.nearest_deg:.2f} deg" if math.isfinite(judged.nearest_deg) else self.tr("none")
        lines = [
            f"{missed.finding.finding}, {missed.case_id}",
            CLASS_WORDS[judged.miss],
            self.tr(
                "Dwell within the radius {0:.2f} s; nearest fixation {1}; other findings found {2} of {3}"
            ).format(judged.dwell_s, nearest, missed.other_found, missed.other_present),
        ]
        if likely.target_count:
            lines.append(
                self.tr(
                    "By the accuracy measured there ({0:.2f} deg): search {1:.0f} %, recognition {2:.0f} %, "
                    "decision {3:.0f} %"
                ).format(
                    likely.offset_deg, likely.search * 100, likely.recognition * 100, likely.decision * 100
                )
            )
        else:
            lines.append(self.tr("No validation tells how accurate gaze was there."))
        return lines

    def _go(self) -> None:
        missed, judged = self._judged[self.list.currentRow()]
        later_s = judged.first_near_s if math.isfinite(judged.first_near_s) else 0.0
        self.moment_chosen.emit(missed.gaze.shown_ns + round(later_s * 1e9))

    def _ask_where(self) -> None:
        dialog = QFileDialog(self, self.tr("Save the error report"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("html")
        dialog.setNameFilter(self.tr("Web page (*.html)"))
        dialog.setDirectory(str(self._path.parent))
        dialog.selectFile(self._path.stem + "-errors.html")
        dialog.fileSelected.connect(lambda name: self.save(Path(name)))
        dialog.open()

    def _spin(self, low: float, high: float, step: float, value: float, unit: str) -> QDoubleSpinBox:
        box = QDoubleSpinBox(self)
        box.setRange(low, high)
        box.setSingleStep(step)
        box.setValue(value)
        box.setSuffix(unit)
        box.setKeyboardTracking(False)
        box.valueChanged.connect(self._limits_moved)
        return box

    def _lay_out(self) -> None:
        limits = QHBoxLayout()
        limits.setSpacing(tokens.SPACE_S)
        limits.addWidget(label(self.tr("Near: within"), "secondary", self))
        limits.addWidget(self.radius)
        limits.addWidget(self.measured_from)
        limits.addSpacing(tokens.SPACE_L)
        limits.addWidget(label(self.tr("Long: at least"), "secondary", self))
        limits.addWidget(self.dwell)
        limits.addStretch(1)
        limits.addWidget(self.save_button)
        right = QVBoxLayout()
        right.setSpacing(tokens.SPACE_S)
        right.addWidget(self.facts)
        right.addWidget(self.strip, 1)
        right.addWidget(self.go_button, 0, Qt.AlignmentFlag.AlignLeft)
        below = QHBoxLayout()
        below.setSpacing(tokens.SPACE_M)
        below.addWidget(self.list)
        below.addLayout(right, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_L, tokens.SPACE_M, tokens.SPACE_L, tokens.SPACE_M)
        column.setSpacing(tokens.SPACE_S)
        column.addLayout(limits)
        column.addWidget(self.summary)
        column.addWidget(self.satisfaction)
        column.addWidget(self.curve)
        column.addLayout(below, 1)
        column.addWidget(self.saved)


def _rate(rate: Rate) -> str:
    return f"{rate.count} of {rate.total}"
