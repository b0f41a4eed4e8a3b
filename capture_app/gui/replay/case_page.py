"""The case of the moment: its screen, the answers until now, and the numbers of the sample."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtWidgets import (
    QFormLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from capture_app.gui import tokens, words
from capture_app.gui.labels import label, paragraph, rule
from capture_app.gui.replay.page import InspectorPage, ReplayParts
from capture_app.gui.replay.time_axis import clock_text
from capture_app.session.replay import ReplayFrame
from capture_app.session.replay.frame import EyeNumbers

_LIST_LINES = 5
_MOST_ANSWERS = 30


class CasePage(InspectorPage):
    """Cases to go to, and what is known of the one that is shown."""

    def __init__(self, parts: ReplayParts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = source = parts.source
        self._shown: tuple[object, ...] = ()
        self.cases = QListWidget(self)
        self.cases.setAccessibleName(self.tr("Cases"))
        self.cases.setUniformItemSizes(True)
        for number, case in enumerate(source.tables.cases):
            text = (
                f"{number + 1}  {case.case_id}   {clock_text(source.seconds(case.first_ns))}   {case.state}"
            )
            item = QListWidgetItem(text, self.cases)
            item.setData(Qt.ItemDataRole.UserRole, number)
            item.setToolTip(text)
            item.setSizeHint(QSize(0, tokens.MINIMUM_TARGET))
        lines = min(max(len(source.tables.cases), 1), _LIST_LINES)
        self.cases.setFixedHeight(lines * (tokens.MINIMUM_TARGET + 2) + tokens.SPACE_XS)
        self.cases.currentRowChanged.connect(self._choose)
        self.answers = paragraph("", "", self)
        self._values: dict[str, QLabel] = {}
        content = QWidget(self)
        column = QVBoxLayout(content)
        column.setContentsMargins(tokens.SPACE_M, tokens.SPACE_S, tokens.SPACE_M, tokens.SPACE_M)
        column.setSpacing(tokens.SPACE_S)
        column.addLayout(self._form(content, self._case_lines()))
        column.addWidget(self.answers)
        column.addWidget(rule(content))
        column.addWidget(label(self.tr("This sample"), "heading", content))
        column.addLayout(self._form(content, self._sample_lines()))
        column.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(content)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, tokens.SPACE_XS, 0, 0)
        whole.addWidget(self.cases)
        whole.addWidget(area, 1)

    def value(self, name: str) -> str:
        """Return what is shown at a line."""
        return self._values[name].text()

    def show_frame(self, frame: ReplayFrame) -> None:
        """Show a moment."""
        self._show_case(frame)
        numbers, unit = frame.numbers, self._source.tracker.pupil_unit.value
        screen = self._source.geometry.screen
        texts = {
            "row": words.UNKNOWN if numbers.row < 0 else f"{numbers.row + 1} of {self._source.blocks.count}",
            "gaze": _place(numbers.x_norm * screen.width_px, numbers.y_norm * screen.height_px),
            "left": _eye(numbers.left, screen.width_px, screen.height_px),
            "right": _eye(numbers.right, screen.width_px, screen.height_px),
            "pupils": f"{_short(numbers.left.pupil)} / {_short(numbers.right.pupil)} {unit}",
            "distance": f"{words.distance(_first(numbers.left.distance_mm, numbers.right.distance_mm))}",
            "fixation": words.UNKNOWN
            if numbers.fixation < 0
            else self.tr("number {0}, {1:.0f} ms").format(numbers.fixation, numbers.fixation_ms),
        }
        for name, text in texts.items():
            self._set(name, text)

    def _show_case(self, frame: ReplayFrame) -> None:
        case, screen = frame.case, frame.screen
        shown = (case, screen, self._answer_count(frame))
        if shown == self._shown:
            return
        self._shown = shown
        self._set("case", words.UNKNOWN if case is None else case.case_id)
        self._set("state", words.UNKNOWN if case is None else case.state)
        length = words.UNKNOWN if case is None else self.tr("{0} long").format(clock_text(case.duration_s))
        self._set("length", length)
        name = words.UNKNOWN if screen is None else screen.words
        self._set("screen", name)
        if case is not None:
            blocker = QSignalBlocker(self.cases)
            self.cases.setCurrentRow(self._source.tables.cases.index(case))
            blocker.unblock()
        answers = {} if case is None else self._source.tables.answers_at(case.number, frame.t_ns)
        lines = [f"{name}: {_answer_text(value)}" for name, value in answers.items()]
        self.answers.setText("\n".join(lines[-_MOST_ANSWERS:]))
        self.answers.setVisible(bool(lines))

    def _answer_count(self, frame: ReplayFrame) -> int:
        moments = self._source.tables.moments
        return sum(each.kind == "answer" and each.t_ns <= frame.t_ns for each in moments)

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self._source.tables.cases):
            tables = self._source.tables
            self.moment_chosen.emit(tables.opening_ns(tables.cases[row]))

    def _form(self, parent: QWidget, lines: tuple[tuple[str, str], ...]) -> QFormLayout:
        form = QFormLayout()
        form.setHorizontalSpacing(tokens.SPACE_M)
        form.setVerticalSpacing(tokens.SPACE_XS)
        for name, title in lines:
            value = paragraph(words.UNKNOWN, "", parent)
            self._values[name] = value
            form.addRow(label(title, "secondary", parent), value)
        return form

    def _set(self, name: str, text: str) -> None:
        if self._values[name].text() != text:
            self._values[name].setText(text)

    def _case_lines(self) -> tuple[tuple[str, str], ...]:
        return (
            ("case", self.tr("Case")),
            ("state", self.tr("Ended as")),
            ("length", self.tr("Length")),
            ("screen", self.tr("Screen")),
        )

    def _sample_lines(self) -> tuple[tuple[str, str], ...]:
        return (
            ("row", self.tr("Sample")),
            ("gaze", self.tr("Gaze")),
            ("left", self.tr("Left eye")),
            ("right", self.tr("Right eye")),
            ("pupils", self.tr("Pupils")),
            ("distance", self.tr("Distance")),
            ("fixation", self.tr("Fixation")),
        )


def _answer_text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(str(each) for each in value)
    return str(value)


def _short(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) else words.UNKNOWN


def _first(*values: float) -> float:
    return next((value for value in values if math.isfinite(value)), math.nan)


def _place(x_px: float, y_px: float) -> str:
    return f"{x_px:.0f}, {y_px:.0f} px" if math.isfinite(x_px) and math.isfinite(y_px) else words.UNKNOWN


def _eye(eye: EyeNumbers, width_px: int, height_px: int) -> str:
    return _place(eye.x_norm * width_px, eye.y_norm * height_px)
