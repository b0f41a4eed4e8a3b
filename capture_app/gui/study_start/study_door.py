"""The way from the start page into a study: the page of studies, the check, its findings, the editor."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QDialog

from capture_app.gui.controller import CaptureController
from capture_app.gui.dialogs import WaitDialog
from capture_app.gui.operator_window import OperatorWindow
from capture_app.gui.study_start.editor_page import EditorPage
from capture_app.gui.study_start.findings_dialog import FindingsDialog
from capture_app.gui.study_start.studies_page import StudiesPage
from capture_app.gui.study_start.study_maker import StudyMaker
from capture_app.gui.workers import Work
from capture_app.session.port import SessionError, SessionPort
from capture_app.session.settings import Settings
from capture_app.session.study import CheckedStudy
from capture_app.session.study_desk.study_making import presets_in_words, study_findings

_WAIT_SHOWN_MS: Final = 300
_AGAIN_MS: Final = 100  # while another check is under way
_Answer: TypeAlias = tuple[Callable[[CheckedStudy], None], Callable[[str], None]]


class StudyDoor(QObject):
    """Opens studies, makes new ones, and shows what is wrong with one that cannot be opened."""

    opened = Signal(object)  # Path of the study file; the session has it open

    def __init__(
        self,
        session: SessionPort,
        controller: CaptureController,
        operator: OperatorWindow,
        settings: Callable[[], Settings],
    ) -> None:
        super().__init__(operator)
        self._session = session
        self._controller = controller
        self._operator = operator
        self._settings = settings
        self._maker = StudyMaker(self)
        self._work: Work | None = None
        self._answer: _Answer | None = None  # who hears of the work
        self._asker: FindingsDialog | EditorPage | None = None  # the page among them
        self._wait: WaitDialog | None = None
        self._wait_timer = QTimer(self)
        self._wait_timer.setSingleShot(True)
        self._wait_timer.setInterval(_WAIT_SHOWN_MS)
        self._wait_timer.timeout.connect(self._show_wait)

    def show_page(self) -> None:
        """Open the page of studies."""
        settings = self._settings()
        try:
            presets = presets_in_words()
        except SessionError as err:
            self._controller.say(str(err))
            return
        page = StudiesPage(
            self._operator.colours,
            presets,
            settings.recent,
            settings.folder_for_recordings(),
            self._maker,
            self._operator,
        )
        page.study_chosen.connect(self.open)
        self._operator.colours_changed.connect(page.set_colours)
        self._show(page)

    def open(self, path: Path) -> None:
        """Check a study and open it, or show what is wrong with it."""
        if self._work is not None:
            return
        self._wait_timer.start()
        self._check(path, self._checked, self._not_checked)

    def edit(self, study: Path, path: Path | None = None, line: int = 0) -> None:
        """Open the editor at a line of a file of a study."""
        editor = EditorPage(study, self._operator.colours, self._operator)
        editor.saved.connect(partial(self._check_for, editor))
        editor.finished.connect(partial(self._closed, editor))
        self._operator.colours_changed.connect(editor.set_colours)
        editor.open_file(path if path is not None else study, line)
        self._show(editor)
        self._check_for(editor, study)

    def _checked(self, checked: CheckedStudy) -> None:
        self._end_wait()
        if not checked.is_usable:
            self._show_findings(checked)
        elif self._controller.attempt(partial(self._session.study_desk.open, checked.path, checked.opened)):
            self.opened.emit(checked.path)

    def _not_checked(self, sentence: str) -> None:
        self._end_wait()
        self._controller.say(sentence)

    def _show_findings(self, checked: CheckedStudy) -> None:
        dialog = FindingsDialog(checked, self._operator.colours, self._operator)
        dialog.check_requested.connect(partial(self._check_for, dialog))
        dialog.finished.connect(partial(self._closed, dialog))
        dialog.editor_requested.connect(partial(self._edit_of, dialog))
        dialog.accepted.connect(partial(self.open, checked.path))
        self._operator.colours_changed.connect(dialog.set_colours)
        self._show(dialog)

    def _edit_of(self, dialog: FindingsDialog, path: Path, line: int) -> None:
        dialog.reject()
        self.edit(dialog.path, path, line)

    def _check_for(self, page: FindingsDialog | EditorPage, path: Path) -> None:
        """Check for a page that shows the findings; one that is closed meanwhile hears nothing."""
        if self._work is not None:
            QTimer.singleShot(_AGAIN_MS, page, partial(self._check_for, page, path))
            return
        self._asker = page
        self._check(path, page.show_check, page.show_problem)

    def _check(self, path: Path, done: Callable[[CheckedStudy], None], failed: Callable[[str], None]) -> None:
        self._answer = (done, failed)
        self._work = Work(partial(study_findings, path), self)
        self._work.done.connect(self._work_done)
        self._work.failed.connect(self._work_failed)
        self._work.start()

    def _work_done(self, checked: CheckedStudy) -> None:
        answer = self._end_work()
        if answer is not None:
            answer[0](checked)

    def _work_failed(self, sentence: str) -> None:
        answer = self._end_work()
        if answer is not None:
            answer[1](sentence)

    def _end_work(self) -> _Answer | None:
        """Return who is to hear of the work that ended; None where they left meanwhile."""
        if self._work is not None:
            self._work.deleteLater()
        answer, self._answer, self._work, self._asker = self._answer, None, None, None
        return answer

    def _closed(self, page: FindingsDialog | EditorPage, _result: int) -> None:
        if page is self._asker:
            self._answer = self._asker = None

    def _show_wait(self) -> None:
        if self._work is not None:
            text = self.tr("Reading the study and looking for its images.")
            self._wait = WaitDialog(self.tr("Opening the study"), text, self._operator)
            self._show(self._wait)

    def _end_wait(self) -> None:
        self._wait_timer.stop()
        if self._wait is not None:
            self._wait.close()
            self._wait = None

    def _show(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
