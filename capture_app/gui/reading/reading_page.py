"""One kind of screen on its page: below its question, scrolling where the window is too low for it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.labels import paragraph
from capture_app.gui.reading.frame_keys import plain_modifiers
from capture_app.gui.reading.look import ReadingLook
from capture_app.gui.reading.screen_widgets import ScreenWidget
from capture_app.gui.theme import sized_font
from capture_app.session.study_desk.room import TOP_LINE_PX


class PlainPage(QScrollArea):
    """Question and answers in a column in the middle of the study's grey."""

    def __init__(self, widget: ScreenWidget, look: ReadingLook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.widget_shown = widget
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.question = paragraph("", parent=self)
        self.question.setProperty("reading", "question")
        inside = QWidget(self)
        self._column = QVBoxLayout()
        self._column.addWidget(self.question)
        self._column.addWidget(widget, 1)
        self._row = QHBoxLayout(inside)
        self._row.addStretch(1)
        self._row.addLayout(self._column, 1000)  # all the room up to the greatest width, then the sides
        self._row.addStretch(1)
        self.setWidget(inside)
        self.set_look(look)

    def show_question(self, text: str) -> None:
        """Show the question; without one the answers have its room."""
        if text != self.question.text():
            self.question.setText(text)
        self.question.setVisible(bool(text))

    def set_look(self, look: ReadingLook) -> None:
        """Take other sizes."""
        self._look = look
        self._column.setSpacing(2 * look.body_px - tokens.SPACE_M)
        self._row.setContentsMargins(look.margin_px, 2 * look.margin_px, look.margin_px, look.margin_px)
        self.keep_width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep lines at a length that reads well."""
        super().resizeEvent(event)
        self.keep_width()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll up and down by key; what else a scroll area knows would hide the frame's keys."""
        scrolls = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
        if event.key() in scrolls and plain_modifiers(event) == Qt.KeyboardModifier.NoModifier:
            super().keyPressEvent(event)
        else:
            event.ignore()

    def keep_width(self) -> None:
        """Be as wide as the answers want and the window allows."""
        margins = self._row.contentsMargins()
        room = self.viewport().width() - margins.left() - margins.right()
        width = max(min(room, self._look.letters(self.widget_shown.widest_letters)), 1)
        for part in (self.question, self.widget_shown):
            part.setFixedWidth(width)


class ImagePage(QWidget):
    """The question in one or two lines above the images; the middle is left to them."""

    def __init__(self, widget: ScreenWidget, look: ReadingLook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.widget_shown = widget
        self.setMouseTracking(True)
        self.question = _FittedLine(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.question)
        column.addWidget(widget, 1)
        self.set_look(look)

    def show_question(self, text: str) -> None:
        """Show the question; without one the images have its room."""
        self.question.show_text(text)

    def set_look(self, look: ReadingLook) -> None:
        """Take other sizes."""
        self.question.set_look(look)


class _FittedLine(QLabel):
    """A text of one or two lines in the room above the images, in smaller letters where it is long."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setFixedHeight(round(TOP_LINE_PX))
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setProperty("reading", "fitted")
        self._largest_px = tokens.READING_FONT_MINIMUM_PX
        self.hide()

    def show_text(self, text: str) -> None:
        """Show a text as large as it fits."""
        self.setVisible(bool(text))
        if text != self.text():
            self.setText(text)
            self.setToolTip(text)
            self._fit()

    def set_look(self, look: ReadingLook) -> None:
        """Take other sizes."""
        self._largest_px = look.question_px
        self.setContentsMargins(look.margin_px, 0, look.margin_px, 0)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the letters to the new width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = self.contentsRect()
        size_px = self._largest_px
        while size_px > tokens.FONT_SECONDARY_PX:
            metrics = QFontMetrics(sized_font(self.font(), size_px))
            words = metrics.boundingRect(room, int(Qt.TextFlag.TextWordWrap), self.text())
            if words.height() <= room.height():
                break
            size_px -= 1
        self.setStyleSheet(f"font-size: {size_px}px; font-weight: 600;")
