"""The operator may do what the stage allows, and is told why not of everything else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from study_stage import StageDesk

from capture_app.session.reading import Stage
from capture_app.session.study_desk.console_acts import (
    ConsoleAct,
    end_words,
    main_act,
    refusal,
    refusals,
    skip_reasons,
    skip_words,
)
from capture_app.session.study_desk.states import CopyState, SideRunKind, SideRunState, StudyPhase

RUN = SideRunState(
    kind=SideRunKind.DRIFT_CHECK,
    x_norm=0.5,
    y_norm=0.5,
    remaining_s=3.0,
    can_be_passed_over=False,
    text="looks",
)
ANY_TIME = {ConsoleAct.TELL, ConsoleAct.NOTE, ConsoleAct.END}


@pytest.fixture
def desk():
    desk = StageDesk()
    desk.walk_to("labels")
    return desk


def possible(state):
    return {act for act, reason in refusals(state).items() if not reason}


def test_in_a_case_what_belongs_between_cases_is_refused_with_the_reason(desk):
    acts = {ConsoleAct.PAUSE, ConsoleAct.SKIP, ConsoleAct.CALIBRATE, ConsoleAct.BREAK}
    assert possible(desk.state) == acts | ANY_TIME
    assert refusal(ConsoleAct.DRIFT_CHECK, desk.state) == (
        "A drift check is made between two cases; the reading is in the middle of a case."
    )


def test_in_a_pause_one_goes_on_and_does_not_pause_again(desk):
    desk.pause()
    assert refusal(ConsoleAct.GO_ON, desk.state) == ""
    assert "paused" in refusal(ConsoleAct.PAUSE, desk.state)
    assert main_act(desk.state) is ConsoleAct.GO_ON


@pytest.mark.parametrize("act", [act for act in ConsoleAct if act not in ANY_TIME])
def test_during_a_calibration_only_words_and_the_end_are_possible(desk, act):
    desk.set(is_calibrating=True)
    assert "finish or stop that first" in refusal(act, desk.state)
    assert main_act(desk.state) is None


def test_a_drift_check_that_runs_gives_way_to_a_calibration_alone(desk):
    desk.set(side_run=RUN)
    assert possible(desk.state) == {ConsoleAct.CALIBRATE} | ANY_TIME


@pytest.mark.parametrize("act", list(ConsoleAct))
def test_nothing_is_possible_without_a_running_session(desk, act):
    desk.set(phase=StudyPhase.ENDING)
    assert refusal(act, desk.state) == "No session runs now."


@pytest.mark.parametrize(
    ("stage", "act"),
    [
        (Stage.RESUME_CHOICE, ConsoleAct.DECIDE),
        (Stage.PRACTICE_DECISION, ConsoleAct.DECIDE),
        (Stage.BREAK_DUE, ConsoleAct.BREAK),
        (Stage.BREAK, ConsoleAct.END_BREAK),
        (Stage.CALIBRATION, ConsoleAct.CALIBRATE),
        (Stage.DRIFT_CHECK, ConsoleAct.DRIFT_CHECK),
        (Stage.FINISHED, ConsoleAct.END),
        (Stage.CASE, None),
        (Stage.READY, None),
    ],
)
def test_the_one_thing_that_is_waited_for_is_possible(desk, stage, act):
    desk.set(view=replace(desk.view, stage=stage))
    assert main_act(desk.state) is act
    if act is not None:
        assert refusal(act, desk.state) == ""


def test_the_desk_does_what_is_called_possible(desk):
    for act, intent in ((ConsoleAct.PAUSE, desk.pause), (ConsoleAct.GO_ON, desk.go_on)):
        assert refusal(act, desk.state) == ""
        intent()
    assert desk.view.stage is Stage.CASE


def test_skipping_offers_the_reasons_of_the_end_screen_and_says_what_is_kept(desk):
    end = next(screen for screen in desk.opened.study.screens if screen.KIND == "end")
    assert skip_reasons(desk.state) == end.discard_reasons
    assert "Its gaze and answers are kept" in skip_words(desk.view)


def test_a_case_that_was_not_opened_has_nothing_to_keep(desk):
    desk.set(view=replace(desk.view, attempt=-1))
    assert "is not read" in skip_words(desk.state.view)


def test_ending_says_what_follows_and_what_stays_open(desk):
    desk.set(copies=CopyState(level="good"))
    words = end_words(desk.state)
    assert "stays open" in words
    for step in ("closing validation", "read back", "copied to its second place", "report"):
        assert step in words


def test_ending_between_cases_without_copies_promises_none(desk):
    desk.set(view=replace(desk.view, attempt=-1))
    assert "stays open" not in end_words(desk.state)
    assert "copied" not in end_words(desk.state)
