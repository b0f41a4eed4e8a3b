"""`reading-station capture`: the windows."""

from __future__ import annotations

from pathlib import Path

from capture_app.cli.display import screens
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.session.log_places import CRASH_FILE, log_folder


def run_capture_command(images: list[Path], *, quit_after_s: float | None) -> int:
    """Open the windows on a folder, a list or image files; return the exit code."""
    for path in images:
        if not path.exists():
            raise CommandError(
                f"{path} is not there. Name a study, a folder, an image list or image files.", ExitCode.INPUT
            )
    with screens():
        return _run(images, quit_after_s)


def _run(images: list[Path], quit_after_s: float | None) -> int:
    # Qt is loaded once the screens are settled.
    from PySide6.QtCore import QTimer

    from capture_app.gui.app import StationWindows, run_windows
    from capture_app.session.acquisition_start import start_acquisition
    from capture_app.session.cases import CaseList, cases_of, cases_of_images, is_list
    from capture_app.session.engine import CaptureSession
    from capture_app.session.port import SessionError
    from capture_app.session.settings import RecentKind, SettingsStore
    from capture_app.session.station import Station
    from capture_app.session.study import is_study

    store = SettingsStore()
    loaded = store.load()
    try:
        cases: CaseList | None = None
        study = images[0] if len(images) == 1 and is_study(images[0]) else None
        if images and study is None:
            cases = cases_of(images[0]) if len(images) == 1 else cases_of_images(images)
        session = CaptureSession(start_acquisition, settings=loaded.settings)
    except SessionError as err:
        raise CommandError(str(err), ExitCode.INPUT) from err

    def begin(windows: StationWindows) -> None:
        if loaded.notice:
            windows.controller.say(loaded.notice)
        if quit_after_s is None:
            windows.desk.offer_recovery()
        if study is not None:
            windows.desk.open_study(study.absolute())
        if cases is not None:
            session.show_cases(cases)
            if len(images) == 1 and images[0].is_dir():
                windows.desk.begin_reading(RecentKind.FOLDER, images[0].absolute())
            elif len(images) == 1 and is_list(images[0]):
                windows.desk.begin_reading(RecentKind.LIST, images[0].absolute())
            else:
                windows.desk.begin_reading()
        if quit_after_s is not None:
            QTimer.singleShot(round(quit_after_s * 1000), windows.controller, windows.controller.leave)

    run_windows(session, Station(), store, loaded.settings, begin, crash_file=log_folder() / CRASH_FILE)
    return int(ExitCode.OK)
