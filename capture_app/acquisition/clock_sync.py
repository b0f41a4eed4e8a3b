"""Bracketed readings of this machine's other clocks, so that recordings know absolute time.

``wall`` gives absolute time and is never used for intervals; ``monotonic`` is the clock vendor software
stamps with on Linux and macOS. Each reading is the tightest of 8 brackets.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Final

import numpy as np

from gaze_core.clocks import Clock, clock_sync_row
from gaze_core.rows import Rows

SYNC_EVERY_NS: Final = 10_000_000_000

_FILETIME_TO_UNIX_NS: Final = 11_644_473_600_000_000_000


class ClockSync:
    """Reads the clocks of this machine when asked and tells when the next regular reading is due."""

    def __init__(self, clock: Clock, read_wall_ns: Callable[[], int] | None = None) -> None:
        self._clock = clock
        self._readers = {"wall": read_wall_ns or _wall_reader()}
        if sys.platform != "win32":  # there it ticks in steps of 16 ms before Python 3.13
            self._readers["monotonic"] = time.monotonic_ns
        self._due_ns = clock.now_ns()

    def is_due(self) -> bool:
        """Return whether the last reading is 10 s old, or there was none."""
        return self._clock.now_ns() >= self._due_ns

    def read(self) -> Rows:
        """Return one CLOCK_SYNC row per clock."""
        self._due_ns = self._clock.now_ns() + SYNC_EVERY_NS
        return np.concatenate(
            [clock_sync_row(clock_id, reader, self._clock) for clock_id, reader in self._readers.items()]
        )


def _wall_reader() -> Callable[[], int]:
    if sys.platform == "win32":
        import ctypes

        # ``time.time`` moves in steps of 16 ms there before Python 3.13.
        read_filetime = ctypes.windll.kernel32.GetSystemTimePreciseAsFileTime

        def read_precise_ns() -> int:
            filetime = ctypes.c_uint64()
            read_filetime(ctypes.byref(filetime))
            return filetime.value * 100 - _FILETIME_TO_UNIX_NS

        return read_precise_ns
    return time.time_ns
