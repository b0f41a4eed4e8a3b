"""Fields of the start form that may stay empty: numbers, yes or no, a choice."""

from __future__ import annotations

import math

from PySide6.QtCore import QRegularExpression
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QLineEdit, QWidget

from capture_app.gui.settings_form import ChoiceBox


class NumberField(QLineEdit):
    """A number that may be left out; point or comma before the decimals."""

    def __init__(self, unit: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setPlaceholderText(unit)
        self.setMaxLength(9)
        self.setValidator(QRegularExpressionValidator(QRegularExpression(r"\d{0,6}([.,]\d{0,2})?"), self))

    def value(self) -> float:
        """Return the number; NaN where there is none."""
        text = self.text().replace(",", ".")
        return float(text) if any(letter.isdigit() for letter in text) else math.nan

    def set_value(self, value: float) -> None:
        """Show a number; NaN empties the field."""
        self.setText("" if math.isnan(value) else f"{value:g}")


class OptionalChoice(ChoiceBox):
    """One of some texts, or none yet."""

    def __init__(self, choices: tuple[tuple[str, object], ...], parent: QWidget) -> None:
        super().__init__(parent)
        self.addItem(self.tr("choose…"), None)
        for text, value in choices:
            self.addItem(text, value)

    def value(self) -> object:
        """Return what was chosen; None where nothing was."""
        return self.currentData()

    def set_value(self, value: object) -> None:
        """Choose a value; nothing where it is not offered."""
        for index in range(self.count()):
            if self.itemData(index) == value:
                self.setCurrentIndex(index)
                return
        self.setCurrentIndex(0)
