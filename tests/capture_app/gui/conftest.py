"""Windows without a display, a session that notes what it is asked, and no window left behind."""

from __future__ import annotations

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import importlib.util
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QDialog

from capture_app.gui.operator_window import OperatorWindow
from capture_app.gui.theme import ThemeSwitch
from capture_app.gui.tokens import DARK
from capture_app.session.calibration_states import CalibrationDeskState
from capture_app.session.port import (
    MicrophoneChoice,
    RecordingSummary,
    RecoveryOutcome,
    ScreenFacts,
    SerialPortChoice,
    SessionError,
    TrackerChoice,
    TrackerOption,
    UnfinishedRecording,
)
from capture_app.session.settings import Settings, SettingsStore, Theme
from capture_app.session.states import (
    CaseItem,
    CaseMark,
    FixationMark,
    HeatmapState,
    LiveState,
    NewestGaze,
    PaneState,
    ReaderState,
    RecordingState,
    SignalTrace,
    StreamHealth,
    TrailPoint,
    Verdict,
)
from capture_app.session.tracker_states import SearchRequest, TrackerDeskState
from gaze_core.geometry import Placement, Rect

FAKE_SCREEN_PX = (800, 600)


def _load_beside(name: str, folder: Path) -> None:
    """Make a module beside the tests importable; with importlib import mode it is loaded by its path."""
    spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)


_HERE = Path(__file__).parent
if "reading_rig" not in sys.modules:
    _load_beside("reading_rig", _HERE.parent / "session" / "reading")
_load_beside("noting_desk", _HERE)
_load_beside("study_stage", _HERE)

from noting_desk import NotingDesk  # noqa: E402 - it is found from here on only

FAKE_AREA = Rect(200.0, 100.0, 400.0, 400.0)


def pane_state(area: Rect = FAKE_AREA, version: int = 1, level: int = 200) -> PaneState:
    grey = np.full((int(area.h), int(area.w)), level, np.uint8)
    placement = Placement(src_image_px=Rect(0.0, 0.0, 1000.0, 1000.0), dst_screen_px=area)
    return PaneState(
        pane=0,
        image_id=0,
        image_width_px=1000,
        image_height_px=1000,
        grey=grey,
        grey_screen_px=area,
        grey_version=version,
        placement=placement,
    )


def reader_state(revision: int = 1, **changes: Any) -> ReaderState:
    return replace(ReaderState(revision=revision, panes=(pane_state(),), background_grey=30), **changes)


def live_state(**changes: Any) -> LiveState:
    marks = (CaseMark.DONE, CaseMark.POOR, CaseMark.CURRENT, CaseMark.WAITING, CaseMark.UNREADABLE)
    cases = tuple(CaseItem(case_id=f"case-{n}", mark=mark) for n, mark in enumerate(marks))
    t_s = np.linspace(-30.0, 0.0, 300)
    wave = np.sin(t_s).astype(np.float32) * 0.2 + 0.5
    trace = SignalTrace(
        t_s=t_s,
        x_norm=wave,
        y_norm=wave,
        left_pupil=wave + 3,
        right_pupil=wave + 3.2,
        valid=np.ones(300, np.uint8),
        events=((3.0, "mark"),),
    )
    state = LiveState(
        recording=RecordingState.RECORDING,
        elapsed_s=761.0,
        title="Folder chest · reader R03",
        case_number=3,
        case_count=5,
        verdict=Verdict(level="good", word="good", explanation="All is well."),
        cases=cases,
        cases_version=1,
        reader=reader_state(),
        screen_px=FAKE_SCREEN_PX,
        gaze=TrailPoint(x_norm=0.5, y_norm=0.5, age_s=0.0),
        trail=tuple(TrailPoint(x_norm=0.4 + 0.01 * n, y_norm=0.5, age_s=0.5 - n / 20) for n in range(10)),
        fixations=(
            FixationMark(number=1, x_norm=0.4, y_norm=0.4, duration_s=0.3, is_open=False),
            FixationMark(number=2, x_norm=0.6, y_norm=0.5, duration_s=0.2, is_open=True),
        ),
        heatmaps=(HeatmapState(image_id=0, rgba=np.full((50, 50, 4), 255, np.uint8), version=1),),
        health=StreamHealth(
            rate_hz=600.0, nominal_rate_hz=600.0, loss_share=0.012, left_ok=True, right_ok=True
        ),
        trace=trace,
        tracker="mock · 600 Hz",
        file_name="R03.gazeh5",
    )
    return replace(state, **changes)


