"""The messages between the app process and the acquisition process, each checked against its declaration.

A message is one frame: four bytes length of a JSON header, the header, then the bytes of its rows if it
carries any. Nothing is unpickled. A frame that does not fit its declaration raises `MessageError`.
"""

from __future__ import annotations

import dataclasses
import json
import struct
import types
import typing
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from gaze_core.rows import ROW_TYPES, Rows

MAX_FRAME_BYTES = 64 * 1024 * 1024
_LENGTH = struct.Struct("<I")


class MessageError(Exception):
    """A frame does not fit the declaration of its message."""


# app -> acquisition


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTracker:
    """Open and start a tracker; answered by `TrackerOpened` or `Failed`."""

    driver: str
    options: dict[str, str]
    width_px: int
    height_px: int
    width_mm: float
    height_mm: float
    distance_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseTracker:
    """Stop and close the tracker; answered by `Done`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowScene:
    """What the reader's screen shows now, for simulated trackers (JSON of a `drivers.contract.Scene`)."""

    scene: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRecording:
    """Create the file and record from now on; answered by `RecordingStarted` or `Failed`."""

    path: str
    metadata: dict[str, Any]  # JSON of recordings_schema.metadata.SessionMetadata


@dataclass(frozen=True, slots=True, kw_only=True)
class AppendRows:
    """Rows made in the app process (viewport, event, trial, image, fixation ...) for the recording."""

    row_type: str  # name of a gaze_core row type
    rows: Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedImage:
    """Keep a copy of an image file inside the recording."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSamples:
    """Record no further samples; answered by `SamplesEnded`.

    The app then takes the last rows from the ring, ends its live analysis, appends what that gives, and
    sends `StopRecording`: so the events in the file are those of exactly the samples in the file.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRecording:
    """Close the recording properly, `EndSamples` or not; answered by `RecordingClosed` or `Failed`."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """The app is alive."""

    t_host_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shutdown:
    """Close everything and end the process."""


# acquisition -> app


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The process runs; the samples of whatever tracker is opened come through the ring."""

    pid: int
    ring_name: str  # for `gaze_core.ring.RowRing.attach`


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerOpened:
    """The tracker streams; its samples are in the ring."""

    info: dict[str, Any]  # TrackerInfo without its raw dtype
    rates_hz: list[float]
    wants_scene: bool
    calibrates: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStarted:
    """The file exists and receives samples."""

    path: str
    t_host_ns: int
    first_row: int  # ring row (count of rows written to the ring before it) of the first recorded sample


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplesEnded:
    """No sample is recorded from here on; the file still takes `AppendRows` until `StopRecording`."""

    next_row: int  # ring row after the last recorded sample


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingClosed:
    """The file is closed, verified and compacted."""

    path: str
    reason: str
    samples: int
    lost: int
    rows: dict[str, int] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)  # sentences; empty when all is well


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Health of the acquisition, a few times a second."""

    t_host_ns: int
    state: str  # no_tracker, streaming, recording, closing
    samples: int  # since the tracker was opened
    recorded: int  # since the recording began
    lost: int  # samples that never arrived (holes in seq), since the recording began or the tracker opened
    out_of_order: int
    batches: int
    queue_rows: int  # rows waiting for the recorder
    bytes_written: int
    disk_free_bytes: int  # -1 when unknown
    cpu_s: float  # CPU time of the process
    generator_cpu_s: float  # of which a simulated tracker's generator
    rss_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerNotice:
    """A notice of the tracker or the recorder, already written as an event where a recording runs."""

    t_host_ns: int
    kind: str
    text: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRows:
    """Rows beside the gaze that the live analysis needs: clock_sync, marker, external_signal, truth_event."""

    row_type: str
    rows: Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A request without an answer of its own has been carried out."""

    request: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A request could not be carried out, or the acquisition met trouble by itself."""

    request: str  # name of the message it answers, "" when nothing was asked
    kind: str  # tracker, recording, protocol
    text: str  # a sentence for a technician


@dataclass(frozen=True, slots=True, kw_only=True)
class AcquisitionDied:
    """The acquisition process is gone without having been asked to. Made by the client, never sent."""

    exit_code: int | None  # negative: the signal that killed it; None where not known
    text: str  # a sentence for a technician


Message: TypeAlias = (
    OpenTracker
    | CloseTracker
    | ShowScene
    | StartRecording
    | AppendRows
    | EmbedImage
    | EndSamples
    | StopRecording
    | Heartbeat
    | Shutdown
    | Ready
    | TrackerOpened
    | RecordingStarted
    | SamplesEnded
    | RecordingClosed
    | Status
    | TrackerNotice
    | StreamRows
    | Done
    | Failed
    | AcquisitionDied
)

_MESSAGES: dict[str, type[Any]] = {cls.__name__: cls for cls in typing.get_args(Message)}
# Looked up once: resolving the annotations costs more than all the rest of a frame.
_HINTS = {name: typing.get_type_hints(cls) for name, cls in _MESSAGES.items()}
_DTYPES = {row_type.name: row_type.dtype for row_type in ROW_TYPES}


def encode(message: Message) -> bytes:
    """Return the frame of `message`."""
    header: dict[str, Any] = {"message": type(message).__name__}
    payload = b""
    for item in dataclasses.fields(message):
        value = getattr(message, item.name)
        if isinstance(value, np.ndarray):
            payload = np.ascontiguousarray(value).tobytes()
            header["row_count"] = len(value)
        else:
            header[item.name] = value
    text = json.dumps(header).encode("ascii")  # escapes keep paths that are not valid Unicode intact
    return _LENGTH.pack(len(text)) + text + payload


def decode(frame: bytes) -> Message:
    """Return the message of a frame.

    Raises
    ------
    MessageError
        If the frame is too large, torn, of unknown kind, or a field is missing, unknown or of a wrong type.
    """
    if not _LENGTH.size <= len(frame) <= MAX_FRAME_BYTES:
        raise MessageError(f"a frame of {len(frame)} bytes cannot be a message")
    (length,) = _LENGTH.unpack_from(frame)
    if _LENGTH.size + length > len(frame):
        raise MessageError("the frame ends inside its header")
    try:
        header = json.loads(frame[_LENGTH.size : _LENGTH.size + length])
    except (ValueError, RecursionError) as err:
        raise MessageError("the header of the frame is not JSON") from err
    name = header.pop("message", None) if isinstance(header, dict) else None
    if not isinstance(name, str) or name not in _MESSAGES:
        raise MessageError("the frame names no known message")
    cls = _MESSAGES[name]
    values = _checked_values(cls, header, frame[_LENGTH.size + length :])
    return typing.cast(Message, cls(**values))


def _checked_values(cls: type[Any], header: dict[str, Any], payload: bytes) -> dict[str, Any]:
    hints = _HINTS[cls.__name__]
    values: dict[str, Any] = {}
    row_count = header.pop("row_count", None)
    if payload and Rows not in hints.values():
        raise MessageError(f"{cls.__name__} carries no rows, but {len(payload)} bytes follow its header")
    for name, hint in hints.items():
        if hint == Rows:
            values[name] = _rows(cls, header.get("row_type"), row_count, payload)
        elif name not in header or not _fits(header[name], hint):
            raise MessageError(f"{cls.__name__}.{name} is missing or not of type {hint}")
        else:
            values[name] = _as_float(header[name]) if hint is float else header[name]
    unknown = set(header) - set(hints)
    if unknown:
        raise MessageError(f"{cls.__name__} has no field {', '.join(sorted(unknown))}")
    return values


def _rows(cls: type[Any], row_type: object, row_count: Any, payload: bytes) -> Rows:
    dtype = _DTYPES.get(row_type) if isinstance(row_type, str) else None
    if dtype is None or not _fits(row_count, int) or row_count * dtype.itemsize != len(payload):
        raise MessageError(f"{cls.__name__} carries rows that do not fit its row type")
    rows: Rows = np.frombuffer(payload, dtype).copy()
    return rows


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError as err:
        raise MessageError("a number of the frame is too large") from err


def _fits(value: object, hint: Any) -> bool:
    origin = typing.get_origin(hint)
    if hint is Any:
        return True
    if hint is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if origin is list:
        (inner,) = typing.get_args(hint)
        return isinstance(value, list) and all(_fits(item, inner) for item in value)
    if origin is dict:
        _, inner = typing.get_args(hint)
        return isinstance(value, dict) and all(_fits(item, inner) for item in value.values())
    if origin in (typing.Union, types.UnionType):
        return any(_fits(value, inner) for inner in typing.get_args(hint))
    return isinstance(value, hint)
