"""What is wrong with a stream of samples, found while it arrives: holes, disorder, false times and numbers.

A batch without faults costs a handful of numpy calls; only one with a fault is looked at closely. Nothing is
thrown away, and one thing alone is repaired: a coordinate that is not a number cannot be valid, so its
validity becomes 0 (the raw row keeps what was delivered).
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from gaze_core.rows import NO_TIME, GazeFlag, Rows
from gaze_core.streams import TrackerInfo

CLOCK_RESET_NS: Final = 500_000_000
"""A device clock that jumps by more than this against the arrivals has been set anew."""

GAP_INTERVALS: Final = 1.5
"""Device time between two samples, in nominal intervals, from which on something is missing between them."""

UNSEEN_NS: Final = 1_000_000_000
"""Without a valid sample for longer than this, the eyes are not merely blinking."""

FLOOD_FACTOR: Final = 1.5
FLOOD_RESERVE_S: Final = 5.0
FLOOD_MARGIN_ROWS: Final = 100
"""A tracker may send so many times its rate for long, and so much at once after a stall."""
_KNOWN_HOLES: Final = 64
_SIGNALS: Final = (
    ("left_x_norm", "left_y_norm", "left_valid"),
    ("right_x_norm", "right_y_norm", "right_valid"),
    ("x_norm", "y_norm", "valid"),
)

BoolArray: TypeAlias = npt.NDArray[np.bool_]
Int64Array: TypeAlias = npt.NDArray[np.int64]
FlagArray: TypeAlias = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something wrong in one batch; becomes an event row."""

    t_host_ns: int  # arrival of the first sample concerned
    kind: str  # kind of the event
    count: int  # samples concerned
    what: str  # reads on from the count

    @property
    def text(self) -> str:
        """The sentence for a technician."""
        return f"{self.count} {self.what}."


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedGaze:
    """A batch after the checks."""

    gaze: Rows  # the rows handed in, or a copy where a flag or a validity had to change
    lost: int = 0  # samples that this batch shows to be missing; negative where late ones filled holes
    lost_before_first: int = 0  # of which before the first row of the batch
    out_of_order: int = 0
    device_time_backward: int = 0
    faults: tuple[Fault, ...] = ()


