"""The page of an open study: form, plan, station, start."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from capture_app.gui.study_start.study_page import StudyPage
from capture_app.gui.tokens import DARK, LIGHT
from capture_app.session.hardware_check import HardwareLine
from capture_app.session.states import DictationState
from capture_app.session.study.station_keys import Asked, Glasses
from capture_app.session.study_desk.states import StartForm, StartPlan

SHA = "ab" * 32
FORM = StartForm(
    reader="R01", is_consent_given=True, years_of_experience=7.0, specialty="radiologist", vision="normal",
    hours_awake=3.0, dominant_eye="left", has_head_rest=False, has_glasses=False, comment="Fine.",
)  # fmt: skip
PLAN = StartPlan(reader="R01", period=1, periods=1, counted=12, quota=50, interrupted="")


def hardware(level, name="disk"):
    return (HardwareLine(name=name, title="Disk", level=level, word="45 min", sentence="Free it."),)


@pytest.fixture
def page(qtbot, themed, opened):
    shown = StudyPage(DARK)
    qtbot.addWidget(shown)
    shown.resize(1280, 800)
    shown.show()
    shown.show_study(opened, "I agree.", SHA)
    return shown


def fill(page, form=FORM, plan=PLAN):
    page.form.reader.setEditText(form.reader)
    page._ask_for_plan()
    page.form.show_form(form)
    page.show_plan(replace(plan, reader=form.reader))


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_page_says_what_the_study_is(page, opened):
    assert page.title.text() == "A small study"
    assert page.place.text() == str(opened.path)
    facts = dict(page.column._facts)
    assert facts["Cases"] == "3 that count"
    assert "below 1 deg" in facts["Calibration"]


def test_a_full_form_starts_with_what_was_entered(page, qtbot):
    fill(page)
    with qtbot.waitSignal(page.start_requested) as asked:
        click(qtbot, page.start_button)
    assert repr(asked.args[0]) == repr(replace(FORM, distance_mm=math.nan))


def test_the_button_says_what_will_happen(page):
    fill(page)
    assert page.start_button.text() == "Start: R01, case 13 of 50"
    page.show_plan(replace(PLAN, interrupted="case-07"))
    assert page.start_button.text() == "Start: R01, at the interrupted case case-07"
    page.show_plan(replace(PLAN, counted=50, unended=Path("R01_p1_s002.gazeh5")))
    assert page.start_button.text() == "Start: the end of R01_p1_s002"


def test_an_empty_form_is_not_scolded_before_the_start(page):
    page._render()
    assert not page.form._findings["vision"].isVisible()
    assert page.notice.text == ""


def test_a_start_without_a_form_shows_what_is_missing_and_goes_there(page, qtbot):
    with qtbot.assertNotEmitted(page.start_requested):
        click(qtbot, page.start_button)
    assert page.form._findings["vision"].isVisibleTo(page)
    assert "filled in" in page.notice.text
    assert page.form.reader.hasFocus() or page.form.reader.lineEdit().hasFocus()


def test_the_plan_is_asked_for_once_typing_rests(page, qtbot):
    asked = []
    page.plan_wanted.connect(asked.append)
    page.form.reader.setFocus()
    with qtbot.waitSignal(page.plan_wanted):
        qtbot.keyClicks(page.form.reader.lineEdit(), "R07")
    assert asked == ["R07"]


def test_a_plan_of_somebody_else_comes_too_late(page):
    fill(page)
    page.show_plan(replace(PLAN, reader="R99", counted=40))
    assert page.start_button.text() == "Start: R01, case 13 of 50"


def test_a_blocked_plan_says_why_and_starts_nothing(page):
    fill(page, plan=replace(PLAN, blocked="R01 has read all cases."))
    assert page.notice.text == "R01 has read all cases."
    assert not page.start_button.isEnabled()


def test_bad_hardware_disables_the_start_with_its_reason(page):
    fill(page)
    page.show_hardware(hardware("bad"), math.nan, None)
    assert not page.start_button.isEnabled()
    assert page.notice.text == "Disk: Free it."
    page.show_hardware(hardware("good"), 640.0, None)
    assert page.start_button.isEnabled()
    assert page.form.distance.text() == "64 cm"


def test_hardware_that_needs_attention_starts_for_a_typed_reason_only(page, qtbot):
    fill(page)
    page.show_hardware(hardware("attention"), 640.0, None)
    with qtbot.assertNotEmitted(page.start_requested):
        click(qtbot, page.start_button)
    assert page.reason.isVisible()
    assert "Disk" in page.notice.text
    qtbot.keyClicks(page.reason, "Short pilot.")
    with qtbot.waitSignal(page.start_requested) as asked:
        click(qtbot, page.start_button)
    assert asked.args[0].reason_to_start == "Short pilot."
    assert asked.args[0].distance_mm == 640.0


def test_a_reason_that_is_not_needed_any_more_is_not_kept(page, qtbot):
    fill(page)
    page.show_hardware(hardware("attention"), 640.0, None)
    click(qtbot, page.start_button)
    page.reason.setText("Short pilot.")
    page.show_hardware(hardware("good"), 640.0, None)
    with qtbot.waitSignal(page.start_requested) as asked:
        click(qtbot, page.start_button)
    assert asked.args[0].reason_to_start == ""


def test_another_reader_does_not_inherit_the_answers(page):
    fill(page)
    page._keep_form()
    fill_reader(page, "R02")
    form = page.form.form_now()
    assert (form.specialty, form.is_consent_given, form.comment) == ("", False, "")


def test_the_same_reader_finds_their_answers_again_in_this_sitting(page):
    fill(page)
    fill_reader(page, "S02")
    fill_reader(page, "R01")
    form = page.form.form_now()
    assert (form.specialty, form.is_consent_given) == ("radiologist", True)


def test_agreement_to_another_text_counts_no_more(page, opened):
    fill(page)
    page.show_study(opened, "I agree to more.", "cd" * 32)
    page._ask_for_plan()
    fill_reader(page, "S02")
    fill_reader(page, "R01")
    assert page.form.form_now().specialty == "radiologist"
    assert not page.form.form_now().is_consent_given


def test_typing_on_keeps_what_was_ticked_before(page):
    page.form.show_form(FORM)
    fill_reader(page, "R0")
    fill_reader(page, "R03")
    assert page.form.form_now().specialty == "radiologist"


def fill_reader(page, name):
    page.form.reader.setEditText(name)
    page._ask_for_plan()


def test_what_lasts_is_offered_from_the_last_session(page):
    last = replace(FORM, hours_awake=9.0)
    page.form.reader.setEditText("R01")
    page._ask_for_plan()
    page.show_plan(replace(PLAN, last_form=last))
    form = page.form.form_now()
    assert (form.years_of_experience, form.specialty, form.dominant_eye) == (7.0, "radiologist", "left")
    assert math.isnan(form.hours_awake)
    assert not form.is_consent_given


def test_what_the_study_does_not_ask_is_not_shown(page, change):
    form = page._study.reader_form
    page.show_study(
        change(
            lambda study: replace(
                study,
                reader_form=replace(form, vision=Asked.OFF),
                conditions=replace(study.conditions, glasses=Glasses.ALLOWED),
            )
        ),
        "",
        "",
    )
    assert not page.form.vision.isVisible()
    assert not page.form.glasses.isVisible()
    assert not page.form.consent.tick.isVisible()
    assert page.form.specialty.isVisible()


def test_planned_readers_are_offered(page, change):
    page.show_study(
        change(lambda study: replace(study, readers=replace(study.readers, planned=("R01", "R02")))), "", ""
    )
    box = page.form.reader
    assert [box.itemText(index) for index in range(box.count())] == ["R01", "R02"]
    assert page.form.form_now().reader == ""


def test_a_refused_plan_stands_at_the_reader(page):
    page.show_plan_refused("", "Somebody else reads this study now.")
    assert page.form._findings["reader"].text() == "Somebody else reads this study now."


def test_a_study_that_changed_on_the_disk_starts_nothing_until_it_is_opened_again(page, opened):
    fill(page)
    page.show_change("It was changed.", can_reopen=True)
    assert not page.start_button.isEnabled()
    assert page.column.reopen_button.isVisible()
    page.show_study(opened, "I agree.", SHA)
    assert page.start_button.isEnabled()


def test_the_microphone_shows_its_level(page):
    heard = DictationState(is_on=True, is_kept=False, level_db=-30.0, is_loud=False, text="")
    page.show_hardware(hardware("good", "microphone"), math.nan, heard)
    bar = page.hardware.rows["microphone"].level_bar
    assert bar is not None
    assert bar.share == pytest.approx(0.5)


def test_lines_come_and_go_with_the_tracker(page):
    page.show_hardware(hardware("good") + hardware("bad", "tracker"), math.nan, None)
    page.show_hardware(hardware("good"), math.nan, None)
    assert list(page.hardware.rows) == ["disk"]


def test_another_theme_reaches_all_of_it(page):
    page.show_hardware(hardware("attention"), math.nan, None)
    page.set_colours(LIGHT)
    assert page.hardware.rows["disk"].line.level == "attention"


def test_nothing_of_a_form_is_written_to_disk(page, tmp_path, qtbot, opened):
    before = sorted(path for path in tmp_path.rglob("*"))
    fill(page)
    click(qtbot, page.start_button)
    assert sorted(path for path in tmp_path.rglob("*")) == before
