"""What disturbs a session of a study from outside, with real processes: it is said, and nothing is lost."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from quick_study import quick_study
from study_runs import (
    PATIENT,
    ROOT,
    RobotProcess,
    assert_all_screens_have_their_rows,
    assert_each_case_is_committed_once,
    assert_sound,
    recordings_of,
    told_by,
)

from capture_app.session.study import open_study
from recordings_schema.layout import DatasetKey
from recordings_schema.paths import journal_path
from recordings_schema.reader import Recording

pytestmark = [pytest.mark.processes, pytest.mark.long]

LONGEST_SILENCE_S = 90.0
NOT_RECORDED = 5
ROOM_BYTES = 300_000  # half a second of gaze, and what comes with it

SET_BACK = """
import time

_time, _time_ns, _monotonic = time.time, time.time_ns, time.monotonic
_began_s = _monotonic()

def _back_s():
    return 3600 * int((_monotonic() - _began_s) / 3)  # an hour earlier every three seconds

time.time = lambda: _time() - _back_s()
time.time_ns = lambda: _time_ns() - _back_s() * 10**9
"""
"""Loaded by every Python process before its first import: the operating system's clock is set back."""

StartRobot = Callable[..., RobotProcess]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return quick_study("reflacx", tmp_path / "study", cases=2, spares=1, changes=PATIENT)


@pytest.fixture
def start_robot() -> Iterator[StartRobot]:
    """Start pseudo-readers that say where they are; nothing of them outlives the test."""
    started: list[RobotProcess] = []

    def start(study: Path, **options: object) -> RobotProcess:
        started.append(RobotProcess(study, ["R01"], listens=True, **options))  # type: ignore[arg-type]
        return started[-1]

    yield start
    for robot in started:
        robot.end()


def until(robot: RobotProcess, place: str) -> None:
    """Read until the session is at a place."""
    while (line := robot.next_line(LONGEST_SILENCE_S)) is not None:
        if line == f"at {place}":
            return
    raise AssertionError(f"{place} was not reached.\n{robot.text}")


def assert_ends_well(robot: RobotProcess) -> None:
    assert robot.finish(LONGEST_SILENCE_S) == 0, robot.text


def test_of_two_sessions_begun_on_one_folder_the_second_is_refused_and_the_first_goes_on(
    study: Path, start_robot: StartRobot
) -> None:
    first = start_robot(study)
    until(first, "before-image")
    second = start_robot(study)
    assert second.finish(LONGEST_SILENCE_S) == NOT_RECORDED
    assert "A session of R01 in this study is under way in another program" in second.text
    assert "Traceback" not in second.text
    assert_ends_well(first)
    (path,) = recordings_of(study, "R01")
    assert_sound(path)
    assert_each_case_is_committed_once(study, "R01")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on file sizes")
def test_a_disk_that_fills_up_in_a_case_is_told_and_the_next_session_goes_on_there(
    study: Path, start_robot: StartRobot
) -> None:
    import resource

    first = start_robot(study)
    until(first, "image")  # of the practice case
    until(first, "image")
    (journal,) = (study.parent / "sessions").rglob("*.journal")
    limit = journal.stat().st_size + ROOM_BYTES
    resource.prlimit(first.acquisition_pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    assert first.finish(LONGEST_SILENCE_S) == NOT_RECORDED, first.text
    assert "Traceback" not in first.text
    assert "disk" in first.lines[-1][1]

    assert_ends_well(start_robot(study))
    cut, whole = (told_by(path) for path in recordings_of(study, "R01"))
    for told in (cut, whole):
        assert_sound(told.path)
    assert_each_case_is_committed_once(study, "R01")
    assert cut.interrupted
    case_id = cut.interrupted[0]
    assert whole.opened[0] == case_id
    assert whole.screens[case_id][0] == cut.screens[case_id][-1]
    assert cut.trial_gaze[case_id] > 0
    assert not journal_path(cut.path).exists()


def test_a_clock_that_is_set_back_again_and_again_changes_nothing_of_the_data(
    study: Path, start_robot: StartRobot, tmp_path: Path
) -> None:
    (tmp_path / "clock").mkdir()
    (tmp_path / "clock" / "sitecustomize.py").write_text(SET_BACK, encoding="utf-8")
    assert_ends_well(start_robot(study, variables={"PYTHONPATH": f"{tmp_path / 'clock'}:{ROOT}"}))
    (path,) = recordings_of(study, "R01")
    assert_sound(path)
    assert_each_case_is_committed_once(study, "R01")
    assert_all_screens_have_their_rows(path, open_study(study).study)
    with Recording.open(path) as recording:
        for key in (DatasetKey.GAZE, DatasetKey.TRIALS, DatasetKey.EVENTS):
            times_ns = recording.rows(key)["t_host_ns"]
            assert times_ns.max() - times_ns.min() < 300e9  # of the host clock, which nobody sets
        assert (np.diff(recording.gaze()["t_host_ns"]) >= 0).all()  # packets share the time they came
