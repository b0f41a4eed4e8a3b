"""The end of a case: lights with words, ways back by title, calibration, leaving it out with a reason."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from answer_stage import AnswerStage
from PySide6.QtCore import Qt
from study_stage import StageDesk, preset_study, quiet

from capture_app.gui.reading.case_lights import light_rows, verdict_words
from capture_app.gui.reading.end_parts import screen_title
from capture_app.session.reading import CaseGrade, Light, Stage
from capture_app.session.study.quality_keys import Gates


@pytest.fixture
def stage(qtbot, themed) -> Iterator[AnswerStage]:
    desk = StageDesk(quiet(preset_study("reflacx")))
    desk.walk_to("end")
    desk.asked.clear()
    made = AnswerStage(desk)
    yield made
    made.close()


def grade(**changes: object) -> CaseGrade:
    values = {"light": Light.GREEN, "reason": "", "loss_percent": 2.0, "longest_gap_s": 0.2, "drift_deg": 0.3}
    return CaseGrade(**{**values, **changes})


@pytest.mark.parametrize(
    ("changes", "levels"),
    [
        ({}, ("good", "good", "good")),
        ({"loss_percent": 10.0}, ("attention", "good", "good")),
        ({"loss_percent": 15.0, "longest_gap_s": 1.5}, ("bad", "attention", "good")),
        ({"longest_gap_s": 3.0, "drift_deg": 5.0}, ("good", "bad", "attention")),
        ({"loss_percent": math.nan, "drift_deg": math.nan}, ("", "good", "")),
    ],
)
def test_lights_follow_the_limits_of_the_study(changes, levels):
    rows = light_rows(grade(**changes), Gates())
    assert tuple(row.level for row in rows) == levels


def test_what_was_not_measured_is_said_to_be_so():
    row = light_rows(grade(drift_deg=math.nan), Gates())[2]
    assert (row.value, row.word) == ("\u2013", "not measured")


def test_a_case_that_does_not_count_tells_why_and_what_follows():
    level, words = verdict_words(grade(light=Light.RED, reason="40 % of the gaze is missing."))
    assert level == "bad"
    assert words.startswith("40 % of the gaze is missing. Another case")


def test_every_light_has_a_word_beside_it(stage):
    cells = stage.screens.current.lights._cells
    assert [name.text() for name, *_ in cells] == ["Missing gaze", "Longest gap", "Drift"]
    assert all(word.text() for *_, word in cells)
    assert all(not sign.pixmap().isNull() for _, _, sign, _ in cells)


def test_the_heading_names_the_case(stage):
    assert stage.screens.pages["end"].question.text() == "Case 1 is done"


@pytest.mark.parametrize(("name", "title"), [("chest-box", "Chest box"), ("a_b", "A b"), ("image", "Image")])
def test_screens_are_named_in_words(name, title):
    assert screen_title(name) == title


def test_a_screen_is_gone_back_to_by_mouse(stage):
    jumps = stage.screens.current.jumps
    stage.click(jumps.buttons[jumps.names.index("labels")])
    assert stage.name == "labels"


def test_a_screen_is_gone_back_to_by_its_figure(stage):
    second = stage.screens.current.jumps.names[1]
    stage.type("2")
    assert stage.name == second


def test_enter_opens_the_next_case(stage):
    stage.key(Qt.Key.Key_Return)
    assert stage.desk.view.stage is not Stage.CASE


def test_a_calibration_is_asked_for_once(stage):
    stage.type("c")
    stage.type("c")
    assert stage.desk.asked == [("recalibrate_by_reader",)]
    assert stage.screens.current.calibrate.text() == "A calibration follows"
    stage.key(Qt.Key.Key_Return)
    assert stage.desk.view.stage is Stage.CALIBRATION
    stage.desk.walk_to("end")
    stage.frame()
    assert stage.screens.current.calibrate.isEnabled()


def test_leaving_a_case_out_asks_for_a_reason_and_can_be_taken_back(stage):
    stage.click(stage.screens.current.aside)
    bar = stage.screens.bar
    assert (bar.next_button.text(), bar.next_button.isEnabled()) == ("Leave it out", False)
    stage.click(stage.screens.current.keep)
    assert bar.next_button.text() == "Next case"
    assert stage.desk.asked == []


def test_a_case_is_left_out_by_keys(stage):
    stage.type("x")
    stage.type("2")
    reason = stage.screens.current.panel.reason
    stage.key(Qt.Key.Key_Return)
    assert stage.desk.asked == [("set_aside_by_reader", reason)]
    assert reason == stage.desk.opened.study.screens[-1].discard_reasons[1]
    assert stage.desk.view.stage is not Stage.CASE


def test_backspace_keeps_the_case(stage):
    stage.type("x")
    stage.key(Qt.Key.Key_Backspace)
    assert not stage.screens.current.is_asking
    assert stage.name == "end"


def test_without_reasons_no_case_can_be_left_out(qtbot):
    desk = StageDesk(quiet(preset_study("vqa")))
    desk.walk_to("end")
    made = AnswerStage(desk)
    has_reasons = bool(desk.view.screen.discard_reasons)
    assert made.screens.current.aside.isVisible() == has_reasons
    made.close()
