"""The dot: it travels to a target, stands there and shrinks; each standing becomes a TARGET row.

Nothing here draws. `dot` says what a window draws at a moment; the window says with `presented` when the
first frame with the dot standing at its target was on the screen, and dwell and rows count from then on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from calibration.targets import Target
from gaze_core.rows import TARGET, Rows, join_rows

SMALLEST_SHARE: Final = 0.25  # of the dot's full size, at the end of a dwell
NS_PER_S: Final = 1_000_000_000


class DotPhase(str, Enum):
    """What the dot does."""

    TRAVEL = "travel"  # on its way, full size
    STANDING = "standing"  # at its target, shrinking, then small


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How quickly targets follow each other, and how long is waited for others."""

    travel_s: float = 0.5  # Titta: 0.5 s travel and 1.0 s dwell
    dwell_s: float = 1.0
    settle_s: float = 0.5  # of the dwell, before the device is asked to collect
    presentation_patience_s: float = 2.0  # for the window to say that a dot was presented
    collect_patience_s: float = 15.0  # for the device to answer
    compute_patience_s: float = 60.0

    def __post_init__(self) -> None:
        times = (
            self.travel_s,
            self.dwell_s,
            self.settle_s,
            self.presentation_patience_s,
            self.collect_patience_s,
            self.compute_patience_s,
        )
        if not all(0.0 <= time_s <= 600.0 for time_s in times) or self.settle_s > self.dwell_s:
            raise ValueError(
                f"Targets cannot travel {self.travel_s:g} s, dwell {self.dwell_s:g} s and settle "
                f"{self.settle_s:g} s; give times up to 600 s, with settling inside the dwell."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """What is on the screen at one moment."""

    showing: int  # number of this standing, to be given back with `presented`
    target_id: int
    x_norm: float
    y_norm: float
    size_share: float  # 1: full size
    phase: DotPhase


class Presenter:
    """Moves the dot from target to target and keeps the rows of what was shown.

    Parameters
    ----------
    procedure
        Name in the rows: calibration, validation, drift.
    pace
        Travel and dwell.
    """

    def __init__(self, procedure: str, pace: Pace) -> None:
        self._procedure = procedure
        self._pace = pace
        self._showing = -1
        self._target: Target | None = None
        self._from_norm = (0.5, 0.5)
        self._left_ns = 0
        self._presented_ns: int | None = None
        self._grown_ns: int | None = None
        self._rows = TARGET.empty(0)
        self._new_rows = TARGET.empty(0)

    @property
    def rows(self) -> Rows:
        """TARGET rows of all standings that are over."""
        return self._rows

    @property
    def presented_ns(self) -> int | None:
        """When the dot was first seen standing; None before that."""
        return self._presented_ns

    @property
    def arrives_ns(self) -> int:
        """When the dot is meant to stand at its target."""
        return self._left_ns + round(self._pace.travel_s * NS_PER_S)

    def go_to(self, target: Target, now_host_ns: int) -> None:
        """Leave the target there is and travel to the next; the very first dot stands at once."""
        is_first = self._target is None
        self.leave(now_host_ns)
        self._showing += 1
        self._target = target
        if is_first:
            self._from_norm = (target.x_norm, target.y_norm)
        self._left_ns = now_host_ns - (round(self._pace.travel_s * NS_PER_S) if is_first else 0)
        self._presented_ns = None
        self._grown_ns = None

    def presented(self, showing: int, t_host_ns: int) -> None:
        """Note when the dot was first presented standing; of another standing, or told again: nothing."""
        if self._target is None or showing != self._showing or self._presented_ns is not None:
            return
        self._presented_ns = t_host_ns
        self._grown_ns = t_host_ns

    def grow(self, now_host_ns: int) -> None:
        """Make the standing dot large again, so that it draws the eye once more."""
        self._grown_ns = now_host_ns

    def leave(self, now_host_ns: int) -> None:
        """Show nothing any more; a standing that was presented becomes a row."""
        target, presented_ns = self._target, self._presented_ns
        if target is None:
            return
        self._from_norm = (target.x_norm, target.y_norm)
        self._target, self._presented_ns = None, None
        if presented_ns is None:
            return
        row = TARGET.row(
            t_on_host_ns=presented_ns,
            t_off_host_ns=max(presented_ns, now_host_ns),
            target_id=target.target_id,
            procedure=self._procedure,
            x_norm=target.x_norm,
            y_norm=target.y_norm,
        )
        self._rows = join_rows([self._rows, row])
        self._new_rows = join_rows([self._new_rows, row])

    def take_rows(self) -> Rows:
        """Return the rows that were not returned before, for the recording."""
        rows, self._new_rows = self._new_rows, TARGET.empty(0)
        return rows

    def dot(self, now_host_ns: int) -> Dot | None:
        """Return what is on the screen, None for nothing."""
        target = self._target
        if target is None:
            return None
        way = self._way(now_host_ns)
        is_there = way >= 1.0
        return Dot(
            showing=self._showing,
            target_id=target.target_id,
            x_norm=target.x_norm if is_there else self._between(self._from_norm[0], target.x_norm, way),
            y_norm=target.y_norm if is_there else self._between(self._from_norm[1], target.y_norm, way),
            size_share=self._size_share(now_host_ns),
            phase=DotPhase.STANDING if is_there else DotPhase.TRAVEL,
        )

    def _way(self, now_host_ns: int) -> float:
        if self._presented_ns is not None:
            return 1.0
        lasts_ns = self.arrives_ns - self._left_ns
        return 1.0 if lasts_ns <= 0 else min(1.0, max(0.0, (now_host_ns - self._left_ns) / lasts_ns))

    @staticmethod
    def _between(start: float, end: float, way: float) -> float:
        smooth = way * way * (3.0 - 2.0 * way)  # starts and stops gently, so that eyes can follow
        return start + (end - start) * smooth

    def _size_share(self, now_host_ns: int) -> float:
        if self._grown_ns is None or self._pace.dwell_s == 0.0:
            return 1.0
        share = min(1.0, max(0.0, (now_host_ns - self._grown_ns) / (self._pace.dwell_s * NS_PER_S)))
        return 1.0 - (1.0 - SMALLEST_SHARE) * share
