"""The reader's monitor is found again by what it is, not by its number."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from ast import literal_eval
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from capture_app.gui.screens import choose_monitor, monitor_choice, monitor_title, screen_facts
from capture_app.session.port import ScreenFacts
from capture_app.session.settings import MonitorChoice, Settings

ROOT = Path(__file__).parents[3]


def monitor(name: str, serial: str = "", x_px: int = 0) -> ScreenFacts:
    return ScreenFacts(name=name, serial=serial, x_px=x_px, width_px=1920, height_px=1080)


TWO = [monitor("DP-1", "A1"), monitor("DP-2", "B2", 1920)]


@pytest.mark.parametrize("index", [0, 1])
def test_a_choice_finds_its_monitor_again(index):
    assert choose_monitor(TWO, monitor_choice(TWO[index])) == index


def test_the_serial_number_wins_when_cables_are_swapped():
    swapped = [monitor("DP-1", "B2"), monitor("DP-2", "A1", 1920)]
    assert choose_monitor(swapped, monitor_choice(TWO[0])) == 1


def test_equal_monitors_without_serial_are_told_apart_by_place():
    same = [monitor("X", x_px=0), monitor("X", x_px=1920)]
    assert choose_monitor(same, MonitorChoice(name="X", x_px=1920)) == 1


def test_without_a_choice_the_reader_gets_the_other_monitor():
    assert choose_monitor(TWO, MonitorChoice(), primary=0) == 1
    assert choose_monitor(TWO, MonitorChoice(), primary=1) == 0
    assert choose_monitor(TWO[:1], MonitorChoice()) == 0


def test_a_chosen_monitor_that_is_gone_is_replaced_by_the_other_one():
    gone = MonitorChoice(name="DP-9", serial="Z", x_px=9999)
    assert choose_monitor(TWO, gone, primary=0) == 1


def test_measured_millimetres_win_over_those_of_the_monitor(qapp):
    settings = Settings(screen_width_mm=520.0, screen_height_mm=320.0)
    facts = screen_facts(QGuiApplication.primaryScreen(), settings)
    assert (facts.width_mm, facts.height_mm) == (520.0, 320.0)


def test_a_monitor_has_a_title_for_people():
    facts = ScreenFacts(name="DP-1", model="RX360", width_px=1536, height_px=2048, device_pixel_ratio=1.5)
    assert math.isnan(facts.refresh_hz)
    assert monitor_title(facts, 2) == "2: RX360, 1536 x 2048, 150 %"


UNEQUAL = """
import sys
from PySide6.QtWidgets import QApplication
app = QApplication([])
from capture_app.gui.reader_place import ReaderPlace
from capture_app.gui.reader_window import ReaderWindow
from capture_app.session.settings import Settings
window = ReaderWindow()
place = ReaderPlace(window, Settings())
told = []
place.facts_changed.connect(lambda facts, cause: told.append((facts, cause)))
place.begin()
for _ in range(3):
    app.processEvents()
facts, cause = told[0]
covers = window.geometry() == app.screens()[1].geometry()
sys.stdout.write(repr((facts.name, facts.width_px, facts.height_px, facts.device_pixel_ratio,
    window.physical_size, place.shares_the_only_monitor, covers, cause)))
window.hide()
"""


def test_on_a_second_monitor_of_other_scaling_the_reader_covers_it_exactly(tmp_path):
    # The offscreen platform scales a window by the logical dpi of its screen; width and height are physical.
    usual = {"y": 0, "dpr": 1, "logicalBaseDpi": 96}
    screens = [
        {"name": "A", "x": 0, "width": 1280, "height": 800, "logicalDpi": 96, **usual},
        {"name": "B", "x": 1280, "width": 1920, "height": 1200, "logicalDpi": 144, **usual},
    ]
    configuration = tmp_path / "screens.json"
    configuration.write_text(json.dumps({"synchronousWindowSystemEvents": True, "screens": screens}))
    environment = {
        "QT_QPA_PLATFORM": f"offscreen:configfile={configuration}",
        "PYTHONPATH": ":".join(sys.path),
    }
    result = subprocess.run(
        [sys.executable, "-c", UNEQUAL],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    name, width, height, ratio, size, shares, covers, cause = literal_eval(result.stdout)
    assert (name, ratio, cause, shares, covers) == ("B", 1.5, "start", False, True)
    assert (width, height) == size == (1920, 1200)
