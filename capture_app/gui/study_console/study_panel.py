"""The case before the reader: which screen, how long, how good so far, and what is advised."""

from __future__ import annotations

import math

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from capture_app.gui import tokens, words
from capture_app.gui.labels import label, paragraph, rule
from capture_app.gui.sentence_line import SentenceLine
from capture_app.gui.study_console.console_words import mask_sentence, prompt_sentence, short_clock
from capture_app.gui.study_console.limit_bar import LimitBar
from capture_app.gui.study_console.step_flow import StepFlow
from capture_app.gui.tokens import Colours
from capture_app.session.reading import Light, Stage
from capture_app.session.study_desk.next_step import screen_title
from capture_app.session.study_desk.states import CopyState, StudyDeskState, StudyPhase

_LIGHT_LEVELS = {Light.GREEN: "good", Light.AMBER: "attention", Light.RED: "bad"}


class StudyPanel(QScrollArea):
    """The panel at the right, above the gaze quality."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.body = QWidget(self)
        self.heading = label("", "section", self.body)
        self.times = label("", "secondary", self.body)
        self.times.setToolTip(self.tr("Time on this screen, of the time on this case with all its screens"))
        self.steps = StepFlow(colours, self.body)
        self.mask_line = SentenceLine(colours, self.body)
        self.mask_line.setToolTip(
            self.tr(
                "The mask that the eyes cover: time since the image was shown, share of the image. "
                "Dice compares it with itself five seconds of gaze ago."
            )
        )
        self.grade = SentenceLine(colours, self.body)
        self.loss = LimitBar(
            colours,
            self.tr("Loss"),
            self.tr("Gaze missing while the image is shown, by the study's rules"),
            self,
        )
        self.gap = LimitBar(colours, self.tr("Longest gap"), self.tr("Longest time without gaze"), self)
        self.drift = LimitBar(colours, self.tr("Drift, last"), self.tr("Offset of the last check"), self)
        self.mean = LimitBar(
            colours, self.tr("Drift, mean"), self.tr("Length of the mean offset of the last checks"), self
        )
        self.prompts = [SentenceLine(colours, self.body) for _ in range(4)]
        self.copies = SentenceLine(colours, self.body)
        self.datasets = SentenceLine(colours, self.body)
        self.datasets.setToolTip(
            self.tr("The newest reading, tried in the formats the study feeds, while the session goes on")
        )
        self.values = {
            name: label("", "value", self.body) for name in ("counted", "cases", "copied", "notes")
        }
        self._lay_out()

    def sizeHint(self) -> QSize:
        """Prefer the size of the design."""
        return QSize(tokens.QUALITY_WIDTH, tokens.STUDY_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Be never narrower than the numbers beside it."""
        return QSize(tokens.QUALITY_MINIMUM_WIDTH, tokens.TRACE_MINIMUM_HEIGHT)

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self.steps.set_colours(colours)
        for line in (self.mask_line, self.grade, *self.prompts, self.copies, self.datasets):
            line.set_colours(colours)
        for bar in self._bars:
            bar.set_colours(colours)

    def render_study(self, state: StudyDeskState) -> None:
        """Show the case and its figures."""
        self._render_screen(state)
        level, sentence = mask_sentence(state.masks)
        self.mask_line.say(level, sentence)
        self._render_gate(state)
        self._render_prompts(state)
        view = state.view
        counted = words.UNKNOWN if view is None else self.tr("{0} of {1}").format(view.counted, view.quota)
        self._set("counted", counted)
        self._set("cases", str(state.cases_since_calibration))
        self._render_copies(state.copies)
        self.datasets.say(state.datasets.level, state.datasets.text)
        self._set("notes", str(len(state.notes)))
        self.values["notes"].setToolTip("\n".join(state.notes[-6:]))

    @property
    def _bars(self) -> tuple[LimitBar, ...]:
        return self.loss, self.gap, self.drift, self.mean

    def _render_screen(self, state: StudyDeskState) -> None:
        view = state.view
        names = state.screen_names
        screen = view.screen.name if view is not None and view.screen is not None else ""
        here = names.index(screen) if screen in names else -1
        _say(self.heading, self._where(state, here))
        on_screen, on_case = short_clock(state.screen_elapsed_s), short_clock(state.case_elapsed_s)
        has_case = view is not None and view.attempt >= 0 and state.phase is StudyPhase.RUNNING
        _say(self.times, self.tr("{0} of {1}").format(on_screen, on_case) if has_case else "")
        self.steps.show_steps(tuple(screen_title(name) for name in names), here)
        self.steps.setVisible(bool(names))

    def _where(self, state: StudyDeskState, here: int) -> str:
        view = state.view
        if state.side_run is not None:
            is_drift = state.side_run.kind.value == "drift_check"
            return self.tr("Drift check") if is_drift else self.tr("Pupil baseline")
        if state.is_calibrating:
            is_closing = state.validation_purpose in ("block_end", "session_end")
            return self.tr("Closing validation") if is_closing else self.tr("Calibration")
        if state.phase is StudyPhase.ENDING:
            return self.tr("The session is ending")
        if view is None:
            return self.tr("Starting")
        if view.stage in (Stage.CASE, Stage.PAUSED) and here >= 0:
            title = screen_title(state.screen_names[here])
            place = self.tr("{0} of {1}: {2}").format(here + 1, len(state.screen_names), title)
            return place if view.stage is Stage.CASE else self.tr("Paused at {0}").format(title)
        return {
            Stage.RESUME_CHOICE: self.tr("An interrupted case"),
            Stage.PRACTICE_DECISION: self.tr("Practice not passed"),
            Stage.BREAK_DUE: self.tr("A break is due"),
            Stage.BREAK: self.tr("Break"),
            Stage.CALIBRATION: self.tr("Calibration is due"),
            Stage.FINISHED: self.tr("All cases are read"),
            Stage.PAUSED: self.tr("Paused"),
        }.get(view.stage, self.tr("Between two cases"))

    def _render_gate(self, state: StudyDeskState) -> None:
        gates, grade = state.opened.study.gates, state.grade_so_far
        if grade is not None and math.isnan(grade.loss_percent):
            grade = None  # no image was before the reader yet: there is nothing to judge
        loss = grade.loss_percent if grade is not None else math.nan
        gap_s = grade.longest_gap_s if grade is not None else math.nan
        level = _LIGHT_LEVELS[grade.light] if grade is not None else ""
        self.grade.say(level, grade.reason if grade is not None and level != "good" else "")
        loss_limits = (gates.loss_yellow_percent, gates.loss_red_percent)
        self.loss.show_value(loss, words.number(loss, 1, "%"), loss_limits, is_advice=False)
        gap_limits = (gates.gap_yellow_s, gates.gap_red_s)
        self.gap.show_value(gap_s, words.number(gap_s, 1, "s"), gap_limits, is_advice=False)
        for bar, value, limit in (
            (self.drift, state.drift_deg, gates.drift_single_deg),
            (self.mean, state.running_drift_deg, gates.drift_mean_deg),
        ):
            bar.show_value(value, words.number(value, 2, "deg"), (limit,), is_advice=True)

    def _render_prompts(self, state: StudyDeskState) -> None:
        gates = state.opened.study.gates
        prompts = state.view.prompts if state.view is not None else ()
        sentences = [prompt_sentence(prompt, gates) for prompt in prompts]
        for number, line in enumerate(self.prompts):
            line.say("attention", sentences[number] if number < len(sentences) else "")

    def _render_copies(self, copies: CopyState) -> None:
        is_off = copies.level == "off"
        self._set("copied", self.tr("off") if is_off else str(copies.copied_cases))
        self.values["copied"].setToolTip(copies.text)
        self.copies.say(copies.level, copies.text if copies.level in ("attention", "bad") else "")

    def _set(self, name: str, text: str) -> None:
        _say(self.values[name], text)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self.body)
        column.setContentsMargins(tokens.SPACE_M, tokens.SPACE_S, tokens.SPACE_M, tokens.SPACE_M)
        column.setSpacing(tokens.SPACE_S)
        head = QHBoxLayout()
        head.setSpacing(tokens.SPACE_S)
        self.heading.setWordWrap(True)
        head.addWidget(self.heading, 1)
        head.addWidget(self.times, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        column.addLayout(head)
        column.addWidget(self.steps)
        column.addWidget(self.mask_line)
        bars = QVBoxLayout()
        bars.setSpacing(tokens.SPACE_XS)
        for bar in self._bars:
            bars.addWidget(bar)
        column.addLayout(bars)
        for line in (self.grade, self.datasets, *self.prompts):
            column.addWidget(line)
        column.addWidget(rule(self.body))
        column.addLayout(self._facts())
        column.addWidget(self.copies)
        column.addStretch(1)
        self.setWidget(self.body)

    def _facts(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(tokens.SPACE_S)
        grid.setVerticalSpacing(tokens.SPACE_XS)
        grid.setColumnStretch(0, 1)
        for row, (name, title) in enumerate(
            (
                ("counted", self.tr("Cases that count")),
                ("cases", self.tr("Cases since calibration")),
                ("copied", self.tr("Cases copied")),
                ("notes", self.tr("Notes")),
            )
        ):
            grid.addWidget(paragraph(title, "secondary", self.body), row, 0)
            grid.addWidget(self.values[name], row, 1, Qt.AlignmentFlag.AlignRight)
        return grid


def _say(shown: QLabel, text: str) -> None:
    if shown.text() != text:
        shown.setText(text)