class StreamChecker:
    """Checks one stream, batch by batch; its counters say what happened so far.

    Parameters
    ----------
    info
        The opened tracker.
    is_live
        False where the rows come out of a file: its clock resets were flagged when they happened, and the
        arrivals of the replay say nothing about its clock or its rate.
    """

    def __init__(self, info: TrackerInfo, *, is_live: bool) -> None:
        self.samples = 0
        self.lost = 0
        self.out_of_order = 0
        self.device_time_backward = 0
        self.clock_resets = 0
        self.not_a_number = 0
        self._is_live = is_live
        self._has_device_clock = info.has_device_clock
        self._rate_hz = _known_rate_hz(info.rate_hz)
        self._gap_ns = _gap_ns(self._rate_hz)
        self._high_seq: int | None = None
        self._holes: deque[tuple[int, int]] = deque(maxlen=_KNOWN_HOLES)  # first and last missing number
        self._last_device_ns: int | None = None
        self._last_host_ns = 0
        self._least_offset_ns = 0  # least arrival minus device time on this device time line
        self._allowance_rows = 0.0
        self._burst_start_ns = 0
        self._burst_rows = 0
        self._is_flooded = False
        self._unseen_since_ns: int | None = None  # arrival of the last batch with a valid sample
        self._unseen_rows = 0
        self._is_unseen_told = False

    def follow_rates(self, rates_hz: Sequence[float]) -> None:
        """Take note of the rates that came into force with the next batch, the last one for good.

        In that batch samples may have any of them or the one before: holes are judged by the slowest.
        """
        self._gap_ns = _gap_ns(self._rate_hz)
        for rate_hz in rates_hz:
            self._rate_hz = _known_rate_hz(rate_hz)
            self._gap_ns = max(self._gap_ns, _gap_ns(self._rate_hz))

    def check(self, gaze: Rows) -> CheckedGaze:
        """Return the batch with flags where the driver set none, and what is wrong in it."""
        if not len(gaze):
            return CheckedGaze(gaze=gaze)
        self.samples += len(gaze)
        faults: list[Fault] = []
        flags = np.zeros(len(gaze), np.uint32)
        lost, before_first, late = self._check_numbers(gaze, flags)
        if late:
            faults.append(_fault(gaze, 0, "out_of_order", late, "samples arrived after later ones"))
        backward_before = self.device_time_backward
        if self._has_device_clock:
            self._check_device_time(gaze, flags, faults)
        checked = self._check_validity(gaze, faults)
        if self._is_live and self._rate_hz:
            self._check_rate(gaze, faults)
        self._last_host_ns = int(gaze["t_host_ns"][-1])
        if flags.any():
            checked = checked.copy() if checked is gaze else checked
            checked["flags"] |= flags
        return CheckedGaze(
            gaze=checked,
            lost=lost,
            lost_before_first=before_first,
            out_of_order=late,
            device_time_backward=self.device_time_backward - backward_before,
            faults=tuple(faults),
        )

    def _check_numbers(self, gaze: Rows, flags: FlagArray) -> tuple[int, int, int]:
        """Return the samples missing, of which before the first row, and those out of order."""
        numbers: list[int] = gaze["seq"].tolist()  # a batch is a few rows: lists are quicker than numpy here
        first = numbers[0]
        follows = self._high_seq is None or first == self._high_seq + 1
        if follows and numbers == list(range(first, first + len(numbers))):
            self._high_seq = numbers[-1]
            return 0, 0, 0
        comes_back = (gaze["flags"] & np.uint32(GazeFlag.RECONNECTED)) != 0
        lost = late = before_first = 0
        for row, number in enumerate(numbers):
            high = self._high_seq
            if high is None or (comes_back[row] and number <= high):
                self._high_seq = number  # a tracker that came back may count from the start again
                self._holes.clear()
            elif number > high:
                hole = number - high - 1
                if hole:
                    self._holes.append((high + 1, number - 1))
                    flags[row] |= GazeFlag.GAP_BEFORE
                lost += hole
                before_first = hole if row == 0 else before_first
                self._high_seq = number
            else:
                late += 1
                lost -= self._fill_hole(number)
        self.lost += lost
        self.out_of_order += late
        return lost, before_first, late

    def _fill_hole(self, number: int) -> int:
        """Take a late sample out of the hole it left; 0 where it is one that had arrived already."""
        for index, (first, last) in enumerate(self._holes):
            if first <= number <= last:
                del self._holes[index]
                if first < number:
                    self._holes.append((first, number - 1))
                if number < last:
                    self._holes.append((number + 1, last))
                return 1
        return 0

    def _check_device_time(self, gaze: Rows, flags: FlagArray, faults: list[Fault]) -> None:
        device_ns: list[int] = gaze["t_device_ns"].tolist()
        previous_ns, self._last_device_ns = self._last_device_ns, device_ns[-1]
        if NO_TIME in (self._last_device_ns, previous_ns):
            return
        if previous_ns is None:
            previous_ns = device_ns[0] - 1
            self._least_offset_ns = int(gaze["t_host_ns"][0]) - device_ns[0]
        steps = [
            later - earlier for later, earlier in zip(device_ns, [previous_ns, *device_ns], strict=False)
        ]
        offset_ns = int(gaze["t_host_ns"][-1]) - self._last_device_ns
        is_regular = min(steps) > 0 and max(steps) <= self._gap_ns
        if is_regular and offset_ns > self._least_offset_ns - CLOCK_RESET_NS:
            self._least_offset_ns = min(self._least_offset_ns, offset_ns)
            return
        # A step between absurd stamps need not fit 64 bits.
        step_ns = np.array([max(min(step, 2**62), -(2**62)) for step in steps], np.int64)
        known = (gaze["flags"] & np.uint32(GazeFlag.CLOCK_RESET)) != 0
        is_reset = known | self._clock_resets(gaze, step_ns) if self._is_live else known
        is_backward = (step_ns <= 0) & ~is_reset
        is_gap = (step_ns > self._gap_ns) & ~is_reset
        flags[is_reset] |= np.uint32(GazeFlag.CLOCK_RESET)
        flags[is_backward] |= np.uint32(GazeFlag.DEVICE_TIME_BACKWARD)
        flags[is_gap] |= np.uint32(GazeFlag.GAP_BEFORE)
        self.clock_resets += int(np.count_nonzero(is_reset))
        self.device_time_backward += int(np.count_nonzero(is_backward))
        # A reset that the driver flagged is one that it tells of by itself.
        is_news = is_reset & ~known
        _report(gaze, is_news, "clock_reset", "times the device clock jumped against the host clock", faults)
        _report(
            gaze, is_backward, "device_time_backward", "samples are stamped not after the one before", faults
        )

    def _clock_resets(self, gaze: Rows, step_ns: Int64Array) -> BoolArray:
        """Return where device time jumps further than the arrivals allow.

        Delays only ever make samples late, so arrival minus device time has a floor; a sample far below it
        would have arrived before it was measured, so the clock was put forward there. A stalled and then
        emptied buffer only comes down to the floor again. A clock put back shows as a step back.
        """
        offset_ns = gaze["t_host_ns"] - gaze["t_device_ns"]
        floor_ns = np.minimum.accumulate(np.concatenate((np.array([self._least_offset_ns]), offset_ns)))[:-1]
        is_reset: BoolArray = (step_ns < -CLOCK_RESET_NS) | (offset_ns < floor_ns - CLOCK_RESET_NS)
        resets = np.flatnonzero(is_reset)
        line = offset_ns[resets[-1] :] if len(resets) else np.append(offset_ns, self._least_offset_ns)
        self._least_offset_ns = int(line.min())
        return is_reset

    def _check_validity(self, gaze: Rows, faults: list[Fault]) -> Rows:
        checked = gaze
        has_valid = False
        for x_name, y_name, valid_name in _SIGNALS:
            if not any(gaze[valid_name].tolist()):
                continue
            has_valid = True
            # A sum is finite only where all its parts are: quicker than asking each of them.
            if math.isfinite(sum(gaze[x_name].tolist()) + sum(gaze[y_name].tolist())):
                continue
            is_false = (gaze[valid_name] != 0) & ~(np.isfinite(gaze[x_name]) & np.isfinite(gaze[y_name]))
            if not is_false.any():
                continue
            checked = checked.copy() if checked is gaze else checked
            checked[valid_name][is_false] = 0
            self.not_a_number += int(np.count_nonzero(is_false))
            text = f"samples were called valid with a {x_name[:-7] or 'combined'} gaze that is no number"
            _report(gaze, is_false, "not_a_number", text, faults)
        self._check_that_eyes_are_seen(gaze, has_valid, faults)
        return checked

    def _check_that_eyes_are_seen(self, gaze: Rows, has_valid: bool, faults: list[Fault]) -> None:
        """Report once when no eye has been seen for longer than any blink lasts."""
        now_ns = int(gaze["t_host_ns"][-1])
        if has_valid or self._unseen_since_ns is None:
            self._unseen_since_ns, self._unseen_rows, self._is_unseen_told = now_ns, 0, False
        self._unseen_rows += 0 if has_valid else len(gaze)
        if now_ns - self._unseen_since_ns > UNSEEN_NS and not self._is_unseen_told:
            self._is_unseen_told = True
            what = "samples in a row without valid gaze; check that the tracker sees the reader's eyes"
            faults.append(_fault(gaze, 0, "no_valid_gaze", self._unseen_rows, what))

    def _check_rate(self, gaze: Rows, faults: list[Fault]) -> None:
        """Notice a flood: an allowance grows with time at more than the nominal rate and rows use it up."""
        now_ns = int(gaze["t_host_ns"][-1])
        full_rows = FLOOD_RESERVE_S * self._rate_hz + FLOOD_MARGIN_ROWS
        elapsed_s = max(now_ns - self._last_host_ns, 0) * 1e-9 if self._last_host_ns else math.inf
        before_rows = min(self._allowance_rows + elapsed_s * FLOOD_FACTOR * self._rate_hz, full_rows)
        if before_rows == full_rows:
            self._burst_start_ns, self._burst_rows = now_ns, 0
            self._is_flooded = False
        self._burst_rows += len(gaze)
        self._allowance_rows = max(before_rows - len(gaze), 0.0)
        if self._allowance_rows == 0.0 and not self._is_flooded:
            self._is_flooded = True
            seconds = (now_ns - self._burst_start_ns) * 1e-9
            text = f"samples within {seconds:.2f} s from a tracker set to {self._rate_hz:g} Hz"
            faults.append(_fault(gaze, 0, "flood", self._burst_rows, text))


def _known_rate_hz(rate_hz: float) -> float:
    """Return a rate, 0 where there is none to go by."""
    return rate_hz if math.isfinite(rate_hz) and rate_hz > 0 else 0.0


def _gap_ns(rate_hz: float) -> float:
    return GAP_INTERVALS * 1e9 / rate_hz if rate_hz else math.inf


def _report(gaze: Rows, where: BoolArray, kind: str, what: str, faults: list[Fault]) -> None:
    count = int(np.count_nonzero(where))
    if count:
        faults.append(_fault(gaze, int(np.argmax(where)), kind, count, what))


def _fault(gaze: Rows, row: int, kind: str, count: int, what: str) -> Fault:
    return Fault(t_host_ns=int(gaze["t_host_ns"][row]), kind=kind, count=count, what=what)
