"""Simulated Tobii trackers behind the fakes of both vendor modules, usable in any process and without pytest.

Put this folder on ``sys.path`` (``PYTHONPATH`` for another process), then ``import tobii_research`` or
``import TittaPy_v2`` gives a fake that speaks to the simulated trackers of `network()`.

From a test in the same process::

    with installed(SimulatedNetwork(devices=2, clock=ManualClock(...))) as network:
        tracker = network.devices[0]        # a SimulatedTobii
        tracker.unplug()                    # see SimulatedTobii for all that can happen
        network.advance(0.1)                # manual clock: delivers what became due, on this thread

Without ``clock`` time is the host's (``time.perf_counter_ns``) and a native-like thread, which Python does
not know, delivers while anything listens. From outside, the environment variable ``SIMULATED_TOBII`` holds
JSON::

    {"devices": 2, "rate_hz": 120, "seed": 5, "signal_period_s": 0.5,
     "faults": [{"at_s": 1.0, "do": "unplug"}, {"at_s": 2.0, "do": "plug_in", "device": 0}]}

``devices`` is a number or a list of objects with arguments of `SimulatedTobii`; other keys count for every
device. ``at_s`` counts from the first subscription to the gaze of the device; ``do`` is one of `ACTIONS`, the
other keys are its arguments. Without the variable there is one tracker.

For a fake of a vendor module: `SimulatedNetwork.find`, `connect` and `now_us`; of a device the ``read_*``
and ``write_*`` calls, `apply_licence`, `clear_licences`, `listen`, `unlisten` and `calibration`. All raise
`SimulatedError`, whose `status` is the native library's word, ``timed_out`` included. Streams are
`STREAMS`; their records are `GazeSample` (for gaze and for eye openness), `Signal`, `TimeSync`, `Position`,
`Notification` and `StreamError`. A listener is called with the network's lock held: it must take no lock
that is held while `listen` or `unlisten` is called.
"""

from __future__ import annotations

import _thread
import contextlib
import json
import os
import threading
import time
from collections.abc import Iterator
from typing import Any, Protocol

from simulated_calibration import (
    CalibrationOfDevice,
    CollectedEye,
    CollectedPoint,
    SimulatedCalibration,
)
from simulated_device import SimulatedTobii
from simulated_gaze import EyeSample, EyesSeen, GazeSample, SimulatedArea, SimulatedGaze, area_of
from simulated_records import (
    CAPABILITIES,
    RATES_HZ,
    STREAMS,
    Notification,
    Position,
    Signal,
    SimulatedError,
    StreamError,
    TimeSync,
)

__all__ = [
    "SimulatedNetwork", "SimulatedTobii", "SimulatedCalibration", "SimulatedError",
    "network", "installed", "install", "from_environment",
    "STREAMS", "CAPABILITIES", "RATES_HZ", "ACTIONS", "VARIABLE", "SYSTEM_ZERO_US",
    "GazeSample", "SimulatedGaze", "EyeSample", "EyesSeen", "SimulatedArea", "area_of", "Signal", "TimeSync",
    "Position", "Notification", "StreamError", "CalibrationOfDevice", "CollectedPoint", "CollectedEye",
]  # fmt: skip

VARIABLE = "SIMULATED_TOBII"
ACTIONS = frozenset(
    {
        "unplug",
        "plug_in",
        "change_rate",
        "change_mode",
        "change_display_area",
        "change_calibration",
        "set_clock",
        "repeat_samples",
        "set_signal",
        "report_fault",
        "report_warning",
        "report_stream_error",
        "be_silent",
        "be_heard",
        "hold",
        "release",
        "set_eyes",
        "time_out",
    }
)
SYSTEM_ZERO_US = 37  # the SDK's host clock is that of this machine, give or take

_PACE_S = 0.004  # between two deliveries on the wall clock


class ManualTime(Protocol):
    """A clock that a test advances, such as `gaze_core.clocks.ManualClock`."""

    def now_ns(self) -> int:
        """Return the time."""

    def advance_ns(self, step_ns: int) -> None:
        """Go on."""


