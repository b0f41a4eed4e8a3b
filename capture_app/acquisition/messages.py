"""The messages between the app process and the acquisition process; `gaze_core.frames` carries them."""

from __future__ import annotations

import typing
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from gaze_core.frames import MAX_FRAME_BYTES, FrameCodec
from gaze_core.frames import FrameError as MessageError
from gaze_core.rows import Rows

__all__ = ["MAX_FRAME_BYTES", "Message", "MessageError", "decode", "encode"]

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
class FindTrackers:
    """Search for the trackers of one driver; answered by `TrackersFound`, also while another one streams."""

    driver: str
    options: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationCall:
    """Call the device's calibrator; answered by `CalibrationAnswer`, one call at a time."""

    call: str  # enter, collect, discard, compute, apply, leave
    x_norm: float  # of the target; NaN where there is none
    y_norm: float
    eyes: str  # for enter: both, left, right; else ""
    data_hex: str  # for apply: the device's own bytes; else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferStreams:
    """Offer our gaze and events as LSL streams, or stop doing so; answered by `StreamsOffered`."""

    is_on: bool
    name: str  # of the streams
    is_network_allowed: bool  # announced beyond this computer
    session_id: str  # LSL session; "" for the lab's own
    are_triggers_sent: bool = False  # each trigger as a marker too


@dataclass(frozen=True, slots=True, kw_only=True)
class UseSignals:
    """Use these ports for signals in and out; answered by `SignalsReady`. Empty names: none."""

    port_in: str
    port_out: str
    setup: dict[str, str]  # how the ports are set, see `capture_app.session.signal_settings`


@dataclass(frozen=True, slots=True, kw_only=True)
class SendTrigger:
    """Send a trigger out now, for an onset that was just presented."""

    t_onset_host_ns: int
    code: int
    cause: str
    trial: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAudio:
    """Listen to a microphone from now on and keep what it hears while a recording runs; see `AudioState`."""

    device: str  # a part of its name; "": the one the system uses
    rate_hz: float  # wanted; a device that cannot do it runs at its own
    latencies_ms: dict[str, float]  # measured input latency by the device's full name


@dataclass(frozen=True, slots=True, kw_only=True)
class StopAudio:
    """Listen no longer; what was heard is kept. Answered by `AudioState`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepAudio:
    """Which sound of a recording is kept from now on, whichever microphone hears it; see `AudioState.asked`.

    Before the first one sound is kept as the trials of the recording tell.
    """

    number: int  # of this request, rising
    rule: str  # trials: as the trials tell; asked: as `is_kept` says
    is_kept: bool
    trial: int  # that it belongs to; -1 where none is kept


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
    modes: list[str] = field(default_factory=list)
    wants_scene: bool
    calibrates: bool
    calibrates_single_eyes: bool = False


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
    """Rows beside the gaze that the app shows or analyses: clock_sync, marker, user_position ..."""

    row_type: str
    rows: Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackersFound:
    """The end of a search."""

    driver: str
    trackers: list[dict[str, Any]]  # JSON of `drivers.registry.FoundTracker`
    problem: str  # why nothing could be searched, a sentence; "" where the search was made


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationAnswer:
    """How a call of the device's calibrator ended; already written as an event where a recording runs."""

    call: str
    x_norm: float
    y_norm: float
    is_ok: bool  # collected, applied ...; False asks for a repeat or says why in `text`
    text: str
    row_type: str  # calibration_sample
    rows: Rows  # what the device saw at the targets, after compute
    data_hex: str = ""  # after compute: the device's own bytes for `apply`; "" where it hands out none
    attempt: int = -1  # after compute and apply: its number in the recording


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamsOffered:
    """State of our own LSL streams; also sent when it changes by itself."""

    is_on: bool
    has_consumers: bool
    text: str  # a sentence: what is offered and to whom, or why not


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalsReady:
    """State of the signal ports; also sent when a port is lost or comes back."""

    is_in_open: bool
    is_out_open: bool
    text: str  # a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioState:
    """The microphone now: also sent by itself, ten times a second while one is heard."""

    is_on: bool  # sound is heard
    is_kept: bool  # and written into a file
    level_db: float  # loudest frame since the last one said, dB below full scale; -96: silence
    device: str  # full name, "" where there is none
    text: str  # a sentence: what is heard, or why nothing is
    asked: int = 0  # number of the last `KeepAudio` that was carried out; its stretches were told before
    is_kept_when_asked: bool = False  # the rule of that was `asked`


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
    | FindTrackers
    | CalibrationCall
    | OfferStreams
    | UseSignals
    | SendTrigger
    | StartAudio
    | StopAudio
    | KeepAudio
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
    | TrackersFound
    | CalibrationAnswer
    | StreamsOffered
    | SignalsReady
    | AudioState
    | Done
    | Failed
    | AcquisitionDied
)

_CODEC: FrameCodec[Message] = FrameCodec(typing.get_args(Message))


def encode(message: Message) -> bytes:
    """Return the frame of `message`."""
    return _CODEC.encode(message)


def decode(frame: bytes) -> Message:
    """Return the message of a frame.

    Raises
    ------
    MessageError
        If the frame does not fit the declaration of its message.
    """
    return _CODEC.decode(frame)
