"""One simulated Tobii tracker: what it is, what it streams, and every way in which it fails on demand."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from simulated_calibration import SimulatedCalibration
from simulated_gaze import EyesSeen, GazeSample, SimulatedArea, SimulatedGaze, area_of
from simulated_records import (
    BUFFER_SAMPLES,
    CAPABILITIES,
    LICENCE_REFUSALS,
    RATES_HZ,
    STREAMS,
    Notification,
    Signal,
    SimulatedError,
    StreamError,
)
from simulated_sampling import BesideGaze, Faults, LateOpenness, Sampling

if TYPE_CHECKING:
    from simulated_tobii import SimulatedNetwork


class SimulatedTobii:
    """A tracker. Its public fields may be set at any time; `network.step` delivers what became due."""

    def __init__(
        self,
        network: SimulatedNetwork,
        *,
        serial: str = "TPSP1-010203040506",
        model: str = "Tobii Pro Spectrum",
        name: str = "Reading room 1",
        firmware: str = "2.6.1-corvus",
        rate_hz: float = 600.0,
        rates_hz: tuple[float, ...] = RATES_HZ,
        modes: tuple[str, ...] = ("human", "monkey"),
        capabilities: frozenset[str] = CAPABILITIES,
        size_mm: tuple[float, float] = (527.0, 296.0),
        seed: int = 1,
        drift_ppm: float = 20.0,
        device_start_us: int = 7_000_000,
        needs_licence: bool = False,
        signal_period_s: float = 0.0,
        faults: tuple[dict[str, Any], ...] = (),
    ) -> None:
        self.network = network
        self.serial, self.model, self.name, self.firmware = serial, model, name, firmware
        self.runtime_version = "1.3.0"
        self.address = f"tet-tcp://{serial.lower()}.simulated"
        self.rates_hz, self.rate_hz = tuple(rates_hz), rate_hz
        self.modes, self.mode = tuple(modes), modes[0] if modes else ""
        self.capabilities = frozenset(capabilities)
        self.area = area_of(*size_mm)
        self.seen = EyesSeen()
        self.is_plugged_in = True
        self.is_silent = False  # connected, but sends no gaze
        self.refuses_connections = False  # found by a search, occupied by another program
        self.has_too_many_subscribers = False
        self.needs_licence, self.has_licence = needs_licence, False
        self.refused_streams: set[str] = set()  # that cannot be listened to
        self.timing_out: set[str] = set()  # names of calls, "*" for all
        self.openness_lag = 1  # samples by which openness arrives later than gaze
        self.openness_lost_every = 0  # each so-manieth openness sample is lost; 0: none
        self.callback_errors = 0  # exceptions that left a callback
        self.calibration = SimulatedCalibration(notify=self._notify, wait=network.wait, check=self.check)
        self._gaze = SimulatedGaze(seed)
        self._sampling = Sampling(network.now_us(), device_start_us, drift_ppm, rate_hz)
        self._beside = BesideGaze(self, round(signal_period_s * 1e6))
        self._listeners: dict[str, list[Callable[[Any], None]]] = {stream: [] for stream in STREAMS}
        self._waiting: deque[GazeSample] = deque()
        self._late = LateOpenness()
        self._outbox: deque[tuple[str, Any]] = deque()
        self._is_held = False
        self._overflowed = 0
        self._faults = Faults(faults)
        self._signal = 0

    def device_us(self, system_us: int) -> int:
        """Return the tracker's clock at a time of the host's."""
        return self._sampling.device_us(system_us)

    def system_us(self, device_us: int) -> int:
        """Return the host's clock at a time of the tracker's."""
        return self._sampling.system_us(device_us)

    # What a vendor package calls. Each may raise SimulatedError.

    def check(self, call: str) -> None:
        """Refuse a call that the tracker could not answer now."""
        if self.network.delivering_thread == threading.get_ident():
            raise SimulatedError("callback_in_progress")
        if not self.is_plugged_in or self.refuses_connections:
            raise SimulatedError("connection_failed")
        if call in self.timing_out or "*" in self.timing_out:
            raise SimulatedError("timed_out")

    def read_rates_hz(self) -> tuple[float, ...]:
        """Return the rates to choose from."""
        self.check("rates")
        return self.rates_hz

    def read_rate_hz(self) -> float:
        """Return the rate."""
        self.check("rate")
        return self.rate_hz

    def write_rate_hz(self, rate_hz: float) -> None:
        """Set the rate, as any program that is connected may."""
        self.check("set_rate")
        if rate_hz not in self.rates_hz:
            raise SimulatedError("invalid_parameter")
        self.change_rate(rate_hz)

    def read_modes(self) -> tuple[str, ...]:
        """Return the tracking modes to choose from."""
        self.check("modes")
        return self.modes

    def read_mode(self) -> str:
        """Return the tracking mode."""
        self.check("mode")
        return self.mode

    def write_mode(self, mode: str) -> None:
        """Set the tracking mode."""
        self.check("set_mode")
        if mode not in self.modes:
            raise SimulatedError("invalid_parameter")
        self.change_mode(mode)

    def read_area(self) -> SimulatedArea:
        """Return the display area."""
        self.check("display_area")
        return self.area

    def write_area(self, area: SimulatedArea) -> None:
        """Set the display area."""
        self.check("set_display_area")
        if "can_set_display_area" not in self.capabilities:
            raise SimulatedError("not_supported")
        self._set_area(area)

    def write_name(self, name: str) -> None:
        """Name the tracker."""
        self.check("set_name")
        self.name = name

    def apply_licence(self, licence: bytes) -> str:
        """Return "ok" for the bytes ``licence <serial>``, else the refusal that the bytes name."""
        self.check("apply_licence")
        text = licence.decode("utf-8", "replace").strip()
        if text == f"licence {self.serial}":
            self.has_licence = True
            return "ok"
        return text if text in LICENCE_REFUSALS else "tampered"

    def clear_licences(self) -> None:
        """Forget the licences that were applied."""
        self.check("clear_licences")
        self.has_licence = False

    def listen(self, stream: str, listener: Callable[[Any], None]) -> None:
        """Call `listener` with each record of a stream, on the network's thread."""
        self.check("listen")
        if stream in self.refused_streams:
            raise SimulatedError("not_supported")
        with self.network.lock:
            if stream in ("gaze", "eye_openness") and not (
                self._listeners["gaze"] or self._listeners[stream]
            ):
                self._sampling.skip_to(self.network.now_us())
            self._listeners[stream].append(listener)
            self._after_listen(stream)
        self.network.wake()

    def unlisten(self, stream: str, listener: Callable[[Any], None]) -> None:
        """Stop that; `listener` is not called afterwards. Works while unplugged."""
        if self.network.delivering_thread == threading.get_ident():
            raise SimulatedError("callback_in_progress")
        with self.network.lock:
            if listener in self._listeners[stream]:
                self._listeners[stream].remove(listener)
            if stream == "gaze":
                self._waiting.clear()
                self._late.clear()

    @property
    def listener_count(self) -> int:
        """How many listeners there are, over all streams."""
        return sum(len(listeners) for listeners in self._listeners.values())

    # What happens to the tracker.

    def unplug(self, *, is_noticed: bool = True) -> None:
        """Take the cable out."""
        with self.network.lock:
            if not self.is_plugged_in:
                return
            self._make(self.network.now_us())
            self.is_plugged_in = False
            self.calibration.is_entered = False
            if is_noticed:
                self._notify("connection_lost")

    def plug_in(self, *, address: str | None = None, restores_streams: bool = True) -> None:
        """Put the cable in; without `restores_streams` every subscription is gone."""
        with self.network.lock:
            if self.is_plugged_in:
                return
            self.is_plugged_in = True
            self.address = address or self.address
            if not restores_streams:
                for listeners in self._listeners.values():
                    listeners.clear()
            self._sampling.skip_to(self.network.now_us())
            self._notify("connection_restored")

    def change_rate(self, rate_hz: float) -> None:
        """Change the rate, as another program does it."""
        with self.network.lock:
            now_us = self.network.now_us()
            self._make(now_us)
            self.rate_hz = rate_hz
            self._sampling.change_rate(rate_hz, now_us)
            self._notify("gaze_output_frequency_changed", rate_hz=rate_hz)

    def change_mode(self, mode: str) -> None:
        """Change the tracking mode, as another program does it."""
        self.mode = mode
        self._notify("eye_tracking_mode_changed")

    def change_display_area(self, width_mm: float, height_mm: float) -> None:
        """Change the display area, as another program does it."""
        self._set_area(area_of(width_mm, height_mm))

    def change_calibration(self) -> None:
        """Let another program calibrate the tracker."""
        self._notify("calibration_changed")

    def has_listener(self, stream: str) -> bool:
        """Return whether anybody listens to a stream."""
        return bool(self._listeners[stream])

    def toggle_signal(self) -> None:
        """Change the external port from 0 to 1 or back."""
        self.set_signal(1 - min(self._signal, 1))

    def set_signal(self, value: int, change: str = "value_changed") -> None:
        """Put a value on the external port."""
        with self.network.lock:
            self._signal = value
            now_us = self.network.now_us()
            self._post("external_signal", Signal(value, change, self.device_us(now_us), now_us))

    def set_clock(self, device_us: int) -> None:
        """Set the tracker's own clock, as when it starts anew: its times may go back."""
        with self.network.lock:
            now_us = self.network.now_us()
            self._make(now_us)
            self._sampling.set_clock(device_us, now_us)

    def repeat_samples(self) -> None:
        """Deliver every sample that waits twice, with the same times."""
        with self.network.lock:
            self._make(self.network.now_us())
            self._waiting = deque(each for each in self._waiting for _ in range(2))

    def report_fault(self, text: str) -> None:
        """Let the tracker report faults, comma separated."""
        self._notify("device_faults", text=text)

    def report_warning(self, text: str) -> None:
        """Let the tracker report warnings, comma separated."""
        self._notify("device_warnings", text=text)

    def report_stream_error(
        self, error: str, source: str = "subscription_gaze_data", message: str = ""
    ) -> None:
        """Let a stream fail."""
        self._post("stream_error", StreamError(error, source, message, self.network.now_us()))

    def be_silent(self) -> None:
        """Send no gaze from now on."""
        self._make(self.network.now_us())
        self.is_silent = True

    def be_heard(self) -> None:
        """Send gaze again."""
        with self.network.lock:
            self.is_silent = False
            self._sampling.skip_to(self.network.now_us())

    def hold(self) -> None:
        """Keep gaze in the native buffer of 64 samples, as while a callback does not come to its turn."""
        self._is_held = True

    def release(self) -> None:
        """Deliver at once what the buffer holds; where it ran over, tell so."""
        with self.network.lock:
            self._make(self.network.now_us())
            self._is_held = False
            if self._overflowed:
                self._overflowed = 0
                self._notify("stream_buffer_overflow", text="gaze_data")

    def set_eyes(
        self,
        *,
        left: bool = True,
        right: bool = True,
        pupils: bool = True,
        shift_norm: tuple[float, float] = (0.0, 0.0),
    ) -> None:
        """Say what the tracker can see of the reader from now on."""
        with self.network.lock:
            self._make(self.network.now_us())
            self.seen = EyesSeen(left, right, pupils, (shift_norm[0], shift_norm[1]))

    def time_out(self, calls: Iterable[str] = ()) -> None:
        """Let these calls time out from now on, "*" for all; none: all answer again."""
        self.timing_out = set(calls)

    # Delivery, with the network's lock held.

    def step(self, now_us: int) -> None:
        """Do what became due and deliver it."""
        for action, arguments in self._faults.due(now_us):
            getattr(self, self.network.action(action))(**arguments)
        self._make(now_us)
        if not self._is_held:
            while self._waiting:
                sample = self._waiting.popleft()
                self._deliver("gaze", sample)
                if self._listeners["eye_openness"]:
                    for late in self._late.push(sample, self.openness_lag, self.openness_lost_every):
                        self._deliver("eye_openness", late)
        if self.is_plugged_in:
            self._outbox.extend(tuple(self._beside.due(now_us)))
        while self._outbox:
            self._deliver(*self._outbox.popleft())

    def _make(self, now_us: int) -> None:
        """Measure every sample that is due."""
        with self.network.lock:
            if not self._is_streaming():
                self._sampling.skip_to(now_us)
                return
            for number, device_us in self._sampling.due(now_us):
                left, right = self._gaze.eyes(number, self.rate_hz, self.area, self.seen)
                system_us = self.system_us(device_us)
                self._waiting.append(GazeSample(number, device_us, system_us, left, right))
                if self._is_held and len(self._waiting) > BUFFER_SAMPLES:
                    self._waiting.popleft()
                    self._overflowed += 1

    def _is_streaming(self) -> bool:
        is_allowed = (self.has_licence or not self.needs_licence) and not self.has_too_many_subscribers
        return self.is_plugged_in and not self.is_silent and is_allowed and bool(self._listeners["gaze"])

    def _after_listen(self, stream: str) -> None:
        if stream == "gaze":
            self._faults.begin(self.network.now_us())
            if self.needs_licence and not self.has_licence:
                self.report_stream_error("insufficient_license", message="No licence for gaze data")
            if self.has_too_many_subscribers:
                self.report_stream_error("too_many_subscribers", message="Another program is subscribed")
        if stream == "external_signal":
            self.set_signal(self._signal, "initial_value")

    def _deliver(self, stream: str, record: Any) -> None:
        for listener in tuple(self._listeners[stream]):
            try:
                listener(record)
            except Exception:  # noqa: BLE001  # a native library does not die of its caller's mistake
                self.callback_errors += 1

    def _set_area(self, area: SimulatedArea) -> None:
        with self.network.lock:
            self._make(self.network.now_us())
            self.area = area
            self._notify("display_area_changed", area=area)

    def _notify(
        self, kind: str, *, text: str = "", rate_hz: float = math.nan, area: SimulatedArea | None = None
    ) -> None:
        self._post("notification", Notification(kind, self.network.now_us(), text, rate_hz, area))

    def _post(self, stream: str, record: Any) -> None:
        self._outbox.append((stream, record))
        self.network.wake()
