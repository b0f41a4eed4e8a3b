"""A recorded gaze stream delivered as if live; its rows are handed in by whoever read them.

Pace
----
Rows are due at the spacing of their recorded arrival times, or of their device times where no arrival was
recorded. A step backward, or one to a new time line of the device clock, counts as one median interval, so
that a clock jump in the recording is played but not waited for. Due times are

    due = start + (recorded - first recorded) / speed

and at a finite speed ``t_host_ns`` of a row is its due time: the instant at which it arrived in the replay,
however late it is read. With ``speed=max`` nothing is waited for and ``t_host_ns`` is the time of reading.

What is changed and what is not
-------------------------------
Raw rows are delivered bit for bit. Of the gaze rows only ``t_host_ns`` changes and `GazeFlag.SYNTHETIC` is
set. Markers, targets and clock readings keep their own clocks; their host times move like those of the gaze.
Readings of clocks that have nothing to do with the samples (the wall clock of the recording day, audio) are
left out; so are all readings at ``speed=max``, where no host time of the replay belongs to them.
"""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from drivers.contract import (
    Batch,
    Capabilities,
    DriverError,
    DriverOptionError,
    DriverStateError,
    Notice,
    NoticeKind,
    ViewingSetup,
)
from drivers.options import OptionSpec, check_option_names, number_option
from gaze_core.clocks import Clock, HostClock
from gaze_core.rows import NO_TIME, GazeFlag, Rows
from gaze_core.streams import RecordedStream, TrackerInfo

Int64s = npt.NDArray[np.int64]

PLAYBACK_OPTIONS: Final = (
    OptionSpec(name="speed", summary="times the recorded speed (0.01 to 1000), or max", default="1"),
)

MAX_ROWS_PER_BATCH: Final = 4096
"""Bounds one batch at ``speed=max`` and after a long pause of the reader (3.4 s of 1200 Hz)."""

_FOREIGN_CLOCKS: Final = (b"wall", b"audio")
_S_PER_NS: Final = 1e-9
_SHORTEST_WAIT_S: Final = 0.004


def create(
    options: Mapping[str, str],
    setup: ViewingSetup,  # noqa: ARG001  # a recording brings its own screen
    clock: Clock | None = None,
    *,
    stream: RecordedStream | None = None,
) -> PlaybackTracker:
    """Return a playback tracker made from text options."""
    check_option_names("playback", options, PLAYBACK_OPTIONS)
    if stream is None:
        raise DriverOptionError(
            "The playback driver was given no recorded stream; name the recording or gaze table to play."
        )
    speed = math.inf
    if options.get("speed") != "max":
        speed = number_option("playback", options, "speed", default=1.0, minimum=0.01, maximum=1000.0)
    return PlaybackTracker(stream, speed=speed, clock=clock)


