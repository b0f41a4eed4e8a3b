"""Where the windows are during a calibration, what the reader sees, and how it is stopped from there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QToolButton

from capture_app.gui.calibration_page import CalibrationPage
from capture_app.gui.controller import CaptureController
from capture_app.gui.desk import Desk
from capture_app.gui.reader_place import ReaderPlace
from capture_app.gui.reader_window import ReaderWindow
from capture_app.session.settings import Settings
from capture_app.session.states import DotState, ReaderState, RecordingState

TARGETS = ReaderState(revision=7, has_targets=True, dot=DotState(x_norm=0.5, y_norm=0.5, size_share=1.0))
BLANK = ReaderState(revision=8)


@pytest.fixture
def reader(qtbot):
    window = ReaderWindow()
    qtbot.addWidget(window)
    window.resize(800, 600)
    window.show()
    return window


@pytest.fixture
def alone(operator, session):
    """Both windows on one monitor, where the reader's covers the operator's."""
    window = ReaderWindow()
    place = ReaderPlace(window, Settings(), parent=operator)
    controller = CaptureController(session, operator, window, place)
    place.begin()

    def show(state) -> None:
        session.state = state
        controller.frame()

    yield window, show, controller
    controller.stop()
    window.hide()
    window.deleteLater()


def painted(window: ReaderWindow) -> np.ndarray:
    image = window.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    flat = np.frombuffer(image.constBits(), np.uint8)
    return flat.reshape(image.height(), image.bytesPerLine())[:, : image.width()].copy()  # of the image's own


@pytest.mark.parametrize(("grey", "disc"), [(64, 255), (200, 0)])
def test_the_reader_sees_only_the_dot_on_the_grey_of_the_settings(reader, grey, disc):
    reader.render_state(replace(TARGETS, background_grey=grey))
    seen = painted(reader)
    middle = seen[280:320, 380:420]
    assert abs(int(middle[20, 20]) - (255 - disc)) < 40  # the core
    assert (middle == disc).sum() > 100
    around = seen.copy()
    around[270:330, 370:430] = grey
    assert (around == grey).all()


def test_the_dot_shrinks_about_its_core(reader):
    sizes = []
    for revision, share in enumerate((1.0, 0.6, 0.25), start=20):
        dot = DotState(x_norm=0.5, y_norm=0.5, size_share=share)
        reader.render_state(replace(TARGETS, revision=revision, dot=dot))
        sizes.append(float((painted(reader).astype(float) - TARGETS.background_grey).clip(0.0).sum()))
    assert sizes[0] > 2 * sizes[1] > 3 * sizes[2] > 0


def test_a_baseline_shows_a_thin_cross_that_adds_hardly_any_light(reader):
    cross = DotState(x_norm=0.5, y_norm=0.5, size_share=1.0, is_cross=True)
    reader.render_state(replace(TARGETS, background_grey=64, dot=cross))
    grey = painted(reader)
    lit = np.argwhere(grey == 255)
    assert lit.min(axis=0) == pytest.approx([291, 391], abs=1)
    assert lit.max(axis=0) == pytest.approx([308, 408], abs=1)
    assert 20 < len(lit) < 80
    assert grey[300, 400] == 255
    assert grey[295, 395] == 64


def test_each_step_of_the_dot_is_stamped_as_pictures_are(qtbot, reader):
    with qtbot.waitSignal(reader.presented) as told:
        reader.render_state(TARGETS)
    assert told.args[0].revision == TARGETS.revision


def test_on_one_monitor_the_reader_has_it_for_the_targets_and_gives_it_back(alone, make_state):
    window, show, _ = alone
    ready = make_state(recording=RecordingState.READY, reader=BLANK)
    show(ready)
    assert not window.isVisible()
    show(replace(ready, reader=TARGETS))
    assert window.isVisible()
    show(replace(ready, reader=replace(BLANK, revision=9)))
    assert not window.isVisible()


def test_on_one_monitor_a_pause_for_the_targets_does_not_hide_them(alone, make_state, make_reader_state):
    window, show, _ = alone
    show(make_state(recording=RecordingState.RECORDING))
    show(make_state(recording=RecordingState.PAUSED, reader=TARGETS))
    assert window.isVisible()
    show(make_state(recording=RecordingState.PAUSED, reader=BLANK))
    assert not window.isVisible()
    show(make_state(recording=RecordingState.RECORDING, reader=make_reader_state(10)))
    assert window.isVisible()


def test_escape_on_the_reader_s_window_stops_the_calibration_and_nothing_else(
    alone, make_state, session, qtbot
):
    window, show, _ = alone
    show(make_state(recording=RecordingState.RECORDING, reader=TARGETS))
    session.asked.clear()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert session.calibration_desk.asked == [("abort",)]
    assert ("pause",) not in session.asked


def test_closing_the_reader_s_window_at_a_target_stops_the_calibration_and_leaves_nothing(
    alone, make_state, session
):
    window, show, controller = alone
    finished = []
    controller.finished.connect(lambda: finished.append(True))
    show(make_state(recording=RecordingState.READY, reader=TARGETS))
    window.close()
    assert session.calibration_desk.asked == [("abort",)]
    assert finished == []


def test_the_operator_opens_the_page_by_key_and_by_the_button_below_the_live_copy(
    operator, session, station, store, qtbot, make_state
):
    window = ReaderWindow()
    place = ReaderPlace(window, Settings(), in_window=True, parent=operator)
    controller = CaptureController(session, operator, window, place)
    desk = Desk(session, station, store, Settings(), controller, operator, place)
    session.state = make_state(recording=RecordingState.READY)
    controller.frame()
    action = operator.actions_by_name["calibrate"]
    assert action.isEnabled()
    assert action.shortcut().toString() == "Ctrl+K"
    button = operator.controls.findChild(QToolButton, "button_calibrate")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    page = next(page for page in operator.findChildren(CalibrationPage) if page.isVisible())
    page.close()
    session.state = make_state(recording=RecordingState.NO_TRACKER)
    controller.frame()
    assert not action.isEnabled()
    window.deleteLater()
    desk.deleteLater()
