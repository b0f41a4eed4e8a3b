"""Watches the files of an open study and checks it anew when they change."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from capture_app.gui import tokens
from capture_app.gui.workers import Work
from capture_app.session.study import CheckedStudy, OpenedStudy
from capture_app.session.study_desk.study_making import study_findings


class StudyWatch(QObject):
    """Checks when it begins, and whenever a file or the folder of the study changed and rests."""

    checked = Signal(object)  # CheckedStudy
    failed = Signal(str)  # a sentence: the study file is gone or cannot be read

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._opened: OpenedStudy | None = None
        self._work: Work | None = None
        self._checking: OpenedStudy | None = None  # what the work looks at
        self._files = QFileSystemWatcher(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(tokens.FILES_INTERVAL_MS)
        self._files.fileChanged.connect(self._changed)
        self._files.directoryChanged.connect(self._changed)
        self._timer.timeout.connect(self.check)

    def watch(self, opened: OpenedStudy | None) -> None:
        """Watch another study, or none."""
        self._opened = opened
        self._timer.stop()
        watched = [*self._files.files(), *self._files.directories()]
        if watched:
            self._files.removePaths(watched)
        if opened is not None:
            self._add_paths()
            self.check()

    def check(self) -> None:
        """Check now; while a check runs, once more after it."""
        if self._opened is None:
            return
        if self._work is not None:
            self._timer.start()
            return
        self._add_paths()  # editors put a new file in the place of the old one, which is then not watched
        self._work = Work(partial(study_findings, self._opened.path), self)
        self._checking = self._opened
        self._work.done.connect(self._done)
        self._work.failed.connect(self._not_done)
        self._work.start()

    def _add_paths(self) -> None:
        if self._opened is None:
            return
        known = {*self._files.files(), *self._files.directories()}
        wanted = [path for path in self._paths(self._opened) if path not in known]
        if wanted:
            self._files.addPaths(wanted)

    def _paths(self, opened: OpenedStudy) -> list[str]:
        names = (opened.study.cases.table, opened.study.cases.reference, opened.study.consent.file)
        paths = [opened.path, opened.folder, *(opened.folder / name for name in names if name)]
        return [str(path) for path in paths if Path(path).exists()]

    def _changed(self, _path: str) -> None:
        self._timer.start()

    def _done(self, checked: CheckedStudy) -> None:
        self._forget_work()
        if self._checking is self._opened:  # else another study was opened meanwhile
            self.checked.emit(checked)

    def _not_done(self, sentence: str) -> None:
        self._forget_work()
        if self._opened is not None:
            self.failed.emit(sentence)

    def _forget_work(self) -> None:
        if self._work is not None:
            self._work.deleteLater()
            self._work = None
