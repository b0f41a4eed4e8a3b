"""Asks what is exported or imported: format, options, places; counts where that is wanted, then runs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFormLayout, QPushButton, QScrollArea, QWidget

from capture_app.gui import tokens
from capture_app.gui.datasets.job_dialog import JobDialog
from capture_app.gui.datasets.option_fields import OptionFields
from capture_app.gui.datasets.place_field import PlaceField
from capture_app.gui.dialogs import SentenceDialog
from capture_app.gui.labels import label, paragraph
from capture_app.gui.settings_form import ChoiceBox
from capture_app.gui.tick_box import TickBox
from capture_app.gui.workers import Work
from capture_app.session.datasets import DatasetTask, DatasetWish
from recordings_schema.formats.export import TERMS


class DatasetDialog(SentenceDialog):
    """The dialog of one task; what it runs shows in a `JobDialog` over the same parent.

    Parameters
    ----------
    task
        The export or import.
    """

    def __init__(self, task: DatasetTask, parent: QWidget | None) -> None:
        super().__init__(task.title, TERMS, parent)
        self.text.setProperty("role", "secondary")
        self.resize(*tokens.DATASET_DIALOG_SIZE)
        self._task = task
        self._counting: Work | None = None
        self.running: JobDialog | None = None
        self.choice = ChoiceBox(self)
        self.choice.setAccessibleName(self.tr("Format"))
        self.choice.addItems([each.name for each in task.formats])
        self.summary = paragraph("", "secondary", self)
        self.places = {each.name: PlaceField(each.title, each.text, self) for each in task.places}
        self.ticks = {each.name: TickBox(each.title, self) for each in task.ticks}
        self.options_title = label(self.tr("Options"), "secondary", self)
        self.area = QScrollArea(self)
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setMinimumHeight(tokens.DATASET_OPTIONS_HEIGHT)
        self.options = self._options_fields()
        self.counted = paragraph("", parent=self)
        self.finding = paragraph("", "finding", self)
        self.cancel_button = QPushButton(self.tr("Cancel"), self)
        self.count_button = QPushButton(self.tr("Count"), self)
        self.count_button.setToolTip(self.tr("Say what would be done, without writing anything"))
        self.run_button = QPushButton(task.run_words, self)
        self._lay_out()
        self._show_format()

    def choose(self, name: str, texts: Mapping[str, str] | None = None) -> None:
        """Choose a format, and values of its options as they are written on the command line."""
        self.choice.setCurrentText(name)
        self.options.show_values(texts or {})

    def wish(self, *, is_counted: bool) -> DatasetWish | None:
        """Return what was chosen; None where something is missing, which is then said.

        Parameters
        ----------
        is_counted
            Where it is only counted an export needs no place to write to.
        """
        places: dict[str, Path] = {}
        for asked in self._task.places:
            field = self.places[asked.name]
            is_needed = asked.is_required and not (is_counted and asked.name == self._task.target)
            if field.path is not None:
                places[asked.name] = field.path
            elif is_needed or not field.is_empty:
                self.refuse(self.tr("{0}: give the full path of a folder.").format(asked.title))
                field.setFocus()
                return None
        problem = self.options.problem()
        self.refuse(problem)
        if problem:
            return None
        return DatasetWish(
            format_name=self.choice.currentText(),
            options=self.options.texts(),
            places=places,
            ticks=frozenset(name for name, tick in self.ticks.items() if tick.isChecked()),
        )

    def refuse(self, sentence: str) -> None:
        """Say what is wrong; "" for nothing."""
        self.finding.setText(sentence)
        self.finding.setVisible(bool(sentence))

    def _count(self) -> None:
        wish = self.wish(is_counted=True)
        if wish is None or self._counting is not None:
            return
        self._say(self.tr("Counting."))
        self.count_button.setEnabled(False)
        # Of the program, not of the dialog, which may be closed before the count is there.
        self._counting = Work(partial(self._task.count, wish), QCoreApplication.instance() or self)
        self._counting.done.connect(self._counting.deleteLater)
        self._counting.failed.connect(self._counting.deleteLater)
        self._counting.done.connect(self.show_counted)
        self._counting.failed.connect(self._not_counted)
        self._counting.start()

    def show_counted(self, sentences: tuple[str, ...]) -> None:
        """Show what would be done."""
        self._end_counting()
        self._say("\n".join(sentences))

    def _not_counted(self, sentence: str) -> None:
        self._end_counting()
        self._say("")
        self.refuse(sentence)

    def _end_counting(self) -> None:
        self._counting = None
        self.count_button.setEnabled(True)

    def _run(self) -> None:
        wish = self.wish(is_counted=False)
        if wish is None:
            return
        text = self._task.running_words.format(wish.format_name)
        job = partial(self._task.run, wish)
        self.running = JobDialog(
            self._task.title, text, job, self, given_up=self._task.given_up_words
        )  # over this one: what was chosen is still there where it fails
        self.running.finished.connect(self._closed)
        self.running.open()
        self.running.start()

    def _closed(self) -> None:
        """The run was looked at; where it was done there is nothing more to ask."""
        running, self.running = self.running, None
        if running is None:
            return
        running.deleteLater()
        if running.result_ is not None:
            self.accept()

    def _say(self, text: str) -> None:
        self.counted.setText(text)
        self.counted.setVisible(bool(text))

    def _options_fields(self) -> OptionFields:
        """Return the fields of the format that is chosen, in their place; those of before are gone."""
        published = self._task.formats[max(self.choice.currentIndex(), 0)]
        fields = OptionFields(self._task.options_type(published), self.area)
        self.area.setWidget(fields)
        return fields

    def _show_format(self) -> None:
        published = self._task.formats[max(self.choice.currentIndex(), 0)]
        words = f"{published.title}: {published.summary}"
        self.summary.setText(words)
        self.options = self._options_fields()
        has_options = bool(self.options.specs)
        self.area.setVisible(has_options)
        self.options_title.setVisible(has_options)
        self._say("")
        self.refuse("")

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(tokens.SPACE_L)
        form.setVerticalSpacing(tokens.SPACE_S)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self.tr("Format"), self.choice)
        form.addRow("", self.summary)
        for asked in self._task.places:
            field = self.places[asked.name]
            field.line.setPlaceholderText(asked.hint)
            form.addRow(asked.title, field)
        for tick in self.ticks.values():
            form.addRow("", tick)
        self.column.addLayout(form)
        self.column.addWidget(self.options_title)
        self.column.addWidget(self.area, 1)
        self.column.addWidget(self.counted)
        self.column.addWidget(self.finding)
        self.counted.hide()
        self.finding.hide()
        self.finish(self.cancel_button, self.count_button, self.run_button)
        self.cancel_button.clicked.connect(self.reject)
        self.count_button.clicked.connect(self._count)
        self.run_button.clicked.connect(self._run)
        self.choice.currentIndexChanged.connect(self._show_format)
