"""The figures of the case that is shown, and what became of each finding of the reference standard."""

from __future__ import annotations

import math
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from capture_app.gui import tokens, words
from capture_app.gui.labels import label, paragraph
from capture_app.gui.replay.measure_desk import MeasureDesk
from capture_app.gui.replay.page import InspectorPage, ReplayParts
from capture_app.session.measures import MeasuredCase
from capture_app.session.measures.findings import FindingResult
from capture_app.session.replay import ReplayFrame
from gaze_core.measures import FIGURES, FigureInfo

_FINDING_LINES = 6


class MetricsPage(InspectorPage):
    """Numbers with unit and definition; each definition is the tooltip of its line."""

    def __init__(self, parts: ReplayParts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self.desk = MeasureDesk.of(parts)
        self.origin = paragraph("", "secondary", self)
        self.notes = paragraph("", "finding", self)
        self.figures = plain_table((self.tr("Figure"), self.tr("Value")), self)
        self.figures.setAccessibleName(self.tr("Figures of the case"))
        self.findings = plain_table(
            (self.tr("Finding"), self.tr("Found"), self.tr("Look"), self.tr("Dwell"), self.tr("Said")), self
        )
        self.findings.setAccessibleName(self.tr("Findings of the case"))
        self.findings_title = label(self.tr("Findings of the reference standard"), "heading", self)
        self.study = QPushButton(self.tr("Choose the study…"), self)
        self.study.setToolTip(self.tr("The study the recording was made for, with its reference standard"))
        self.study.clicked.connect(self._ask_for_study)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_M, tokens.SPACE_S, tokens.SPACE_M, tokens.SPACE_M)
        column.setSpacing(tokens.SPACE_S)
        column.addWidget(self.origin)
        column.addWidget(self.notes)
        column.addWidget(self.figures, 1)
        column.addWidget(self.findings_title)
        column.addWidget(self.findings)
        column.addWidget(self.study, 0, Qt.AlignmentFlag.AlignLeft)
        self.desk.changed.connect(self._show)
        self._show()

    def show_frame(self, frame: ReplayFrame) -> None:
        """Measure the case of the moment."""
        if self.isVisible() and frame.case is not None:
            self.desk.show_case(frame.case.number)

    def show_analysis(self) -> None:
        """Measure with other events."""
        self.desk.measure()

    def showEvent(self, event: QShowEvent) -> None:
        """Measure what is shown."""
        super().showEvent(event)
        frame = self._parts.frame()
        if frame is not None:
            self.show_frame(frame)

    def stop_work(self) -> None:
        """End the work and wait for it."""
        self.desk.stop_work()

    def value(self, name: str) -> str:
        """Return what is shown for a figure."""
        item = self.figures.item(list(FIGURES).index(name), 1)
        return "" if item is None else item.text()

    def _show(self) -> None:
        measured, measures = self.desk.measured, self.desk.measures
        origin = self._parts.source.events.origin
        self.origin.setText(
            self.tr("Measuring…") if self.desk.is_busy else self.tr("Events: {0}").format(origin or "none")
        )
        note = self.desk.problem or ("" if measures is None else measures.note)
        self.notes.setText(note)
        self.notes.setVisible(bool(note))
        self.study.setVisible(measures is None or not measures.reference)
        lines = [_figure_line(measured, name, info) for name, info in FIGURES.items()]
        tips = [f"{info.doc} ({info.unit})" for info in FIGURES.values()]
        fill_table(self.figures, lines, tips)
        results = () if measured is None else measured.findings.results
        fill_table(self.findings, [self._finding_line(each) for each in results], [_tip(r) for r in results])
        shown = min(len(results), _FINDING_LINES)
        self.findings.setFixedHeight((shown + 1) * tokens.MINIMUM_TARGET + tokens.SPACE_S)
        for part in (self.findings, self.findings_title):
            part.setVisible(bool(results))

    def _finding_line(self, result: FindingResult) -> tuple[str, ...]:
        found = {True: self.tr("yes"), False: self.tr("missed"), None: words.UNKNOWN}[result.is_found]
        if not result.is_present:
            found = self.tr("absent") if not result.is_found else self.tr("false")
        measures = result.measures
        look = words.UNKNOWN if measures is None else self._seconds(measures.first_fixation_s)
        dwell = words.UNKNOWN if measures is None else f"{measures.fixation_dwell_s:.2f} s"
        said = f"{result.mention_s:.1f} s" if math.isfinite(result.mention_s) else words.UNKNOWN
        return result.finding, found, look, dwell, said

    def _seconds(self, seconds: float) -> str:
        return f"{seconds:.2f} s" if math.isfinite(seconds) else self.tr("never")

    def _ask_for_study(self) -> None:
        dialog = QFileDialog(self, self.tr("Folder of the study"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setDirectory(str(self._parts.source.path.parent))
        dialog.fileSelected.connect(lambda name: self.desk.choose_study(Path(name)))
        dialog.open()


def plain_table(titles: tuple[str, ...], parent: QWidget) -> QTableWidget:
    """Return a table to be read: no editing, no grid, the first column as wide as there is room."""
    table = QTableWidget(0, len(titles), parent)
    table.setHorizontalHeaderLabels(list(titles))
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setShowGrid(False)
    table.setAlternatingRowColors(True)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(tokens.MINIMUM_TARGET)
    header = table.horizontalHeader()
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    first = table.horizontalHeaderItem(0)
    if first is not None:
        first.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setHighlightSections(False)
    header.setMinimumSectionSize(tokens.MINIMUM_TARGET)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    return table


def fill_table(table: QTableWidget, lines: list[tuple[str, ...]], tips: list[str]) -> None:
    """Show lines; cells that say the same stay as they are, so that a selection survives."""
    if table.rowCount() != len(lines):
        table.setRowCount(len(lines))
    for row, (line, tip) in enumerate(zip(lines, tips, strict=True)):
        for column, text in enumerate(line):
            item = table.item(row, column)
            if item is None:
                item = QTableWidgetItem(text)
                if column:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                table.setItem(row, column, item)
            elif item.text() != text:
                item.setText(text)
            item.setToolTip(tip)


def _figure_line(measured: MeasuredCase | None, name: str, info: FigureInfo) -> tuple[str, ...]:
    value = math.nan if measured is None else float(getattr(measured.figures, name))
    if not math.isfinite(value):
        return info.title, words.UNKNOWN
    if info.unit.startswith("share"):
        return info.title, f"{value * 100:.1f} %"
    unit = "" if info.unit == "count" else f" {info.unit}"
    return info.title, f"{value:.{info.decimals}f}{unit}"


def _tip(result: FindingResult) -> str:
    return f"{result.finding}: {result.source}"
