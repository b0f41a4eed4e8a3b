"""The calibration mode of a simulated Tobii tracker."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from simulated_records import SimulatedError

MAGIC = b"SIMULATED TOBII CALIBRATION "
_SAMPLES_PER_POINT = 8

USED, NOT_USED, INVALID = "valid_and_used", "valid_but_not_used", "invalid_and_not_used"


@dataclass(frozen=True)
class CollectedEye:
    """One eye of a sample that was collected."""

    x_norm: float
    y_norm: float
    validity: str  # USED, NOT_USED, INVALID


@dataclass(frozen=True)
class CollectedPoint:
    """A target with what was seen while it was shown."""

    x_norm: float
    y_norm: float
    samples: tuple[tuple[CollectedEye, CollectedEye], ...]


@dataclass(frozen=True)
class CalibrationOfDevice:
    """What came of a computation."""

    status: str  # success, failure, success_left_eye, success_right_eye
    points: tuple[CollectedPoint, ...]


@dataclass
class SimulatedCalibration:
    """Calibration mode: enter, collect, discard, compute, leave; `data` survives it.

    Steer it by its fields: `failing` counts how often a target still fails, `compute_status` is what the next
    computation ends with, `is_empty_success` gives a success without points, `collect_s` is how long a
    collection takes, `hold()` lets it take until `release()`.
    """

    notify: Callable[[str], None]
    wait: Callable[[float], None]
    check: Callable[[str], None]  # raises SimulatedError where the call cannot be made now
    is_entered: bool = False
    is_monocular: bool = False
    data: bytes = b""
    failing: dict[tuple[float, float], int] = field(default_factory=dict)
    compute_status: str = "success"
    is_empty_success: bool = False
    collect_s: float = 0.0
    collected: dict[tuple[float, float], str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    computations: int = 0
    is_collecting: threading.Event = field(default_factory=threading.Event)
    _released: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._released.set()

    def enter(self, *, is_monocular: bool = False) -> None:
        """Begin calibration mode."""
        self._begin("enter")
        if self.is_entered:
            raise SimulatedError("calibration_already_started")
        self.is_entered, self.is_monocular = True, is_monocular
        self.collected.clear()
        self.notify("calibration_mode_entered")

    def collect(self, x_norm: float, y_norm: float, eyes: str = "both") -> str:
        """Collect at a target; takes `collect_s`."""
        self._begin(f"collect {x_norm:g} {y_norm:g} {eyes}")
        self._need_mode()
        self.is_collecting.set()
        self.wait(self.collect_s)
        self._released.wait(30.0)
        self.is_collecting.clear()
        self.check("collect")
        self._need_mode()
        left = self.failing.get((x_norm, y_norm), 0)
        if left:
            self.failing[(x_norm, y_norm)] = left - 1
            return "failure"
        self.collected[(x_norm, y_norm)] = eyes
        return "success"

    def discard(self, x_norm: float, y_norm: float, eyes: str = "both") -> None:
        """Throw away what was collected at a target."""
        self._begin(f"discard {x_norm:g} {y_norm:g} {eyes}")
        self._need_mode()
        self.collected.pop((x_norm, y_norm), None)

    def compute(self) -> CalibrationOfDevice:
        """Compute and apply."""
        self._begin("compute")
        self._need_mode()
        if not self.collected or self.compute_status == "failure":
            return CalibrationOfDevice("failure", ())
        if self.is_empty_success:
            return CalibrationOfDevice("success", ())
        self.computations += 1
        targets = [[x_norm, y_norm] for x_norm, y_norm in self.collected]
        self.data = MAGIC + json.dumps([self.computations, targets]).encode("ascii")
        self.notify("calibration_changed")
        points = tuple(_seen(x_norm, y_norm, eyes) for (x_norm, y_norm), eyes in self.collected.items())
        return CalibrationOfDevice(self.compute_status, points)

    def leave(self) -> None:
        """End calibration mode."""
        self._begin("leave")
        self._need_mode()
        self.end()

    def end(self) -> None:
        """End calibration mode as a tracker does that loses its connection."""
        if self.is_entered:
            self.is_entered = False
            self.notify("calibration_mode_left")

    def retrieve(self) -> bytes:
        """Return what is stored on the device, b"" where it was never calibrated."""
        self._begin("retrieve")
        return self.data

    def apply(self, data: bytes) -> None:
        """Use a calibration of an earlier time."""
        self._begin("apply")
        if not data.startswith(MAGIC):
            raise SimulatedError("operation_failed")
        self.data = data
        self.notify("calibration_changed")

    def hold(self) -> None:
        """Let the next collection take until `release`."""
        self._released.clear()

    def release(self) -> None:
        """Let a held collection end."""
        self._released.set()

    def _begin(self, call: str) -> None:
        self.check(call.split()[0])
        self.calls.append(call)

    def _need_mode(self) -> None:
        if not self.is_entered:
            raise SimulatedError("calibration_not_started")


def _seen(x_norm: float, y_norm: float, eyes: str) -> CollectedPoint:
    samples = []
    for number in range(_SAMPLES_PER_POINT):
        error = 0.002 * (number - 3)
        use = NOT_USED if number == 0 else USED
        samples.append(
            (
                _eye(x_norm + error, y_norm, use if eyes in ("both", "left") else INVALID),
                _eye(x_norm, y_norm + error, use if eyes in ("both", "right") else INVALID),
            )
        )
    return CollectedPoint(x_norm, y_norm, tuple(samples))


def _eye(x_norm: float, y_norm: float, validity: str) -> CollectedEye:
    if validity == INVALID:
        return CollectedEye(float("nan"), float("nan"), validity)
    return CollectedEye(x_norm, y_norm, validity)
