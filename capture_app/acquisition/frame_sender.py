"""Sends frames from a thread of its own, so that nobody waits for a process that does not read.

Both ends of the control pipe use it. While the other side is stopped, its pipe fills and sending blocks; a
heartbeat check or a window must not.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Final

from capture_app.acquisition.messages import Message, Status, StreamRows, encode

MAX_WAITING_DISPLAY_MESSAGES: Final = 2000
"""Beyond it `StreamRows` are let go of: they are for the display, and in the file anyway."""


class FrameSender:
    """Queues messages and sends them in order.

    Parameters
    ----------
    connection
        The pipe; only this object sends on it.
    make_heartbeat
        Makes the message that is sent whenever `heartbeat_every_s` has passed; None for none.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        make_heartbeat: Callable[[], Message] | None = None,
        heartbeat_every_s: float = 0.5,
    ) -> None:
        self.is_broken = False
        self.dropped_display_messages = 0
        self._connection = connection
        self._make_heartbeat = make_heartbeat
        self._heartbeat_every_s = heartbeat_every_s
        self._changed = threading.Condition()
        self._waiting: deque[Message] = deque()
        self._is_sending = False
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="frame sender", daemon=True)
        self._thread.start()

    def send(self, message: Message) -> None:
        """Queue a message; returns at once. Nothing happens once the other side is gone."""
        with self._changed:
            if self._is_closed or self.is_broken:
                return
            if isinstance(message, Status) and self._waiting and isinstance(self._waiting[-1], Status):
                self._waiting.pop()  # the newest status says it all
            if isinstance(message, StreamRows) and len(self._waiting) >= MAX_WAITING_DISPLAY_MESSAGES:
                self.dropped_display_messages += 1
                return
            self._waiting.append(message)
            self._changed.notify_all()

    def flush(self, timeout_s: float) -> bool:
        """Wait until everything is sent; False where that takes longer or the other side is gone."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_drained() or self.is_broken, timeout_s)
            return self._is_drained()

    def close(self, timeout_s: float) -> None:
        """Send what waits, for at most `timeout_s`, and end; idempotent."""
        self.flush(timeout_s)
        with self._changed:
            self._is_closed = True
            self._waiting.clear()
            self._changed.notify_all()

    def _is_drained(self) -> bool:
        return not self._waiting and not self._is_sending

    def _run(self) -> None:
        heartbeat_due_s = time.monotonic()
        while True:
            message = self._next(heartbeat_due_s)
            if message is None and self._is_closed:
                return
            if self._make_heartbeat is not None and time.monotonic() >= heartbeat_due_s:
                heartbeat_due_s = time.monotonic() + self._heartbeat_every_s
                is_sent = self._transmit(self._make_heartbeat())
                if not is_sent:
                    return
            if message is not None and not self._transmit(message):
                return

    def _next(self, heartbeat_due_s: float) -> Message | None:
        with self._changed:
            self._is_sending = False
            self._changed.notify_all()
            timeout_s = None
            if self._make_heartbeat is not None:
                timeout_s = max(heartbeat_due_s - time.monotonic(), 0.0)
            self._changed.wait_for(lambda: bool(self._waiting) or self._is_closed, timeout_s)
            self._is_sending = bool(self._waiting)
            return self._waiting.popleft() if self._waiting else None

    def _transmit(self, message: Message) -> bool:
        try:
            self._connection.send_bytes(encode(message))
        except (OSError, ValueError):
            # The other side is gone; whoever reads from it notices and says so.
            with self._changed:
                self.is_broken = True
                self._waiting.clear()
                self._changed.notify_all()
            return False
        return True
