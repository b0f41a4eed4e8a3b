"""The recorder: the one thread that writes a recording, from its first row to its verified end.

Rows are appended to the journal about every 60 ms, which saves them from a crash of the process, and put on
the disk itself at least every 250 ms, which saves them from a power cut.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from capture_app.acquisition.disk_watch import CHECK_EVERY_NS, DiskState, DiskWatch
from capture_app.acquisition.embedded_images import content_to_embed
from capture_app.acquisition.messages import (
    Failed,
    Message,
    RecordingClosed,
    RecordingStarted,
    StartRecording,
    StopRecording,
    TrackerNotice,
)
from capture_app.acquisition.pump import Delivery
from capture_app.acquisition.recording_queue import RecordedCounts, RecordingQueue
from capture_app.acquisition.recording_session import RecordingSession, Writer, closing_facts, joined
from capture_app.acquisition.services import Taps
from gaze_core.clocks import Clock
from gaze_core.rows import EVENT, NO_TIME, Rows
from gaze_core.streams import TrackerInfo
from recordings_schema.errors import RecordingError, RecordingStateError, RecordingWriteError
from recordings_schema.layout import DatasetKey
from recordings_schema.metadata import SessionMetadata
from recordings_schema.writer import RecordingWriter

STEP_S: Final = 0.06
FLUSH_EVERY_NS: Final = 170_000_000
"""With the step above a flush begins at the latest 240 ms after the one before."""

STREAM_EVERY_NS: Final = 500_000_000
"""Programs that read along see rows about this late; the journal, which is the truth, has them at once."""

SLOW_FLUSH_NS: Final = 250_000_000

_log = logging.getLogger(__name__)


CreateWriter: TypeAlias = Callable[[Path, SessionMetadata, TrackerInfo], Writer]
LastRows: TypeAlias = Callable[[], Iterable[tuple[DatasetKey, Rows]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    path: Path
    metadata: dict[str, Any]
    info: TrackerInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class _Embed:
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stop:
    reason: str
    is_asked: bool  # by the app, which waits for the answer


class Recorder:
    """Writes one recording after the other. `step` and `give_up` belong to its thread, the rest to any.

    Parameters
    ----------
    clock
        Host clock.
    post
        Takes the answers and notices for the app process; called from the recorder's thread.
    create_writer, read_free_bytes
        How a recording is created and how much room a folder has.
    taps
        Who else sees what is delivered and recorded.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        post: Callable[[Message], None],
        create_writer: CreateWriter = RecordingWriter.create,
        read_free_bytes: Callable[[Path], int] | None = None,
        queue: RecordingQueue | None = None,
        taps: Taps | None = None,
    ) -> None:
        self._taps = Taps() if taps is None else taps
        self.queue = RecordingQueue(tap=self._taps.take_rows) if queue is None else queue
        self.disk = DiskState(free_bytes=-1, written_bytes=0, remaining_s=float("inf"))
        self._clock = clock
        self._post = post
        self._create_writer = create_writer
        self._read_free_bytes = read_free_bytes
        self._requests: deque[_Start | _Embed | _Stop] = deque()
        self._session: RecordingSession | None = None
        self._is_busy = False
        self._is_closing = False
        self.started_host_ns = NO_TIME  # of the newest recording
        self.path: Path | None = None  # of the newest recording
        self._last_rows: list[LastRows] = []

    @property
    def counts(self) -> RecordedCounts:
        """What went into the recording so far."""
        return self.queue.counts

    @property
    def is_recording(self) -> bool:
        """Whether rows are taken."""
        return self.queue.is_accepting

    @property
    def is_idle(self) -> bool:
        """Whether no file is open and none has been asked for."""
        return not self._is_busy

    @property
    def is_closing(self) -> bool:
        """Whether a recording has been asked to end and has not ended yet."""
        return self._is_closing

    def offer(self, delivery: Delivery) -> None:
        """Take a delivery of the pump."""
        self.queue.offer(delivery)
        if len(delivery.gaze):
            self._taps.take_samples(delivery.gaze)

    def at_close(self, last_rows: LastRows) -> None:
        """Have the rows asked for that somebody can give only once a recording has ended, before its close.

        It is called in the recorder's thread and returns within seconds.
        """
        self._last_rows.append(last_rows)

    def wait_for_room(self, timeout_s: float) -> bool:
        """Return whether there is room for more rows, waiting at most `timeout_s` for it."""
        return self.queue.wait_for_room(timeout_s)

    def append(self, key: DatasetKey, rows: Rows) -> bool:
        """Take rows that are not the pump's; False where no recording runs."""
        return self.queue.append(key, rows)

    def event(self, kind: str, text: str, value: float = float("nan"), source: str = "recorder") -> None:
        """Write an event into the recording, if one runs, and tell the app."""
        now_ns = self._clock.now_ns()
        _log.warning("%s: %s", kind, text)
        self._post(TrackerNotice(t_host_ns=now_ns, kind=kind, text=text, value=value))
        row = EVENT.row(t_host_ns=now_ns, kind=kind, source=source, value=value, text=text)
        self.queue.append(DatasetKey.EVENTS, row)

    def request_start(self, path: Path, metadata: dict[str, Any], info: TrackerInfo) -> None:
        """Ask for a recording; `RecordingStarted` or `Failed` is posted."""
        self._is_busy = True
        self._requests.append(_Start(path=path, metadata=metadata, info=info))
        self.queue.wake()

    def request_embedding(self, path: Path) -> None:
        """Ask that a copy of an image file be kept; trouble with it becomes an event, never the end."""
        self._requests.append(_Embed(path=path))
        self.queue.wake()

    def request_stop(self, reason: str, *, is_asked: bool) -> None:
        """Ask for the end of the recording; `RecordingClosed` or `Failed` is posted."""
        self.queue.refuse()
        self._is_closing = self._is_busy
        self._requests.append(_Stop(reason=reason, is_asked=is_asked))
        self.queue.wake()

    def step(self, timeout_s: float = STEP_S) -> None:
        """Write what waits, then carry out what was asked for."""
        request_count = len(self._requests)
        entries = self.queue.take(timeout_s)
        if self._session is not None:
            self._guarded(self._session, lambda session: self._record(session, entries))
        for _ in range(request_count):
            self._carry_out(self._requests.popleft())

    def give_up(self, error: BaseException) -> None:
        """Close the recording after an error nobody expected; called from the recorder's thread."""
        text = f"The recorder failed unexpectedly ({type(error).__name__}: {error})."
        session = self._session
        if session is not None:
            try:
                self.event("recorder_failed", text)
                self.queue.refuse()
                self._close(session, "recorder failed")
            except Exception:  # noqa: BLE001  # whatever broke may be broken still; the journal is kept then
                _log.exception("The recording could not be closed properly")
        self._fail(text)

    def _carry_out(self, request: _Start | _Embed | _Stop) -> None:
        if isinstance(request, _Start):
            self._start(request)
        elif isinstance(request, _Embed):
            if self._session is not None:
                self._guarded(self._session, lambda session: self._embed(session, request.path))
        elif self._session is not None:
            self._stop(self._session, request)
        else:
            self._is_closing = False
            self._answer_that_nothing_runs(request)

    def _answer_that_nothing_runs(self, request: _Stop) -> None:
        if request.is_asked:
            text = "There is no recording that could be stopped."
            self._post(Failed(request=StopRecording.__name__, kind="recording", text=text))

    def _start(self, request: _Start) -> None:
        path = request.path
        try:
            metadata = SessionMetadata.from_json(request.metadata)
            disk = DiskWatch(path, self._clock.now_ns(), read_free_bytes=self._read_free_bytes)
            _check_room(path, disk.check(self._clock.now_ns()))
            writer = self._create_writer(path, metadata, request.info)
        except (RecordingError, OSError) as err:
            self._is_busy = False
            text = str(err) if isinstance(err, RecordingError) else f"{path} cannot be recorded: {err}."
            self._post(Failed(request=StartRecording.__name__, kind="recording", text=text))
            return
        now_ns = self._clock.now_ns()
        self._session = RecordingSession(
            path=path,
            writer=writer,
            disk=disk,
            started_ns=now_ns,
            flushed_ns=now_ns,
            streamed_ns=now_ns,
            disk_checked_ns=now_ns,
        )
        self.started_host_ns, self.path = now_ns, path
        first_row = self.queue.accept()
        _log.info("Recording %s", path)
        self._post(RecordingStarted(path=str(path), t_host_ns=now_ns, first_row=first_row))

    def _embed(self, session: RecordingSession, path: Path) -> None:
        try:
            content = content_to_embed(path)
        except OSError as err:
            self.event("image_not_embedded", f"{path.name} was not copied into the recording: {err}.")
            return
        session.writer.embed_image(content)

    def _record(self, session: RecordingSession, entries: list[tuple[DatasetKey, Rows]]) -> None:
        for key, rows in joined(entries):
            if key is DatasetKey.TRIALS:
                session.trial = rows[-1:].copy()
            elif key is DatasetKey.EVENTS:
                rows["trial"][rows["trial"] < 0] = session.open_trial
            self._append(session, key, rows)
        now_ns = self._clock.now_ns()
        if now_ns - session.flushed_ns >= FLUSH_EVERY_NS:
            if now_ns - session.streamed_ns >= STREAM_EVERY_NS:
                session.writer.flush()
                session.streamed_ns = now_ns
            else:
                session.writer.sync()
            session.flushed_ns = now_ns
            self._note_slow_flush(self._clock.now_ns() - now_ns)
            self._note_stream_failure(session)
        if now_ns - session.disk_checked_ns >= CHECK_EVERY_NS:
            session.disk_checked_ns = now_ns
            session.writer.note_facts(closing_facts(self.counts))
            self._watch_disk(session, now_ns)

    def _append(self, session: RecordingSession, key: DatasetKey, rows: Rows) -> None:
        try:
            session.writer.append(key, rows)
        except (RecordingWriteError, RecordingStateError):
            raise
        except RecordingError as err:
            # Rows of a kind that this recording has no place for are no reason to end it.
            if key not in session.refused:
                session.refused.add(key)
                self.event("rows_refused", str(err), float(len(rows)))

    def _note_slow_flush(self, took_ns: int) -> None:
        if took_ns > SLOW_FLUSH_NS:
            text = (
                f"The disk took {took_ns * 1e-9:.2f} s to store the newest samples; a power cut in that time "
                "would have cost them. Record to a local disk that nothing else is busy with."
            )
            self.event("disk_slow", text, took_ns * 1e-9)

    def _note_stream_failure(self, session: RecordingSession) -> None:
        if session.writer.stream_failure and not session.is_stream_failure_told:
            session.is_stream_failure_told = True
            text = (
                f"{session.writer.stream_failure} The recording goes on in its journal; nothing is missing."
            )
            self.event("stream_file_failed", text)

    def _watch_disk(self, session: RecordingSession, now_ns: int) -> None:
        try:
            self.disk = session.disk.check(now_ns)
        except OSError as err:
            # The journal is open and may well go on; whether it does shows at the next write.
            _log.warning("The disk of %s cannot be asked: %s", session.path, err)
            return
        if not self.queue.is_accepting:
            return
        if self.disk.must_stop:
            text = (
                f"The disk of {session.path.parent} is full but for the room to finish the file; the "
                "recording is closed now. Make room, then start a new recording."
            )
            self.event("disk_full", text, float(self.disk.free_bytes))
            self.request_stop("disk full", is_asked=False)
        elif self.disk.warns:
            text = (
                f"The disk is full in {self.disk.remaining_s / 60:.0f} minutes at this rate; make room on it."
            )
            self.event("disk_low", text, self.disk.remaining_s)

    def _stop(self, session: RecordingSession, request: _Stop) -> None:
        self._guarded(session, lambda same: self._close(same, request.reason), is_asked=request.is_asked)

    def _close(self, session: RecordingSession, reason: str) -> None:
        self._record(session, self.queue.take(0.0))
        if session.open_trial >= 0:
            trial = session.trial.copy()
            trial["t_host_ns"], trial["state"] = self._clock.now_ns(), b"interrupted"
            session.writer.append(DatasetKey.TRIALS, trial)
        for last_rows in self._last_rows:
            for key, late in joined(list(last_rows())):
                self._append(session, key, late)
        counts = self.counts
        session.writer.note_facts(closing_facts(counts))
        closed = session.writer.close(reason)
        self._session = None
        self._is_closing = False
        self._is_busy = any(isinstance(each, _Start) for each in self._requests)
        rows = {key.value: count for key, count in closed.row_counts.items()}
        findings = [closed.stream_failure] if closed.stream_failure else []
        if rows.get(DatasetKey.GAZE.value) != counts.samples:
            findings.append(
                f"The file holds {rows.get(DatasetKey.GAZE.value)} samples, {counts.samples} were recorded."
            )
        self._post(
            RecordingClosed(
                path=str(closed.path),
                reason=reason,
                samples=counts.samples,
                lost=counts.lost,
                rows=rows,
                findings=findings,
            )
        )

    def _guarded(
        self, session: RecordingSession, action: Callable[[RecordingSession], None], *, is_asked: bool = False
    ) -> None:
        """Carry out an action on the recording; if that fails, the recording is given up, not the process."""
        try:
            action(session)
        except (RecordingError, OSError) as err:
            self._fail(str(err), is_asked=is_asked)

    def _fail(self, text: str, *, is_asked: bool = False) -> None:
        """Let go of the recording, which stays on the disk as far as it was written, and say so."""
        session, self._session = self._session, None
        self.queue.refuse()
        dropped = sum(len(rows) for key, rows in self.queue.take(0.0) if key is DatasetKey.GAZE)
        self._is_closing = False
        self._is_busy = any(isinstance(each, _Start) for each in self._requests)
        if session is None:  # it could still be closed properly
            self._post(Failed(request="", kind="recording", text=text))
            return
        try:
            session.writer.abandon()
        except (RecordingError, OSError) as err:
            _log.error("%s could not be let go of: %s", session.path, err)
        text = f"{text} The recording has stopped; {dropped} samples that waited were not written."
        _log.error("%s", text)
        self._post(Failed(request=StopRecording.__name__ if is_asked else "", kind="recording", text=text))


def _check_room(path: Path, state: DiskState) -> None:
    if state.must_stop:
        raise RecordingError(
            f"The disk of {path.parent} has {state.free_bytes / 1e6:.0f} MB left, too little to record; "
            "make room on it or choose another folder."
        )
