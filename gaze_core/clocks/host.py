"""The clocks of this machine, and bracketed readings of foreign ones."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, Protocol

from gaze_core.rows import CLOCK_SYNC, Rows

READING_TRIES: Final = 8
"""Brackets tried per reading; the tightest is kept (a task switch inside one widens it by milliseconds)."""


class Clock(Protocol):
    """Something that tells host time."""

    def now_ns(self) -> int:
        """Return nanoseconds of the host clock."""


class HostClock:
    """The master clock, ``time.perf_counter_ns``: the same for all processes of one machine."""

    def now_ns(self) -> int:
        """Return nanoseconds of the master clock."""
        return time.perf_counter_ns()


class ManualClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self, start_ns: int = 0) -> None:
        self._now_ns = start_ns

    def now_ns(self) -> int:
        """Return the time it was last advanced to."""
        return self._now_ns

    def advance_ns(self, step_ns: int) -> None:
        """Go on by `step_ns`; a clock never goes back."""
        if step_ns < 0:
            raise ValueError(f"A clock cannot be advanced by {step_ns} ns; give a step of 0 or more.")
        self._now_ns += step_ns


def clock_sync_row(clock_id: str, read_remote: Callable[[], int], clock: Clock) -> Rows:
    """Read a foreign clock between two host readings; return the tightest of 8 as one CLOCK_SYNC row.

    Parameters
    ----------
    clock_id
        Name of the foreign clock: wall, device, lsl, audio, ...
    read_remote
        Returns the foreign clock in ns; called 8 times, so it must be quick.
    clock
        The host clock.
    """
    brackets = [_read_bracket(read_remote, clock) for _ in range(READING_TRIES)]
    before_ns, remote_ns, after_ns = min(brackets, key=lambda bracket: bracket[2] - bracket[0])
    return CLOCK_SYNC.row(
        clock_id=clock_id,
        host_before_ns=before_ns,
        remote_ns=remote_ns,
        host_after_ns=after_ns,
        remote_raw=float(remote_ns),
    )


def _read_bracket(read_remote: Callable[[], int], clock: Clock) -> tuple[int, int, int]:
    before_ns = clock.now_ns()
    remote_ns = read_remote()
    return before_ns, remote_ns, clock.now_ns()
