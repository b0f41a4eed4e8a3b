"""Orders at moments nobody planned them for: what goes on, what is refused, and what is in the rows."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from study_run import OneFolder, StudyRun

from capture_app.acquisition import messages as m
from capture_app.session.calibration_states import CalibrationStage
from capture_app.session.port import SessionError
from capture_app.session.reading import Stage
from capture_app.session.study import OpenedStudy
from capture_app.session.study_desk.reader_message import READ_AFTER_NS
from capture_app.session.study_desk.sitting import MOST_DRIFT_CHECKS
from capture_app.session.study_desk.states import SideRunKind, StudyPhase
from gaze_core.eyes import Eye

SHORT_S = 30.0


def end(study: StudyRun) -> None:
    """Let the acquisition close the file of a session that is over."""
    study.until(lambda: study.state.phase is StudyPhase.ENDING)
    study.chair.frame()
    study.run.end_samples()
    study.chair.frame()
    study.chair.frame()
    study.run.close_file()
    study.until(lambda: study.state.phase is StudyPhase.ENDED)


def trial_states(study: StudyRun) -> list[str]:
    return [bytes(state).decode() for state in study.written("trial")["state"]]


# whose calibration it is


def test_the_calibration_of_one_reader_is_none_for_the_next(study: StudyRun) -> None:
    study.to_first_screen()
    study.desk.leave_now()
    end(study)
    study.run.acquisition.sent.clear()
    study.begin("R02")
    assert study.stage is Stage.CALIBRATION
    assert not len(study.written("validation"))
    assert study.state.accuracy is not None
    assert study.state.accuracy.points == ()
    assert study.state.smallest_lesion is None


def test_a_calibration_that_was_accepted_just_before_the_session_is_written_and_holds(
    study: StudyRun,
) -> None:
    study.desk.open(study.study_path)
    study.chair.frame()
    study.chair.desk.begin_planned()
    study.chair.until(CalibrationStage.REVIEW)
    study.chair.desk.accept("tested")
    study.chair.until(CalibrationStage.ACCEPTED)
    study.start()
    assert study.stage is not Stage.CALIBRATION
    assert np.unique(study.written("validation")["validation"]).tolist() == [0]
    accepted = study.written("judgement")
    assert np.count_nonzero(accepted["subject"] == b"calibration") == 1


def test_checks_measure_the_eye_that_the_form_names(tmp_path: Path) -> None:
    study = StudyRun(tmp_path)
    text = study.study_file.read_text(encoding="utf-8")
    study.study_file.write_text(
        text.replace('signal = "average"', 'signal = "dominant"', 1), encoding="utf-8"
    )
    study.begin(dominant_eye="left")
    assert study.run.session.settings.eye is Eye.LEFT
    study.calibrate()
    study.to_screen()
    study.desk.skip("tested")
    study.until(lambda: study.stage is Stage.DRIFT_CHECK and study.state.side_run is not None)
    study.desk.sitting.parts.side_runs.abort()
    study.desk.pass_over()
    assert study.written("drift")["outcome"].tolist() == [b"measured", b"overridden"]
    assert set(study.written("drift")["eye"].tolist()) == {b"left"}
    study.run.session.close()


# pauses, calibrations and breaks in any order


def test_a_case_that_the_operator_paused_does_not_go_on_by_itself_after_a_later_calibration(
    study: StudyRun,
) -> None:
    study.to_first_screen()
    study.desk.calibrate()
    study.chair.desk.abort()
    study.desk.skip("not diagnostic")
    study.calibrate()
    study.to_screen()
    study.desk.pause()
    study.chair.desk.begin_planned()
    study.chair.until(CalibrationStage.REVIEW)
    study.chair.desk.accept("tested")
    for _ in range(20):
        study.chair.frame()
    assert study.stage is Stage.PAUSED


def test_a_calibration_that_cannot_be_made_leaves_the_case_alone(study: StudyRun) -> None:
    study.to_first_screen()
    study.run.acquisition.say(
        m.TrackerNotice(kind="connection_lost", t_host_ns=0, value=0.0, text="The cable is out.")
    )
    study.chair.frame()
    with pytest.raises(SessionError, match="No tracker"):
        study.desk.calibrate()
    assert study.stage is Stage.CASE
    assert "paused" not in trial_states(study)


def test_calibrating_while_targets_are_shown_is_refused_and_changes_nothing(study: StudyRun) -> None:
    study.to_first_screen()
    study.desk.start_break()
    rows = len(study.written("judgement"))
    with pytest.raises(SessionError, match="running"):
        study.desk.calibrate()
    assert len(study.written("judgement")) == rows


def test_no_break_is_validated_for_where_none_can_begin(study: StudyRun) -> None:
    study.to_first_screen()
    study.desk.start_break()
    study.chair.until(CalibrationStage.REVIEW)
    study.chair.desk.accept()
    study.until(lambda: study.stage is Stage.BREAK and study.desk.sitting.loop.asked is None)
    with pytest.raises(SessionError):
        study.desk.start_break()
    assert not study.state.is_calibrating
    study.desk.end_break()
    assert study.stage is Stage.CALIBRATION


def test_the_space_bar_passes_over_no_check_while_gaze_is_calibrated(study: StudyRun) -> None:
    study.begin()
    study.desk.go_on_uncalibrated("tested")
    study.until(lambda: study.state.side_run is not None)
    study.desk.calibrate()
    before = len(study.written("drift"))
    study.desk.pass_over()
    assert len(study.written("drift")) == before


# leaving


def test_leaving_in_a_break_asks_nobody_back_to_the_targets(study: StudyRun) -> None:
    study.to_first_screen()
    study.desk.start_break()
    study.chair.until(CalibrationStage.REVIEW)
    study.chair.desk.accept()
    study.until(lambda: study.stage is Stage.BREAK)
    study.desk.leave()
    end(study)
    purposes = [bytes(each).decode() for each in study.written("validation")["purpose"]]
    assert "session_end" not in purposes


def test_leaving_while_the_block_is_closed_ends_the_session_after_that_validation(study: StudyRun) -> None:
    study.to_first_screen()
    study.desk.start_break()
    study.desk.leave()
    assert study.state.is_calibrating
    study.chair.until(CalibrationStage.REVIEW)
    study.chair.desk.accept()
    end(study)
    assert len(np.unique(study.written("validation")["validation"])) == 2


def test_leaving_in_a_calibration_stops_it_and_ends_the_session(study: StudyRun) -> None:
    study.begin()
    study.desk.calibrate()
    study.desk.leave()
    assert not study.state.is_calibrating
    end(study)


def test_drift_is_checked_again_after_each_calibration_however_often_a_check_was_stopped_for_one(
    study: StudyRun,
) -> None:
    study.begin()
    for _ in range(MOST_DRIFT_CHECKS + 1):
        study.calibrate()
        study.until(lambda: (run := study.state.side_run) is not None and run.kind is SideRunKind.DRIFT_CHECK)
    assert study.written("drift")["outcome"].tolist() == [b"aborted"] * MOST_DRIFT_CHECKS


def test_leaving_in_a_drift_check_keeps_its_row(study: StudyRun) -> None:
    study.begin()
    study.desk.go_on_uncalibrated("tested")
    study.until(lambda: study.state.side_run is not None)
    study.until(lambda: study.state.side_run is not None and study.state.side_run.kind.value == "drift_check")
    study.chair.frame()
    study.desk.leave_now()
    assert study.written("drift")["outcome"].tolist() == [b"aborted"]
    end(study)


def test_stopping_twice_stops_once(study: StudyRun) -> None:
    study.dictation.is_finished = False
    study.to_first_screen()
    study.run.session.stop_recording()
    study.run.session.stop_recording()
    assert study.state.phase is StudyPhase.RUNNING
    study.dictation.is_finished = True
    end(study)
    assert trial_states(study).count("interrupted") == 1


def test_the_end_still_says_how_many_cases_count(study: StudyRun) -> None:
    study.to_first_screen()
    quota = study.state.view.quota  # type: ignore[union-attr]
    study.desk.leave_now()
    end(study)
    view = study.state.view
    assert view is not None
    assert (view.quota, view.counted, view.screen, view.attempt) == (quota, 0, None, -1)


# recordings that end by themselves


@pytest.mark.parametrize("is_calibrating", [False, True])
def test_a_recording_that_breaks_off_leaves_nothing_before_the_reader(
    study: StudyRun, is_calibrating: bool
) -> None:
    study.to_first_screen()
    study.to_image()
    if is_calibrating:
        study.desk.calibrate()
    study.run.acquisition.say(m.Failed(request="", kind="recording", text="The disk is full."))
    study.chair.frame()
    study.chair.frame()
    assert study.state.phase is StudyPhase.FAILED
    assert not study.live.reader.panes
    assert not study.chair.desk.is_active
    assert not study.folder.is_taken
    assert "close" in study.dictation.calls


def test_a_recording_that_was_closed_by_itself_is_followed_by_its_end(study: StudyRun) -> None:
    study.to_first_screen()
    study.to_image()
    study.run.close_file()
    study.until(lambda: study.state.phase is StudyPhase.ENDED)
    assert not study.live.reader.panes
    assert "close" in study.dictation.calls


# a beginning that takes its time


class SlowFolder(OneFolder):
    """Takes as long as it is told to."""

    def __init__(self, root: Path, problem: str = "") -> None:
        super().__init__(root)
        self.go, self.problem = threading.Event(), problem

    def begin(self, opened: OpenedStudy, reader: str, period: int) -> Path:
        path = super().begin(opened, reader, period)
        assert self.go.wait(SHORT_S)
        if self.problem:
            self.release()
            raise SessionError(self.problem)
        return path


def start_slowly(study: StudyRun, problem: str = "") -> SlowFolder:
    folder = SlowFolder(study.folder.root, problem)
    study.folder = folder
    study.desk.open(study.study_path)
    study.ask_to_start()
    assert study.state.preparing
    return folder


def test_a_session_is_prepared_while_the_windows_go_on(study: StudyRun) -> None:
    folder = start_slowly(study)
    study.chair.frame()
    assert study.state.phase is StudyPhase.OPENED
    for refused in (study.desk.close_study, lambda: study.desk.plan("R02"), study.ask_to_start):
        with pytest.raises(SessionError):
            refused()
    folder.go.set()
    study.until(lambda: study.is_recording_asked)
    assert study.state.phase is StudyPhase.STARTING
    assert not study.state.preparing


def test_a_session_that_cannot_begin_says_why_and_leaves_the_form(study: StudyRun) -> None:
    folder = start_slowly(study, "An earlier session cannot be recovered.")
    folder.go.set()
    study.until(lambda: not study.state.preparing)
    assert study.state.phase is StudyPhase.OPENED
    assert study.state.start_problem == "An earlier session cannot be recovered."
    assert not folder.is_taken


def test_a_window_that_closes_meanwhile_leaves_nothing_taken(study: StudyRun) -> None:
    folder = start_slowly(study)
    study.run.session.close()
    folder.go.set()
    for thread in threading.enumerate():
        if thread.name == "session beginning":
            thread.join(SHORT_S)
    assert not folder.is_taken


# what the operator says


def test_a_message_goes_away_with_the_image_after_it_was_read(study: StudyRun) -> None:
    study.to_first_screen()
    study.desk.tell_reader("Please sit up.")
    study.chair.frame()
    study.run.clock.advance_ns(READ_AFTER_NS)
    study.chair.frame()
    assert study.state.message == "Please sit up."
    study.to_image()
    study.chair.frame()
    assert study.state.message == ""
    told = study.written("event")
    texts = told["text"][told["kind"] == b"message_to_reader"].tolist()
    assert texts == [b"Please sit up.", b""]


def test_a_message_that_came_during_an_image_stays_until_it_could_be_read(study: StudyRun) -> None:
    study.to_first_screen()
    study.to_image()
    study.desk.tell_reader("Please sit up.")
    study.chair.frame()
    study.run.clock.advance_ns(2 * READ_AFTER_NS)
    study.chair.frame()
    assert study.state.message == "Please sit up."
