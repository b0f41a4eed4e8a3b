"""A session with a study, led by its desk on a manual clock."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from study_run import StudyRun

from capture_app.session.calibration_states import CalibrationStage
from capture_app.session.port import SessionError
from capture_app.session.reading import DATASET_OF, CaseState, Event, Stage
from capture_app.session.states import RecordingState
from capture_app.session.study import CaseRole
from capture_app.session.study_desk.states import StudyPhase
from capture_app.session.study_desk.study_robot import StudyRobot
from gaze_core.rows import FIXATION, EventKind


def test_an_opened_study_gives_its_cases_signal_and_grey_to_the_station(study: StudyRun) -> None:
    study.desk.open(study.study_path)
    assert study.state.phase is StudyPhase.OPENED
    assert study.run.session.settings.background_grey == study.state.opened.study.display.background_grey
    assert len(study.run.session.trials.cases) == len(study.state.opened.cases)


def test_a_file_that_is_no_study_is_refused_in_words(study: StudyRun, tmp_path: Path) -> None:
    with pytest.raises(SessionError, match="holds no study file"):
        study.desk.open(tmp_path)
    assert study.desk.state is None


def test_nothing_is_read_before_the_calibration_that_is_due(study: StudyRun) -> None:
    study.begin()
    assert study.stage is Stage.CALIBRATION
    for _ in range(30):
        study.chair.frame()
    assert not len(study.written("screen"))


def test_the_form_without_consent_is_refused_and_nothing_is_taken(study: StudyRun) -> None:
    with pytest.raises(SessionError):
        study.begin(is_consent_given=False)
    assert study.state.phase is StudyPhase.OPENED
    assert not study.folder.is_taken


def test_after_the_calibration_come_baseline_drift_check_and_the_first_screen(study: StudyRun) -> None:
    study.to_first_screen()
    assert len(study.written("drift")) == 1
    assert study.run.events().count("pupil_baseline_failed") == 1  # this device delivers no pupils
    assert study.written("screen")["screen"][0] == study.state.view.screen.name.encode()  # type: ignore[union-attr]
    assert len(study.written("target"))


def test_the_form_is_written_with_the_recording(study: StudyRun) -> None:
    study.begin()
    names = {bytes(name).decode() for name in study.written("answer")["name"]}
    assert {"years_of_experience", "consent_version"} <= names


def test_an_image_is_asked_for_and_counts_from_its_first_frame(study: StudyRun) -> None:
    study.to_first_screen()
    study.desk.next()
    study.until(lambda: bool(study.live.reader.panes))
    study.until(lambda: study.state.view.is_presented)  # type: ignore[union-attr]
    row = study.written("screen")[-1]
    shown = study.written("viewport")
    assert row["kind"] == b"image"
    assert row["t_presented_host_ns"] == shown["t_presented_host_ns"][shown["cause"] == b"show"][-1]


def test_a_case_without_any_voice_does_not_wait_for_its_transcript(study: StudyRun) -> None:
    study.to_first_screen()
    assert study.dictation.is_transcript_ready  # as it was before the case was opened
    study.chair.frame()
    assert study.desk.sitting.loop.is_transcript_ready


def test_the_operator_sees_the_fixations_of_the_screen_that_is_shown_alone(study: StudyRun) -> None:
    study.to_first_screen()
    seen = FIXATION.row(kind=EventKind.FIXATION, trial=0, x_norm=0.5, y_norm=0.5)
    study.run.session.feed.marks.add(seen, 0)
    study.chair.frame()
    assert [mark for mark in study.live.fixations if not mark.is_open]
    study.desk.next()
    study.until(lambda: bool(study.live.reader.panes))
    study.until(lambda: study.state.view.is_presented)  # type: ignore[union-attr]
    study.chair.frame()
    assert not [mark for mark in study.live.fixations if not mark.is_open]


def test_pausing_lets_the_case_rest_and_going_on_shows_it_again(study: StudyRun) -> None:
    study.to_first_screen()
    study.run.session.pause()
    assert study.stage is Stage.PAUSED
    study.chair.frame()
    assert study.live.recording is RecordingState.PAUSED
    study.run.session.resume()
    study.to_screen()
    states = [bytes(state).decode() for state in study.written("trial")["state"]]
    assert states == ["open", "paused", "resumed"]


def test_a_calibration_in_a_case_lets_it_go_on_by_itself(study: StudyRun) -> None:
    study.to_first_screen()
    study.desk.calibrate()
    assert study.state.is_calibrating
    study.chair.until(CalibrationStage.REVIEW)
    study.chair.desk.accept("tested")
    study.to_screen()


def test_what_the_case_list_would_do_is_refused_while_a_study_is_open(study: StudyRun) -> None:
    study.to_first_screen()
    with pytest.raises(SessionError, match="The study decides"):
        study.run.session.next_case()
    with pytest.raises(SessionError, match="running"):
        study.desk.close_study()


def test_skipping_takes_a_spare_and_says_why(study: StudyRun) -> None:
    study.to_first_screen()
    skipped = study.state.view.planned.case.case_id  # type: ignore[union-attr]
    study.desk.skip("The image is not diagnostic.")
    line = next(line for line in study.state.cases if line.case_id == skipped)
    assert line.state is CaseState.SET_ASIDE
    assert not line.does_count


def test_stopping_the_recording_keeps_the_open_case_for_the_next_session(study: StudyRun) -> None:
    study.to_first_screen()
    study.run.session.stop_recording()
    assert study.written("trial")["state"][-1] == b"interrupted"
    study.chair.frame()
    study.run.end_samples()
    study.chair.frame()
    study.chair.frame()
    study.run.close_file()
    study.until(lambda: study.state.phase is StudyPhase.ENDED)
    assert not study.folder.is_taken


def test_an_interrupted_case_is_gone_on_with_at_its_screen(study: StudyRun, tmp_path: Path) -> None:
    study.to_first_screen()
    study.desk.next()
    study.until(lambda: study.state.view.is_presented and bool(study.live.reader.panes))  # type: ignore[union-attr]
    screen = study.state.view.screen.name  # type: ignore[union-attr]
    case_id = study.state.view.planned.case.case_id  # type: ignore[union-attr]
    rows = {name: study.written(name) for name in DATASET_OF}
    again = StudyRun(tmp_path / "again")
    again.folder.rows.append(rows)
    again.begin()
    assert again.stage is Stage.RESUME_CHOICE
    assert again.state.view.interrupted.case_id == case_id  # type: ignore[union-attr]
    again.desk.decide_interrupted(Event.CONTINUE)
    again.desk.calibrate()
    again.chair.until(CalibrationStage.REVIEW)
    again.chair.desk.accept("tested")
    again.until(lambda: again.stage is Stage.CASE and again.state.view.is_presented)  # type: ignore[union-attr]
    assert again.state.view.screen.name == screen  # type: ignore[union-attr]


def test_a_break_is_preceded_by_a_short_validation(study: StudyRun) -> None:
    study.to_first_screen()
    study.desk.start_break()
    assert study.state.validation_purpose == "block_end"
    study.chair.until(CalibrationStage.REVIEW)
    study.chair.desk.accept()
    study.until(lambda: study.stage is Stage.BREAK)
    purposes = [bytes(each).decode() for each in study.written("validation")["purpose"]]
    assert "block_end" in purposes


def test_a_robot_reads_a_whole_study(study: StudyRun) -> None:
    study.desk.open(study.study_path)
    robot = StudyRobot(
        study.desk, study.run.session.calibration_desk, ["R07"], opened=study.state.opened, speed=20.0
    )

    def step() -> bool:
        robot.step(study.live, study.run.clock.now_ns())
        if study.is_recording_asked and not begun:
            begun.append(1)
            study.run.begin_file(study.folder.root / "R07.gazeh5")
        if study.state.phase is StudyPhase.ENDING and not closed:
            closed.append(1)
            study.run.end_samples()
        elif closed and study.state.phase is StudyPhase.ENDING:
            study.run.close_file()
        return robot.is_over

    begun: list[int] = []
    closed: list[int] = []
    study.until(step, most_frames=40_000)
    assert robot.problem == ""
    quota = study.state.opened.study.quota.cases_per_reader
    read = [line for line in study.state.cases if line.role is not CaseRole.PRACTICE]
    assert sum(line.does_count for line in read) == quota
    assert len(study.copies.cases) >= quota
    assert [case for case, is_done in study.datasets.asked if is_done] == [
        case for case in study.copies.cases if "practice" not in case
    ]
    while_labelling = {case for case, is_done in study.datasets.asked if not is_done}
    assert while_labelling == {case for case, is_done in study.datasets.asked if is_done}
    assert study.datasets.is_closed
    done = study.written("trial")
    assert np.count_nonzero(done["state"] == b"done") >= quota
    images = study.written("screen")
    image_visits = np.count_nonzero(images["kind"] == b"image")
    shown = study.written("viewport")
    assert np.count_nonzero(shown["cause"] == b"show") >= image_visits >= quota
    purposes = {bytes(each).decode() for each in study.written("validation")["purpose"]}
    assert purposes == {"opening", "session_end"}
    assert_each_case_showed_its_own_images(study)


def assert_each_case_showed_its_own_images(study: StudyRun) -> None:
    """Compare what the recording says of each trial with the case list; the order of cases is shuffled."""
    names = {int(row["image_id"]): bytes(row["name"]).decode() for row in study.written("image")}
    opened = {case.case_id: case for case in study.state.opened.cases}
    trials = study.written("trial")
    read = trials[(trials["state"] == b"open") & (trials["image_ids"] != b"")]
    for row in read:
        case = opened[bytes(row["case_id"]).decode()]
        shown = [names[int(number)] for number in bytes(row["image_ids"]).decode().split(",")]
        assert shown == [path.relative_to(study.state.opened.folder).as_posix() for path in case.images]
    order = [bytes(case_id).decode() for case_id in read["case_id"]]
    assert order != sorted(order, key=list(opened).index)  # else the test would hold by chance
