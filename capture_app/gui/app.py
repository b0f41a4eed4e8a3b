"""The application with its two windows, from the first pixel to the last saved setting."""

from __future__ import annotations

import gc
import logging
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any, Final

from PySide6 import __version__ as pyside_version
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from capture_app import __version__
from capture_app.gui.controller import CaptureController
from capture_app.gui.datasets.desk import DatasetDesk
from capture_app.gui.desk import Desk
from capture_app.gui.diagnostics import Diagnostics
from capture_app.gui.frame_statistics import FrameSummary
from capture_app.gui.operator_window import OperatorWindow
from capture_app.gui.reader_place import ReaderPlace
from capture_app.gui.reader_window import ReaderWindow
from capture_app.gui.study_console.console import StudyConsole
from capture_app.gui.theme import ThemeSwitch
from capture_app.gui.workers import finish_work
from capture_app.session.port import SessionError, SessionPort, StationPort
from capture_app.session.settings import APPLICATION_NAME, Settings, SettingsStore

_LOG = logging.getLogger(__name__)
_ICON: Final = Path(__file__).with_name("icon") / "reading-station.png"
_BINDING_CALLS: Final = 200


class StationWindows(QObject):
    """Both windows and what connects them to a session. `begin` and `end` are a pair."""

    def __init__(
        self,
        application: QApplication,
        session: SessionPort,
        station: StationPort,
        store: SettingsStore,
        settings: Settings,
        *,
        reader_in_window: bool = False,
    ) -> None:
        super().__init__()
        self._session = session
        self.theme = ThemeSwitch(application, settings.theme, self)
        self.operator = OperatorWindow(self.theme.colours)
        self.reader = ReaderWindow(settings.controls)
        self.reader.corner = settings.corner_patch
        self.place = ReaderPlace(self.reader, settings, in_window=reader_in_window, parent=self)
        self.controller = CaptureController(session, self.operator, self.reader, self.place)
        self.desk = Desk(session, station, store, settings, self.controller, self.operator, self.place)
        self.datasets = DatasetDesk(session, self.controller, self.operator, lambda: self.desk.settings)
        self.console = StudyConsole(self.operator, session.study_desk, self.controller.attempt)
        self.controller.frame_rendered.connect(self.console.render_state)
        self.console.next_session_requested.connect(lambda _study: self.desk.reception.show_page())
        self.theme.changed.connect(self.operator.set_colours)
        self.desk.settings_changed.connect(self._take_settings)

    def begin(self) -> None:
        """Show the windows and run frames."""
        settings = self.desk.settings
        self.operator.restore_layout(settings.window_geometry, settings.window_layout)
        self._session.apply_settings(settings)
        self.operator.show()
        self.place.begin()
        self.desk.refresh_parts()
        self.operator.activateWindow()
        self.controller.start()

    def end(self) -> FrameSummary:
        """Close everything; returns what the frames cost and how old their samples were."""
        self.controller.stop()
        self.desk.keep_layout()
        self.desk.replays.close_all()
        self._session.close()
        finish_work()
        for window in (self.reader, self.operator):
            window.hide()
            window.deleteLater()
        return self.controller.statistics.summary()

    def _take_settings(self, settings: Settings) -> None:
        self.theme.set_theme(settings.theme)
        self.reader.hand.controls = settings.controls
        if self.reader.corner is not settings.corner_patch:
            self.reader.corner = settings.corner_patch
            self.reader.update()  # to another corner: no new revision, and so no other reason to paint


def build_application() -> QApplication:
    """Return the one application object, set up for monitors of any scaling.

    Raises
    ------
    SessionError
        If the installed Qt binding would end the program by itself.
    """
    _check_binding()
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    application = QApplication([APPLICATION_NAME])
    application.setApplicationName(APPLICATION_NAME)
    application.setApplicationDisplayName(APPLICATION_NAME)
    application.setApplicationVersion(__version__)
    application.setWindowIcon(QIcon(str(_ICON)))
    application.setQuitOnLastWindowClosed(False)
    return application


def _check_binding() -> None:
    """Refuse a Qt binding that breaks Python's count of references.

    With every call that returns nothing, PySide6 6.12.0 gives back a reference to None that it never took, on
    Python older than 3.12; after some seven thousand calls the interpreter aborts, in the middle of a
    recording.
    """
    timer = QTimer()
    before = sys.getrefcount(None)
    for _ in range(_BINDING_CALLS):
        timer.stop()
    if before - sys.getrefcount(None) > _BINDING_CALLS // 2:
        raise SessionError(
            f"PySide6 {pyside_version} cannot be used with Python {sys.version_info.major}."
            f"{sys.version_info.minor}: it ends the program after some seconds. Install PySide6 6.11."
        )


def run_windows(
    session: SessionPort,
    station: StationPort,
    store: SettingsStore,
    settings: Settings,
    begin: Callable[[StationWindows], None],
    *,
    reader_in_window: bool = False,
    crash_file: Path | None = None,
) -> FrameSummary:
    """Show the windows, call `begin` once they run, and return when they are closed.

    The demonstration and the benchmark use it with a `begin` of their own; `windows.controller.request_close`
    or `windows.controller.leave` ends it.
    """
    application = build_application()
    windows = StationWindows(
        application, session, station, store, settings, reader_in_window=reader_in_window
    )
    diagnostics = Diagnostics(windows.controller.say, crash_file)
    diagnostics.install()
    before = _leave_on_signals(windows.controller)
    # Not `quit`, which asks every window first: one that refuses would keep the program for ever.
    windows.controller.finished.connect(lambda: application.exit(0))
    try:
        windows.begin()
        # What lives until the end need not be searched for garbage again and again: with all modules loaded a
        # full search takes longer than a frame.
        gc.collect()
        gc.freeze()
        QTimer.singleShot(0, windows, lambda: begin(windows))
        application.exec()
    finally:
        gc.unfreeze()
        summary = windows.end()
        for number, handler in before.items():
            signal.signal(number, handler)
        diagnostics.remove()
    application.sendPostedEvents(None, 0)
    _LOG.info("windows closed after %d frames", summary.frames)
    return summary


def run_demo_windows(
    session: SessionPort,
    station: StationPort,
    store: SettingsStore,
    settings: Settings,
    begin: Callable[[StationWindows], None],
    *,
    crash_file: Path | None = None,
) -> FrameSummary:
    """Run the windows for the demonstration: on one monitor the reader's window stays an ordinary one."""
    build_application()
    alone = len(QGuiApplication.screens()) == 1
    live_view = replace(settings.live_view, show_heatmap=True)

    def begin_at_station(windows: StationWindows) -> None:
        windows.operator.set_live_view_options(live_view)  # for this time: not written to the settings
        session.apply_settings(replace(settings, live_view=live_view))
        windows.operator.show_station()
        begin(windows)

    return run_windows(
        session,
        station,
        store,
        settings,
        begin_at_station,
        reader_in_window=alone,
        crash_file=crash_file,
    )


def _leave_on_signals(controller: CaptureController) -> dict[signal.Signals, Any]:
    """Let Ctrl+C and a polite kill close the recording and leave; the frame timer lets Python see them."""

    def leave(_number: int, _frame: FrameType | None) -> None:
        controller.leave()

    numbers = [signal.SIGINT, signal.SIGTERM]
    if sys.platform == "win32":
        numbers.append(signal.SIGBREAK)
    return {number: signal.signal(number, leave) for number in numbers}
