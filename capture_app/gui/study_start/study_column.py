"""The left column of the study page: what the study is, and what its check finds now."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.labels import label, paragraph
from capture_app.gui.sentence_line import SentenceLine
from capture_app.gui.study_start.findings_list import FindingsList
from capture_app.gui.tokens import Colours
from capture_app.session.study import StudyFinding, has_errors


class StudyColumn(QWidget):
    """Facts above, findings below."""

    editor_requested = Signal(object)  # StudyFinding, or None for the beginning of the file
    reopen_requested = Signal()

    def __init__(self, colours: Colours, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("study_column")
        self._facts: tuple[tuple[str, str], ...] = ()
        self._labels: list[QLabel] = []
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(tokens.SPACE_M)
        self._grid.setVerticalSpacing(tokens.SPACE_S)
        self._grid.setColumnStretch(1, 1)
        self.changed = SentenceLine(colours, self)
        self.verdict = SentenceLine(colours, self)
        self.list = FindingsList(colours, self)
        self.list.finding_chosen.connect(self.editor_requested)
        self.reopen_button = QPushButton(self.tr("Open it again"), self)
        self.reopen_button.setToolTip(self.tr("Take the study as it is on the disk now"))
        self.reopen_button.clicked.connect(self.reopen_requested)
        self.edit_button = QPushButton(self.tr("Edit the file…"), self)
        self.edit_button.clicked.connect(lambda: self.editor_requested.emit(None))
        self._lay_out()
        self.show_change("", can_reopen=False)

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        for part in (self.changed, self.verdict, self.list):
            part.set_colours(colours)

    def show_facts(self, facts: tuple[tuple[str, str], ...]) -> None:
        """Show what the study is."""
        if facts == self._facts:
            return
        self._facts = facts
        for shown in self._labels:
            self._grid.removeWidget(shown)
            shown.hide()
            shown.deleteLater()
        self._labels = []
        for row, (name, value) in enumerate(facts):
            title = label(name, "secondary", self)
            self._grid.addWidget(title, row, 0, Qt.AlignmentFlag.AlignTop)
            words = paragraph(value, parent=self)
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._grid.addWidget(words, row, 1)
            self._labels += [title, words]

    def show_findings(self, findings: tuple[StudyFinding, ...]) -> None:
        """Show what the check finds in the files as they are on the disk."""
        self.list.show_findings(findings)
        self.list.setVisible(bool(findings))
        if not findings:
            self.verdict.say("good", self.tr("The check finds nothing."))
        elif has_errors(findings):
            self.verdict.say("bad", self.tr("The files on the disk have errors."))
        else:
            self.verdict.say("good", self.tr("No errors. Worth knowing:"))

    def show_change(self, sentence: str, *, can_reopen: bool) -> None:
        """Say that the files on the disk are not those that were opened."""
        self.changed.say("attention", sentence)
        self.reopen_button.setVisible(can_reopen)

    def _lay_out(self) -> None:
        facts = QWidget(self)
        rows = QVBoxLayout(facts)
        rows.setContentsMargins(0, 0, tokens.SPACE_S, 0)
        rows.addLayout(self._grid)
        rows.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(facts)
        self.list.setMinimumHeight(tokens.STUDY_FINDINGS_HEIGHT)
        self.list.setMaximumHeight(2 * tokens.STUDY_FINDINGS_HEIGHT)
        buttons = QHBoxLayout()
        buttons.setSpacing(tokens.SPACE_S)
        buttons.addWidget(self.edit_button)
        buttons.addWidget(self.reopen_button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_S)
        column.addWidget(label(self.tr("Study"), "section", self))
        column.addWidget(area, 3)
        column.addWidget(self.changed)
        column.addWidget(self.verdict)
        column.addWidget(self.list, 1)
        column.addLayout(buttons)
