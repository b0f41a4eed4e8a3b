"""The reader's window changes its corner patch at random moments, for a photodiode to see."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QCoreApplication, QEventLoop, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut

from capture_app.gui.app import build_application
from capture_app.gui.reader_window import PresentedFrame, ReaderWindow
from capture_app.gui.screens import reader_screen, screen_facts
from capture_app.session.settings import Corner, Settings
from capture_app.session.states import ReaderState
from capture_app.session.timing_onset import FEWEST_FLIPS, FLIP_GAP_S, PatchFlip, PatchRun

SETTLE_MS: Final = 1000
"""A window that has just come up is moved and painted by the system for a moment."""

PATIENCE_MS: Final = 3000
"""A frame that is not presented by then never will be: the window is covered, or its monitor is asleep."""

_STOP_CHECK_MS: Final = 100
_SEED: Final = 5


class PatchFlipper(QObject):
    """Changes the patch of one reader's window until there are enough changes; `finished` comes once."""

    finished = Signal()

    def __init__(
        self,
        window: ReaderWindow,
        settings: Settings,
        flip_count: int = FEWEST_FLIPS,
        flipped: Callable[[PatchFlip], None] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._flip_count = flip_count
        self._flipped = flipped
        self._grey = settings.background_grey
        self._random = random.Random(_SEED)
        self._revision = 0
        self._is_over = False
        self.flips: list[PatchFlip] = []
        window.corner = (
            settings.corner_patch if settings.corner_patch is not Corner.OFF else Corner.BOTTOM_RIGHT
        )
        window.presented.connect(self._note)
        window.close_requested.connect(self.stop)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._flip)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self.stop)

    def begin(self) -> None:
        """Show a dark patch, and change it from a second later on."""
        self._show(is_bright=False)
        self._timer.start(SETTLE_MS)

    def stop(self) -> None:
        """End now."""
        if not self._is_over:
            self._is_over = True
            self._timer.stop()
            self._patience.stop()
            self.finished.emit()

    def _flip(self) -> None:
        self._show(is_bright=self._revision % 2 == 1)

    def _show(self, *, is_bright: bool) -> None:
        self._revision += 1
        self._patience.start()
        message = self.tr("Measuring the screen: keep the photodiode on the corner. Esc ends.")
        self._window.render_state(
            ReaderState(revision=self._revision, background_grey=self._grey, patch=is_bright, message=message)
        )

    def _note(self, frame: PresentedFrame) -> None:
        self._patience.stop()
        if self._is_over or frame.revision < 2:  # the first one is no change
            return
        flip = PatchFlip(t_presented_host_ns=frame.t_host_ns, is_bright=frame.revision % 2 == 0)
        self.flips.append(flip)
        if self._flipped is not None:
            self._flipped(flip)
        if len(self.flips) >= self._flip_count:
            self.stop()
        else:
            self._timer.start(round(self._random.uniform(*FLIP_GAP_S) * 1000))


def run_patch(
    settings: Settings,
    flip_count: int = FEWEST_FLIPS,
    *,
    is_stop_wanted: Callable[[], bool] = lambda: False,
    flipped: Callable[[PatchFlip], None] | None = None,
) -> PatchRun:
    """Cover the reader's monitor, change the patch so many times, and tell when each change was presented.

    Parameters
    ----------
    settings
        Which monitor and which corner.
    flip_count
        How many changes.
    is_stop_wanted
        Asked ten times a second.
    flipped
        Told of each change as it is presented.

    Raises
    ------
    SessionError
        If the windows cannot be used with the Qt binding that is installed.
    """
    build_application()
    screen = reader_screen(settings.monitor)
    window = ReaderWindow(settings.controls)
    flipper = PatchFlipper(window, settings, flip_count, flipped)
    loop = QEventLoop()
    flipper.finished.connect(loop.quit)
    escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), window)
    escape.activated.connect(flipper.stop)
    QGuiApplication.instance().screenRemoved.connect(flipper.stop)  # type: ignore[union-attr]  # built above
    watch = QTimer()
    watch.timeout.connect(lambda: flipper.stop() if is_stop_wanted() else None)
    watch.start(_STOP_CHECK_MS)
    window.show_on(screen)
    facts = screen_facts(screen, settings)
    try:
        QTimer.singleShot(0, flipper, flipper.begin)
        loop.exec()
    finally:
        watch.stop()
        window.hide()
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, 0)
    return PatchRun(flips=tuple(flipper.flips), facts=facts, is_complete=len(flipper.flips) >= flip_count)
