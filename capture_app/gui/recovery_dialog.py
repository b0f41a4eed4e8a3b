"""The offer at the start: recordings that were not closed can be rebuilt from their journals."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QPushButton, QVBoxLayout, QWidget

from capture_app.gui import tokens, words
from capture_app.gui.dialogs import SentenceDialog
from capture_app.gui.labels import paragraph
from capture_app.gui.tick_box import TickBox
from capture_app.gui.workers import Work
from capture_app.session.port import RecoveryOutcome, StationPort, UnfinishedRecording


class RecoveryDialog(SentenceDialog):
    """Lists unfinished recordings; Recover rebuilds the ticked ones one after the other, Later keeps them."""

    recovered = Signal(object)  # Path of a rebuilt recording

    def __init__(
        self, station: StationPort, recordings: tuple[UnfinishedRecording, ...], parent: QWidget | None
    ) -> None:
        super().__init__("", "", parent)
        self.set_title(self.tr("Recordings that were not closed"))
        self.text.setText(
            self.tr(
                "The program ended while these were being recorded. What was recorded is in their journals "
                "and can be rebuilt; the damaged files are kept beside."
            )
        )
        self._station = station
        self._waiting: list[Path] = []
        self._work: Work | None = None
        self.boxes: list[tuple[TickBox, Path]] = []
        for recording in recordings:
            box = TickBox(recording.path.name, self)
            box.setChecked(True)
            box.setToolTip(str(recording.path))
            facts = [recording.started, words.size(recording.size_bytes), recording.note]
            detail = paragraph(" · ".join(fact for fact in facts if fact), "secondary", self)
            detail.setIndent(tokens.SPACE_XL)
            pair = QVBoxLayout()
            pair.setSpacing(0)
            pair.addWidget(box)
            pair.addWidget(detail)
            self.column.addLayout(pair)
            self.boxes.append((box, recording.path))
        self._progress = QProgressBar(self)
        self._progress.setTextVisible(False)
        self._progress.hide()
        self.column.addWidget(self._progress)
        self.outcome = paragraph("", parent=self)
        self.outcome.hide()
        self.column.addWidget(self.outcome)
        self.later = QPushButton(self.tr("Later"), self)
        self.later.clicked.connect(self.reject)
        self.recover = QPushButton(self.tr("Recover"), self)
        self.recover.clicked.connect(self._begin)
        self.finish(self.later, self.recover)

    def reject(self) -> None:
        """Close, but never while a recording is being rebuilt."""
        if self._work is None:
            super().reject()

    def _begin(self) -> None:
        self._waiting = [path for box, path in self.boxes if box.isChecked()]
        if not self._waiting:
            self.reject()
            return
        for box, _ in self.boxes:
            box.setEnabled(False)
        self.later.setEnabled(False)
        self.recover.setEnabled(False)
        self._progress.setRange(0, len(self._waiting))
        self._progress.setValue(0)
        self._progress.show()
        self.outcome.setText(self.tr("Rebuilding {0}").format(self._waiting[0].name))
        self.outcome.show()
        self._lines: list[str] = []
        self._next()

    def _next(self) -> None:
        if not self._waiting:
            self._finish()
            return
        path = self._waiting.pop(0)
        self._work = Work(partial(self._station.recover, path), self)
        self._work.done.connect(self._done)
        self._work.failed.connect(self._failed)
        self._work.start()

    def _done(self, outcome: RecoveryOutcome) -> None:
        self._report(f"{outcome.path.name}: {outcome.summary}")
        if outcome.is_recovered:
            self.recovered.emit(outcome.path)
        self._next()

    def _failed(self, sentence: str) -> None:
        self._report(sentence)
        self._next()

    def _report(self, line: str) -> None:
        self._lines.append(line)
        self.outcome.setText("\n".join(self._lines))
        self._progress.setValue(self._progress.value() + 1)

    def _finish(self) -> None:
        self._work = None
        self._progress.hide()
        self.recover.hide()
        self.later.setText(self.tr("Close"))
        self.later.setEnabled(True)
        self.later.setFocus()
