"""A session with a pseudo-reader in the real windows: time to the next screen, and holds of the GUI thread.

A study of a preset is made anew, with as many cases as asked for, and read with the simulated tracker. How
long each screen took to be presented is read from the recording; a hold is one turn of the event loop, in the
GUI thread's own processor time, which other programs do not lengthen. ``python -m benchmarks.study_session``.
"""

from __future__ import annotations

import argparse
import logging
import os
import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

LONGEST_CHANGE_MS: Final = 100.0
LONGEST_HOLD_MS: Final = 50.0
_SHOWN_HOLDS: Final = 12
_SPEED: Final = 10.0
_READER: Final = "R01"


@dataclass(slots=True)
class Hold:
    """One turn of the event loop."""

    own_ms: float  # processor time of the thread
    phase: str  # of the session when it ended


class HoldBook:
    """Measures turns of the event loop."""

    def __init__(self) -> None:
        self.holds: list[Hold] = []
        self.phase = "start"
        self._begun_own_ns = 0

    def follow(self) -> None:
        """Begin; called on the GUI thread."""
        from PySide6.QtCore import QAbstractEventDispatcher

        self._begun_own_ns = time.thread_time_ns()
        # Before each turn the loop says that it may wait; waiting takes no processor time.
        QAbstractEventDispatcher.instance().aboutToBlock.connect(self._turned)

    def _turned(self) -> None:
        now_own_ns = time.thread_time_ns()
        self.holds.append(Hold(own_ms=(now_own_ns - self._begun_own_ns) * 1e-6, phase=self.phase))
        self._begun_own_ns = now_own_ns


def read_study(folder: Path, preset: str, cases: int, book: HoldBook) -> Path:
    """Have a pseudo-reader go through a new study, and return its recording."""
    from capture_app.gui.app import StationWindows, run_windows
    from capture_app.session.acquisition_start import start_acquisition
    from capture_app.session.engine import CaptureSession
    from capture_app.session.settings import Settings, SettingsStore
    from capture_app.session.states import LiveState
    from capture_app.session.station import Station
    from capture_app.session.study import open_study
    from capture_app.session.study_desk.study_robot import StudyRobot

    study = new_study(folder / "study", preset, cases)
    opened = open_study(study)
    settings = Settings()
    session = CaptureSession(start_acquisition, settings=settings)

    def begin(windows: StationWindows) -> None:
        session.study_desk.open(study)
        options = {"rate_hz": "600", "seed": "3", "scenario": "typical", "calibrates": "yes"}
        session.connect_tracker("mock", options)
        windows.desk.begin_reading()
        robot = StudyRobot(
            session.study_desk, session.calibration_desk, [_READER], opened=opened, seed=3, speed=_SPEED,
            tell=print,
        )  # fmt: skip

        def step(state: LiveState) -> None:
            robot.step(state, time.perf_counter_ns())
            book.phase = _phase(state)
            if robot.is_over:
                windows.controller.frame_rendered.disconnect(step)
                windows.controller.leave()
                if robot.problem:
                    print(robot.problem)

        windows.controller.frame_rendered.connect(step)
        book.follow()

    frames = run_windows(session, Station(), SettingsStore(folder / "settings.json"), settings, begin)
    print(f"Frames cost {frames.cost_median_ms:.1f} ms (99 %: {frames.cost_p99_ms:.1f}).\n")
    return max((folder / "study").rglob("*.gazeh5"), key=lambda path: path.stat().st_mtime_ns)


def new_study(folder: Path, preset: str, cases: int) -> Path:
    """Write a study of a preset with a quota of `cases`, without practice, and return its folder."""
    from capture_app.session.study import new_study as make_study

    path = make_study(preset, folder)
    text = re.sub(r"(?m)^cases_per_reader = .*$", f"cases_per_reader = {cases}", path.read_text("utf-8"))
    path.write_text(re.sub(r"(?m)^(\[practice\]\nis_on) = .*$", r"\1 = false", text), "utf-8")
    return folder


def _phase(state: Any) -> str:
    study = state.study
    if study is None:
        return "none"
    if study.is_calibrating:
        return "calibration"
    if study.side_run is not None:
        return str(study.side_run.kind.value)
    if study.view is None or study.phase.value != "running":
        return str(study.phase.value)
    screen = study.view.screen.name if study.view.screen is not None else ""
    return f"{study.view.stage.value} {screen}".strip()


def print_changes(path: Path) -> float:
    """Print from "next" to presented for each kind of screen; return the longest, ms."""
    from recordings_schema.layout import DatasetKey
    from recordings_schema.reader import Recording

    with Recording.open(path) as recording:
        rows = recording.rows(DatasetKey.SCREENS)
    took_ms = (rows["t_presented_host_ns"] - rows["t_asked_host_ns"]) * 1e-6
    print("| screen | shown | median ms | 95 % ms | longest ms |\n|---|---|---|---|---|")
    for kind in (*np.unique(rows["kind"]), b""):
        of_kind = took_ms[rows["kind"] == kind] if kind else took_ms
        if len(of_kind):
            name = kind.decode() or "all"
            median, most = np.percentile(of_kind, (50, 95))
            print(f"| {name} | {len(of_kind)} | {median:.0f} | {most:.0f} | {of_kind.max():.0f} |")
    return float(took_ms.max())


def print_holds(holds: list[Hold]) -> float:
    """Print the longest turns of the event loop; return the longest, ms of processor time."""
    own = np.array([hold.own_ms for hold in holds])
    median, most = np.percentile(own, (50, 99))
    above = int((own > LONGEST_HOLD_MS).sum())
    print(f"\n{len(holds)} turns of the event loop: processor {median:.1f} ms (99 %: {most:.1f}), "
          f"longest {own.max():.1f} ms; {above} above {LONGEST_HOLD_MS:g} ms.\n")  # fmt: skip
    print("| processor ms | at |\n|---|---|")
    for hold in sorted(holds, key=lambda each: -each.own_ms)[:_SHOWN_HOLDS]:
        print(f"| {hold.own_ms:.0f} | {hold.phase} |")
    return float(own.max())


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark; 1 where a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", default="reflacx")
    parser.add_argument("--cases", type=int, default=3)
    chosen = parser.parse_args(arguments)
    from capture_app.cli.display import screens

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    logging.disable(logging.WARNING)
    book = HoldBook()
    with tempfile.TemporaryDirectory() as name, screens():
        path = read_study(Path(name), chosen.preset, chosen.cases, book)
        longest_change_ms = print_changes(path)
    longest_hold_ms = print_holds(book.holds)
    return int(longest_change_ms > LONGEST_CHANGE_MS or longest_hold_ms > LONGEST_HOLD_MS)


if __name__ == "__main__":
    raise SystemExit(main())
