"""The timeline tells what it shows: losses by class, outline of the dictation, words under the pointer."""

from __future__ import annotations

import importlib.util
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from capture_app.gui.replay.timeline import Timeline
from capture_app.gui.replay.timeline_paint import Lane
from capture_app.gui.replay.timeline_shapes import LOSS_ROWS, loss_colour
from capture_app.gui.tokens import DARK, LIGHT
from capture_app.session.health import LOSS_WORDS
from capture_app.session.replay import ReplaySource
from gaze_core.quality import LossClass

_RIG = Path(__file__).parents[2] / "session" / "replay" / "replay_rig.py"
if "replay_rig" not in sys.modules:
    _spec = importlib.util.spec_from_file_location("replay_rig", _RIG)
    sys.modules["replay_rig"] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules["replay_rig"])

from replay_rig import S, write_reading  # noqa: E402 - it is found from here on only


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("timeline")
    written = write_reading(folder)
    with wave.open(str(folder / "voice.wav"), "wb") as file:  # 1 s of silence, then 1 s of a tone
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        tone = 12_000 * np.sin(np.arange(16_000) * 0.3)
        file.writeframes(np.concatenate([np.zeros(16_000), tone]).astype("<i2").tobytes())
    opened = ReplaySource.open(written.path)
    opened.load()
    yield opened
    opened.close()


@pytest.fixture
def timeline(qtbot, source):
    made = Timeline(source, DARK)
    qtbot.addWidget(made)
    made.resize(1200, made.height())
    made.show()
    return made


def area_of(timeline, lane):
    return next(each.area for each in timeline._areas(timeline.plot()) if each.lane is lane)


def words(timeline, lane, t_ns):
    return timeline.words_at(QPointF(timeline._x(t_ns), area_of(timeline, lane).center().y()))


def colours_in(timeline, lane, first_ns, end_ns):
    """Return the colours of a track between two times."""
    timeline.redraw()
    image, area = timeline.grab().toImage(), area_of(timeline, lane)
    columns = range(round(timeline._x(first_ns)), round(timeline._x(end_ns)))
    rows = range(round(area.top()) + 1, round(area.bottom()) - 1)
    return {image.pixelColor(x, y).name() for x in columns for y in rows}


def test_every_track_this_recording_has_anything_for_is_there(timeline):
    assert set(timeline._lanes) == set(Lane) - {Lane.OTHER}  # nothing is compared


def test_the_dictation_is_flat_where_it_is_silent_and_high_where_it_is_loud(timeline):
    timeline.redraw()
    image, area = timeline.grab().toImage(), area_of(timeline, Lane.SOUND)
    trace = QColor(DARK.trace_x)

    def height(t_ns):
        x = round(timeline._x(t_ns))
        return sum(image.pixelColor(x, y) == trace for y in range(round(area.top()), round(area.bottom())))

    assert height(S // 2) == 0
    assert 1 <= height(round(1.5 * S)) <= 2
    assert height(round(2.5 * S)) >= area.height() - 4


def test_losses_are_drawn_in_the_colour_of_their_class(timeline, source):
    seen = 0
    for classes in LOSS_ROWS:
        for each in classes:
            begins, ends = source.columns.losses.spans(each)
            for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
                found = colours_in(timeline, Lane.LOSSES, begin, max(end, begin + S // 100))
                assert QColor(loss_colour(each, DARK)).name() in found
                seen += 1
    assert seen


def test_each_class_has_a_colour_of_its_own_in_both_themes():
    for colours in (DARK, LIGHT):
        assert len({loss_colour(each, colours) for each in LossClass}) == len(LossClass)


def test_the_legend_names_every_class_of_loss(timeline):
    told = timeline.words_at(QPointF(10.0, area_of(timeline, Lane.LOSSES).center().y()))
    assert all(word in told for word in LOSS_WORDS.values())
    assert all(loss_colour(each, DARK) in told for each in LossClass)


@pytest.mark.parametrize(
    ("lane", "t_s", "told"),
    [
        (Lane.WORDS, 1.6, "<b>lungs</b>"),
        (Lane.SCREENS, 4.6, "<b>sure (choice)</b>"),
        (Lane.ANSWERS, 4.7, "sure: yes"),
        (Lane.ANSWERS, 3.0, "mark: coughed"),
        (Lane.DRIFT, 0.05, "drift check, 0.50 deg"),
        (Lane.VIEWPORT, 2.0, "zoom, pane 1"),
        (Lane.X, 1.7, " px</b>"),
        (Lane.PUPIL, 1.7, " mm</b>"),
        (Lane.SPEED, 1.7, " deg/s</b>"),
    ],
)
def test_what_stands_under_the_pointer_is_told(timeline, lane, t_s, told):
    assert told in words(timeline, lane, round(t_s * S))


def test_an_event_is_told_with_its_length(timeline, source):
    row = source.events.fixations[3]
    middle = (int(row["onset_host_ns"]) + int(row["offset_host_ns"])) // 2
    assert f"<b>fixation, {row['duration_ms']:.0f} ms</b>" in words(timeline, Lane.EVENTS, middle)


def test_a_loss_is_told_with_its_length(timeline, source):
    for each in LossClass:
        begins, ends = source.columns.losses.spans(each)
        for begin, end in zip(begins[:3].tolist(), ends[:3].tolist(), strict=True):
            if end - begin > S // 50:
                told = words(timeline, Lane.LOSSES, (begin + end) // 2)
                assert f"{LOSS_WORDS[each]}, {(end - begin) / 1e6:.0f} ms" in told


def test_a_pointer_that_rests_shows_the_words_as_a_tool_tip(timeline):
    place = QPoint(10, round(area_of(timeline, Lane.LOSSES).center().y()))
    QApplication.sendEvent(timeline, QHelpEvent(QHelpEvent.Type.ToolTip, place, timeline.mapToGlobal(place)))
    assert "off screen is no loss" in QToolTip.text()
    QToolTip.hideText()


def test_beside_the_tracks_it_tells_how_to_move(timeline):
    below = QPointF(500.0, timeline.plot().bottom() + 5)
    assert "wheel zooms" in timeline.words_at(below)
