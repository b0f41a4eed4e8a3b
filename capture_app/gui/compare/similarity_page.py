"""How alike the readers are: the matrix of one measure, all measures of one pair, and both saved."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from capture_app.gui import tokens, words
from capture_app.gui.compare.matrix_picture import MatrixPicture, matrix_png
from capture_app.gui.dialogs import MessageDialog
from capture_app.gui.labels import paragraph
from capture_app.gui.settings_form import ChoiceBox
from capture_app.gui.tokens import Colours
from capture_app.session.compare import ProfileName, Similarity, similarity_csv
from capture_app.session.film import FilmError, write_whole


class SimilarityPage(QWidget):
    """Shows a comparison; what it is made of is asked for with `profile_changed`."""

    profile_changed = Signal(object)  # ProfileName

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._similarity: Similarity | None = None
        self._pair = (0, 1)
        self.folder = Path.home()
        self.measure = ChoiceBox(self)
        self.measure.setAccessibleName(self.tr("Measure"))
        self.measure.currentIndexChanged.connect(self._show_measure)
        self.profile = ChoiceBox(self)
        self.profile.addItem(self.tr("gazesearch: 224 px, no durations"), ProfileName.GAZESEARCH)
        self.profile.addItem(self.tr("toolbox: px of the image"), ProfileName.TOOLBOX)
        self.profile.setToolTip(self.tr("The published way in which MultiMatch is used"))
        self.profile.currentIndexChanged.connect(
            lambda: self.profile_changed.emit(ProfileName(self.profile.currentData()))
        )
        self.meaning = paragraph("", "secondary", self)
        self.matrix = MatrixPicture(colours, self)
        self.matrix.pair_chosen.connect(self.choose_pair)
        self.pair_text = paragraph("", "heading", self)
        self.table = QTableWidget(0, 3, self)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        self.table.verticalHeader().hide()
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.notes = paragraph("", "finding", self)
        self.notes.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.save_table = self._button(self.tr("Save table…"), partial(self._ask, "csv"))
        self.save_picture = self._button(self.tr("Save picture…"), partial(self._ask, "png"))
        self._lay_out()
        self.show_waiting(self.tr("Comparing the readers."))

    @property
    def similarity(self) -> Similarity | None:
        """What is shown; None while there is nothing."""
        return self._similarity

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self.matrix.set_colours(colours)

    def show_waiting(self, text: str) -> None:
        """Say why nothing is shown yet."""
        self._similarity = None
        self._fill()
        self.notes.setText(text)
        self.notes.show()

    def show_similarity(self, similarity: Similarity) -> None:
        """Show a comparison."""
        self._similarity = similarity
        self._pair = (0, 1)
        self._fill()
        self.notes.setText("  ".join(similarity.left_out))
        self.notes.setVisible(bool(similarity.left_out))

    def choose_pair(self, row: int, column: int) -> None:
        """Show all measures of two readers."""
        self._pair = (row, column)
        self._show_measure()
        self._show_pair()

    def save(self, path: Path) -> str:
        """Write the table (``.csv``) or the measure's picture (``.png``); return a sentence if it fails."""
        similarity = self._similarity
        if similarity is None or not similarity.tables:
            return ""
        table = similarity.tables[self.measure.currentIndex()]
        try:
            is_table = path.suffix.lower() == ".csv"
            write_whole(
                path, similarity_csv(similarity) if is_table else matrix_png(similarity.labels, table)
            )
        except FilmError as err:
            return str(err)
        return ""

    def _fill(self) -> None:
        tables = () if self._similarity is None else self._similarity.tables
        place = max(self.measure.currentIndex(), 0)
        self.measure.blockSignals(True)
        self.measure.clear()
        for table in tables:
            self.measure.addItem(table.title, table.name)
        self.measure.setCurrentIndex(min(place, len(tables) - 1))
        self.measure.blockSignals(False)
        for part in (self.measure, self.save_table, self.save_picture):
            part.setEnabled(bool(tables))
        for shown in (self.matrix, self.pair_text, self.table, self.meaning):
            shown.setVisible(bool(tables))
        self._show_measure()
        self._show_pair()

    def _show_measure(self) -> None:
        similarity, place = self._similarity, self.measure.currentIndex()
        if similarity is None or not 0 <= place < len(similarity.tables):
            self.matrix.show_table((), None, self._pair)
            return
        table = similarity.tables[place]
        self.meaning.setText(table.meaning)
        self.matrix.show_table(similarity.labels, table, self._pair)

    def _show_pair(self) -> None:
        similarity = self._similarity
        if similarity is None or not similarity.tables:
            return
        row, column = self._pair
        one, other = similarity.labels[row], similarity.labels[column]
        counts = similarity.fixation_counts
        self.pair_text.setText(
            self.tr("{0} ({1} fixations) and {2} ({3} fixations)").format(
                one, counts[row], other, counts[column]
            )
        )
        self.table.setHorizontalHeaderLabels([self.tr("Measure"), f"{one} → {other}", f"{other} → {one}"])
        self.table.setRowCount(len(similarity.tables))
        for line, table in enumerate(similarity.tables):
            values = (float(table.values[row, column]), float(table.values[column, row]))
            texts = (
                table.title,
                *(f"{value:.3f}" if math.isfinite(value) else words.UNKNOWN for value in values),
            )
            for place, text in enumerate(texts):
                item = QTableWidgetItem(text)
                if place:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                item.setToolTip(table.meaning)
                self.table.setItem(line, place, item)

    def _ask(self, ending: str) -> None:
        dialog = QFileDialog(self, self.tr("Save the similarity"), str(self.folder))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(ending)
        dialog.selectFile(f"similarity.{ending}")
        dialog.fileSelected.connect(self._save_chosen)
        dialog.open()

    def _save_chosen(self, name: str) -> None:
        problem = self.save(Path(name))
        if problem:
            dialog = MessageDialog(self.tr("It was not saved"), problem, self)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.open()

    def _button(self, text: str, act: Callable[[], None]) -> QPushButton:
        button = QPushButton(text, self)
        button.clicked.connect(act)
        return button

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(tokens.SPACE_M)
        form.setVerticalSpacing(tokens.SPACE_S)
        form.addRow(self.tr("Measure"), self.measure)
        form.addRow(self.tr("MultiMatch"), self.profile)
        buttons = QHBoxLayout()
        buttons.setSpacing(tokens.SPACE_S)
        buttons.addWidget(self.save_table)
        buttons.addWidget(self.save_picture)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_M, tokens.SPACE_M, tokens.SPACE_M, tokens.SPACE_M)
        column.setSpacing(tokens.SPACE_S)
        column.addLayout(form)
        column.addWidget(self.meaning)
        column.addWidget(self.matrix)
        column.addWidget(self.notes)
        column.addWidget(self.pair_text)
        column.addWidget(self.table, 1)
        column.addLayout(buttons)
