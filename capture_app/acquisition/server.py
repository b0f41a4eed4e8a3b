"""The server of the acquisition process: answers the app, follows tracker and recorder, ends what must end.

Everything slow happens in other threads (the tracker's, the recorder's, the sender's), so that the server
always hears when the app falls silent: then it closes the recording properly and the process ends.
"""

from __future__ import annotations

import logging
import queue
import time
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from capture_app.acquisition import messages as m
from capture_app.acquisition import platform_tuning
from capture_app.acquisition.app_link import AppGoneError
from capture_app.acquisition.clock_sync import ClockSync
from capture_app.acquisition.recorder import CreateWriter, Recorder
from capture_app.acquisition.scenes import scene_from_json
from capture_app.acquisition.service_table import make_services
from capture_app.acquisition.services import ServiceParts, Services, Taps
from capture_app.acquisition.tracker_control import MakeDriver, TrackerControl
from capture_app.acquisition.tracker_host import TrackerDown, TrackerUp
from capture_app.acquisition.tracker_sources import make_driver
from gaze_core.clocks import Clock
from gaze_core.ring import RowRing
from gaze_core.rows import CLOCK_SYNC, GAZE, TRUTH, TRUTH_EVENT, decode_text
from gaze_core.streams import TrackerInfo
from recordings_schema.layout import DATASETS, DatasetKey
from recordings_schema.writer import RecordingWriter

SILENCE_NS: Final = 5_000_000_000
STATUS_EVERY_NS: Final = 250_000_000
RECEIVE_TIMEOUT_S: Final = 0.04
MESSAGES_PER_STEP: Final = 200

_NOT_FROM_APP: Final = (GAZE.name, TRUTH.name, TRUTH_EVENT.name)
_KEYS: Final = {
    layout.row_type.name: layout.key
    for layout in DATASETS
    if layout.row_type is not None and layout.row_type.name not in _NOT_FROM_APP
}
_TRIAL_ENDS: Final = ("done", "interrupted", "discarded")
_log = logging.getLogger(__name__)

Report: TypeAlias = m.Message | TrackerUp | TrackerDown


class Link(Protocol):
    """What the server needs of its end of the control pipe."""

    def receive(self, timeout_s: float) -> m.Message | None:
        """Return the next message, None when none comes in time; see `AppLink` for the errors."""

    def send(self, message: m.Message) -> None:
        """Queue a message for the app process."""


