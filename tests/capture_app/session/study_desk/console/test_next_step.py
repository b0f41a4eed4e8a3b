"""What comes next is said in one line at every stage, and whether the operator is waited for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from study_stage import StageDesk, preset_study, quiet

from capture_app.session.reading import Stage
from capture_app.session.reading.stages import Prompt
from capture_app.session.study.quality_keys import DriftPlace
from capture_app.session.study_desk.next_step import needs_operator, next_step, screen_title
from capture_app.session.study_desk.states import SideRunKind, SideRunState, StudyPhase

RUN = SideRunState(
    kind=SideRunKind.DRIFT_CHECK,
    x_norm=0.5,
    y_norm=0.5,
    remaining_s=3.0,
    can_be_passed_over=False,
    text="looks",
)


@pytest.fixture
def desk():
    return StageDesk()


def at_stage(desk, stage, **changes):
    """Return the state with its stage replaced, for the stages that take long to reach."""
    view = replace(desk.view, stage=stage, **changes)
    desk.set(view=view)
    return desk.state


def test_before_the_first_case_it_is_the_calibration(desk):
    desk.walk_to_stage(Stage.CALIBRATION)
    assert next_step(desk.state) == "Next: calibration, then case 1 of 3"
    assert needs_operator(desk.state)


def test_on_a_screen_it_is_the_next_screen_and_how_many_follow(desk):
    desk.walk_to("labels")
    names = desk.state.screen_names
    after = names[names.index("labels") + 1 :]
    assert next_step(desk.state) == (f"Next: {screen_title(after[0])}, then {len(after) - 1} more screens")
    assert not needs_operator(desk.state)


def test_on_the_last_screen_it_is_what_follows_the_case(desk):
    desk.walk_to("end")
    assert next_step(desk.state) == "Next: the reader ends this case, then a drift check"


def test_a_study_that_does_not_check_drift_promises_no_check():
    study = quiet(preset_study("reflacx"))
    desk = StageDesk(replace(study, drift_check=replace(study.drift_check, place=DriftPlace.OFF)))
    desk.walk_to("end")
    assert next_step(desk.state) == "Next: the reader ends this case"


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        (Prompt.CASES, "then calibrating is advised"),
        (Prompt.RUNNING_DRIFT, "then calibrating is advised"),
        (Prompt.BREAK, "then a break is advised"),
    ],
)
def test_advice_is_named_where_the_case_ends(desk, prompt, words):
    desk.walk_to("end")
    desk.set(view=replace(desk.view, prompts=(prompt,)))
    assert next_step(desk.state).endswith(words)


@pytest.mark.parametrize(
    ("stage", "words", "is_waiting"),
    [
        (Stage.RESUME_CHOICE, "Your decision", True),
        (Stage.PRACTICE_DECISION, "another round of practice", True),
        (Stage.BREAK_DUE, "a break of at least", True),
        (Stage.BREAK, "the reader comes back", False),
        (Stage.DRIFT_CHECK, "drift check or calibration", True),
        (Stage.READY, "Next: case 1 of 3", False),
        (Stage.PAUSED, "go on with", True),
        (Stage.FINISHED, "end the session", True),
    ],
)
def test_every_stage_has_its_line(desk, stage, words, is_waiting):
    state = at_stage(desk, stage)
    assert words in next_step(state)
    assert needs_operator(state) is is_waiting


def test_a_drift_check_that_runs_needs_nobody(desk):
    state = replace(at_stage(desk, Stage.DRIFT_CHECK), side_run=RUN)
    assert next_step(state) == "Next: case 1 of 3"
    assert not needs_operator(state)


@pytest.mark.parametrize(
    ("purpose", "line"),
    [
        ("opening", "Next: case 1 of 3"),
        ("block_end", "Next: a break"),
        ("session_end", "Next: the session ends with its report"),
    ],
)
def test_what_follows_a_calibration_depends_on_what_it_is_for(desk, purpose, line):
    desk.set(is_calibrating=True, validation_purpose=purpose)
    assert next_step(desk.state) == line
    assert not needs_operator(desk.state)


@pytest.mark.parametrize("phase", [phase for phase in StudyPhase if phase is not StudyPhase.RUNNING])
def test_outside_a_running_session_the_line_says_where_it_is(desk, phase):
    desk.set(phase=phase)
    assert "ext" in next_step(desk.state)
    assert needs_operator(desk.state)


def test_a_session_without_a_view_is_starting(desk):
    desk.set(view=None)
    assert next_step(desk.state) == "The recording is starting. Next: calibration"


def test_names_of_screens_become_words():
    assert screen_title("chest_box") == "chest box"
