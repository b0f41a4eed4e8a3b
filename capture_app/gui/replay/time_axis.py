"""The visible stretch of a timeline: zoom about a point, pan, and where its ticks are. Pure arithmetic."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

SHORTEST_NS: Final = 2_000_000  # some samples at any rate
ZOOM_STEP: Final = 1.25  # for one notch of the wheel
_STEPS_S: Final = (
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0,
    120.0, 300.0, 600.0, 1800.0, 3600.0,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeAxis:
    """Which part of a recording a timeline shows; host times, ns."""

    first_ns: int  # of the recording
    end_ns: int
    left_ns: int  # of the visible stretch
    right_ns: int

    @classmethod
    def whole(cls, first_ns: int, end_ns: int) -> TimeAxis:
        """Return the axis that shows everything."""
        end_ns = max(end_ns, first_ns + SHORTEST_NS)
        return cls(first_ns=first_ns, end_ns=end_ns, left_ns=first_ns, right_ns=end_ns)

    @property
    def span_ns(self) -> int:
        """Length of the visible stretch."""
        return self.right_ns - self.left_ns

    def share(self, t_ns: float) -> float:
        """Return where a time lies: 0 at the left, 1 at the right."""
        return (t_ns - self.left_ns) / self.span_ns

    def at(self, share: float) -> int:
        """Return the time at a place, 0 the left edge, 1 the right one."""
        return round(self.left_ns + share * self.span_ns)

    def zoomed(self, share: float, notches: float) -> TimeAxis:
        """Return the axis zoomed in by notches (out where negative) about a place, which keeps its time."""
        whole = self.end_ns - self.first_ns
        span = min(max(self.span_ns * ZOOM_STEP**-notches, SHORTEST_NS), whole)
        left = self.left_ns + share * (self.span_ns - span)
        return self._from(round(left), round(span))

    def panned(self, share: float) -> TimeAxis:
        """Return the axis moved on by a share of what is visible."""
        return self._from(self.left_ns + round(share * self.span_ns), self.span_ns)

    def showing(self, t_ns: int) -> TimeAxis:
        """Return an axis on which a time is visible: turned over like a page where it is not."""
        if self.left_ns <= t_ns <= self.right_ns:
            return self
        return self._from(t_ns - self.span_ns // 20, self.span_ns)

    def everything(self) -> TimeAxis:
        """Return the axis that shows everything."""
        return replace(self, left_ns=self.first_ns, right_ns=self.end_ns)

    def ticks(self, width_px: float, least_px: float) -> tuple[float, tuple[float, ...]]:
        """Return the step and the times of ticks, s since the beginning, at least so far apart."""
        least_s = self.span_ns * 1e-9 * least_px / max(width_px, 1.0)
        step_s = next((step for step in _STEPS_S if step >= least_s), _STEPS_S[-1])
        first = math.ceil((self.left_ns - self.first_ns) * 1e-9 / step_s)
        last = math.floor((self.right_ns - self.first_ns) * 1e-9 / step_s)
        return step_s, tuple(number * step_s for number in range(first, min(last, first + 400) + 1))

    def _from(self, left_ns: int, span_ns: int) -> TimeAxis:
        left_ns = min(max(left_ns, self.first_ns), max(self.end_ns - span_ns, self.first_ns))
        return replace(self, left_ns=left_ns, right_ns=min(left_ns + span_ns, self.end_ns))


def clock_text(seconds: float, step_s: float = 1.0) -> str:
    """Return a time as "12:41" or "1:02:41", with the decimals that steps of `step_s` need."""
    digits = 0 if step_s >= 1.0 else max(1, math.ceil(-math.log10(step_s) - 1e-9))
    units = 10**digits
    total = round(max(seconds, 0.0) * units)
    whole, rest = divmod(total, units)
    hours, minutes, left = whole // 3600, whole % 3600 // 60, whole % 60
    text = f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"
    return f"{text}.{rest:0{digits}d}" if digits else text
