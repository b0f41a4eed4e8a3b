"""The bar that never moves: is it recording, what is shown, is it good, what comes next."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QFont, QFontMetrics, QIcon
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QToolButton, QWidget

from capture_app.gui import tokens, words
from capture_app.gui.actions import ACTION_BY_NAME
from capture_app.gui.dictation_meter import DictationMeter
from capture_app.gui.glyphs import glyph_icon, glyph_pixmap, text_icon
from capture_app.gui.labels import ElidedLabel, label
from capture_app.gui.theme import sized_font
from capture_app.gui.tokens import Colours
from capture_app.session.states import LiveState, RecordingState

_LEVEL_GLYPHS = {"good": "tick", "information": "information", "attention": "warning", "bad": "cross"}


_MAIN_GLYPHS = {"start": "disc", "stop": "stop", "connect": "eye", "study_end": "stop"}


def level_glyph(level: str) -> str:
    """Return the shape that stands beside the word of a verdict."""
    return _LEVEL_GLYPHS.get(level, "information")


def level_colour(colours: Colours, level: str) -> str:
    """Return the colour of a verdict's shape."""
    return {
        "good": colours.good,
        "information": colours.information,
        "attention": colours.attention,
        "bad": colours.recording,
    }.get(level, colours.secondary)


class TopBar(QWidget):
    """State, title, verdict and the few buttons of a running session."""

    verdict_clicked = Signal()

    def __init__(self, colours: Colours, actions: dict[str, QAction], menu: QMenu, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("top_bar")
        self.setProperty("role", "topbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(tokens.TOP_BAR_HEIGHT)
        self._colours = colours
        self._actions = actions
        self._shown: tuple[object, ...] = ()
        self._signs: tuple[object, ...] = ()
        self.menu_button = QToolButton(self)
        self.menu_button.setProperty("role", "bar")
        self.menu_button.setMenu(menu)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setToolTip(self.tr("Menu"))
        self.menu_button.setAccessibleName(self.tr("Menu"))
        self._lamp = QLabel(self)
        self._state = label("", "clock", self)
        self._title = ElidedLabel(self)
        self._case = label("", "secondary", self)
        self.dictation = DictationMeter(self)
        self.verdict_button = QPushButton(self)
        self.verdict_button.setProperty("role", "verdict")
        self.verdict_button.setToolTip(self.tr("What is going on, and what to do"))
        self.verdict_button.clicked.connect(self.verdict_clicked)
        self.main_button = self._button("primary")
        self.pause_button = self._button("bar")
        self.mark_button = self._button("bar")
        self.next_button = self._button("bar")
        self._is_for_study = False
        self._lay_out()
        self.set_colours(colours)

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self._colours = colours
        self._signs = ()
        self.menu_button.setIcon(glyph_icon("menu", colours.text, tokens.GLYPH_SIZE))
        self.mark_button.setIcon(_sign("flag", colours.text))
        for button in (self.main_button, self.pause_button, self.mark_button, self.next_button):
            button.setIconSize(QSize(tokens.GLYPH_SIZE + tokens.SPACE_XS, tokens.GLYPH_SIZE))
        verdict_size = QSize(tokens.VERDICT_GLYPH_SIZE + tokens.SPACE_XS, tokens.VERDICT_GLYPH_SIZE)
        self.verdict_button.setIconSize(verdict_size)

    def set_for_study(self, *, is_for_study: bool) -> None:
        """Offer what there is to do with a study: its order is nobody's to change, and it ends in its way."""
        self._is_for_study = is_for_study
        self.next_button.setVisible(not is_for_study)
        self._fix_widths()
        self._signs = ()

    def render_state(self, state: LiveState) -> None:
        """Show `state`; only what changed is touched."""
        self._render_signs(state)
        self.dictation.render_state(state.dictation)
        title = self._title_words(state)
        shown = (self._state_words(state), title, self._case_words(state))
        if shown == self._shown:
            return
        self._shown = shown
        self._state.setText(shown[0])
        self._title.set_text(title)
        self._case.setText(shown[2])

    def _render_signs(self, state: LiveState) -> None:
        signs = (state.recording, state.verdict.level, state.verdict.word, self.devicePixelRatioF())
        if signs == self._signs:
            return
        self._signs = signs
        glyph, colour = self._lamp_of(state.recording)
        self._lamp.setPixmap(glyph_pixmap(glyph, colour, tokens.LARGE_GLYPH_SIZE, self.devicePixelRatioF()))
        level = state.verdict.level
        colour = level_colour(self._colours, level)
        sign = text_icon(level_glyph(level), colour, tokens.VERDICT_GLYPH_SIZE, tokens.SPACE_XS)
        self.verdict_button.setIcon(sign)
        self.verdict_button.setText(state.verdict.word)
        self._set_roles(state.recording)

    def _set_roles(self, recording: RecordingState) -> None:
        running = recording in (RecordingState.RECORDING, RecordingState.PAUSED, RecordingState.CLOSING)
        lost = recording in (RecordingState.NO_TRACKER, RecordingState.FAILED)
        main = "stop" if running else ("connect" if lost else "start")
        pause = "resume" if recording is RecordingState.PAUSED else "pause"
        if self._is_for_study:
            main = "study_end"
            pause = "resume" if self._actions["resume"].isEnabled() else "pause"
        self._bind(self.main_button, main, "bar" if running else "primary")
        self._bind(self.pause_button, pause, "primary" if pause == "resume" else "bar")
        self._bind(self.mark_button, "mark", "bar")
        self._bind(
            self.next_button, "next_case", "primary" if recording is RecordingState.RECORDING else "bar"
        )
        ground = self._colours.recording if running else self._colours.on_primary
        self.main_button.setIcon(_sign(_MAIN_GLYPHS[main], ground))
        ground = self._colours.on_primary if pause == "resume" else self._colours.text
        glyph = "play" if pause == "resume" else "pause"
        self.pause_button.setIcon(_sign(glyph, ground))
        ground = self._colours.on_primary if recording is RecordingState.RECORDING else self._colours.text
        self.next_button.setIcon(_sign("next", ground))

    def _bind(self, button: QPushButton, name: str, role: str) -> None:
        info = ACTION_BY_NAME[name]
        button.setText(_button_text(name))
        button.setToolTip(info.tip_text())
        button.setProperty("action", name)
        button.setEnabled(self._actions[name].isEnabled())
        if button.property("role") != role:
            button.setProperty("role", role)
            button.style().unpolish(button)
            button.style().polish(button)

    def render_enabled(self) -> None:
        """Enable each button as its action is."""
        self._signs = ()  # with a study, pausing and going on take turns with what is possible
        for button in (self.main_button, self.pause_button, self.mark_button, self.next_button):
            name = button.property("action")
            if name:
                button.setEnabled(self._actions[str(name)].isEnabled())

    def _button(self, role: str) -> QPushButton:
        button = QPushButton(self)
        button.setProperty("role", role)
        button.clicked.connect(self._trigger)
        return button

    def _trigger(self) -> None:
        button = self.sender()
        self._actions[str(button.property("action"))].trigger()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_M, 0, tokens.SPACE_M, 0)
        row.setSpacing(tokens.SPACE_S)
        row.addWidget(self.menu_button)
        row.addSpacing(tokens.SPACE_XS)
        row.addWidget(self._lamp)
        row.addWidget(self._state)
        row.addSpacing(tokens.SPACE_M)
        row.addWidget(self._title, 1)
        row.addWidget(self._case)
        row.addSpacing(tokens.SPACE_S)
        row.addWidget(self.dictation)
        row.addSpacing(tokens.SPACE_S)
        row.addWidget(self.verdict_button)
        row.addSpacing(tokens.SPACE_S)
        for button in (self.main_button, self.pause_button, self.mark_button, self.next_button):
            row.addWidget(button)
        self._fix_widths()

    def _fix_widths(self) -> None:
        main = ("study_end",) if self._is_for_study else ("start", "stop", "connect")
        metrics = QFontMetrics(sized_font(self.font(), tokens.FONT_BODY_PX, QFont.Weight.DemiBold))
        for button, names in (
            (self.main_button, main),
            (self.pause_button, ("pause", "resume")),
            (self.mark_button, ("mark",)),
            (self.next_button, ("next_case",)),
        ):  # one width for all the words a button can say: nothing moves when it changes
            widest = max(metrics.horizontalAdvance(_button_text(name)) for name in names)
            button.setFixedWidth(widest + tokens.GLYPH_SIZE + tokens.SPACE_XXL + tokens.SPACE_M)

    def _lamp_of(self, recording: RecordingState) -> tuple[str, str]:
        colours = self._colours
        return {
            RecordingState.NO_TRACKER: ("ring", colours.attention),
            RecordingState.READY: ("ring", colours.good),
            RecordingState.RECORDING: ("disc", colours.recording),
            RecordingState.PAUSED: ("pause", colours.attention),
            RecordingState.CLOSING: ("ring", colours.information),
            RecordingState.FAILED: ("cross", colours.recording),
        }[recording]

    def _state_words(self, state: LiveState) -> str:
        elapsed = words.clock(state.elapsed_s)
        return {
            RecordingState.NO_TRACKER: self.tr("No tracker"),
            RecordingState.READY: self.tr("Ready"),
            RecordingState.RECORDING: self.tr("REC {0}").format(elapsed),
            RecordingState.PAUSED: self.tr("Paused {0}").format(elapsed),
            RecordingState.CLOSING: self.tr("Closing the file"),
            RecordingState.FAILED: self.tr("Not recording"),
        }[state.recording]

    def _case_words(self, state: LiveState) -> str:
        if state.study is not None and self._is_for_study:
            return state.study.view.progress.replace(" of ", "/") if state.study.view is not None else ""
        if state.case_count == 0:
            return ""
        return self.tr("case {0}/{1}").format(state.case_number or words.UNKNOWN, state.case_count)

    def _title_words(self, state: LiveState) -> str:
        if state.study is None or not self._is_for_study:
            return state.title
        name = state.study.opened.study.study.title
        return self.tr("{0} · reader {1}").format(name, state.study.reader)


def _sign(name: str, colour: str) -> QIcon:
    return text_icon(name, colour, tokens.GLYPH_SIZE, tokens.SPACE_XS)


def _button_text(name: str) -> str:
    return ACTION_BY_NAME[name].title_text().rstrip("…")
