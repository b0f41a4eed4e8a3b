"""The case loop, screen by screen: order, visits, pauses, breaks, calibration, gates, replacement."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from reading_rig import IMAGES, Rig, preset_study, quiet, some_cases

from capture_app.session.reading import By, CaseState, Event, Light, ReadingError, Stage
from capture_app.session.study import Study
from capture_app.session.study.design_keys import Practice
from gaze_core.rows import Rows, decode_text


def reflacx(cases: int = 3) -> Study:
    return quiet(preset_study("reflacx"), cases=cases)


def at(screen: str, study: Study | None = None) -> Rig:
    rig = Rig(study if study is not None else reflacx())
    rig.run_to_screen(screen)
    return rig


def words(rows: Rows, *columns: str) -> list[tuple[object, ...]]:
    return [
        tuple(decode_text(row[name]) if row[name].dtype.kind == "S" else row[name].item() for name in columns)
        for row in rows
    ]


# order and visits


def test_a_case_goes_through_the_screens_of_its_task_in_order() -> None:
    rig = at("end")

    names = [
        name for (name,) in words(rig.recording["screen"], "screen") if name not in ("other", "ellipses")
    ]

    assert names == ["before-image", "image", "labels", "chest-box", "transcript", "end"]


def test_a_screen_counts_from_its_presentation_not_from_its_request() -> None:
    rig = at("before-image")
    asked_ns = rig.now_ns

    rows = rig.loop.next(asked_ns)
    assert (rows, rig.loop.view.is_presented) == ((), False)
    rig.made += rig.loop.presented(asked_ns + 17_000_000)

    row = rig.recording["screen"][-1]
    assert (row["t_asked_host_ns"], row["t_presented_host_ns"]) == (asked_ns, asked_ns + 17_000_000)


def test_nothing_can_be_done_before_the_screen_is_shown() -> None:
    rig = at("before-image")
    rig.loop.next(rig.now_ns)

    with pytest.raises(ReadingError, match="before the screen is shown"):
        rig.loop.next(rig.now_ns)


def test_the_text_other_is_asked_only_where_other_is_chosen() -> None:
    rig = at("labels")

    rig.do("toggle_label", "Other")
    rig.do("next")

    assert rig.loop.view.screen.name == "other"


def test_the_view_names_the_labels_of_the_case_on_all_its_screens() -> None:
    rig = at("labels")
    first, second = rig.study.labels[2].name, rig.study.labels[3].name
    for name in rig.loop.view.chosen_labels:
        rig.do("toggle_label", name)
    rig.do("toggle_label", second)
    rig.do("toggle_label", first)
    rig.do("next")

    assert rig.loop.view.screen.name == "ellipses"
    assert rig.loop.view.chosen_labels == (first, second)


def test_looking_again_is_a_visit_of_its_own_and_no_part_of_the_reading() -> None:
    rig = at("end")
    visible_ns = rig.loop.state.open_attempt.loss.visible_ns

    rig.do("jump", "image")
    rig.wait(5.0)
    rig.do("next")

    images = [row for row in words(rig.recording["screen"], "screen", "visit", "cause") if row[0] == "image"]
    assert images == [("image", 0, "next"), ("image", 1, "jump")]
    assert rig.loop.state.open_attempt.loss.visible_ns == visible_ns


def test_back_goes_to_the_screen_before() -> None:
    rig = at("chest-box")

    rig.do("back")

    row = rig.recording["screen"][-1]
    assert row["cause"] == b"back"
    assert rig.loop.view.screen.name in ("ellipses", "labels")


def test_only_screens_that_were_reached_can_be_jumped_to() -> None:
    rig = at("labels")

    assert rig.loop.view.jumps == ("before-image", "image")
    with pytest.raises(ReadingError, match="cannot be gone to"):
        rig.loop.jump(rig.now_ns, "end")


def test_a_study_can_keep_readers_from_going_back_to_the_image() -> None:
    study = reflacx()
    screens = tuple(
        replace(screen, is_jump_back_allowed=False) if screen.name == "end" else screen
        for screen in study.screens
    )
    rig = at("labels", replace(study, screens=screens))

    rig.do("back")

    assert rig.loop.view.screen.name == "before-image"
    assert rig.loop.view.jumps == ()


def test_instructions_can_be_switched_off() -> None:
    rig = Rig(reflacx(), skips_instructions=True)
    rig.run_to_screen("image")

    assert words(rig.recording["screen"], "screen") == [("image",)]


def test_an_image_with_limited_time_leaves_by_itself_and_does_not_come_back() -> None:
    study = quiet(preset_study("gazesearch"))
    screens = tuple(
        replace(screen, longest_s=3.0) if screen.name == "search" else screen for screen in study.screens
    )
    rig = at("search", replace(study, screens=screens))

    for _ in range(13):
        rig.wait()
        rig.keep(rig.loop.tick(rig.now_ns))

    assert rig.loop.view.screen.name == "end"
    assert "search" not in rig.loop.view.jumps
    assert rig.loop.view.missing == ()


def test_the_text_above_an_image_names_the_target_of_the_case() -> None:
    rig = at("search", quiet(preset_study("gazesearch")))

    assert rig.loop.view.text == "Lung nodule or mass: present or absent?"


# states and verdicts


def test_a_case_is_open_then_read_then_annotated_then_committed() -> None:
    rig = Rig(reflacx())
    states = []
    for screen in ("before-image", "image", "labels", "chest-box", "end"):
        rig.run_to_screen(screen)
        states.append(rig.loop.view.case_state)
    rig.do("next")

    assert states == [CaseState.OPEN, CaseState.OPEN, CaseState.READ, CaseState.READ, CaseState.ANNOTATED]
    assert words(rig.recording["trial"], "state") == [("open",), ("done",)]


def test_a_red_case_does_not_count_and_a_spare_replaces_it() -> None:
    rig = Rig(reflacx(), blind_cases=frozenset({"study-1"}))

    rig.run()

    grades = {case_id: attempts[-1].grade for case_id, attempts in rig.loop.state.attempts.items()}
    assert grades["study-1"] == Light.RED.value
    assert len(grades) == 4
    assert rig.loop.view.counted == 3


def test_without_a_spare_the_end_says_how_many_cases_count() -> None:
    rig = Rig(reflacx(), cases=some_cases(3, spares=0), blind_cases=frozenset({"study-1"}))

    rig.run()

    assert rig.loop.view.summary == "2 of 3 cases count, and there is no spare left."


def test_the_lights_at_the_end_of_a_case_tell_the_reason() -> None:
    rig = Rig(reflacx(), blind_cases=frozenset({"study-0", "study-1", "study-2"}))
    rig.run_to_screen("end")

    grade = rig.loop.view.grade

    assert grade is not None
    assert (grade.light, grade.reason) == (Light.RED, "No gaze was recorded while the image was shown.")


def test_a_reader_sets_a_case_aside_with_a_reason_of_the_study() -> None:
    rig = at("end")
    case_id = rig.loop.view.planned.case.case_id

    with pytest.raises(ReadingError, match="one of the reasons"):
        rig.loop.set_aside(rig.now_ns, By.READER, "I do not like it")
    rig.do("set_aside", By.READER, "not diagnostic")
    rig.run()

    assert rig.loop.view.counted == 3
    assert (case_id, "discarded") in words(rig.recording["trial"], "case_id", "state")


def test_the_operator_can_skip_a_case_before_it_opens() -> None:
    rig = Rig(reflacx())
    rig.run(until=Stage.READY)
    case_id = rig.loop.view.planned.case.case_id

    rig.do("set_aside", By.OPERATOR, "The image cannot be shown.")

    assert words(rig.recording["trial"], "case_id", "state") == [(case_id, "open"), (case_id, "discarded")]
    with pytest.raises(ReadingError, match="Give a reason"):
        rig.loop.set_aside(rig.now_ns, By.OPERATOR, "  ")


def test_practice_comes_first_never_counts_and_ends_by_its_criterion() -> None:
    study = replace(reflacx(), practice=Practice(minimum_cases=2))
    rig = Rig(study)

    rig.run()

    roles = words(rig.recording["trial"], "case_id", "state")
    assert [case for case, state in roles if state == "done"][:2] == ["practice-5", "practice-6"]
    assert rig.loop.view.counted == 3


def test_practice_without_success_is_decided_by_the_operator() -> None:
    practice = Practice(minimum_cases=1, green_in_a_row=1, rounds_maximum=1)
    rig = Rig(replace(reflacx(), practice=practice), blind_cases=frozenset({"practice-5", "practice-6"}))
    rig.run(until=Stage.PRACTICE_DECISION)

    rig.do("decide_practice", Event.PRACTICE_AGAIN, "Not ready yet.")

    assert rig.loop.view.planned.case.case_id == "practice-5"


# rows


def test_rows_of_all_tables_have_times_that_rise() -> None:
    rig = Rig(reflacx())
    rig.run()

    column = {"screen": "t_presented_host_ns"}
    times = np.array([int(rows[column.get(name, "t_host_ns")][0]) for name, rows in rig.made])

    assert np.all(np.diff(times) > 0)


def test_trials_follow_the_order_that_recordings_are_checked_for() -> None:
    rig = at("image")
    rig.do("pause")
    rig.do("go_on")
    rig.do("leave")

    assert words(rig.recording["trial"], "state") == [("open",), ("paused",), ("resumed",), ("interrupted",)]


def test_what_is_not_possible_now_is_said_with_the_stage() -> None:
    rig = Rig(reflacx())

    with pytest.raises(ReadingError, match="waiting for a calibration"):
        rig.loop.open_case(rig.now_ns, IMAGES)
    with pytest.raises(ReadingError, match="no break to end"):
        rig.loop.end_break(rig.now_ns)


def test_a_study_whose_names_do_not_fit_is_refused() -> None:
    study = reflacx()
    labels = (replace(study.labels[0], name="a|b"), *study.labels[1:])
    long_ones = tuple(
        replace(screen, name=f"{'x' * 32}-{number}") for number, screen in enumerate(study.screens)
    )
    tasks = (replace(study.tasks[0], screens=tuple(screen.name for screen in long_ones)),)

    with pytest.raises(ReadingError, match="parts labels"):
        Rig(replace(study, labels=labels))
    with pytest.raises(ReadingError, match="begin alike"):
        Rig(replace(study, screens=long_ones, tasks=tasks))
