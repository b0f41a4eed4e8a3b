"""Whether the tracker is there: told by the SDK, or noticed because nothing comes.

A loss is told once, however it was noticed, and a return once, when samples flow again. The SDK restores a
connection by itself where it can; where nothing comes for a while, the tracker is connected anew at a
bounded pace.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from drivers.contract import Notice, NoticeKind

SILENCE_NS: Final = 500_000_000
"""A running tracker that is silent for longer is lost for now."""

FIRST_SAMPLE_NS: Final = 5_000_000_000
"""A tracker that was just started may take as long: cameras and lamps come up."""

STRAGGLER_NS: Final = 200_000_000
"""Samples this soon after the SDK told of a loss were on their way already and end no loss."""

RETRY_AFTER_NS: Final = (1_000_000_000, 2_000_000_000, 5_000_000_000, 10_000_000_000)
"""Pauses before the attempts to connect anew; the last one again and again, for an attempt may hold up the
process for a moment."""

_SLOW_INTERVALS: Final = 5  # a tracker slower than 10 Hz may be silent that many intervals

Int64s = npt.NDArray[np.int64]


class Presence:
    """Follows one opened tracker from start to stop.

    Parameters
    ----------
    title
        The tracker, for the notices.
    rate_hz
        Its rate; NaN where unknown.
    """

    def __init__(self, title: str, rate_hz: float) -> None:
        self._title = title
        slow_ns = round(_SLOW_INTERVALS * 1e9 / rate_hz) if rate_hz > 0 and math.isfinite(rate_hz) else 0
        self._silence_ns = max(SILENCE_NS, slow_ns)
        self._limit_ns = FIRST_SAMPLE_NS
        self._last_ns = 0  # arrival of the newest sample, or the start
        self._ignored_until_ns = 0  # samples until then are stragglers
        self._attempts = 0
        self._attempt_due_ns = 0
        self.is_lost = False

    def begin(self, now_ns: int) -> None:
        """Expect samples from now on."""
        self._last_ns = now_ns
        self._limit_ns = max(FIRST_SAMPLE_NS, self._silence_ns)
        self.is_lost = False

    def lose(self, t_host_ns: int, why: str) -> tuple[Notice, ...]:
        """Note that the connection is gone; tells it unless it is told already.

        Parameters
        ----------
        t_host_ns
            When it was known.
        why
            What happened, as a sentence.
        """
        if self.is_lost:
            return ()
        self._note_loss(t_host_ns)
        self._ignored_until_ns = t_host_ns + STRAGGLER_NS
        return (self._lost_notice(t_host_ns, why),)

    def silent(self, now_ns: int) -> tuple[Notice, ...]:
        """Note that nothing came; tells it where that has become a loss."""
        silence_ns = now_ns - self._last_ns
        if self.is_lost or silence_ns <= self._limit_ns:
            return ()
        self._note_loss(now_ns)
        self._ignored_until_ns = 0
        why = f"The {self._title} has sent nothing for {silence_ns * 1e-9:.1f} s."
        return (self._lost_notice(now_ns, why),)

    def first_after_loss(self, arrived_ns: Int64s) -> int:
        """Return the index of the first sample that came after the loss; 0 where there is no loss or none."""
        if not self.is_lost:
            return 0
        first = int(np.searchsorted(arrived_ns, self._ignored_until_ns, side="right"))
        return first if first < len(arrived_ns) else 0

    def arrived(self, first_ns: int, last_ns: int) -> tuple[Notice, ...]:
        """Note the arrival of samples, first and last; tells it where they end a loss."""
        if not self.is_lost:
            self._last_ns = last_ns
            self._limit_ns = self._silence_ns
            return ()
        if last_ns <= self._ignored_until_ns:
            return ()
        away_s = max(0, first_ns - self._last_ns) * 1e-9
        self._last_ns = last_ns
        self._limit_ns = self._silence_ns
        self.is_lost = False
        text = f"The {self._title} sends again after {away_s:.1f} s."
        return (
            Notice(t_host_ns=first_ns, kind=NoticeKind.CONNECTION_RESTORED, text=text, value=away_s),
        )  # fmt: skip

    def restored_by_sdk(self, t_host_ns: int) -> None:
        """Note that the SDK has the connection again: samples follow, or an attempt is made later."""
        self._ignored_until_ns = 0
        self._attempt_due_ns = max(self._attempt_due_ns, t_host_ns + RETRY_AFTER_NS[0])

    def is_attempt_due(self, now_ns: int) -> bool:
        """Return whether to try to connect anew now; counts as tried."""
        if not self.is_lost or now_ns < self._attempt_due_ns:
            return False
        self._attempts += 1
        pause_ns = RETRY_AFTER_NS[min(self._attempts, len(RETRY_AFTER_NS) - 1)]
        self._attempt_due_ns = now_ns + pause_ns
        return True

    def _note_loss(self, t_host_ns: int) -> None:
        self.is_lost = True
        self._attempts = 0
        self._attempt_due_ns = t_host_ns + RETRY_AFTER_NS[0]

    def _lost_notice(self, t_host_ns: int, why: str) -> Notice:
        text = (
            f"{why} Check its cable and power. The recording goes on and takes it up again when it returns."
        )
        value_s = max(0, t_host_ns - self._last_ns) * 1e-9
        return Notice(t_host_ns=t_host_ns, kind=NoticeKind.CONNECTION_LOST, text=text, value=value_s)
