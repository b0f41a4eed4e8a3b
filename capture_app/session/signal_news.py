"""What the operator hears of signals and triggers: a sentence now and then, and what triggers took in all."""

from __future__ import annotations

from typing import Final

import numpy as np

from gaze_core.rows import Rows, decode_text

QUIET_NS: Final = 1_000_000_000
"""Signals may come hundreds of times a second; the recording has each, the operator hears of one a second."""

MAX_LAGS: Final = 10_000


class SignalNews:
    """Follows the EXTERNAL_SIGNAL and TRIGGER rows that the acquisition process sends along."""

    def __init__(self) -> None:
        self._said_ns: int | None = None
        self._lags_ms: list[float] = []
        self._count = 0

    def signals(self, rows: Rows) -> str:
        """Return a sentence about the newest change, "" where one was said less than 1 s before."""
        changed = rows[rows["change"] == b"value_changed"]
        if not len(changed):
            return ""
        newest = changed[-1]
        t_host_ns = int(newest["t_host_ns"])
        if self._said_ns is not None and t_host_ns - self._said_ns < QUIET_NS:
            return ""
        self._said_ns = t_host_ns
        return f"Signal {int(newest['value'])} from {decode_text(newest['source'])}."

    def triggers(self, rows: Rows) -> None:
        """Take triggers that were sent."""
        lags_ms = (rows["t_after_host_ns"] - rows["t_onset_host_ns"]) * 1e-6
        self._count += len(rows)
        self._lags_ms = (self._lags_ms + lags_ms.tolist())[-MAX_LAGS:]

    def begin(self) -> None:
        """Count from here on: a recording begins."""
        self._lags_ms, self._count = [], 0

    def summary(self) -> str:
        """Return a sentence about the triggers since `begin`, "" where none was sent."""
        if not self._count:
            return ""
        median_ms, high_ms = np.percentile(self._lags_ms, (50, 95))
        number = "1 trigger" if self._count == 1 else f"{self._count} triggers"
        return (
            f"{number} left {median_ms:.1f} ms (median), {high_ms:.1f} ms (95 %) and at most "
            f"{max(self._lags_ms):.1f} ms after the onset."
        )
