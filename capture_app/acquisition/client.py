"""The app's side of the acquisition process: starts it, talks to it, notices its death, ends it."""

from __future__ import annotations

import logging
import multiprocessing
import time
from collections import deque
from multiprocessing import connection as pipes
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from types import TracebackType
from typing import Final

from capture_app.acquisition import messages as m
from capture_app.acquisition import process
from capture_app.acquisition.frame_sender import FrameSender
from gaze_core.clocks import HostClock
from gaze_core.ring import RingCursor, RowRing
from gaze_core.rows import GAZE, Rows

RING_ROWS: Final = 32_768
"""16 s of a 2000 Hz tracker: what a window may be held up without missing a sample for the display."""

HEARTBEAT_S: Final = 0.5
READY_TIMEOUT_S: Final = 60.0
REQUEST_TIMEOUT_S: Final = 60.0
CLOSE_TIMEOUT_S: Final = 30.0
_TERMINATE_TIMEOUT_S: Final = 5.0

_ANSWERS: Final[dict[type[m.Message], type[m.Message]]] = {
    m.OpenTracker: m.TrackerOpened,
    m.StartRecording: m.RecordingStarted,
    m.EndSamples: m.SamplesEnded,
    m.StopRecording: m.RecordingClosed,
    m.CloseTracker: m.Done,
}
_log = logging.getLogger(__name__)


