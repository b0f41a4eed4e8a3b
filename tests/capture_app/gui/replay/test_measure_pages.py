"""The pages of measures in the real window of a replay, and the window of perceptual errors."""

from __future__ import annotations

import importlib.util
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt

from capture_app.gui.replay.areas_page import AreasPage
from capture_app.gui.replay.error_window import ErrorWindow
from capture_app.gui.replay.metrics_page import MetricsPage
from capture_app.gui.replay.window import ReplayWindow
from capture_app.gui.tokens import DARK
from capture_app.session.measures import MeasureOptions, areas_path, load_areas, measure_recording
from capture_app.session.replay import ReplaySource
from gaze_core.measures import AreaKind, MeasuredFrom

_SESSION = Path(__file__).parents[2] / "session"
for _name, _path in (
    ("reading_rig", _SESSION / "reading" / "reading_rig.py"),
    ("report_rig", _SESSION / "report" / "report_rig.py"),
    ("replay_rig", _SESSION / "replay" / "replay_rig.py"),
):
    if _name not in sys.modules:
        _spec = importlib.util.spec_from_file_location(_name, _path)
        sys.modules[_name] = importlib.util.module_from_spec(_spec)
        _spec.loader.exec_module(sys.modules[_name])

import report_rig as rigs  # noqa: E402 - found from here on only
from reading_rig import preset_study, quiet, some_reference  # noqa: E402
from replay_rig import S, write_reading  # noqa: E402


@pytest.fixture(scope="module")
def reading(tmp_path_factory):
    return write_reading(tmp_path_factory.mktemp("measured"))


@pytest.fixture
def written(reading):
    """A recording without areas beside it."""
    areas_path(reading.path).unlink(missing_ok=True)
    return reading


@pytest.fixture
def window(qtbot, written):
    source = ReplaySource.open(written.path)
    source.load()
    window = ReplayWindow(source, DARK)
    window.voice.is_muted = True
    window.show()
    window._timer.stop()
    window.go_to(source.first_ns + S)
    window.step()
    yield window
    window.close()


def measured(qtbot, page):
    qtbot.waitUntil(lambda: not page.desk.is_busy and page.desk.measured is not None, timeout=5000)


def shown(qtbot, window, kind):
    window.inspector.show_page(kind)
    page = window.inspector.page(kind)
    measured(qtbot, page)
    return page


def test_the_page_shows_the_figures_that_the_command_writes(qtbot, window, written):
    page = shown(qtbot, window, MetricsPage)
    whole = measure_recording(written.path, None, (), MeasureOptions())
    (case, _) = (each.figures for each in whole.cases)
    assert page.value("visible_s") == f"{case.visible_s:.3f} s"
    assert page.value("valid_share") == f"{case.valid_share * 100:.1f} %"
    assert page.origin.text().startswith("Events: recorded live")
    assert "without a study" in page.notes.text()


def test_another_case_is_measured_when_it_is_shown(qtbot, window):
    page = shown(qtbot, window, MetricsPage)
    first = page.value("visible_s")
    window.step_by("case", 1)
    window.go_to(window.clock.t_ns + S)
    window.step()
    measured(qtbot, page)
    assert page.desk.trial == 1
    assert page.value("visible_s") != first


def drag(qtbot, window, first, last):
    qtbot.mousePress(window.picture, Qt.MouseButton.LeftButton, pos=first)
    qtbot.mouseMove(window.picture, last)
    qtbot.mouseRelease(window.picture, Qt.MouseButton.LeftButton, pos=last)


def middle(window):
    stage = window.picture.stage()
    return QPoint(round(stage.x + stage.w / 2), round(stage.y + stage.h / 2))


def test_an_area_is_drawn_kept_measured_renamed_and_removed(qtbot, window, written):
    page = shown(qtbot, window, AreasPage)
    before = written.path.read_bytes()
    at = middle(window)
    page.name.setText("apex")
    qtbot.mouseClick(page.tool(AreaKind.ELLIPSE), Qt.MouseButton.LeftButton)
    own = len(page.areas)
    drag(qtbot, window, at - QPoint(30, 30), at + QPoint(30, 20))
    measured(qtbot, page)
    assert len(page.areas) == own + 1
    (kept,) = load_areas(areas_path(written.path))
    assert (kept.area.name, kept.area.kind) == ("apex", AreaKind.ELLIPSE)
    row = page.table.rowCount() - 1
    page.table.selectRow(row)
    page.name.setText("left apex")
    page.rename_button.click()
    measured(qtbot, page)
    assert load_areas(areas_path(written.path))[0].area.name == "left apex"
    page.table.selectRow(row)
    page.remove_button.click()
    assert load_areas(areas_path(written.path)) == ()
    assert written.path.read_bytes() == before


def test_a_polygon_ends_with_enter_and_escape_gives_up(qtbot, window, written):
    page = shown(qtbot, window, AreasPage)
    at = middle(window)
    qtbot.mouseClick(page.tool(AreaKind.POLYGON), Qt.MouseButton.LeftButton)
    for dx, dy in ((-30, -30), (30, -30), (0, 30)):
        qtbot.mouseClick(window.picture, Qt.MouseButton.LeftButton, pos=at + QPoint(dx, dy))
    qtbot.keyClick(window.picture, Qt.Key.Key_Return)
    (kept,) = load_areas(areas_path(written.path))
    assert len(kept.area.points_image_px) == 3
    qtbot.mouseClick(window.picture, Qt.MouseButton.LeftButton, pos=at)
    qtbot.keyClick(window.picture, Qt.Key.Key_Escape)
    assert page.drawing.kind is None
    assert page.drawing.corners == ()
    assert len(load_areas(areas_path(written.path))) == 1


