"""A reading that is cut off anywhere goes on: the rows alone say where it stood."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_rig import Rig, preset_study, quiet, recording_of, some_cases

from capture_app.session.reading import (
    By,
    CaseState,
    Ending,
    Event,
    HistoryError,
    Stage,
    case_state_of,
    progress_of,
)
from capture_app.session.reading.state_builder import StateBuilder
from capture_app.session.study import PRESETS
from gaze_core.rows import decode_text

CHOICES = st.sampled_from([Event.CONTINUE, Event.RESTART, Event.SKIP])


@cache
def whole_reading(preset: str) -> Rig:
    study = quiet(preset_study(preset), cases=3, are_practised=True)
    rig = Rig(study, cases=some_cases(3, spares=4), blind_cases=frozenset({"study-1"}))
    rig.run()
    return rig


def done_cases(rig_rows: dict[str, np.ndarray]) -> list[str]:
    trials = rig_rows.get("trial", [])
    return [decode_text(row["case_id"]) for row in trials if row["state"] == b"done"]


def opened_cases(rig_rows: dict[str, np.ndarray]) -> list[str]:
    trials = rig_rows.get("trial", [])
    return [decode_text(row["case_id"]) for row in trials if row["state"] == b"open"]


@pytest.mark.parametrize("preset", PRESETS)
def test_the_state_is_rebuilt_exactly_from_the_rows_alone(preset: str) -> None:
    rig = whole_reading(preset)
    builder = StateBuilder(rig.study, rig.worklist)

    builder.apply_recording(rig.recording)

    assert repr(builder.state) == repr(rig.loop.state)


@given(share=st.floats(0.0, 1.0), preset=st.sampled_from(list(PRESETS)))
@settings(max_examples=25, deadline=None)
def test_the_state_at_any_row_is_that_of_the_rows_so_far(share: float, preset: str) -> None:
    rig = whole_reading(preset)
    made = rig.made[: round(share * len(rig.made))]
    one_by_one, from_tables = (StateBuilder(rig.study, rig.worklist) for _ in range(2))

    for name, rows in made:
        one_by_one.apply(name, rows[0])
    from_tables.apply_recording(recording_of(made))

    assert repr(from_tables.state) == repr(one_by_one.state)


@given(share=st.floats(0.0, 1.0), preset=st.sampled_from(list(PRESETS)), choice=CHOICES)
@settings(max_examples=25, deadline=None)
def test_after_a_cut_anywhere_no_committed_case_is_repeated_and_the_quota_is_reached(
    share: float, preset: str, choice: Event
) -> None:
    before = whole_reading(preset)
    made = recording_of(before.made[: round(share * len(before.made))])
    rig = Rig(before.study, cases=before.cases, earlier=[made], blind_cases=before.blind_cases)
    open_case = rig.loop.state.interrupted
    is_offered = rig.loop.stage is Stage.RESUME_CHOICE

    if is_offered:
        rig.do("decide_interrupted", choice, By.READER)
    rig.run()

    assert is_offered == (open_case is not None)
    practice = {planned.case.case_id for planned in rig.worklist.practice}
    done_before, done_after = done_cases(made), done_cases(rig.recording)
    assert not (set(done_before) - practice) & set(opened_cases(rig.recording))
    counted = [each for each in (*done_before, *done_after) if each not in (*practice, "study-1")]
    assert sorted(counted) == sorted(set(counted))
    assert len(counted) == rig.worklist.quota == rig.loop.view.counted


@given(share=st.floats(0.0, 1.0), preset=st.sampled_from(list(PRESETS)))
@settings(max_examples=20, deadline=None)
def test_continuing_after_a_cut_gives_the_answers_of_an_uninterrupted_reading(
    share: float, preset: str
) -> None:
    whole = whole_reading(preset)
    made = recording_of(whole.made[: round(share * len(whole.made))])
    rig = Rig(whole.study, cases=whole.cases, earlier=[made], blind_cases=whole.blind_cases)

    rig.run()

    for case_id, attempts in whole.loop.state.attempts.items():
        again = rig.loop.state.attempts[case_id]
        assert [each.answers for each in again] == [each.answers for each in attempts]
        assert [each.shapes for each in again] == [each.shapes for each in attempts]
        assert [each.ending for each in again] == [each.ending for each in attempts]


@given(cuts=st.lists(st.integers(1, 60), min_size=2, max_size=5))
@settings(max_examples=10, deadline=None)
def test_a_reading_that_is_cut_off_again_and_again_still_ends(cuts: list[int]) -> None:
    study = quiet(preset_study("reflacx"), cases=2)
    recordings: list[dict[str, np.ndarray]] = []
    for cut in cuts:
        rig = Rig(study, earlier=recordings)
        while len(rig.made) < cut and rig.loop.stage is not Stage.FINISHED:
            rig.step()
        recordings.append(recording_of(rig.made[:cut]))
    rig = Rig(study, earlier=recordings)

    rig.run()

    done = [case for recording in (*recordings, rig.recording) for case in done_cases(recording)]
    assert len(done) == len(set(done)) == 2


def interrupted(screen: str = "ellipses") -> tuple[Rig, dict[str, np.ndarray]]:
    study = quiet(preset_study("reflacx"), cases=2)
    rig = Rig(study)
    rig.run_to_screen(screen)
    return rig, rig.recording


def test_an_interrupted_case_offers_to_continue_restart_or_skip() -> None:
    before, recording = interrupted()

    view = Rig(before.study, earlier=[recording]).loop.view

    assert view.stage is Stage.RESUME_CHOICE
    assert view.interrupted is not None
    assert view.interrupted.screen == "ellipses"
    assert all(word in view.interrupted.text for word in ("Continue", "restart", "skip"))


def test_continuing_shows_the_interrupted_screen_of_the_same_attempt_with_its_answers() -> None:
    before, recording = interrupted()
    rig = Rig(before.study, earlier=[recording])

    rig.do("decide_interrupted", Event.CONTINUE, By.READER)
    rig.run_to_screen("ellipses")

    view, row = rig.loop.view, rig.recording["screen"][-1]
    assert (view.attempt, view.case_state) == (0, CaseState.READ)
    assert (row["cause"], row["visit"], row["attempt"]) == (b"resume", 1, 0)
    answers = {decode_text(row["screen"]) for row in rig.recording["answer"]}
    assert "labels" in answers


def test_continuing_after_the_image_keeps_the_loss_that_was_measured_on_it() -> None:
    before, recording = interrupted()
    visible_ns = before.loop.state.open_attempt.loss.visible_ns
    rig = Rig(before.study, earlier=[recording])

    rig.do("decide_interrupted", Event.CONTINUE, By.READER)
    rig.run_to_screen("end")

    assert visible_ns > 0
    assert rig.loop.state.open_attempt.loss.visible_ns == visible_ns


def test_restarting_keeps_the_attempt_before_marked_and_begins_at_the_first_screen() -> None:
    before, recording = interrupted()
    rig = Rig(before.study, earlier=[recording])

    rig.do("decide_interrupted", Event.RESTART, By.OPERATOR)
    rig.run_to_screen("before-image")

    case_id = rig.loop.view.planned.case.case_id
    old, new = rig.loop.state.attempts[case_id]
    assert (old.ending, old.does_count, new.attempt) == (Ending.RESTARTED, False, 1)
    assert case_state_of(old, rig.study) is CaseState.RESTARTED
    assert progress_of(old, rig.study) is CaseState.READ
    assert rig.recording["screen"][-1]["cause"] == b"restart"


def test_skipping_replaces_the_case_by_a_spare() -> None:
    before, recording = interrupted()
    rig = Rig(before.study, earlier=[recording])
    case_id = rig.loop.view.interrupted.case_id

    rig.do("decide_interrupted", Event.SKIP, By.OPERATOR)
    rig.run()

    assert case_id not in opened_cases(rig.recording)
    assert rig.loop.view.counted == 2


def test_a_row_that_recovery_adds_as_the_trials_end_changes_nothing() -> None:
    before, recording = interrupted()
    ended = recording["trial"][-1:].copy()
    ended["state"], ended["t_host_ns"] = b"interrupted", before.now_ns - 2_000_000_000
    recovered = {**recording, "trial": np.concatenate([recording["trial"], ended])}

    plain = Rig(before.study, earlier=[recording]).loop.state.interrupted
    found = Rig(before.study, earlier=[recovered]).loop.state.interrupted

    assert plain is not None
    assert found is not None
    assert (found.answers, found.shapes, found.screen) == (plain.answers, plain.shapes, plain.screen)


def test_leaving_in_the_middle_of_a_case_lets_it_be_continued() -> None:
    rig, _ = interrupted("labels")

    rig.do("leave")

    assert rig.recording["trial"][-1]["state"] == b"interrupted"
    assert Rig(rig.study, earlier=[rig.recording]).loop.stage is Stage.RESUME_CHOICE


def test_another_session_begins_with_a_calibration() -> None:
    rig, _ = interrupted("end")
    rig.do("next")

    assert Rig(rig.study, earlier=[rig.recording]).loop.stage is Stage.CALIBRATION


def test_rows_of_another_reader_or_study_are_refused_with_words() -> None:
    rig, recording = interrupted()
    other = tuple(replace(case, case_id=f"other-{case.case_id}") for case in rig.cases)

    with pytest.raises(HistoryError, match="not in the list"):
        Rig(rig.study, cases=other, earlier=[recording])
    with pytest.raises(HistoryError, match="no screen 'before-image'"):
        Rig(quiet(preset_study("egd")), cases=rig.cases, earlier=[recording])


def test_rows_of_another_period_are_refused() -> None:
    rig, recording = interrupted()
    builder = StateBuilder(rig.study, replace(rig.worklist, period=2))

    with pytest.raises(HistoryError, match="belongs to period 1"):
        builder.apply_recording(recording)
