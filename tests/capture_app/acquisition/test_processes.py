"""The real processes: nothing is lost in a run, and a kill of either costs nothing written before."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capture_app.acquisition import messages as m
from capture_app.acquisition.client import AcquisitionClient, AcquisitionError
from gaze_core.rows import EVENT, TRIAL, decode_text
from recordings_schema.layout import DatasetKey
from recordings_schema.paths import journal_path
from recordings_schema.reader import Recording
from recordings_schema.recover import recover

pytestmark = pytest.mark.processes

APP = Path(__file__).with_name("app_process.py")
ROOT = Path(__file__).parents[3]
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  # where Linux shows it
is_posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
is_linux = pytest.mark.skipif(not SHARED_MEMORY.is_dir(), reason="the system does not show its shared memory")


def _open(rate_hz: int = 1200, **options: str) -> m.OpenTracker:
    return m.OpenTracker(
        driver="mock",
        options={"rate_hz": str(rate_hz), "scenario": "ideal", **options},
        width_px=1920,
        height_px=1080,
        width_mm=527.0,
        height_mm=296.0,
        distance_mm=650.0,
    )


def _record(client: AcquisitionClient, path: Path, metadata: dict[str, Any], samples: int) -> None:
    """Record until at least `samples` are in the recorder."""
    client.request(_open())
    client.request(m.StartRecording(path=str(path), metadata=metadata))
    _until_recorded(client, samples)


def _until_recorded(client: AcquisitionClient, samples: int) -> int:
    while True:
        client.wait(5.0)
        for message in client.poll():
            assert not isinstance(message, (m.Failed, m.AcquisitionDied)), message.text
            if isinstance(message, m.Status) and message.recorded >= samples:
                return message.recorded


def _shared_memory() -> set[str]:
    return {each.name for each in SHARED_MEMORY.iterdir()} if SHARED_MEMORY.is_dir() else set()


def _wait_for_end(pid: int, timeout_s: float) -> bool:
    """Wait until a process that is not our child has ended."""
    pause = threading.Event()
    deadline_s = time.monotonic() + timeout_s
    while time.monotonic() < deadline_s:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        pause.wait(0.02)
    return False


@pytest.fixture
def app(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(APP), str(tmp_path / "a.gazeh5"), "1200"]
    app = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    )
    yield app
    app.kill()
    app.communicate()


def test_two_seconds_at_1200_hz_lose_nothing_and_the_file_is_what_the_display_saw(
    tmp_path: Path, metadata: dict[str, Any]
) -> None:
    path = tmp_path / "Röntgen.gazeh5"
    with AcquisitionClient(log_directory=tmp_path / "log") as client:
        client.request(_open())
        started = client.request(m.StartRecording(path=str(path), metadata=metadata))
        _until_recorded(client, 2400)
        ended = client.request(m.EndSamples())
        client.send(m.AppendRows(row_type="event", rows=EVENT.row(t_host_ns=1, kind="note", trial=0)))
        closed = client.request(m.StopRecording(reason="finished"))
        first_row = client.next_row
        shown, missed = client.read_rows()
        client.request(m.CloseTracker())

    assert isinstance(started, m.RecordingStarted)
    assert isinstance(ended, m.SamplesEnded)
    assert isinstance(closed, m.RecordingClosed)
    assert (closed.lost, closed.findings, missed, first_row) == (0, [], 0, 0)
    with Recording.open(path) as recording:
        gaze = recording.gaze()
        assert gaze.tobytes() == shown[started.first_row : ended.next_row].tobytes()
        assert len(gaze) == len(recording.raw()) == closed.samples >= 2400
        assert np.array_equal(np.unique(np.diff(gaze["seq"])), [1])
        assert len(recording.rows(DatasetKey.EVENTS)) == 1
        assert {decode_text(each) for each in recording.rows(DatasetKey.CLOCK_SYNC)["clock_id"]} >= {
            "wall",
            "device",
        }
    assert not journal_path(path).exists()
    assert (tmp_path / "log" / "acquisition.log").stat().st_size > 0


def test_a_recording_played_back_into_another_one_equals_itself(
    tmp_path: Path, metadata: dict[str, Any]
) -> None:
    first, second = tmp_path / "first.gazeh5", tmp_path / "second.gazeh5"
    with AcquisitionClient() as client:
        _record(client, first, metadata, 500)
        client.request(m.StopRecording(reason="finished"))
        client.request(m.CloseTracker())
        opened = _open()
        playback = m.OpenTracker(
            **{
                **{
                    name: getattr(opened, name) for name in ("width_px", "height_px", "width_mm", "height_mm")
                },
                "distance_mm": 650.0,
                "driver": "playback",
                "options": {"file": str(first), "speed": "1", "start": "recording"},
            }
        )
        client.request(playback)
        client.request(m.StartRecording(path=str(second), metadata=metadata))
        kinds: list[str] = []
        while "finished" not in kinds:
            client.wait(5.0)
            kinds += [each.kind for each in client.poll() if isinstance(each, m.TrackerNotice)]
        client.request(m.StopRecording(reason="finished"))

    with Recording.open(first) as original, Recording.open(second) as copy:
        assert copy.raw().tobytes() == original.raw().tobytes()
        assert np.array_equal(copy.gaze()["t_device_ns"], original.gaze()["t_device_ns"])


def test_a_recording_that_is_still_open_is_closed_with_the_client(
    tmp_path: Path, metadata: dict[str, Any]
) -> None:
    path = tmp_path / "a.gazeh5"
    with AcquisitionClient() as client:
        _record(client, path, metadata, 100)
    client.close()

    assert [each.reason for each in client.poll() if isinstance(each, m.RecordingClosed)] == ["app_closed"]
    assert not client.is_alive
    with Recording.open(path) as recording:
        assert recording.is_finished


def test_requests_that_fail_are_errors_with_the_sentence(tmp_path: Path, metadata: dict[str, Any]) -> None:
    with AcquisitionClient() as client:
        with pytest.raises(AcquisitionError, match="open one first"):
            client.request(m.StartRecording(path=str(tmp_path / "a.gazeh5"), metadata=metadata))
        with pytest.raises(AcquisitionError, match="no tracker driver called 'nonsense'"):
            client.request(
                m.OpenTracker(
                    driver="nonsense",
                    options={},
                    width_px=1,
                    height_px=1,
                    width_mm=1.0,
                    height_mm=1.0,
                    distance_mm=1.0,
                )
            )
        with pytest.raises(AcquisitionError, match="cannot be played"):
            client.request(
                m.OpenTracker(
                    driver="playback",
                    options={"file": str(tmp_path / "none.gazeh5")},
                    width_px=1,
                    height_px=1,
                    width_mm=1.0,
                    height_mm=1.0,
                    distance_mm=1.0,
                )
            )
        with pytest.raises(AcquisitionError, match="already"):
            client.start()
    with pytest.raises(AcquisitionError, match="not running"):
        client.request(m.CloseTracker())


@is_posix
def test_the_terminal_interrupting_its_whole_group_does_not_end_the_acquisition() -> None:
    with AcquisitionClient() as client:
        assert client.pid is not None
        for number in (signal.SIGINT, signal.SIGHUP):
            os.kill(client.pid, number)
        assert isinstance(client.request(_open()), m.TrackerOpened)


@is_posix
def test_a_system_that_shuts_down_gets_a_closed_recording(tmp_path: Path, metadata: dict[str, Any]) -> None:
    path = tmp_path / "a.gazeh5"
    with AcquisitionClient() as client:
        _record(client, path, metadata, 100)
        assert client.pid is not None
        os.kill(client.pid, signal.SIGTERM)
        messages: list[m.Message] = []
        while not any(isinstance(each, m.AcquisitionDied) for each in messages):
            client.wait(5.0)
            messages += client.poll()

    assert [each.reason for each in messages if isinstance(each, m.RecordingClosed)] == ["terminated"]
    with Recording.open(path) as recording:
        assert recording.is_finished


def _kill_the_acquisition(path: Path, metadata: dict[str, Any], samples: int) -> None:
    with AcquisitionClient() as client:
        ring_name = client.ring_name
        _record(client, path, metadata, samples)
        client.send(
            m.AppendRows(row_type="trial", rows=TRIAL.row(t_host_ns=0, trial=0, case_id="c", state="open"))
        )
        _until_recorded(client, samples + 100)
        assert client.pid is not None
        killed_ns = time.perf_counter_ns()
        os.kill(client.pid, signal.SIGKILL)
        client.wait(20.0)
        died = []
        while not died:
            died = [each for each in client.poll() if isinstance(each, m.AcquisitionDied)]
        noticed_ns = time.perf_counter_ns()
        shown, _ = client.read_rows()
    recover(path)

    assert noticed_ns - killed_ns < 500_000_000
    assert not client.is_alive
    assert ring_name not in _shared_memory()
    with Recording.open(path) as recording:
        gaze = recording.gaze()
        start = int(np.searchsorted(shown["seq"], gaze["seq"][0]))
        assert gaze.tobytes() == shown[start : start + len(gaze)].tobytes()
        assert shown["t_host_ns"][-1] - gaze["t_host_ns"][-1] < 250_000_000
        assert len(recording.raw()) == len(gaze)
        assert decode_text(recording.rows(DatasetKey.TRIALS)["state"][-1]) == "interrupted"


@is_posix
@pytest.mark.parametrize("number", range(3))
def test_a_killed_acquisition_is_noticed_and_costs_at_most_its_last_250_ms(
    tmp_path: Path, metadata: dict[str, Any], number: int
) -> None:
    _kill_the_acquisition(tmp_path / "a.gazeh5", metadata, random.Random(number).randrange(1, 900))


@is_posix
@pytest.mark.long
@pytest.mark.parametrize("number", range(100, 140))
def test_an_acquisition_killed_many_times_never_costs_more(
    tmp_path: Path, metadata: dict[str, Any], number: int
) -> None:
    _kill_the_acquisition(tmp_path / "a.gazeh5", metadata, random.Random(number).randrange(1, 3000))


def _check_that_it_was_closed(path: Path) -> None:
    with Recording.open(path) as recording:
        assert recording.is_finished
        assert len(recording.gaze()) == len(recording.raw()) >= 300
        assert decode_text(recording.rows(DatasetKey.TRIALS)["state"][-1]) == "interrupted"
        assert "app_lost" in [decode_text(kind) for kind in recording.rows(DatasetKey.EVENTS)["kind"]]
    assert not journal_path(path).exists()


@is_posix
@is_linux
def test_a_killed_app_gets_its_recording_closed_within_two_seconds_and_leaves_nothing_behind(
    app: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert app.stdout is not None
    acquisition, ring_name = app.stdout.readline().split()
    assert ring_name in _shared_memory()
    app.kill()

    assert _wait_for_end(int(acquisition), 2.0)
    _check_that_it_was_closed(tmp_path / "a.gazeh5")
    assert ring_name not in _shared_memory()


@is_posix
@is_linux
def test_an_app_that_hangs_gets_its_recording_closed_after_five_seconds(
    app: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert app.stdout is not None
    acquisition, _ = app.stdout.readline().split()
    stopped_s = time.monotonic()
    app.send_signal(signal.SIGSTOP)

    assert _wait_for_end(int(acquisition), 9.0)
    assert time.monotonic() - stopped_s > 4.0
    _check_that_it_was_closed(tmp_path / "a.gazeh5")


def test_the_acquisition_process_loads_no_windows_and_no_images() -> None:
    forbidden = ("cv2", "PySide6", "pydicom", "pylsl", "pyqtgraph", "gdcm")
    program = (
        "import sys; import capture_app.acquisition.process; "
        f"sys.stdout.write(' '.join(sorted(set({forbidden!r}) & set(sys.modules))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert done.stdout == ""
