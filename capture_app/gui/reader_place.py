"""Where the reader's window is: on its own monitor, by turns on the only one, or in a window for a trial.

Monitors come and go; each time the session is told what the reader looks at now.
"""

from __future__ import annotations

import logging
import math
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QObject, QRect, Signal
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget

from capture_app.gui.reader_frames import USUAL_REFRESH_HZ
from capture_app.gui.reader_window import ReaderWindow
from capture_app.gui.screens import reader_screen, screen_facts
from capture_app.session.port import ScreenFacts
from capture_app.session.settings import Settings

_LOG = logging.getLogger(__name__)
_WINDOW_SHARE: Final = 0.55  # of the monitor, when the reader's window is an ordinary one


class ReaderPlace(QObject):
    """Moves the reader's window and tells what the reader's screen is."""

    facts_changed = Signal(object, str)  # ScreenFacts, cause: start, chosen, changed, removed
    trouble = Signal(str)  # a sentence

    def __init__(
        self,
        window: ReaderWindow,
        settings: Settings,
        *,
        in_window: bool = False,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._settings = settings
        self._in_window = in_window
        self._screen = reader_screen(settings.monitor)
        self._last: ScreenFacts | None = None
        application = QGuiApplication.instance()
        if not isinstance(application, QGuiApplication):
            raise TypeError("the reader's window needs a running QApplication")
        application.screenRemoved.connect(self._screen_removed)
        application.screenAdded.connect(self._screen_added)
        window.size_changed.connect(self._size_changed)

    @property
    def shares_the_only_monitor(self) -> bool:
        """Whether the operator has to be covered while the reader reads."""
        return not self._in_window and len(QGuiApplication.screens()) == 1

    @property
    def filling_window(self) -> QWidget | None:
        """The reader's window where it fills its monitor: what is to be seen there has to belong to it."""
        return self._window if self._window.isVisible() and not self._in_window else None

    def facts(self) -> ScreenFacts:
        """Return what the reader looks at: the monitor, or the window in its place."""
        facts = screen_facts(self._screen, self._settings)
        if not self._in_window:
            return facts
        width_px, height_px = self._window.physical_size
        return replace(
            facts,
            name=f"{facts.name} (window)",
            width_px=width_px,
            height_px=height_px,
            width_mm=facts.width_mm * width_px / facts.width_px,
            height_mm=facts.height_mm * height_px / facts.height_px,
        )

    def begin(self) -> None:
        """Put the window where it belongs at the start, hidden where it would cover the operator."""
        self._put()
        self._tell("start")

    def take_settings(self, settings: Settings) -> None:
        """Move to another monitor when the settings say so."""
        self._settings = settings
        screen = reader_screen(settings.monitor)
        if screen is not self._screen:
            self._screen = screen
            self._put()
        self._tell("chosen")

    def uncover(self) -> None:
        """Show the reader's window: reading begins."""
        if self.shares_the_only_monitor:
            self._window.show_on(self._screen)
            self._window.activateWindow()

    def cover(self) -> None:
        """Give the only monitor back to the operator."""
        if self.shares_the_only_monitor:
            self._window.hide()

    def _put(self) -> None:
        if self._in_window:
            room = self._screen.availableGeometry()
            width, height = int(room.width() * _WINDOW_SHARE), int(room.height() * _WINDOW_SHARE)
            place = QRect(room.right() - width, room.bottom() - height, width, height)
            self._window.show_in_window(place)
        elif self.shares_the_only_monitor:
            self._window.setGeometry(self._screen.geometry())
        else:
            self._window.show_on(self._screen)

    def _size_changed(self) -> None:
        if self._last is not None and self._window.isVisible():
            self._tell("changed")

    def _screen_added(self) -> None:
        screen = reader_screen(self._settings.monitor)
        if screen is not self._screen:
            self._screen = screen
            self._put()
            self._tell("changed")

    def _screen_removed(self, screen: QScreen) -> None:
        if screen is not self._screen:
            return
        name = screen.name()
        self._screen = QGuiApplication.primaryScreen()
        _LOG.warning("the reader's monitor is gone")
        self._put()
        self._tell("removed")
        text = self.tr(
            "The reader's monitor ({0}) is gone. Its picture is on this monitor now; plug it in again or "
            "choose another one in Settings."
        )
        self.trouble.emit(text.format(name))

    def _tell(self, cause: str) -> None:
        facts = self.facts()
        if facts == self._last and cause != "start":
            return
        self._last = facts
        is_known = math.isfinite(facts.refresh_hz)
        self._window.frames.refresh_hz = facts.refresh_hz if is_known else USUAL_REFRESH_HZ
        self.facts_changed.emit(facts, cause)
