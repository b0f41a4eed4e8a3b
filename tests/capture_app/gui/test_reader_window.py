"""The reader's window paints its state exactly, stamps it after the paint, and hands the hand's wishes on."""

from __future__ import annotations

import subprocess
import sys
from ast import literal_eval
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from capture_app.gui import tokens
from capture_app.gui.reader_window import ReaderWindow
from capture_app.session.settings import Corner
from capture_app.session.viewer_controls import PointerButton, ViewerControls
from gaze_core.geometry import Rect

ROOT = Path(__file__).parents[3]


class TickingClock:
    """Every reading is a millisecond later."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        self.now += 1_000_000
        return self.now


def pixels(window: ReaderWindow) -> np.ndarray:
    """Return the painted window as grey levels (h, w)."""
    image = window.grab().toImage().convertToFormat(window.grab().toImage().Format.Format_Grayscale8)
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return raw[:, : image.width()].copy()


@pytest.fixture
def clock():
    return TickingClock()


@pytest.fixture
def reader(qtbot, clock):
    window = ReaderWindow(now_ns=clock)
    window.resize(800, 600)
    window.show()
    qtbot.waitExposed(window)
    yield window
    window.hide()
    window.deleteLater()


def test_the_picture_lies_exactly_where_the_state_says(reader, make_reader_state):
    reader.render_state(make_reader_state())
    rows, columns = np.nonzero(pixels(reader) == 200)
    assert (columns.min(), columns.max(), rows.min(), rows.max()) == (200, 599, 100, 499)


def test_around_the_picture_there_is_only_the_grey_of_the_study(reader, make_reader_state):
    reader.render_state(make_reader_state())
    assert set(np.unique(pixels(reader))) == {30, 200}


def test_grey_levels_are_painted_unchanged(reader, make_reader_state, make_pane):
    ramp = np.tile(np.arange(256, dtype=np.uint8), (10, 1))
    pane = replace(make_pane(), grey=ramp, grey_screen_px=Rect(0.0, 0.0, 256.0, 10.0))
    reader.render_state(make_reader_state(panes=(pane,)))
    assert np.array_equal(pixels(reader)[:10, :256], ramp)


def test_colour_pictures_are_painted_in_colour(reader, make_reader_state, make_pane):
    red = np.zeros((10, 10, 3), np.uint8)
    red[..., 0] = 255
    pane = replace(make_pane(), grey=red, grey_screen_px=Rect(0.0, 0.0, 10.0, 10.0))
    reader.render_state(make_reader_state(panes=(pane,)))
    assert reader.grab().toImage().pixelColor(5, 5).getRgb()[:3] == (255, 0, 0)


def test_rendering_the_same_revision_again_changes_nothing(reader, make_reader_state):
    reader.render_state(make_reader_state())
    before = pixels(reader)
    reader.render_state(make_reader_state(background_grey=90))
    assert np.array_equal(pixels(reader), before)


def test_several_panes_are_painted_side_by_side(reader, make_reader_state, make_pane):
    left = make_pane(Rect(0.0, 0.0, 300.0, 300.0), 1, 100)
    right = replace(make_pane(Rect(400.0, 0.0, 300.0, 300.0), 2, 220), pane=1)
    reader.render_state(make_reader_state(panes=(left, right)))
    painted = pixels(reader)
    assert (painted[10, 10], painted[10, 350], painted[10, 450]) == (100, 30, 220)


def test_a_pane_that_is_gone_is_not_painted(reader, make_reader_state):
    reader.render_state(make_reader_state())
    reader.render_state(make_reader_state(2, panes=()))
    assert set(np.unique(pixels(reader))) == {30}


@pytest.mark.parametrize(("patch", "level"), [(True, 255), (False, 0)])
def test_the_corner_patch_is_bright_or_dark(reader, make_reader_state, patch, level):
    reader.corner = Corner.TOP_LEFT
    reader.render_state(make_reader_state(patch=patch))
    side = round(600 * tokens.PATCH_SHARE)
    assert np.all(pixels(reader)[:side, :side] == level)


def test_no_patch_is_painted_when_it_is_off(reader, make_reader_state):
    reader.render_state(make_reader_state(patch=None))
    assert set(np.unique(pixels(reader))) == {30, 200}


def test_a_message_is_shown_only_without_a_picture(reader, make_reader_state):
    reader.render_state(make_reader_state(panes=(), message="Please wait"))
    assert len(np.unique(pixels(reader))) > 1
    reader.render_state(make_reader_state(2, message="Please wait"))
    assert set(np.unique(pixels(reader))) == {30, 200}


def test_progress_is_shown_beside_the_picture_and_never_on_it(reader, make_reader_state, make_pane):
    reader.render_state(make_reader_state(progress="case 7 of 50"))
    assert len(np.unique(pixels(reader)[550:, :200])) > 1
    covering = make_pane(Rect(0.0, 0.0, 800.0, 600.0), 2)
    reader.render_state(make_reader_state(2, panes=(covering,), progress="case 7 of 50"))
    assert set(np.unique(pixels(reader))) == {200}


def test_the_stamp_comes_after_the_paint_and_names_the_revision(qtbot, reader, clock, make_reader_state):
    painted_at = []
    paint = reader.paintEvent
    reader.paintEvent = lambda event: (paint(event), painted_at.append(clock()))[0]
    with qtbot.waitSignal(reader.presented) as caught:
        reader.render_state(make_reader_state(41))
    frame = caught.args[0]
    assert frame.revision == 41
    assert frame.t_host_ns > painted_at[0]


def test_each_revision_is_presented_once(qtbot, reader, make_reader_state):
    frames = []
    reader.presented.connect(frames.append)
    with qtbot.waitSignal(reader.presented):
        reader.render_state(make_reader_state(1))
    reader.update()
    with qtbot.waitSignal(reader.presented):
        reader.render_state(make_reader_state(2))
    assert [(frame.revision, frame.frame) for frame in frames] == [(1, 0), (2, 1)]


def test_a_revision_waiting_when_the_window_opens_is_presented(qtbot, make_reader_state):
    window = ReaderWindow()
    window.resize(300, 200)
    window.render_state(make_reader_state(5))
    with qtbot.waitSignal(window.presented) as caught:
        window.show()
    assert caught.args[0].revision == 5
    window.hide()
    window.deleteLater()


def test_the_wheel_zooms_about_the_pointer(qtbot, reader):
    with qtbot.waitSignal(reader.hand.zoom_requested) as caught:
        turn_wheel(reader, QPointF(120, 80), 240)
    assert caught.args == [120.0, 80.0, 2.0]


def test_dragging_with_the_right_button_changes_window_and_level(qtbot, reader):
    asked = []
    reader.hand.window_level_requested.connect(lambda dx, dy: asked.append((dx, dy)))
    qtbot.mousePress(reader, Qt.MouseButton.RightButton, pos=QPoint(100, 100))
    qtbot.mouseMove(reader, QPoint(110, 95))
    qtbot.mouseRelease(reader, Qt.MouseButton.RightButton, pos=QPoint(110, 95))
    assert np.sum(asked, axis=0).tolist() == [10.0, -5.0]


def test_a_drag_is_announced_and_ended(qtbot, reader):
    told = []
    reader.hand.drag_started.connect(lambda action, x, y: told.append((action, x, y)))
    reader.hand.drag_ended.connect(lambda: told.append("end"))
    qtbot.mousePress(reader, Qt.MouseButton.MiddleButton, pos=QPoint(30, 40))
    qtbot.mouseRelease(reader, Qt.MouseButton.MiddleButton, pos=QPoint(30, 40))
    assert told == [("pan", 30.0, 40.0), "end"]


def test_a_drag_ends_with_the_window_that_is_hidden(qtbot, reader):
    told = []
    reader.hand.pan_requested.connect(lambda dx, dy: told.append((dx, dy)))
    reader.hand.drag_ended.connect(lambda: told.append("end"))
    qtbot.mousePress(reader, Qt.MouseButton.MiddleButton, pos=QPoint(30, 40))
    reader.hide()
    reader.show()
    qtbot.mouseMove(reader, QPoint(60, 60))
    qtbot.mouseRelease(reader, Qt.MouseButton.MiddleButton, pos=QPoint(60, 60))
    assert told == ["end"]


def test_a_drag_whose_button_was_let_go_elsewhere_ends_with_the_next_move(reader):
    told = []
    reader.hand.pan_requested.connect(lambda dx, dy: told.append((dx, dy)))
    reader.hand.drag_ended.connect(lambda: told.append("end"))
    for kind, button, buttons in (
        (QEvent.Type.MouseButtonPress, Qt.MouseButton.MiddleButton, Qt.MouseButton.MiddleButton),
        (QEvent.Type.MouseMove, Qt.MouseButton.NoButton, Qt.MouseButton.NoButton),
    ):
        place = QPointF(30, 40)
        event = QMouseEvent(
            kind, place, reader.mapToGlobal(place), button, buttons, Qt.KeyboardModifier.NoModifier
        )
        QApplication.sendEvent(reader, event)
    assert told == ["end"]


def test_a_second_button_neither_starts_nor_ends_a_drag(qtbot, reader):
    told = []
    reader.hand.drag_started.connect(lambda action, _x, _y: told.append(action))
    reader.hand.drag_ended.connect(lambda: told.append("end"))
    qtbot.mousePress(reader, Qt.MouseButton.MiddleButton)
    qtbot.mousePress(reader, Qt.MouseButton.RightButton)
    qtbot.mouseRelease(reader, Qt.MouseButton.RightButton)
    assert told == ["pan"]
    qtbot.mouseRelease(reader, Qt.MouseButton.MiddleButton)
    assert told == ["pan", "end"]


def test_the_controls_decide_what_a_button_does(qtbot, reader):
    reader.hand.controls = ViewerControls(pan_button=PointerButton.LEFT, draw_button=PointerButton.NONE)
    with qtbot.waitSignal(reader.hand.drag_started) as caught:
        qtbot.mousePress(reader, Qt.MouseButton.LeftButton)
    assert caught.args[0] == "pan"
    qtbot.mouseRelease(reader, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize(
    ("key", "modifier", "signal", "arguments"),
    [
        (Qt.Key.Key_F, Qt.KeyboardModifier.NoModifier, "fit_requested", []),
        (Qt.Key.Key_R, Qt.KeyboardModifier.NoModifier, "reset_requested", []),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier, "pan_requested", [-64.0, 0.0]),
        (Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier, "window_level_requested", [0.0, 32.0]),
        (Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, "key_pressed", ["Space"]),
    ],
)
def test_keys_do_what_the_pointer_does(qtbot, reader, key, modifier, signal, arguments):
    with qtbot.waitSignal(getattr(reader.hand, signal)) as caught:
        qtbot.keyClick(reader, key, modifier)
    assert list(caught.args or []) == arguments


def test_zoom_keys_give_one_notch_each(qtbot, reader):
    notches = []
    reader.hand.zoom_requested.connect(lambda _x, _y, turned: notches.append(turned))
    qtbot.keyClick(reader, Qt.Key.Key_Up)
    qtbot.keyClick(reader, Qt.Key.Key_Down)
    assert notches == [1.0, -1.0]


def test_a_modifier_alone_is_no_key(qtbot, reader):
    keys = []
    reader.hand.key_pressed.connect(keys.append)
    qtbot.keyClick(reader, Qt.Key.Key_Shift)
    assert keys == []


def test_the_cursor_hides_when_it_rests_and_comes_back(qtbot, reader):
    qtbot.mouseMove(reader, QPoint(50, 50))
    reader._cursor_timer.timeout.emit()
    assert reader.cursor().shape() == Qt.CursorShape.BlankCursor
    qtbot.mouseMove(reader, QPoint(60, 50))
    qtbot.mousePress(reader, Qt.MouseButton.LeftButton)
    assert reader.cursor().shape() != Qt.CursorShape.BlankCursor


def test_closing_the_window_only_asks(qtbot, reader):
    with qtbot.waitSignal(reader.close_requested):
        reader.close()
    assert reader.isVisible()


def turn_wheel(window: ReaderWindow, place: QPointF, eighths: int) -> None:
    event = QWheelEvent(
        place,
        window.mapToGlobal(place),
        QPoint(),
        QPoint(0, eighths),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    assert event.type() == QEvent.Type.Wheel
    QApplication.sendEvent(window, event)


SCALED = """
import numpy as np, sys
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication
app = QApplication([])
from capture_app.gui.reader_window import ReaderWindow
from capture_app.session.states import PaneState, ReaderState
from gaze_core.geometry import Placement, Rect
window = ReaderWindow()
window.resize(600, 400)
window.show()
app.processEvents()
area = Rect(151.0, 77.0, 301.0, 203.0)
placement = Placement(src_image_px=Rect(0.0, 0.0, 301.0, 203.0), dst_screen_px=area)
grey = np.full((203, 301), 250, np.uint8)
pane = PaneState(pane=0, image_id=0, image_width_px=301, image_height_px=203, grey=grey, grey_screen_px=area,
    grey_version=1, placement=placement)
