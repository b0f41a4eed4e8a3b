"""An acquisition process that is none: it notes what it is asked and says what the test tells it to say."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from capture_app.acquisition import messages as m
from capture_app.session.engine import CaptureSession
from capture_app.session.port import ScreenFacts
from capture_app.session.settings import Settings
from capture_app.session.states import LiveState
from capture_app.session.study_desk.assembly import assemble
from capture_app.session.study_desk.host import MakeStudyParts
from drivers.contract import Scene, ScenePane, ViewingSetup
from drivers.mock import MockSettings, Simulated, simulate
from gaze_core.clocks import ManualClock
from gaze_core.rows import GAZE, ROW_TYPES, Rows

FACTS = ScreenFacts(
    name="DP-1", model="Test", width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0, refresh_hz=60.0
)
SETUP = ViewingSetup(width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0, distance_mm=650.0)
FRAME_NS = 16_666_667

_DTYPES = {row_type.name: row_type.dtype for row_type in ROW_TYPES}
_Message = TypeVar("_Message")


class FakeAcquisition:
    """`session.link.Acquisition` with scripted answers and the rows of `stream` behind a cursor."""

    def __init__(self, stream: Rows | None = None) -> None:
        self.stream: Rows = GAZE.empty(0) if stream is None else stream
        self.sent: list[m.Message] = []
        self.written = 0  # rows of the stream that are in the ring
        self.is_alive = True
        self.closed = 0
        self._next_row = 0
        self._overwritten = 0
        self._said: list[m.Message] = []

    def send(self, message: m.Message) -> None:
        self.sent.append(message)

    def poll(self) -> list[m.Message]:
        said, self._said = self._said, []
        return said

    def newest_row(self) -> Rows:
        return self.stream[max(self.written - 1, 0) : self.written].copy()

    def read_rows(self) -> tuple[Rows, int]:
        first = self._next_row + self._overwritten
        missed, self._overwritten = self._overwritten, 0
        self._next_row = self.written
        return self.stream[first : self.written].copy(), missed

    @property
    def next_row(self) -> int:
        return self._next_row

    def close(self) -> None:
        self.closed += 1

    # what the test makes happen

    def say(self, *messages: m.Message) -> None:
        """Let messages arrive with the next poll."""
        self._said += messages

    def deliver(self, rows: int) -> None:
        """Put so many further rows of the stream into the ring."""
        self.written = min(self.written + rows, len(self.stream))

    def overwrite(self, rows: int) -> None:
        """Let rows that are in the ring be gone before they are read."""
        self._overwritten += rows

    def all_sent(self, kind: type[_Message]) -> list[_Message]:
        """Return the messages of one kind that the session sent."""
        return [message for message in self.sent if isinstance(message, kind)]

    def appended(self, row_type: str) -> Rows:
        """Return the rows of one type that the session had written."""
        parts = [message.rows for message in self.all_sent(m.AppendRows) if message.row_type == row_type]
        return np.concatenate([np.zeros(0, _DTYPES[row_type]), *parts])


class FakeRun:
    """A session on a fake acquisition, a manual clock and a window that shows every revision at once."""

    def __init__(
        self,
        stream: Rows | None = None,
        settings: Settings | None = None,
        make_study_parts: MakeStudyParts = assemble,
    ) -> None:
        self.clock = ManualClock(1_000_000_000)
        self.acquisitions: list[FakeAcquisition] = []
        self._stream = stream
        self.session = CaptureSession(
            self._start,
            settings=settings or Settings(),
            facts=FACTS,
            clock=self.clock,
            make_study_parts=make_study_parts,
        )
        self.frame = 0
        self.shown = -1
        self.state: LiveState | None = None

    def _start(self) -> FakeAcquisition:
        self.acquisitions.append(FakeAcquisition(self._stream))
        return self.acquisitions[-1]

    @property
    def acquisition(self) -> FakeAcquisition:
        return self.acquisitions[-1]

    def step(self, rows: int = 0, advance_ns: int = FRAME_NS) -> LiveState:
        """Run one frame with so many further rows, and present what it asks for."""
        self.clock.advance_ns(advance_ns)
        self.acquisition.deliver(rows)
        state = self.session.step()
        if state.reader.revision != self.shown:
            self.shown = state.reader.revision
            self.frame += 1
            self.clock.advance_ns(1_000_000)
            self.session.presented(self.shown, self.clock.now_ns(), self.frame, 0)
        self.state = state
        return state

    def until_shown(self) -> LiveState:
        """Step until the images of the wanted case are decoded and shown."""
        state = self.step()
        while not state.reader.panes:
            state = self.step(
                advance_ns=0
            )  # the decoding thread takes its own time, the session's stands still
        return self.step()

    def connect(self, rate_hz: float = 600.0, *, wants_scene: bool = True, **info: Any) -> None:
        """Connect the simulated tracker; it is open at once."""
        self.session.connect_tracker("mock", {})
        told = {"model": "mock", "rate_hz": rate_hz, "is_simulated": True, "pupil_unit": "mm"} | info
        self.acquisition.say(
            m.TrackerOpened(info=told, rates_hz=[rate_hz], wants_scene=wants_scene, calibrates=False)
        )
        self.step()

    def record(self, path: Path, first_row: int | None = None) -> None:
        """Begin a recording; the file is there with the next step."""
        self.session.record_to(path, "R01")
        self.begin_file(path, first_row)
        self.step()

    def begin_file(self, path: Path, first_row: int | None = None) -> None:
        """Let the acquisition say that the file is there."""
        row = self.acquisition.written if first_row is None else first_row
        self.acquisition.say(m.RecordingStarted(path=str(path), t_host_ns=self.clock.now_ns(), first_row=row))

    def end_samples(self, next_row: int | None = None) -> None:
        """Let the acquisition say which sample was the last."""
        row = self.acquisition.written if next_row is None else next_row
        self.acquisition.say(m.SamplesEnded(next_row=row))

    def close_file(self, path: Path = Path("x.gazeh5")) -> None:
        """Let the acquisition say that the file is closed."""
        self.acquisition.say(
            m.RecordingClosed(path=str(path), reason="ended by the operator", samples=0, lost=0)
        )

    def events(self) -> list[str]:
        """Return the kinds of the events written so far."""
        return [bytes(kind).decode() for kind in self.acquisition.appended("event")["kind"]]


def scene_of_image(width_px: int = 1500, height_px: int = 1800) -> Scene:
    """Return a fitted image with some places, as a simulated eye is told of it."""
    height = 1080 / 1920
    width = width_px / height_px * height
    rng = np.random.default_rng(3)
    places = tuple(
        (float(x * width_px), float(y * height_px), 1.0) for x, y in rng.uniform(0.1, 0.9, (12, 2))
    )
    pane = ScenePane(
        image_id=0,
        src_image_px=(0.0, 0.0, float(width_px), float(height_px)),
        dst_norm=(0.5 - width / 2, 0.0, width, 1.0),
        places_image_px=places,
    )
    return Scene(t_host_ns=0, panes=(pane,))


def reading(rate_hz: float, seconds: float, scenario: str = "typical", **changes: Any) -> Simulated:
    """Return simulated gaze on one fitted image."""
    settings = MockSettings.for_scenario(scenario, rate_hz=rate_hz, seed=5, **changes)
    return simulate(settings, seconds, SETUP, scene_of_image())
