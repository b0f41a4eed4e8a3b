"""The dialog while a dataset is written or read: how far it is, how long it takes, a way to end it."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Final, TypeAlias

from PySide6.QtCore import QCoreApplication, QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QProgressBar, QPushButton, QWidget

from capture_app.gui.dialogs import SentenceDialog
from capture_app.gui.labels import paragraph
from capture_app.gui.replay.time_axis import clock_text
from capture_app.gui.workers import Work
from capture_app.session.datasets import TaskResult, Tell
from capture_app.session.port import SessionError

_SETTLED_S: Final = 2.0  # before this no time left can be told


Job: TypeAlias = Callable[[Tell], TaskResult]
"""Does the work on a worker thread."""


class GivenUpError(SessionError):
    """The person gave it up."""


class JobWork(Work):
    """The work on its thread. It outlives the dialog, should the window under that be closed meanwhile."""

    told = Signal(int, int)  # done, of all; arrives on the GUI thread

    def __init__(self, job: Job, given_up: str) -> None:
        super().__init__(partial(job, self._tell), QCoreApplication.instance() or QObject())
        self._given_up = given_up
        self.is_wanted = True
        self.done.connect(self.deleteLater)
        self.failed.connect(self.deleteLater)

    def give_up(self) -> None:
        """End it at the next case."""
        self.is_wanted = False

    def _tell(self, done: int, count: int) -> None:
        """Take how far it is; runs on the worker thread."""
        if not self.is_wanted:
            raise GivenUpError(self._given_up)
        self.told.emit(done, count)


class JobDialog(SentenceDialog):
    """Runs a job; can be given up, and is gone on with when the same is asked for again.

    Parameters
    ----------
    title, text
        What is done.
    job
        The work.
    given_up
        What is said when it was given up.
    clock_s
        A clock that is never set, seconds.
    """

    def __init__(
        self,
        title: str,
        text: str,
        job: Job,
        parent: QWidget | None,
        *,
        given_up: str,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(title, text, parent)
        self._clock_s = clock_s
        self._first: tuple[float, int] | None = None  # when it was first told, and how many were done then
        self.is_ended = False
        self.result_: TaskResult | None = None
        self.bar = QProgressBar(self)
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.left = paragraph(self.tr("Reading which cases there are."), "secondary", self)
        self.column.addWidget(self.bar)
        self.column.addWidget(self.left)
        self.open_folder = QPushButton(self.tr("Open folder"), self)
        self.open_folder.clicked.connect(self._open_folder)
        self.open_folder.hide()
        self.button = QPushButton(self.tr("Cancel"), self)
        self.button.clicked.connect(self.reject)
        self.finish(self.open_folder, self.button)
        self._work = JobWork(job, given_up)
        self._work.told.connect(self.show_progress)
        self._work.done.connect(self.show_result)
        self._work.failed.connect(self._failed)
        self.destroyed.connect(self._work.give_up)

    def start(self) -> None:
        """Begin."""
        self._work.start()

    def show_progress(self, done: int, count: int) -> None:
        """Show how many of how many are done."""
        now_s = self._clock_s()
        if self._first is None:
            self._first = (now_s, done)
        self.bar.setRange(0, max(count, 1))
        self.bar.setValue(done)
        words = self.tr("{0} of {1}").format(done, count)
        began_s, before = self._first
        spent_s = now_s - began_s
        if not self._work.is_wanted:
            words = self.tr("{0}; ending after the case that is being written").format(words)
        elif done >= count:
            words = self.tr("{0}; finishing").format(words)
        elif done > before and spent_s >= _SETTLED_S:
            left_s = spent_s / (done - before) * (count - done)
            words = self.tr("{0}, {1} left").format(words, clock_text(left_s))
        self.left.setText(words)

    def reject(self) -> None:
        """Give it up while it runs; close it once it is over."""
        if self.is_ended:
            super().reject()
            return
        self._work.give_up()
        self.button.setEnabled(False)
        self.left.setText(self.tr("Ending after the case that is being written."))

    def show_result(self, result: TaskResult) -> None:
        """Show what came of it."""
        self.result_ = result
        self._end("\n".join(result.sentences), is_done=True)

    def _failed(self, sentence: str) -> None:
        self._end(sentence, is_done=False)

    def _end(self, text: str, *, is_done: bool) -> None:
        self.is_ended = True
        self.text.setText(text)
        self.bar.hide()
        self.left.hide()
        self.open_folder.setVisible(is_done)
        self.button.setText(self.tr("Close"))
        self.button.setEnabled(True)
        self.adjustSize()

    def _open_folder(self) -> None:
        if self.result_ is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.result_.folder)))
