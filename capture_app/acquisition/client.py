"""The app's side of the acquisition process: starts it, talks to it, notices its death, ends it."""

from __future__ import annotations

import logging
import time
from collections import deque
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from types import TracebackType
from typing import Final

from capture_app.acquisition import messages as m
from capture_app.acquisition.child_process import ChildGoneError, ChildProcess
from gaze_core.ring import RingCursor, RowRing
from gaze_core.rows import GAZE, Rows

RING_ROWS: Final = 32_768
"""16 s of a 2000 Hz tracker: what a window may be held up without missing a sample for the display."""

READY_TIMEOUT_S: Final = 60.0
REQUEST_TIMEOUT_S: Final = 60.0
CLOSE_TIMEOUT_S: Final = 60.0

_ANSWERS: Final[dict[type[m.Message], type[m.Message]]] = {
    m.OpenTracker: m.TrackerOpened,
    m.StartRecording: m.RecordingStarted,
    m.EndSamples: m.SamplesEnded,
    m.StopRecording: m.RecordingClosed,
    m.CloseTracker: m.Done,
}
_log = logging.getLogger(__name__)


class AcquisitionError(Exception):
    """The acquisition process could not be started, is gone, or refused a request; the text is a sentence."""


class AcquisitionClient:
    """One acquisition process, from its start to its end. Not shared between threads.

    Parameters
    ----------
    log_directory
        Where the process keeps its log; None for none.
    ring_rows
        Samples the display may lag behind.
    """

    def __init__(self, *, log_directory: Path | None = None, ring_rows: int = RING_ROWS) -> None:
        self._log_directory = "" if log_directory is None else str(log_directory)
        self._ring_rows = ring_rows
        self._child: ChildProcess | None = None
        self._ring: RowRing | None = None
        self._cursor: RingCursor | None = None
        self._next_row = 0
        self._waiting: deque[m.Message] = deque()  # arrived while an answer was waited for
        self._has_started = False
        self._is_gone = False

    def __enter__(self) -> AcquisitionClient:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self, timeout_s: float = READY_TIMEOUT_S) -> None:
        """Start the process and wait until it is ready.

        Raises
        ------
        AcquisitionError
            If it does not become ready in time, and is ended again; or if there was one already.
        """
        if self._has_started:
            raise AcquisitionError("The acquisition process has been started already; make a new client.")
        self._has_started = True
        try:
            self._child = ChildProcess(self._ring_rows, self._log_directory)
            self._wait_for(m.Ready, "", timeout_s)
        except OSError as err:
            raise AcquisitionError(f"The acquisition process could not be started: {err}.") from err
        except AcquisitionError:
            self.close()
            raise

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._child is not None and not self._is_gone and self._child.is_alive

    @property
    def pid(self) -> int | None:
        """Process id, None while there is no process."""
        return self._child.pid if self._child is not None else None

    @property
    def ring_name(self) -> str:
        """What `gaze_core.ring.RowRing.attach` needs to read along, "" while there is no process."""
        return self._ring.name if self._ring is not None else ""

    @property
    def next_row(self) -> int:
        """Ring row that the next `read_rows` begins with."""
        return self._next_row

    def send(self, message: m.Message) -> None:
        """Queue a message; returns at once. Nothing happens where the process is gone."""
        if self._child is not None:
            self._child.send(message)

    def poll(self) -> list[m.Message]:
        """Return what has arrived, without waiting; with one `AcquisitionDied` where the process is gone."""
        while (message := self._receive(0.0)) is not None:
            self._waiting.append(message)
        messages = list(self._waiting)
        self._waiting.clear()
        return messages

    def wait(self, timeout_s: float) -> None:
        """Wait until there is something to `poll`, at most `timeout_s`."""
        if not self._waiting and (message := self._receive(timeout_s)) is not None:
            self._waiting.append(message)

    def request(self, message: m.Message, timeout_s: float = REQUEST_TIMEOUT_S) -> m.Message:
        """Send a message and wait for its answer; what else arrives is kept for `poll`.

        Raises
        ------
        AcquisitionError
            If the request fails, is not answered in time, or the process is gone.
        """
        self.send(message)
        return self._wait_for(_ANSWERS[type(message)], type(message).__name__, timeout_s)

    def cursor(self) -> RingCursor:
        """Return a reading position of its own at the oldest sample in the ring.

        Raises
        ------
        AcquisitionError
            If there is no process.
        """
        if self._ring is None:
            raise AcquisitionError("There is no acquisition process, and so there are no samples; start it.")
        return self._ring.cursor()

    def read_rows(self) -> tuple[Rows, int]:
        """Return the GAZE rows since the last call and how many were overwritten before they were read."""
        if self._cursor is None:
            return GAZE.empty(0), 0
        rows, lost = self._cursor.read()
        self._next_row += len(rows) + lost
        return rows, lost

    def newest_row(self) -> Rows:
        """Return the newest GAZE row in the ring, length 1 or 0, whatever has been read; for the display."""
        return GAZE.empty(0) if self._ring is None else self._ring.newest()

    def close(self, timeout_s: float = CLOSE_TIMEOUT_S) -> None:
        """End the process, properly or by force; idempotent. What it still says is there to `poll`.

        Parameters
        ----------
        timeout_s
            How long it may take to close a recording that is still open.
        """
        child, self._child = self._child, None
        self._is_gone = True
        try:
            if child is not None:
                child.end(timeout_s, self._waiting.append)
        finally:
            self._release_ring()

    def _wait_for(self, wanted: type[m.Message], request: str, timeout_s: float) -> m.Message:
        deadline_s = time.monotonic() + timeout_s
        while self._child is not None and (remaining_s := deadline_s - time.monotonic()) > 0:
            message = self._receive(remaining_s)
            if message is None:
                if self._is_gone:
                    break
                continue
            if isinstance(message, wanted) and getattr(message, "request", request) == request:
                return message
            if isinstance(message, m.Failed) and message.request == request:
                raise AcquisitionError(message.text)
            self._waiting.append(message)
            if isinstance(message, m.AcquisitionDied):
                raise AcquisitionError(message.text)
        if not self.is_alive:
            raise AcquisitionError("The acquisition process is not running; start it again.")
        what = f"answer {request}" if request else "become ready"
        raise AcquisitionError(f"The acquisition process did not {what} within {timeout_s:.0f} s.")

    def _receive(self, timeout_s: float) -> m.Message | None:
        if self._child is None or self._is_gone:
            return None
        try:
            message = self._child.receive(timeout_s)
        except ChildGoneError as err:
            self._is_gone = True
            return _died(err.exit_code)
        except m.MessageError as err:
            text = f"The acquisition process sent a message that is not usable: {err}."
            return m.Failed(request="", kind="protocol", text=text)
        if isinstance(message, m.Ready):
            self._ring = RowRing.attach(message.ring_name, GAZE.dtype)
            self._cursor = self._ring.cursor()
        return message

    def _release_ring(self) -> None:
        ring, self._ring = self._ring, None
        self._cursor = None
        if ring is not None:
            ring.close()
            _remove_if_left(ring.name)


def _died(exit_code: int | None) -> m.AcquisitionDied:
    code = "" if exit_code is None else f" (exit code {exit_code})"
    text = (
        f"The acquisition process ended unexpectedly{code}. What it recorded up to the last quarter of a "
        "second is on the disk; recover the recording where it is offered as unfinished."
    )
    _log.error("%s", text)
    return m.AcquisitionDied(exit_code=exit_code, text=text)


def _remove_if_left(name: str) -> None:
    """Give back shared memory whose creator died before it could do so itself."""
    try:
        memory = SharedMemory(name)
    except OSError:
        return  # as it should be
    memory.close()
    memory.unlink()
