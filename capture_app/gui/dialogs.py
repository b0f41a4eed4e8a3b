"""Messages and questions in sentences; every button says what it does."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from capture_app.gui import tokens
from capture_app.gui.actions import ACTIONS
from capture_app.gui.labels import label, paragraph, rule
from capture_app.session.port import RecordingSummary

_PSEUDONYM: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")


def is_pseudonym(text: str) -> bool:
    """Return whether a text can name a reader in a recording."""
    return _PSEUDONYM.fullmatch(text) is not None


class SentenceDialog(QDialog):
    """A title, sentences, and buttons at the bottom right; the last button is the primary one."""

    def __init__(self, title: str, text: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(tokens.DIALOG_WIDTH)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(tokens.SPACE_XL, tokens.SPACE_XL, tokens.SPACE_XL, tokens.SPACE_L)
        self.column.setSpacing(tokens.SPACE_M)
        self._heading = label(title, "section", self)
        self.column.addWidget(self._heading)
        self.text = paragraph(text, parent=self)
        self.column.addWidget(self.text)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(tokens.SPACE_S)
        self._buttons.addStretch(1)

    def set_title(self, title: str) -> None:
        """Set the heading and the window's title."""
        self.setWindowTitle(title)
        self._heading.setText(title)

    def finish(self, *buttons: QPushButton) -> None:
        """Put the buttons below everything else."""
        self.column.addSpacing(tokens.SPACE_S)
        for button in buttons:
            button.setAutoDefault(button is buttons[-1])
            self._buttons.addWidget(button)
        buttons[-1].setProperty("role", "primary")
        buttons[-1].setDefault(True)
        self.column.addLayout(self._buttons)


class MessageDialog(SentenceDialog):
    """Something a person has to know."""

    def __init__(self, title: str, text: str, parent: QWidget | None) -> None:
        super().__init__(title, text, parent)
        close = QPushButton(self.tr("Close"), self)
        close.clicked.connect(self.accept)
        self.finish(close)


class CloseQuestion(SentenceDialog):
    """The window is to be closed while a recording runs. Accepted: stop it and leave."""

    def __init__(self, file_name: str, parent: QWidget | None) -> None:
        super().__init__("", "", parent)
        self.set_title(self.tr("A recording is running"))
        self.text.setText(
            self.tr(
                "Leaving stops the recording and closes {0} properly. All that was recorded is kept."
            ).format(file_name or self.tr("its file"))
        )
        leave = QPushButton(self.tr("Stop and leave"), self)
        leave.clicked.connect(self.accept)
        self.stay = QPushButton(self.tr("Go on recording"), self)
        self.stay.clicked.connect(self.reject)
        self.leave = leave
        self.finish(leave, self.stay)


class StartDialog(SentenceDialog):
    """Who reads? Accepted with a usable pseudonym."""

    def __init__(
        self, reader: str, folder: str, disk_left: str, tracker: str, parent: QWidget | None
    ) -> None:
        super().__init__("", "", parent)
        self.set_title(self.tr("Start recording"))
        self.text.setText(self.tr("Give the reader's pseudonym. No real name enters a recording."))
        self.reader = QLineEdit(reader, self)
        self.reader.setMaxLength(32)
        self.reader.setPlaceholderText(self.tr("for example R03"))
        self.finding = paragraph("", "finding", self)
        form = QFormLayout()
        form.setHorizontalSpacing(tokens.SPACE_L)
        form.setVerticalSpacing(tokens.SPACE_S)
        form.addRow(self.tr("Reader"), self.reader)
        form.addRow("", self.finding)
        form.addRow(self.tr("Tracker"), paragraph(tracker, "secondary", self))
        form.addRow(self.tr("Goes to"), paragraph(folder, "secondary", self))
        form.addRow(self.tr("Disk left"), paragraph(disk_left, "secondary", self))
        self.column.addLayout(form)
        cancel = QPushButton(self.tr("Cancel"), self)
        cancel.clicked.connect(self.reject)
        self.begin = QPushButton(self.tr("Start recording"), self)
        self.begin.clicked.connect(self.accept)
        self.finish(cancel, self.begin)
        self.reader.textChanged.connect(self._check)
        self._check(reader)
        self.reader.setFocus()
        self.reader.selectAll()

    def _check(self, text: str) -> None:
        is_usable = is_pseudonym(text)
        self.begin.setEnabled(is_usable)
        rule_text = self.tr("Letters, digits, - and _, beginning with a letter or digit; no spaces.")
        self.finding.setText("" if is_usable or not text else rule_text)


class WaitDialog(SentenceDialog):
    """Slow work goes on. It can be left alone: closing hides it, the work ends by itself."""

    def __init__(self, title: str, text: str, parent: QWidget | None) -> None:
        super().__init__(title, text, parent)
        progress = QProgressBar(self)
        progress.setRange(0, 0)
        progress.setTextVisible(False)
        self.column.addWidget(progress)


class SummaryDialog(SentenceDialog):
    """What a recording holds."""

    def __init__(self, summary: RecordingSummary, parent: QWidget | None) -> None:
        super().__init__(summary.path.name, str(summary.path.parent), parent)
        self.text.setProperty("role", "secondary")
        grid = QGridLayout()
        grid.setHorizontalSpacing(tokens.SPACE_XL)
        grid.setVerticalSpacing(tokens.SPACE_XS)
        grid.setColumnStretch(1, 1)
        for row, (name, value) in enumerate(summary.facts):
            grid.addWidget(label(name, "secondary", self), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(paragraph(value, parent=self), row, 1)
        self.column.addLayout(grid)
        self.column.addWidget(rule(self))
        findings = summary.findings or (self.tr("All checks passed."),)
        for finding in findings:
            self.column.addWidget(paragraph(finding, parent=self))
        close = QPushButton(self.tr("Close"), self)
        close.clicked.connect(self.accept)
        self.finish(close)


class ShortcutsDialog(SentenceDialog):
    """All keys on one page; any key closes it."""

    def __init__(self, viewer_keys: tuple[tuple[str, str], ...], parent: QWidget | None) -> None:
        super().__init__("", "", parent)
        self.set_title(self.tr("Keyboard shortcuts"))
        self.text.hide()
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        content = QWidget(area)
        grid = QGridLayout(content)
        grid.setHorizontalSpacing(tokens.SPACE_XL)
        grid.setVerticalSpacing(tokens.SPACE_XS)
        grid.setColumnStretch(0, 1)
        row = 0
        group = ""
        lines = [(info.group, info.title_text().rstrip("…"), info.shortcut_text()) for info in ACTIONS]
        lines += [(self.tr("Reader's picture"), name, key) for name, key in viewer_keys]
        for heading, name, key in lines:
            if heading != group:
                group = heading
                grid.addWidget(label(heading, "secondary", content), row, 0, 1, 2)
                grid.setRowMinimumHeight(row, tokens.ROW_HEIGHT)
                row += 1
            grid.addWidget(label(name, parent=content), row, 0)
            grid.addWidget(label(key, "value", content), row, 1, Qt.AlignmentFlag.AlignRight)
            row += 1
        area.setWidget(content)
        area.setMinimumHeight(tokens.SETTINGS_SIZE[1] - tokens.START_CARD_HEIGHT)
        self.column.addWidget(area, 1)
        close = QPushButton(self.tr("Close"), self)
        close.clicked.connect(self.accept)
        self.finish(close)
