"""The two clocks, and when each sample reaches the host.

Simulated time is that of the tracker's crystal, in seconds or nanoseconds from the start. The tracker's
clock reads it with an offset and may jump; host time runs slower or faster than it by the skew.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from drivers.mock.intervals import SpanProcess, poisson_gap
from drivers.mock.projection import Floats
from drivers.mock.settings import MockSettings

Nanoseconds = npt.NDArray[np.int64]

_MAX_STAMP_JITTER: Final = 0.4  # of the sample interval: stamps stay in order
_VENDOR_ERROR_S: Final = 20e-6  # SD of the host time that the vendor's software estimates


class Clocks:
    """Conversion of simulated time to the tracker's clock and to the host's."""

    def __init__(
        self, settings: MockSettings, host_start_ns: int, device_start_ns: int | None = None
    ) -> None:
        self._host_start_ns = host_start_ns
        configured_ns = round(settings.delivery.device_start_s * 1e9)
        self._device_start_ns = configured_ns if device_start_ns is None else device_start_ns
        self._slope = 1.0 / (1.0 + settings.delivery.clock_skew_ppm * 1e-6)
        has_jump = settings.fault.fault == "clock-jump"
        self.jump_at_ns: int | None = round(settings.fault.fault_at_s * 1e9) if has_jump else None
        self._jump_ns = round(settings.fault.clock_jump_s * 1e9)

    def device_ns(self, elapsed_ns: Nanoseconds) -> Nanoseconds:
        """Return what the tracker's clock reads."""
        reading = elapsed_ns + self._device_start_ns
        if self.jump_at_ns is not None:
            reading = reading + self._jump_ns * (elapsed_ns >= self.jump_at_ns)
        return np.asarray(reading, np.int64)

    def host_ns(self, elapsed_ns: Nanoseconds) -> Nanoseconds:
        """Return the host's time."""
        # The difference is small: a float product of it keeps every nanosecond for months.
        late = np.rint(elapsed_ns * (self._slope - 1.0)).astype(np.int64)
        return np.asarray(elapsed_ns + late + self._host_start_ns, np.int64)

    def elapsed_ns(self, host_ns: int) -> int:
        """Return the simulated time of a host time."""
        return round((host_ns - self._host_start_ns) / self._slope)


class Delivery:
    """Stamps samples and says when they arrive; fed with the instants of a stream in order."""

    def __init__(self, rng: np.random.Generator, settings: MockSettings) -> None:
        self._settings = settings.delivery
        self._rate_hz = settings.rate_hz
        self._stamp_rng, self._batch_rng, stall_rng, self._drop_rng = rng.spawn(4)
        has_jitter = self._settings.has_delivery_jitter
        self._batch_size = (
            max(1, round(self._settings.delivery_batch_s * settings.rate_hz)) if has_jitter else 1
        )
        self._next_batch = 0
        self._last_delay_ns = 0
        self._last_arrival_ns = -(2**62)

        def draw_stall(rng: np.random.Generator) -> tuple[float, int]:
            return float(rng.uniform(self._settings.stall_min_s, self._settings.stall_max_s)), 1

        self._stalls = SpanProcess(
            stall_rng, poisson_gap(self._settings.stalls_per_min) if has_jitter else None, draw_stall
        )

    def stamp_errors_ns(self, count: int) -> tuple[Nanoseconds, Nanoseconds]:
        """Return the errors of the device stamps and of the vendor's host stamps of the next samples."""
        jitter, vendor = self._stamp_rng.standard_normal((2, count))
        limit_s = _MAX_STAMP_JITTER / self._rate_hz
        device = np.clip(jitter * self._settings.stamp_jitter_s, -limit_s, limit_s)
        vendor = vendor * _VENDOR_ERROR_S
        return np.rint(device * 1e9).astype(np.int64), np.rint(vendor * 1e9).astype(np.int64)

    def is_sent(self, count: int) -> npt.NDArray[np.bool_]:
        """Return which of the next samples are not dropped on the way."""
        return np.asarray(self._drop_rng.uniform(size=count) >= self._settings.dropped_share)

    def arrivals_ns(self, first: int, elapsed_ns: Nanoseconds, host_ns: Nanoseconds) -> Nanoseconds:
        """Return host arrival times, never decreasing.

        Parameters
        ----------
        first
            Number of the first of these samples in the stream.
        elapsed_ns, host_ns
            Simulated and host time of their instants, shape (n,).
        """
        latency_ns = round(self._settings.latency_s * 1e9)
        if not self._settings.has_delivery_jitter:
            return host_ns + latency_ns
        numbers = np.arange(first, first + len(host_ns))
        batches = numbers // self._batch_size
        to_batch_end = self._batch_size - 1 - numbers % self._batch_size
        waiting_ns = np.rint(to_batch_end * (1e9 / self._rate_hz)).astype(np.int64)
        arrivals = host_ns + waiting_ns + latency_ns + self._delays_ns(batches)
        for stall in self._stalls.overlapping(float(elapsed_ns[0]) * 1e-9, float(elapsed_ns[-1]) * 1e-9):
            is_stalled = (elapsed_ns >= stall.onset_s * 1e9) & (elapsed_ns < stall.offset_s * 1e9)
            left_ns = np.rint(stall.offset_s * 1e9 - elapsed_ns[is_stalled]).astype(np.int64)
            arrivals[is_stalled] += left_ns
        arrivals[0] = max(int(arrivals[0]), self._last_arrival_ns)
        np.maximum.accumulate(arrivals, out=arrivals)
        self._last_arrival_ns = int(arrivals[-1])
        return np.asarray(arrivals)

    def _delays_ns(self, batches: npt.NDArray[np.int64]) -> Nanoseconds:
        """Return the delay of the operating system of each sample, one draw a batch."""
        fresh = int(batches[-1]) + 1 - self._next_batch
        low, high = (
            self._settings.os_delay_min_s,
            max(self._settings.os_delay_min_s, self._settings.os_delay_max_s),
        )
        drawn = np.rint(self._batch_rng.uniform(low, high, max(0, fresh)) * 1e9).astype(np.int64)
        known: Floats | Nanoseconds = np.concatenate([[self._last_delay_ns], drawn])
        delays = known[batches - self._next_batch + 1]
        self._last_delay_ns = int(known[-1])
        self._next_batch += max(0, fresh)
        return np.asarray(delays, np.int64)
