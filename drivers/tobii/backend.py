"""What the Tobii driver needs of a vendor package: the border behind which the two packages differ.

`drivers.tobii.research` stands on the official ``tobii_research`` (Python 3.10 only), `drivers.tobii.titta`
on ``TittaPy_v2`` (every Python; brings the same native library). Nothing above this border knows either.

Times are the SDK's integers, microseconds: ``device`` of the tracker's clock, ``system`` of the SDK's host
clock. Positions in the user coordinate system: mm, origin at the centre of the tracker's front, x to the
user's right, y up, z towards the user.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Protocol, TypeAlias

import numpy as np

from drivers.contract import DeviceCalibrator
from gaze_core.rows import Rows

Point3: TypeAlias = "tuple[float, float, float]"


class TobiiStream(str, Enum):
    """Streams beside gaze that a device may offer."""

    OPENNESS = "eye_openness"
    EXTERNAL_SIGNAL = "external_signal"
    TIME_SYNC = "time_sync"
    USER_POSITION = "user_position"


@dataclass(frozen=True, slots=True, kw_only=True)
class TobiiFacts:
    """A device as it describes itself; reading them talks to it."""

    address: str
    name: str  # given by the owner
    model: str
    serial: str
    firmware: str
    capabilities: frozenset[str]  # by the SDK's own names, without prefix: "can_set_display_area" ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayArea:
    """The screen as the tracker was told of it: corners in the user coordinate system, mm."""

    top_left_mm: Point3
    top_right_mm: Point3
    bottom_left_mm: Point3
    bottom_right_mm: Point3
    width_mm: float
    height_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TobiiNotice:
    """A notification or a stream error, in the SDK's own words."""

    t_host_ns: int  # arrival
    system_time_us: int  # -1 where it has none
    kind: str  # "connection_lost", "display_area_changed", "stream_error", ... (without the SDK's prefix)
    detail: str = ""  # faults, warnings, the stream, the message of a stream error
    value: float = float("nan")  # the new frequency
    display_area: DisplayArea | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceResult:
    """What became of one licence that was applied."""

    is_applied: bool
    text: str  # a sentence


SYNC_DTYPE: Final = np.dtype(
    [("t_host_ns", "<i8"), ("request_us", "<i8"), ("device_us", "<i8"), ("response_us", "<i8")]
)
SIGNAL_DTYPE: Final = np.dtype(
    [("t_host_ns", "<i8"), ("device_us", "<i8"), ("system_us", "<i8"), ("value", "<i8"), ("change", "S24")]
)


def _empty(dtype: np.dtype[np.void]) -> Rows:
    return np.zeros(0, dtype)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What one `take` brought, in order of arrival; every part may be empty."""

    raw: Rows  # dtype TobiiDevice.raw_dtype, one row per gaze sample
    arrived_host_ns: np.ndarray[tuple[int], np.dtype[np.int64]]  # one per row of `raw`, never going back
    time_sync: Rows = field(default_factory=lambda: _empty(SYNC_DTYPE))
    signals: Rows = field(default_factory=lambda: _empty(SIGNAL_DTYPE))
    user_position: Rows | None = None  # USER_POSITION rows
    notices: tuple[TobiiNotice, ...] = ()


class TobiiDevice(Protocol):
    """A tracker that was connected to. Every method may raise `DriverError`, a time-out included.

    The fields of `raw_dtype` have the SDK's names, flattened: ``device_time_stamp``, ``system_time_stamp``
    (``<i8``, us), and for ``left_`` and ``right_``: ``gaze_point_on_display_area_x``/``_y``,
    ``gaze_point_in_user_coordinate_system_x``/``_y``/``_z``, ``gaze_origin_in_user_coordinate_system_x``/
    ``_y``/``_z``, ``pupil_diameter`` (``<f8``, as delivered, NaN kept), ``gaze_point_validity``,
    ``gaze_origin_validity``, ``pupil_validity`` (``u1``), where openness is delivered
    ``eye_openness_value`` and ``eye_validity``, and whatever else the package delivers.
    """

    @property
    def raw_dtype(self) -> np.dtype[np.void]:
        """One gaze sample as delivered; settled once `start` was called with its streams, or by default."""

    def facts(self) -> TobiiFacts:
        """Return what the device says of itself."""

    def rates_hz(self) -> tuple[float, ...]:
        """Return the rates to choose from."""

    def rate_hz(self) -> float:
        """Return the rate that is set."""

    def set_rate_hz(self, rate_hz: float) -> None:
        """Set one of `rates_hz`."""

    def modes(self) -> tuple[str, ...]:
        """Return the tracking modes to choose from; empty where there is no choice."""

    def mode(self) -> str:
        """Return the mode that is set; "" where there is no choice."""

    def set_mode(self, mode: str) -> None:
        """Set one of `modes`."""

    def display_area(self) -> DisplayArea:
        """Return the screen the device believes in."""

    def apply_licence(self, licence: bytes) -> LicenceResult:
        """Apply the content of a licence file; a refusal is a result, not an error."""

    def calibrator(self) -> DeviceCalibrator | None:
        """Return the calibrator, None where the device cannot calibrate on a screen."""

    def choose_streams(self, streams: frozenset[TobiiStream]) -> frozenset[TobiiStream]:
        """Say what to deliver beside gaze, before `start`; returns what the device really has of it."""

    def start(self) -> None:
        """Subscribe to gaze, the chosen streams, all notifications and stream errors."""

    def wait(self, timeout_s: float) -> None:
        """Return as soon as something has arrived, or after `timeout_s`."""

    def take(self) -> Delivered:
        """Return what has arrived since the last call."""

    def stop(self) -> None:
        """Unsubscribe from everything; nothing arrives afterwards; idempotent."""

    def close(self) -> None:
        """Let go of the device; idempotent."""


class TobiiBackend(Protocol):
    """A vendor package, imported."""

    @property
    def name(self) -> str:
        """Name of the package."""

    @property
    def version(self) -> str:
        """Version of the package and of the native library."""

    def find(self) -> tuple[TobiiDevice, ...]:
        """Search this machine and its network; takes up to some seconds the first time."""

    def connect(self, address: str) -> TobiiDevice:
        """Return the device at an address. Raises `TrackerNotFoundError` where none answers."""

    def system_time_us(self) -> int:
        """Return the SDK's host clock; not for every sample, it is slow."""
