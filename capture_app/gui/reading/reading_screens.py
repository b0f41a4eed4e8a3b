"""Everything a reader sees of a study beside bare images, over the reader's window.

The widget paints no ground of its own: the study's grey and the corner patch of the window beneath shine
through, and so does the image on the screens that have one. It is rendered in the same frame as the
window's state, so that a revision that is presented shows the screen that belongs to it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeAlias

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QPlainTextEdit, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.labels import paragraph
from capture_app.gui.reading.bar_words import bar_state, frame_help, ways_back
from capture_app.gui.reading.frame_keys import FrameKey, frame_key
from capture_app.gui.reading.keys_overlay import KeysOverlay
from capture_app.gui.reading.look import ReadingLook
from capture_app.gui.reading.page_choice import WAITING, page_of
from capture_app.gui.reading.reading_bar import ReadingBar
from capture_app.gui.reading.reading_page import ImagePage, PlainPage
from capture_app.gui.reading.reading_style import reading_style
from capture_app.gui.reading.registry import FACTORIES
from capture_app.gui.reading.rest_screens import WaitingPage
from capture_app.gui.reading.rest_words import rest_words
from capture_app.gui.reading.screen_widgets import ReaderHand, ScreenWidget
from capture_app.session.reading import ReadingView, Stage
from capture_app.session.reading.names import BREAK
from capture_app.session.settings import Corner
from capture_app.session.states import ReaderState
from capture_app.session.study_desk.port import ReaderActs
from capture_app.session.study_desk.states import StudyDeskState, StudyPhase
from capture_app.session.viewer_controls import ViewerControls

Page: TypeAlias = PlainPage | ImagePage
_BRIEF: Final = (Stage.READY, Stage.CASE, Stage.DRIFT_CHECK)
"""Stages that are usually over before a sentence could be read."""


class ReadingScreens(QWidget):
    """The reader's screens: question, answers, ways on and back. Hidden while there is nothing to show.

    Parameters
    ----------
    acts
        What the reader may do.
    parent
        The reader's window.
    now_ns
        Host clock.
    """

    def __init__(
        self, acts: ReaderActs, parent: QWidget, now_ns: Callable[[], int] = time.perf_counter_ns
    ) -> None:
        super().__init__(parent)
        self._window = parent
        self.setObjectName("reading_screens")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.hand = ReaderHand(acts, self)
        self.hand.refused.connect(self._refused)
        self._now_ns = now_ns
        self._corner: tuple[object, ...] = ()
        self._controls = ViewerControls()
        self._state: StudyDeskState | None = None
        self._page_name = ""
        self._visit: tuple[object, ...] = ()
        self._presented_ns: int | None = None
        self._refusal = ""
        self._is_missing_stressed = False
        self.look = ReadingLook.of(0, self.height())
        self.pages: dict[str, Page] = {}
        self.stack = QStackedWidget(self)
        self.stack.setMouseTracking(True)
        self.waiting = WaitingPage(self)
        self.stack.addWidget(self.waiting)
        self.message = paragraph("", parent=self)
        self.bar = ReadingBar(self.look, self)
        self.overlay = KeysOverlay(self)
        self.bar.next_clicked.connect(self.go_on)
        self.bar.back_clicked.connect(self.go_back)
        self.bar.image_clicked.connect(self.go_to_image)
        self.bar.help_clicked.connect(self.toggle_keys)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.stack, 1)
        self._column.addWidget(self.message)
        self._column.addWidget(self.bar)
        self._dress()
        self.hide()

    @property
    def current(self) -> ScreenWidget | None:
        """The screen that is shown; None while waiting or hidden."""
        page = self.pages.get(self._page_name)
        return page.widget_shown if page is not None else None

    @property
    def visit(self) -> tuple[object, ...]:
        """What is shown, as long as it is one and the same screen of one case."""
        return (self._page_name, *self._visit)

    @property
    def is_measured(self) -> bool:
        """Whether the reader looks at an image that is measured."""
        return self.current is not None and self.current.is_measured

    def set_corner(self, corner: Corner, side_px: int) -> None:
        """Leave the corner free that blinks for a photodiode, `side_px` logical px wide."""
        if (corner, side_px, self.look.margin_px) == self._corner:
            return
        self._corner = (corner, side_px, self.look.margin_px)
        self.bar.keep_clear(
            side_px + tokens.SPACE_S if corner is Corner.BOTTOM_LEFT else 0,
            side_px + tokens.SPACE_S if corner is Corner.BOTTOM_RIGHT else 0,
        )

    def set_controls(self, controls: ViewerControls) -> None:
        """Take the viewer's controls, which say what draws."""
        if controls != self._controls:
            self._controls = controls
            for page in self.pages.values():
                page.widget_shown.set_controls(controls)

    def render_state(self, reader: ReaderState, state: StudyDeskState | None) -> None:
        """Show what belongs to the state, in the same frame as the reader's window."""
        before = self._page_name
        self._state = state
        if state is not None:
            self._prepare_one()
        self._page_name = page_of(reader, state)
        if not self._page_name or state is None:
            self._leave()
            return
        if reader.background_grey != self.look.grey:
            self._dress(reader.background_grey)
        if self._page_name == WAITING:
            self._visit = ()
            is_brief = state.view is not None and state.view.stage in _BRIEF
            self.waiting.say(rest_words(state), is_brief=is_brief and state.phase is StudyPhase.RUNNING)
            self.stack.setCurrentWidget(self.waiting)
        elif state.view is not None:
            self._render_screen(reader, state, state.view)
        self._render_frame()
        if not self.isVisibleTo(self._window):
            self.show()
            self.raise_()
        if before != self._page_name:
            self._column.activate()

    def go_on(self) -> None:
        """Go on as the primary button says, if nothing is missing."""
        widget, view = self.current, self._view
        if widget is None or view is None or not widget.next_text or self._is_too_early:
            return
        missing = widget.missing(view)
        self._refusal = ""
        self._is_missing_stressed = bool(missing)
        widget.flush()
        if not missing and not self._refusal:  # an answer that was refused is not left behind
            widget.go_on()
        self._render_frame()

    def go_back(self) -> None:
        """Go back to the screen before."""
        if self._prepares_way("back"):
            self.hand.attempt(self.hand.acts.back)

    def go_to_image(self) -> None:
        """Go back to the image."""
        if self._prepares_way("image") and self._state is not None:
            name = ways_back(self._state)[1]
            self.hand.attempt(lambda: self.hand.acts.jump(name))

    def toggle_keys(self) -> None:
        """Show the keys of this screen, or put them away; never over an image that is measured."""
        if self.overlay.isVisible():
            self.overlay.hide()
        elif self.current is not None and self._state is not None and not self.is_measured:
            is_typing = isinstance(self.focusWidget(), QPlainTextEdit)
            frame = frame_help(self.current, self._state, is_typing=is_typing)
            self.overlay.show_keys((*self.current.key_help, *frame), self.look)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Act on the keys that the fields of a screen have left."""
        if not self.take_key(event) and not self._swallows(event):
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Keep presses beside the answers; over an image they are the viewer's."""
        event.setAccepted(not self._is_over_image)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Keep the wheel; over an image it is the viewer's."""
        event.setAccepted(not self._is_over_image)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take letters and margins that fit the window."""
        super().resizeEvent(event)
        self._dress(self.look.grey)
        if self.overlay.isVisible():
            self.overlay.place()

    def take_key(self, event: QKeyEvent) -> bool:
        """Act on a key; return whether it meant something here."""
        widget = self.current
        if self.overlay.isVisible():
            self.overlay.hide()
            return True
        if widget is None:
            return False
        asked = frame_key(event)
        if asked is FrameKey.NEXT:
            if not event.isAutoRepeat():
                self._entered(event)
            return True
        if widget.take_key(event):
            return True
        if asked is None or event.isAutoRepeat():
            return asked is not None
        {FrameKey.BACK: self.go_back, FrameKey.IMAGE: self.go_to_image}.get(asked, self.toggle_keys)()
        return True

    @property
    def _view(self) -> ReadingView | None:
        return self._state.view if self._state is not None else None

    @property
    def _is_over_image(self) -> bool:
        return self.current is not None and self.current.lies_over_image

    @property
    def _is_too_early(self) -> bool:
        """Whether the screen has not been there long enough for a press to be meant for it."""
        if self._presented_ns is None:
            return True
        return self._now_ns() - self._presented_ns < tokens.READING_GUARD_MS * 1_000_000

    def _render_screen(self, reader: ReaderState, state: StudyDeskState, view: ReadingView) -> None:
        page = self._page(self._page_name)
        widget = page.widget_shown
        name = view.screen.name if view.screen is not None else ""
        visit = (self._page_name, view.trial, view.attempt, name if self._page_name != BREAK else "")
        is_new = visit != self._visit
        if is_new:
            self._flush_shown()
            self._visit, self._presented_ns = visit, None
            self._refusal, self._is_missing_stressed = "", False
            self.overlay.hide()
            widget.begin(state, view)
        if view.is_presented or view.stage is Stage.BREAK:
            self._presented_ns = self._now_ns() if self._presented_ns is None else self._presented_ns
        widget.render_reader(reader)
        widget.render_state(state, view)
        page.show_question(view.text if widget.question is None else widget.question)
        if is_new:
            self.stack.setCurrentWidget(page)
            if isinstance(page, PlainPage):
                page.keep_width()
                page.verticalScrollBar().setValue(0)
            self._shape_cursor()
            widget.focus_first()

    def _render_frame(self) -> None:
        """Show bar and message as they are now."""
        widget, state = self.current, self._state
        if state is None or not self._page_name:
            return
        self.bar.setVisible(widget is not None)
        words = ""
        if widget is not None and state.view is not None:
            self.bar.show_own(self._page_name)
            self.bar.render_state(
                bar_state(
                    widget, state, state.view, refusal=self._refusal, is_stressed=self._is_missing_stressed
                )
            )
        if not self._is_over_image:
            words = state.message
        text = self.tr("From the operator: {0}").format(words) if words else ""
        if text != self.message.text():
            self.message.setText(text)
        self.message.setVisible(bool(text))

    def _page(self, name: str) -> Page:
        if name not in self.pages:
            widget = FACTORIES[name](self.hand, self.look, self)
            widget.set_controls(self._controls)
            kind = ImagePage if widget.lies_over_image else PlainPage
            page = kind(widget, self.look, self)
            self.bar.adopt(name, widget.bar_widgets)
            widget.changed.connect(self._render_frame)
            widget.next_wanted.connect(self.go_on)
            self.pages[name] = page
            self.stack.addWidget(page)
        return self.pages[name]

    def _prepare_one(self) -> None:
        """Make one more of the screens that the study will need: all at once would take several frames."""
        name = next((each for each in FACTORIES if each not in self.pages), "")
        if name:
            self._page(name)

    def _leave(self) -> None:
        """Show nothing: the window beneath has the screen to itself."""
        if self.isVisibleTo(self._window):
            self._flush_shown()
            self._visit = ()
            self.overlay.hide()
            self.hide()
            self._window.setFocus()

    def _flush_shown(self) -> None:
        for page in self.pages.values():
            if page.isVisibleTo(self.stack):
                page.widget_shown.flush()

    def _prepares_way(self, way: str) -> bool:
        """Hand over what is typed, and return whether the way is open."""
        widget = self.current
        if widget is None or self._state is None or self._is_too_early or not widget.has_ways_back:
            return False
        has_back, image = ways_back(self._state)
        is_open = has_back if way == "back" else bool(image)
        if is_open:
            self._refusal = ""
            widget.flush()
        return is_open

    def _entered(self, event: QKeyEvent) -> None:
        """Press the button that has the keyboard, where it is one of the frame's kind; else go on."""
        focused = self.focusWidget()
        is_button = isinstance(focused, QPushButton) and focused.property("reading") in ("bar", "quiet")
        has_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if isinstance(focused, QPushButton) and is_button and focused.hasFocus() and not has_control:
            focused.click()
        else:
            self.go_on()

    def _swallows(self, event: QKeyEvent) -> bool:
        """Whether a key without a meaning ends here; over an image the viewer may know it."""
        return self.current is not None and not self._is_over_image and event.key() != Qt.Key.Key_Escape

    def _refused(self, sentence: str) -> None:
        self._refusal = sentence
        self._render_frame()

    def _shape_cursor(self) -> None:
        """Show the cursor where there is something to click; over a measured image it may hide."""
        if self.is_measured:
            self.unsetCursor()
        else:
            self.setCursor(Qt.CursorShape.ArrowCursor)

    def _dress(self, grey: int | None = None) -> None:
        look = ReadingLook.of(self.look.grey if grey is None else grey, self.height())
        if look == self.look and self.styleSheet():
            return
        self.look = look
        self.setStyleSheet(reading_style(look))
        margin = look.margin_px
        self.message.setContentsMargins(margin, tokens.SPACE_S, margin, tokens.SPACE_S)
        self.bar.set_look(look)
        for page in self.pages.values():
            page.set_look(look)
            page.widget_shown.set_look(look)