class Server:
    """Runs in the main thread of the acquisition process by calling `step` until it returns False."""

    def __init__(
        self,
        *,
        link: Link,
        ring: RowRing,
        clock: Clock,
        make_driver: MakeDriver = make_driver,
        create_writer: CreateWriter = RecordingWriter.create,
    ) -> None:
        self._link = link
        self._clock = clock
        self._reports: queue.SimpleQueue[Report] = queue.SimpleQueue()
        taps = Taps()
        self.recorder = Recorder(clock=clock, post=self._reports.put, create_writer=create_writer, taps=taps)
        self.tracker = TrackerControl(
            recorder=self.recorder,
            ring=ring,
            clock=clock,
            send=link.send,
            post=self._reports.put,
            make_driver=make_driver,
            on_change=self._tracker_changed,
        )
        self._services = Services(
            make_services(
                ServiceParts(clock=clock, send=link.send, recorder=self.recorder, tracker=self.tracker)
            )
        )
        taps.connect(self._services.taps)
        self._clock_sync = ClockSync(clock)
        self._heard_ns = clock.now_ns()
        self._status_due_ns = clock.now_ns()
        self._wanted_end: tuple[str, str] | None = None
        self._is_ending = False
        self._has_refused_rows = False

    def request_end(self, kind: str, text: str) -> None:
        """Ask for the end of the process; may be called from a signal handler or any thread.

        Parameters
        ----------
        kind
            Kind of the event and reason of the close: ``terminated``, ``app_lost`` ...
        text
            Why, as a sentence.
        """
        if self._wanted_end is None:
            self._wanted_end = (kind, text)

    def step(self, timeout_s: float = RECEIVE_TIMEOUT_S) -> bool:
        """Do what there is to do, waiting at most `timeout_s` for a message; False once all is ended."""
        if self._is_ending:
            self._wait_for_report(timeout_s)
        else:
            self._listen(timeout_s)
        self._take_reports()
        self.tracker.step()
        self._services.step()
        if self._wanted_end is not None and not self._is_ending:
            self._end(*self._wanted_end)
        now_ns = self._clock.now_ns()
        if self._clock_sync.is_due():
            self._read_clocks()
        if now_ns >= self._status_due_ns:
            self._status_due_ns = now_ns + STATUS_EVERY_NS
            self._link.send(self._status(now_ns))
        return not (
            self._is_ending and self.recorder.is_idle and self.tracker.is_gone and self._reports.empty()
        )

    def close(self) -> None:
        """Let go of what is neither tracker nor recording; called once, at the very end."""
        self._services.close()

    def save_recording(self, error: Exception, timeout_s: float) -> None:
        """Close the recording although the server itself is broken; the recorder's thread still runs.

        Parameters
        ----------
        error
            What broke the server.
        timeout_s
            How long the close may take; beyond it the journal keeps the recording for recovery.
        """
        what = f"{type(error).__name__}: {error}"
        text = f"The acquisition failed unexpectedly ({what}); the recording was closed."
        self.recorder.event("acquisition_failed", text)
        self.recorder.request_stop("acquisition failed", is_asked=False)
        self._link.send(m.Failed(request="", kind="recording", text=text))
        deadline_s = time.monotonic() + timeout_s
        while not (self.recorder.is_idle and self._reports.empty()) and time.monotonic() < deadline_s:
            try:
                report = self._reports.get(timeout=0.05)
            except queue.Empty:
                continue
            if not isinstance(report, (TrackerUp, TrackerDown)):
                self._link.send(report)

    def _listen(self, timeout_s: float) -> None:
        try:
            message = self._receive(timeout_s)
            for _ in range(MESSAGES_PER_STEP):
                if message is None:
                    break
                self._heard_ns = self._clock.now_ns()
                self._handle(message)
                message = self._receive(0.0)
        except AppGoneError as err:
            self.request_end("app_lost", f"{err} The recording was closed.")
        silence_ns = self._clock.now_ns() - self._heard_ns
        if silence_ns > SILENCE_NS:
            text = f"The app process was silent for {silence_ns * 1e-9:.1f} s; the recording was closed."
            self.request_end("app_lost", text)

    def _receive(self, timeout_s: float) -> m.Message | None:
        try:
            return self._link.receive(timeout_s)
        except m.MessageError as err:
            _log.exception("A message of the app process is not usable")
            text = f"A message between the two parts of the program was not usable: {err}."
            self._link.send(m.Failed(request="", kind="protocol", text=text))
            return None

    def _handle(self, message: m.Message) -> None:
        if isinstance(message, m.AppendRows):
            self._append(message)
        elif isinstance(message, m.ShowScene):
            self._show(message)
        elif isinstance(message, m.OpenTracker):
            self.tracker.open(message)
        elif isinstance(message, m.CloseTracker):
            self.tracker.close()
        elif isinstance(message, m.StartRecording):
            self._start_recording(message)
        elif isinstance(message, m.EmbedImage):
            self.recorder.request_embedding(Path(message.path))
        elif isinstance(message, m.EndSamples):
            self._end_samples()
        elif isinstance(message, m.StopRecording):
            self._read_clocks()
            self.recorder.request_stop(message.reason, is_asked=True)
        elif isinstance(message, m.Shutdown):
            self.request_end("app_closed", "The app process asked for the end; the recording was closed.")
        elif not self._services.handle(message) and not isinstance(message, m.Heartbeat):
            text = f"{type(message).__name__} is not a message for the acquisition process."
            self._link.send(m.Failed(request="", kind="protocol", text=text))

    def _append(self, message: m.AppendRows) -> None:
        key = _KEYS.get(message.row_type)
        if key is None:
            text = f"Rows of type {message.row_type} are not written for the app process."
            self._link.send(m.Failed(request=m.AppendRows.__name__, kind="protocol", text=text))
        elif self.recorder.append(key, message.rows):
            if key is DatasetKey.TRIALS and decode_text(message.rows["state"][-1]) in _TRIAL_ENDS:
                platform_tuning.collect_garbage()  # between two cases a stall of some ms disturbs nobody
        elif not self._has_refused_rows:
            self._has_refused_rows = True
            text = f"{message.row_type} rows came while nothing is recorded and are not kept."
            self._link.send(m.Failed(request=m.AppendRows.__name__, kind="protocol", text=text))

    def _show(self, message: m.ShowScene) -> None:
        try:
            self.tracker.show(scene_from_json(message.scene))
        except ValueError as err:
            self._link.send(m.Failed(request=m.ShowScene.__name__, kind="protocol", text=str(err)))

    def _start_recording(self, message: m.StartRecording) -> None:
        info = self.tracker.info
        text = ""
        if info is None:
            text = "There is no tracker to record; open one first."
        elif not self.recorder.is_idle:
            text = "A recording is open already; stop it before starting another one."
        elif self.tracker.changed:
            # What the recording would say of its tracker, and what the session checked, is as it was opened.
            text = f"The tracker is not set up any more as it was when it was opened. {self.tracker.changed}"
        if info is None or text:
            self._link.send(m.Failed(request=m.StartRecording.__name__, kind="recording", text=text))
            return
        self._has_refused_rows = False
        self.tracker.recording_begins()
        self.recorder.request_start(Path(message.path), message.metadata, info)

    def _end_samples(self) -> None:
        self._read_clocks()
        next_row = self.recorder.queue.end_samples()
        if next_row is None:
            text = "There is no recording whose samples could end."
            self._link.send(m.Failed(request=m.EndSamples.__name__, kind="recording", text=text))
        else:
            self._link.send(m.SamplesEnded(next_row=next_row))

    def _tracker_changed(self, info: TrackerInfo | None) -> None:
        self._services.tracker_changed(info)

    def _wait_for_report(self, timeout_s: float) -> None:
        try:
            self._take(self._reports.get(timeout=timeout_s))
        except queue.Empty:
            return

    def _take_reports(self) -> None:
        while not self._reports.empty():
            self._take(self._reports.get())

    def _take(self, report: Report) -> None:
        if isinstance(report, (TrackerUp, TrackerDown)):
            self.tracker.take(report)
            return
        if isinstance(report, m.RecordingStarted):
            platform_tuning.keep_awake(True)
            self._read_clocks()
        elif isinstance(report, (m.RecordingClosed, m.Failed)) and self.recorder.is_idle:
            platform_tuning.keep_awake(False)
        self._link.send(report)

    def _read_clocks(self) -> None:
        rows = self._clock_sync.read()
        self.recorder.append(DatasetKey.CLOCK_SYNC, rows)
        self._link.send(m.StreamRows(row_type=CLOCK_SYNC.name, rows=rows))

    def _end(self, kind: str, text: str) -> None:
        """Begin to end: the recording is closed with its trial marked interrupted, then the tracker."""
        _log.warning("%s: %s", kind, text)
        self._is_ending = True
        if self.recorder.is_recording:
            self._read_clocks()
            self.recorder.event(kind, text, source="app")
        self.recorder.request_stop(kind, is_asked=False)
        self.tracker.close(is_asked=False)

    def _status(self, now_ns: int) -> m.Status:
        pump = self.tracker.pump
        checker = pump.checker if pump is not None else None
        counts = self.recorder.counts
        is_recording = self.recorder.is_recording
        capabilities = self.tracker.capabilities
        read_cpu_s = capabilities.cpu_s if capabilities is not None else None
        if is_recording:
            state = "recording"
        elif self.recorder.is_closing:
            state = "closing"
        else:
            state = "streaming" if pump is not None else "no_tracker"
        return m.Status(
            t_host_ns=now_ns,
            state=state,
            samples=checker.samples if checker is not None else 0,
            recorded=counts.samples,
            lost=counts.lost if is_recording else (checker.lost if checker is not None else 0),
            out_of_order=counts.out_of_order if is_recording else (checker.out_of_order if checker else 0),
            batches=pump.batches if pump is not None else 0,
            queue_rows=self.recorder.queue.waiting_rows,
            bytes_written=self.recorder.disk.written_bytes,
            disk_free_bytes=self.recorder.disk.free_bytes,
            cpu_s=time.process_time(),
            generator_cpu_s=read_cpu_s() if read_cpu_s is not None else 0.0,
            rss_bytes=platform_tuning.resident_bytes(),
        )
