"""The window of a replay, driven by hand: opened, played, scrubbed, measured, closed."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from capture_app.gui.dialogs import MessageDialog, SummaryDialog
from capture_app.gui.replay.case_page import CasePage
from capture_app.gui.replay.door import ReplayDoor
from capture_app.gui.replay.events_page import EventsPage
from capture_app.gui.replay.text_page import TextPage
from capture_app.gui.replay.window import ReplayWindow
from capture_app.gui.start_page import StartPage
from capture_app.gui.tokens import DARK, LIGHT
from capture_app.session.replay import HeatmapSpan, ReplaySource, ViewMode

_RIG = Path(__file__).parents[2] / "session" / "replay" / "replay_rig.py"
if "replay_rig" not in sys.modules:
    _spec = importlib.util.spec_from_file_location("replay_rig", _RIG)
    sys.modules["replay_rig"] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules["replay_rig"])

from replay_rig import S, write_reading, write_real  # noqa: E402 - it is found from here on only


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write_reading(tmp_path_factory.mktemp("replayed"))


class Now:
    """The clock of this computer, moved by hand."""

    def __init__(self) -> None:
        self.ns = 0

    def __call__(self) -> int:
        return self.ns


@pytest.fixture
def now():
    return Now()


@pytest.fixture
def window(qtbot, written, now):
    source = ReplaySource.open(written.path)
    source.load()
    window = ReplayWindow(source, DARK, now_ns=now)
    window.voice.is_muted = True
    window.show()
    window._timer.stop()  # frames come by hand
    qtbot.waitUntil(lambda: stepped(window) and not window.frame.is_waiting, timeout=5000)
    yield window
    window.close()


def stepped(window):
    window.step()
    return True


def press(qtbot, window, key, modifiers=Qt.KeyboardModifier.NoModifier):
    qtbot.keyClick(window.picture, key, modifiers)
    window.step()


def test_space_plays_and_pauses(qtbot, window, now):
    window.go_to(S)
    press(qtbot, window, Qt.Key.Key_Space)
    now.ns += S // 2
    window.step()
    assert window.clock.t_ns == round(1.5 * S)
    assert window.frame.t_ns == window.clock.t_ns
    assert window.transport.play.text() == "Pause"
    press(qtbot, window, Qt.Key.Key_Space)
    now.ns += S
    window.step()
    assert window.clock.t_ns == round(1.5 * S)


def test_keys_step_by_sample_fixation_event_and_case(qtbot, window):
    window.go_to(S)
    press(qtbot, window, Qt.Key.Key_Right)
    assert 0 < window.clock.t_ns - S < S // 100
    press(qtbot, window, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert window.clock.t_ns in window.source.events.fixations["onset_host_ns"]
    press(qtbot, window, Qt.Key.Key_PageDown)
    assert window.clock.t_ns == 5 * S + S // 10  # where its first screen came
    assert window.inspector.page(CasePage).value("case") == "follow-up"
    press(qtbot, window, Qt.Key.Key_End)
    assert window.clock.t_ns == window.source.end_ns


def test_brackets_make_a_loop_that_goes_round(qtbot, window, now):
    window.go_to(S)
    press(qtbot, window, Qt.Key.Key_BracketLeft)
    window.go_to(2 * S)
    press(qtbot, window, Qt.Key.Key_BracketRight)
    assert window.clock.loop == (S, 2 * S)
    window.toggle_play()
    for _ in range(30):
        now.ns += S // 10
        window.step()
        assert S <= window.clock.t_ns <= 2 * S
    press(qtbot, window, Qt.Key.Key_Escape)
    assert window.clock.loop is None


def test_a_click_on_the_timeline_goes_there(qtbot, window):
    plot = window.timeline.plot()
    place = QPoint(round(plot.left() + plot.width() / 2), 40)
    qtbot.mouseClick(window.timeline, Qt.MouseButton.LeftButton, pos=place)
    middle = (window.source.first_ns + window.source.end_ns) / 2
    assert abs(window.clock.t_ns - middle) < 0.01 * S
    assert window.frame.t_ns == window.clock.t_ns


def test_the_wheel_zooms_about_the_pointer_down_to_single_samples(qtbot, window):
    timeline = window.timeline
    x = timeline.plot().left() + 0.3 * timeline.plot().width()
    before = timeline.time_at(x)
    for _ in range(40):
        event = QWheelEvent(
            QPointF(x, 50), QPointF(x, 50), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(timeline, event)
    assert timeline.axis.span_ns < 5_000_000
    assert abs(timeline.time_at(x) - before) < 5_000_000
    timeline.redraw()
    press(qtbot, window, Qt.Key.Key_A)
    assert timeline.axis.span_ns == window.source.end_ns - window.source.first_ns


def test_two_cursors_measure_what_lies_between(qtbot, window):
    window.timeline.set_cursors((3 * S, S))
    text = window.transport.measure.text()
    assert re.match(r"2\.000 s · (599|600|601) samples · ", text)
    assert "fixations" in text
    assert "deg from end to end" in text
    window.transport.loop.click()
    assert window.clock.loop == (S, 3 * S)


def test_the_word_that_is_spoken_is_marked_and_a_click_goes_to_one(qtbot, window):
    window.go_to(round(1.6 * S))
    window.step()
    assert window.inspector.page(TextPage).marked == "lungs"
    window.inspector.page(TextPage).text.clicked.emit(len("the lungs ar"))
    assert window.clock.t_ns == 2 * S


def test_cases_and_events_are_gone_to_by_a_click(qtbot, window):
    window.inspector.page(CasePage).cases.setCurrentRow(1)
    assert window.clock.t_ns == 5 * S + S // 10
    model = window.inspector.page(EventsPage).list.model()
    texts = [model.data(model.index(row, 0)) for row in range(model.rowCount())]
    mark = next(row for row, text in enumerate(texts) if "mark: coughed" in text)
    window.inspector.page(EventsPage).list.clicked.emit(model.index(mark, 0))
    assert window.clock.t_ns == 3 * S


def test_a_list_walks_up_and_down_and_leaves_the_other_keys_to_the_replay(qtbot, window):
    cases = window.inspector.page(CasePage).cases
    window.go_to(S)
    qtbot.keyClick(cases, Qt.Key.Key_Right)
    assert 0 < window.clock.t_ns - S < S // 100
    qtbot.keyClick(cases, Qt.Key.Key_W)
    assert window.options.mode is ViewMode.WHOLE_IMAGE
    qtbot.keyClick(cases, Qt.Key.Key_Down)
    assert cases.currentRow() == 1
    qtbot.keyClick(cases, Qt.Key.Key_Home)
    assert window.clock.t_ns == window.source.first_ns


def test_layers_change_the_picture(qtbot, window):
    window.go_to(3 * S)
    plain = window.picture.grab().toImage()
    window.view.heatmap.setCurrentIndex(1)
    qtbot.waitUntil(lambda: stepped(window) and bool(window.frame.live.heatmaps), timeout=5000)
    assert window.options.heatmap is HeatmapSpan.CASE
    assert window.picture.grab().toImage() != plain
    press(qtbot, window, Qt.Key.Key_W)
    assert window.options.mode is ViewMode.WHOLE_IMAGE
    window.view.fixations.setChecked(False)
    window.step()
    assert window.frame.live.fixations == ()


def test_the_answers_stand_in_the_inspector_when_they_were_given(window):
    window.go_to(round(4.65 * S))
    assert window.inspector.page(CasePage).answers.text() == "sure: maybe"
    window.go_to(round(4.75 * S))
    assert window.inspector.page(CasePage).answers.text() == "sure: yes"


def test_another_theme_is_taken_over(window):
    before = window.timeline.grab().toImage()
    window.set_colours(LIGHT)
    assert window.timeline.grab().toImage() != before


def test_real_gaze_is_opened_played_and_scrubbed(qtbot, tmp_path, now):
    shared = os.environ.get("READING_STATION_SHARED")
    if not shared:
        pytest.skip("READING_STATION_SHARED names no folder with real gaze.")
    table = Path(shared) / "data" / "gaze" / "tobii_spectrum_600hz_validation.tsv"
    source = ReplaySource.open(write_real(table, tmp_path / "real.gazeh5").path)
    window = ReplayWindow(source, DARK, now_ns=now)
    window.show()
    qtbot.waitUntil(lambda: source.is_loaded, timeout=20_000)
    window.go_to(source.first_ns + 2 * S)
    assert window.frame.live.gaze is not None
    window.toggle_play()
    window.step()
    now.ns += S
    window.step()
    assert window.clock.t_ns == source.first_ns + 3 * S
    window.step_by("fixation", 1)
    assert window.clock.t_ns in source.events.fixations["onset_host_ns"]
    window.close()


def visible(kind):
    return next(
        (each for each in QApplication.topLevelWidgets() if isinstance(each, kind) and each.isVisible()), None
    )


def test_the_door_opens_a_recording_and_tells_what_cannot_be_opened(qtbot, written, tmp_path, station):
    door = ReplayDoor(station, lambda: DARK)
    other = tmp_path / "notes.gazeh5"
    other.write_bytes(b"no recording")
    door.open(other)
    door.open(written.path)
    qtbot.waitUntil(lambda: len(door.windows) == 1, timeout=10_000)
    assert "notes.gazeh5 is not a recording" in visible(MessageDialog).text.text()
    visible(MessageDialog).accept()
    door.open(written.path)  # a second time: the same window
    assert len(door.windows) == 1
    door.windows[0].information_requested.emit(written.path)
    qtbot.waitUntil(lambda: visible(SummaryDialog) is not None, timeout=5000)
    visible(SummaryDialog).accept()
    with qtbot.waitSignal(door.all_closed):
        door.close_all()


def test_the_start_page_offers_the_replay(qtbot):
    page = StartPage(DARK)
    qtbot.addWidget(page)
    chosen = next(each for each in page.cards if each.accessibleName() == "Replay a recording")
    with qtbot.waitSignal(page.replay_requested):
        chosen.click()
