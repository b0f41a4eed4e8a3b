"""Whether both windows can be drawn on this computer: a picture on the reader's screen, seen in both."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QWidget

from capture_app.gui.app import StationWindows, run_windows
from capture_app.session.acquisition_start import start_acquisition
from capture_app.session.cases import cases_of_images
from capture_app.session.demo import demo_tracker_options
from capture_app.session.engine import CaptureSession
from capture_app.session.port import SessionError
from capture_app.session.settings import Settings, SettingsStore
from capture_app.session.states import LiveState
from capture_app.session.station import Station

_FRAMES: Final = 30
"""Frames with an image and gaze before the windows are looked at."""

_MOST_FRAMES: Final = 3000
_GRID: Final = 64
_FEWEST_COLOURS: Final = 12


def check_windows(picture: Path) -> str:
    """Show a picture read by the simulated tracker, look at both windows, and close them.

    Needs a process in which no Qt application runs yet; the screens must be settled before.

    Raises
    ------
    SessionError
        If a window stays empty, or nothing to draw arrives.
    """
    session = CaptureSession(start_acquisition, settings=Settings())
    colours: dict[str, int] = {}
    counts = {"seen": 0, "frames": 0}

    def begin(windows: StationWindows) -> None:
        def follow(state: LiveState) -> None:
            counts["frames"] += 1
            counts["seen"] += int(bool(state.reader.panes) and state.gaze is not None)
            if counts["seen"] == _FRAMES:
                colours["reader"] = _colours_of(windows.reader)
                colours["operator"] = _colours_of(windows.operator)
            if counts["seen"] >= _FRAMES or counts["frames"] >= _MOST_FRAMES:
                windows.controller.leave()

        windows.controller.frame_rendered.connect(follow)
        windows.operator.show_station()
        session.show_cases(cases_of_images([picture]))
        session.connect_tracker("mock", demo_tracker_options())

    store = SettingsStore(picture.with_name("settings.json"))
    try:
        run_windows(session, Station(), store, Settings(), begin, reader_in_window=True)
    finally:
        session.close()
    if not colours:
        raise SessionError(
            f"No image with gaze was drawn within {counts['frames']} frames. {_last_words(session)}"
        )
    for name, count in colours.items():
        if count < _FEWEST_COLOURS:
            raise SessionError(f"The {name}'s window stays empty: {count} colours in it.")
    return f"both windows drawn, {counts['frames']} frames"


def _last_words(session: CaptureSession) -> str:
    failure = session.link.failure
    return failure.text if failure is not None else ""


def _colours_of(window: QWidget) -> int:
    """Return how many colours a coarse grid over the window meets."""
    picture = window.grab().toImage()
    if picture.isNull():
        return 0
    return len(
        {
            picture.pixel(x * (picture.width() - 1) // _GRID, y * (picture.height() - 1) // _GRID)
            for x in range(_GRID + 1)
            for y in range(_GRID + 1)
        }
    )
