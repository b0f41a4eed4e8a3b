"""What every fixation detector takes and gives.

A detector eats `gaze_core.rows.DIRECTION` rows and gives `gaze_core.rows.GAZE_EVENT` rows. It is incremental:
any chunking of the same rows gives bit-identical events, so that running it over a file repeats the live
result exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from gaze_core.rows import GAZE_EVENT, THRESHOLD, Rows

if TYPE_CHECKING:
    from gaze_core.fixations.parameters import DetectorParameters


class DetectorName(str, Enum):
    """The detectors by name, as study files, exports and detector runs store them."""

    IVT = "ivt"  # velocity threshold in the manner of the Tobii filter: the offline reference
    IDT = "idt"  # dispersion threshold, for comparability
    ADAPTIVE = "adaptive"  # bounded look-ahead, estimates its own noise: the live detector


class MessagePhase(str, Enum):
    """What a message says about its event."""

    START = "start"  # provisional: the event has begun
    END = "end"  # provisional: the event has ended
    FINAL = "final"  # nothing about the event will change any more
    EXTEND = "extend"  # an `end` is taken back: the event goes on
    RETRACT = "retract"  # the event is taken back altogether


@dataclass(frozen=True, slots=True, kw_only=True)
class EventMessage:
    """One announcement about one event, as a live view needs it."""

    phase: MessagePhase
    event_id: int  # GAZE_EVENT.event_id
    kind: int  # EventKind
    t_event_ns: int  # onset for START, EXTEND, RETRACT and FINAL, offset for END
    t_stream_ns: int  # time of the newest sample when the message was sent
    azimuth_deg: float  # gaze at that moment, or the event's centroid once it is known
    elevation_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorOutput:
    """What one `push` or `flush` brought to light."""

    events: Rows = field(default_factory=lambda: GAZE_EVENT.empty(0))  # final events in order of their ids
    messages: tuple[EventMessage, ...] = ()  # in order of sending
    thresholds: Rows = field(default_factory=lambda: THRESHOLD.empty(0))  # thresholds newly chosen


class Detector(Protocol):
    """A fixation detector. One instance serves one stream; it belongs to one thread."""

    @property
    def name(self) -> DetectorName:
        """Name of the algorithm."""

    @property
    def version(self) -> str:
        """Version of the algorithm; changes whenever its results may change."""

    @property
    def parameters(self) -> DetectorParameters:
        """All parameters, as stored with the result."""

    def push(self, rows: Rows) -> DetectorOutput:
        """Take DIRECTION rows in order of delivery; return what they decided."""

    def flush(self) -> DetectorOutput:
        """End the stream: decide what is still open. The detector is new afterwards, its ids go on."""
