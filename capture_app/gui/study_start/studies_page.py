"""The page "Studies": open one of the recent ones or another, or make a new one from a preset."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from capture_app.gui import tokens
from capture_app.gui.labels import ElidedLabel, label, paragraph, rule
from capture_app.gui.settings_form import with_button
from capture_app.gui.start_page import RecentRow
from capture_app.gui.study_start.study_maker import StudyMaker
from capture_app.gui.tokens import Colours
from capture_app.session.settings import RecentItem, RecentKind
from capture_app.session.study import STUDY_EXTENSION
from capture_app.session.study_desk.study_making import PresetWords


class PresetRow(QPushButton):
    """One preset: its title and what readers do."""

    def __init__(self, preset: PresetWords, parent: QWidget) -> None:
        super().__init__(parent)
        self.preset = preset
        self.setProperty("role", "recent")
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setToolTip(preset.description)
        self.setAccessibleName(f"{preset.title}: {preset.description}")
        title, detail = (ElidedLabel(self, Qt.TextElideMode.ElideRight) for _ in range(2))
        title.set_text(preset.title)
        detail.set_text(preset.description)
        detail.setProperty("role", "secondary")
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_M, 0, tokens.SPACE_M, 0)
        column.setSpacing(0)
        column.addStretch(1)
        column.addWidget(title)
        column.addWidget(detail)
        column.addStretch(1)
        for part in (title, detail):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


class StudiesPage(QDialog):
    """Says which study is to be opened; new ones are made by the maker it is given.

    Parameters
    ----------
    colours
        Of the theme.
    presets
        What a new study can begin as.
    recent
        What was opened lately; only studies are shown.
    home
        Where new study folders are proposed.
    maker
        Outlives the page: work that is under way must not lose its object.
    """

    study_chosen = Signal(object)  # Path

    def __init__(
        self,
        colours: Colours,
        presets: tuple[PresetWords, ...],
        recent: tuple[RecentItem, ...],
        home: Path,
        maker: StudyMaker,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("studies_page")
        self.setWindowTitle(self.tr("Studies"))
        self.resize(*tokens.STUDIES_PAGE_SIZE)
        self._home = home
        self.maker = maker
        self._is_cancelling = False
        self.recent_rows = [RecentRow(item, self) for item in recent if item.kind is RecentKind.STUDY]
        self.preset_rows = [PresetRow(preset, self) for preset in presets]
        self._group = QButtonGroup(self)
        self.other_button = self._button(self.tr("Open another study…"), self._ask_for_study)
        self.folder = QLineEdit(self)
        self.folder.setAccessibleName(self.tr("Folder of the new study"))
        self.browse_button = self._button(self.tr("Choose…"), self._ask_for_folder)
        self.finding = paragraph("", "finding", self)
        self.progress = QProgressBar(self)
        self.progress.setTextVisible(False)
        self.progress_words = paragraph("", "secondary", self)
        self.make_button = self._button(self.tr("Make the study"), self._make, "primary")
        self.cancel_button = self._button(self.tr("Cancel"), self._cancel)
        self.close_button = self._button(self.tr("Close"), self.reject)
        self._connect()
        self._lay_out()
        self.set_colours(colours)
        self._show_making(False)
        self.preset_rows[0].setChecked(True)
        self._propose_folder()
        (self.recent_rows[0] if self.recent_rows else self.preset_rows[0]).setFocus()

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        for row in self.recent_rows:
            row.set_colours(colours)

    @property
    def preset(self) -> str:
        """Name of the preset that is chosen."""
        return next(row.preset.name for row in self.preset_rows if row.isChecked())

    def reject(self) -> None:
        """Close; a study that is being made is given up."""
        self.maker.cancel()
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Give up a study that is being made."""
        self.maker.cancel()
        super().closeEvent(event)

    def _connect(self) -> None:
        for row in self.recent_rows:
            row.setAutoDefault(False)
            row.clicked.connect(self._open_recent)
        for preset_row in self.preset_rows:
            self._group.addButton(preset_row)
            preset_row.toggled.connect(self._propose_folder)
        self.folder.textEdited.connect(self._clear_finding)
        self.maker.progressed.connect(self._show_progress)
        self.maker.made.connect(self._made)
        self.maker.failed.connect(self._not_made)

    def _button(self, text: str, slot: object, role: str = "") -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        if role:
            button.setProperty("role", role)
        button.clicked.connect(slot)
        return button

    def _open_recent(self) -> None:
        row = self.sender()
        if isinstance(row, RecentRow):
            self._choose(Path(row.item.path))

    def _choose(self, path: Path) -> None:
        self.accept()
        self.study_chosen.emit(path)

    def _ask_for_study(self) -> None:
        dialog = QFileDialog(self, self.tr("Open a study"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Studies (*{0})").format(STUDY_EXTENSION), self.tr("All files (*)")])
        if self.recent_rows:
            dialog.setDirectory(str(Path(self.recent_rows[0].item.path).parent.parent))
        dialog.fileSelected.connect(lambda name: self._choose(Path(name)))
        dialog.open()

    def _ask_for_folder(self) -> None:
        dialog = QFileDialog(self, self.tr("Folder of the new study"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self._take_folder)
        dialog.open()

    def _take_folder(self, name: str) -> None:
        self.folder.setText(name)
        self.folder.setModified(True)
        self._clear_finding()

    def _propose_folder(self) -> None:
        """Name a folder that is not there yet, as long as nobody has named one."""
        if self.folder.isModified() or not any(row.isChecked() for row in self.preset_rows):
            return
        number, folder = 1, self._home / f"{self.preset}-study"
        while folder.exists():
            number += 1
            folder = self._home / f"{self.preset}-study-{number}"
        self.folder.setText(str(folder))

    def _make(self) -> None:
        name = self.folder.text().strip()
        if not name or not Path(name).expanduser().is_absolute():
            self.finding.setText(self.tr("Give the full path of a folder that is empty or not there yet."))
            self.folder.setFocus()
            return
        self._clear_finding()
        self._show_making(True)
        self.maker.begin(self.preset, Path(name).expanduser())
        self.cancel_button.setFocus()

    def _cancel(self) -> None:
        self._is_cancelling = True
        self.maker.cancel()
        self.progress_words.setText(self.tr("Cancelling, and removing what was made."))

    def _made(self, path: Path) -> None:
        self._show_making(False)
        if self.isVisible():
            self._choose(path)

    def _not_made(self, sentence: str) -> None:
        self._show_making(False)
        self.finding.setText(sentence)

    def _show_progress(self, done: int, count: int, left_s: float) -> None:
        self.progress.setRange(0, count)
        self.progress.setValue(done)
        if self._is_cancelling:
            return
        words = self.tr("Drawing the built-in cases: {0} of {1}, about {2} s left.")
        self.progress_words.setText(words.format(done, count, round(left_s)))

    def _show_making(self, is_making: bool) -> None:
        self._is_cancelling = False
        for part in (self.progress, self.progress_words, self.cancel_button):
            part.setVisible(is_making)
        self.progress.setRange(0, 0)
        self.progress_words.setText(self.tr("Drawing the built-in cases.") if is_making else "")
        for row in (*self.recent_rows, *self.preset_rows):
            row.setEnabled(not is_making)
        for field in (self.folder, self.browse_button, self.make_button, self.other_button):
            field.setEnabled(not is_making)
        self.finding.setVisible(not is_making)

    def _clear_finding(self) -> None:
        self.finding.setText("")

    def _lay_out(self) -> None:
        body = QHBoxLayout()
        body.setSpacing(tokens.SPACE_XXL)
        body.addLayout(self._opening(), 2)
        body.addLayout(self._making(), 3)
        buttons = QHBoxLayout()
        buttons.setSpacing(tokens.SPACE_S)
        buttons.addWidget(self.progress_words, 1)
        buttons.addStretch(0)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.make_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_XL, tokens.SPACE_L, tokens.SPACE_XL, tokens.SPACE_L)
        column.setSpacing(tokens.SPACE_M)
        column.addWidget(label(self.tr("Studies"), "title", self))
        column.addLayout(body, 1)
        column.addWidget(rule(self))
        column.addWidget(self.progress)
        column.addLayout(buttons)

    def _opening(self) -> QVBoxLayout:
        content = QWidget(self)
        rows = QVBoxLayout(content)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(tokens.SPACE_XS)
        for row in self.recent_rows:
            rows.addWidget(row)
        if not self.recent_rows:
            text = self.tr("No study has been opened on this computer yet. Make one to begin with.")
            rows.addWidget(paragraph(text, "secondary", content))
        rows.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(content)
        column = QVBoxLayout()
        column.setSpacing(tokens.SPACE_S)
        column.addWidget(label(self.tr("Open"), "section", self))
        column.addWidget(area, 1)
        column.addWidget(self.other_button)
        return column

    def _making(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(tokens.SPACE_S)
        column.addWidget(label(self.tr("Make a new one"), "section", self))
        text = self.tr(
            "A study is a folder with one text file that says everything. Choose what it begins as; all "
            "of it can be changed. It holds built-in cases, so that it can be tried at once."
        )
        column.addWidget(paragraph(text, "secondary", self))
        for row in self.preset_rows:
            column.addWidget(row)
        column.addSpacing(tokens.SPACE_S)
        column.addWidget(label(self.tr("Folder"), "heading", self))
        column.addWidget(with_button(self, self.folder, self.browse_button))
        column.addWidget(self.finding)
        column.addStretch(1)
        return column
