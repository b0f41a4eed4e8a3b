"""Makes a study in a worker thread, tells how far it is, and cleans up when it is cancelled."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from capture_app.gui.workers import Work
from capture_app.session.study_desk.study_making import make_study


class StudyMaker(QObject):
    """One study at a time. Signals arrive on the thread that made it."""

    progressed = Signal(int, int, float)  # cases drawn, all cases, seconds left (NaN before the first)
    made = Signal(object)  # Path of the study file
    failed = Signal(str)  # a sentence

    def __init__(self, parent: QObject, now_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._now_s = now_s
        self._begun_s = 0.0
        self._work: Work | None = None
        self._cancelled = threading.Event()

    @property
    def is_making(self) -> bool:
        """Whether a study is being made."""
        return self._work is not None

    def begin(self, preset: str, folder: Path) -> None:
        """Make a study of a preset; nothing happens while another is being made."""
        if self._work is not None:
            return
        self._cancelled.clear()
        self._begun_s = self._now_s()
        task = partial(make_study, preset, folder, self._tell, self._cancelled.is_set)
        self._work = Work(task, self)
        self._work.done.connect(self._done)
        self._work.failed.connect(self._not_done)
        self._work.start()

    def cancel(self) -> None:
        """Stop after the case that is being drawn, and remove what was made."""
        self._cancelled.set()

    def _tell(self, done: int, count: int) -> None:
        """Runs on the worker thread; the signal crosses over by itself."""
        passed_s = self._now_s() - self._begun_s
        self.progressed.emit(done, count, passed_s / done * (count - done))

    def _done(self, path: Path) -> None:
        self._work = None
        self.made.emit(path)

    def _not_done(self, sentence: str) -> None:
        self._work = None
        self.failed.emit(sentence)
