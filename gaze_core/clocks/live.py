"""The clock fit of the live view: fed batch by batch, never looking back further than it must.

Offline the fit is made again from the stored pairs; this one only has to be right now. It uses the
bracketed readings as soon as there is one, the shortest delays of the arrivals until then.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.clocks.fit import ARRIVAL_JUMP_NS, ARRIVAL_SIGMA_NS, BLOCK_NS, SENDER_CLOCKS, sync_points
from gaze_core.clocks.lines import MAX_RMS_NS, ClockPoints, fit_segments
from gaze_core.clocks.model import ClockModel, ClockSegment, TimeArray
from gaze_core.rows import NO_TIME, GazeFlag, Rows

_MAX_READINGS: Final = 64  # ten minutes at one reading every 10 s
_MAX_BLOCKS: Final = 120  # two minutes of shortest delays
_MAX_CLOSED_LINES: Final = 16
_READING_JUMP_NS: Final = 5e6
"""A reading further off the line than this (and its bracket) was taken after a reset."""
_ENVELOPE_DOUBT_NS: Final = 250e6
"""An envelope is late by the shortest delay, which a slow tracker makes tens of milliseconds."""
_LATE_BLOCKS_OF_A_RESET: Final = 2


class LiveClock:
    """Device time to host time while samples arrive. One thread; cost per push follows the batch.

    Parameters
    ----------
    clock_ids
        Names under which sync rows of the sender's clock may come; the first one heard is followed,
        rows of other clocks are ignored.
    """

    def __init__(self, clock_ids: tuple[str, ...] = SENDER_CLOCKS) -> None:
        self._clock_ids = clock_ids
        self._closed: deque[ClockSegment] = deque(maxlen=_MAX_CLOSED_LINES)
        self._line = _LiveLine(number=0)

    def push(self, gaze_rows: Rows, sync_rows: Rows) -> None:
        """Take in what one batch brought: GAZE rows and CLOCK_SYNC rows."""
        device, host = gaze_rows["t_device_ns"], gaze_rows["t_host_ns"]
        is_marked = (gaze_rows["flags"] & GazeFlag.CLOCK_RESET) != 0
        has_both = (device != NO_TIME) & (host != NO_TIME)
        self._push_arrivals(device[has_both], host[has_both], is_marked[has_both])
        if len(sync_rows):
            self._push_readings(sync_rows)

    def to_host_ns(self, t_device_ns: npt.ArrayLike, near_host_ns: npt.ArrayLike | None = None) -> TimeArray:
        """Return host times by the present fit; `NO_TIME` before anything was pushed. See `ClockModel`."""
        return self.model.to_host_ns(t_device_ns, near_host_ns)

    @property
    def model(self) -> ClockModel:
        """The present fit: the last few time lines, the running one last."""
        running = () if self._line.segment is None else (self._line.segment,)
        return ClockModel(clock_id=self._clock_ids[0], segments=(*self._closed, *running))

    def _push_arrivals(self, device: TimeArray, host: TimeArray, is_marked: npt.NDArray[np.bool_]) -> None:
        while len(device):
            stop = self._line.length_before_reset(device, host, is_marked)
            if stop:
                self._line.push(device[:stop], host[:stop])
                device, host, is_marked = device[stop:], host[stop:], is_marked[stop:]
                if self._line.is_late_for_good and len(device):
                    self._start_line()
            else:
                self._start_line()

    def _push_readings(self, sync_rows: Rows) -> None:
        for clock_id in self._clock_ids:
            readings = sync_points(sync_rows, clock_id)
            if not len(readings.host_ns):
                continue
            self._clock_ids = (clock_id,)
            for index in range(len(readings.host_ns)):
                self._push_reading(readings.part(slice(index, index + 1)))
            return

    def _push_reading(self, reading: ClockPoints) -> None:
        if self._line.agrees_with(reading):
            self._line.push_reading(reading)
            return
        if self._closed and _error_ns(self._closed[-1], reading) <= _READING_JUMP_NS + float(
            reading.sigma_ns[0]
        ):
            return  # taken just before the reset that the samples have shown already
        self._start_line()
        self._line.push_reading(reading)

    def _start_line(self) -> None:
        if self._line.segment is not None:
            self._closed.append(self._line.segment)
        self._line = _LiveLine(number=self._line.number + 1)


class _LiveLine:
    """The unbroken time line that is running now."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.segment: ClockSegment | None = None
        self._last_device_ns: int | None = None
        self._readings: deque[ClockPoints] = deque(maxlen=_MAX_READINGS)
        self._blocks: deque[tuple[int, int]] = deque(maxlen=_MAX_BLOCKS)  # device, host of the shortest delay
        self._block_start_ns = 0
        self._block_best: tuple[int, int] | None = None
        self._late_blocks = 0

    @property
    def is_late_for_good(self) -> bool:
        """Whether even the shortest delays have become long: the device clock stood still or went back."""
        return self._late_blocks >= _LATE_BLOCKS_OF_A_RESET

    def length_before_reset(
        self, device: TimeArray, host: TimeArray, is_marked: npt.NDArray[np.bool_]
    ) -> int:
        """Return how many samples belong to this line; 0 when the first one begins another."""
        if self.is_late_for_good:
            return 0
        previous = device[0] if self._last_device_ns is None else self._last_device_ns
        is_reset = is_marked.copy()
        is_reset |= np.diff(device, prepend=previous) < -ARRIVAL_JUMP_NS
        if self.segment is not None:  # a sample from the future: the device clock was put forward
            is_reset |= host - self.segment.to_host_ns(device) < -ARRIVAL_JUMP_NS
        if self._last_device_ns is None:
            is_reset[0] = False
            jumped = np.diff(device - host, prepend=device[0] - host[0]) > ARRIVAL_JUMP_NS
            is_reset |= jumped & (device - host > (device - host)[0] + ARRIVAL_JUMP_NS)
        return int(np.argmax(is_reset)) if is_reset.any() else len(device)

    def push(self, device: TimeArray, host: TimeArray) -> None:
        """Take in samples of this line."""
        self._last_device_ns = int(device[-1])
        block = (device - (self._block_start_ns if self._block_best else int(device[0]))) // BLOCK_NS
        firsts = [0, *(np.flatnonzero(np.diff(block)) + 1).tolist()]
        for first, stop in zip(firsts, [*firsts[1:], len(device)], strict=True):
            if self._block_best is not None and int(device[first]) - self._block_start_ns >= BLOCK_NS:
                self._close_block()
            if self._block_best is None:
                self._block_start_ns = int(device[first])
            self._push_block_part(device[first:stop], host[first:stop])
        if self.segment is not None:
            last = max(self.segment.last_remote_ns, self._last_device_ns)
            self.segment = replace(self.segment, last_remote_ns=last)

    def push_reading(self, reading: ClockPoints) -> None:
        """Take in a bracketed reading that agrees with this line."""
        self._readings.append(reading)
        fitted = self._fit_readings()
        if fitted.rms_ns > MAX_RMS_NS:  # drift that one line does not follow: the older half is history
            for _ in range(len(self._readings) // 2):
                self._readings.popleft()
            fitted = self._fit_readings()
        self._replace_segment(fitted)

    def agrees_with(self, reading: ClockPoints) -> bool:
        """Whether a reading can be of this line."""
        if self.segment is None:
            return True
        doubt_ns = _ENVELOPE_DOUBT_NS if self.segment.is_envelope else _READING_JUMP_NS
        return _error_ns(self.segment, reading) <= doubt_ns + float(reading.sigma_ns[0])

    def _push_block_part(self, device: TimeArray, host: TimeArray) -> None:
        lowest = int(np.argmin(host - device))
        best = (int(device[lowest]), int(host[lowest]))
        if self._block_best is None or best[1] - best[0] < self._block_best[1] - self._block_best[0]:
            self._block_best = best
        if self._readings:
            return
        if self.segment is None:
            self._fit_blocks((*self._blocks, self._block_best))
            return
        # Nothing arrives before it was sent: a sample below the envelope pulls it down at once.
        below_ns = best[1] - int(self.segment.to_host_ns(np.array([best[0]], np.int64))[0])
        if below_ns < 0:
            self.segment = replace(self.segment, intercept_ns=self.segment.intercept_ns + below_ns)

    def _close_block(self) -> None:
        best, self._block_best = self._block_best, None
        if best is None:
            return
        usual = min((host - device for device, host in self._blocks), default=best[1] - best[0])
        # With readings at hand late arrivals are a slow network, and the next reading settles a reset.
        if not self._readings and best[1] - best[0] - usual > 2 * ARRIVAL_JUMP_NS:
            self._late_blocks += 1
            return
        self._late_blocks = 0
        self._blocks.append(best)
        if not self._readings:
            self._fit_blocks(tuple(self._blocks))

    def _fit_blocks(self, blocks: tuple[tuple[int, int], ...]) -> None:
        pairs = np.array(blocks, np.int64)
        points = ClockPoints(
            remote_ns=pairs[:, 0], host_ns=pairs[:, 1], sigma_ns=np.full(len(pairs), ARRIVAL_SIGMA_NS)
        )
        fitted = fit_segments(points, line=self.number, row_count=len(pairs), is_envelope=True, max_pieces=1)
        self._replace_segment(fitted[0])

    def _fit_readings(self) -> ClockSegment:
        points = ClockPoints(
            remote_ns=np.concatenate([reading.remote_ns for reading in self._readings]),
            host_ns=np.concatenate([reading.host_ns for reading in self._readings]),
            sigma_ns=np.concatenate([reading.sigma_ns for reading in self._readings]),
        )
        count = len(points.host_ns)
        return fit_segments(points, line=self.number, row_count=count, is_envelope=False, max_pieces=1)[0]

    def _replace_segment(self, fitted: ClockSegment) -> None:
        if self.segment is None:
            self.segment = fitted
            return
        self.segment = replace(
            fitted,
            first_remote_ns=min(self.segment.first_remote_ns, fitted.first_remote_ns),
            last_remote_ns=max(self.segment.last_remote_ns, fitted.last_remote_ns),
        )


def _error_ns(segment: ClockSegment, reading: ClockPoints) -> float:
    return abs(float((segment.to_host_ns(reading.remote_ns) - reading.host_ns)[0]))
