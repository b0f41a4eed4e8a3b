"""Whether the other interpreter reads the same clock, by bracketed readings, and what follows if not.

``time.perf_counter_ns`` is the same clock in all processes of Linux and Windows. A reading that does not lie
inside its bracket shows that it is not; then all host times from there are shifted by the measured offset.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Final

import numpy as np

from drivers.contract import Batch, Notice, Scene
from gaze_core.rows import CLOCK_SYNC, NO_TIME, Rows

CLOCK_ID: Final = "host_process"
READING_EVERY_NS: Final = 10_000_000_000

_HOST_COLUMNS: Final = ("t_host_ns", "host_before_ns", "host_after_ns", "t_on_host_ns", "t_off_host_ns")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReading:
    """The other interpreter's clock between two readings of ours, ns."""

    before_ns: int
    remote_ns: int
    after_ns: int

    @property
    def width_ns(self) -> int:
        """Width of the bracket: what is not known of the offset."""
        return self.after_ns - self.before_ns

    @property
    def offset_ns(self) -> int:
        """Their clock minus ours, by the middle of the bracket."""
        return self.remote_ns - (self.before_ns + self.width_ns // 2)

    @property
    def is_shared(self) -> bool:
        """Whether both may be one clock."""
        return self.before_ns <= self.remote_ns <= self.after_ns

    def row(self) -> Rows:
        """Return the reading as one CLOCK_SYNC row."""
        row: Rows = CLOCK_SYNC.row(
            clock_id=CLOCK_ID,
            host_before_ns=self.before_ns,
            remote_ns=self.remote_ns,
            host_after_ns=self.after_ns,
            remote_raw=float(self.remote_ns),
        )
        return row


def tightest(readings: list[ClockReading]) -> ClockReading:
    """Return the reading that says most."""
    return min(readings, key=lambda reading: reading.width_ns)


class HostClockLink:
    """The relation of the clocks of one process, from its first readings on.

    Parameters
    ----------
    first
        Tightest reading of the handshake.
    """

    def __init__(self, first: ClockReading) -> None:
        self._is_shared = first.is_shared
        self._first = first
        self.offset_ns = 0 if first.is_shared else first.offset_ns
        self._readings: list[ClockReading] = [first]
        self._due_ns = first.after_ns

    def as_text(self) -> str:
        """Return what is known of the clocks, for the settings of the tracker."""
        if self._is_shared:
            return f"shared, within {self._first.width_ns / 1e3:.0f} us"
        half_us = self._first.width_ns / 2e3
        offset_ns = self._first.offset_ns
        return f"another clock, converted; offset at the start {offset_ns} ns, known to {half_us:.0f} us"

    def add(self, reading: ClockReading) -> None:
        """Take a reading."""
        self._readings.append(reading)

    def due_row(self) -> Rows | None:
        """Return the tightest reading of the last 10 s as a row, None before they are over."""
        newest_ns = max((reading.after_ns for reading in self._readings), default=self._due_ns - 1)
        if newest_ns < self._due_ns:
            return None
        best = tightest(self._readings)
        self._readings.clear()
        self._due_ns = newest_ns + READING_EVERY_NS
        if not self._is_shared:
            self.offset_ns = best.offset_ns
        return best.row()

    def shift_scene(self, scene: Scene) -> Scene:
        """Return a scene on the other clock."""
        return dataclasses.replace(scene, t_host_ns=scene.t_host_ns + self.offset_ns)

    def shift_batch(self, batch: Batch, *, has_device_clock: bool) -> Batch:
        """Return a batch on our clock."""
        if not self.offset_ns:
            return batch
        changes: dict[str, object] = {
            "notices": tuple(self._shifted_notice(notice) for notice in batch.notices),
        }
        for field in dataclasses.fields(batch):
            rows = getattr(batch, field.name)
            if field.name != "raw" and isinstance(rows, np.ndarray) and len(rows):
                further = ("t_device_ns",) if field.name == "gaze" and not has_device_clock else ()
                changes[field.name] = self._shifted_rows(rows, (*_HOST_COLUMNS, *further))
        return dataclasses.replace(batch, **changes)  # type: ignore[arg-type]  # fields by their own names

    def _shifted_rows(self, rows: Rows, columns: tuple[str, ...]) -> Rows:
        shifted: Rows = rows.copy()
        for column in columns:
            if column in (rows.dtype.names or ()):
                is_known = rows[column] != NO_TIME
                shifted[column][is_known] -= self.offset_ns
        return shifted

    def _shifted_notice(self, notice: Notice) -> Notice:
        return dataclasses.replace(notice, t_host_ns=notice.t_host_ns - self.offset_ns)
