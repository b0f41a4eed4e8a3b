"""The bar at the bottom of the reader's screens: where one is, what is missing, the ways on and back."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from capture_app.gui import tokens
from capture_app.gui.glyphs import glyph_pixmap, text_icon
from capture_app.gui.labels import label, paragraph
from capture_app.gui.reading.look import ReadingLook
from capture_app.session.study_desk.room import BOTTOM_BAR_PX


@dataclass(frozen=True, slots=True, kw_only=True)
class BarState:
    """What the bar shows."""

    next_text: str = ""  # "" for no primary button
    can_go_on: bool = True
    has_back: bool = False
    has_image: bool = False
    progress: str = ""
    sentence: str = ""  # what keeps the reader here, was refused, or the operator says
    whole_sentence: str = ""  # with everything that there was no room for; the tooltip
    level: str = ""  # attention, information; "" for no sign
    is_measured: bool = False  # an image is read: quiet buttons and nothing else


class ReadingBar(QWidget):
    """Primary button at the right, always at the same place; left of it the ways back."""

    next_clicked = Signal()
    back_clicked = Signal()
    image_clicked = Signal()
    help_clicked = Signal()

    def __init__(self, look: ReadingLook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(round(BOTTOM_BAR_PX))
        self._shown = BarState()
        self._look = look
        # Made in the order in which Tab comes to them, which is not the order from left to right.
        self.next_button = self._button(self.next_clicked, "primary", self.tr("Key Enter"))
        self.image_button = self._button(self.image_clicked, "bar", self.tr("Keys Alt+I"))
        self.image_button.setText(self.tr("Back to the image"))
        self.back_button = self._button(self.back_clicked, "bar", self.tr("Key Backspace, or Alt+Left"))
        self.back_button.setText(self.tr("Back"))
        self.help_button = QToolButton(self)
        self.help_button.setText("?")
        self.help_button.setToolTip(self.tr("Keys of this screen (key ?)"))
        self.help_button.setProperty("reading", "quiet")
        self.help_button.clicked.connect(self.help_clicked)
        self.progress = label("", parent=self)
        self.progress.setProperty("reading", "small")
        self.sign = QLabel(self)
        self.sentence = paragraph("", parent=self)
        self.sentence.setProperty("reading", "small")
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.sentence.setSizePolicy(policy)
        self._own: dict[str, QWidget] = {}
        self._slot = QHBoxLayout()
        self._slot.setSpacing(tokens.SPACE_S)
        self._row = QHBoxLayout(self)
        self._row.setSpacing(tokens.SPACE_S)
        self._row.addWidget(self.progress)
        self._row.addWidget(self.help_button)
        self._row.addSpacing(tokens.SPACE_L)
        self._row.addWidget(self.sentence, 1)
        self._row.addWidget(self.sign)
        self._row.addSpacing(tokens.SPACE_M)
        self._row.addWidget(self.back_button)
        self._row.addWidget(self.image_button)
        self._row.addLayout(self._slot)
        self._row.addWidget(self.next_button)
        self.keep_clear(0, 0)
        self._render(self._shown)

    def set_look(self, look: ReadingLook) -> None:
        """Take other colours and sizes."""
        self._look = look
        self._dress_back_button()
        self._render(self._shown)

    def keep_clear(self, left_px: int, right_px: int) -> None:
        """Leave room at the ends for what is painted into a corner of the screen."""
        margin = self._look.margin_px
        self._row.setContentsMargins(max(margin, left_px), 0, max(margin, right_px), 0)

    def adopt(self, name: str, widgets: tuple[QWidget, ...]) -> None:
        """Take a screen's own buttons; they are shown while that screen is, as far as it shows them."""
        if not widgets:
            return
        group = QWidget(self)
        row = QHBoxLayout(group)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.SPACE_S)
        for widget in widgets:
            row.addWidget(widget)
        group.hide()
        self._own[name] = group
        self._slot.addWidget(group)

    def show_own(self, name: str) -> None:
        """Show the own buttons of one screen, left of the primary one, and no others."""
        for each, group in self._own.items():
            if group.isHidden() == (each == name):
                group.setVisible(each == name)

    def render_state(self, state: BarState) -> None:
        """Show a state; the same one again changes nothing."""
        if state != self._shown:
            self._shown = state
            self._render(state)

    def _render(self, state: BarState) -> None:
        self.next_button.setText(state.next_text)
        self.next_button.setVisible(bool(state.next_text))
        self.next_button.setEnabled(state.can_go_on)
        self._dress(self.next_button, "measured" if state.is_measured else "primary")
        self.back_button.setVisible(state.has_back)
        self.image_button.setVisible(state.has_image)
        self.help_button.setVisible(not state.is_measured)
        self.progress.setText(state.progress)
        self.progress.setVisible(bool(state.progress))
        self.sentence.setText(state.sentence)
        self.sentence.setToolTip(state.whole_sentence)
        self.sign.setVisible(bool(state.level and state.sentence))
        if state.level:
            accent = self._look.shades.accent
            name, colour = ("information", accent.information)
            if state.level == "attention":
                name, colour = ("warning", accent.attention)
            ratio = self.devicePixelRatioF()
            self.sign.setPixmap(glyph_pixmap(name, colour, tokens.GLYPH_SIZE, ratio))

    def _button(self, clicked: object, role: str, key: str) -> QPushButton:
        button = QPushButton(self)
        button.setProperty("reading", role)
        button.setToolTip(key)
        button.clicked.connect(clicked)
        return button

    def _dress_back_button(self) -> None:
        icon = text_icon("previous", self._look.shades.text, tokens.GLYPH_SIZE, tokens.SPACE_XS)
        self.back_button.setIcon(icon)
        self.back_button.setIconSize(QSize(tokens.GLYPH_SIZE + tokens.SPACE_XS, tokens.GLYPH_SIZE))

    @staticmethod
    def _dress(button: QPushButton, role: str) -> None:
        if button.property("reading") != role:
            button.setProperty("reading", role)
            button.style().unpolish(button)
            button.style().polish(button)