class SimulatedNetwork:
    """All trackers of one process, their host clock, and the thread that delivers."""

    def __init__(
        self,
        *,
        devices: int | list[dict[str, Any]] = 1,
        clock: ManualTime | None = None,
        faults: list[dict[str, Any]] | None = None,
        **shared: Any,
    ) -> None:
        self.lock = threading.RLock()
        self.delivering_thread: int | None = None
        self._clock = clock
        self._woken = threading.Event()
        self._is_closed = False
        self._has_thread = False
        self.devices: list[SimulatedTobii] = []
        given = [{} for _ in range(devices)] if isinstance(devices, int) else devices
        for index, arguments in enumerate(given):
            own = [
                {key: value for key, value in fault.items() if key != "device"}
                for fault in faults or []
                if fault.get("device", 0) == index
            ]
            named = {"serial": f"TPSP1-01020304050{6 + index}", "name": f"Reading room {index + 1}"}
            self.devices.append(
                SimulatedTobii(self, **{**named, **shared, "faults": tuple(own), **_tuples(arguments)})
            )

    def now_us(self) -> int:
        """Return the SDK's host clock."""
        now_ns = time.perf_counter_ns() if self._clock is None else self._clock.now_ns()
        return now_ns // 1000 + SYSTEM_ZERO_US

    def find(self) -> tuple[SimulatedTobii, ...]:
        """Return the trackers that answer a search."""
        return tuple(device for device in self.devices if device.is_plugged_in)

    def connect(self, address: str) -> SimulatedTobii:
        """Return the tracker at an address. Raises `SimulatedError`."""
        for device in self.devices:
            if device.address == address and device.is_plugged_in:
                device.check("connect")
                return device
        is_known_kind = address.startswith(("tet-tcp://", "tobii-ttp://"))
        raise SimulatedError("internal" if is_known_kind else "connection_failed")

    def advance(self, seconds: float, *, slice_s: float = 0.005) -> None:
        """Let time pass on the manual clock, delivering as it goes; 0 delivers what waits."""
        if self._clock is None:
            raise RuntimeError("This network runs on the wall clock.")
        left_ns = round(seconds * 1e9)
        self.step()
        while left_ns > 0:
            step_ns = min(left_ns, round(slice_s * 1e9))
            self._clock.advance_ns(step_ns)
            left_ns -= step_ns
            self.step()

    def step(self) -> None:
        """Deliver what is due now."""
        with self.lock:
            self.delivering_thread = threading.get_ident()
            try:
                for device in self.devices:
                    device.step(self.now_us())
            finally:
                self.delivering_thread = None

    def wait(self, seconds: float) -> None:
        """Take some time, as a call to a device does; none on a manual clock."""
        if self._clock is None and seconds > 0:
            time.sleep(seconds)

    def wake(self) -> None:
        """Have the thread look again; it is started with the first listener."""
        if self._clock is None and not self._is_closed:
            self._woken.set()
            with self.lock:
                if not self._has_thread:
                    self._has_thread = True
                    _thread.start_new_thread(self._run, ())

    def close(self) -> None:
        """End the thread."""
        self._is_closed = True
        self._woken.set()

    def action(self, name: str) -> str:
        """Return the method that a scenario's word names."""
        if name not in ACTIONS:
            raise ValueError(f"A simulated Tobii cannot {name!r}; it can: {', '.join(sorted(ACTIONS))}.")
        return name

    def _run(self) -> None:
        # The thread outlives its listeners, as the threads of the real library do.
        while not self._is_closed:
            if any(device.listener_count for device in self.devices):
                time.sleep(_PACE_S)
                self.step()
            else:
                self._woken.wait()
                self._woken.clear()


_lock = threading.Lock()
_network: SimulatedNetwork | None = None


def network() -> SimulatedNetwork:
    """Return the network of this process; made from the environment where a test installed none."""
    global _network
    with _lock:
        if _network is None:
            _network = from_environment()
        return _network


def install(other: SimulatedNetwork | None) -> None:
    """Use this network from now on; None: make one from the environment when it is needed."""
    global _network
    with _lock:
        previous, _network = _network, other
    if previous is not None and previous is not other:
        previous.close()


@contextlib.contextmanager
def installed(other: SimulatedNetwork) -> Iterator[SimulatedNetwork]:
    """Use a network for the time of a test."""
    install(other)
    try:
        yield other
    finally:
        install(None)


def from_environment() -> SimulatedNetwork:
    """Return the network that the environment variable describes."""
    text = os.environ.get(VARIABLE, "")
    return SimulatedNetwork(**_tuples(json.loads(text))) if text else SimulatedNetwork()


def _tuples(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return JSON's lists as the tuples and sets that a device takes."""
    made = dict(arguments)
    for key in ("rates_hz", "modes", "size_mm"):
        if key in made:
            made[key] = tuple(made[key])
    if "capabilities" in made:
        made["capabilities"] = frozenset(made["capabilities"])
    return made
