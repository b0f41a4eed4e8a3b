"""Lists, bars, steps and the accuracy picture show what the state says, in words as well as colours."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, QSize
from PySide6.QtWidgets import QApplication
from study_stage import StageDesk

from calibration import AccuracyMap, TargetResult, ValidationResult
from capture_app.gui import tokens
from capture_app.gui.glyphs import GLYPH_NAMES
from capture_app.gui.study_console.accuracy_page import AccuracyPage
from capture_app.gui.study_console.console_words import (
    case_numbers,
    detail_of,
    mask_sentence,
    prompt_sentence,
    short_clock,
    sign_of,
)
from capture_app.gui.study_console.limit_bar import level_against
from capture_app.gui.study_console.step_flow import StepFlow
from capture_app.gui.study_console.study_cases import StudyCases
from capture_app.gui.study_console.study_panel import StudyPanel
from capture_app.gui.tokens import DARK, LIGHT
from capture_app.session.mask_progress import MaskProgress
from capture_app.session.reading import CaseGrade, CaseState, Light
from capture_app.session.reading.stages import Prompt
from capture_app.session.study.case_table import CaseRole
from capture_app.session.study.quality_keys import Gates
from capture_app.session.study_desk.states import CopyState, DatasetState, StudyCaseLine
from gaze_core.eyes import Eye
from gaze_core.geometry import Screen, ViewingGeometry
from gaze_core.quality import Accuracy

LINE = StudyCaseLine(
    case_id="chest-01", role=CaseRole.STUDY, state=None, attempts=0, grade="", note="", worked_s=0.0,
    is_current=False, does_count=False,
)  # fmt: skip


@pytest.fixture
def desk():
    desk = StageDesk()
    desk.walk_to("labels")
    return desk


def test_every_state_of_a_case_has_a_shape_and_a_word():
    lines = [replace(LINE, state=state) for state in CaseState if state is not CaseState.COMMITTED]
    lines += [replace(LINE, state=CaseState.COMMITTED, grade=light.value) for light in Light]
    signs = [sign_of(line) for line in lines]
    assert all(sign.word and sign.glyph in GLYPH_NAMES for sign in signs)
    assert len({sign.word for sign in signs}) == len(signs)


def test_a_red_case_says_that_it_does_not_count_and_why():
    line = replace(LINE, state=CaseState.COMMITTED, grade="red", note="loss 18 %", attempts=2)
    assert detail_of(line) == "red · loss 18 % · attempt 2 · does not count"


def test_practice_and_spares_are_marked_and_numbered_apart():
    practice, spare = replace(LINE, role=CaseRole.PRACTICE), replace(LINE, role=CaseRole.SPARE)
    assert case_numbers((practice, LINE, LINE, spare)) == ("P1", "1", "2", "S1")
    assert detail_of(practice) == "practice"
    assert detail_of(spare) == "spare"


def test_the_note_of_a_case_set_aside_is_not_said_twice():
    line = replace(LINE, state=CaseState.SET_ASIDE, note="set aside: motion")
    assert detail_of(line) == "set aside · motion"


def test_only_lines_that_changed_are_told(qtbot, desk):
    cases = StudyCases(DARK)
    qtbot.addWidget(cases)
    cases.render_study(desk.state)
    changed = []
    cases.view.model().dataChanged.connect(lambda first, last: changed.append((first.row(), last.row())))
    lines = desk.state.cases
    desk.set(cases=(*lines[:-1], replace(lines[-1], note="loss 9 %")))
    cases.render_study(desk.state)
    assert changed == [(len(lines) - 1, len(lines) - 1)]


def test_the_summary_counts_what_counts(qtbot, desk):
    desk.set(
        cases=(
            replace(LINE, state=CaseState.COMMITTED, grade="green", does_count=True),
            replace(LINE, state=CaseState.COMMITTED, grade="red"),
            replace(LINE, state=CaseState.SET_ASIDE),
            replace(LINE, role=CaseRole.PRACTICE, state=CaseState.COMMITTED, grade="red"),
        )
    )
    cases = StudyCases(DARK)
    qtbot.addWidget(cases)
    cases.render_study(desk.state)
    assert cases.summary.text() == "1 of 3 count · 1 not good enough · 1 set aside"


@pytest.mark.parametrize(
    ("value", "limits", "is_advice", "level"),
    [
        (9.9, (10.0, 15.0), False, "good"),
        (10.0, (10.0, 15.0), False, "attention"),
        (15.0, (10.0, 15.0), False, "bad"),
        (1.0, (1.0,), True, "good"),
        (1.1, (1.0,), True, "attention"),
        (math.nan, (1.0,), True, ""),
    ],
)
def test_a_figure_stands_against_its_limits_as_the_gate_counts_them(value, limits, is_advice, level):
    assert level_against(value, limits, is_advice=is_advice) == level


def test_the_panel_says_screen_times_gate_and_copies(qtbot, desk):
    desk.set(
        grade_so_far=CaseGrade(
            light=Light.AMBER, reason="11 % of the gaze is missing.", loss_percent=11.0, longest_gap_s=0.4,
            drift_deg=0.2,
        ),
        drift_deg=0.62, running_drift_deg=1.4, case_elapsed_s=101.0, screen_elapsed_s=41.0,
        copies=CopyState(level="bad", text="The second place is full. Make room.", copied_cases=4),
    )  # fmt: skip
    panel = StudyPanel(DARK)
    qtbot.addWidget(panel)
    panel.render_study(desk.state)
    names = desk.state.screen_names
    assert panel.heading.text() == f"{names.index('labels') + 1} of {len(names)}: labels"
    assert panel.times.text() == "0:41 of 1:41"
    assert panel.loss.value.text() == "11.0 %"
    assert panel.gap.accessibleName().endswith("good")
    assert panel.mean.accessibleName().endswith("attention")
    assert panel.grade.text == "11 % of the gaze is missing."
    assert panel.copies.text == "The second place is full. Make room."


def test_the_panel_tells_whether_the_newest_reading_is_valid(qtbot, desk):
    panel = StudyPanel(DARK)
    qtbot.addWidget(panel)
    panel.render_study(desk.state)
    assert panel.datasets.isHidden()
    desk.set(datasets=DatasetState(level="good", text="Case C1: valid for reflacx.", case_id="C1"))
    panel.render_study(desk.state)
    assert panel.datasets.text == "Case C1: valid for reflacx."
    assert not panel.datasets.isHidden()


def mask_of(**changed):
    values = {
        "image_id": 0, "visible_s": 12.4, "gaze_s": 10.0, "covered_share": 0.031, "dice_change": 0.082,
        "settled_s": math.nan,
    }  # fmt: skip
    return MaskProgress(**{**values, **changed})


def test_a_mask_is_told_from_its_first_look_until_it_has_settled(qtbot, desk):
    panel = StudyPanel(DARK)
    qtbot.addWidget(panel)
    panel.render_study(desk.state)
    assert panel.mask_line.text == ""
    desk.set(masks=(mask_of(dice_change=math.nan), mask_of(gaze_s=1.0, covered_share=0.9)))
    panel.render_study(desk.state)
    assert panel.mask_line.text == "Mask: 12 s, 3.1 % of the image. It is just growing."
    assert "changed Dice by 8.2 %" in mask_sentence((mask_of(),))[1]
    level, sentence = mask_sentence((mask_of(dice_change=0.004, settled_s=11.0),))
    assert level == "good"
    assert "More looking changes Dice by less than 1 %" in sentence


def test_a_panel_without_figures_shows_dashes(qtbot, desk):
    desk.set(view=None, screen_names=(), grade_so_far=None, drift_deg=math.nan)
    panel = StudyPanel(LIGHT)
    qtbot.addWidget(panel)
    panel.render_study(desk.state)
    assert panel.heading.text() == "Starting"
    assert panel.loss.value.text() == "\u2013"
    assert panel.values["counted"].text() == "\u2013"


def test_before_an_image_was_shown_nothing_is_judged(qtbot, desk):
    reason = "No gaze was recorded while the image was shown."
    grade = CaseGrade(
        light=Light.RED, reason=reason, loss_percent=math.nan, longest_gap_s=0.0, drift_deg=math.nan
    )
    desk.set(grade_so_far=grade)
    panel = StudyPanel(DARK)
    qtbot.addWidget(panel)
    panel.render_study(desk.state)
    assert panel.grade.text == ""
    assert panel.gap.value.text() == "\u2013"


@pytest.mark.parametrize("prompt", list(Prompt))
def test_every_prompt_is_a_sentence(prompt):
    sentence = prompt_sentence(prompt, Gates())
    assert sentence.endswith(".")
    assert "{" not in sentence


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (41, "0:41"), (761, "12:41"), (3661, "1:01:01")])
def test_times_read_as_clocks(seconds, text):
    assert short_clock(seconds) == text


def test_a_time_that_is_not_known_is_a_dash():
    assert short_clock(math.nan) == "\u2013"


def test_steps_wrap_instead_of_leaving_the_panel(qtbot):
    flow = StepFlow(DARK)
    qtbot.addWidget(flow)
    flow.show_steps(("a long name of a screen",) * 12, 3)
    narrow, wide = flow._height(240), flow._height(900)
    assert narrow > wide >= tokens.STEP_HEIGHT
    assert all(box.right() <= 240 for _, box in flow._boxes(240))


def measured_map():
    screen = Screen(width_px=1920, height_px=1080, width_mm=530.0, height_mm=300.0)
    found = AccuracyMap(Eye.AVERAGE, ViewingGeometry(screen=screen, distance_mm=650.0))
    target = TargetResult(
        target_id=0, x_norm=0.5, y_norm=0.5, eye=Eye.AVERAGE,
        accuracy=Accuracy(offset_deg=2.0, azimuth_offset_deg=2.0, elevation_offset_deg=0.0),
        rms_s2s_deg=0.1, std_deg=0.2, bcea_deg2=0.1, sample_count=100, loss_percent=0.0,
        effective_rate_hz=600.0,
    )  # fmt: skip
    found.add_validation(ValidationResult(targets=(target,), eyes=(), window_ms=300.0), 600_000_000_000)
    return found


def test_the_accuracy_page_shows_marks_words_and_the_two_next_targets(qtbot, desk):
    page = AccuracyPage(DARK, 16 / 9)
    qtbot.addWidget(page)
    desk.set(accuracy=measured_map(), accuracy_version=1, session_elapsed_s=600.0)
    page.render_study(desk.state, 600_000_000_000)
    page.show()
    QApplication.processEvents()
    assert "worst 2.0\u00a0deg" in page.summary.text()
    assert "would tell most" in page.next.text()
    assert "is not known" in page.lesion.text()
    mark = page.layout_shown.marks[0]
    assert page.picture.mark_at(page.picture._end(mark)) == mark
    assert page.picture.mark_at(QPointF(1.0, 1.0)) is None


def test_the_picture_is_made_anew_only_for_new_marks_or_later_times(qtbot, desk):
    page = AccuracyPage(DARK, 16 / 9)
    qtbot.addWidget(page)
    desk.set(accuracy=measured_map(), accuracy_version=1, session_elapsed_s=600.0)
    page.render_study(desk.state, 600_000_000_000)
    first = page.layout_shown
    desk.set(session_elapsed_s=601.0)
    page.render_study(desk.state, 601_000_000_000)
    assert page.layout_shown is first
    desk.set(accuracy_version=2)
    page.render_study(desk.state, 601_000_000_000)
    assert page.layout_shown is not first


def test_an_empty_accuracy_page_says_what_is_missing(qtbot, desk):
    page = AccuracyPage(LIGHT, math.nan)
    qtbot.addWidget(page)
    page.render_study(desk.state, 0)
    page.set_colours(DARK)
    assert page.grab().size() == QSize(*tokens.ACCURACY_PAGE_SIZE)
    assert "Nothing was measured yet" in page.summary.text()
