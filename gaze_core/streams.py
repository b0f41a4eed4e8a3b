"""What is known about a gaze stream, and a whole one held in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from gaze_core.rows import CLOCK_SYNC, MARKER, TARGET, Rows


class PupilUnit(str, Enum):
    """Unit of the pupil columns; never guessed."""

    MM = "mm"
    PX = "px"
    ARBITRARY_AREA = "arbitrary-area"
    ARBITRARY_DIAMETER = "arbitrary-diameter"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawChannel:
    """Meaning of one field of the raw rows, for the file's attributes and the format page."""

    name: str  # field of the raw dtype
    unit: str  # as the sender declares it, "" where it does not
    mapped_to: str = ""  # GAZE column it feeds, "" where none


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerInfo:
    """A tracker that has been opened: who it is and what it will send."""

    driver: str  # name in the registry
    model: str
    serial: str = ""
    firmware: str = ""
    rate_hz: float  # device setting; NaN where unknown until measured
    raw_dtype: np.dtype[np.void]  # one raw row, fields as delivered
    raw_channels: tuple[RawChannel, ...] = ()
    pupil_unit: PupilUnit = PupilUnit.NONE
    has_device_clock: bool = True
    has_truth: bool = False  # batches carry TRUTH and TRUTH_EVENT rows
    is_simulated: bool = False  # not an eye
    display_area_mm: tuple[float, float] | None = None  # width, height the tracker believes in
    settings: dict[str, str] = field(default_factory=dict)  # everything else worth keeping, JSON-able


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedStream:
    """A whole gaze stream in memory, handed to the playback driver by whoever read it."""

    info: TrackerInfo  # of the original tracker; raw_dtype is that of `raw`
    gaze: Rows  # GAZE rows
    raw: Rows  # raw rows as delivered, one per gaze row
    markers: Rows = field(default_factory=lambda: MARKER.empty(0))
    clock_sync: Rows = field(default_factory=lambda: CLOCK_SYNC.empty(0))
    targets: Rows = field(default_factory=lambda: TARGET.empty(0))  # on the host times of `gaze`