class FakeTrackerDesk:
    """Notes every intent; shows the state a test gives it, and refuses with `refusal`."""

    def __init__(self) -> None:
        self.state = TrackerDeskState()
        self.asked: list[tuple[Any, ...]] = []
        self.refusal = ""

    def _note(self, *what: Any) -> None:
        self.asked.append(what)
        if self.refusal and not what[0].startswith("cancel"):
            raise SessionError(self.refusal)

    def search(self, requests: tuple[SearchRequest, ...]) -> None:
        self._note("search", tuple(request.driver for request in requests))

    def cancel_search(self) -> None:
        self._note("cancel_search")

    def begin_test(self, seconds: float) -> None:
        self._note("begin_test", seconds)

    def cancel_test(self) -> None:
        self._note("cancel_test")


class FakeCalibrationDesk:
    """Notes every intent; shows the state a test gives it, and refuses with `refusal`."""

    def __init__(self) -> None:
        self.state = CalibrationDeskState(can_calibrate=True)
        self.asked: list[tuple[Any, ...]] = []
        self.refusal = ""

    def _note(self, *what: Any) -> None:
        self.asked.append(what)
        if self.refusal and what[0] not in ("abort", "dismiss"):
            raise SessionError(self.refusal)

    def begin(self, points: int) -> None:
        self._note("begin", points)

    def begin_planned(self) -> None:
        self._note("begin_planned")

    def choose(self, attempt: int) -> None:
        self._note("choose", attempt)

    def fit_correction(self) -> None:
        self._note("fit_correction")

    def redo(self, target_ids: tuple[int, ...]) -> None:
        self._note("redo", target_ids)

    def start_over(self) -> None:
        self._note("start_over")

    def accept(self, reason: str = "") -> None:
        self._note("accept", reason)

    def abort(self, text: str = "") -> None:
        self._note("abort")

    def dismiss(self) -> None:
        self._note("dismiss")


class FakeSession:
    """Notes every intent; `refusal` makes the next ones fail with that sentence."""

    def __init__(self, state: LiveState) -> None:
        self.state = state
        self.asked: list[tuple[Any, ...]] = []
        self.refusal = ""
        self.newest: NewestGaze | None = None
        self.tracker_desk = FakeTrackerDesk()
        self.calibration_desk = FakeCalibrationDesk()
        self.study_desk = NotingDesk()  # or a StageDesk: then its state is part of every step's

    def step(self) -> LiveState:
        study = self.study_desk.state
        return self.state if study is None else replace(self.state, study=study)

    def newest_gaze(self) -> NewestGaze | None:
        return self.newest

    def close(self) -> None:
        self.asked.append(("close",))

    def _note(self, *what: Any) -> None:
        self.asked.append(what)
        if self.refusal:
            raise SessionError(self.refusal)

    def apply_settings(self, settings: Settings) -> None:
        self._note("apply_settings", settings)

    def set_reader_screen(self, facts: ScreenFacts, cause: str) -> None:
        self._note("set_reader_screen", facts, cause)

    def show_folder(self, path: Path) -> None:
        self._note("show_folder", path)

    def open_list(self, path: Path) -> None:
        self._note("open_list", path)

    def start_demo(self) -> None:
        self._note("start_demo")

    def connect_tracker(self, name: str, options: Mapping[str, str]) -> None:
        self._note("connect_tracker", name, dict(options))

    def start_recording(self, reader: str) -> None:
        self._note("start_recording", reader)

    def pause(self) -> None:
        self._note("pause")

    def resume(self) -> None:
        self._note("resume")

    def mark(self, text: str = "") -> None:
        self._note("mark", text)

    def mark_at(self, before_now_s: float, text: str = "") -> None:
        self._note("mark_at", before_now_s, text)

    def next_case(self) -> None:
        self._note("next_case")

    def previous_case(self) -> None:
        self._note("previous_case")

    def go_to_case(self, index: int) -> None:
        self._note("go_to_case", index)

    def stop_recording(self) -> None:
        self._note("stop_recording")

    def zoom(self, x_screen_px: float, y_screen_px: float, notches: float, pane: int | None = None) -> None:
        self._note("zoom", x_screen_px, y_screen_px, notches)

    def pan(self, dx_screen_px: float, dy_screen_px: float, pane: int | None = None) -> None:
        self._note("pan", dx_screen_px, dy_screen_px)

    def window_level(self, dx_logical_px: float, dy_logical_px: float, pane: int | None = None) -> None:
        self._note("window_level", dx_logical_px, dy_logical_px)

    def drag_started(self, action: str, x_screen_px: float, y_screen_px: float) -> None:
        self._note("drag_started", action, x_screen_px, y_screen_px)

    def drag_ended(self) -> None:
        self._note("drag_ended")

    def fit(self) -> None:
        self._note("fit")

    def reset(self) -> None:
        self._note("reset")

    def key(self, name: str) -> None:
        self._note("key", name)

    def presented(self, revision: int, t_host_ns: int, frame: int, frames_late: int) -> None:
        self._note("presented", revision, t_host_ns, frame, frames_late)


