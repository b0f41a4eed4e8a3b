"""Calibrating as a study plans it: points, times, limits, grey, closing validations, attempts."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from calibration_chair import QUICK, Chair

from calibration import CALIBRATION_5, VALIDATIONS, GateLimits, Grade, OffsetLimits, TargetWindow
from capture_app.session.calibration_plan import DeskPlan
from capture_app.session.calibration_states import CalibrationStage
from capture_app.session.port import SessionError
from capture_app.session.study import Study
from capture_app.session.study.decode import Decoder
from capture_app.session.study.presets import PRESETS, preset_text
from capture_app.session.study.quality_keys import GazeSignal
from capture_app.session.study.toml_lines import parse_toml
from gaze_core.eyes import Eye
from gaze_core.rows import GAZE


def study(preset: str = "reflacx") -> Study:
    values, lines = parse_toml(preset_text(preset))
    return Decoder(f"{preset}.gazestudy", lines).record(Study, values)


class Grey:
    value: int | None = None


PLAN = replace(
    DeskPlan.of_study(study()),
    points=5,
    pace=QUICK,
    validation=VALIDATIONS[6],
    closing=VALIDATIONS[5],
    window=TargetWindow(length_ms=200.0),
    background_grey=120,
    attempts_maximum=2,
)


@pytest.fixture
def chair(make_run: Any) -> Chair:
    made = Chair(make_run(GAZE.empty(0)))
    made.desk.take_plan(PLAN)
    made.frame()
    return made


@pytest.fixture
def recorded(make_run: Any, make_image: Any, tmp_path: Path) -> Chair:
    make_image("images/1.png")
    made = Chair(make_run(GAZE.empty(0)))
    made.run.session.show_folder(tmp_path / "images")
    made.run.until_shown()
    made.run.record(tmp_path / "a.gazeh5")
    made.run.until_shown()
    made.desk.take_plan(PLAN)
    made.frame()
    return made


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_makes_a_plan_whose_times_and_limits_are_the_study_s(preset: str) -> None:
    given = study(preset)
    plan = DeskPlan.of_study(given)
    assert plan.points == given.calibration.points
    assert (plan.pace.travel_s, plan.pace.dwell_s) == (given.calibration.travel_s, given.calibration.dwell_s)
    assert len(plan.validation) == given.calibration.validation_points
    assert len(plan.closing) == given.calibration.closing_points
    assert plan.window.length_ms == given.calibration.validation_window_ms
    assert plan.limits.good == OffsetLimits(mean_deg=given.gates.average_deg, worst_deg=given.gates.worst_deg)
    assert plan.limits.accepts is Grade.GOOD
    assert plan.is_of_study


@pytest.mark.parametrize(("average", "worst"), [(0.3, 0.4), (1.0, 1.5), (4.0, 4.0), (1.8, 9.0)])
def test_any_gate_a_study_may_have_is_one(average: float, worst: float) -> None:
    given = study()
    gates = replace(
        given.gates,
        average_deg=average,
        worst_deg=worst,
        recommended_average_deg=0.3,
        recommended_worst_deg=0.4,
    )
    limits = DeskPlan.of_study(replace(given, gates=gates)).limits
    assert (limits.good.mean_deg, limits.good.worst_deg) == (average, worst)
    assert limits.fair.worst_deg >= limits.fair.mean_deg


@pytest.mark.parametrize("dwell_s", [0.3, 1.0, 5.0])
def test_the_device_collects_within_any_dwell(dwell_s: float) -> None:
    given = study()
    plan = DeskPlan.of_study(replace(given, calibration=replace(given.calibration, dwell_s=dwell_s)))
    assert 0.0 < plan.pace.settle_s <= 0.5 * dwell_s or plan.pace.settle_s == 0.5


@pytest.mark.parametrize(
    ("signal", "dominant", "eye"),
    [
        (GazeSignal.LEFT, "right", Eye.LEFT),
        (GazeSignal.AVERAGE, "left", Eye.AVERAGE),
        (GazeSignal.DOMINANT, "right", Eye.RIGHT),
        (GazeSignal.DOMINANT, "unknown", Eye.AVERAGE),
    ],
)
def test_the_dominant_eye_of_the_form_decides_where_the_study_says_so(
    signal: GazeSignal, dominant: str, eye: Eye
) -> None:
    given = study()
    given = replace(given, analysis=replace(given.analysis, signal=signal))
    assert DeskPlan.of_study(given, dominant).eye is eye


def test_the_grey_is_that_of_the_images_once_it_is_known_where_the_study_wants_that() -> None:
    given, grey = study(), Grey()
    plan = DeskPlan.of_study(given, matched_grey=grey)
    assert plan.grey == given.calibration.background_grey
    grey.value = 140
    assert plan.grey == 140
    fixed = replace(given, calibration=replace(given.calibration, is_grey_matched=False))
    assert DeskPlan.of_study(fixed, matched_grey=grey).grey == given.calibration.background_grey
    assert DeskPlan.default().grey is None


def test_a_planned_calibration_follows_the_plan_from_its_points_to_its_gate(chair: Chair) -> None:
    assert chair.state.planned_points == 5
    assert chair.state.validation == VALIDATIONS[6]
    chair.desk.begin_planned()
    chair.frame()
    assert chair.state.points == CALIBRATION_5
    assert chair.run.session.presentation.state.background_grey == 120
    result = chair.until(CalibrationStage.REVIEW).result
    assert len(result.targets) == 6
    assert result.result.window_ms == 200.0
    assert result.gate.limits == PLAN.limits
    assert chair.desk.last_purpose == "opening"
    chair.desk.accept()
    chair.frame()
    assert chair.run.session.presentation.state.background_grey != 120
    assert (chair.desk.accepted_count, chair.desk.aborted_count) == (1, 0)


def test_a_tracker_that_comes_calibrated_is_only_validated(make_run: Any) -> None:
    chair = Chair(make_run(GAZE.empty(0)), calibrates=False)
    with pytest.raises(SessionError, match="No study plans"):
        chair.desk.begin_planned()
    chair.desk.take_plan(PLAN)
    chair.frame()
    assert chair.state.planned_points == 0
    chair.desk.begin_planned()
    assert len(chair.until(CalibrationStage.REVIEW).result.targets) == 6
    assert chair.calls() == []


def test_the_study_s_signal_and_limits_decide_whatever_the_live_view_shows(chair: Chair) -> None:
    chair.desk.take_plan(
        replace(
            PLAN,
            eye=Eye.RIGHT,
            limits=GateLimits(
                recommended=OffsetLimits(mean_deg=0.1, worst_deg=0.1),
                good=OffsetLimits(mean_deg=0.2, worst_deg=0.2),
            ),
        )
    )
    chair.offset_norm = 0.01
    chair.desk.begin_planned()
    gate = chair.until(CalibrationStage.REVIEW).result.gate
    assert gate.decides.eye is Eye.RIGHT
    assert not gate.is_accepted


@pytest.mark.parametrize("purpose", ["block_end", "session_end"])
def test_a_closing_validation_is_short_told_with_its_purpose_and_never_stands_in_the_way(
    recorded: Chair, purpose: str
) -> None:
    recorded.offset_norm = 0.09
    recorded.desk.begin_closing(purpose)
    state = recorded.until(CalibrationStage.REVIEW)
    assert state.is_closing
    assert not state.result.gate.is_accepted
    assert len(state.result.targets) == 5
    assert state.advice == ""
    recorded.desk.accept()
    assert recorded.state.stage is CalibrationStage.ACCEPTED
    validation, judgement = recorded.written("validation"), recorded.written("judgement")
    assert set(validation["purpose"].tolist()) == {purpose.encode()}
    assert judgement["by"].tolist() == [b"gate"]
    assert judgement["is_accepted"].tolist() == [0]
    assert judgement["reason"][0].startswith(b"It closes what was read.")
    assert recorded.desk.last_purpose == purpose
    assert recorded.desk.accepted_count == 1
    with pytest.raises(SessionError, match="ends a block or the session"):
        recorded.desk.begin_closing("opening")


def test_what_was_written_is_handed_on_once_for_the_case_loop(recorded: Chair) -> None:
    recorded.offset_norm = 0.09
    recorded.desk.begin_planned()
    recorded.until(CalibrationStage.REVIEW)
    recorded.offset_norm = 0.0
    recorded.desk.start_over()
    recorded.until(CalibrationStage.REVIEW)
    recorded.desk.accept()
    told = recorded.desk.take_rows()
    assert [name for name, _ in told] == ["validation", "judgement", "validation", "judgement"]
    assert [int(rows["is_accepted"][0]) for name, rows in told if name == "judgement"] == [0, 1]
    assert recorded.desk.take_rows() == []
    assert json.loads(bytes(told[-1][1]["figures"][0]))["validations"] == 2


def test_what_was_accepted_before_the_recording_is_handed_on_when_it_begins(
    chair: Chair, tmp_path: Path
) -> None:
    chair.desk.begin_planned()
    chair.until(CalibrationStage.REVIEW)
    chair.desk.accept()
    chair.until(CalibrationStage.ACCEPTED)
    assert chair.desk.take_rows() == []
    chair.run.record(tmp_path / "a.gazeh5")
    assert [name for name, _ in chair.desk.take_rows()] == ["validation", "judgement"]


def test_after_as_many_attempts_as_the_study_gives_the_operator_is_asked(chair: Chair) -> None:
    chair.offset_norm = 0.09
    chair.desk.begin_planned()
    assert chair.until(CalibrationStage.REVIEW).advice == ""
    chair.desk.start_over()
    asked = chair.until(CalibrationStage.REVIEW).advice
    assert asked.startswith("2 validations lie beyond the limits, and the study asks for a decision after 2.")
    chair.desk.abort()
    chair.until(CalibrationStage.ABORTED)
    assert chair.desk.aborted_count == 1
    chair.desk.begin_planned()
    assert chair.until(CalibrationStage.REVIEW).advice.startswith("3 validations")
    chair.desk.accept("thick glasses")
    chair.until(CalibrationStage.ACCEPTED)
    chair.desk.begin_planned()
    assert chair.until(CalibrationStage.REVIEW).advice == ""


def test_one_eye_alone_is_told_in_the_gate_s_sentence(chair: Chair) -> None:
    chair.unseen = ("right_",)
    chair.desk.begin_planned()
    gate = chair.until(CalibrationStage.REVIEW).result.gate
    assert "The right eye has no gaze at some target, where the other eye stands for both." in gate.text
    chair.desk.take_plan(replace(PLAN, eye=Eye.RIGHT))
    chair.desk.start_over()
    chair.desk.abort()
    chair.until(CalibrationStage.ABORTED)
    chair.desk.begin_planned()
    gate = chair.until(CalibrationStage.REVIEW).result.gate
    assert gate.text.startswith("The right eye has no gaze at some target. Seat the reader anew")
    assert not gate.is_accepted


def test_a_tracker_that_sends_nothing_is_poor_at_every_target_and_says_so(chair: Chair) -> None:
    chair.desk.begin(0)
    chair.frame()
    chair.is_sending = False
    gate = chair.until(CalibrationStage.REVIEW).result.gate
    assert "Neither eye was seen at all of them." in gate.text
    assert gate.decides.grade is Grade.POOR
