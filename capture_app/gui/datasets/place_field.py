"""A line for a folder or file, with the button that looks for one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from capture_app.gui import tokens


class PlaceField(QWidget):
    """A path that may be typed or chosen.

    Parameters
    ----------
    name
        What it is, for whoever hears the windows read out; the title of the choice.
    text
        What stands in it at first.
    """

    changed = Signal()

    def __init__(self, name: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.line = QLineEdit(text, self)
        self.line.setAccessibleName(name)
        self.line.textChanged.connect(self.changed)
        self.button = QPushButton(self.tr("Choose…"), self)
        self.button.clicked.connect(self._choose)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.SPACE_S)
        row.addWidget(self.line, 1)
        row.addWidget(self.button)
        self.setFocusProxy(self.line)
        self.setMinimumHeight(tokens.CONTROL_HEIGHT)

    @property
    def path(self) -> Path | None:
        """The full path; None where the line is empty or no full path."""
        text = self.line.text().strip()
        path = Path(text).expanduser() if text else None
        return path if path is not None and path.is_absolute() else None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was entered."""
        return not self.line.text().strip()

    def _choose(self) -> None:
        dialog = QFileDialog(self, self._name, self.line.text())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self.line.setText)
        dialog.open()