def test_a_margin_counts_more_and_says_so(qtbot, window):
    page = shown(qtbot, window, AreasPage)
    at = middle(window)
    qtbot.mouseClick(page.tool(AreaKind.BOX), Qt.MouseButton.LeftButton)
    drag(qtbot, window, at - QPoint(8, 8), at + QPoint(8, 8))
    measured(qtbot, page)
    plain = page.areas[-1].plain.sample_dwell_s
    page.margin.setValue(9.0)
    qtbot.waitUntil(lambda: bool(page.areas) and page.areas[-1].by_margin is not None, timeout=5000)
    assert page.areas[-1].by_margin.sample_dwell_s > plain
    page.table.selectRow(page.table.rowCount() - 1)
    assert "with 9 deg around" in page.facts.text()


def test_areas_are_painted_while_their_page_is_in_front(qtbot, window):
    shown(qtbot, window, AreasPage)
    assert "areas" in window.picture.overlays
    assert not window.picture.grab().isNull()
    shown(qtbot, window, MetricsPage)
    assert "areas" not in window.picture.overlays


def test_a_file_of_boxes_is_taken_and_a_wrong_one_told(qtbot, window, written):
    page = shown(qtbot, window, AreasPage)
    boxes = written.path.with_name("boxes.json")
    boxes.write_text(
        json.dumps(
            {
                "images": [{"id": 1, "file_name": written.images[0].name}],
                "annotations": [{"image_id": 1, "bbox": [10, 10, 50, 40]}],
            }
        )
    )
    page.desk.take_file(boxes)
    qtbot.waitUntil(lambda: len(page.desk.kept) == 1 and not page.desk.is_busy, timeout=5000)
    assert "1 areas taken" in page.notes.text()
    boxes.write_text("{")
    page.desk.take_file(boxes)
    qtbot.waitUntil(lambda: "no JSON" in page.notes.text(), timeout=5000)
    assert len(load_areas(areas_path(written.path))) == 1


def test_a_broken_file_of_areas_is_told_and_never_overwritten(qtbot, window, written):
    path = areas_path(written.path)
    path.write_text("broken")
    window.inspector.show_page(AreasPage)
    page = window.inspector.page(AreasPage)
    qtbot.waitUntil(lambda: "no file of areas" in page.notes.text(), timeout=5000)
    assert not page.tool(AreaKind.BOX).isEnabled()
    assert path.read_text() == "broken"


@pytest.fixture(scope="module")
def studied(tmp_path_factory):
    study = quiet(preset_study("reflacx"), cases=1)
    opened = rigs.opened_study(tmp_path_factory.mktemp("study"), study, count=1)
    moved = tuple(
        replace(each, region=replace(each.region, x_image_px=800.0))
        if each.is_present and each.finding
        else each
        for each in some_reference(opened.cases)
    )
    path = rigs.write(tmp_path_factory.mktemp("session") / "R01.gazeh5", rigs.session(opened), opened)
    return path, opened, moved


@pytest.fixture
def errors(qtbot, studied, monkeypatch):
    path, opened, reference = studied
    from capture_app.gui.replay import error_window

    real = error_window.open_replay_measures
    monkeypatch.setattr(
        error_window,
        "open_replay_measures",
        lambda where: replace(real(where), opened=opened, reference=reference, note=""),
    )
    source = ReplaySource.open(path)
    replay = ReplayWindow(source, DARK)
    window = ErrorWindow(path, replay.pictures, replay)
    window.show()
    qtbot.waitUntil(lambda: not window.is_busy, timeout=5000)
    yield window
    window.close()
    replay.close()


def test_moving_a_limit_classes_the_misses_anew(qtbot, errors):
    assert errors.list.count() == 1
    assert "1 of 1 findings missed" in errors.summary.text()
    errors.radius.setValue(0.25)
    assert "search 1" in errors.summary.text()
    errors.radius.setValue(20.0)
    errors.dwell.setValue(0.05)
    assert "decision 1" in errors.summary.text()
    errors.measured_from.setCurrentIndex(1)
    assert errors.rule.measured_from is MeasuredFrom.CENTRE
    assert not errors.grab().isNull()


def test_the_moment_of_a_miss_is_gone_to_and_the_report_saved(qtbot, errors, tmp_path):
    with qtbot.waitSignal(errors.moment_chosen) as told:
        errors.go_button.click()
    assert told.args[0] >= errors.measured.cases[0].case.first_ns
    errors.save(tmp_path / "errors.html")
    assert "Perceptual errors" in (tmp_path / "errors.html").read_text(encoding="utf-8")
    assert str(tmp_path) in errors.saved.text()
    errors.save(tmp_path / "errors.html" / "beneath.html")
    assert "Choose another place" in errors.saved.text()


def test_a_recording_without_findings_says_why_there_are_no_errors(qtbot, window, written):
    errors = ErrorWindow(written.path, window.pictures, window)
    errors.show()
    qtbot.waitUntil(lambda: not errors.is_busy, timeout=5000)
    assert "without a study" in errors.summary.text()
    assert not errors.save_button.isEnabled()
    errors.close()
