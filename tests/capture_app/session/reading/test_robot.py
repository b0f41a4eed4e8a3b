"""The pseudo-reader: any task, unattended, plausible, and the same for the same seed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from reading_rig import FAST, Rig, preset_study, quiet, some_cases, some_reference

from capture_app.session.reading import RobotReader, ShapeKind, Stage
from capture_app.session.study import PRESETS, Study
from gaze_core.rows import decode_text


def robot_rig(study: Study, *, seed: int = 7, reader: str = "R01", cases: int = 3) -> Rig:
    rig = Rig(study, cases=some_cases(cases), reader=reader)
    rig.robot = RobotReader(study, rig.reference, reader=reader, seed=seed, habits=FAST)
    return rig


@pytest.mark.parametrize("preset", PRESETS)
def test_the_robot_reads_every_preset_to_its_end(preset: str) -> None:
    rig = robot_rig(quiet(preset_study(preset), cases=3, are_practised=True))

    rig.run()

    assert rig.loop.view.summary == "All 3 cases are read and count."


def test_two_robots_go_through_twelve_cases_with_every_screen_and_answer() -> None:
    study = quiet(preset_study("reflacx"), cases=12)
    for reader in ("R01", "R02"):
        rig = robot_rig(study, reader=reader, cases=12)

        rig.run()

        assert rig.loop.view.counted == 12
        shown = {(row["trial"], decode_text(row["screen"])) for row in rig.recording["screen"]}
        always = {"before-image", "image", "labels", "chest-box", "transcript", "end"}
        assert {(trial, name) for trial in range(12) for name in always} <= shown


def test_the_same_seed_gives_the_same_rows() -> None:
    study = quiet(preset_study("reflacx"))
    one, two = robot_rig(study), robot_rig(study)

    one.run()
    two.run()

    assert [rows.tobytes() for _, rows in one.made] == [rows.tobytes() for _, rows in two.made]


def test_a_reference_that_names_the_normal_label_never_makes_it_stand_beside_others() -> None:
    study = quiet(preset_study("reflacx"), cases=12)
    cases = some_cases(12)
    normal = next(label.name for label in study.labels if label.is_exclusive)
    reference = [replace(entry, finding=normal, is_present=True) for entry in some_reference(cases)]
    for seed in range(4):
        rig = Rig(study, cases=cases)
        rig.robot = RobotReader(study, reference, reader="R01", seed=seed, habits=FAST)
        rig.run()
        assert rig.loop.view.counted == 12


def test_readers_and_seeds_differ() -> None:
    study = quiet(preset_study("reflacx"), cases=12)
    who = ((7, "R01"), (7, "R02"), (8, "R01"))
    rigs = [robot_rig(study, seed=seed, reader=reader, cases=12) for seed, reader in who]
    for rig in rigs:
        rig.run()

    assert len({rig.recording["shape"].tobytes() for rig in rigs}) == 3


def test_ellipses_lie_around_the_reference_findings() -> None:
    rig = robot_rig(quiet(preset_study("reflacx"), cases=12), cases=12)

    rig.run()

    attempts = [each for one in rig.loop.state.attempts.values() for each in one]
    shapes = [shape for attempt in attempts for shape in attempt.shapes.values()]
    true = [shape for shape in shapes if shape.labels == ("Lung nodule or mass",)]
    assert len(true) >= 3
    for shape in true:
        assert shape.kind is ShapeKind.ELLIPSE
        assert abs((shape.left_image_px + shape.right_image_px) / 2 - 300.0) < 50.0
        assert abs((shape.top_image_px + shape.bottom_image_px) / 2 - 400.0) < 40.0


def test_most_search_answers_are_right_and_not_all() -> None:
    rig = robot_rig(quiet(preset_study("gazesearch"), cases=60), cases=60)

    rig.run()

    truth = {entry.case_id: entry.is_present for entry in rig.reference if entry.finding}
    given = {
        case_id: attempts[-1].answers[("search", "present")]
        for case_id, attempts in rig.loop.state.attempts.items()
    }
    right = sum(truth[case_id] == answer for case_id, answer in given.items())
    assert 40 <= right < 60


def test_the_robot_takes_the_breaks_that_are_required() -> None:
    study = quiet(preset_study("egd"), cases=3)
    study = replace(
        study, breaks=replace(study.breaks, after_cases=2, shortest_minutes=0.1, are_required=True)
    )
    rig = robot_rig(study)

    rig.run(until=Stage.BREAK_DUE)
    rig.run()

    assert [decode_text(row["kind"]) for row in rig.recording["screen"]].count("break") == 1


def test_the_robot_waits_for_a_transcript_that_cannot_be_skipped() -> None:
    study = quiet(preset_study("egd"))
    screens = tuple(
        replace(screen, is_wait_skippable=False) if screen.name == "transcript" else screen
        for screen in study.screens
    )
    rig = robot_rig(replace(study, screens=screens))
    rig.run_to_screen("transcript")

    for _ in range(20):
        rig.step()
    assert rig.loop.view.screen.name == "transcript"
    rig.loop.set_transcript_ready(True)
    rig.step()

    assert rig.loop.view.screen.name == "end"
