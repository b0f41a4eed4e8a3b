"""The level of the microphone with a word, in the operator's top bar; not there while dictation is off."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.labels import label
from capture_app.session.states import DictationState

LOWEST_DB = -60.0
_BAR = QSize(56, 6)
_GROUND_ALPHA = 0.25


class LevelBar(QWidget):
    """A bar from -60 dB to full scale."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(_BAR)
        self._share = 0.0

    @property
    def share(self) -> float:
        """How much of the bar is filled, 0 to 1."""
        return self._share

    def show_level(self, level_db: float) -> None:
        """Show a level, dB below full scale."""
        share = min(max(1.0 - level_db / LOWEST_DB, 0.0), 1.0)
        if share != self._share:
            self._share = share
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the ground and as much of the bar as it is loud."""
        painter = QPainter(self)
        ground = self.palette().color(QPalette.ColorRole.WindowText)
        ground.setAlphaF(_GROUND_ALPHA)
        painter.fillRect(self.rect(), ground)
        filled = QRectF(0, 0, self.width() * self._share, self.height())
        painter.fillRect(filled, self.palette().color(QPalette.ColorRole.WindowText))
        painter.end()


class DictationMeter(QWidget):
    """Level and word."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("dictation_meter")
        self._words = {
            "missing": self.tr("No mic"),
            "ready": self.tr("Mic ready"),
            "kept": self.tr("Mic on"),
            "voice_kept": self.tr("Voice kept"),
            "voice_not_kept": self.tr("Voice not kept"),
            "loud": self.tr("Too loud"),
        }
        self.bar = LevelBar(self)
        self.word = label("", "secondary", self)
        metrics = QFontMetrics(self.word.font())
        self.word.setMinimumWidth(max(metrics.horizontalAdvance(each) for each in self._words.values()))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.SPACE_XS)
        row.addWidget(self.bar)
        row.addWidget(self.word)
        self.hide()

    def render_state(self, state: DictationState | None) -> None:
        """Show how the dictation stands; None: it is off."""
        self.setVisible(state is not None)
        if state is None:
            return
        name = self._name_of(state)
        self.bar.show_level(state.level_db if state.is_on else LOWEST_DB)
        if self.word.text() != self._words[name]:
            self.word.setText(self._words[name])
        if self.toolTip() != state.text:
            self.setToolTip(state.text)
            self.setAccessibleName(state.text)

    @staticmethod
    def _name_of(state: DictationState) -> str:
        if not state.is_on:
            return "missing"
        if state.is_loud:
            return "loud"
        if state.is_kept_when_asked:
            return "voice_kept" if state.is_kept else "voice_not_kept"
        return "kept" if state.is_kept else "ready"
