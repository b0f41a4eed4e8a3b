"""What the pages of the settings share: a form, and a sentence below each field that cannot stand."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from capture_app.gui import tokens
from capture_app.gui.glyphs import paint_glyph
from capture_app.gui.labels import label, paragraph


class ChoiceBox(QComboBox):
    """A combo box with the windows' own arrow; the wheel scrolls the page instead of changing it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(tokens.CHOICE_LETTERS)

    def fit_contents(self) -> None:
        """Be as wide as the longest choice, for a row of tools."""
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.setMinimumContentsLength(0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the box, then the arrow."""
        super().paintEvent(event)
        painter = QPainter(self)
        size = tokens.SPACE_M
        place = QRectF(self.width() - size - tokens.SPACE_S, (self.height() - size) / 2.0, size, size)
        paint_glyph(painter, "down", place, self.palette().color(self.foregroundRole()).name())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()


class SettingsForm(QWidget):
    """A titled form. Fields are known by the name of their setting."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(f"page_{name}")
        self.name = name
        self.title = ""
        self._findings: dict[str, QLabel] = {}
        self._fields: dict[str, QWidget] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_XL, tokens.SPACE_L, tokens.SPACE_XL, tokens.SPACE_L)
        column.setSpacing(tokens.SPACE_S)
        self._heading = label("", "section", self)
        self._explanation = paragraph("", "secondary", self)
        column.addWidget(self._heading)
        column.addWidget(self._explanation)
        column.addSpacing(tokens.SPACE_S)
        self.form = QFormLayout()
        self.form.setHorizontalSpacing(tokens.SPACE_L)
        self.form.setVerticalSpacing(tokens.SPACE_S)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        column.addLayout(self.form)
        column.addStretch(1)

    def set_texts(self, title: str, explanation: str) -> None:
        """Set the heading, which is also the page's name in the list, and the line below it."""
        self.title = title
        self._heading.setText(title)
        self._explanation.setText(explanation)

    def add_field(self, name: str, title: str, field: QWidget, row: QWidget | None = None) -> None:
        """Add a field; `row` holds it where it has company."""
        field.setAccessibleName(title)
        finding = paragraph("", "finding", self)
        finding.hide()
        self.form.addRow(title, row if row is not None else field)
        self.form.addRow("", finding)
        self.form.setRowVisible(finding, False)
        self._fields[name], self._findings[name] = field, finding

    def show_finding(self, name: str, text: str) -> bool:
        """Show a sentence below a field; False when the field is not on this page."""
        if name not in self._fields:
            return False
        finding, field = self._findings[name], self._fields[name]
        finding.setText(text)
        self.form.setRowVisible(finding, bool(text))
        field.setProperty("invalid", "true" if text else "false")
        field.style().unpolish(field)
        field.style().polish(field)
        return True

    def clear_findings(self) -> None:
        """Show no sentences."""
        for name in self._fields:
            self.show_finding(name, "")

    def focus_field(self, name: str) -> None:
        """Put the cursor into a field."""
        self._fields[name].setFocus()


def with_button(parent: QWidget, field: QWidget, button: QPushButton) -> QWidget:
    """Return a row of a field and the button that belongs to it."""
    row = QWidget(parent)
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(tokens.SPACE_S)
    layout.addWidget(field, 1)
    layout.addWidget(button)
    return row


def indent_number(field: QAbstractSpinBox) -> None:
    """Let the number begin where the text of other fields does."""
    field.lineEdit().setTextMargins(tokens.SPACE_S - tokens.FOCUS_RING, 0, tokens.SPACE_S, 0)
