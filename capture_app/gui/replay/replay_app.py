"""The application that shows nothing but replays."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from PySide6.QtCore import QTimer

from capture_app.gui.app import build_application
from capture_app.gui.replay.door import ReplayDoor
from capture_app.gui.theme import ThemeSwitch
from capture_app.gui.workers import finish_work
from capture_app.session.port import StationPort
from capture_app.session.replay import ReplaySource
from capture_app.session.settings import Theme


def run_replays(
    sources: Sequence[ReplaySource],
    station: StationPort,
    theme: Theme,
    *,
    images: Path | None = None,
    at_s: float = 0.0,
    is_together: bool = False,
    quit_after_s: float | None = None,
) -> None:
    """Show open recordings, and return when the last window is closed.

    Parameters
    ----------
    sources
        At least one; they are closed with their windows.
    station
        Checks a recording whose information is asked for.
    theme
        Of the windows.
    images
        Folder to look for images in first.
    at_s
        Where to begin, s since the first sample.
    is_together
        In one window, side by side; they share an image. Else each has a window of its own.
    quit_after_s
        Close the windows after so long; None: only by hand.
    """
    application = build_application()
    switch = ThemeSwitch(application, theme)
    door = ReplayDoor(station, lambda: switch.colours)
    switch.changed.connect(door.set_colours)
    for source in sources:
        if images is not None:
            source.images.add_folder(images)
    if is_together:
        door.show_together(sources).go_to(round(at_s * 1e9))
    else:
        for source in sources:
            window = door.show(source)
            window.go_to(source.first_ns + round(at_s * 1e9))
    door.all_closed.connect(application.quit)

    def leave(_number: int, _frame: FrameType | None) -> None:
        door.close_all()

    before = signal.signal(signal.SIGINT, leave)
    if quit_after_s is not None:
        QTimer.singleShot(round(quit_after_s * 1000), door, door.close_all)
    try:
        application.exec()
    finally:
        signal.signal(signal.SIGINT, before)
        door.close_all()
        finish_work()
