"""Fakes for the acquisition: a scripted driver, a scripted app, a failing writer, samples made by hand."""

from __future__ import annotations

import importlib.util
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capture_app.acquisition.messages import Message
from drivers.contract import Batch, Capabilities, Scene
from gaze_core.clocks import ManualClock
from gaze_core.ring import RowRing
from gaze_core.rows import GAZE, Rows
from gaze_core.streams import TrackerInfo
from recordings_schema.errors import RecordingWriteError
from recordings_schema.layout import DatasetKey
from recordings_schema.metadata import ClosingFacts
from recordings_schema.testing import METADATA
from recordings_schema.writer import ClosedRecording

# With importlib import mode, what the tests here share is loaded by path.
for _NAME in ("signal_fakes", "audio_fakes"):
    _SPEC = importlib.util.spec_from_file_location(_NAME, Path(__file__).with_name(f"{_NAME}.py"))
    assert _SPEC is not None
    assert _SPEC.loader is not None
    _FAKES = importlib.util.module_from_spec(_SPEC)
    sys.modules[_NAME] = _FAKES
    _SPEC.loader.exec_module(_FAKES)

RATE_HZ = 1000.0
INTERVAL_NS = 1_000_000
RAW_DTYPE = np.dtype([("stamp_us", "<i8"), ("x", "<f4")])
INFO = TrackerInfo(driver="fake", model="Fake", serial="1", rate_hz=RATE_HZ, raw_dtype=RAW_DTYPE)


def make_gaze(seq: list[int], *, delay_ns: int = 2_000_000, device_offset_ns: int = 0) -> Rows:
    """Valid samples of these numbers, each a moment after it was measured."""
    rows = GAZE.empty(len(seq))
    rows["seq"] = seq
    rows["t_device_ns"] = np.array(seq) * INTERVAL_NS + device_offset_ns
    rows["t_host_ns"] = np.array(seq) * INTERVAL_NS + delay_ns
    rows["flags"] = 0
    for side in ("left", "right"):
        rows[f"{side}_x_norm"] = 0.25
        rows[f"{side}_y_norm"] = 0.75
        rows[f"{side}_valid"] = 1
    return rows


def make_batch(seq: list[int], **beside: Any) -> Batch:
    raw = np.zeros(len(seq), RAW_DTYPE)
    raw["stamp_us"] = seq
    return Batch(gaze=make_gaze(seq), raw=raw, **beside)


class FakeDriver:
    """Reads out a script of batches and errors, then stays silent."""

    def __init__(self, script: list[Batch | Exception] | None = None, info: TrackerInfo = INFO) -> None:
        self.script = deque(script or [])
        self.info = info
        self.calls: list[str] = []
        self.scenes: list[Scene] = []
        self.open_error: Exception | None = None
        self.stop_error: Exception | None = None
        self.may_open = threading.Event()
        self.may_open.set()
        self.may_read = threading.Event()
        self.may_read.set()
        self._pause = threading.Event()

    def open(self) -> TrackerInfo:
        self.calls.append("open")
        self.may_open.wait(20)
        if self.open_error is not None:
            raise self.open_error
        return self.info

    def capabilities(self) -> Capabilities:
        return Capabilities(rates_hz=(RATE_HZ,), set_scene=self.scenes.append)

    def start(self) -> None:
        self.calls.append("start")

    def read(self, timeout_s: float) -> Batch:
        self.may_read.wait(20)
        if self.script:
            item = self.script.popleft()
            if isinstance(item, Exception):
                raise item
            return item
        self._pause.wait(min(timeout_s, 0.002))
        return Batch.empty(self.info)

    def stop(self) -> None:
        self.calls.append("stop")
        if self.stop_error is not None:
            raise self.stop_error

    def close(self) -> None:
        self.calls.append("close")


