"""What a simulated Tobii tracker sends beside gaze, and how its calls fail; in no vendor package's words."""

from __future__ import annotations

import math
from dataclasses import dataclass

from simulated_gaze import SimulatedArea

STREAMS = (
    "gaze",
    "eye_openness",
    "external_signal",
    "time_sync",
    "user_position",
    "notification",
    "stream_error",
)
CAPABILITIES = frozenset(
    {
        "can_set_display_area",
        "has_external_signal",
        "has_gaze_data",
        "has_eye_openness_data",
        "can_do_screen_based_calibration",
        "can_do_monocular_calibration",
    }
)
RATES_HZ = (60.0, 120.0, 150.0, 300.0, 600.0, 1200.0)
BUFFER_SAMPLES = 64
LICENCE_REFUSALS = frozenset(
    {
        "tampered",
        "invalid_application_signature",
        "nonsigned_application",
        "expired",
        "premature",
        "invalid_process_name",
        "invalid_serial_number",
        "invalid_model",
        "unknown_error",
    }
)


class SimulatedError(Exception):
    """A call failed; `status` is the native library's word: connection_failed, timed_out, internal ..."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True)
class Signal:
    """A change on the external port."""

    value: int
    change: str  # value_changed, initial_value, connection_restored
    device_us: int
    system_us: int


@dataclass(frozen=True)
class TimeSync:
    """One exchange of clock readings."""

    request_us: int
    device_us: int
    response_us: int


@dataclass(frozen=True)
class Position:
    """Both eyes in the tracker's box, 0..1; it has no time."""

    left: tuple[float, float, float]
    right: tuple[float, float, float]
    is_left_valid: bool
    is_right_valid: bool


@dataclass(frozen=True)
class Notification:
    """Something the tracker tells."""

    kind: str  # connection_lost, display_area_changed, gaze_output_frequency_changed, ...
    system_us: int
    text: str = ""  # faults, warnings, the name of the stream that overflowed
    rate_hz: float = math.nan
    area: SimulatedArea | None = None


@dataclass(frozen=True)
class StreamError:
    """A stream that cannot be delivered."""

    error: str  # insufficient_license, too_many_subscribers, connection_lost, internal_error ...
    source: str  # subscription_gaze_data, stream_pump ...
    message: str
    system_us: int
