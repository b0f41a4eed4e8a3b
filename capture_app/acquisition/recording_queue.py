"""What waits between the threads that make rows and the one that writes them; bounded, and nothing falls out.

The pump asks for room before it reads, the queue takes whatever it is then given. So the bound is overshot by
one delivery at most, and no row is ever refused while a recording runs.
"""

from __future__ import annotations

import dataclasses
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from capture_app.acquisition.pump import Delivery
from gaze_core.rows import Rows
from recordings_schema.layout import DatasetKey

MAX_WAITING_ROWS: Final = 120_000
"""A minute of a 2000 Hz tracker, about 40 MB: longer than a healthy disk ever stalls."""

_KEPT_SYNC_ROWS: Final = 64
_NOT_OF_SAMPLES: Final = (DatasetKey.EVENTS, DatasetKey.CLOCK_SYNC)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCounts:
    """What went into the recording so far."""

    samples: int = 0
    lost: int = 0  # holes in the numbers after the first recorded sample
    out_of_order: int = 0
    device_time_backward: int = 0
    deliveries: int = 0


def _nobody(_key: DatasetKey, _rows: Rows) -> None:
    """Tell nobody."""


class RecordingQueue:
    """Deliveries and rows of the app on their way to the writer; may be used from any thread.

    Parameters
    ----------
    max_waiting_rows
        Gaze rows that may wait.
    tap
        Told of the accepted rows beside the samples, in the thread that brings them.
    """

    def __init__(
        self, max_waiting_rows: int = MAX_WAITING_ROWS, tap: Callable[[DatasetKey, Rows], None] = _nobody
    ) -> None:
        self._changed = threading.Condition()
        self._tap = tap
        self._max_waiting_rows = max_waiting_rows
        self._waiting: list[tuple[DatasetKey, Rows]] = []
        self._waiting_rows = 0
        self._is_accepting = False
        self._takes_samples = False
        self._next_ring_row = 0  # of the next delivery
        self._end_ring_row = 0
        self._is_woken = False
        self._counts = RecordedCounts()
        # Readings of the tracker's clock from before the start: without them, the clocks of a recording
        # shorter than the interval between two readings could not be related.
        self._sync_history: deque[Rows] = deque(maxlen=_KEPT_SYNC_ROWS)

    @property
    def counts(self) -> RecordedCounts:
        """What went into the recording so far."""
        return self._counts

    @property
    def waiting_rows(self) -> int:
        """Gaze rows that wait to be written."""
        return self._waiting_rows

    @property
    def is_accepting(self) -> bool:
        """Whether a recording takes rows."""
        return self._is_accepting

    def accept(self) -> int:
        """Take rows for a new recording from now on; return the ring row of its first sample."""
        with self._changed:
            self._counts = RecordedCounts()
            self._waiting = [(DatasetKey.CLOCK_SYNC, rows) for rows in self._sync_history]
            self._waiting_rows = 0
            self._is_accepting = self._takes_samples = True
            return self._next_ring_row

    def end_samples(self) -> int | None:
        """Take no more samples, but still the app's rows and events; return the ring row after the last one.

        None where no recording runs.
        """
        with self._changed:
            if not self._is_accepting:
                return None
            if self._takes_samples:
                self._takes_samples = False
                self._end_ring_row = self._next_ring_row
            return self._end_ring_row

    def refuse(self) -> None:
        """Take no more rows; those that wait can still be taken out."""
        with self._changed:
            self._is_accepting = False
            self._changed.notify_all()

    def forget_clocks(self) -> None:
        """Drop the clock readings of a tracker that was closed."""
        with self._changed:
            self._sync_history.clear()

    def offer(self, delivery: Delivery) -> None:
        """Take a delivery of the pump; without a recording only its clock readings are remembered."""
        for key, rows in self._offer(delivery):
            self._tap(key, rows)

    def _offer(self, delivery: Delivery) -> tuple[tuple[DatasetKey, Rows], ...]:
        """Return the rows beside the samples that were accepted."""
        with self._changed:
            for key, rows in delivery.beside:
                if key is DatasetKey.CLOCK_SYNC:
                    self._sync_history.append(rows)
            if len(delivery.gaze):
                self._next_ring_row = delivery.first_ring_row + len(delivery.gaze)
            if not self._is_accepting:
                return ()
            if not self._takes_samples:
                accepted = tuple(each for each in delivery.beside if each[0] in _NOT_OF_SAMPLES)
                self._waiting.extend(accepted)
                return accepted
            if len(delivery.gaze):
                self._waiting.append((DatasetKey.RAW, delivery.raw))
                self._waiting.append((DatasetKey.GAZE, delivery.gaze))
                self._waiting_rows += len(delivery.gaze)
                self._counts = _added(self._counts, delivery)
            self._waiting.extend(delivery.beside)
            return delivery.beside

    def append(self, key: DatasetKey, rows: Rows) -> bool:
        """Take rows that are not the pump's; False where no recording runs."""
        with self._changed:
            is_accepted = self._is_accepting
            if is_accepted and len(rows):
                self._waiting.append((key, rows))
        if is_accepted and len(rows):
            self._tap(key, rows)
        return is_accepted

    def wait_for_room(self, timeout_s: float) -> bool:
        """Return True as soon as fewer rows wait than may, False where that takes longer than `timeout_s`."""
        # Read without the lock: the pump asks before every batch, and nobody else makes this number grow.
        if self._waiting_rows < self._max_waiting_rows:
            return True
        with self._changed:
            return self._changed.wait_for(lambda: self._waiting_rows < self._max_waiting_rows, timeout_s)

    def take(self, timeout_s: float) -> list[tuple[DatasetKey, Rows]]:
        """Return everything that waits, after `timeout_s` or as soon as `wake` is called."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_woken, timeout_s)
            self._is_woken = False
            taken, self._waiting = self._waiting, []
            self._waiting_rows = 0
            self._changed.notify_all()
            return taken

    def wake(self) -> None:
        """Let `take` return at once."""
        with self._changed:
            self._is_woken = True
            self._changed.notify_all()


def _added(counts: RecordedCounts, delivery: Delivery) -> RecordedCounts:
    # What was missing before the first recorded sample is missing from the stream, not from the recording.
    lost = delivery.lost - (delivery.lost_before_first if counts.samples == 0 else 0)
    return dataclasses.replace(
        counts,
        samples=counts.samples + len(delivery.gaze),
        lost=max(counts.lost + lost, 0),
        out_of_order=counts.out_of_order + delivery.out_of_order,
        device_time_backward=counts.device_time_backward + delivery.device_time_backward,
        deliveries=counts.deliveries + 1,
    )
