"""What this program and a driver in another interpreter say to each other; see `gaze_core.frames`.

Every question has a number, which its answer repeats. Times are those of the clock of whoever says them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np

from gaze_core.frames import FrameCodec
from gaze_core.rows import Rows

PROTOCOL: Final = 1
RAW: Final = "raw"
"""Row type of the tracker's own rows, known once it is open."""

WINDOW_BYTES: Final = 1024 * 1024
"""Batches on their way; beyond, samples stay with the tracker's own software, as the contract wishes."""

CRASHED: Final = "crashed"
"""Kind of a failure that no driver may have; the kinds of the others are the names of `DriverError`s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDriver:
    """Make a driver and open it; answered by `DriverOpened` or `Failed`."""

    number: int
    driver: str
    options: dict[str, str]
    setup: dict[str, Any]  # a ViewingSetup


@dataclass(frozen=True, slots=True, kw_only=True)
class StartDriver:
    """Begin to stream; the number is the stream's as well. Answered by `Done` or `Failed`."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StopDriver:
    """End streaming; answered by `Done` or `Failed`."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckDriver:
    """Say whether a driver can be used there; answered by `DriverChecked`."""

    number: int
    driver: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindTrackers:
    """Look for trackers; answered by `TrackersFound` or `Failed`."""

    number: int
    driver: str
    options: dict[str, str]
    setup: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationRequest:
    """A call of `DeviceCalibrator`; answered by `CalibrationDone` or `Failed`."""

    number: int
    action: str  # name of the method
    eyes: str
    x_norm: float
    y_norm: float
    data_hex: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowScene:
    """What the reader's screen shows; not answered."""

    scene: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsTaken:
    """So many bytes of batches of a stream have been read since it began; more may be sent."""

    stream: int
    taken_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """A sign of life; answered by `Pong` at once."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Close the driver and end; not answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostReady:
    """The first words of an interpreter that can host."""

    protocol: int
    python: str  # version
    numpy: str  # version


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotHost:
    """The first and last words of an interpreter that cannot; written by `drivers.host.start`."""

    problem: str  # a sentence
    remedy: str  # a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was asked for is done."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """What was asked for could not be done."""

    number: int
    kind: str  # name of a DriverError, or `CRASHED`
    text: str  # a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverOpened:
    """The tracker is open."""

    number: int
    info: dict[str, Any]  # a TrackerInfo without its raw row type
    raw_dtype: list[Any]
    capabilities: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverChecked:
    """An `Availability`."""

    number: int
    is_usable: bool
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackersFound:
    """What answered a search: `FoundTracker`s."""

    number: int
    trackers: list[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationDone:
    """A call of the calibrator came back; `rows` are the samples of a computation."""

    number: int
    is_good: bool  # what `collect` returned, or whether what was computed is applied
    text: str
    data_hex: str
    row_type: str
    rows: Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPart:
    """Rows of the batch that the next `BatchEnd` closes; parts of one type follow each other."""

    stream: int
    row_type: str
    rows: Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchEnd:
    """A batch is complete."""

    stream: int
    notices: list[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFailed:
    """Reading raised an error; the stream ends with it."""

    stream: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pong:
    """The answer to `Ping`, sent whatever the driver does."""

    number: int
    t_child_ns: int  # host clock of the interpreter
    steps: int  # how often the loop around the driver went round
    cpu_s: float  # `Capabilities.cpu_s`, NaN where the driver gives none


ToChild: TypeAlias = (
    OpenDriver
    | StartDriver
    | StopDriver
    | CheckDriver
    | FindTrackers
    | CalibrationRequest
    | ShowScene
    | RowsTaken
    | Ping
    | Leave
)
Answer: TypeAlias = Done | Failed | DriverOpened | DriverChecked | TrackersFound | CalibrationDone | Pong
ToParent: TypeAlias = HostReady | CannotHost | Answer | BatchPart | BatchEnd | ReadFailed

_TO_CHILD: Final = (
    OpenDriver,
    StartDriver,
    StopDriver,
    CheckDriver,
    FindTrackers,
    CalibrationRequest,
    ShowScene,
    RowsTaken,
    Ping,
    Leave,
)
_TO_PARENT: Final = (
    HostReady,
    CannotHost,
    Done,
    Failed,
    DriverOpened,
    DriverChecked,
    TrackersFound,
    CalibrationDone,
    Pong,
    BatchPart,
    BatchEnd,
    ReadFailed,
)


def to_child_codec() -> FrameCodec[ToChild]:
    """Return the codec of what this program says."""
    return FrameCodec(_TO_CHILD)


def to_parent_codec(raw_dtype: np.dtype[np.void] | None = None) -> FrameCodec[ToParent]:
    """Return the codec of what the other interpreter says; raw rows are known with their type only."""
    return FrameCodec(_TO_PARENT, None if raw_dtype is None else {RAW: raw_dtype})
