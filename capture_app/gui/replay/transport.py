"""The row above the timeline: play, steps, speed, loop, sound, and what the cursors measure."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from capture_app.gui import tokens
from capture_app.gui.glyphs import glyph_icon
from capture_app.gui.labels import ElidedLabel, label
from capture_app.gui.replay.time_axis import clock_text
from capture_app.gui.settings_form import ChoiceBox
from capture_app.gui.tokens import Colours
from capture_app.session.replay import SPEEDS, PlayClock

STEPS: Final = ("sample", "fixation", "event", "case")


class Transport(QWidget):
    """Buttons for what the keys do as well."""

    play_toggled = Signal()
    step_requested = Signal(int)  # -1 back, 1 on; by what `step_kind` says
    speed_changed = Signal(float)
    loop_requested = Signal()
    mute_toggled = Signal(bool)

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colours = colours
        self._is_playing = False
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.SPACE_S)
        self.play = QPushButton(self.tr("Play"), self)
        self.play.setProperty("role", "primary")
        self.play.setToolTip(self.tr("Play or pause  (Space)"))
        self.play.clicked.connect(self.play_toggled)
        # As wide as the longer of its words: nothing beside it moves when it changes.
        metrics = self.play.fontMetrics()
        words = max(metrics.horizontalAdvance(self.tr(word)) for word in ("Play", "Pause"))
        self.play.setFixedWidth(words + tokens.GLYPH_SIZE + 3 * tokens.SPACE_L)
        self.back = self._step_button("previous", self.tr("Step back  (Left)"), -1)
        self.on = self._step_button("next", self.tr("Step on  (Right)"), 1)
        self.kind = ChoiceBox(self)
        self.kind.fit_contents()
        self.kind.setAccessibleName(self.tr("Step by"))
        self.kind.setToolTip(
            self.tr("What the arrow keys step by; Shift fixation, Ctrl event, Page keys case")
        )
        for name, text in zip(STEPS, self._step_words(), strict=True):
            self.kind.addItem(text, name)
        self.speed = ChoiceBox(self)
        self.speed.fit_contents()
        self.speed.setAccessibleName(self.tr("Speed"))
        self.speed.setToolTip(self.tr("Speed  (+ and -)"))
        for speed in SPEEDS:
            self.speed.addItem(f"{speed:g}\u00d7", speed)
        self.speed.currentIndexChanged.connect(lambda place: self.speed_changed.emit(SPEEDS[place]))
        self.loop = QPushButton(self.tr("Loop"), self)
        self.loop.setCheckable(True)
        self.loop.setToolTip(self.tr("Go round a stretch: [ sets where it begins, ] where it ends"))
        self.loop.clicked.connect(self.loop_requested)
        self.sound = QPushButton(self.tr("Sound"), self)
        self.sound.setCheckable(True)
        self.sound.setChecked(True)
        self.sound.setToolTip(self.tr("Hear the dictation, at 1\u00d7  (M)"))
        self.sound.toggled.connect(lambda is_on: self.mute_toggled.emit(not is_on))
        self.time = label("", "clock", self)
        self.total = label("", "secondary", self)
        self.measure: QLabel = ElidedLabel(self)
        self.measure.setProperty("role", "secondary")
        for part in (self.play, self.back, self.on, self.kind, self.speed, self.loop, self.sound):
            row.addWidget(part)
        row.addSpacing(tokens.SPACE_M)
        row.addWidget(self.time)
        row.addWidget(self.total)
        row.addSpacing(tokens.SPACE_M)
        row.addWidget(self.measure, 1)
        self.set_colours(colours)

    @property
    def step_kind(self) -> str:
        """What the buttons and plain arrow keys step by."""
        return str(self.kind.currentData())

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self._colours = colours
        for button, glyph in ((self.back, "previous"), (self.on, "next")):
            button.setIcon(glyph_icon(glyph, colours.text, tokens.GLYPH_SIZE))
        self._show_play()

    def show_clock(self, clock: PlayClock) -> None:
        """Show the state of the clock."""
        if clock.is_playing != self._is_playing:
            self._is_playing = clock.is_playing
            self._show_play()
        seconds, total = ((each - clock.first_ns) * 1e-9 for each in (clock.t_ns, clock.end_ns))
        self.time.setText(clock_text(seconds, 0.001 if not clock.is_playing else 0.1))
        self.total.setText(self.tr("of {0}").format(clock_text(total)))
        self.loop.setChecked(clock.loop is not None)
        blocker = QSignalBlocker(self.speed)
        self.speed.setCurrentIndex(SPEEDS.index(clock.speed))
        blocker.unblock()

    def show_sound(self, *, has_sound: bool, problem: str) -> None:
        """Offer the sound where there is some."""
        self.sound.setEnabled(has_sound)
        if problem or not has_sound:
            self.sound.setToolTip(problem or self.tr("Nothing was dictated in this recording."))

    def _show_play(self) -> None:
        self.play.setText(self.tr("Pause") if self._is_playing else self.tr("Play"))
        glyph = "pause" if self._is_playing else "play"
        self.play.setIcon(glyph_icon(glyph, self._colours.on_primary, tokens.GLYPH_SIZE))

    def _step_button(self, name: str, tip: str, direction: int) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"button_{name}")
        button.setAccessibleName(tip)
        button.setToolTip(tip)
        button.clicked.connect(lambda: self.step_requested.emit(direction))
        return button

    def _step_words(self) -> tuple[str, ...]:
        return (self.tr("by sample"), self.tr("by fixation"), self.tr("by event"), self.tr("by case"))
