"""Rows that are generated but not due yet."""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

from drivers.mock.delivery import Nanoseconds
from gaze_core.rows import Rows, join_rows

NEVER_NS: Final = 2**63 - 1


class Backlog:
    """Rows of one kind in order of the host time from which they are there.

    Rows are handed out as slices of what was put in, so that a read costs next to nothing.
    """

    def __init__(self, nothing: Rows) -> None:
        self._nothing = nothing
        self._parts: deque[tuple[Rows, Nanoseconds]] = deque()
        self.next_due_ns = NEVER_NS
        self.count = 0  # rows waiting

    def put(self, rows: Rows, due_ns: Nanoseconds) -> None:
        """Add rows; `due_ns` never goes back."""
        if not len(rows):
            return
        if not self._parts:
            self.next_due_ns = int(due_ns[0])
        self._parts.append((rows, due_ns))
        self.count += len(rows)

    def take_due(self, until_ns: int, at_most: int) -> tuple[Rows, int]:
        """Return rows that are due, and the host time up to which everything was handed out."""
        taken: list[Rows] = []
        while self.next_due_ns <= until_ns and at_most > 0:
            rows, due_ns = self._parts[0]
            count = min(at_most, int(np.searchsorted(due_ns, until_ns, side="right")))
            taken.append(rows[:count])
            reached_ns = int(due_ns[count - 1])
            at_most -= count
            self._drop(count)
            if at_most == 0 and self.next_due_ns <= until_ns:
                until_ns = reached_ns
        return self._one(taken), until_ns

    def take(self, count: int) -> Rows:
        """Return the next `count` rows, due or not."""
        taken: list[Rows] = []
        while count > 0:
            part = self._parts[0][0][:count]
            taken.append(part)
            count -= len(part)
            self._drop(len(part))
        return self._one(taken)

    def _drop(self, count: int) -> None:
        rows, due_ns = self._parts.popleft()
        self.count -= count
        if count < len(rows):
            self._parts.appendleft((rows[count:], due_ns[count:]))
        self.next_due_ns = int(self._parts[0][1][0]) if self._parts else NEVER_NS

    def _one(self, taken: list[Rows]) -> Rows:
        if not taken:
            return self._nothing
        return join_rows(taken)
