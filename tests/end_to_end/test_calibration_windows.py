"""A person calibrates in the real windows on a real acquisition process with the simulated tracker."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import Qt

from calibration import Pace
from capture_app.acquisition.client import AcquisitionClient
from capture_app.gui.app import StationWindows
from capture_app.gui.calibration_page import CalibrationPage
from capture_app.session.calibration_states import CalibrationStage
from capture_app.session.engine import CaptureSession
from capture_app.session.settings import Settings, SettingsStore
from capture_app.session.station import Station
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording

pytestmark = pytest.mark.processes

LONG_MS = 40_000
QUICK = Pace(travel_s=0.1, dwell_s=0.8, settle_s=0.4)


@pytest.fixture
def windows(qapp, tmp_path):
    def start() -> AcquisitionClient:
        client = AcquisitionClient(log_directory=tmp_path / "log")
        client.start()
        return client

    store = SettingsStore(tmp_path / "settings.json")
    store.save(Settings(recording_folder=str(tmp_path), screen_width_mm=520.0, screen_height_mm=320.0))
    settings = store.load().settings
    session = CaptureSession(start, settings=settings)
    session.calibration_desk.pace = QUICK
    made = StationWindows(qapp, session, Station(), store, settings, reader_in_window=True)
    made.session = session
    made.begin()
    session.connect_tracker("mock", {"scenario": "ideal", "rate_hz": "300", "seed": "3"})
    yield made
    for page in made.operator.findChildren(CalibrationPage):
        page.close()
    made.end()
    qapp.setStyleSheet("")


def open_page(windows) -> CalibrationPage:
    windows.desk.show_calibration_page()
    return next(page for page in windows.operator.findChildren(CalibrationPage) if page.isVisible())


def test_calibrate_redo_a_point_accept_and_record(qtbot, windows, tmp_path):
    session = windows.session
    qtbot.waitUntil(lambda: session.link.tracker is not None, timeout=LONG_MS)
    page = open_page(windows)
    qtbot.waitUntil(lambda: page.begin_button.isEnabled(), timeout=LONG_MS)
    page.set_up.buttons[5].click()
    page.begin_button.click()
    qtbot.waitUntil(lambda: windows.reader.frames is not None and page.stop_button.isVisible())
    qtbot.waitUntil(lambda: page.over_button.isVisible(), timeout=LONG_MS)
    first = session.calibration_desk.state.result
    assert first is not None, page.numbers.sentence.text

    for point in tuple(page.picture.chosen):
        page.picture.toggle(point)
    page.picture.toggle(2)
    page.redo_button.click()
    assert not page.over_button.isVisible()
    qtbot.waitUntil(lambda: page.over_button.isVisible(), timeout=LONG_MS)
    second = session.calibration_desk.state.result
    assert second is not None
    assert (first.number, second.number) == (1, 2)
    if not second.gate.is_accepted:
        qtbot.keyClicks(page.numbers.reason, "a test of the windows")
    qtbot.mouseClick(page.accept_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: session.calibration_desk.state.stage is CalibrationStage.ACCEPTED, timeout=LONG_MS
    )
    page.close()

    path = tmp_path / "r.gazeh5"
    session.record_to(path, "R01")
    qtbot.waitUntil(lambda: session.recording.takes_rows, timeout=LONG_MS)
    session.stop_recording()
    qtbot.waitUntil(lambda: not session.recording.is_busy, timeout=LONG_MS)
    with Recording.open(path) as recording:
        rows = recording.rows(DatasetKey.VALIDATIONS)
        assert set(rows["calibration"].tolist()) == {0}
        assert rows["offset_deg"][-1] == second.result.eyes[-1].mean_offset_deg
        assert len(recording.rows(DatasetKey.CALIBRATION_SAMPLES)) > 0


def test_escape_ends_it_and_the_tracker_can_be_calibrated_again(qtbot, windows):
    session = windows.session
    qtbot.waitUntil(lambda: session.link.tracker is not None, timeout=LONG_MS)
    page = open_page(windows)
    qtbot.waitUntil(lambda: page.begin_button.isEnabled(), timeout=LONG_MS)
    page.begin_button.click()
    qtbot.waitUntil(lambda: session.calibration_desk.state.done_count >= 1, timeout=LONG_MS)
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert not session.calibration_desk.is_active
    qtbot.waitUntil(lambda: session.calibration_desk.state.stage is CalibrationStage.ABORTED, timeout=LONG_MS)
    page = open_page(windows)
    assert page.begin_button.isVisible()
    qtbot.waitUntil(lambda: page.begin_button.isEnabled(), timeout=LONG_MS)