class FakeStation:
    """A station with two trackers; `unfinished` are the recordings that were not closed."""

    def __init__(self) -> None:
        self.unfinished: tuple[UnfinishedRecording, ...] = ()
        self.recovered: list[Path] = []
        self.ports: tuple[SerialPortChoice, ...] = (SerialPortChoice(name="COM3", description="Trigger box"),)
        self.ports_problem = ""

    def trackers(self) -> tuple[TrackerChoice, ...]:
        rate = TrackerOption(name="rate_hz", title="Rate", default="600", choices=("600", "1200"))
        return (
            TrackerChoice(name="mock", title="Simulated", is_usable=True, is_simulated=True, options=(rate,)),
            TrackerChoice(name="lsl", title="LSL", is_usable=False, reason="The LSL library is missing."),
        )

    def serial_ports(self) -> tuple[SerialPortChoice, ...]:
        if self.ports_problem:
            raise SessionError(self.ports_problem)
        return self.ports

    def microphones(self) -> tuple[MicrophoneChoice, ...]:
        if self.ports_problem:
            raise SessionError(self.ports_problem)
        return (
            MicrophoneChoice(name="Desk, ALSA", description="the system's own"),
            MicrophoneChoice(name="Yeti, ALSA", description=""),
        )

    def try_microphone(self, name: str, rate_hz: float, tell_level: Callable[[float], None]) -> str:
        tell_level(-12.0)
        return f"{name} was heard well at {rate_hz:.0f} Hz."

    def unfinished_recordings(self, folder: Path) -> tuple[UnfinishedRecording, ...]:
        return self.unfinished

    def recover(self, path: Path) -> RecoveryOutcome:
        self.recovered.append(path)
        return RecoveryOutcome(path=path, is_recovered=True, summary="12 samples were saved.")

    def describe_recording(self, path: Path) -> RecordingSummary:
        if not path.name.endswith(".gazeh5"):
            raise SessionError(f"{path.name} is not a recording.")
        return RecordingSummary(path=path, facts=(("Tracker", "mock"),))


@pytest.fixture(autouse=True)
def _no_window_is_left(qapp: QApplication) -> Iterator[None]:
    before = set(qapp.topLevelWidgets())
    yield
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.processEvents()
    left = [w for w in qapp.topLevelWidgets() if w not in before and w.parent() is None and w.isVisible()]
    assert left == []


@pytest.fixture
def themed(qapp: QApplication) -> Iterator[ThemeSwitch]:
    switch = ThemeSwitch(qapp, Theme.DARK)
    yield switch
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # or windows that go would be dressed once more
    qapp.setStyleSheet("")
    switch.deleteLater()


@pytest.fixture
def make_state() -> Callable[..., LiveState]:
    return live_state


@pytest.fixture
def make_reader_state() -> Callable[..., ReaderState]:
    return reader_state


@pytest.fixture
def make_pane() -> Callable[..., PaneState]:
    return pane_state


@pytest.fixture
def session() -> FakeSession:
    return FakeSession(live_state())


@pytest.fixture
def station() -> FakeStation:
    return FakeStation()


@pytest.fixture
def store(tmp_path: Path) -> SettingsStore:
    return SettingsStore(tmp_path / "settings.json")


@pytest.fixture
def operator(qtbot, themed: ThemeSwitch) -> Iterator[OperatorWindow]:
    window = OperatorWindow(DARK)
    window.show_station()
    window.show()
    yield window
    window.hide()
    window.deleteLater()


@pytest.fixture
def windows(qapp, qtbot, session, station, store, tmp_path):
    """All windows of the station with their desk; frames run only when they are asked for."""
    from capture_app.gui.app import StationWindows

    settings = Settings(recording_folder=str(tmp_path), reader="R03")
    both = StationWindows(qapp, session, station, store, settings, reader_in_window=True)
    both.begin()
    both.controller.stop()
    yield both
    for dialog in both.operator.findChildren(QDialog):
        dialog.close()
    both.end()
    qapp.setStyleSheet("")
