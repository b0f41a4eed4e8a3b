"""The options of a format as fields, made from the dataclass that the command line reads as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QFormLayout, QLineEdit, QWidget

from capture_app.gui import tokens
from capture_app.gui.labels import paragraph
from capture_app.gui.settings_form import ChoiceBox
from capture_app.gui.tick_box import TickBox
from recordings_schema.formats.options import FormatOptionError, OptionSpec, option_specs, options_from_texts


class OptionFields(QWidget):
    """One field for each option, its meaning below it.

    Parameters
    ----------
    options_type
        The options dataclass of a format.
    """

    changed = Signal()

    def __init__(self, options_type: type[Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._type = options_type
        self.specs = option_specs(options_type)
        self.fields: dict[str, QLineEdit | ChoiceBox | TickBox] = {}
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, tokens.SPACE_M, 0)
        form.setHorizontalSpacing(tokens.SPACE_L)
        form.setVerticalSpacing(tokens.SPACE_XS)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for spec in self.specs:
            field = self._field(spec)
            field.setAccessibleName(spec.name)
            field.setToolTip(spec.name)
            self.fields[spec.name] = field
            form.addRow(field_title(spec.name), field)
            form.addRow("", paragraph(_meaning(spec), "secondary", self))

    def show_values(self, texts: Mapping[str, str]) -> None:
        """Show values as they are written on the command line; those not named keep theirs."""
        for name, text in texts.items():
            field = self.fields.get(name)
            if isinstance(field, TickBox):
                field.setChecked(text == "yes")
            elif isinstance(field, ChoiceBox):
                field.setCurrentText(text)
            elif field is not None:
                field.setText(text)

    def texts(self) -> dict[str, str]:
        """Return the options that differ from their defaults, as they are written on the command line."""
        found = {}
        for spec in self.specs:
            field = self.fields[spec.name]
            if isinstance(field, TickBox):
                text = "yes" if field.isChecked() else "no"
            else:
                text = field.currentText() if isinstance(field, ChoiceBox) else field.text().strip()
            if text != spec.default_text:
                found[spec.name] = text
        return found

    def problem(self) -> str:
        """Return why the values cannot be used, a sentence; "" where they can."""
        try:
            options_from_texts(self._type, self.texts())
        except FormatOptionError as err:
            return str(err)
        return ""

    def _field(self, spec: OptionSpec) -> QLineEdit | ChoiceBox | TickBox:
        if spec.kind is bool:
            tick = TickBox(QCoreApplication.translate("datasets", "Yes"), self)
            tick.setChecked(bool(spec.default))
            tick.toggled.connect(self.changed)
            return tick
        if spec.choices:
            choice = ChoiceBox(self)
            choice.addItems(list(spec.choices))
            choice.setCurrentText(spec.default_text)
            choice.currentIndexChanged.connect(self.changed)
            return choice
        line = QLineEdit(spec.default_text, self)
        line.textEdited.connect(self.changed)
        return line


def field_title(name: str) -> str:
    """Return the name of an option as the title of its field."""
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _meaning(spec: OptionSpec) -> str:
    words = spec.doc[:1].upper() + spec.doc[1:]
    return f"{words} ({spec.unit})" if spec.unit else words
