"""`reading-station capture STUDY --robot`: pseudo-readers go through a study, in the windows, unattended."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

import click

from capture_app.cli.display import screens
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.session.log_places import CRASH_FILE, log_folder

_RATE_HZ: Final = 600
_NOT_OVER: Final = "The pseudo-readers were stopped before they were through. Run the command again to go on."


def run_robot_command(
    path: Path, readers: tuple[str, ...], *, speed: float, seed: int, quit_after_s: float | None = None
) -> int:
    """Let pseudo-readers read a study one after the other; return the exit code.

    Raises
    ------
    CommandError
        If the study cannot be used, or a session could not be begun or ended well.
    """
    with screens():
        return _run(path, readers, speed=speed, seed=seed, quit_after_s=quit_after_s)


def _run(path: Path, readers: tuple[str, ...], *, speed: float, seed: int, quit_after_s: float | None) -> int:
    # Qt is loaded once the screens are settled.
    from PySide6.QtCore import QTimer

    from capture_app.gui.app import StationWindows, run_windows
    from capture_app.session.acquisition_start import start_acquisition
    from capture_app.session.engine import CaptureSession
    from capture_app.session.port import SessionError
    from capture_app.session.settings import SettingsStore
    from capture_app.session.states import LiveState
    from capture_app.session.station import Station
    from capture_app.session.study import StudyError, open_study
    from capture_app.session.study_desk.study_robot import StudyRobot

    store = SettingsStore()
    settings = store.load().settings
    try:
        opened = open_study(path)
        session = CaptureSession(start_acquisition, settings=settings)
    except (StudyError, SessionError) as err:
        raise CommandError(str(err), ExitCode.INPUT) from err
    robots: list[StudyRobot] = []

    def begin(windows: StationWindows) -> None:
        session.study_desk.is_robot = True  # before it opens: no tracker but the simulated one is touched
        session.study_desk.open(path, opened)
        rate_hz = max(_RATE_HZ, int(opened.study.tracker.rate_hz_minimum))
        options = {"rate_hz": str(rate_hz), "seed": str(seed), "scenario": "typical", "calibrates": "yes"}
        session.connect_tracker("mock", options)
        windows.operator.show_station()
        robot = StudyRobot(
            session.study_desk,
            session.calibration_desk,
            readers,
            opened=opened,
            seed=seed,
            speed=speed,
            tell=click.echo,
        )
        robots.append(robot)

        def step(state: LiveState) -> None:
            robot.step(state, time.perf_counter_ns())
            if robot.is_over:
                windows.controller.frame_rendered.disconnect(step)
                windows.controller.leave()

        windows.controller.frame_rendered.connect(step)
        if quit_after_s is not None:
            QTimer.singleShot(round(quit_after_s * 1000), windows.controller, windows.controller.leave)

    run_windows(session, Station(), store, settings, begin, crash_file=log_folder() / CRASH_FILE)
    robot = robots[0]
    if robot.problem:
        raise CommandError(robot.problem, ExitCode.RECORDING)
    if not robot.is_over:
        click.echo(_NOT_OVER)
    return int(ExitCode.OK)
