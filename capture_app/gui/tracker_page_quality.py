"""The test run on the tracker's page: ten seconds, then numbers and one sentence."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from capture_app.gui import tokens, words
from capture_app.gui.labels import label, paragraph
from capture_app.gui.sentence_line import SentenceLine
from capture_app.gui.tokens import Colours
from capture_app.session.tracker_states import QualityRunState, StreamQuality


class QualityRunPanel(QWidget):
    """Button, progress, numbers, verdict."""

    test_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_running = False
        self.button = QPushButton(self)
        self.button.setAutoDefault(False)
        self.button.clicked.connect(self._clicked)
        self._progress = QProgressBar(self)
        self._progress.setTextVisible(False)
        self._advice = paragraph(
            self.tr("Ask the reader to look around the screen for ten seconds."), "secondary", self
        )
        self.verdict = SentenceLine(colours, self)
        self.values: dict[str, QLabel] = {}
        self._numbers = QWidget(self)
        grid = QGridLayout(self._numbers)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(tokens.SPACE_L)
        grid.setVerticalSpacing(tokens.SPACE_XS)
        grid.setColumnStretch(1, 1)
        for row, (name, title, tip) in enumerate(
            (
                ("rate", self.tr("Rate"), self.tr("Samples a second, measured, against what is set")),
                ("data", self.tr("Data rate"), self.tr("Samples a second in which gaze is known")),
                ("loss", self.tr("Loss"), self.tr("Share of the time without any gaze")),
                ("classes", self.tr("of which"), self.tr("Kinds of loss, by their share of the time")),
                (
                    "beside",
                    self.tr("besides"),
                    self.tr("Not in the loss: time with one eye alone, and gaze beside the screen"),
                ),
                ("gap", self.tr("Longest gap"), self.tr("Longest time without any gaze")),
                ("noise", self.tr("Noise"), self.tr("RMS-S2S in windows of 200 ms, of the eye with more")),
                ("lost", self.tr("Never arrived"), self.tr("Samples the tracker numbered that did not come")),
            )
        ):
            heading, value = label(title, "secondary", self), paragraph("", parent=self)
            heading.setContentsMargins(0, tokens.FOCUS_RING, 0, 0)  # on one line with larger type
            for part in (heading, value):
                part.setToolTip(tip)
            grid.addWidget(heading, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, row, 1)
            self.values[name] = value
        self._lay_out()

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self.verdict.set_colours(colours)

    def render_run(self, run: QualityRunState, *, can_test: bool) -> None:
        """Show how far the run is, or how it ended."""
        self._is_running = run.is_running
        self.button.setText(self.tr("Cancel") if run.is_running else self.tr("Test for 10 s"))
        self.button.setEnabled(run.is_running or can_test)
        self._progress.setVisible(run.is_running)
        if run.is_running:
            self._progress.setRange(0, max(round(run.total_s * 10), 1))
            self._progress.setValue(round(run.elapsed_s * 10))
            left_s = max(run.total_s - run.elapsed_s, 0.0)
            self._advice.setText(
                self.tr("Ask the reader to look around the screen. {0} left.").format(
                    words.number(left_s, 0, "s")
                )
            )
        else:
            self._advice.setText(self.tr("Ask the reader to look around the screen for ten seconds."))
        self._advice.setVisible(run.result is None)
        self._numbers.setVisible(run.result is not None)
        if run.result is not None:
            self._show(run.result)
        else:
            self.verdict.say("attention", run.problem)

    def _show(self, quality: StreamQuality) -> None:
        self.verdict.say(quality.level, quality.sentence)
        texts = {
            "rate": self._rate(quality),
            "data": words.number(quality.data_rate_hz, 1, self.tr("Hz with gaze")),
            "loss": words.percent(quality.loss_share),
            "classes": self._listed(quality.loss_classes),
            "beside": self._listed(quality.beside_classes),
            "gap": words.number(quality.longest_gap_s, 2, "s"),
            "noise": words.number(quality.noise_deg, 2, "deg"),
            "lost": str(quality.never_arrived),
        }
        for name, text in texts.items():
            if self.values[name].text() != text:
                self.values[name].setText(text)

    def _rate(self, quality: StreamQuality) -> str:
        if not math.isfinite(quality.nominal_rate_hz):
            return self.tr("{0}, none is set").format(words.number(quality.rate_hz, 1, "Hz"))
        nominal = words.number(quality.nominal_rate_hz, 0, "Hz")
        return self.tr("{0} of {1} set").format(words.number(quality.rate_hz, 1, ""), nominal)

    def _listed(self, shares: tuple[tuple[str, float], ...]) -> str:
        return ", ".join(f"{name} {words.percent(share)}" for name, share in shares) or self.tr("none")

    def _clicked(self) -> None:
        if self._is_running:
            self.cancel_requested.emit()
        else:
            self.test_requested.emit()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(label(self.tr("Test run"), "section", self), 1)
        head.addWidget(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_S)
        column.addLayout(head)
        column.addWidget(self._progress)
        column.addWidget(self._advice)
        column.addWidget(self.verdict)
        column.addWidget(self._numbers)
        column.addStretch(1)
