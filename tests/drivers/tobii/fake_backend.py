"""A small Tobii package made by hand, on a manual clock: what the driver sees below its border."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from drivers.contract import CalibratedEyes, CalibrationOutcome, DriverError, TrackerNotFoundError
from drivers.tobii.backend import (
    SIGNAL_DTYPE,
    SYNC_DTYPE,
    Delivered,
    DisplayArea,
    LicenceResult,
    TobiiFacts,
    TobiiNotice,
    TobiiStream,
)
from gaze_core.rows import CALIBRATION_SAMPLE, USER_POSITION, Rows

DEVICE_AHEAD_US = 5_000_000_000  # the tracker's clock before the host's
SYSTEM_AHEAD_US = 70_000_000  # the package's host clock before ours

AREA = DisplayArea(
    top_left_mm=(-264.0, 330.0, 90.0),
    top_right_mm=(264.0, 330.0, 90.0),
    bottom_left_mm=(-264.0, 45.0, 6.0),
    bottom_right_mm=(264.0, 45.0, 6.0),
    width_mm=528.0,
    height_mm=297.12,
)
FACTS = TobiiFacts(
    address="tobii-prp://one",
    name="Room 2",
    model="Tobii Pro Spectrum",
    serial="TPSP1-01",
    firmware="2.6",
    capabilities=frozenset({"has_gaze_data", "can_do_monocular_calibration"}),
)


def raw_dtype(*, has_openness: bool = True) -> np.dtype[np.void]:
    fields: list[tuple[str, str]] = [("device_time_stamp", "<i8"), ("system_time_stamp", "<i8")]
    for side in ("left", "right"):
        fields += [(f"{side}_gaze_point_on_display_area_{axis}", "<f8") for axis in "xy"]
        for what in ("gaze_point", "gaze_origin"):
            fields += [(f"{side}_{what}_in_user_coordinate_system_{axis}", "<f8") for axis in "xyz"]
        fields += [(f"{side}_pupil_diameter", "<f8")]
        fields += [(f"{side}_{what}_validity", "u1") for what in ("gaze_point", "gaze_origin", "pupil")]
        if has_openness:
            fields += [(f"{side}_eye_openness_value", "<f8"), (f"{side}_eye_validity", "u1")]
    return np.dtype(fields)


def raw_rows(device_us: Any, *, has_openness: bool = True) -> Rows:
    """Valid samples at these device times, µs."""
    device_us = np.atleast_1d(np.asarray(device_us, np.int64))
    raw = np.zeros(len(device_us), raw_dtype(has_openness=has_openness))
    raw["device_time_stamp"] = device_us
    raw["system_time_stamp"] = device_us - DEVICE_AHEAD_US + SYSTEM_AHEAD_US
    for name in raw.dtype.names:
        if name.endswith("validity"):
            raw[name] = 1
        elif raw.dtype[name].kind == "f":
            raw[name] = 0.25
    return raw


class FakeCalibrator:
    """Keeps what it was asked for; `error` is raised by the next call."""

    def __init__(self) -> None:
        self.calls: list[Any] = []
        self.error: DriverError | None = None
        self.is_collected = True
        self.outcome = CalibrationOutcome(
            is_applied=True,
            text="Calibrated at 1 target.",
            samples=CALIBRATION_SAMPLE.row(target_x_norm=0.5, target_y_norm=0.5, left_use=2, right_use=0),
            data=b"calibration",
        )

    def enter(self, eyes: CalibratedEyes = CalibratedEyes.BOTH) -> None:
        self._note(("enter", eyes))

    def collect(self, x_norm: float, y_norm: float) -> bool:
        self._note(("collect", x_norm, y_norm))
        return self.is_collected

    def discard(self, x_norm: float, y_norm: float) -> None:
        self._note(("discard", x_norm, y_norm))

    def compute(self) -> CalibrationOutcome:
        self._note("compute")
        return self.outcome

    def apply(self, data: bytes) -> None:
        self._note(("apply", data))

    def leave(self) -> None:
        self._note("leave")

    def _note(self, call: Any) -> None:
        self.calls.append(call)
        error, self.error = self.error, None
        if error is not None:
            raise error


class FakeTracker:
    """The tracker itself, apart from any connection to it."""

    def __init__(self, clock: Any, **facts: Any) -> None:
        self.clock = clock
        self.facts = dataclasses.replace(FACTS, **facts)
        self.rates_hz: tuple[float, ...] = (60.0, 120.0, 600.0)
        self.rate_hz = 120.0
        self.modes: tuple[str, ...] = ("human", "monkey")
        self.mode = "human"
        self.area = AREA
        self.offered = frozenset(TobiiStream)
        self.licence_result = LicenceResult(is_applied=True, text="The licence is valid.")
        self.licences: list[bytes] = []
        self.is_there = True
        self.restores_by_itself = True
        self.does_not_take_settings = False
        self.device_ahead_us = DEVICE_AHEAD_US
        self.errors: dict[str, DriverError] = {}  # by name of the call
        self.has_calibrator = True
        self.calibrators: list[FakeCalibrator] = []
        self.listeners: list[FakeDevice] = []

    def unplug(self, *, is_told: bool = True) -> None:
        self._produce()
        self.is_there = False
        if is_told:
            self.notify("connection_lost")

    def plug_in(self) -> None:
        self.is_there = True
        if not self.restores_by_itself:
            self.listeners.clear()
        for device in self.listeners:
            device.sampled_us = self.now_us()
        self.notify("connection_restored")

    def notify(self, kind: str, **values: Any) -> None:
        notice = TobiiNotice(t_host_ns=self.clock.now_ns(), system_time_us=-1, kind=kind, **values)
        for device in self.listeners:
            device.notices.append(notice)

    def now_us(self) -> int:
        return int(self.clock.now_ns() // 1000)

    def check(self, call: str) -> None:
        if call in self.errors:
            raise self.errors[call]

    def _produce(self) -> None:
        for device in self.listeners:
            device.produce()


class FakeDevice:
    """A connection to a tracker."""

    def __init__(self, tracker: FakeTracker) -> None:
        self.tracker = tracker
        self.streams: frozenset[TobiiStream] = frozenset()
        self.is_closed = False
        self.starts = 0
        self.sampled_us = 0  # host time up to which samples were made
        self.waiting: list[Rows] = []
        self.arrivals: list[int] = []
        self.time_sync: list[tuple[int, int, int, int]] = []
        self.signals: list[tuple[int, int, int, int, bytes]] = []
        self.positions: list[Rows] = []
        self.notices: list[TobiiNotice] = []
        self._calibrator = FakeCalibrator() if tracker.has_calibrator else None
        if self._calibrator is not None:
            tracker.calibrators.append(self._calibrator)

    @property
    def raw_dtype(self) -> np.dtype[np.void]:
        return raw_dtype(has_openness=TobiiStream.OPENNESS in self.streams)

    def facts(self) -> TobiiFacts:
        self.tracker.check("facts")
        return self.tracker.facts

    def rates_hz(self) -> tuple[float, ...]:
        self.tracker.check("rates_hz")
        return self.tracker.rates_hz

    def rate_hz(self) -> float:
        return self.tracker.rate_hz

    def set_rate_hz(self, rate_hz: float) -> None:
        self.tracker.check("set_rate_hz")
        if not self.tracker.does_not_take_settings:
            self.tracker.rate_hz = rate_hz

    def modes(self) -> tuple[str, ...]:
        return self.tracker.modes

    def mode(self) -> str:
        return self.tracker.mode

    def set_mode(self, mode: str) -> None:
        if not self.tracker.does_not_take_settings:
            self.tracker.mode = mode

    def display_area(self) -> DisplayArea:
        self.tracker.check("display_area")
        return self.tracker.area

    def apply_licence(self, licence: bytes) -> LicenceResult:
        self.tracker.licences.append(licence)
        return self.tracker.licence_result

    def calibrator(self) -> FakeCalibrator | None:
        return self._calibrator

    def choose_streams(self, streams: frozenset[TobiiStream]) -> frozenset[TobiiStream]:
        self.streams = streams & self.tracker.offered
        return self.streams

    def start(self) -> None:
        self.tracker.check("start")
        self.starts += 1
        self.sampled_us = self.tracker.now_us()
        self.tracker.listeners.append(self)

    def wait(self, timeout_s: float) -> None:
        self.tracker.check("wait")
        clock = self.tracker.clock
        until_ns = clock.now_ns() + round(timeout_s * 1e9)
        self.produce()
        while not (self.waiting or self.notices) and clock.now_ns() < until_ns:
            clock.wait(min(0.01, (until_ns - clock.now_ns()) * 1e-9))
            self.produce()

    def take(self) -> Delivered:
        self.produce()
        raw = np.concatenate([*self.waiting, np.zeros(0, self.raw_dtype)])
        position = np.concatenate([*self.positions, USER_POSITION.empty(0)])
        delivered = Delivered(
            raw=raw,
            arrived_host_ns=np.array(self.arrivals, np.int64),
            time_sync=np.array(self.time_sync, SYNC_DTYPE),
            signals=np.array(self.signals, SIGNAL_DTYPE),
            user_position=position if TobiiStream.USER_POSITION in self.streams else None,
            notices=tuple(self.notices),
        )
        for waiting in (
            self.waiting, self.arrivals, self.time_sync, self.signals, self.positions, self.notices,
        ):  # fmt: skip
            waiting.clear()
        return delivered

    def stop(self) -> None:
        if self in self.tracker.listeners:
            self.tracker.listeners.remove(self)
        self.waiting.clear()
        self.arrivals.clear()

    def close(self) -> None:
        self.stop()
        self.is_closed = True

    def deliver(self, raw: Rows, arrived_ns: int) -> None:
        """Have samples made by a test arrive."""
        self.waiting.append(raw)
        self.arrivals.extend([arrived_ns] * len(raw))

    def produce(self) -> None:
        tracker = self.tracker
        if self not in tracker.listeners or not tracker.is_there or math.isnan(tracker.rate_hz):
            return
        interval_us = round(1e6 / tracker.rate_hz)
        count = (tracker.now_us() - self.sampled_us) // interval_us
        if count <= 0:
            return
        host_us = self.sampled_us + interval_us * np.arange(1, count + 1)
        self.sampled_us = int(host_us[-1])
        raw = raw_rows(host_us + tracker.device_ahead_us, has_openness=TobiiStream.OPENNESS in self.streams)
        self.deliver(raw, tracker.clock.now_ns())


class FakeBackend:
    """A package that finds the trackers that are there."""

    name = "tobii_research"
    version = "2.1.0 (fake)"

    def __init__(self, *trackers: FakeTracker) -> None:
        self.trackers = list(trackers)
        self.clock = trackers[0].clock if trackers else None
        self.silent_searches = 0  # searches that come too early to hear anybody
        self.searches = 0
        self.devices: list[FakeDevice] = []

    def find(self) -> tuple[FakeDevice, ...]:
        self.searches += 1
        if self.searches <= self.silent_searches:
            return ()
        return tuple(self._connected(tracker) for tracker in self.trackers if tracker.is_there)

    def connect(self, address: str) -> FakeDevice:
        for tracker in self.trackers:
            if tracker.facts.address == address and tracker.is_there:
                return self._connected(tracker)
        raise TrackerNotFoundError(f"No tracker answers at {address}. Check the address.")

    def system_time_us(self) -> int:
        return int(self.clock.now_ns() // 1000) + SYSTEM_AHEAD_US

    def _connected(self, tracker: FakeTracker) -> FakeDevice:
        self.devices.append(FakeDevice(tracker))
        return self.devices[-1]