class PlaybackTracker:
    """A driver that plays a `RecordedStream` once, like a tape: `start` goes on where `stop` left it.

    Parameters
    ----------
    stream
        What to play; never changed.
    speed
        Times the recorded speed; `math.inf` for as fast as it is read.
    clock
        Source of host times.
    wait
        Called with seconds to let time pass.
    """

    def __init__(
        self,
        stream: RecordedStream,
        *,
        speed: float = 1.0,
        clock: Clock | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        if not speed > 0:
            raise DriverOptionError(f"The playback speed is {speed:g}; give a number above 0, or max.")
        self._stream = stream
        self._speed = speed
        self._clock = HostClock() if clock is None else clock
        self._wait = wait
        self._tape: _Tape | None = None
        self._is_running = False

    def open(self) -> TrackerInfo:
        """Check the stream, wind to its start and describe it."""
        if self._tape is not None:
            raise DriverStateError("The playback is already open; close it before opening it again.")
        _check_stream(self._stream)
        self._tape = _Tape(self._stream, self._speed)
        original = self._stream.info
        settings = {
            **original.settings,
            "playback_speed": "max" if math.isinf(self._speed) else f"{self._speed:g}",
            "playback_of_driver": original.driver,
            "playback_rows": str(len(self._stream.gaze)),
        }
        return dataclasses.replace(
            original, driver="playback", is_simulated=True, has_truth=False, settings=settings
        )

    def capabilities(self) -> Capabilities:
        """Return that a recording can do nothing but play."""
        if self._tape is None:
            raise DriverStateError("The playback is not open; open it before asking what it can do.")
        return Capabilities()

    def start(self) -> None:
        """Let the tape run from where it stands."""
        if self._tape is None:
            raise DriverStateError("The playback is not open; open it before starting it.")
        if self._is_running:
            raise DriverStateError("The playback is running already; stop it before starting it again.")
        self._tape.run_from(self._clock.now_ns())
        self._is_running = True

    def read(self, timeout_s: float) -> Batch:
        """Return what has become due, waiting at most `timeout_s` for the first of it."""
        if self._tape is None or not self._is_running:
            raise DriverStateError("The playback is not running; open and start it before reading.")
        now_ns = self._clock.now_ns()
        due_in_ns = self._tape.next_due_host_ns() - now_ns
        if due_in_ns > 0:
            # Waking for every single row would cost more than it brings; the stamps stay those of the pace.
            self._wait(min(timeout_s, max(due_in_ns * _S_PER_NS, _SHORTEST_WAIT_S)))
            now_ns = self._clock.now_ns()
        return self._tape.take(now_ns)

    def stop(self) -> None:
        """Hold the tape; what was due and not read is kept for the next `start`."""
        self._is_running = False

    def close(self) -> None:
        """Let go of the tape."""
        self._is_running = False
        self._tape = None


class _Tape:
    """The due times of a stream and how far each kind of row has been delivered.

    Offsets count from the first gaze row: nanoseconds of the replay, or row numbers at ``speed=max``.
    """

    def __init__(self, stream: RecordedStream, speed: float) -> None:
        self._stream = stream
        self._is_paced = not math.isinf(speed)
        self._gaze_offsets = _gaze_offsets(stream, speed)
        self._shift = _HostShift(stream.gaze["t_host_ns"], self._gaze_offsets, speed)
        clock_rows = _clock_rows_to_play(stream, speed)
        clock_offsets = self._shift.offsets(clock_rows["host_after_ns"])
        if len(self._gaze_offsets):
            # Readings from before the first and after the last sample are not waited for.
            clock_offsets = np.clip(clock_offsets, 0, self._gaze_offsets[-1])
        self._clock_sync = _Track(clock_rows, clock_offsets)
        self._markers = _Track(stream.markers, self._shift.offsets(stream.markers["t_host_ns"]))
        self._targets = _Track(stream.targets, self._shift.offsets(stream.targets["t_off_host_ns"]))
        self._position = 0  # gaze rows delivered
        self._start_ns = 0  # host time of offset 0
        self._is_finished = False

    def run_from(self, now_ns: int) -> None:
        """Make the next row due now: the pause between stop and start does not count."""
        self._start_ns = now_ns - self._next_offset()

    def next_due_host_ns(self) -> int:
        """Return when the next row is due; far in the future once everything is delivered."""
        if self._is_finished:
            return 2**62
        return self._start_ns + self._next_offset() if self._is_paced else self._start_ns

    def take(self, now_ns: int) -> Batch:
        """Return all rows due at `now_ns`, at most `MAX_ROWS_PER_BATCH` gaze rows."""
        first = self._position
        reached = now_ns - self._start_ns if self._is_paced else 2**62
        due = int(np.searchsorted(self._gaze_offsets, reached, side="right"))
        last = min(max(due, first), first + MAX_ROWS_PER_BATCH)
        self._position = last
        if last < due:
            # The batch was cut short: rows beside the gaze do not overtake it.
            reached = int(self._gaze_offsets[last])
        gaze = self._stream.gaze[first:last].copy()
        gaze["t_host_ns"] = self._arrival_ns(self._gaze_offsets[first:last], now_ns)
        gaze["flags"] |= GazeFlag.SYNTHETIC
        markers = self._markers.take(reached)
        self._move(markers, now_ns, "t_host_ns")
        clock_sync = self._clock_sync.take(reached)
        self._move(clock_sync, now_ns, "host_before_ns", "host_after_ns")
        targets = self._targets.take(reached)
        self._move(targets, now_ns, "t_on_host_ns", "t_off_host_ns")
        return Batch(
            gaze=gaze,
            raw=self._stream.raw[first:last].copy(),
            clock_sync=clock_sync,
            markers=markers,
            targets=targets,
            notices=self._finish(now_ns),
        )

    def _move(self, rows: Rows, now_ns: int, *columns: str) -> None:
        if len(rows) == 0:
            return  # the common case: one interpolation per column and read would cost more than the gaze
        for column in columns:
            rows[column] = self._arrival_ns(self._shift.offsets(rows[column]), now_ns)

    def _arrival_ns(self, offsets: Int64s, now_ns: int) -> Int64s:
        if self._is_paced:
            return self._start_ns + offsets
        return np.full(len(offsets), now_ns, np.int64)

    def _finish(self, now_ns: int) -> tuple[Notice, ...]:
        if self._is_finished or self._offsets_left():
            return ()
        self._is_finished = True
        count = len(self._gaze_offsets)
        return (
            Notice(
                t_host_ns=now_ns,
                kind=NoticeKind.FINISHED,
                text=f"The playback has delivered all {count} samples.",
                value=float(count),
            ),
        )

    def _next_offset(self) -> int:
        return min(self._offsets_left(), default=0)

    def _offsets_left(self) -> list[int]:
        """Return the next offset of each kind of row that is not yet delivered completely."""
        tracks = (self._markers, self._targets, self._clock_sync)
        offsets = [track.next_offset() for track in tracks if not track.is_done()]
        if self._position < len(self._gaze_offsets):
            offsets.append(int(self._gaze_offsets[self._position]))
        return offsets


class _Track:
    """Rows beside the gaze, in order of the offset at which they are due."""

    def __init__(self, rows: Rows, offsets: Int64s) -> None:
        order = np.argsort(offsets, kind="stable")
        self._rows = rows[order]
        self._offsets = offsets[order]
        self._position = 0

    def is_done(self) -> bool:
        """Return whether every row has been delivered."""
        return self._position == len(self._rows)

    def next_offset(self) -> int:
        """Return the offset of the next row; there must be one."""
        return int(self._offsets[self._position])

    def take(self, reached: int) -> Rows:
        """Return copies of the rows due at an offset."""
        if self.is_done() or self._offsets[self._position] > reached:
            return self._rows[:0]
        first = self._position
        self._position = max(first, int(np.searchsorted(self._offsets, reached, side="right")))
        taken: Rows = self._rows[first : self._position].copy()
        return taken


class _HostShift:
    """Recorded host times to offsets, by interpolation between the gaze rows.

    Outside the gaze the spacing of the recording goes on, divided by the speed. A host time that is not
    known, and every one where the gaze has none, is due with the first gaze row.
    """

    def __init__(self, gaze_host_ns: Int64s, gaze_offsets: Int64s, speed: float) -> None:
        self._is_usable = len(gaze_host_ns) > 0 and not bool(np.any(gaze_host_ns == NO_TIME))
        self._speed = speed
        if self._is_usable:
            recorded_ns = np.maximum.accumulate(gaze_host_ns)
            # After subtracting a base the times fit float64 to better than 1 ns for 100 days.
            self._base_ns = int(recorded_ns[0])
            self._recorded = (recorded_ns - self._base_ns).astype(np.float64)
            self._offsets = gaze_offsets.astype(np.float64)

    def offsets(self, host_ns: Int64s) -> Int64s:
        """Return the offset of each host time."""
        if not self._is_usable:
            return np.zeros(len(host_ns), np.int64)
        relative = (np.where(host_ns == NO_TIME, self._base_ns, host_ns) - self._base_ns).astype(np.float64)
        inside = np.interp(relative, self._recorded, self._offsets)
        outside = np.minimum(relative, 0.0) + np.maximum(relative - self._recorded[-1], 0.0)
        offsets: Int64s = np.rint(inside + outside / self._speed).astype(np.int64)
        return offsets


def _check_stream(stream: RecordedStream) -> None:
    if len(stream.gaze) != len(stream.raw):
        raise DriverError(
            f"The recorded stream has {len(stream.gaze)} gaze rows and {len(stream.raw)} raw rows; "
            "they must be as many. Validate the recording it was read from."
        )
    if stream.raw.dtype != stream.info.raw_dtype:
        raise DriverError(
            "The raw rows of the recorded stream are not of the type its description declares. "
            "Validate the recording it was read from."
        )


def _gaze_offsets(stream: RecordedStream, speed: float) -> Int64s:
    """Return when each gaze row is due after the first, never decreasing."""
    count = len(stream.gaze)
    if count == 0 or math.isinf(speed):
        return np.arange(count, dtype=np.int64)
    recorded_ns = np.asarray(stream.gaze["t_host_ns"], np.int64)
    is_new_line = np.zeros(count, bool)
    if np.any(recorded_ns == NO_TIME):
        recorded_ns = np.asarray(stream.gaze["t_device_ns"], np.int64)
        is_new_line = (stream.gaze["flags"] & GazeFlag.CLOCK_RESET) != 0
    if np.any(recorded_ns == NO_TIME):
        raise DriverError(
            "The recorded stream has samples with neither an arrival nor a device time, so its pace is not "
            "known. Play it with speed=max."
        )
    steps_ns = np.diff(recorded_ns)
    is_jump = (steps_ns < 0) | is_new_line[1:]
    if np.any(is_jump):
        regular = steps_ns[~is_jump]
        steps_ns = np.where(is_jump, int(np.median(regular)) if len(regular) else 0, steps_ns)
    offsets_ns = np.concatenate([np.zeros(1, np.int64), np.cumsum(steps_ns)])
    if speed != 1.0:
        offsets_ns = np.rint(offsets_ns / speed).astype(np.int64)
    return offsets_ns


def _clock_rows_to_play(stream: RecordedStream, speed: float) -> Rows:
    if math.isinf(speed):
        return stream.clock_sync[:0]
    is_foreign = np.isin(stream.clock_sync["clock_id"], _FOREIGN_CLOCKS)
    rows: Rows = stream.clock_sync[~is_foreign]
    return rows
