"""The driver contract: a tracker is a resource that is opened, started, read, stopped and closed.

A driver never calls back, owns no thread above the vendor's, and knows nobody above it. The pump of the
acquisition process owns the thread that calls `Driver.read`. All methods are called from one thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Protocol

from gaze_core.rows import (
    CALIBRATION_SAMPLE,
    CLOCK_SYNC,
    EXTERNAL_SIGNAL,
    GAZE,
    MARKER,
    TARGET,
    TRUTH,
    TRUTH_EVENT,
    USER_POSITION,
    Rows,
)
from gaze_core.streams import TrackerInfo


class DriverError(Exception):
    """A tracker could not do what was asked; the text says what happened and what to do."""


class TrackerNotFoundError(DriverError):
    """No such tracker is connected."""


class TrackerLostError(DriverError):
    """The tracker was there and is gone; it will not come back without being opened again."""


class DriverStateError(DriverError):
    """A method was called in the wrong order."""


class DriverOptionError(DriverError):
    """An option has an unknown name or an unusable value."""


class NoticeKind(str, Enum):
    """What a notice is about; becomes the kind of an event row."""

    CONNECTION_LOST = "connection_lost"  # the tracker is gone for now; read() goes on and may recover
    CONNECTION_RESTORED = "connection_restored"
    CLOCK_RESET = "clock_reset"
    BUFFER_OVERFLOW = "buffer_overflow"
    RATE_CHANGED = "rate_changed"  # value: samples per second from now on
    DISPLAY_AREA_CHANGED = "display_area_changed"  # value: `AS_OPENED` or not
    STREAM_CHANGED = "stream_changed"
    MODE_CHANGED = "mode_changed"  # value: `AS_OPENED` or not
    CALIBRATION_CHANGED = "calibration_changed"  # by this program or another one
    CALIBRATION_MODE = "calibration_mode"  # entered (value 1) or left (value 0), by whichever program
    STREAM_ERROR = "stream_error"
    LICENCE_PROBLEM = "licence_problem"
    WARNING = "tracker_warning"
    FINISHED = "finished"  # a finite source (playback) has delivered everything


AS_OPENED: Final = 1.0
"""Value of a notice of a changed setting that is again as it was when the tracker was opened; else 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something the tracker has to say beside its samples."""

    t_host_ns: int
    kind: NoticeKind
    text: str  # a sentence for a technician
    value: float = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one `read` brought. `gaze` and `raw` have the same length; all may be empty."""

    gaze: Rows  # GAZE rows in order of delivery
    raw: Rows  # dtype TrackerInfo.raw_dtype
    clock_sync: Rows = field(default_factory=lambda: CLOCK_SYNC.empty(0))
    notices: tuple[Notice, ...] = ()
    markers: Rows = field(default_factory=lambda: MARKER.empty(0))
    external_signals: Rows = field(default_factory=lambda: EXTERNAL_SIGNAL.empty(0))
    truth: Rows = field(default_factory=lambda: TRUTH.empty(0))
    truth_events: Rows = field(default_factory=lambda: TRUTH_EVENT.empty(0))
    targets: Rows = field(default_factory=lambda: TARGET.empty(0))  # of a played-back stream
    user_position: Rows = field(default_factory=lambda: USER_POSITION.empty(0))

    @classmethod
    def empty(cls, info: TrackerInfo) -> Batch:
        """Return a batch with nothing in it."""
        import numpy as np

        return cls(gaze=GAZE.empty(0), raw=np.zeros(0, info.raw_dtype))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenePane:
    """One image on the reader's screen, as a simulated eye needs it."""

    image_id: int
    src_image_px: tuple[float, float, float, float]  # x, y, w, h shown
    dst_norm: tuple[float, float, float, float]  # x, y, w, h on the screen
    places_image_px: tuple[tuple[float, float, float], ...] = ()  # x, y, weight: where an eye would look
    luminance: float = 0.5  # mean grey 0..1 of the pane


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What the reader's screen shows from `t_host_ns` on. No panes: an empty grey screen."""

    t_host_ns: int
    panes: tuple[ScenePane, ...] = ()
    targets_norm: tuple[tuple[float, float], ...] = ()  # calibration targets: looked at before all else
    luminance: float = 0.25  # mean grey 0..1 of the whole screen


class CalibratedEyes(str, Enum):
    """The eyes a calibration on the device is made for."""

    BOTH = "both"
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationOutcome:
    """What a device made of the samples it collected."""

    is_applied: bool  # the device uses it from now on
    text: str  # a sentence for a technician
    samples: Rows = field(default_factory=lambda: CALIBRATION_SAMPLE.empty(0))  # attempt and time unset
    data: bytes = b""  # as the device gives it, for `DeviceCalibrator.apply`; empty where it gives none


class DeviceCalibrator(Protocol):
    """Calibration on the device; every call may block for seconds and is made from one worker thread.

    Gaze goes on being read by the tracker's own thread meanwhile. Every call may raise `DriverError`.
    """

    def enter(self, eyes: CalibratedEyes = CalibratedEyes.BOTH) -> None:
        """Begin calibration mode."""

    def collect(self, x_norm: float, y_norm: float) -> bool:
        """Collect at a target that is being shown; False asks for a repeat."""

    def discard(self, x_norm: float, y_norm: float) -> None:
        """Throw away what was collected at a target."""

    def compute(self) -> CalibrationOutcome:
        """Compute and apply; an outcome that is not applied leaves the device as it was."""

    def apply(self, data: bytes) -> None:
        """Give the device the calibration it had at an earlier time."""

    def leave(self) -> None:
        """End calibration mode; also called after errors, and where it was never entered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What an opened driver can do beyond samples. Abilities are data: None means it cannot."""

    rates_hz: tuple[float, ...] = ()
    modes: tuple[str, ...] = ()  # ways the tracker can track, by the maker's names
    set_scene: Callable[[Scene], None] | None = None  # simulated trackers look at what is shown
    calibrator: DeviceCalibrator | None = None
    calibrates_single_eyes: bool = False
    cpu_s: Callable[[], float] | None = None  # CPU seconds a simulated tracker spent on making its samples


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewingSetup:
    """The screen and the eye, as a driver may need them (a generator, a tracker that sends pixels)."""

    width_px: int
    height_px: int
    width_mm: float
    height_mm: float
    distance_mm: float


class Driver(Protocol):
    """A tracker, from open to close. Every member is required."""

    def open(self) -> TrackerInfo:
        """Connect; vendor packages are imported here. Raise `DriverError` in words for a technician."""

    def capabilities(self) -> Capabilities:
        """Return what the opened tracker can do. Raise `DriverStateError` before `open`."""

    def start(self) -> None:
        """Begin to stream."""

    def read(self, timeout_s: float) -> Batch:
        """Return what has arrived, waiting at most `timeout_s` for the first of it.

        Returns at once when something is there. `t_host_ns` of each row is its arrival. A tracker that
        vanishes and may return gives a notice and empty batches; one that cannot return raises
        `TrackerLostError`.
        """

    def stop(self) -> None:
        """End streaming; idempotent; nothing arrives afterwards."""

    def close(self) -> None:
        """Let go of the tracker; idempotent; also right after a failed `open`."""
