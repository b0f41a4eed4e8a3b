"""Whatever a person does, in whatever order: refusals are words, rows stay in order, the reading can end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from reading_rig import IMAGES, Rig, chest_box, ellipse, preset_study, quiet

from capture_app.session.reading import By, Event, ReadingError
from capture_app.session.reading.state_builder import StateBuilder
from gaze_core.rows import decode_text
from recordings_schema.row_checks import _NEXT_STATES as NEXT_TRIAL_STATES  # what recordings are checked for

ACTIONS: dict[str, Callable[[Rig], tuple[object, ...]]] = {
    "next": lambda rig: (),
    "back": lambda rig: (),
    "jump": lambda rig: ("image",),
    "pause": lambda rig: (),
    "go_on": lambda rig: (),
    "start_break": lambda rig: (),
    "end_break": lambda rig: (),
    "recalibrate": lambda rig: (By.OPERATOR, "The reader moved."),
    "go_on_uncalibrated": lambda rig: ("It cannot be done here.",),
    "pass_over_drift_check": lambda rig: (),
    "open_case": lambda rig: (IMAGES,),
    "toggle_label": lambda rig: ("Consolidation",),
    "answer": lambda rig: (("Normal radiograph",),),
    "draw": lambda rig: (ellipse() if len(rig.made) % 3 else chest_box(),),
    "change_shape": lambda rig: (0, ellipse(certainty=5)),
    "remove_shape": lambda rig: (0,),
    "set_aside": lambda rig: (By.OPERATOR, "The image is too dark."),
    "leave": lambda rig: (),
    "decide_interrupted": lambda rig: (Event.RESTART if len(rig.made) % 2 else Event.CONTINUE, By.READER),
}


@given(names=st.lists(st.sampled_from([*ACTIONS, *["step"] * 25]), min_size=20, max_size=60))
@settings(max_examples=15, deadline=None)
def test_any_sequence_of_actions_leaves_a_reading_that_its_rows_rebuild_and_that_can_end(
    names: list[str],
) -> None:
    study = quiet(preset_study("reflacx"), cases=2)
    rig = Rig(replace(study, breaks=replace(study.breaks, shortest_minutes=0.0)))

    refusals: list[str] = []
    for name in names:
        try:
            rig.step() if name == "step" else rig.do(name, *ACTIONS[name](rig))
        except ReadingError as refusal:
            refusals.append(str(refusal))

    assert all(refusal.endswith(".") for refusal in refusals)
    builder = StateBuilder(rig.study, rig.worklist)
    builder.apply_recording(rig.recording)
    assert repr(builder.state) == repr(rig.loop.state)
    rig.run()
    assert_trials_are_in_order(rig)
    assert_visits_count_up(rig)


def assert_trials_are_in_order(rig: Rig) -> None:
    states: dict[int, str] = {}
    for row in rig.recording["trial"]:
        trial, state = int(row["trial"]), decode_text(row["state"])
        assert state in NEXT_TRIAL_STATES[states.get(trial, "")]
        states[trial] = state
    assert sorted(states) == list(range(len(states)))


def assert_visits_count_up(rig: Rig) -> None:
    visits: dict[tuple[str, int, bytes], int] = {}
    cases = {int(row["trial"]): decode_text(row["case_id"]) for row in rig.recording["trial"]}
    for row in rig.recording["screen"]:
        if row["kind"] != b"break":
            key = (cases[int(row["trial"])], int(row["attempt"]), bytes(row["screen"]))
            assert row["visit"] == visits.get(key, 0)
            visits[key] = visits.get(key, 0) + 1
