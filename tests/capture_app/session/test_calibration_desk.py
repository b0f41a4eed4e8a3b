"""Calibrating in a session on a manual clock: what is shown, asked, written and refused, and when."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from calibration_chair import Chair
from session_fakes import FRAME_NS

from calibration import CALIBRATION_5, VALIDATION_4
from capture_app.acquisition import messages as m
from capture_app.session.calibration_states import CalibrationStage
from capture_app.session.port import SessionError
from capture_app.session.settings import Corner, Settings
from capture_app.session.states import RecordingState
from gaze_core.rows import GAZE


@pytest.fixture
def chair(make_run: Any) -> Chair:
    return Chair(make_run(GAZE.empty(0)))


@pytest.fixture
def reading_chair(make_run: Any, make_image: Any, tmp_path: Path) -> Chair:
    """A reader with the first of two cases on the screen, recorded."""
    for name in ("1.png", "2.png"):
        make_image(f"images/{name}")
    made = Chair(make_run(GAZE.empty(0)))
    made.run.session.apply_settings(Settings(corner_patch=Corner.TOP_LEFT))
    made.run.session.show_folder(tmp_path / "images")
    made.run.until_shown()
    made.run.record(tmp_path / "a.gazeh5")
    made.run.until_shown()
    return made


def test_every_target_is_shown_alone_and_written_with_the_time_it_was_presented(reading_chair: Chair) -> None:
    desk, run = reading_chair.desk, reading_chair.run
    desk.begin(5)
    patches: list[bool | None] = []
    while desk.state.stage is not CalibrationStage.REVIEW:
        reading_chair.frame()
        reader = run.state.reader
        assert reader.panes == ()
        assert reader.message == ""
        assert reader.background_grey == Settings().background_grey
        if reader.dot is not None and (not patches or patches[-1] is not reader.patch):
            patches.append(reader.patch)
    targets = reading_chair.written("target")
    assert [bytes(each) for each in targets["procedure"]] == [b"calibration"] * 5 + [b"validation"] * 4
    assert {(row["x_norm"], row["y_norm"]) for row in targets[:5]} == {
        (target.x_norm, target.y_norm) for target in CALIBRATION_5
    }
    assert (np.diff(targets["t_on_host_ns"]) > 0).all()
    assert (np.diff(targets["t_on_host_ns"][5:]) > 500_000_000).all()  # travel and dwell
    assert (targets["t_off_host_ns"][5:] - targets["t_on_host_ns"][5:] >= 400_000_000).all()
    assert len(patches) == len(targets)  # the corner patch changes with each
    assert reading_chair.calls() == ["enter", *["collect"] * 5, "compute"]


def test_a_dwell_counts_from_the_frame_that_showed_the_dot(chair: Chair) -> None:
    chair.desk.begin(0)
    chair.run.clock.advance_ns(10**9)
    chair.run.session.step()
    asked_ns = chair.run.clock.now_ns()
    chair.run.clock.advance_ns(300_000_000)  # the window is late
    chair.frame()
    chair.until(CalibrationStage.REVIEW)
    first = chair.state.result.targets[0]
    assert first["t_on_host_ns"] >= asked_ns + 300_000_000


def test_the_figures_are_those_of_the_gaze_that_was_delivered(chair: Chair) -> None:
    chair.offset_norm = 0.02
    chair.desk.begin(0)
    result = chair.until(CalibrationStage.REVIEW).result
    offset_deg = float(np.degrees(np.arctan(0.02 * 528.0 / 650.0)))
    for eye in result.result.eyes:
        assert eye.mean_offset_deg == pytest.approx(offset_deg, rel=0.12)  # the targets are not all central
    assert len(result.samples) == 3 * len(VALIDATION_4)
    assert all(len(each.x_norm) > 100 for each in result.samples)


def test_a_good_result_is_accepted_by_the_gate_and_leaves_calibration_mode(reading_chair: Chair) -> None:
    chair = reading_chair
    chair.desk.begin(5)
    chair.until(CalibrationStage.REVIEW)
    chair.desk.accept()
    chair.until(CalibrationStage.ACCEPTED)
    assert chair.calls()[-1] == "leave"
    judgement = chair.written("judgement")
    assert judgement["is_accepted"].tolist() == [1]
    assert judgement["by"].tolist() == [b"gate"]
    figures = json.loads(bytes(judgement["figures"][0]))
    assert figures["window_ms"] == 300.0
    assert figures["mean_offset_deg"] == chair.state.result.gate.decides.mean_offset_deg
    validation = chair.written("validation")
    assert len(validation) == 15
    assert set(validation["calibration"].tolist()) == {0}


def test_against_the_gate_a_reason_is_asked_for_and_kept(reading_chair: Chair) -> None:
    chair = reading_chair
    chair.offset_norm = 0.09
    chair.desk.begin(0)
    chair.until(CalibrationStage.REVIEW)
    with pytest.raises(SessionError, match="Type why"):
        chair.desk.accept("  ")
    chair.desk.accept("thick glasses")
    judgement = chair.written("judgement")
    assert (judgement["by"][0], judgement["reason"][0]) == (b"operator", b"thick glasses")
    assert judgement["grade"][0] == b"poor"


def test_points_that_are_redone_are_collected_anew_and_judged_by_a_whole_validation(
    reading_chair: Chair,
) -> None:
    chair = reading_chair
    chair.offset_norm = 0.09
    chair.desk.begin(5)
    assert len(chair.until(CalibrationStage.REVIEW).suggested) > 0
    chair.offset_norm = 0.0
    before = len(chair.calls())
    chair.desk.redo((2,))
    chair.frame()
    assert chair.state.stage is CalibrationStage.CALIBRATING
    second = chair.until(CalibrationStage.REVIEW).result
    assert chair.calls()[before:] == ["discard", "collect", "compute"]
    assert second.number == 2
    assert len(second.targets) == len(VALIDATION_4)
    chair.desk.accept()
    validation, judgement = chair.written("validation"), chair.written("judgement")
    assert validation["validation"].tolist() == [0] * 15 + [1] * 15
    assert validation["calibration"].tolist() == [0] * 15 + [1] * 15
    assert judgement["number"].tolist() == [0, 1]
    assert judgement["is_accepted"].tolist() == [0, 1]


def test_what_the_tracker_said_of_one_target_is_not_said_of_the_next(chair: Chair) -> None:
    chair.refused = {"collect"}
    chair.desk.begin(5)
    for _ in range(100):
        chair.frame()
        if chair.state.text:
            break
    assert "saw too little" in chair.state.text
    chair.refused = set()
    chair.until(CalibrationStage.VALIDATING)
    assert chair.until(CalibrationStage.REVIEW).text == ""


def test_a_device_that_does_not_leave_is_told_even_where_the_result_was_accepted(chair: Chair) -> None:
    chair.refused = {"leave"}
    chair.desk.begin(5)
    chair.until(CalibrationStage.REVIEW)
    chair.desk.accept()
    assert chair.until(CalibrationStage.ACCEPTED).text == "leave said so."


def test_starting_over_repeats_every_point(chair: Chair) -> None:
    chair.desk.begin(5)
    chair.until(CalibrationStage.REVIEW)
    before = len(chair.calls())
    chair.desk.start_over()
    chair.frame()
    chair.until(CalibrationStage.REVIEW)
    assert chair.calls()[before:] == [*["discard"] * 5, *["collect"] * 5, "compute"]


def test_the_case_makes_way_and_comes_back_as_after_a_pause(reading_chair: Chair) -> None:
    chair, run = reading_chair, reading_chair.run
    chair.desk.begin(0)
    chair.frame()
    assert run.state.recording is RecordingState.PAUSED
    chair.until(CalibrationStage.REVIEW)
    assert not run.state.reader.has_targets  # the operator decides, the reader sees an empty screen
    chair.desk.accept()
    run.until_shown()
    assert run.state.recording is RecordingState.RECORDING
    states = [bytes(each) for each in chair.written("trial")["state"]]
    assert states == [b"open", b"paused", b"resumed"]


def test_a_pause_of_the_operator_stays_one(reading_chair: Chair) -> None:
    chair, run = reading_chair, reading_chair.run
    run.session.pause()
    run.step()
    chair.desk.begin(0)
    chair.until(CalibrationStage.REVIEW)
    chair.desk.abort()
    chair.frame()
    assert run.state.recording is RecordingState.PAUSED
    assert run.state.reader.message == "Pause"


def test_what_was_accepted_before_is_written_when_each_recording_begins(chair: Chair, tmp_path: Path) -> None:
    chair.desk.begin(5)
    ended_ns = chair.until(CalibrationStage.REVIEW).result.t_ended_host_ns
    chair.desk.accept()
    chair.until(CalibrationStage.ACCEPTED)
    assert len(chair.written("validation")) == 0
    chair.run.record(tmp_path / "a.gazeh5")
    validation, judgement = chair.written("validation"), chair.written("judgement")
    assert set(validation["t_ended_host_ns"].tolist()) == {ended_ns}
    assert set(validation["calibration"].tolist()) == {0}
    assert set(validation["purpose"].tolist()) == {b"opening"}
    assert judgement["t_host_ns"][0] < chair.run.clock.now_ns()
    chair.desk.begin(0)
    chair.until(CalibrationStage.REVIEW)
    assert set(chair.written("validation")["validation"].tolist()) == {0, 1}


def test_for_another_tracker_it_does_not_hold(chair: Chair, tmp_path: Path) -> None:
    chair.desk.begin(0)
    chair.until(CalibrationStage.REVIEW)
    chair.desk.accept()
    chair.connect("S2")
    chair.run.record(tmp_path / "a.gazeh5")
    assert len(chair.written("validation")) == 0


def test_after_another_calibration_it_does_not_hold(chair: Chair, tmp_path: Path) -> None:
    chair.desk.begin(0)
    chair.until(CalibrationStage.REVIEW)
    chair.desk.accept()
    chair.desk.begin(5)
    chair.until(CalibrationStage.REVIEW)
    chair.desk.abort()
    chair.until(CalibrationStage.ABORTED)
    assert "keeps what it computed" in chair.state.text
    chair.run.record(tmp_path / "a.gazeh5")
    assert len(chair.written("validation")) == 0


@pytest.mark.parametrize("frames", [1, 20, 60, 120, 250])
def test_it_can_be_stopped_at_any_moment_and_the_case_comes_back(reading_chair: Chair, frames: int) -> None:
    chair, run = reading_chair, reading_chair.run
    chair.desk.begin(5)
    for _ in range(frames):
        chair.frame()
    chair.desk.abort()
    run.until_shown()
    assert run.state.reader.dot is None
    chair.until(CalibrationStage.ABORTED)
    assert chair.calls()[-1] == "leave"
    assert chair.written("judgement")["is_accepted"].tolist() in ([], [0])
    chair.desk.dismiss()
    chair.desk.begin(0)
    chair.until(CalibrationStage.REVIEW)


@pytest.mark.parametrize("points", [0, 5])
def test_a_tracker_that_is_lost_ends_it_with_a_sentence(reading_chair: Chair, points: int) -> None:
    chair, run = reading_chair, reading_chair.run
    chair.desk.begin(points)
    chair.frame()
    notice = m.TrackerNotice(t_host_ns=0, kind="connection_lost", text="The cable is out.", value=0.0)
    run.acquisition.say(notice)
    chair.frame()
    assert chair.state.stage is CalibrationStage.ABORTED
    assert "The tracker was lost" in chair.state.text
    run.until_shown()
    with pytest.raises(SessionError, match="No tracker is connected"):
        chair.desk.begin(points)


def test_a_device_that_refuses_says_so_in_its_own_words(chair: Chair) -> None:
    chair.refused = {"enter"}
    chair.desk.begin(9)
    assert chair.until(CalibrationStage.ABORTED).text == "enter said so."
    assert not chair.run.state.reader.has_targets


def test_a_device_that_never_answers_is_given_up(chair: Chair) -> None:
    chair.is_silent = True
    chair.desk.begin(5)
    assert "did not answer the calibration call enter" in chair.until(CalibrationStage.LEAVING).text
    with pytest.raises(SessionError, match="still leaving"):
        chair.desk.begin(5)


def test_a_calibration_that_could_not_be_computed_has_nothing_to_accept(chair: Chair) -> None:
    chair.refused = {"compute", "collect"}
    chair.desk.begin(5)
    state = chair.until(CalibrationStage.REVIEW)
    assert state.result is None
    assert state.text == "compute said so."
    assert state.missed == state.suggested == (0, 1, 2, 3, 4)
    with pytest.raises(SessionError, match="no validation to accept"):
        chair.desk.accept()


def test_a_window_that_shows_nothing_ends_it(chair: Chair) -> None:
    chair.desk.begin(0)
    for _ in range(400):
        chair.run.clock.advance_ns(FRAME_NS)
        chair.run.session.step()
    assert chair.state.stage is CalibrationStage.ABORTED
    assert "did not show the target" in chair.state.text


def test_a_reader_without_eyes_is_poor_and_never_silently_accepted(chair: Chair) -> None:
    chair.offset_norm = float("nan")
    chair.desk.begin(0)
    gate = chair.until(CalibrationStage.REVIEW).result.gate
    assert not gate.is_accepted
    assert "Neither eye was seen at all of them" in gate.text
    assert all(each.mean_norm is None for each in chair.state.result.samples)


def test_what_cannot_be_begun_says_why(chair: Chair, make_run: Any, tmp_path: Path) -> None:
    fresh = make_run(GAZE.empty(0))
    fresh.step()
    with pytest.raises(SessionError, match="No tracker is connected"):
        fresh.session.calibration_desk.begin(5)
    only_validated = Chair(make_run(GAZE.empty(0)), calibrates=False)
    with pytest.raises(SessionError, match="maker's program"):
        only_validated.desk.begin(5)
    chair.run.session.record_to(tmp_path / "a.gazeh5", "R01")
    chair.run.step()
    with pytest.raises(SessionError, match="just beginning or ending"):
        chair.desk.begin(5)


def test_while_it_runs_no_recording_begins_and_no_images_are_opened(chair: Chair, tmp_path: Path) -> None:
    chair.desk.begin(0)
    chair.frame()
    for intent in (
        lambda: chair.run.session.record_to(tmp_path / "a.gazeh5", "R01"),
        lambda: chair.desk.begin(0),
    ):
        with pytest.raises(SessionError, match="A calibration is running"):
            intent()
    with pytest.raises(SessionError, match="nothing to decide"):
        chair.desk.accept()


def test_ending_the_recording_ends_the_calibration_first(reading_chair: Chair) -> None:
    chair = reading_chair
    chair.desk.begin(5)
    chair.frame()
    chair.run.session.stop_recording()
    assert not chair.desk.is_active
    chair.frame()
    assert chair.run.state.recording is RecordingState.CLOSING
