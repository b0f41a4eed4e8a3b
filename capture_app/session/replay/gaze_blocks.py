"""Samples of a recording read in blocks when they are asked for, each with its time; damaged ones are blank.

An hour at 1200 Hz is half a gigabyte of rows: a seek reads the one block it needs.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from gaze_core.clocks import ClockModel
from gaze_core.rows import GAZE, NO_TIME, Rows, join_rows
from recordings_schema.errors import RecordingError
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording

BLOCK_ROWS: Final = 1024
"""As the file is cut: what one look costs, and what is lost with one damaged place."""

_GIVEN_WAY_NS: Final = 100_000_000
_GIVEN_WAY_S: Final = 0.01
_KEPT_BLOCKS: Final = 192  # 26 MB

Times: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TimedRows:
    """GAZE rows with their host times, shape (n,); of one that cannot be read nothing is known."""

    gaze: Rows
    t_host_ns: Times


class GazeBlocks:
    """The samples of one recording. May be used by several threads; each read of the file is short.

    Parameters
    ----------
    recording
        Open, and from now on read under `lock` alone.
    model
        Fit of the tracker's clock; None: the arrival is the time.
    """

    def __init__(self, recording: Recording, model: ClockModel | None) -> None:
        self.lock = threading.Lock()
        self._recording = recording
        self._model = model
        self._blocks: OrderedDict[int, TimedRows] = OrderedDict()
        self._all_times: Times | None = None
        self._looked_ns = 0  # when somebody last wanted to see something, clock of this computer
        self.damaged: set[int] = set()  # first rows of chunks that cannot be read
        self.count = recording.count(DatasetKey.GAZE)
        # A line through the whole file stands in for times that cannot be read.
        self._line = (0, 0.0)
        if self.count:
            first = self._first_readable(range(0, self.count, BLOCK_ROWS), 0)
            last = self._first_readable(
                range((self.count - 1) // BLOCK_ROWS * BLOCK_ROWS, -1, -BLOCK_ROWS), -1
            )
            if first is not None and last is not None and last[0] > first[0]:
                step = (last[1] - first[1]) / (last[0] - first[0])
                self._line = (round(first[1] - first[0] * step), step)
            elif first is not None:
                self._line = (first[1], 0.0)

    @property
    def first_ns(self) -> int:
        """Time of the first sample; 0 without samples."""
        return self._line_at(0)

    @property
    def last_ns(self) -> int:
        """Time of the last sample; 0 without samples."""
        return self._line_at(max(self.count - 1, 0))

    def give_way(self) -> None:
        """Wait a little if somebody looks around: whoever reads everything is in no hurry."""
        if time.perf_counter_ns() - self._looked_ns < _GIVEN_WAY_NS:
            time.sleep(_GIVEN_WAY_S)

    def use_times(self, t_host_ns: Times) -> None:
        """Take the times of all samples, once they are known: they take the place of what was worked out."""
        with self.lock:
            self._all_times = t_host_ns
            self._blocks.clear()

    def rows(self, first: int, end: int) -> TimedRows:
        """Return rows ``first:end``, cut to what there is."""
        self._looked_ns = time.perf_counter_ns()
        first, end = max(first, 0), min(end, self.count)
        if end <= first:
            return TimedRows(GAZE.empty(0), np.zeros(0, np.int64))
        parts = [self.block(number) for number in range(first // BLOCK_ROWS, (end - 1) // BLOCK_ROWS + 1)]
        offset = first // BLOCK_ROWS * BLOCK_ROWS
        gaze = join_rows([part.gaze for part in parts])[first - offset : end - offset]
        times = np.concatenate([part.t_host_ns for part in parts])[first - offset : end - offset]
        return TimedRows(gaze, times)

    def between(self, first_ns: int, end_ns: int) -> TimedRows:
        """Return the rows with times from `first_ns` to `end_ns`, both included."""
        return self.rows(self.row_at(first_ns - 1) + 1, self.row_at(end_ns) + 1)

    def row_at(self, t_ns: int) -> int:
        """Return the last row whose time is not after `t_ns`; -1 before the first."""
        if not self.count:
            return -1
        if self._all_times is not None:
            return int(np.searchsorted(self._all_times, t_ns, side="right")) - 1
        block = self._block_at(t_ns)
        if block < 0:
            return -1
        times = np.maximum.accumulate(self.block(block).t_host_ns)
        return block * BLOCK_ROWS + int(np.searchsorted(times, t_ns, side="right")) - 1

    def block(self, number: int) -> TimedRows:
        """Return a block of `BLOCK_ROWS`, the last one shorter."""
        with self.lock:
            known = self._blocks.get(number)
            if known is not None:
                self._blocks.move_to_end(number)
                return known
            first = number * BLOCK_ROWS
            gaze = self.read(first, min(first + BLOCK_ROWS, self.count))
            times = (
                self._all_times[first : first + len(gaze)]
                if self._all_times is not None
                else self.times_of(gaze, first)
            )
            block = TimedRows(gaze, times)
            self._blocks[number] = block
            while len(self._blocks) > _KEPT_BLOCKS:
                self._blocks.popitem(last=False)
            return block

    def read(self, first: int, end: int) -> Rows:
        """Return rows as they are in the file, chunk by chunk where some are damaged. Needs the lock."""
        try:
            return self._recording.gaze(first, end)
        except RecordingError:
            parts = []
            for start in range(first, end, BLOCK_ROWS):
                stop = min(start + BLOCK_ROWS, end)
                try:
                    parts.append(self._recording.gaze(start, stop))
                except RecordingError:
                    self.damaged.add(start)
                    parts.append(GAZE.empty(stop - start))
            return join_rows(parts)

    def times_of(self, gaze: Rows, first: int) -> Times:
        """Return the times of rows that begin at `first`, by the fit of the clock where there is one."""
        arrival: Times = gaze["t_host_ns"].copy()
        is_blank = arrival == NO_TIME
        if self._model is not None:
            arrival = self._model.to_host_ns(gaze["t_device_ns"], near_host_ns=arrival)
        if is_blank.any():
            numbers = first + np.flatnonzero(is_blank)
            arrival[is_blank] = self._line[0] + np.round(numbers * self._line[1]).astype(np.int64)
        return arrival

    def _block_at(self, t_ns: int) -> int:
        """Return the block that holds a time: guessed by a straight line, then closed in on."""
        low, high = 0, (self.count - 1) // BLOCK_ROWS + 1  # it begins not after t_ns; it begins after it
        guess = round((t_ns - self._line[0]) / max(self._line[1], 1.0)) // BLOCK_ROWS
        reach = 1
        while low < high:
            guess = min(max(guess, low), high - 1)
            times = self.block(guess).t_host_ns
            if times[0] > t_ns:
                high, guess = guess, guess - reach
            elif times[-1] >= t_ns or guess == high - 1:
                return guess
            else:
                low, guess = guess, guess + reach
                if low == high - 1:
                    return low
                guess = max(guess, low + 1)
            reach *= 2
            if reach > 8:  # the line is no good guess here, as after a pause of the tracker
                guess = max((low + high) // 2, low)
        return -1

    def _first_readable(self, starts: range, place: int) -> tuple[int, int] | None:
        """Return number and time of the first or last row of the first chunk that can be read."""
        for start in starts:
            end = min(start + BLOCK_ROWS, self.count)
            try:
                gaze = self._recording.gaze(start, end)
            except RecordingError:
                self.damaged.add(start)
                continue
            times = self.times_of(gaze, start)
            return (start, int(times[0])) if place == 0 else (end - 1, int(times[-1]))
        return None

    def _line_at(self, row: int) -> int:
        return round(self._line[0] + row * self._line[1])