class FakeLink:
    """An app that says what a test has it say."""

    def __init__(self) -> None:
        self.incoming: deque[Message | Exception] = deque()
        self.sent: list[Message] = []
        self._pause = threading.Event()

    def receive(self, timeout_s: float) -> Message | None:
        if not self.incoming:
            self._pause.wait(min(timeout_s, 0.002))
            return None
        item = self.incoming.popleft()
        if isinstance(item, Exception):
            raise item
        return item

    def send(self, message: Message) -> None:
        self.sent.append(message)

    def of(self, kind: type[Any]) -> list[Any]:
        return [message for message in self.sent if isinstance(message, kind)]


class FakeWriter:
    """Keeps rows in memory; fails from the moment `failure` is set."""

    def __init__(self, path: Path, metadata: object, info: TrackerInfo) -> None:
        self.path = path
        self.rows: list[tuple[DatasetKey, Rows]] = []
        self.facts: list[ClosingFacts] = []
        self.embedded: list[bytes] = []
        self.flushes = 0
        self.closed_with: str | None = None
        self.is_abandoned = False
        self.failure: Exception | None = None
        self.stream_failure = ""

    def append(self, key: DatasetKey, rows: Rows) -> None:
        self._check()
        self.rows.append((key, rows.copy()))

    def embed_image(self, content: bytes) -> str:
        self._check()
        self.embedded.append(content)
        return ""

    def note_facts(self, facts: ClosingFacts) -> None:
        self._check()
        self.facts.append(facts)

    def sync(self) -> None:
        self._check()
        self.flushes += 1

    def flush(self) -> None:
        self._check()
        self.flushes += 1

    def close(self, reason: str) -> ClosedRecording:
        self._check()
        self.closed_with = reason
        counts = {key: len(self.all(key)) for key in DatasetKey}
        return ClosedRecording(path=self.path, row_counts=counts, size_bytes=1, stream_failure="")

    def abandon(self) -> None:
        self.is_abandoned = True

    def all(self, key: DatasetKey) -> Rows:
        parts = [rows for each, rows in self.rows if each is key]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _check(self) -> None:
        if self.failure is not None:
            raise self.failure


class WriterShelf:
    """Makes writers for a recorder and keeps them for the test."""

    def __init__(self) -> None:
        self.writers: list[FakeWriter] = []
        self.create_error: Exception | None = None

    def create(self, path: Path, metadata: object, info: TrackerInfo) -> FakeWriter:
        if self.create_error is not None:
            raise self.create_error
        self.writers.append(FakeWriter(path, metadata, info))
        return self.writers[-1]


@pytest.fixture(scope="session")
def info() -> TrackerInfo:
    return INFO


@pytest.fixture(scope="session")
def gaze() -> Callable[..., Rows]:
    return make_gaze


@pytest.fixture(scope="session")
def batch() -> Callable[..., Batch]:
    return make_batch


@pytest.fixture(scope="session")
def fake_driver() -> type[FakeDriver]:
    return FakeDriver


@pytest.fixture
def link() -> FakeLink:
    return FakeLink()


@pytest.fixture
def shelf() -> WriterShelf:
    return WriterShelf()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(start_ns=1_000_000_000)


@pytest.fixture
def ring() -> Iterator[RowRing]:
    with RowRing.create(GAZE.dtype, 1000) as ring:
        yield ring


@pytest.fixture
def metadata() -> dict[str, Any]:
    return METADATA.to_json()


@pytest.fixture
def other_info() -> TrackerInfo:
    return replace(INFO, serial="2", raw_dtype=np.dtype([("other", "<f8")]))


@pytest.fixture
def disk_full() -> RecordingWriteError:
    return RecordingWriteError("a.gazeh5 cannot be recorded any further (no space left on device).")


@pytest.fixture
def wire() -> Any:
    """Return a device at the end of a serial cable that is none."""
    return sys.modules["signal_fakes"].Wire()


@pytest.fixture
def listener() -> Any:
    """Return somebody who notes signals, triggers and events."""
    return sys.modules["signal_fakes"].Listener()
