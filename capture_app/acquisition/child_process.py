"""The acquisition process as its parent holds it: started, spoken to through its pipe, and ended."""

from __future__ import annotations

import logging
import multiprocessing
import time
from collections.abc import Callable
from multiprocessing import connection as pipes
from typing import Final

from capture_app.acquisition import process
from capture_app.acquisition.frame_sender import FrameSender
from capture_app.acquisition.messages import MAX_FRAME_BYTES, Heartbeat, Message, Shutdown, decode
from gaze_core.clocks import HostClock

HEARTBEAT_S: Final = 0.5

_TERMINATE_TIMEOUT_S: Final = 5.0
_RECEIVE_STEP_S: Final = 0.05
_log = logging.getLogger(__name__)


class ChildGoneError(Exception):
    """The process has ended and everything it said has been read."""

    def __init__(self, exit_code: int | None) -> None:
        super().__init__(f"The acquisition process has ended with exit code {exit_code}.")
        self.exit_code = exit_code


class ChildProcess:
    """A running acquisition process. Sends heartbeats by itself; receives in the caller's thread."""

    def __init__(self, ring_rows: int, log_directory: str) -> None:
        # Never a fork: a child with a copy of the windows' state, or of the pipe's other end, would not
        # notice the death of the app.
        context = multiprocessing.get_context("spawn")
        self._connection, child_end = context.Pipe()
        self._process = context.Process(
            target=process.run, args=(child_end, ring_rows, log_directory), name="acquisition"
        )
        self._process.start()
        child_end.close()
        clock = HostClock()
        self._sender = FrameSender(
            self._connection,
            make_heartbeat=lambda: Heartbeat(t_host_ns=clock.now_ns()),
            heartbeat_every_s=HEARTBEAT_S,
        )

    @property
    def pid(self) -> int | None:
        """Process id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process.is_alive()

    def send(self, message: Message) -> None:
        """Queue a message; returns at once."""
        self._sender.send(message)

    def receive(self, timeout_s: float) -> Message | None:
        """Return the next message, None where none comes within `timeout_s`.

        Raises
        ------
        ChildGoneError
            If the process has ended and there is nothing left to read.
        MessageError
            If a frame does not fit its declaration.
        """
        try:
            frame = self._next_frame(timeout_s)
        except (EOFError, OSError) as err:
            self._process.join(1.0)  # the pipe may end a moment before the process does
            raise ChildGoneError(self._process.exitcode) from err
        return None if frame is None else decode(frame)

    def _next_frame(self, timeout_s: float) -> bytes | None:
        if not self._connection.poll(0.0):
            # The sentinel wakes this up at a death that leaves the pipe open, as a copy of it elsewhere does.
            ready = pipes.wait([self._connection, self._process.sentinel], timeout_s)
            if not ready:
                return None
            if self._connection not in ready and not self._connection.poll(0.0):
                raise EOFError
        return self._connection.recv_bytes(MAX_FRAME_BYTES)

    def end(self, timeout_s: float, take: Callable[[Message], None]) -> None:
        """Ask the process to end, wait for it, then terminate and at last kill it.

        Parameters
        ----------
        timeout_s
            How long it may take to close a recording that is still open.
        take
            Gets what the process still says.
        """
        self._sender.send(Shutdown())
        deadline_s = time.monotonic() + timeout_s
        try:
            while time.monotonic() < deadline_s:
                message = self.receive(_RECEIVE_STEP_S)
                if message is not None:
                    take(message)
        except ChildGoneError:
            _log.info("The acquisition process has ended")
        self._sender.close(0.0)
        if self._process.is_alive():
            _log.error("The acquisition process does not end; it is terminated")
            self._process.terminate()
            self._process.join(_TERMINATE_TIMEOUT_S)
        if self._process.is_alive():
            _log.error("The acquisition process does not even terminate; it is killed")
            self._process.kill()
            self._process.join()
        self._connection.close()
        self._process.close()
