"""A person's first morning with a tracker: search, connect, seat, test; and the second, with one click."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from pathlib import Path

import pytest

from capture_app.acquisition.client import AcquisitionClient
from capture_app.gui import tracker_page
from capture_app.gui.app import StationWindows
from capture_app.gui.tracker_page import TrackerPage
from capture_app.session.engine import CaptureSession
from capture_app.session.settings import Settings, SettingsStore
from capture_app.session.station import Station

pytestmark = pytest.mark.processes

LONG_MS = 30_000
SCREEN = {"screen_width_mm": 520.0, "screen_height_mm": 320.0}


class SimulatedOnly(Station):
    """This computer, as if the simulated tracker were the only one: a test searches no network."""

    def trackers(self):
        return tuple(choice for choice in super().trackers() if choice.name == "mock")


class Morning:
    """The real windows on a real acquisition process."""

    def __init__(self, qapp, folder: Path) -> None:
        def start() -> AcquisitionClient:
            client = AcquisitionClient(log_directory=folder / "log")
            client.start()
            return client

        store = SettingsStore(folder / "settings.json")
        settings = store.load().settings
        self.session = CaptureSession(start, settings=settings)
        self.windows = StationWindows(
            qapp, self.session, SimulatedOnly(), store, settings, reader_in_window=True
        )
        self._is_over = False
        self.windows.begin()

    def page(self) -> TrackerPage:
        self.windows.desk.show_tracker_page()
        return next(page for page in self.windows.operator.findChildren(TrackerPage) if page.isVisible())

    def end(self) -> None:
        """Leave the program; once."""
        if self._is_over:
            return
        self._is_over = True
        for page in self.windows.operator.findChildren(TrackerPage):
            page.close()
        self.windows.end()


@pytest.fixture
def morning(qapp, tmp_path):
    mornings = []
    SettingsStore(tmp_path / "settings.json").save(Settings(recording_folder=str(tmp_path), **SCREEN))

    def begin() -> Morning:
        mornings.append(Morning(qapp, tmp_path))
        return mornings[-1]

    yield begin
    for each in mornings:
        each.end()
    qapp.setStyleSheet("")


def test_search_connect_seat_and_test_and_one_click_the_next_morning(qtbot, morning, monkeypatch):
    monkeypatch.setattr(tracker_page, "TEST_S", 1.0)
    first = morning()
    page = first.page()

    page.list.button.click()
    qtbot.waitUntil(lambda: any(row.found.serial for row in page.list.rows), timeout=LONG_MS)
    row = next(row for row in page.list.rows if row.found.serial)
    row.click()
    page.render_desk()
    page.device.rate.setCurrentIndex(page.device.rate.findData("300"))
    page.device.connect_button.click()
    qtbot.waitUntil(lambda: page.device.status.text == "Connected, 300 Hz.", timeout=LONG_MS)
    assert "agree within 2 %" in page.device.area.text

    qtbot.waitUntil(lambda: page.head.sentence.text == "The head is well placed.", timeout=LONG_MS)

    page.test.button.click()
    qtbot.waitUntil(lambda: page.test.verdict.text != "", timeout=LONG_MS)
    assert page.test.values["rate"].text().endswith("of 300 Hz set")
    assert page.test.values["lost"].text() == "0"
    first.end()

    second = morning()
    page = second.page()
    assert not page.device.reason.text.startswith("The driver")
    page.device.connect_button.click()
    qtbot.waitUntil(lambda: page.device.status.text == "Connected, 300 Hz.", timeout=LONG_MS)


def test_a_search_goes_on_beside_a_tracker_that_streams(qtbot, morning):
    day = morning()
    day.session.connect_tracker("mock", {})
    page = day.page()
    qtbot.waitUntil(lambda: page.device.status.text == "Connected, 600 Hz.", timeout=LONG_MS)
    page.list.button.click()
    qtbot.waitUntil(lambda: any(row.found.serial for row in page.list.rows), timeout=LONG_MS)
    assert page.device.status.text == "Connected, 600 Hz."
    assert day.session.link.status is not None
    assert day.session.link.status.lost == 0
