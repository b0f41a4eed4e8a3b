"""What callbacks of ``tobii_research`` leave behind, in memory that was set aside before.

One thread of the SDK puts in, one thread of ours takes out, and neither waits for the other: the counts are
plain integers, each changed by one side only. What finds no room is counted, never squeezed in.
"""

from __future__ import annotations

import threading
from typing import Any, Final

import numpy as np

from gaze_core.rows import Rows, join_rows

_SHORTEST_WAIT_S: Final = 0.0005


class Inbox:
    """Rows of one stream on their way from a callback to `take`.

    Parameters
    ----------
    name
        The stream, as notices name it.
    dtype
        Of one row.
    capacity
        Rows there is room for.
    """

    def __init__(self, name: str, dtype: np.dtype[np.void], capacity: int) -> None:
        self.name = name
        self._rows: Rows = np.zeros(capacity, dtype)
        self._capacity = capacity
        self._put_count = 0  # changed by the callback alone
        self._lost_count = 0  # changed by the callback alone
        self._taken_count = 0  # changed by `take` alone
        self._told_count = 0  # of `_lost_count`, changed by `take_lost` alone

    def __len__(self) -> int:
        return self._put_count - self._taken_count

    def put(self, row: tuple[Any, ...]) -> None:
        """Keep a row; called by one thread of the SDK."""
        count = self._put_count
        if count - self._taken_count >= self._capacity:
            self._lost_count += 1
            return
        self._rows[count % self._capacity] = row
        self._put_count = count + 1  # last: now the row may be taken

    def take(self) -> Rows:
        """Return a copy of what was put since the last call, in order."""
        first, stop = self._taken_count, self._put_count
        start, count = first % self._capacity, stop - first
        head = self._rows[start : start + count]
        taken = head.copy() if len(head) == count else join_rows([head, self._rows[: count - len(head)]])
        self._taken_count = stop  # last: now the room may be used again
        return taken

    def take_lost(self) -> int:
        """Return how many rows found no room since the last call."""
        lost = self._lost_count - self._told_count
        self._told_count += lost
        return lost

    def clear(self) -> None:
        """Forget everything; called while nothing is delivered."""
        self._taken_count = self._put_count
        self._told_count = self._lost_count


class Bell:
    """Wakes the one thread that waits, and costs a callback next to nothing while nobody does."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._is_awaited = False

    def ring(self) -> None:
        """Say that something was put in."""
        if self._is_awaited:
            self._event.set()

    def wait(self, inboxes: tuple[Inbox, ...], timeout_s: float) -> None:
        """Return as soon as any of these holds something, or after `timeout_s`."""
        if timeout_s < _SHORTEST_WAIT_S or any(map(len, inboxes)):
            return
        self._event.clear()
        self._is_awaited = True
        try:
            # Looked at again: what was put in just before saw nobody waiting.
            if not any(map(len, inboxes)):
                self._event.wait(timeout_s)
        finally:
            self._is_awaited = False


class CallbackErrors:
    """Exceptions in callbacks: counted there, told elsewhere, once per stream.

    The SDK's own handler for them fails, so that they would vanish without a trace.
    """

    def __init__(self) -> None:
        self._errors: dict[str, tuple[int, Exception]] = {}
        self._told: set[str] = set()

    def count(self, stream: str, error: Exception) -> None:
        """Count an exception; called in callbacks."""
        before, first = self._errors.get(stream, (0, error))
        self._errors[stream] = (before + 1, first)

    def take_new(self) -> tuple[tuple[str, Exception], ...]:
        """Return the streams that failed for the first time since the last call, with what failed."""
        new = tuple(
            (stream, self._errors[stream][1]) for stream in tuple(self._errors) if stream not in self._told
        )
        self._told.update(stream for stream, _ in new)
        return new

    def counts(self) -> dict[str, int]:
        """Return how many callbacks failed, by stream."""
        return {stream: count for stream, (count, _) in self._errors.items()}

    def clear(self) -> None:
        """Begin anew."""
        self._errors.clear()
        self._told.clear()
