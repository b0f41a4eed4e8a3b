"""How old the newest sample is when a frame has been painted, and what a frame costs.

Age = end of the operator's paint minus arrival of the newest sample in it, both on the host clock.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

CAPACITY = 60 * 60 * 15  # a quarter of an hour at 60 frames a second
_NS_PER_MS = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameSummary:
    """Figures of the frames counted; NaN where there were none."""

    frames: int
    age_median_ms: float
    age_p99_ms: float
    cost_median_ms: float  # step, render and paint together
    cost_p99_ms: float


class FrameStatistics:
    """A ring of the last frames. Only frames that show a newer sample than the one before count."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._begun = np.zeros(capacity, np.int64)
        self._painted = np.zeros(capacity, np.int64)
        self._arrived = np.zeros(capacity, np.int64)
        self._count = 0
        self._pending: tuple[int, int] | None = None
        self._newest_ns = 0

    def rendered(self, t_begin_ns: int, newest_arrival_host_ns: int) -> None:
        """Note that a state was handed to the windows; `t_begin_ns` is when the frame's work began."""
        if newest_arrival_host_ns > self._newest_ns:
            self._newest_ns = newest_arrival_host_ns
            self._pending = (t_begin_ns, newest_arrival_host_ns)

    def painted(self, t_host_ns: int) -> None:
        """Note that the operator's window has painted and flushed."""
        if self._pending is None:
            return
        slot = self._count % len(self._painted)
        self._begun[slot], self._arrived[slot] = self._pending
        self._painted[slot] = t_host_ns
        self._count += 1
        self._pending = None

    def frames(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return begin, paint end and newest arrival of the frames kept, ns, oldest first."""
        kept = min(self._count, len(self._painted))
        order = np.arange(self._count - kept, self._count) % len(self._painted)
        return self._begun[order], self._painted[order], self._arrived[order]

    def ages_ms(self) -> npt.NDArray[np.float64]:
        """Return the age of the newest sample in each frame kept."""
        _, painted, arrived = self.frames()
        return np.asarray((painted - arrived) / _NS_PER_MS)

    def summary(self) -> FrameSummary:
        """Return the figures of the frames kept."""
        begun, painted, arrived = self.frames()
        if not len(painted):
            nan = float("nan")
            return FrameSummary(
                frames=0, age_median_ms=nan, age_p99_ms=nan, cost_median_ms=nan, cost_p99_ms=nan
            )
        age = np.percentile((painted - arrived) / _NS_PER_MS, (50, 99))
        cost = np.percentile((painted - begun) / _NS_PER_MS, (50, 99))
        return FrameSummary(
            frames=self._count,
            age_median_ms=float(age[0]),
            age_p99_ms=float(age[1]),
            cost_median_ms=float(cost[0]),
            cost_p99_ms=float(cost[1]),
        )
