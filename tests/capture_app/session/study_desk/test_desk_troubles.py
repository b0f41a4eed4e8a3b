"""What goes wrong in the middle of a session is said in words, loses nothing, and it goes on where it can."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from session_fakes import FACTS
from study_run import StudyRun

from capture_app.acquisition import messages as m
from capture_app.session.calibration_states import CalibrationStage
from capture_app.session.port import ScreenFacts, SessionError
from capture_app.session.reading import DATASET_OF, Event, Stage
from capture_app.session.recording import Phase
from capture_app.session.study_desk.states import SideRunKind, StudyPhase
from capture_app.session.study_desk.study_robot import robot_form

FULL = "The recording stopped: the disk is full. Make room on it; what was recorded so far is kept."


def screen_of(study: StudyRun) -> str:
    view = study.state.view
    assert view is not None
    assert view.screen is not None
    return view.screen.name


def rows_of(study: StudyRun) -> dict[str, object]:
    return {name: study.written(name) for name in DATASET_OF}


@pytest.mark.parametrize(
    ("facts", "cause"),
    [
        (replace(FACTS, name="DP-2", width_px=1280, height_px=1024), "monitor removed"),
        (ScreenFacts(name="", width_px=1920, height_px=1080), "monitor removed"),
        (replace(FACTS, width_px=3840, height_px=2160), "scaling changed"),
    ],
)
def test_a_monitor_that_changes_in_a_case_is_noted_and_the_image_comes_again(
    study: StudyRun, facts: ScreenFacts, cause: str
) -> None:
    study.to_first_screen().to_image()
    study.run.session.set_reader_screen(facts, cause)
    study.until(lambda: bool(study.live.reader.panes) and study.is_presented)
    events = study.written("event")
    told = [bytes(text).decode() for text in events["text"][events["kind"] == b"screen_changed"]]
    assert told == [f"{cause}: {facts.name} {facts.width_px} x {facts.height_px} px"]
    height_px, width_px = study.live.reader.panes[0].grey.shape[:2]
    assert 0 < width_px <= facts.width_px
    assert 0 < height_px <= facts.height_px
    study.desk.next()
    study.until(lambda: screen_of(study) == "labels" and study.is_presented)
    study.run.session.set_reader_screen(FACTS, "monitor added")
    study.desk.back()
    study.until(lambda: screen_of(study) == "image" and study.is_presented)


def test_a_disk_that_is_full_ends_the_session_in_words_and_the_next_one_goes_on_there(
    study: StudyRun, tmp_path: Path
) -> None:
    study.to_first_screen().to_image()
    study.run.acquisition.say(m.Failed(request="", kind="recording", text=FULL))
    study.until(lambda: study.state.phase is StudyPhase.FAILED)
    assert study.run.session.recording.problem == FULL
    assert FULL in study.live.notices
    assert not study.live.reader.panes  # nobody reads on what is not recorded
    assert not study.folder.is_taken
    rows, image = rows_of(study), "image"
    study.folder.rows.append(rows)  # as they come back from the disk
    study.run.session.recording.acknowledge()
    study.begin()
    assert study.stage is Stage.RESUME_CHOICE
    study.desk.decide_interrupted(Event.CONTINUE)
    study.desk.go_on_uncalibrated("tested")
    study.until(lambda: study.stage is Stage.CASE and study.is_presented)
    assert screen_of(study) == image


def test_a_recording_process_that_dies_is_told_and_the_study_can_be_begun_again(study: StudyRun) -> None:
    study.to_first_screen().to_image()
    study.run.acquisition.is_alive = False
    study.run.acquisition.say(m.AcquisitionDied(exit_code=-9, text=""))
    study.until(lambda: study.state.phase is StudyPhase.FAILED)
    assert study.run.session.recording.phase is Phase.FAILED
    assert any("quarter of a second" in notice for notice in study.live.notices)
    with pytest.raises(SessionError, match="No session runs"):
        study.desk.next()
    study.folder.rows.append(rows_of(study))
    study.chair.connect()
    study.begin()
    assert study.stage is Stage.RESUME_CHOICE


def test_a_session_that_lacks_nothing_but_its_end_is_given_that_and_records_nothing(
    study: StudyRun, tmp_path: Path
) -> None:
    study.folder.unended = tmp_path / "R01_p1_s002.gazeh5"
    study.desk.open(study.study_path)
    study.desk.start(robot_form(study.state.opened, "R01", 1))
    assert study.state.phase is StudyPhase.ENDING
    assert study.folder.is_taken
    assert study.state.end is not None
    assert study.state.end.recording == study.folder.unended
    study.until(lambda: study.state.phase is StudyPhase.ENDED)
    assert not study.folder.is_taken
    assert study.run.session.recording.phase is Phase.NONE


def test_a_tracker_that_is_lost_in_a_case_stops_nothing_and_the_loss_is_judged(study: StudyRun) -> None:
    study.to_first_screen().to_image()
    study.chair.is_sending = False
    for _ in range(400):
        study.chair.frame()
    study.chair.is_sending = True
    study.chair.frame()
    assert study.stage is Stage.CASE
    study.desk.next()
    study.until(lambda: screen_of(study) == "labels" and study.is_presented)
    judged = study.written("judgement")
    visit = judged[judged["subject"] == b"case"][-1]
    assert (visit["grade"], visit["is_accepted"]) == (b"red", 0)


def test_a_calibration_without_any_data_is_refused_in_words_and_can_be_gone_on_without(
    study: StudyRun,
) -> None:
    study.begin()
    study.chair.unseen = ("left_", "right_")
    study.chair.refused = {"compute"}
    study.desk.calibrate()
    state = study.chair.until(CalibrationStage.REVIEW)
    assert state.result is None
    assert state.text
    with pytest.raises(SessionError):
        study.chair.desk.accept()
    study.chair.desk.abort()
    study.until(lambda: study.stage is Stage.CALIBRATION and not study.state.is_calibrating)
    study.desk.go_on_uncalibrated("The eyes cannot be tracked today.")
    study.until(lambda: study.stage is not Stage.CALIBRATION)
    reasons = [bytes(reason).decode() for reason in study.written("judgement")["reason"]]
    assert "The eyes cannot be tracked today." in reasons


def test_a_calibration_of_one_eye_says_which_eye_is_missing_and_is_kept_for_the_other(
    study: StudyRun,
) -> None:
    study.begin()
    study.chair.unseen = ("right_",)
    study.desk.calibrate()
    state = study.chair.until(CalibrationStage.REVIEW)
    assert state.result is not None
    assert "The right eye has no gaze" in state.result.gate.text
    study.chair.desk.accept()
    study.until(lambda: study.stage is not Stage.CALIBRATION)
    rows = study.written("validation")
    left, right = (rows[rows["eye"] == eye] for eye in (b"left", b"right"))
    assert np.isfinite(left["offset_deg"]).all()
    assert len(left)
    assert np.isnan(right["offset_deg"]).all()


@pytest.mark.parametrize("kind", [SideRunKind.PUPIL_BASELINE, SideRunKind.DRIFT_CHECK])
def test_a_recording_that_breaks_off_while_the_reader_looks_at_a_target_takes_the_target_away(
    study: StudyRun, kind: SideRunKind
) -> None:
    study.begin()
    study.calibrate()
    study.until(
        lambda: (
            study.live.reader.has_targets
            and study.state.side_run is not None
            and study.state.side_run.kind is kind
        )
    )
    study.run.acquisition.is_alive = False
    study.run.acquisition.say(m.AcquisitionDied(exit_code=-9, text=""))
    study.until(lambda: study.state.phase is StudyPhase.FAILED)
    study.chair.frame()
    assert not study.live.reader.has_targets  # else the windows could not be closed any more
    assert study.live.reader.dot is None
    assert study.state.side_run is None
