"""A study that cannot be used yet: what is wrong, where, what to do, and checking again after each change."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QPushButton, QWidget

from capture_app.gui import tokens
from capture_app.gui.dialogs import SentenceDialog
from capture_app.gui.study_start.findings_list import FindingsList
from capture_app.gui.tokens import Colours
from capture_app.session.study import CheckedStudy, StudyFinding
from recordings_schema.findings import Severity


class FindingsDialog(SentenceDialog):
    """Lists the findings; `accepted` means that the study is to be opened."""

    check_requested = Signal(object)  # Path
    editor_requested = Signal(object, int)  # Path, line

    def __init__(self, checked: CheckedStudy, colours: Colours, parent: QWidget | None) -> None:
        super().__init__("", "", parent)
        self.setObjectName("findings_dialog")
        self.resize(*tokens.FINDINGS_SIZE)
        self.path: Path = checked.path
        self._is_usable = False
        self.list = FindingsList(colours, self)
        self.list.finding_chosen.connect(self._edit_finding)
        self.column.addWidget(self.list, 1)
        self.close_button = QPushButton(self.tr("Close"), self)
        self.close_button.clicked.connect(self.reject)
        self.file_button = QPushButton(self.tr("Open the file"), self)
        self.file_button.setToolTip(self.tr("Open it in the program that this computer uses for such files"))
        self.file_button.clicked.connect(self._open_file)
        self.edit_button = QPushButton(self.tr("Edit here"), self)
        self.edit_button.setToolTip(self.tr("Edit it in this program, beside its findings"))
        self.edit_button.clicked.connect(self._edit)
        self.check_button = QPushButton(self.tr("Check again"), self)
        self.check_button.clicked.connect(self._check)
        self.finish(self.close_button, self.file_button, self.edit_button, self.check_button)
        self.show_check(checked)

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self.list.set_colours(colours)

    def show_check(self, checked: CheckedStudy) -> None:
        """Show what a check found now."""
        errors = sum(finding.severity is Severity.ERROR for finding in checked.findings)
        self.list.show_findings(checked.findings)
        self.check_button.setEnabled(True)
        self._is_usable = checked.is_usable
        if checked.is_usable:
            self.set_title(self.tr("The study can be used now"))
            self.text.setText(self.tr("{0} has no errors any more.").format(checked.path))
            self.check_button.setText(self.tr("Open the study"))
            return
        self.set_title(self.tr("The study cannot be used yet"))
        words = self.tr("1 error is") if errors == 1 else self.tr("{0} errors are").format(errors)
        self.text.setText(self.tr("In {0}, {1} to be corrected.").format(checked.path, words))
        self.check_button.setText(self.tr("Check again"))

    def show_problem(self, sentence: str) -> None:
        """Say why the check itself was not possible."""
        self._is_usable = False
        self.check_button.setEnabled(True)
        self.check_button.setText(self.tr("Check again"))
        self.text.setText(sentence)

    def _check(self) -> None:
        if self._is_usable:
            self.accept()
            return
        self.check_button.setEnabled(False)
        self.check_requested.emit(self.path)

    def _open_file(self) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.path))):
            self.text.setText(
                self.tr("No program on this computer opens {0}. Edit it here.").format(self.path.name)
            )

    def _edit(self) -> None:
        here = self.list.currentRow()
        chosen = self.list.findings[here] if here >= 0 else None
        self._go_to(chosen)

    def _edit_finding(self, finding: StudyFinding) -> None:
        self._go_to(finding)

    def _go_to(self, finding: StudyFinding | None) -> None:
        """Open the file of a finding; the study file where none is meant, or one that is no text."""
        path = self.path
        if finding is not None and finding.file.endswith((".csv", ".txt")):
            path = self.path.parent / finding.file
        self.editor_requested.emit(path, finding.line if finding is not None else 0)