window.render_state(ReaderState(revision=1, panes=(pane,), background_grey=10))
image = window.grab().toImage()
image = image.convertToFormat(image.Format.Format_Grayscale8)
raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)[:, : image.width()]
rows, columns = np.nonzero(raw == 250)
zooms = []
window.hand.zoom_requested.connect(lambda x, y, n: zooms.append((x, y)))
from PySide6.QtTest import QTest
from PySide6.QtCore import QPoint, Qt
presses = []
window.hand.drag_started.connect(lambda a, x, y: presses.append((x, y)))
QTest.mousePress(window, Qt.MouseButton.MiddleButton, Qt.KeyboardModifier.NoModifier, QPoint(100, 60))
sys.stdout.write(repr((window.physical_size, int(columns.min()), int(columns.max()) + 1, int(rows.min()),
    int(rows.max()) + 1, presses[0])))
"""


@pytest.mark.parametrize("scale", ["1", "1.5", "2"])
def test_the_picture_lies_on_the_same_physical_pixels_at_every_scaling(scale, tmp_path):
    environment = {"QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": scale, "PYTHONPATH": ":".join(sys.path)}
    result = subprocess.run(
        [sys.executable, "-c", SCALED],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    size, left, right, top, bottom, press = literal_eval(result.stdout)
    ratio = float(scale)
    assert size == (round(600 * ratio), round(400 * ratio))
    assert np.allclose((left, right, top, bottom), (151, 452, 77, 280), atol=1)
    assert press == (100 * ratio, 60 * ratio)
