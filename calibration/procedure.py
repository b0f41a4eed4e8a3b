"""What calibrations and validations have in common: what they ask for at each tick, and how they can end.

A procedure owns no thread and never waits. Its owner calls `tick` with the time, does what the step says
(draw the dot, hand the call to the device, write the rows) and tells it what came of that. Answers that
nobody waits for any more, as of a device that was given up, are passed over.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, TypeAlias

from calibration.presenter import Dot
from gaze_core.rows import CALIBRATION_SAMPLE, TARGET, Rows

CallName: TypeAlias = Literal["enter", "collect", "discard", "compute", "apply", "leave"]


class AbortReason(str, Enum):
    """Why a procedure ended before its end."""

    OPERATOR = "operator"  # somebody stopped it
    READER_LEFT = "reader_left"  # the reader got up
    TRACKER_LOST = "tracker_lost"
    TIMED_OUT = "timed_out"  # the window or the device did not answer
    REFUSED = "refused"  # the device does not calibrate now


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCall:
    """A call of the device's calibrator, one at a time; see `drivers.contract.DeviceCalibrator`."""

    name: CallName
    x_norm: float = math.nan  # of the target; NaN where there is none
    y_norm: float = math.nan
    eyes: str = ""  # for enter: both, left, right
    data: bytes = b""  # for apply


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAnswer:
    """How such a call ended."""

    name: str
    x_norm: float = math.nan
    y_norm: float = math.nan
    is_ok: bool
    text: str = ""  # a sentence
    samples: Rows = field(default_factory=lambda: CALIBRATION_SAMPLE.empty(0))  # after compute
    data: bytes = b""  # after compute, for applying it again; empty where the device gives none

    def answers(self, call: DeviceCall) -> bool:
        """Return whether this is the answer to a call."""
        if self.name != call.name:
            return False
        pairs = ((self.x_norm, call.x_norm), (self.y_norm, call.y_norm))
        return all(math.isnan(asked) or abs(got - asked) < 1e-6 for got, asked in pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is to be done now."""

    dot: Dot | None = None  # draw this, or nothing
    calls: tuple[DeviceCall, ...] = ()  # hand to the device; none or one
    targets: Rows = field(default_factory=lambda: TARGET.empty(0))  # write to the recording
    text: str = ""  # a sentence for the operator
