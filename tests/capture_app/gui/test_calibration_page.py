"""The calibration's page shows what the desk says, and says what the person wants."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from calibration import (
    CALIBRATION_9,
    VALIDATION_4,
    VALIDATIONS,
    Correction,
    CorrectionJudgement,
    CorrectionOrder,
    judge,
    validate_windows,
)
from capture_app.gui import tokens
from capture_app.gui.calibration_page import CalibrationPage
from capture_app.gui.tokens import DARK, LIGHT
from capture_app.session.calibration_run import WINDOW
from capture_app.session.calibration_states import (
    AttemptView,
    CalibrationDeskState,
    CalibrationStage,
    CorrectionView,
    TargetSamples,
    ValidationView,
)
from capture_app.session.tracker_states import HeadPosition
from gaze_core.eyes import Eye
from gaze_core.geometry import Screen, ViewingGeometry
from gaze_core.rows import GAZE, TARGET

GEOMETRY = ViewingGeometry(Screen(width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0), 650.0)
HEAD = HeadPosition(distance_mm=640.0, near_mm=600.0, far_mm=700.0, sentence="The head is well placed.")
READY = CalibrationDeskState(can_calibrate=True, tracker="Spectrum")


def view(offset_norm: float) -> ValidationView:
    """Return a validation that meets every target so far to the right."""
    targets = TARGET.empty(len(VALIDATION_4))
    gaze = GAZE.empty(4 * 100)
    gaze["t_host_ns"] = gaze["t_device_ns"] = np.arange(400) * 10_000_000
    for number, target in enumerate(VALIDATION_4):
        row = targets[number]
        row["target_id"], row["x_norm"], row["y_norm"] = target.target_id, target.x_norm, target.y_norm
        row["t_on_host_ns"], row["t_off_host_ns"] = number * 10**9, (number + 1) * 10**9 - 1
        part = slice(number * 100, (number + 1) * 100)
        for prefix in ("left_", "right_", ""):
            gaze[f"{prefix}valid"][part] = 1
            gaze[f"{prefix}x_norm"][part] = target.x_norm + offset_norm
            gaze[f"{prefix}y_norm"][part] = target.y_norm
    result = validate_windows(gaze, targets, GEOMETRY, WINDOW)
    samples = tuple(
        TargetSamples(
            target_id=target.target_id,
            eye=eye,
            x_norm=(target.x_norm + offset_norm,),
            y_norm=(target.y_norm,),
            mean_norm=(target.x_norm + offset_norm, target.y_norm),
        )
        for target in VALIDATION_4
        for eye in (Eye.LEFT, Eye.RIGHT, Eye.AVERAGE)
    )
    return ValidationView(
        number=1,
        t_ended_host_ns=0,
        result=result,
        gate=judge(result, Eye.AVERAGE),
        samples=samples,
        targets=targets,
    )


def reviewed(offset_norm: float = 0.005, **changes) -> CalibrationDeskState:
    state = replace(READY, stage=CalibrationStage.REVIEW, points=CALIBRATION_9, result=view(offset_norm))
    return replace(state, **changes)


@pytest.fixture
def desk(session):
    return session.calibration_desk


@pytest.fixture
def page(qtbot, themed, desk):
    made = CalibrationPage(DARK, desk, lambda: HEAD, 16 / 9)
    qtbot.addWidget(made)
    made.show()
    desk.asked.clear()
    return made


def show(page, desk, state) -> None:
    desk.state = state
    page.render_desk()


def shown_buttons(page) -> list[str]:
    buttons = (page.begin_button, page.accept_button, page.redo_button, page.over_button,
               page.again_button, page.stop_button, page.close_button)  # fmt: skip
    return [button.text() for button in buttons if button.isVisible()]


def click(qtbot, button) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_nine_points_are_offered_first_and_begun_with_one_key(page, desk, qtbot):
    assert shown_buttons(page) == ["Begin", "Close"]
    assert page.head.isVisible()
    qtbot.keyClick(page.begin_button, Qt.Key.Key_Return)
    assert desk.asked == [("begin", 9)]


def test_the_number_of_points_is_the_one_that_was_clicked(page, desk, qtbot):
    click(qtbot, page.set_up.buttons[13])
    click(qtbot, page.begin_button)
    assert desk.asked == [("begin", 13)]


def test_a_tracker_that_comes_calibrated_is_only_validated(page, desk, qtbot):
    show(page, desk, replace(READY, can_calibrate=False))
    assert [points for points, button in page.set_up.buttons.items() if button.isEnabled()] == [0]
    click(qtbot, page.begin_button)
    assert desk.asked == [("begin", 0)]


def test_why_none_can_be_begun_is_said_and_the_button_is_off(page, desk):
    show(page, desk, replace(READY, blocked="No tracker is connected."))
    assert page.notice.text == "No tracker is connected."
    assert not page.begin_button.isEnabled()


def test_a_refusal_is_shown_until_the_next_wish(page, desk, qtbot):
    desk.refusal = "The recording is just beginning."
    click(qtbot, page.begin_button)
    assert page.notice.text == "The recording is just beginning."
    desk.refusal = ""
    click(qtbot, page.begin_button)
    assert page.notice.text == ""


def test_progress_names_the_target_and_can_be_stopped(page, desk, qtbot):
    running = replace(READY, stage=CalibrationStage.CALIBRATING, done_count=3, target_count=9)
    show(page, desk, running)
    assert page.progress.heading.text() == "Calibrating"
    assert shown_buttons(page) == ["Stop"]
    show(page, desk, replace(running, stage=CalibrationStage.VALIDATING))
    assert page.progress.heading.text() == "Validating"
    click(qtbot, page.stop_button)
    assert desk.asked == [("abort",)]


def test_a_good_result_is_accepted_with_one_key(page, desk, qtbot):
    show(page, desk, reviewed())
    assert shown_buttons(page) == ["Accept", "Redo points", "Start over", "Stop"]
    assert not page.numbers.reason.isVisible()
    assert not page.redo_button.isEnabled()
    qtbot.keyClick(page.accept_button, Qt.Key.Key_Return)
    assert desk.asked == [("accept", "")]


def test_the_numbers_are_those_of_the_result_for_each_eye(page, desk):
    state = reviewed(0.02)
    show(page, desk, state)
    for eye in state.result.result.eyes:
        assert page.numbers.values[eye.eye, 0].text() == f"{eye.mean_offset_deg:.2f}"
        assert page.numbers.values[eye.eye, 1].text() == f"{eye.worst_offset_deg:.2f}"
    assert page.numbers.sentence.text == state.result.gate.text


def test_against_the_limits_it_is_accepted_only_with_a_reason(page, desk, qtbot):
    show(page, desk, reviewed(0.08))
    assert not page.accept_button.isEnabled()
    qtbot.keyClicks(page.numbers.reason, "thick glasses")
    assert page.accept_button.isEnabled()
    click(qtbot, page.accept_button)
    assert desk.asked == [("accept", "thick glasses")]


def test_the_points_suggested_are_chosen_and_a_click_changes_that(page, desk, qtbot):
    show(page, desk, reviewed(0.08, suggested=(0, 3)))
    assert page.picture.chosen == {0, 3}
    width = min(page.picture.width(), page.picture.height() * 16 / 9)
    left = (page.picture.width() - width) / 2
    centre = QPoint(
        round(left + width / 2), round(width / (16 / 9) / 2)
    )  # point 0 is the middle of the screen
    qtbot.mouseClick(page.picture, Qt.MouseButton.LeftButton, pos=centre)
    assert page.picture.chosen == {3}
    click(qtbot, page.redo_button)
    assert desk.asked == [("redo", (3,))]


def test_points_are_chosen_by_keys_alone(page, desk, qtbot):
    show(page, desk, reviewed())
    qtbot.keyClick(page.picture, Qt.Key.Key_Right)
    qtbot.keyClick(page.picture, Qt.Key.Key_Space)
    assert page.picture.chosen == {1}
    assert page.redo_button.isEnabled()
    qtbot.keyClick(page.picture, Qt.Key.Key_Left)
    qtbot.keyClick(page.picture, Qt.Key.Key_Space)
    assert page.picture.chosen == {0, 1}


def test_without_a_validation_there_is_nothing_to_accept_and_the_tracker_s_words_stand_there(page, desk):
    text = "The tracker saw no eye."
    show(page, desk, reviewed(result=None, text=text, missed=(0, 1), suggested=(0, 1)))
    assert page.numbers.sentence.text == text
    assert not page.accept_button.isEnabled()
    assert page.redo_button.hasFocus()


def test_a_validation_alone_has_no_points_to_redo(page, desk, qtbot):
    show(page, desk, reviewed(points=()))
    assert shown_buttons(page) == ["Accept", "Start over", "Stop"]
    click(qtbot, page.over_button)
    assert desk.asked == [("start_over",)]


def test_what_was_accepted_stays_in_view_and_another_can_follow(page, desk, qtbot):
    show(page, desk, reviewed(stage=CalibrationStage.ACCEPTED))
    assert page.numbers.isVisible()
    assert shown_buttons(page) == ["Calibrate again", "Close"]
    click(qtbot, page.again_button)
    assert desk.asked == [("dismiss",)]


def test_in_a_session_with_a_study_the_page_goes_once_a_result_is_accepted(desk, qtbot, themed):
    page = CalibrationPage(DARK, desk, lambda: HEAD, 16 / 9, closes_when_accepted=True)
    qtbot.addWidget(page)
    page.show()
    show(page, desk, reviewed(stage=CalibrationStage.ACCEPTED, text="The tracker was not there any more."))
    assert page.isVisible()
    show(page, desk, reviewed())
    assert page.isVisible()
    show(page, desk, reviewed(stage=CalibrationStage.ACCEPTED))
    assert not page.isVisible()


def test_closing_the_page_stops_the_calibration(page, desk, qtbot):
    show(page, desk, replace(READY, stage=CalibrationStage.VALIDATING))
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert not page.isVisible()
    assert desk.asked == [("abort",)]


def test_samples_are_drawn_three_times_as_far_from_their_target_in_the_eye_s_colour(page, desk, qtbot):
    show(page, desk, reviewed(0.02))
    picture = page.picture
    width = min(picture.width(), picture.height() * 16 / 9)
    left = (picture.width() - width) / 2
    target = VALIDATION_4[0]
    place = QPoint(
        round(left + width * (target.x_norm + 0.02 * tokens.CALIBRATION_MAGNIFICATION)),
        round(width / (16 / 9) * target.y_norm),
    )
    colour = picture.grab().toImage().pixelColor(place * picture.devicePixelRatioF())
    assert colour.name() == tokens.OVERLAY.right


def test_what_a_study_plans_is_offered_alone_and_begun_as_planned(page, desk, qtbot):
    show(page, desk, replace(READY, planned_points=13, validation=VALIDATIONS[8]))
    open_ones = [points for points, button in page.set_up.buttons.items() if button.isEnabled()]
    assert open_ones == [13]
    assert page.set_up.points == 13
    assert "with 8 targets to validate" in page.set_up._advice.text()
    click(qtbot, page.begin_button)
    assert desk.asked == [("begin_planned",)]
    show(page, desk, READY)
    assert page.set_up.points == 9


def test_a_closing_validation_is_accepted_as_it_is(page, desk, qtbot):
    show(page, desk, reviewed(0.09, is_closing=True, points=()))
    assert not page.numbers.reason.isVisible()
    assert "accept with a reason" not in page.numbers.sentence.text
    click(qtbot, page.accept_button)
    assert desk.asked == [("accept", "")]


def attempt(number, *, is_in_use=False, text=""):
    return AttemptView(
        number=number,
        points=9,
        missed=0,
        mean_deg=0.4 * number,
        worst_deg=0.9 * number,
        is_in_use=is_in_use,
        can_be_used=not is_in_use and not text,
        text=text,
    )


def test_attempts_are_listed_once_there_is_a_choice_and_one_is_used_by_its_button(page, desk, qtbot):
    show(page, desk, reviewed(attempts=(attempt(1, is_in_use=True),)))
    assert not page.attempts.isVisible()
    show(page, desk, reviewed(attempts=(attempt(1), attempt(2, is_in_use=True))))
    assert page.attempts.isVisible()
    assert list(page.attempts.buttons) == [1]
    click(qtbot, page.attempts.buttons[1])
    assert desk.asked == [("choose", 1)]


def test_an_attempt_that_cannot_be_used_says_why(page, desk, qtbot):
    why = "This tracker does not hand out its calibrations; only the last one can be used."
    show(
        page,
        desk,
        reviewed(attempts=(attempt(1, text=why), attempt(2, text=why), attempt(3, is_in_use=True))),
    )
    assert not page.attempts.buttons[1].isEnabled()
    assert page.attempts._why.text() == why  # once for all


def test_a_correction_is_offered_fitted_and_shown_with_what_it_would_change(page, desk, qtbot):
    state = replace(reviewed(0.03, points=()), can_correct=True)
    show(page, desk, state)
    click(qtbot, page.correction.button)
    assert desk.asked == [("fit_correction",)]
    show(page, desk, replace(state, stage=CalibrationStage.CORRECTING, target_count=9, can_correct=False))
    assert page.progress.heading.text() == "Measuring for a correction"
    assert page.stop_button.isVisible()
    correction = Correction(
        order=CorrectionOrder.AFFINE, signal=Eye.AVERAGE, eyes=(), fitted_on=(), fit_result=view(0.03).result
    )
    fitted = CorrectionView(
        judgement=CorrectionJudgement(
            correction=correction, before=view(0.03).result, after=view(0.001).result
        ),
        before_mean_deg=1.394,
        before_worst_deg=1.4,
        after_mean_deg=0.046,
        after_worst_deg=0.05,
        text="A correction would help.",
    )
    show(page, desk, replace(state, correction=fitted))
    assert page.correction.values["before", "mean"].text() == "1.39"
    assert page.correction.values["after", "mean"].text() == "0.05"
    assert page.correction.sentence.text == "A correction would help."
    show(page, desk, reviewed())
    assert not page.correction.isVisible()


def test_what_the_operator_should_decide_and_what_the_tracker_refused_stand_below(page, desk):
    show(page, desk, reviewed(0.09, advice="5 validations lie beyond the limits."))
    assert page.notice.text == "5 validations lie beyond the limits."
    show(page, desk, reviewed(text="The tracker does not take this calibration back."))
    assert page.notice.text == "The tracker does not take this calibration back."
    show(page, desk, reviewed())
    assert page.notice.text == ""


def test_the_page_takes_another_theme(page, desk):
    show(page, desk, reviewed())
    page.set_colours(LIGHT)
    assert page.numbers.sentence.text
