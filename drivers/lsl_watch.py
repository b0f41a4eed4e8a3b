"""Two things a stream does not say itself: that it fell silent, and that its clock jumped."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from drivers.contract import Notice, NoticeKind
from gaze_core.rows import GazeFlag

SILENCE_NS: Final = 500_000_000
"""A stream of samples that is silent for longer is lost for now."""

_SLOW_STREAM_INTERVALS: Final = 5  # a stream slower than 10 Hz may be silent that many intervals
_RESET_STEP_NS: Final = 1_000_000_000

_LARGEST_EXACT: Final = 2.0**53  # a larger whole number need not be exact in a float64

Int64s = npt.NDArray[np.int64]


class SilenceWatch:
    """Notices when samples stop coming and when they come again.

    Parameters
    ----------
    name
        Name of the stream, for the notices.
    nominal_rate_hz
        As the sender declares it; 0 where it declares none.
    """

    def __init__(self, name: str, nominal_rate_hz: float) -> None:
        self._name = name
        slow_ns = round(_SLOW_STREAM_INTERVALS * 1e9 / nominal_rate_hz) if nominal_rate_hz > 0 else 0
        self._limit_ns = max(SILENCE_NS, slow_ns)
        self._last_ns = 0
        self.is_lost = False

    def begin(self, now_ns: int) -> None:
        """Count silence from now on."""
        self._last_ns = now_ns
        self.is_lost = False

    def arrived(self, now_ns: int) -> tuple[Notice, ...]:
        """Note that samples came; tell when that ends a loss."""
        silence_s = (now_ns - self._last_ns) / 1e9
        self._last_ns = now_ns
        if not self.is_lost:
            return ()
        self.is_lost = False
        text = f"The LSL stream {self._name} sends again after {silence_s:.1f} s."
        return (
            Notice(t_host_ns=now_ns, kind=NoticeKind.CONNECTION_RESTORED, text=text, value=silence_s),
        )  # fmt: skip

    def silent(self, now_ns: int, *, is_gone: bool = False) -> tuple[Notice, ...]:
        """Note that nothing came; tell once when that has become a loss, at once when the sender is gone."""
        silence_ns = now_ns - self._last_ns
        if self.is_lost or not (is_gone or silence_ns > self._limit_ns):
            return ()
        self.is_lost = True
        text = (
            f"The LSL stream {self._name} has sent nothing for {silence_ns / 1e9:.1f} s; check that its "
            "sender is running. The recording goes on and takes it up again when it returns."
        )
        return (
            Notice(t_host_ns=now_ns, kind=NoticeKind.CONNECTION_LOST, text=text, value=silence_ns / 1e9),
        )  # fmt: skip


class TimeLine:
    """Flags samples by their stamps: backward ones, and the first of a new time line.

    A step of more than 1 s back is a reset. So is one of more than 1 s forward that leads arrival by 1 s
    more than any sample before: a stamp can be late by waiting in a buffer, but never early.
    """

    def __init__(self) -> None:
        self._last_ns: int | None = None
        self._lead_ns = 0  # largest (stamp - arrival) on this time line

    def flag(self, t_device_ns: Int64s, t_host_ns: int) -> npt.NDArray[np.uint32]:
        """Return the flags of samples that arrived together at `t_host_ns`."""
        count = len(t_device_ns)
        flags = np.zeros(count, np.uint32)
        if count == 0:
            return flags
        if self._last_ns is None:
            self._last_ns = int(t_device_ns[0]) - 1
            self._lead_ns = int(t_device_ns[0]) - t_host_ns
        steps_ns = np.diff(t_device_ns, prepend=self._last_ns)
        flags[steps_ns <= 0] |= GazeFlag.DEVICE_TIME_BACKWARD
        leads_ns = t_device_ns - t_host_ns
        for index in np.flatnonzero(np.abs(steps_ns) > _RESET_STEP_NS):
            before_ns = max(self._lead_ns, int(leads_ns[:index].max(initial=self._lead_ns)))
            if steps_ns[index] < 0 or leads_ns[index] > before_ns + _RESET_STEP_NS:
                flags[index] |= GazeFlag.CLOCK_RESET
                self._lead_ns = int(leads_ns[index])
                leads_ns[:index] = leads_ns[index]
        self._lead_ns = max(self._lead_ns, int(leads_ns.max()))
        self._last_ns = int(t_device_ns[-1])
        return flags


class SampleNumbers:
    """Numbers the samples of a stream: as its sender does, else one by one.

    A hole in the sender's numbers stays a hole. A sender that begins to count anew is counted on from the
    last number, and so is one whose numbers are no rising whole numbers.
    """

    def __init__(self) -> None:
        self._next = 0
        self._shift = 0  # what is added to the sender's numbers

    def number(self, count: int, sent: npt.NDArray[np.float64] | None = None) -> Int64s:
        """Return the numbers of `count` samples.

        Parameters
        ----------
        count
            How many there are; at least one.
        sent
            Their numbers as the sender gives them; None where it gives none.
        """
        if sent is None or not _is_rising_count(sent):
            numbers = np.arange(self._next, self._next + count, dtype=np.int64)
        else:
            if sent[0] + self._shift < self._next:
                self._shift = self._next - int(sent[0])
            numbers = sent.astype(np.int64) + self._shift
        self._next = int(numbers[-1]) + 1
        return numbers


def _is_rising_count(sent: npt.NDArray[np.float64]) -> bool:
    is_whole = np.isfinite(sent) & (np.abs(sent) < _LARGEST_EXACT) & (np.floor(sent) == sent)
    return bool(is_whole.all() and (np.diff(sent) > 0).all())
