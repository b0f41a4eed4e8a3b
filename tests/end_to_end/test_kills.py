"""The death of either process costs at most the last quarter of a second."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from capture_app.session.port import ScreenFacts
from capture_app.session.recording import Phase
from gaze_core.rows import decode_text
from recordings_schema.findings import Severity
from recordings_schema.layout import DatasetKey
from recordings_schema.paths import journal_path
from recordings_schema.reader import Recording
from recordings_schema.recover import recover
from recordings_schema.validate import validate

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals"),
]

ROOT = Path(__file__).parents[2]
SCREEN = ScreenFacts(name="screen", width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0)
MOST_LOST_NS = 250_000_000
CLOSED_WITHIN_S = 2.0


@pytest.fixture
def app(tmp_path: Path, pictures: Path) -> Iterator[subprocess.Popen[str]]:
    app = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("reading_app.py"), pictures, tmp_path / "a.gazeh5"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    yield app
    app.kill()
    app.communicate()


def wait_until_closed(path: Path, limit_s: float) -> float:
    """Wait until the journal is gone, which is the last thing a close does; return the seconds it took."""
    began_s = time.monotonic()
    pause = threading.Event()
    while journal_path(path).exists():
        assert time.monotonic() - began_s < limit_s
        pause.wait(0.01)
    return time.monotonic() - began_s


def assert_sound_and_interrupted(path: Path) -> None:
    assert [finding for finding in validate(path) if finding.severity is Severity.ERROR] == []
    with Recording.open(path) as recording:
        assert recording.is_finished
        assert len(recording.raw()) == len(recording.gaze())
        assert decode_text(recording.rows(DatasetKey.TRIALS)["state"][-1]) == "interrupted"


def kill_the_app(app: subprocess.Popen[str], path: Path, after_s: float) -> None:
    assert app.stdout is not None
    assert app.stdout.readline() == "reading\n"
    time.sleep(after_s)  # how far the recording gets is what varies
    killed_ns = time.perf_counter_ns()
    app.kill()
    app.wait()
    assert wait_until_closed(path, 20.0) < CLOSED_WITHIN_S
    assert_sound_and_interrupted(path)
    with Recording.open(path) as recording:
        # Read until the pipe's end was noticed: nothing from before the kill is missing.
        assert recording.gaze()["t_host_ns"][-1] > killed_ns - MOST_LOST_NS
        assert "app_lost" in [decode_text(kind) for kind in recording.rows(DatasetKey.EVENTS)["kind"]]


def kill_the_acquisition(start_reading: Callable, pictures: Path, path: Path, samples: int) -> None:
    reading = start_reading(SCREEN)
    reading.session.show_folder(pictures)
    reading.connect("mock", rate_hz="600")
    reading.begin(path)
    reading.show_case(0)
    reading.until(lambda: reading.session.link.status.recorded >= samples)
    killed_ns = time.perf_counter_ns()
    os.kill(reading.client.pid, signal.SIGKILL)
    while reading.session.recording.phase is Phase.RUNNING:
        reading.step()

    assert reading.session.recording.phase is Phase.FAILED
    assert "quarter of a second" in reading.session.recording.problem
    report = recover(path)
    assert_sound_and_interrupted(path)
    assert report.interrupted_trials == (0,)
    with Recording.open(path) as recording:
        gaze = recording.gaze()
        assert killed_ns - gaze["t_host_ns"][-1] < MOST_LOST_NS
        assert np.array_equal(np.unique(np.diff(gaze["seq"])), [1])


def test_a_killed_app_gets_its_recording_closed_in_time(app: subprocess.Popen[str], tmp_path: Path) -> None:
    kill_the_app(app, tmp_path / "a.gazeh5", 0.7)


@pytest.mark.long
@pytest.mark.parametrize("number", range(25))
def test_an_app_killed_many_times_always_gets_its_recording_closed(
    app: subprocess.Popen[str], tmp_path: Path, number: int
) -> None:
    kill_the_app(app, tmp_path / "a.gazeh5", random.Random(number).uniform(0.0, 2.0))


def test_a_killed_acquisition_is_told_and_recovery_gives_all_but_the_last_moment(
    start_reading: Callable, pictures: Path, tmp_path: Path
) -> None:
    kill_the_acquisition(start_reading, pictures, tmp_path / "a.gazeh5", 700)


@pytest.mark.long
@pytest.mark.parametrize("number", range(25))
def test_an_acquisition_killed_many_times_never_costs_more(
    start_reading: Callable, pictures: Path, tmp_path: Path, number: int
) -> None:
    samples = random.Random(number).randrange(1, 1500)
    kill_the_acquisition(start_reading, pictures, tmp_path / "a.gazeh5", samples)


def test_a_session_goes_on_in_a_new_file_after_its_acquisition_was_killed(
    start_reading: Callable, pictures: Path, tmp_path: Path, run_command: Callable
) -> None:
    first, second = tmp_path / "first.gazeh5", tmp_path / "second.gazeh5"
    reading = start_reading(SCREEN)
    reading.session.show_folder(pictures)
    reading.connect("mock", rate_hz="600")
    reading.begin(first)
    reading.until(lambda: reading.session.link.status.recorded >= 300)
    os.kill(reading.client.pid, signal.SIGKILL)
    while reading.session.recording.phase is Phase.RUNNING:
        reading.step()
    reading.connect("mock", rate_hz="600")
    reading.begin(second)
    reading.until(lambda: reading.session.link.status.recorded >= 300)
    reading.end()

    recovered = run_command("recover", first)
    assert recovered.code == 0
    assert "rebuilt from the journal" in recovered.out
    assert "interrupted" in recovered.out
    assert run_command("validate", first, second).code == 0
