"""What the tracker's page shows: trackers found, the one connected, the head's place, the test run."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from capture_app.session.display_area import DisplayAreaMatch
from drivers.registry import FoundTracker

__all__ = [
    "ConnectedTracker",
    "DriverFindings",
    "FoundTracker",
    "HeadPosition",
    "QualityRunState",
    "SearchRequest",
    "SearchState",
    "StreamQuality",
    "TrackerDeskState",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """The trackers of one driver are to be searched for."""

    driver: str
    title: str  # of the driver
    options: dict[str, str] = field(default_factory=dict)
    problem: str = ""  # why its trackers cannot be used here and what to do; "" where they may be


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverFindings:
    """What the search for the trackers of one driver gave."""

    driver: str
    title: str
    is_done: bool = False
    trackers: tuple[FoundTracker, ...] = ()
    problem: str = ""  # why nothing could be searched and what to do, sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchState:
    """A search over several drivers."""

    is_running: bool = False
    findings: tuple[DriverFindings, ...] = ()

    @property
    def done_count(self) -> int:
        """Drivers that have been searched."""
        return sum(each.is_done for each in self.findings)

    @property
    def current(self) -> DriverFindings | None:
        """The driver that is searched now; None where none is."""
        if not self.is_running:
            return None
        return next((each for each in self.findings if not each.is_done), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectedTracker:
    """The tracker that streams."""

    driver: str
    options: dict[str, str]  # it was opened with
    model: str
    serial: str
    firmware: str
    rate_hz: float
    rates_hz: tuple[float, ...]
    mode: str
    modes: tuple[str, ...]
    display_area_mm: tuple[float, float] | None
    is_simulated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadPosition:
    """Where the reader's eyes are for the tracker. NaN and None where unknown."""

    left: tuple[float, float] | None = None  # place in the box 0..1: the reader's left is 0, top is 0
    right: tuple[float, float] | None = None
    distance_mm: float = math.nan
    near_mm: float = math.nan  # the range that is good
    far_mm: float = math.nan
    level: str = "information"  # good, information, attention, bad
    sentence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamQuality:
    """How good the stream of a test run was. NaN where unknown."""

    level: str  # good, attention, bad
    sentence: str  # the verdict
    duration_s: float
    sample_count: int
    never_arrived: int  # samples that the tracker numbered and that did not come
    rate_hz: float  # samples a second, measured
    nominal_rate_hz: float  # as set
    data_rate_hz: float  # samples with gaze a second
    loss_share: float  # of the time without any gaze
    loss_classes: tuple[tuple[str, float], ...]  # word, share of the time; together the loss
    beside_classes: tuple[tuple[str, float], ...] = ()  # one eye alone, off screen: not in the loss
    longest_gap_s: float  # without any gaze
    noise_deg: float  # RMS-S2S, median of windows of 200 ms, of the eye with more of it


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRunState:
    """A test run, its end, or none."""

    is_running: bool = False
    elapsed_s: float = 0.0
    total_s: float = 0.0
    result: StreamQuality | None = None
    problem: str = ""  # why there is no result, a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerDeskState:
    """Everything the tracker's page renders."""

    search: SearchState = field(default_factory=SearchState)
    connected: ConnectedTracker | None = None
    is_connecting: bool = False
    problem: str = ""  # why the last connection failed, sentences
    blocked: str = ""  # why nothing can be changed or tested now, a sentence; "" where it can
    area: DisplayAreaMatch | None = None  # of the connected tracker
    head: HeadPosition | None = None  # of the connected tracker
    test: QualityRunState = field(default_factory=QualityRunState)
