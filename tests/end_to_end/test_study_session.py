"""Whole sessions by the command `capture STUDY --robot`: every preset, its screens, and what is left."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from quick_study import quick_study
from study_runs import (
    PATIENT,
    RobotProcess,
    assert_all_screens_have_their_rows,
    assert_each_case_is_committed_once,
    assert_sound,
    recordings_of,
)

from capture_app.session.study import PRESETS, new_study, open_study
from capture_app.session.study.quality_keys import DriftPlace
from gaze_core.rows import decode_text
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording

pytestmark = pytest.mark.processes

LONGEST_SILENCE_S = 90.0
FIVE_MINUTES_S = 300.0
LEFT_IN = "READING_STATION_ROBOT_STUDY"
END_STEPS = ("Recording closed", "Read back", "Copied", "Report written", "Checked for identifying data")

StartRobot = Callable[..., RobotProcess]


@pytest.fixture
def start_robot() -> Iterator[StartRobot]:
    """Start pseudo-readers; nothing of them outlives the test."""
    started: list[RobotProcess] = []

    def start(study: Path, readers: Sequence[str] = ("R01",), **options: object) -> RobotProcess:
        started.append(RobotProcess(study, readers, **options))  # type: ignore[arg-type]
        return started[-1]

    yield start
    for robot in started:
        robot.end()


def assert_whole_session(study: Path, reader: str, robot: RobotProcess) -> None:
    """A session that nothing disturbed left one sound recording with all rows, and its report."""
    (path,) = recordings_of(study, reader)
    assert_sound(path)
    assert_each_case_is_committed_once(study, reader)
    assert_all_screens_have_their_rows(path, open_study(study).study)
    with Recording.open(path) as recording:
        purposes = {decode_text(each) for each in recording.rows(DatasetKey.VALIDATIONS)["purpose"]}
        assert purposes == {"opening", "session_end"}
        checks = recording.count(DatasetKey.DRIFT)
        assert recording.count(DatasetKey.CALIBRATION_DATA) > 0
        # The eyes are those the command asked for, not the tracker of the station's settings.
        assert recording.metadata.settings.driver_options["seed"] == "0"
        kinds = {decode_text(each) for each in recording.rows(DatasetKey.EVENTS)["kind"]}
    planned = open_study(study).study
    assert (checks > 0) == (planned.drift_check.place is DriftPlace.BEFORE_CASE)
    if planned.calibration.pupil_baseline_s > 0:
        assert "pupil_baseline" in kinds
    report = path.with_name(f"{path.stem}-report.html")
    assert path.stem in report.read_text(encoding="utf-8")
    for step in END_STEPS:
        assert f"{reader}: {step}:" in robot.text, robot.text


def read_by_one(preset: str, folder: Path, start_robot: StartRobot) -> None:
    study = quick_study(preset, folder / "Studie ü", cases=2, changes=PATIENT)
    robot = start_robot(study)
    assert robot.finish(LONGEST_SILENCE_S) == 0, robot.text
    assert_whole_session(study, "R01", robot)


def test_a_pseudo_reader_goes_through_a_reflacx_study(tmp_path: Path, start_robot: StartRobot) -> None:
    read_by_one("reflacx", tmp_path, start_robot)


@pytest.mark.long
@pytest.mark.parametrize("preset", sorted(set(PRESETS) - {"reflacx"}))
def test_a_pseudo_reader_goes_through_every_preset(
    preset: str, tmp_path: Path, start_robot: StartRobot
) -> None:
    read_by_one(preset, tmp_path, start_robot)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_two_readers_go_through_the_reflacx_study_of_twelve_cases_in_five_minutes(
    tmp_path: Path, start_robot: StartRobot
) -> None:
    """As it comes: 13 points, a baseline of 15 s, a drift check before every case, all answers.

    Told in seconds is where the time goes; a machine that does other work meanwhile takes longer.
    The study is left where the environment says, for whoever wants to go on with it.
    """
    study = new_study("reflacx", Path(os.environ.get(LEFT_IN, tmp_path / "study")))
    began_s = time.monotonic()
    logs = {"XDG_STATE_HOME": str(tmp_path / "state")}
    robot = start_robot(study, ("R01", "R02"), listens=True, variables=logs)
    code = robot.finish(LONGEST_SILENCE_S)
    took_s = time.monotonic() - began_s
    spent = "".join(f"{seconds:7.1f} s {place}\n" for place, seconds in robot.seconds_by_place().items())
    sys.stdout.write(f"\n{spent}two readers, twelve cases each: {took_s:.0f} s\n")
    assert code == 0, robot.text
    for reader in ("R01", "R02"):
        assert_whole_session(study, reader, robot)
    log = "".join(path.read_text(encoding="utf-8") for path in tmp_path.rglob("reading-station.log*"))
    assert "so far: valid for reflacx." in log  # tried while it was still being labelled
    assert took_s < FIVE_MINUTES_S
