"""The SDK's host clock against ours, and the device clock by the SDK's time synchronisation.

The SDK stamps with a host clock of its own (on Linux the same as ours to a microsecond; elsewhere that is
not promised), so it is read between two readings of ours: clock ``tobii_system`` at the start, every 10 s,
and after a return. The last reading of a recording is at most 10 s before its end: a driver does not know
when a recording ends.

A time synchronisation of the SDK is a reading of the device clock between two of the SDK's host clock; put
on our host clock it is a reading of ``device``, the clock of ``t_device_ns``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from drivers.tobii.rows import us_to_ns
from gaze_core.clocks import Clock, clock_sync_row
from gaze_core.rows import CLOCK_SYNC, Rows, encode_text

SYSTEM_CLOCK: Final = "tobii_system"
DEVICE_CLOCK: Final = "device"
READ_EVERY_NS: Final = 10_000_000_000


class SystemClock:
    """Reads the SDK's host clock now and then and knows how far it is from ours.

    Parameters
    ----------
    read_us
        Returns the SDK's host clock, us.
    clock
        Our host clock.
    """

    def __init__(self, read_us: Callable[[], int], clock: Clock) -> None:
        self._read_us = read_us
        self._clock = clock
        self._due_ns = 0
        self._offset_ns = 0  # our clock less the SDK's

    def read_if_due(self, now_ns: int) -> Rows:
        """Return a reading as one CLOCK_SYNC row where the last is 10 s old, else none."""
        return self.read() if now_ns >= self._due_ns else CLOCK_SYNC.empty(0)

    def read(self) -> Rows:
        """Return a reading as one CLOCK_SYNC row."""
        row = clock_sync_row(SYSTEM_CLOCK, lambda: self._read_us() * 1000, self._clock)
        before_ns, after_ns = int(row["host_before_ns"][0]), int(row["host_after_ns"][0])
        self._offset_ns = (before_ns + after_ns) // 2 - int(row["remote_ns"][0])
        self._due_ns = after_ns + READ_EVERY_NS
        return row

    def device_readings(self, time_sync: Rows) -> Rows:
        """Return the SDK's time synchronisations as CLOCK_SYNC rows of the device clock."""
        rows = CLOCK_SYNC.empty(len(time_sync))
        if len(rows) == 0:
            return rows
        rows["clock_id"] = encode_text(DEVICE_CLOCK, rows.dtype["clock_id"].itemsize)
        rows["host_before_ns"] = us_to_ns(time_sync["request_us"]) + self._offset_ns
        rows["remote_ns"] = us_to_ns(time_sync["device_us"])
        rows["host_after_ns"] = us_to_ns(time_sync["response_us"]) + self._offset_ns
        rows["remote_raw"] = time_sync["device_us"].astype(np.float64)
        return rows