class AcquisitionError(Exception):
    """The acquisition process could not be started, is gone, or refused a request."""


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
        self._connection: pipes.Connection | None = None
        self._process: multiprocessing.process.BaseProcess | None = None
        self._sender: FrameSender | None = None
        self._ring: RowRing | None = None
        self._ring_name = ""
        self._cursor: RingCursor | None = None
        self._next_row = 0
        self._waiting: deque[m.Message] = deque()  # arrived while a request was waited for
        self._is_dead = False
        self._is_closing = False

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
            If it does not become ready in time; it is ended again.
        """
        if self._process is not None:
            raise AcquisitionError("The acquisition process has been started already; make a new client.")
        # Never a fork: a child with a copy of the windows' state, or of the pipe's other end, would not
        # notice the death of the app.
        context = multiprocessing.get_context("spawn")
        own_end, child_end = context.Pipe()
        self._connection = own_end
        self._process = context.Process(
            target=process.run, args=(child_end, self._ring_rows, self._log_directory), name="acquisition"
        )
        self._process.start()
        child_end.close()
        clock = HostClock()
        self._sender = FrameSender(
            own_end,
            make_heartbeat=lambda: m.Heartbeat(t_host_ns=clock.now_ns()),
            heartbeat_every_s=HEARTBEAT_S,
        )
        try:
            self._wait_for(m.Ready, "", timeout_s)
        except AcquisitionError:
            self.close()
            raise

    @property
    def is_alive(self) -> bool:
        """Whether the process runs; False as soon as it is known to be gone."""
        return self._process is not None and not self._is_dead and self._process.is_alive()

    @property
    def pid(self) -> int | None:
        """Process id, None before the start."""
        return self._process.pid if self._process is not None else None

    @property
    def next_row(self) -> int:
        """Ring row that the next `read_rows` begins with."""
        return self._next_row

    def send(self, message: m.Message) -> None:
        """Queue a message; returns at once. Nothing happens where the process is gone."""
        if self._sender is not None:
            self._sender.send(message)

    def poll(self) -> list[m.Message]:
        """Return what has arrived, without waiting; `AcquisitionDied` once where the process is gone."""
        messages = list(self._waiting)
        self._waiting.clear()
        while (message := self._receive(0.0)) is not None:
            messages.append(message)
        return messages

    def request(self, message: m.Message, timeout_s: float = REQUEST_TIMEOUT_S) -> m.Message:
        """Send a message and wait for its answer; what else arrives is kept for `poll`.

        Raises
        ------
        AcquisitionError
            If the request fails, is not answered in time, or the process dies. Its text is a sentence.
        """
        self.send(message)
        return self._wait_for(_ANSWERS[type(message)], type(message).__name__, timeout_s)

    def wait(self, timeout_s: float) -> None:
        """Wait until something arrives, at most `timeout_s`."""
        if self._connection is not None and not self._waiting and not self._is_dead:
            self._is_readable(timeout_s)

    def cursor(self) -> RingCursor:
        """Return a reading position of its own at the oldest sample in the ring.

        Raises
        ------
        AcquisitionError
            If the process has not been started.
        """
        if self._ring is None:
            raise AcquisitionError("The acquisition process has not been started; there are no samples.")
        return self._ring.cursor()

    def read_rows(self) -> tuple[Rows, int]:
        """Return the GAZE rows since the last call and how many were overwritten before they were read."""
        if self._cursor is None:
            return GAZE.empty(0), 0
        rows, lost = self._cursor.read()
        self._next_row += len(rows) + lost
        return rows, lost

    def close(self, timeout_s: float = CLOSE_TIMEOUT_S) -> None:
        """End the process properly, by force if need be; idempotent.

        Parameters
        ----------
        timeout_s
            How long it may take to close a recording that is still open.
        """
        self._is_closing = True
        child = self._process
        if child is not None and self._sender is not None and self._connection is not None:
            self._sender.send(m.Shutdown())
            self._drain_until_end(time.monotonic() + timeout_s)
            self._sender.close(0.0)
            if child.is_alive():
                _log.error("The acquisition process does not end; it is terminated")
                child.terminate()
                child.join(_TERMINATE_TIMEOUT_S)
            if child.is_alive():
                _log.error("The acquisition process does not even terminate; it is killed")
                child.kill()
                child.join()
            self._connection.close()
            child.close()
        self._connection = self._process = self._sender = None
        self._is_dead = True
        self._release_ring()

    def _drain_until_end(self, deadline_s: float) -> None:
        """Read on until the process ends, so that its last words do not hold it up; they stay for `poll`."""
        while not self._is_dead and time.monotonic() < deadline_s:
            message = self._receive(0.05)
            if message is not None:
                self._waiting.append(message)
        if self._process is not None:
            self._process.join(max(deadline_s - time.monotonic(), 0.0))

    def _wait_for(self, wanted: type[m.Message], request: str, timeout_s: float) -> m.Message:
        deadline_s = time.monotonic() + timeout_s
        while (remaining_s := deadline_s - time.monotonic()) > 0:
            message = self._receive(remaining_s)
            if message is None:
                continue
            if isinstance(message, wanted) and getattr(message, "request", request) == request:
                return message
            if isinstance(message, m.Failed) and message.request == request:
                raise AcquisitionError(message.text)
            self._waiting.append(message)
            if isinstance(message, m.AcquisitionDied):
                raise AcquisitionError(message.text)
        what = f"answer {request}" if request else "become ready"
        raise AcquisitionError(f"The acquisition process did not {what} within {timeout_s:.0f} s.")

    def _is_readable(self, timeout_s: float) -> bool:
        assert self._connection is not None
        assert self._process is not None
        ready = pipes.wait([self._connection, self._process.sentinel], timeout_s)
        # The sentinel first wakes this up; what the process still said is then read up to the pipe's end.
        return self._connection in ready or bool(ready)

    def _receive(self, timeout_s: float) -> m.Message | None:
        """Return the next message, None where none comes within `timeout_s`."""
        if self._connection is None or self._is_dead:
            return None
        try:
            if not self._connection.poll(0.0) and not self._is_readable(timeout_s):
                return None
            if not self._connection.poll(0.0):
                return self._died() if not self._is_child_alive() else None
            message = m.decode(self._connection.recv_bytes(m.MAX_FRAME_BYTES))
        except (EOFError, OSError):
            return self._died()
        except m.MessageError as err:
            return m.Failed(
                request="", kind="protocol", text=f"The acquisition process sent nonsense: {err}."
            )
        if isinstance(message, m.Ready):
            self._attach_ring(message.ring_name)
        return message

    def _is_child_alive(self) -> bool:
        return self._process is not None and self._process.is_alive()

    def _died(self) -> m.Message | None:
        """Note that the process is gone; None where it was asked to go."""
        self._is_dead = True
        exit_code = None
        if self._process is not None:
            self._process.join(1.0)  # the pipe may end a moment before the process does
            exit_code = self._process.exitcode
        if self._is_closing:
            return None
        text = (
            "The acquisition process ended unexpectedly"
            f"{'' if exit_code is None else f' (exit code {exit_code})'}. What it recorded up to the last quarter "
            "of a second is on the disk; recover the recording if it is offered as unfinished, and restart."
        )
        _log.error("%s", text)
        return m.AcquisitionDied(exit_code=exit_code, text=text)

    def _attach_ring(self, name: str) -> None:
        self._ring_name = name
        self._ring = RowRing.attach(name, GAZE.dtype)
        self._cursor = self._ring.cursor()

    def _release_ring(self) -> None:
        ring, self._ring = self._ring, None
        self._cursor = None
        if ring is None:
            return
        ring.close()
        _remove_if_left(ring.name)


def _remove_if_left(name: str) -> None:
    """Give back shared memory whose creator died before it could do so itself."""
    try:
        memory = SharedMemory(name)
    except OSError:
        return  # as it should be
    memory.close()
    memory.unlink()
