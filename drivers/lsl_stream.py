"""One gaze stream that was found and understood: received, lost, recognised again, its clock read."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from drivers.contract import Batch, Notice, NoticeKind, TrackerLostError
from drivers.lsl_channels import SenderMapping
from drivers.lsl_library import (
    STAMP_FIELD,
    Connection,
    LslLibrary,
    StreamDescription,
    StreamGoneError,
    StreamSilentError,
    StreamWatch,
    Values,
)
from drivers.lsl_markers import MarkerStreams
from drivers.lsl_watch import SampleNumbers, SilenceWatch, TimeLine
from gaze_core.channels import ScreenSize, normalise_channels
from gaze_core.clocks import Clock, clock_sync_row
from gaze_core.rows import CLOCK_SYNC, GazeFlag, Rows

DESCRIBE_TIMEOUT_S: Final = 5.0

_CONNECT_TIMEOUT_S: Final = 5.0
_RETURN_TIMEOUT_S: Final = 1.0  # within a read: what is listed but gone must not hold it for long
_FIRST_CORRECTION_TIMEOUT_S: Final = 3.0  # the first estimate takes 0.6 s
_CORRECTION_TIMEOUT_S: Final = 0.1  # later ones are kept ready by liblsl
_LONGEST_PULL_S: Final = 0.2  # so that silence is noticed in time, whatever the caller's timeout
_GATHER_NS: Final = 4_000_000
_ABSENT_WAIT_S: Final = 0.05
_SYNC_INTERVAL_NS: Final = 5_000_000_000
_LOOK_AROUND_NS: Final = 500_000_000  # between looks for new marker streams
_RECOGNISE_NS: Final = 6_000_000_000  # a sender that came back is listed by then
_NS_PER_S: Final = 1e9


class OpenStream:
    """A gaze stream that was found and understood: received, lost, found again."""

    def __init__(
        self,
        *,
        library: LslLibrary,
        watch: StreamWatch,
        connection: Connection,
        description: StreamDescription,
        sender: SenderMapping,
        screen: ScreenSize,
        takes_markers: bool,
        clock: Clock,
    ) -> None:
        self._library = library
        self._watch = watch
        self._connection: Connection | None = connection
        self._description = description
        self._sender = sender
        self._screen = screen
        self._markers = MarkerStreams(library) if takes_markers else None
        self._clock = clock
        self._silence = SilenceWatch(repr(description.name), description.nominal_rate_hz)
        self._time_line = TimeLine()
        self._numbers = SampleNumbers()
        self._look_around_ns = 0  # host time of the next look for marker streams
        self._sync_ns = 0  # host time of the next clock reading
        self._pending: list[Notice] = []
        self._gather_until_ns = 0  # host time before which nothing is pulled again
        self._recognise_until_ns = 0  # host time until which a sender that came back is looked at
        self._failure: TrackerLostError | None = None  # raised by the next read
        self.raw_dtype = _raw_dtype(description, connection.value_dtype)
        # The first estimate blocks for 0.6 s: made before anything flows.
        self._correction_timeout_s = _FIRST_CORRECTION_TIMEOUT_S
        self._pending_sync = self._read_clocks()

    def start(self) -> None:
        """Subscribe to the gaze stream and to the marker streams there are."""
        if self._connection is not None:
            self._connection.start(_CONNECT_TIMEOUT_S)
        now_ns = self._clock.now_ns()
        self._silence.begin(now_ns)
        if self._sender.caution:
            self._pending.append(Notice(t_host_ns=now_ns, kind=NoticeKind.WARNING, text=self._sender.caution))
        self._pending.extend(self._look_around(now_ns))

    def stop(self) -> None:
        """Unsubscribe from everything."""
        if self._connection is not None:
            self._connection.stop()
        if self._markers is not None:
            self._markers.drop_all()
        self._pending.clear()

    def read(self, timeout_s: float, wait: Callable[[float], None]) -> Batch:
        """Return what has arrived, waiting at most `timeout_s` for the first sample."""
        if self._failure is not None:
            raise self._failure
        notices = [*self._pending]
        self._pending.clear()
        # What is waiting to be told is told at once.
        longest_s = 0.0 if notices else min(timeout_s, _LONGEST_PULL_S)
        values, stamps = self._pull(longest_s, wait, notices)
        now_ns = self._clock.now_ns()
        raw = self._raw_rows(values, stamps)
        gaze = self._gaze_rows(raw, now_ns, notices)
        clock_sync = self._take_clock_rows(now_ns)
        if now_ns < self._recognise_until_ns:
            notices.extend(self._recognise(now_ns))
        if self._markers is None:
            return Batch(gaze=gaze, raw=raw, clock_sync=clock_sync, notices=tuple(notices))
        if now_ns >= self._look_around_ns:
            notices.extend(self._look_around(now_ns))
        markers = self._markers.poll(self._clock.now_ns())
        notices.extend(markers.notices)
        return Batch(
            gaze=gaze, raw=raw, clock_sync=clock_sync, notices=tuple(notices), markers=markers.markers
        )

    def _pull(
        self, timeout_s: float, wait: Callable[[float], None], notices: list[Notice]
    ) -> tuple[Values, npt.NDArray[np.float64]]:
        nothing = np.zeros((0, self._description.channel_count)), np.zeros(0)
        if self._connection is None and not self._come_back():
            wait(min(timeout_s, _ABSENT_WAIT_S))
            return nothing
        if self._connection is None:
            return nothing
        # A sender may push samples one by one: waking for each would cost a core at 1200 Hz.
        ahead_s = (self._gather_until_ns - self._clock.now_ns()) / _NS_PER_S
        if ahead_s > 0:
            wait(min(timeout_s, ahead_s))
            timeout_s = max(0.0, timeout_s - ahead_s)
        try:
            values, stamps = self._connection.pull(timeout_s)
        except StreamGoneError:
            self._connection = None
            notices.extend(self._silence.silent(self._clock.now_ns(), is_gone=True))
            return nothing
        now_ns = self._clock.now_ns()
        self._gather_until_ns = now_ns + _GATHER_NS
        if len(stamps) == 0:
            notices.extend(self._silence.silent(now_ns))
        return values, stamps

    def _come_back(self) -> bool:
        """Connect to the stream of the same name whose sender was started again, if it is there."""
        lost = self._description
        for found in self._watch.streams():
            seen = found.description
            if (seen.name, seen.type) != (lost.name, lost.type) or seen.uid == lost.uid:
                continue
            connection = self._library.connect(found)
            try:
                self._description = self._check_same(connection.describe(_RETURN_TIMEOUT_S))
                connection.start(_RETURN_TIMEOUT_S)
            except (StreamGoneError, StreamSilentError):
                continue  # still listed, but gone again: the next look decides
            self._connection = connection
            return True
        return False

    def _check_same(self, description: StreamDescription) -> StreamDescription:
        is_same = (
            description.channels == self._description.channels
            and description.channel_format == self._description.channel_format
        )
        if not is_same:
            raise TrackerLostError(
                f"The LSL stream {description.name!r} came back with other channels, which cannot go on in "
                "the same recording. End the recording and open the tracker again."
            )
        return description

    def _raw_rows(self, values: Values, stamps: npt.NDArray[np.float64]) -> Rows:
        raw = np.zeros(len(stamps), self.raw_dtype)
        raw[STAMP_FIELD] = stamps
        for index, channel in enumerate(self._description.channels):
            raw[channel.field] = values[:, index]
        return raw

    def _gaze_rows(self, raw: Rows, now_ns: int, notices: list[Notice]) -> Rows:
        gaze = normalise_channels(raw, self._sender.mapping, self._screen)
        count = len(gaze)
        if count == 0:
            return gaze
        field = self._sender.number_field
        gaze["seq"] = self._numbers.number(count, raw[field].astype(np.float64) if field else None)
        gaze["t_host_ns"] = now_ns
        gaze["t_device_ns"] = np.rint(raw[STAMP_FIELD] * _NS_PER_S).astype(np.int64)
        gaze["flags"] |= self._time_line.flag(gaze["t_device_ns"], now_ns)
        for row in np.flatnonzero(gaze["flags"] & GazeFlag.CLOCK_RESET):
            text = (
                f"The clock of the LSL stream {self._description.name!r} jumped at sample {gaze['seq'][row]}."
            )
            notices.append(Notice(t_host_ns=now_ns, kind=NoticeKind.CLOCK_RESET, text=text))
        restored = self._silence.arrived(now_ns)
        if restored:
            gaze["flags"][0] |= GazeFlag.RECONNECTED | GazeFlag.GAP_BEFORE
            notices.extend(restored)
            self._recognise_until_ns = now_ns + _RECOGNISE_NS
        return gaze

    def _recognise(self, now_ns: int) -> tuple[Notice, ...]:
        """After a loss: make sure that what liblsl recovered by itself is the same stream.

        A recovered inlet goes on showing the description of the old sender, so a new one is asked. What has
        arrived is delivered first; a stream that changed ends with the next `read`.
        """
        lost = self._description
        for found in self._watch.streams():
            if found.description.identity != lost.identity or found.description.uid == lost.uid:
                continue
            self._recognise_until_ns = 0
            try:
                description = self._library.connect(found).describe(_RETURN_TIMEOUT_S)
                self._description = self._check_same(description)
            except (StreamGoneError, StreamSilentError):
                return ()  # gone again: noticed by the next pull
            except TrackerLostError as error:
                self._failure = error
                return (Notice(t_host_ns=now_ns, kind=NoticeKind.STREAM_CHANGED, text=str(error)),)
        return ()

    def _look_around(self, now_ns: int) -> tuple[Notice, ...]:
        self._look_around_ns = now_ns + _LOOK_AROUND_NS
        if self._markers is None:
            return ()
        return self._markers.take_up(self._watch.streams(), now_ns)

    def _take_clock_rows(self, now_ns: int) -> Rows:
        rows = self._pending_sync
        self._pending_sync = CLOCK_SYNC.empty(0)
        if now_ns >= self._sync_ns and not self._silence.is_lost:
            rows = np.concatenate([rows, self._read_clocks()])
        return rows

    def _read_clocks(self) -> Rows:
        """Return one reading of LSL's own clock and, where the sender answers, one of its clock."""
        self._sync_ns = self._clock.now_ns() + _SYNC_INTERVAL_NS
        rows = [clock_sync_row("lsl_local", self._local_clock_ns, self._clock)]
        correction_s = self._correction_s()
        if math.isfinite(correction_s):
            shift_ns = round(correction_s * _NS_PER_S)
            row = clock_sync_row("lsl", lambda: self._local_clock_ns() - shift_ns, self._clock)
            row["remote_raw"] = correction_s
            rows.append(row)
        return np.concatenate(rows)

    def _correction_s(self) -> float:
        """Return the time correction, NaN where the sender does not answer."""
        if self._connection is None:
            return math.nan
        try:
            correction_s = self._connection.time_correction_s(self._correction_timeout_s)
        except (StreamGoneError, StreamSilentError):
            return math.nan
        self._correction_timeout_s = _CORRECTION_TIMEOUT_S
        return correction_s

    def _local_clock_ns(self) -> int:
        return round(self._library.local_clock_s() * _NS_PER_S)


def _raw_dtype(description: StreamDescription, value_dtype: np.dtype[np.generic]) -> np.dtype[np.void]:
    value_type = value_dtype.newbyteorder("<").str
    return np.dtype(
        [(STAMP_FIELD, "<f8"), *((channel.field, value_type) for channel in description.channels)]
    )
