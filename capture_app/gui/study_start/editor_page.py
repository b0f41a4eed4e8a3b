"""A plain editor for the text files of a study, beside the findings of its check."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.dialogs import SentenceDialog
from capture_app.gui.labels import ElidedLabel, label, rule
from capture_app.gui.sentence_line import SentenceLine
from capture_app.gui.study_start.findings_list import LEVELS, FindingsList
from capture_app.gui.study_start.numbered_text import NumberedText
from capture_app.gui.tokens import Colours
from capture_app.session.port import SessionError
from capture_app.session.study import CheckedStudy, StudyFinding
from capture_app.session.study_desk.study_text import load_text, save_text
from recordings_schema.findings import Severity


class UnsavedQuestion(SentenceDialog):
    """The editor is to be closed with a change in it. Accepted: the change goes."""

    def __init__(self, file_name: str, parent: QWidget) -> None:
        super().__init__("", "", parent)
        self.set_title(self.tr("Discard the change?"))
        self.text.setText(
            self.tr("What was changed in {0} and not saved goes; the file stays as it is.").format(file_name)
        )
        discard = QPushButton(self.tr("Discard"), self)
        discard.clicked.connect(self.accept)
        stay = QPushButton(self.tr("Go on editing"), self)
        stay.clicked.connect(self.reject)
        self.discard = discard
        self.finish(discard, stay)


class EditorPage(QDialog):
    """Edits one file of a study at a time; saving checks the whole study.

    Parameters
    ----------
    study
        The study file.
    colours
        Of the theme.
    """

    saved = Signal(object)  # Path of the study file: it wants to be checked

    def __init__(self, study: Path, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("study_editor")
        self.setWindowTitle(self.tr("Study file"))
        self.resize(*tokens.EDITOR_SIZE)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.study = study
        self.path = study
        self._before = ""
        self._question: UnsavedQuestion | None = None
        self.place = ElidedLabel(self)
        self.text = NumberedText(colours, self)
        self.text.setAccessibleName(self.tr("Text of the file"))
        self.list = FindingsList(colours, self)
        self.list.finding_chosen.connect(self._go_to)
        self.list.itemClicked.connect(lambda _item: self._go_to(self.list.findings[self.list.currentRow()]))
        self.notice = SentenceLine(colours, self)
        self.reload_button = self._button(self.tr("Reload"), self._reload)
        self.reload_button.setToolTip(self.tr("Take the file as it is on the disk"))
        self.close_button = self._button(self.tr("Close"), self.reject)
        self.save_button = self._button(self.tr("Save and check"), self.save)
        self.save_button.setProperty("role", "primary")
        self.save_button.setToolTip(self.tr("Save the file and check the whole study (Ctrl+S)"))
        QShortcut(QKeySequence.StandardKey.Save, self, self.save)
        self.text.document().modificationChanged.connect(self._show_modified)
        self._lay_out()
        self.open_file(study, 0)

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        for part in (self.text, self.list, self.notice):
            part.set_colours(colours)

    def open_file(self, path: Path, line: int) -> None:
        """Show a file of the study and go to a line, from 1; 0: to its beginning."""
        if path != self.path or not self._before:
            if self.text.document().isModified():
                self.notice.say("attention", self.tr("Save {0} first, then go on.").format(self.path.name))
                return
            self.path = path
            self._reload()
        if line:
            self.text.go_to_line(line)

    def show_check(self, checked: CheckedStudy) -> None:
        """Show what a check of the study found."""
        self.list.show_findings(checked.findings)
        self._mark()
        errors = sum(finding.severity is Severity.ERROR for finding in checked.findings)
        if checked.is_usable:
            self.notice.say("good", self.tr("The study can be used."))
        else:
            self.notice.say("bad", self.tr("Errors to correct: {0}.").format(errors))

    def show_problem(self, sentence: str) -> None:
        """Say why a check was not possible."""
        self.notice.say("bad", sentence)

    def save(self) -> None:
        """Write the file, then ask for a check."""
        text = self.text.toPlainText()
        try:
            save_text(self.path, text, self._before)
        except SessionError as err:
            self.notice.say("bad", str(err))
            return
        self._before = text
        self.text.document().setModified(False)
        self.notice.say("information", self.tr("{0} is saved; checking the study.").format(self.path.name))
        self.saved.emit(self.study)

    def reject(self) -> None:
        """Close, after a question where something is not saved."""
        if not self.text.document().isModified():
            super().reject()
            return
        if self._question is None:
            self._question = UnsavedQuestion(self.path.name, self)
            self._question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            self._question.accepted.connect(self._discard)
            self._question.finished.connect(self._question_answered)
            self._question.open()

    def _discard(self) -> None:
        self.text.document().setModified(False)
        self.reject()

    def _question_answered(self) -> None:
        self._question = None

    def _reload(self) -> None:
        try:
            self._before = load_text(self.path)
        except SessionError as err:
            self.notice.say("bad", str(err))
            self.text.setReadOnly(True)
            self.save_button.setEnabled(False)
            return
        self.text.setReadOnly(False)
        self.save_button.setEnabled(True)
        line = self.text.textCursor().blockNumber() + 1
        self.text.setPlainText(self._before)
        self.text.go_to_line(line)
        self.notice.say("information", "")
        self._show_modified(False)
        self._mark()

    def _mark(self) -> None:
        """Put the worst sign of each line beside it; findings come with errors first."""
        levels: dict[int, str] = {}
        for finding in self.list.findings:
            if finding.line and finding.file == self.path.name:
                levels.setdefault(finding.line, LEVELS[finding.severity])
        self.text.mark_lines(levels)

    def _go_to(self, finding: StudyFinding) -> None:
        named = self.study.parent / finding.file
        is_text = named.suffix in (".csv", ".txt") and named.is_file()
        self.open_file(named if is_text else self.study, finding.line)

    def _show_modified(self, is_modified: bool) -> None:
        mark = self.tr("  (not saved)") if is_modified else ""
        self.place.set_text(f"{self.path}{mark}")

    def _button(self, text: str, slot: object) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.clicked.connect(slot)
        return button

    def _lay_out(self) -> None:
        side = QVBoxLayout()
        side.setSpacing(tokens.SPACE_S)
        side.addWidget(label(self.tr("Findings"), "section", self))
        side.addWidget(self.list, 1)
        body = QHBoxLayout()
        body.setSpacing(tokens.SPACE_L)
        body.addWidget(self.text, 1)
        body.addLayout(side)
        self.list.setFixedWidth(tokens.EDITOR_FINDINGS_WIDTH)
        buttons = QHBoxLayout()
        buttons.setSpacing(tokens.SPACE_S)
        buttons.addWidget(self.notice, 1, Qt.AlignmentFlag.AlignVCenter)
        buttons.addStretch(0)
        for button in (self.reload_button, self.close_button, self.save_button):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_XL, tokens.SPACE_L, tokens.SPACE_XL, tokens.SPACE_L)
        column.setSpacing(tokens.SPACE_M)
        column.addWidget(label(self.tr("Study file"), "title", self))
        column.addWidget(self.place)
        column.addLayout(body, 1)
        column.addWidget(rule(self))
        column.addLayout(buttons)
