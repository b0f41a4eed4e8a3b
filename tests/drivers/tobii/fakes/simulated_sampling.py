"""When a simulated Tobii tracker measures: its clock, its samples, and what it sends beside gaze."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from simulated_gaze import GazeSample
from simulated_records import Position, TimeSync

if TYPE_CHECKING:
    from simulated_device import SimulatedTobii

_LATENCY_US = 3_000  # from the middle of the exposure to the delivery
_SYNC_EVERY_US = 1_000_000
_POSITION_EVERY_US = 33_333
_NOWHERE = (math.nan, math.nan, math.nan)


class Sampling:
    """The tracker's clock, and the evenly spaced samples on it; a number is never given twice."""

    def __init__(self, zero_us: int, device_zero_us: int, drift_ppm: float, rate_hz: float) -> None:
        self._zero_us, self._device_zero_us = zero_us, device_zero_us
        self._drift = drift_ppm * 1e-6
        self._rate_hz = rate_hz
        self._number = 0  # of the next sample
        self._anchor_us, self._anchor_number = device_zero_us, 0  # where the rate last changed

    def device_us(self, system_us: int) -> int:
        """Return the tracker's clock at a time of the host's."""
        passed_us = system_us - self._zero_us
        return self._device_zero_us + passed_us + math.floor(passed_us * self._drift)

    def system_us(self, device_us: int) -> int:
        """Return the host's clock at a time of the tracker's."""
        return self._zero_us + round((device_us - self._device_zero_us) / (1.0 + self._drift))

    def due(self, now_us: int) -> Iterator[tuple[int, int]]:
        """Give number and device time of each sample that can have been delivered by now."""
        while True:
            device_us = self._stamp_us(self._number)
            if self.system_us(device_us) + _LATENCY_US > now_us:
                return
            yield self._number, device_us
            self._number += 1

    def skip_to(self, now_us: int) -> None:
        """Measure nothing up to now."""
        passed_us = self.device_us(now_us - _LATENCY_US) - self._anchor_us
        reached = self._anchor_number + math.floor(passed_us * self._rate_hz / 1e6) + 1
        self._number = max(self._number, reached)

    def change_rate(self, rate_hz: float, now_us: int) -> None:
        """Measure at another rate from now on."""
        self._rate_hz = rate_hz
        self._anchor_us, self._anchor_number = self.device_us(now_us), self._number

    def set_clock(self, device_us: int, now_us: int) -> None:
        """Set the tracker's clock, as when it starts anew."""
        self._zero_us, self._device_zero_us = now_us, device_us
        self._anchor_us, self._anchor_number = device_us, self._number

    def _stamp_us(self, number: int) -> int:
        return self._anchor_us + round((number - self._anchor_number) * 1e6 / self._rate_hz)


class BesideGaze:
    """Time sync every second, the position of the user 30 times a second, a signal where it is wanted."""

    def __init__(self, device: SimulatedTobii, signal_period_us: int) -> None:
        self._device = device
        self._signal_period_us = signal_period_us  # 0: the external port stays as it is
        self._sync_us = self._position_us = self._signal_us = 0

    def due(self, now_us: int) -> Iterator[tuple[str, Any]]:
        """Give the stream and the record of what is due."""
        device = self._device
        if device.has_listener("time_sync") and now_us >= self._sync_us:
            self._sync_us = now_us + _SYNC_EVERY_US
            yield "time_sync", TimeSync(now_us - 400, device.device_us(now_us - 200), now_us)
        if device.has_listener("user_position") and now_us >= self._position_us:
            self._position_us = now_us + _POSITION_EVERY_US
            yield "user_position", self._position()
        if self._signal_period_us and device.has_listener("external_signal") and now_us >= self._signal_us:
            if self._signal_us:
                device.toggle_signal()
            self._signal_us = now_us + self._signal_period_us

    def _position(self) -> Position:
        seen = self._device.seen
        left = (0.45, 0.52, 0.48) if seen.left else _NOWHERE
        right = (0.55, 0.52, 0.48) if seen.right else _NOWHERE
        return Position(left, right, seen.left, seen.right)


class LateOpenness:
    """Openness on its way: later than gaze, and lost now and then."""

    def __init__(self) -> None:
        self._samples: deque[GazeSample] = deque()

    def push(self, sample: GazeSample, lag: int, lost_every: int) -> Iterator[GazeSample]:
        """Add a sample and give those that arrive now; each `lost_every`-th never does."""
        self._samples.append(sample)
        while len(self._samples) > lag:
            late = self._samples.popleft()
            if not lost_every or late.number % lost_every:
                yield late

    def clear(self) -> None:
        """Forget what is on its way."""
        self._samples.clear()


class Faults:
    """What a scenario lets happen, in order of time since gaze was first subscribed to."""

    def __init__(self, faults: tuple[dict[str, Any], ...]) -> None:
        self._faults = sorted(faults, key=lambda fault: float(fault["at_s"]))
        self._from_us: int | None = None

    def begin(self, now_us: int) -> None:
        """Count from now on, unless it was counted from before."""
        self._from_us = now_us if self._from_us is None else self._from_us

    def due(self, now_us: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give action and arguments of each fault whose time has come."""
        while self._faults and self._from_us is not None:
            if self._from_us + round(float(self._faults[0]["at_s"]) * 1e6) > now_us:
                return
            arguments = {name: value for name, value in self._faults.pop(0).items() if name != "at_s"}
            yield str(arguments.pop("do")), arguments
