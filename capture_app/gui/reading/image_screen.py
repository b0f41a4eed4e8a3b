"""The screen on which gaze is measured: the image, bare, and below it no more than the answer it asks for.

What the eyes do decides which buttons there are: a search is answered with present or absent, a target is
said to be found, then covered; a free reading only goes on.
"""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from capture_app.gui import tokens
from capture_app.gui.reading.look import ReadingLook
from capture_app.gui.reading.screen_widgets import ReaderHand, ScreenWidget
from capture_app.gui.theme import sized_font
from capture_app.session.reading import ReadingView
from capture_app.session.study.task_keys import ImageScreen, Phase
from capture_app.session.study_desk.states import StudyDeskState


class RecordingSign(QWidget):
    """A small red dot and a word: the voice is being recorded."""

    def __init__(self, look: ReadingLook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.setAccessibleName(self.tr("Recording the voice"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    @property
    def text(self) -> str:
        """The word beside the dot."""
        return self.tr("recording")

    def set_look(self, look: ReadingLook) -> None:
        """Take other colours and sizes."""
        self._look = look
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for dot and word."""
        metrics = QFontMetricsF(sized_font(self.font(), self._look.small_px))
        width = tokens.RECORDING_DOT + tokens.SPACE_S + metrics.horizontalAdvance(self.text)
        return QSize(int(width) + tokens.SPACE_S, int(metrics.height()) + tokens.SPACE_XS)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint them."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = tokens.RECORDING_DOT
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._look.shades.accent.recording))
        painter.drawEllipse(QRectF(0.0, (self.height() - side) / 2.0, side, side))
        painter.setFont(sized_font(self.font(), self._look.small_px))
        painter.setPen(QColor(self._look.shades.secondary))
        words = QRectF(side + tokens.SPACE_S, 0.0, self.width(), self.height())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text)
        painter.end()


class ImageScreenWidget(ScreenWidget):
    """Nothing over the image; buttons and the sign of recording in the bar below it."""

    lies_over_image: ClassVar[bool] = True

    def __init__(self, hand: ReaderHand, look: ReadingLook, parent: QWidget | None = None) -> None:
        super().__init__(hand, look, parent)
        self.setMouseTracking(True)
        self.sign = RecordingSign(look)
        self.present, self.absent = self._button(is_present=True), self._button(is_present=False)
        self._phase = Phase.READ
        self._own = QWidget(self)  # one for the bar, which shows what it takes: what is in it may stay hidden
        row = QHBoxLayout(self._own)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.SPACE_S)
        for widget in (self.sign, self.present, self.absent):
            row.addWidget(widget)
            widget.hide()

    def begin(self, state: StudyDeskState, view: ReadingView) -> None:
        """Offer what this image asks for."""
        del state
        if isinstance(view.screen, ImageScreen):
            self._phase = view.screen.phase
        self._show_own(is_voice_recorded=False)

    def render_state(self, state: StudyDeskState, view: ReadingView) -> None:
        """Show whether the voice is recorded, and let nothing be answered before the image is seen."""
        self._show_own(is_voice_recorded=state.is_voice_recorded)
        for button in (self.present, self.absent):
            if button.isEnabled() != view.is_presented:
                button.setEnabled(view.is_presented)

    def set_look(self, look: ReadingLook) -> None:
        """Take other colours and sizes."""
        super().set_look(look)
        self.sign.set_look(look)

    def take_key(self, event: QKeyEvent) -> bool:
        """Answer a search by P or A."""
        is_plain = not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
        if self._phase is not Phase.SEARCH or not is_plain:
            return False
        keys = {Qt.Key.Key_P: self.present, Qt.Key.Key_A: self.absent}
        button = keys.get(Qt.Key(event.key()))
        if button is None:
            return False
        if not event.isAutoRepeat():
            button.click()
        return True

    @property
    def is_measured(self) -> bool:
        """Gaze on it is what the study measures."""
        return True

    @property
    def next_text(self) -> str:
        """How the reader says that this image is done; a search ends by its answer."""
        words = {
            Phase.SEARCH: "",
            Phase.LOCATE: self.tr("Found"),
            Phase.COVER: self.tr("Done"),
        }
        return words.get(self._phase, self.tr("Next"))

    @property
    def has_ways_back(self) -> bool:
        """No way leads off an image by mistake while gaze is measured."""
        return False

    def missing(self, view: ReadingView) -> tuple[str, ...]:
        """Return what keeps the reader here; the two answers of a search say it themselves."""
        return () if self._phase is Phase.SEARCH else view.missing

    @property
    def bar_widgets(self) -> tuple[QWidget, ...]:
        """The sign of recording and the two answers of a search."""
        return (self._own,)

    @property
    def key_help(self) -> tuple[tuple[str, str], ...]:
        """Keys of a search."""
        if self._phase is not Phase.SEARCH:
            return ()
        return ("P", self.tr("present")), ("A", self.tr("absent"))

    def _show_own(self, *, is_voice_recorded: bool) -> None:
        is_search = self._phase is Phase.SEARCH
        for widget, is_wanted in (
            (self.sign, is_voice_recorded),
            (self.present, is_search),
            (self.absent, is_search),
        ):
            if widget.isHidden() == is_wanted:
                widget.setVisible(is_wanted)

    def _button(self, *, is_present: bool) -> QPushButton:
        button = QPushButton(self.tr("Present") if is_present else self.tr("Absent"))
        tip = self.tr("The finding is there (P)") if is_present else self.tr("It is not there (A)")
        button.setProperty("reading", "bar")
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: self.hand.attempt(lambda: self.hand.acts.answer(is_present)))
        return button
