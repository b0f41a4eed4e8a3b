"""The reader's window changes its own corner patch and tells when each change was presented."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from capture_app.gui import timing_window, tokens
from capture_app.gui.reader_window import ReaderWindow
from capture_app.gui.timing_window import PatchFlipper, run_patch
from capture_app.session.settings import Corner, Settings
from capture_app.session.timing_onset import PatchFlip


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(timing_window, "FLIP_GAP_S", (0.001, 0.005))
    monkeypatch.setattr(timing_window, "SETTLE_MS", 5)
    monkeypatch.setattr(timing_window, "PATIENCE_MS", 500)


@pytest.fixture
def reader(qtbot):
    window = ReaderWindow()
    window.resize(800, 600)
    window.show()
    qtbot.waitExposed(window)
    yield window
    window.hide()
    window.deleteLater()


def patch_level(window: ReaderWindow, *, right: bool) -> int:
    image = window.grab().toImage()
    side = round(600 * tokens.PATCH_SHARE)
    place = QPoint(799 - side // 2 if right else side // 2, 599 - side // 2)
    return image.pixelColor(place).red()


def test_each_change_is_told_with_what_is_on_the_screen(reader, qtbot):
    seen = []
    flipper = PatchFlipper(
        reader,
        Settings(),
        6,
        lambda flip: seen.append((flip.is_bright, patch_level(reader, right=True) == 255)),
    )
    with qtbot.waitSignal(flipper.finished):
        flipper.begin()
    assert seen == [(number % 2 == 0, number % 2 == 0) for number in range(6)]


def test_changes_are_told_in_order_of_time(reader, qtbot):
    flipper = PatchFlipper(reader, Settings(), 10)
    with qtbot.waitSignal(flipper.finished):
        flipper.begin()
    times_ns = [flip.t_presented_host_ns for flip in flipper.flips]
    assert len(times_ns) == 10
    assert np.all(np.diff(times_ns) > 0)


def test_the_corner_of_the_settings_is_used(reader, qtbot):
    flipper = PatchFlipper(reader, replace(Settings(), corner_patch=Corner.BOTTOM_LEFT), 1)
    with qtbot.waitSignal(flipper.finished):
        flipper.begin()
    assert patch_level(reader, right=False) == 255


def test_where_the_settings_have_no_patch_it_is_at_the_bottom_right(reader):
    PatchFlipper(reader, replace(Settings(), corner_patch=Corner.OFF), 1)
    assert reader.corner is Corner.BOTTOM_RIGHT


def test_a_person_who_closes_the_window_ends_it(reader, qtbot):
    flipper = PatchFlipper(reader, Settings(), 1000)
    with qtbot.waitSignal(flipper.finished):
        flipper.begin()
        QTimer.singleShot(30, reader, reader.close)
    assert len(flipper.flips) < 1000


def test_a_window_that_is_never_painted_does_not_hold_anything_up(qtbot):
    window = ReaderWindow()
    flipper = PatchFlipper(window, Settings(), 10)
    with qtbot.waitSignal(flipper.finished):
        flipper.begin()
    assert flipper.flips == []
    window.deleteLater()


def test_the_readers_monitor_is_covered_and_given_back(qapp):
    seen: list[PatchFlip] = []
    run = run_patch(Settings(), 5, flipped=seen.append)
    assert run.is_complete
    assert list(run.flips) == seen
    screen = QGuiApplication.primaryScreen()
    assert (run.facts.width_px, run.facts.height_px) == (
        screen.geometry().width(),
        screen.geometry().height(),
    )


def test_escape_ends_it(qapp):
    def press(_flip: PatchFlip) -> None:
        for window in qapp.topLevelWidgets():
            if isinstance(window, ReaderWindow) and window.isVisible():
                QTest.keyClick(window, Qt.Key.Key_Escape)

    run = run_patch(Settings(), 1000, flipped=press)
    assert not run.is_complete
    assert len(run.flips) < 20


def test_ctrl_c_ends_it(qapp):
    run = run_patch(Settings(), 10_000, is_stop_wanted=lambda: True)
    assert not run.is_complete
