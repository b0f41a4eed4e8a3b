"""The page of layers, driven by hand: tried with sliders, kept, compared, renamed, corrected; drawing too."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton

from capture_app.gui.dialogs import SentenceDialog
from capture_app.gui.replay.inspector import PAGES
from capture_app.gui.replay.layer_list import TextDialog
from capture_app.gui.replay.layers_page import LayersPage
from capture_app.gui.replay.more_menu import ENTRIES
from capture_app.gui.replay.window import ReplayWindow
from capture_app.gui.style_sheet import style_sheet
from capture_app.gui.tokens import DARK, LIGHT
from capture_app.session.layers import LIVE_LAYER, TRIED
from capture_app.session.replay import ReplaySource
from gaze_core.rows import EventFlag

_RIG = Path(__file__).parents[2] / "session" / "replay" / "replay_rig.py"
if "replay_rig" not in sys.modules:
    _spec = importlib.util.spec_from_file_location("replay_rig", _RIG)
    sys.modules["replay_rig"] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules["replay_rig"])

from replay_rig import S, write_reading  # noqa: E402 - it is found from here on only

_TRY, _COMPARE = 1, 2


@pytest.fixture(scope="module")
def opened(qapp, tmp_path_factory):
    source = ReplaySource.open(write_reading(tmp_path_factory.mktemp("layered")).path)
    source.load()
    window = ReplayWindow(source, DARK, now_ns=lambda: 0)
    window.voice.is_muted = True
    window.show()
    window._timer.stop()
    window.inspector.show_page(LayersPage)
    yield window
    window.close()


@pytest.fixture
def window(qtbot, opened):
    """Return the window as it was after opening: making one takes longer than a test."""
    opened.go_to(S)
    qtbot.waitUntil(lambda: opened.step() is None and not opened.frame.is_waiting, timeout=5000)
    yield opened
    page = opened.inspector.page(LayersPage)
    qtbot.waitUntil(lambda: not page.desk.is_busy and not page._timer.isActive(), timeout=10_000)
    page.show_part(0)
    page.other.setCurrentIndex(0)
    page.scope.setCurrentIndex(0)
    page.form.blockSignals(True)
    page.form.gaze.setCurrentIndex(0)
    page.form.reset()
    page.form.blockSignals(False)
    for facts in page.desk.layers:
        page.desk.delete(facts.name)
    page.desk.show(LIVE_LAYER)
    page.desk.tried = None
    page.show_analysis()


@pytest.fixture
def page(window):
    return window.inspector.page(LayersPage)


@pytest.fixture
def settled(qtbot, window, page):
    def wait() -> None:
        qtbot.waitUntil(lambda: not page.desk.is_busy and not page._timer.isActive(), timeout=10_000)
        window.step()

    return wait


def names(page: LayersPage) -> list[str]:
    return [page.list.list.item(row).text() for row in range(page.list.list.count())]


def kept(page: LayersPage, settled, name: str) -> None:
    page.show_part(_TRY)
    settled()
    page.name.setText(name)
    page.save_button.click()
    settled()


def test_the_live_layer_is_there_from_the_beginning(page):
    assert names(page) == ["Recorded live"]
    assert page.list.facts.text() == "Recorded live, adaptive 1."
    assert not page.list.buttons["delete"].isVisibleTo(page.list)


def test_a_slider_changes_what_is_drawn_while_it_moves(window, page, settled):
    page.show_part(_TRY)
    settled()
    counts = set()
    for steps in (5, 25, 60):
        page.form.fields["threshold_deg_s"].slider.setValue(steps)
        settled()
        counts.add(len(window.source.events.fixations))
        assert page.form.fields["threshold_deg_s"].value == pytest.approx(steps * 1.2)
    assert len(counts) > 1
    assert page.desk.shown == TRIED
    assert "Nothing of it is kept yet" in page.state.text()
    marks = window.frame.live.fixations
    shown = window.source.events.fixations
    is_reading = (shown["onset_host_ns"] <= window.frame.t_ns) & (
        shown["flags"] & EventFlag.BEFORE_IMAGE == 0
    )
    assert len(marks) == is_reading.sum() > 0


def test_what_is_tried_is_tried_again_on_the_next_case(window, page, settled):
    page.show_part(_TRY)
    settled()
    first = window.source.events.rows["onset_host_ns"].max()
    window.go_to(7 * S)
    settled()
    assert window.source.events.rows["onset_host_ns"].min() >= 5 * S > first


def test_a_value_that_cannot_be_used_is_told_and_nothing_is_kept(page, settled):
    page.show_part(_TRY)
    settled()
    page.form.fields["window_ms"].number.setValue(0.0)
    assert "give a finite number above 0" in page.form.problem.text()
    assert not page.save_button.isEnabled()
    page.reset_button.click()
    settled()
    assert page.save_button.isEnabled()


def test_a_kept_layer_is_shown_renamed_noted_and_deleted(qtbot, window, page, settled):
    kept(page, settled, "strict")
    assert names(page) == ["Recorded live", "strict", "Tried out, not saved"]
    assert window.source.events.origin == "layer strict, ivt 1"
    assert "Parameters: the detector's own." in page.list.facts.text()
    for button, text in (("rename", "very strict"), ("note", "for the paper")):
        page.list.buttons[button].click()
        dialog = page.list.findChild(TextDialog)
        dialog.line.setText(text)
        dialog.accept()
        qtbot.waitUntil(lambda: page.list.findChild(TextDialog) is None)
    assert names(page)[1] == "very strict"
    assert "for the paper" in page.list.facts.text()
    page.list.buttons["delete"].click()
    question = page.list.findChild(SentenceDialog)
    assert "all other layers stay" in question.text.text()
    question.accept()
    assert names(page)[:2] == ["Recorded live", "Tried out, not saved"]
    assert page.desk.shown == LIVE_LAYER


def test_a_name_that_is_taken_is_told(page, settled):
    kept(page, settled, "a")
    kept(page, settled, "A")
    assert "Choose another name" in page.problem.text()
    assert page.problem.isVisibleTo(page)


def test_a_layer_without_a_name_is_given_one(page, settled):
    kept(page, settled, "")
    assert names(page)[1] == "ivt 1"


def test_corrected_gaze_says_so(window, page, settled):
    page.show_part(_TRY)
    settled()
    page.form.gaze.setCurrentIndex(1)
    settled()
    assert "Gaze is corrected by 1 drift check (held)." in page.drift_words.text()
    window._show_notes()
    assert "drift-corrected" in window.notes.text()
    page.form.gaze.setCurrentIndex(2)
    settled()
    assert "holds no validations" in page.problem.text()


def test_two_layers_are_compared_in_figures_and_again_where_something_changes(window, page, settled):
    kept(page, settled, "mine")
    page.show_part(_COMPARE)
    page.other.setCurrentIndex(page.other.findData(LIVE_LAYER))
    settled()
    first = page.comparison.agreement.text()
    assert first.startswith("Kappa 0.")
    assert page.comparison.isVisibleTo(page)
    page.scope.setCurrentIndex(1)
    settled()
    assert page.comparison.agreement.text() != first
    page.list.list.setCurrentRow(0)  # the live one is shown: it is not compared with itself
    settled()
    assert page.other.currentText() == "Nothing"
    assert not page.comparison.isVisibleTo(page)


def test_what_is_compared_has_a_track_of_its_own_in_the_timeline(window, page, settled):
    kept(page, settled, "mine")
    height = window.timeline.sizeHint().height()
    before = window.timeline.grab().toImage()
    page.other.setCurrentIndex(1)
    settled()
    assert window.source.other.origin == LIVE_LAYER
    assert window.timeline.sizeHint().height() > height
    assert window.timeline.grab().toImage() != before
    page.other.setCurrentIndex(0)
    assert (window.source.other, window.timeline.sizeHint().height()) == (None, height)


def test_nothing_moves_when_another_page_is_turned_to(qapp, window):
    heights = set()
    for number in range(window.inspector.count()):
        window.inspector.setCurrentIndex(number)
        qapp.processEvents()
        heights.add((window.picture.height(), window.timeline.height()))
    window.inspector.show_page(LayersPage)
    assert len(heights) == 1


def test_both_themes_and_both_layers_are_painted(window, page, settled):
    kept(page, settled, "mine")
    page.show_part(_COMPARE)
    page.other.setCurrentIndex(1)
    settled()
    before = page.comparison.plot.grab().toImage()
    window.set_colours(LIGHT)
    assert page.comparison.plot.grab().toImage() != before


def test_the_pages_stand_side_by_side_in_the_room_they_have(window):
    window.setStyleSheet(style_sheet(DARK))
    bar = window.inspector.tabBar()
    assert [bar.tabText(number) for number in range(bar.count())] == [title for title, _ in PAGES]
    assert bar.sizeHint().width() <= window.inspector.width()


def test_more_offers_what_its_table_says(window):
    button = window.findChild(QPushButton, "button_more")
    shown = [action.text() for action in button.menu().actions() if not action.isSeparator()]
    assert shown == [entry.title for entry in ENTRIES]


def test_a_stroke_on_an_image_is_told_in_px_of_the_image_and_stays_on_it(qtbot, window):
    picture, strokes = window.picture, []
    for name in ("pressed", "moved", "released"):
        getattr(picture, name).connect(lambda point, name=name: strokes.append((name, point)))
    places = picture.picture_map()
    pane = places.frame.panes[0]
    start = places.to_widget(pane, 100.0, 200.0).toPoint()
    qtbot.mouseClick(picture, Qt.MouseButton.LeftButton, pos=start)
    assert strokes == []  # nobody draws
    picture.set_drawing(True)
    qtbot.mousePress(picture, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(picture, QPoint(0, start.y()))
    qtbot.mouseRelease(picture, Qt.MouseButton.LeftButton, pos=QPoint(0, start.y()))
    picture.set_drawing(False)
    assert (strokes[0][0], strokes[-1][0]) == ("pressed", "released")
    across, _ = places.scale(pane)
    assert strokes[0][1].x_image_px == pytest.approx(100.0, abs=1.0 / across)
    assert strokes[-1][1].x_image_px == 0.0
    assert places.point_at(start.toPointF() - places.to_widget(pane, 5000.0, 0.0)) is None


def test_what_is_laid_over_the_picture_is_painted_and_taken_away(window):
    calls = []
    window.picture.set_overlay("mine", lambda painter, places: calls.append(len(places.frame.panes)))
    window.picture.grab()
    assert calls == [1]
    window.picture.set_overlay("mine", None)
    window.picture.grab()
    assert calls == [1]
