"""The start form as it is filled in: who reads, what they agreed to, about them, and the room."""

from __future__ import annotations

import math
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QWidget

from capture_app.gui import tokens, words
from capture_app.gui.labels import label, paragraph
from capture_app.gui.settings_form import ChoiceBox, SettingsForm
from capture_app.gui.study_start.consent_box import ConsentBox
from capture_app.gui.study_start.form_fields import NumberField, OptionalChoice
from capture_app.gui.tick_box import TickBox
from capture_app.session.study import Study
from capture_app.session.study.station_keys import Asked, Glasses
from capture_app.session.study_desk.start_form import FieldProblem
from capture_app.session.study_desk.states import StartForm


class StartFormPanel(SettingsForm):
    """Every field may be empty; what a study does not ask for is not shown."""

    reader_changed = Signal(str)
    changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__("start_form", parent)
        column = self.layout()
        if column is not None:
            column.setContentsMargins(0, 0, tokens.SPACE_S, 0)
        self._edited: set[str] = set()
        self._is_filling = False
        self._distance_mm = math.nan
        self.reader = ChoiceBox(self)
        self.reader.setEditable(True)
        self.reader.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        line = QLineEdit(self)
        line.setMaxLength(32)
        line.setPlaceholderText(self.tr("pseudonym, for example R03"))
        self.reader.setLineEdit(line)
        self.plan = paragraph("", "secondary", self)
        self.consent = ConsentBox(self)
        self.years = NumberField(self.tr("years"), self)
        self.specialty = OptionalChoice((), self)
        self.vision = OptionalChoice(self._visions(), self)
        self.hours = NumberField(self.tr("hours"), self)
        self.eye = OptionalChoice(((self.tr("left"), "left"), (self.tr("right"), "right")), self)
        self.lux = NumberField(self.tr("measured at the screen, unlit"), self)
        self.head_rest = OptionalChoice(self._yes_or_no(), self)
        self.glasses = OptionalChoice(self._yes_or_no(), self)
        self.distance = label(words.UNKNOWN, parent=self)
        self.skip = TickBox(self.tr("Skip the instructions; this reader knows them"), self)
        self.comment = QPlainTextEdit(self)
        self.comment.setTabChangesFocus(True)
        self.comment.setPlaceholderText(self.tr("anything to know about this session; no names"))
        self.comment.setFixedHeight(tokens.CONTROL_HEIGHT * 2)
        self._add_fields()
        self._connect()

    def show_study(self, study: Study, consent_text: str, consent_sha256: str) -> None:
        """Show the fields that a study asks for."""
        self._is_filling = True
        reader = self.reader.currentText()
        self.reader.clear()
        self.reader.addItems(study.readers.planned)
        self.reader.setCurrentIndex(-1)
        self.reader.setEditText(reader)
        self.consent.show_text(consent_text, study.consent.version, consent_sha256)
        specialty = self.specialty.value()
        while self.specialty.count() > 1:
            self.specialty.removeItem(1)
        for name in study.reader_form.specialties:
            self.specialty.addItem(name, name)
        self.specialty.set_value(specialty)
        asked = study.reader_form
        for field, how in (
            (self.years, asked.years_of_experience),
            (self.specialty, asked.specialty),
            (self.vision, asked.vision),
            (self.hours, asked.hours_awake),
        ):
            self.form.setRowVisible(field, how is not Asked.OFF)
        self.form.setRowVisible(self.glasses, study.conditions.glasses is not Glasses.ALLOWED)
        self._is_filling = False

    def show_form(self, form: StartForm) -> None:
        """Fill in a form; its reader stays as typed."""
        self._is_filling = True
        self.consent.tick.setChecked(form.is_consent_given)
        self.years.set_value(form.years_of_experience)
        self.specialty.set_value(form.specialty or None)
        self.vision.set_value(form.vision or None)
        self.hours.set_value(form.hours_awake)
        self.eye.set_value(form.dominant_eye)
        self.lux.set_value(form.room_lux)
        self.head_rest.set_value(form.has_head_rest)
        self.glasses.set_value(form.has_glasses)
        self.skip.setChecked(form.are_instructions_skipped)
        self.comment.setPlainText(form.comment)
        self._is_filling = False

    def form_now(self) -> StartForm:
        """Return the form as it is filled in; period and reason are added by the page."""
        return StartForm(
            reader=self.reader.currentText().strip(),
            is_consent_given=self.consent.tick.isChecked(),
            years_of_experience=self.years.value(),
            specialty=str(self.specialty.value() or ""),
            vision=str(self.vision.value() or ""),
            hours_awake=self.hours.value(),
            dominant_eye=str(self.eye.value() or "unknown"),
            room_lux=self.lux.value(),
            has_head_rest=_bool_or_none(self.head_rest.value()),
            has_glasses=_bool_or_none(self.glasses.value()),
            are_instructions_skipped=self.skip.isChecked(),
            comment=self.comment.toPlainText().strip(),
            distance_mm=self._distance_mm,
        )

    def show_distance(self, distance_mm: float) -> None:
        """Show the distance as the tracker measures it; NaN where it does not."""
        self._distance_mm = distance_mm
        text = words.distance(distance_mm)
        if math.isnan(distance_mm):
            text = self.tr("the tracker does not tell it")
        if self.distance.text() != text:
            self.distance.setText(text)

    def show_plan(self, text: str) -> None:
        """Say below the reader what they would do now."""
        self.plan.setText(
            text or self.tr("Choose a reader, or type a pseudonym. What comes next is told here.")
        )

    def show_problems(self, problems: tuple[FieldProblem, ...], *, also_untouched: bool) -> None:
        """Show each problem at its field; fields nobody touched are left in peace before the start."""
        sentences = {each.field: each.sentence for each in reversed(problems)}
        for name in self._fields:
            is_shown = also_untouched or name in self._edited
            self.show_finding(name, sentences.get(name, "") if is_shown else "")

    def field_named(self, name: str) -> QWidget:
        """Return a field."""
        return self._fields[name]

    def forget_touched(self) -> None:
        """Leave all fields in peace again: another reader sits down."""
        self._edited.clear()

    def with_lasting_answers(self, form: StartForm, last: StartForm) -> StartForm:
        """Return `form` with what lasts from one session of a reader to the next, where it is empty."""
        years = form.years_of_experience
        return replace(
            form,
            years_of_experience=last.years_of_experience if math.isnan(years) else years,
            specialty=form.specialty or last.specialty,
            vision=form.vision or last.vision,
            dominant_eye=last.dominant_eye if form.dominant_eye == "unknown" else form.dominant_eye,
        )

    def _add_fields(self) -> None:
        self.set_texts(
            self.tr("Start of a session"),
            self.tr("Kept in the recording under the pseudonym; nothing here names a person."),
        )
        for name, title, field in (
            ("reader", self.tr("Reader"), self.reader),
            ("is_consent_given", self.tr("Consent"), self.consent),
            ("years_of_experience", self.tr("Experience (years)"), self.years),
            ("specialty", self.tr("Specialty"), self.specialty),
            ("vision", self.tr("Vision"), self.vision),
            ("hours_awake", self.tr("Awake (hours)"), self.hours),
            ("dominant_eye", self.tr("Dominant eye"), self.eye),
            ("room_lux", self.tr("Room light (lx)"), self.lux),
            ("has_head_rest", self.tr("Head rest used"), self.head_rest),
            ("has_glasses", self.tr("Glasses worn now"), self.glasses),
        ):
            self.add_field(name, title, field)
            if name == "reader":
                self.form.addRow("", self.plan)
                self.show_plan("")  # always there, so that nothing below moves once it is known
        self.form.addRow(self.tr("Distance"), self.distance)
        self.form.addRow("", self.skip)
        self.add_field("comment", self.tr("Comment"), self.comment)

    def _connect(self) -> None:
        self.reader.editTextChanged.connect(self._reader_edited)
        self.consent.changed.connect(lambda: self._edit("is_consent_given"))
        for name, line in (
            ("years_of_experience", self.years),
            ("hours_awake", self.hours),
            ("room_lux", self.lux),
        ):
            line.textChanged.connect(lambda _text, name=name: self._edit(name))
        for name, box in (
            ("specialty", self.specialty),
            ("vision", self.vision),
            ("dominant_eye", self.eye),
            ("has_head_rest", self.head_rest),
            ("has_glasses", self.glasses),
        ):
            box.currentIndexChanged.connect(lambda _index, name=name: self._edit(name))
        self.comment.textChanged.connect(lambda: self._edit("comment"))

    def _reader_edited(self, text: str) -> None:
        if not self._is_filling:
            self._edited.add("reader")
            self.reader_changed.emit(text.strip())

    def _edit(self, name: str) -> None:
        if not self._is_filling:
            self._edited.add(name)
            self.changed.emit()

    def _visions(self) -> tuple[tuple[str, object], ...]:
        return (
            (self.tr("normal"), "normal"),
            (self.tr("corrected by glasses"), "glasses"),
            (self.tr("corrected by contact lenses"), "lenses"),
            (self.tr("other; say in the comment"), "other"),
        )

    def _yes_or_no(self) -> tuple[tuple[str, object], ...]:
        return (self.tr("yes"), True), (self.tr("no"), False)


def _bool_or_none(value: object) -> bool | None:
    return value if isinstance(value, bool) else None
