"""A session without windows, driven step by step; the command line, called as a person calls it."""

from __future__ import annotations

import importlib.util
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from capture_app.acquisition.client import AcquisitionClient
from capture_app.cli import main
from capture_app.session.engine import CaptureSession
from capture_app.session.port import ScreenFacts
from capture_app.session.recording import Phase
from capture_app.session.settings import Settings
from capture_app.session.states import LiveState

ROOT = Path(__file__).parents[2]


def _load(name: str) -> None:
    """Load a plain module beside the tests: with importlib import mode that is done by its path."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)


_load("detections")
_load("replaying")
_load("study_runs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


class Reading:
    """A reader's session whose every frame counts as shown at once."""

    def __init__(self, session: CaptureSession, client: AcquisitionClient) -> None:
        self.session = session
        self.client = client
        self.state: LiveState = session.step()
        self._frame = 0
        self._shown_revision = -1

    def step(self) -> LiveState:
        self.state = self.session.step()
        if self.state.reader.revision != self._shown_revision:
            self._shown_revision = self.state.reader.revision
            self._frame += 1
            self.session.presented(self._shown_revision, time.perf_counter_ns(), self._frame, 0)
        self.client.wait(0.005)
        return self.state

    def until(self, is_reached: Callable[[], bool], limit_s: float = 30.0) -> None:
        """Step until something is so; fails the test after the limit."""
        deadline_s = time.monotonic() + limit_s
        while not is_reached():
            assert time.monotonic() < deadline_s, self.state
            assert self.session.recording.phase is not Phase.FAILED, self.session.recording.problem
            self.step()

    def connect(self, tracker: str, **options: str) -> None:
        self.session.connect_tracker(tracker, options)
        self.until(lambda: self.session.link.tracker is not None)

    def begin(self, path: Path) -> None:
        """Record, and show the first case if there are cases."""
        self.session.record_to(path, "R07")
        self.until(lambda: self.session.recording.phase is Phase.RUNNING)

    def show_case(self, number: int) -> None:
        """Go to the next case, or begin with the first, and wait until its one image is on the screen."""
        if number:
            self.session.next_case()
        self.until(lambda: [pane.image_id for pane in self.state.reader.panes] == [number])

    def end(self) -> None:
        self.session.stop_recording()
        self.until(lambda: self.session.recording.phase is Phase.CLOSED)


@pytest.fixture
def start_reading(tmp_path: Path) -> Iterator[Callable[[ScreenFacts], Reading]]:
    """Start sessions on a screen; their processes end with the test."""
    sessions: list[CaptureSession] = []

    def start(facts: ScreenFacts) -> Reading:
        clients: list[AcquisitionClient] = []

        def start_acquisition() -> AcquisitionClient:
            clients.append(AcquisitionClient(log_directory=tmp_path / "log"))
            clients[-1].start()
            return clients[-1]

        session = CaptureSession(start_acquisition, settings=Settings(distance_mm=650.0), facts=facts)
        sessions.append(session)
        return Reading(session, clients[0])

    yield start
    for session in sessions:
        session.close()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder with two small pictures, its name not ASCII."""
    folder = tmp_path / "Röntgen 胸部"
    folder.mkdir()
    y, x = np.mgrid[:300, :250]
    for number in range(2):
        grey = (np.sin(x / (20.0 + number)) + np.cos(y / 25.0) + 2.0) / 4.0 * 255.0
        encoded = cv2.imencode(".png", np.rint(grey).astype(np.uint8))[1]
        (folder / f"{number}.png").write_bytes(encoded.tobytes())
    return folder


@pytest.fixture
def run_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run `reading-station` in this process, its log set up as in a fresh one."""

    def run(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["reading-station", *map(str, arguments)])
        with own_logging(), pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Said(code=int(ended.value.code or 0), out=said.out, err=said.err)

    return run


@contextmanager
def own_logging() -> Iterator[None]:
    """Take away the test runner's handlers for a while; close those that were added meanwhile."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers[:] = []
    try:
        yield
    finally:
        for handler in root.handlers:
            handler.close()
        root.handlers[:] = before
        root.setLevel(level)


@pytest.fixture
def run_process() -> Callable[..., Said]:
    """Run `reading-station` as a process of its own."""

    def run(*arguments: object, **variables: str) -> Said:
        done = subprocess.run(
            [sys.executable, "-m", "capture_app", *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
            check=False,
        )
        return Said(code=done.returncode, out=done.stdout, err=done.stderr)

    return run
