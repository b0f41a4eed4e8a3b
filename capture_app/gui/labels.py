"""Labels that the windows share: elided ones, sections, hairlines."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget


class ElidedLabel(QLabel):
    """One line of text that is shortened to the room it has; the whole of it is its tooltip."""

    def __init__(
        self,
        parent: QWidget | None = None,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
    ) -> None:
        super().__init__(parent)
        self._mode = mode
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def set_text(self, text: str) -> None:
        """Show `text`, in full when there is room."""
        if text != self.text():
            self.setText(text)
            self.setToolTip(text)

    def minimumSizeHint(self) -> QSize:
        """Shrink to nothing if need be."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the shortened text."""
        painter = QPainter(self)
        shortened = self.fontMetrics().elidedText(self.text(), self._mode, self.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), self.alignment() | Qt.TextFlag.TextSingleLine, shortened)


def label(text: str, role: str = "", parent: QWidget | None = None) -> QLabel:
    """Return a plain-text label in one of the style sheet's roles."""
    result = QLabel(text, parent)
    result.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        result.setProperty("role", role)
    return result


def paragraph(text: str, role: str = "", parent: QWidget | None = None) -> QLabel:
    """Return a label that wraps its text."""
    result = label(text, role, parent)
    result.setWordWrap(True)
    return result


def rule(parent: QWidget | None = None) -> QFrame:
    """Return a hairline across."""
    line = QFrame(parent)
    line.setProperty("role", "rule")
    return line
