"""The last rows of a stream in one contiguous array, at constant cost per row."""

from __future__ import annotations

import numpy as np

from gaze_core.rows import Rows


class RecentRows:
    """Keeps at least the last `capacity` rows; `rows` is a view that the next `push` may overwrite.

    Rows are numbered from 0 in the order of `push`; `first_row` is the number of the oldest one kept.
    """

    def __init__(self, dtype: np.dtype[np.void], capacity: int) -> None:
        self._capacity = capacity
        self._store: Rows = np.zeros(2 * capacity, dtype)
        self._end = 0  # rows of the store in use
        self.first_row = 0

    @property
    def rows(self) -> Rows:
        """The rows kept, oldest first."""
        return self._store[: self._end]

    @property
    def next_row(self) -> int:
        """Number that the next pushed row will get."""
        return self.first_row + self._end

    def push(self, rows: Rows) -> None:
        """Append rows; once per `capacity` rows the kept half moves to the front."""
        if len(rows) > self._capacity:
            self.first_row += self._end + len(rows) - self._capacity
            self._end = self._capacity
            self._store[: self._end] = rows[-self._capacity :]
            return
        if self._end + len(rows) > len(self._store):
            dropped = self._end - self._capacity
            self._store[: self._capacity] = self._store[dropped : self._end].copy()
            self.first_row += dropped
            self._end = self._capacity
        self._store[self._end : self._end + len(rows)] = rows
        self._end += len(rows)

    def clear(self) -> None:
        """Forget all rows and number from 0 again."""
        self._end = 0
        self.first_row = 0
