"""The session's side of the acquisition process: what it said last, and what is asked of it."""

from __future__ import annotations

import dataclasses
import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from capture_app.acquisition import messages as m
from capture_app.session.signal_news import SignalNews
from drivers.contract import Scene
from gaze_core.geometry import ViewingGeometry
from gaze_core.rows import (
    AUDIO_SEGMENT,
    CLOCK_SYNC,
    EXTERNAL_SIGNAL,
    MARKER,
    TRIGGER,
    TRUTH_EVENT,
    USER_POSITION,
    Rows,
    decode_text,
)

MAX_SENTENCES: Final = 50
MAX_SEGMENTS: Final = 1000
_log = logging.getLogger(__name__)


class Acquisition(Protocol):
    """What the session needs of `capture_app.acquisition.client.AcquisitionClient`."""

    def send(self, message: m.Message) -> None:
        """Queue a message; never waits for an answer."""

    def poll(self) -> list[m.Message]:
        """Return what has arrived."""

    def read_rows(self) -> tuple[Rows, int]:
        """Return GAZE rows since the last call and how many were overwritten before they were read."""

    def newest_row(self) -> Rows:
        """Return the newest GAZE row, length 1 or 0, whether it was read or not."""

    @property
    def next_row(self) -> int:
        """Ring row that the next `read_rows` begins with."""

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""

    def close(self) -> None:
        """End the process; idempotent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """Something to tell the operator."""

    t_host_ns: int
    kind: str
    text: str


class Link:
    """Follows the acquisition process. `poll` brings it up to date; the attributes are what is known now."""

    def __init__(self, acquisition: Acquisition) -> None:
        self._acquisition = acquisition
        self.tracker: m.TrackerOpened | None = None
        self.is_opening = False
        self.has_opened = False  # a tracker began to stream; whoever begins anew with it takes this back
        self.status: m.Status | None = None
        self.started: m.RecordingStarted | None = None
        self.samples_ended: m.SamplesEnded | None = None
        self.closed: m.RecordingClosed | None = None
        self.failure: m.Failed | None = None  # the last one of any kind
        self.recording_failure: m.Failed | None = None  # of the recording that runs or ran last
        self.signals: m.SignalsReady | None = None  # None until ports were asked for and answered
        self.signal_news = SignalNews()
        self.audio: m.AudioState | None = None  # the microphone; None until dictation was asked for
        self.streams: m.StreamsOffered | None = None  # our own LSL streams; None until they were asked for
        self.is_tracker_lost = False
        self.is_finished = False  # a finite source has delivered everything
        self.is_dead = False
        self.sent_rows: dict[str, int] = {}  # to the recording that runs or ran last, by row type
        self._takes_rows = False  # the file that is being written takes rows of the app
        self.sentences: deque[Sentence] = deque(maxlen=MAX_SENTENCES)
        self._news: list[Sentence] = []
        self.sync_rows: list[Rows] = []  # arrived since the last `take_sync_rows`
        self.truth_events: list[Rows] = []
        self.user_position: Rows = USER_POSITION.empty(0)  # the newest row, of the tracker that streams
        self._audio_segments: deque[Rows] = deque(maxlen=MAX_SEGMENTS)
        self._found: list[m.TrackersFound] = []
        self._calibration_answers: list[m.CalibrationAnswer] = []

    def poll(self) -> None:
        """Take in every message that has arrived."""
        for message in self._acquisition.poll():
            self._take(message)
        if not self._acquisition.is_alive and not self.is_dead:
            self.is_dead, self._takes_rows = True, False
            _log.error("The acquisition process has ended by itself")

    def read_rows(self) -> tuple[Rows, int]:
        """Return the GAZE rows since the last call and how many the display missed."""
        return self._acquisition.read_rows()

    def newest_row(self) -> Rows:
        """Return the newest GAZE row, length 1 or 0, whether it was read or not."""
        return self._acquisition.newest_row()

    @property
    def next_row(self) -> int:
        """Ring row that the next `read_rows` begins with."""
        return self._acquisition.next_row

    @property
    def takes_rows(self) -> bool:
        """Whether a recording takes rows of the app."""
        return self._takes_rows

    def send(self, message: m.Message) -> None:
        """Ask for something that follows from nothing known here."""
        self._acquisition.send(message)

    def take_sync_rows(self) -> list[Rows]:
        """Return the clock readings that arrived since the last call."""
        rows, self.sync_rows = self.sync_rows, []
        return rows

    def take_audio_segments(self) -> list[Rows]:
        """Return the AUDIO_SEGMENT rows, one each, of stretches of dictation closed since the last call."""
        found = list(self._audio_segments)
        self._audio_segments.clear()
        return found

    def find_trackers(self, driver: str, options: Mapping[str, str]) -> None:
        """Ask for a search; `take_found` will have its end."""
        self._acquisition.send(m.FindTrackers(driver=driver, options=dict(options)))

    def take_found(self) -> list[m.TrackersFound]:
        """Return the ends of searches since the last call."""
        found, self._found = self._found, []
        return found

    def take_calibration_answers(self) -> list[m.CalibrationAnswer]:
        """Return how calls of the device's calibrator ended since the last call."""
        answers, self._calibration_answers = self._calibration_answers, []
        return answers

    def open_tracker(self, name: str, options: Mapping[str, str], geometry: ViewingGeometry) -> None:
        """Ask for a tracker."""
        screen = geometry.screen
        if name == "mouse":  # the pointer is told in px of the desktop
            ratio = screen.device_pixel_ratio
            origin = {"origin_x_px": screen.origin_x_px * ratio, "origin_y_px": screen.origin_y_px * ratio}
            options = {**{key: f"{value:g}" for key, value in origin.items()}, **options}
        self.is_opening = True
        self.failure = None
        self._acquisition.send(
            m.OpenTracker(
                driver=name,
                options=dict(options),
                width_px=screen.width_px,
                height_px=screen.height_px,
                width_mm=screen.width_mm,
                height_mm=screen.height_mm,
                distance_mm=geometry.distance_mm,
            )
        )

    def show_scene(self, scene: Scene) -> None:
        """Tell a simulated tracker what is shown; others are not bothered."""
        if self.tracker is not None and self.tracker.wants_scene:
            self._acquisition.send(m.ShowScene(scene=dataclasses.asdict(scene)))

    def start_recording(self, path: Path, metadata: dict[str, Any]) -> None:
        """Ask for a recording."""
        self.started = self.samples_ended = self.closed = self.failure = self.recording_failure = None
        self.sent_rows = {}
        self._acquisition.send(m.StartRecording(path=str(path), metadata=metadata))

    def append(self, row_type: str, rows: Rows) -> None:
        """Have rows written; nothing is sent while no recording takes them."""
        if len(rows) and self._takes_rows:
            self.sent_rows[row_type] = self.sent_rows.get(row_type, 0) + len(rows)
            self._acquisition.send(m.AppendRows(row_type=row_type, rows=rows))

    def append_images(self, rows: tuple[Rows, ...], embedded_from: Path | None) -> None:
        """Have IMAGE rows written, with copies of the files where the folder of their names is given."""
        for row in rows:
            self.append("image", row)
            if embedded_from is not None and self._takes_rows:
                self._acquisition.send(m.EmbedImage(path=str(embedded_from / decode_text(row["name"][0]))))

    def end_samples(self) -> None:
        """Ask that no further sample be recorded."""
        self._acquisition.send(m.EndSamples())

    def stop_recording(self, reason: str) -> None:
        """Ask that the recording be closed."""
        self._takes_rows = False
        self._acquisition.send(m.StopRecording(reason=reason))

    def close(self) -> None:
        """End the acquisition process."""
        self._acquisition.close()

    def take_sentences(self) -> list[Sentence]:
        """Return what was said since the last call."""
        news, self._news = self._news, []
        return news

    def last_sentence(self, *kinds: str) -> str:
        """Return the last sentence of these kinds, "" where there is none."""
        texts = [sentence.text for sentence in self.sentences if sentence.kind in kinds]
        return texts[-1] if texts else ""

    def say(self, t_host_ns: int, kind: str, text: str) -> None:
        """Keep a sentence for the operator."""
        sentence = Sentence(t_host_ns=t_host_ns, kind=kind, text=text)
        self.sentences.append(sentence)
        self._news.append(sentence)

    def _take(self, message: m.Message) -> None:
        if isinstance(message, m.Status):
            self.status = message
        elif isinstance(message, m.StreamRows):
            self._take_rows(message)
        elif isinstance(message, m.TrackerOpened):
            self.tracker, self.is_opening = message, False
            self.has_opened = True
            self.user_position = USER_POSITION.empty(0)
            self.is_tracker_lost = self.is_finished = False
        elif isinstance(message, m.RecordingStarted):
            self.started, self._takes_rows = message, True
            self.signal_news.begin()
        elif isinstance(message, m.SamplesEnded):
            self.samples_ended = message
        elif isinstance(message, m.RecordingClosed):
            self.closed, self._takes_rows = message, False
            if summary := self.signal_news.summary():
                self.say(0, "triggers_sent", summary)
        elif isinstance(message, m.AudioState):
            self._take_audio(message)
        elif isinstance(message, m.StreamsOffered):
            self._take_streams(message)
        elif isinstance(message, m.SignalsReady):
            self.signals = message
        elif isinstance(message, m.TrackersFound):
            self._found.append(message)
        elif isinstance(message, m.CalibrationAnswer):
            self._calibration_answers.append(message)
        elif isinstance(message, m.TrackerNotice):
            self._take_notice(message)
        elif isinstance(message, m.Failed):
            self._take_failure(message)
        elif isinstance(message, m.AcquisitionDied):
            self.is_dead, self._takes_rows = True, False
            self.say(0, "acquisition_died", message.text)

    def _take_audio(self, message: m.AudioState) -> None:
        if message.text != (self.audio.text if self.audio is not None else ""):
            self.say(0, "dictation", message.text)
        self.audio = message

    def _take_streams(self, message: m.StreamsOffered) -> None:
        if self.streams is None or message.text != self.streams.text:
            self.say(0, "lsl_streams", message.text)
        self.streams = message

    def _take_rows(self, message: m.StreamRows) -> None:
        if message.row_type == CLOCK_SYNC.name:
            self.sync_rows.append(message.rows)
        elif message.row_type == TRUTH_EVENT.name:
            self.truth_events.append(message.rows)
        elif message.row_type == USER_POSITION.name:
            self.user_position = message.rows[-1:]
        elif message.row_type == MARKER.name:
            for row in message.rows:
                self.say(int(row["t_host_ns"]), "marker", bytes(row["text"]).decode("utf-8", "replace"))
        elif message.row_type == EXTERNAL_SIGNAL.name:
            if text := self.signal_news.signals(message.rows):
                self.say(int(message.rows["t_host_ns"][-1]), "signal", text)
        elif message.row_type == AUDIO_SEGMENT.name:
            self._audio_segments.append(message.rows)
        elif message.row_type == TRIGGER.name:
            self.signal_news.triggers(message.rows)

    def _take_notice(self, message: m.TrackerNotice) -> None:
        if message.kind == "connection_lost":
            self.is_tracker_lost = True
        elif message.kind == "connection_restored":
            self.is_tracker_lost = False
        elif message.kind == "finished":
            self.is_finished = True
        self.say(message.t_host_ns, message.kind, message.text)

    def _take_failure(self, message: m.Failed) -> None:
        self.failure = message
        if message.request == "OpenTracker":
            self.is_opening = False
            if not self._takes_rows:  # while recording, the tracker that is recorded stays
                self.tracker = None
        elif message.kind == "tracker":
            self.is_tracker_lost = True
        elif message.kind == "recording":
            self.recording_failure, self._takes_rows = message, False
        self.say(0, f"failed_{message.kind}", message.text)
