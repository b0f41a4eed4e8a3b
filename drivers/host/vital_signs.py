"""What the pings of a hosted process show: whether it lives, whether its driver moves, what time it has."""

from __future__ import annotations

import math
import time
from collections import deque
from typing import Final

from drivers.host.host_clock import ClockReading
from drivers.host.messages import Pong

TICK_S: Final = 0.5
"""Seconds between two pings."""

_MOST_PINGS: Final = 16  # unanswered
_MOST_READINGS: Final = 64


class VitalSigns:
    """Counts, not times: while the computer sleeps nothing happens, and nothing is missed.

    `sent` is called by the thread that writes, `heard` and `answered` by the one that reads, `tick` by the
    one that pings, the others by whoever reads the driver.
    """

    def __init__(self) -> None:
        self.cpu_s = math.nan  # what a simulated tracker has cost
        self._sent_ns: dict[int, int] = {}
        self._readings: deque[ClockReading] = deque(maxlen=_MOST_READINGS)
        self._silent_ticks = 0
        self._still_answers = 0
        self._last_steps = -1

    def tick(self) -> bool:
        """Count a tick without a word; return whether another ping may be sent."""
        self._silent_ticks += 1
        return len(self._sent_ns) < _MOST_PINGS

    def sent(self, ping: int) -> None:
        """Note that a ping is being written now."""
        self._sent_ns[ping] = time.perf_counter_ns()

    def heard(self) -> None:
        """Note that the process said something."""
        self._silent_ticks = 0

    def answered(self, pong: Pong, t_host_ns: int) -> None:
        """Take the answer to a ping that arrived at a time of our clock."""
        before_ns = self._sent_ns.pop(pong.number, None)
        if before_ns is not None:
            reading = ClockReading(before_ns=before_ns, remote_ns=pong.t_child_ns, after_ns=t_host_ns)
            self._readings.append(reading)
        self._still_answers = self._still_answers + 1 if pong.steps == self._last_steps else 0
        self._last_steps = pong.steps
        self.cpu_s = pong.cpu_s

    def are_bad(self, patience_s: float) -> bool:
        """Whether for so long it has not said a word, or its driver has not come back from a call."""
        return max(self._silent_ticks, self._still_answers) * TICK_S >= patience_s

    def begin_patience(self) -> None:
        """Count anew from now on: a call that was asked for and took long is over."""
        self._silent_ticks = self._still_answers = 0

    def newest_reading(self) -> ClockReading | None:
        """Return the newest reading of its clock, None where there is none."""
        return self._readings[-1] if self._readings else None

    def take_readings(self) -> list[ClockReading]:
        """Return the readings of its clock since the last call."""
        return [self._readings.popleft() for _ in range(len(self._readings))]
