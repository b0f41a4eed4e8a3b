"""What the word in the top bar means: a small card with sentences and the last notices."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.glyphs import glyph_pixmap
from capture_app.gui.labels import label, paragraph, rule
from capture_app.gui.tokens import Colours
from capture_app.gui.top_bar import level_colour, level_glyph
from capture_app.session.states import LiveState

NOTICES_SHOWN = 6


class VerdictPopover(QFrame):
    """Opens below the word and closes at the next click or Escape."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("role", "popover")
        self.setFixedWidth(tokens.POPOVER_WIDTH)
        self._sign = QLabel(self)
        self._word = label("", "section", self)
        self._explanation = paragraph("", parent=self)
        self._rule = rule(self)
        self._heading = label(self.tr("Lately"), "secondary", self)
        self._notices = paragraph("", "secondary", self)
        head = QHBoxLayout()
        head.setSpacing(tokens.SPACE_S)
        head.addWidget(self._sign)
        head.addWidget(self._word, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_L, tokens.SPACE_L, tokens.SPACE_L, tokens.SPACE_L)
        column.setSpacing(tokens.SPACE_S)
        column.addLayout(head)
        for widget in (self._explanation, self._rule, self._heading, self._notices):
            column.addWidget(widget)

    def render_state(self, state: LiveState, colours: Colours) -> None:
        """Show the verdict and the notices of `state`."""
        level = state.verdict.level
        colour = level_colour(colours, level)
        self._sign.setPixmap(
            glyph_pixmap(level_glyph(level), colour, tokens.GLYPH_SIZE, self.devicePixelRatioF())
        )
        self._word.setText(state.verdict.word[:1].upper() + state.verdict.word[1:])
        self._explanation.setText(state.verdict.explanation)
        self._notices.setText("\n".join(reversed(state.notices[-NOTICES_SHOWN:])))
        for widget in (self._rule, self._heading, self._notices):
            widget.setVisible(bool(state.notices))
        self.adjustSize()

    def open_below(self, anchor: QWidget) -> None:
        """Show the card under `anchor`, its right edges aligned."""
        corner = anchor.mapToGlobal(QPoint(anchor.width() - self.width(), anchor.height() + tokens.SPACE_XS))
        self.move(corner)
        self.show()
