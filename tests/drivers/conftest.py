from __future__ import annotations

import numpy as np
import pytest

from drivers.contract import ViewingSetup
from gaze_core.clocks import ManualClock
from gaze_core.rows import CLOCK_SYNC, GAZE, MARKER, TARGET
from gaze_core.streams import RecordedStream, TrackerInfo


class SteppingClock(ManualClock):
    """A host clock that moves only when somebody waits on it."""

    def wait(self, seconds: float) -> None:
        self.advance_ns(max(1, round(seconds * 1e9)))


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock(1_000_000_000)


@pytest.fixture
def setup() -> ViewingSetup:
    return ViewingSetup(width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0, distance_mm=650.0)


@pytest.fixture
def recorded() -> RecordedStream:
    """Half a second of 100 Hz with markers, a target and clock readings, recorded on day 1."""
    raw_dtype = np.dtype([("stamp_us", "<u4"), ("x", "<f4"), ("y", "<f4")])
    generator = np.random.default_rng(5)
    raw = np.frombuffer(generator.bytes(50 * raw_dtype.itemsize), raw_dtype).copy()
    gaze = GAZE.empty(50)
    gaze["seq"] = np.arange(50) + 700
    gaze["t_device_ns"] = 5_000_000_000 + np.arange(50) * 10_000_000
    gaze["t_host_ns"] = 86_400_000_000_000 + np.arange(50) * 10_000_000 + 1_234_567
    gaze["left_x_norm"] = generator.normal(0.5, 0.1, 50)
    gaze["left_y_norm"] = generator.normal(0.5, 0.1, 50)
    gaze["left_valid"] = 1
    markers = MARKER.empty(2)
    markers["t_host_ns"] = gaze["t_host_ns"][[10, 30]] + 5_000_000
    markers["text"] = [b"first", b"second"]
    targets = TARGET.row(t_on_host_ns=gaze["t_host_ns"][5], t_off_host_ns=gaze["t_host_ns"][25], target_id=3)
    clock_sync = np.concatenate(
        [
            CLOCK_SYNC.row(clock_id="wall", host_before_ns=1, remote_ns=2, host_after_ns=3),
            CLOCK_SYNC.row(
                clock_id="device",
                host_before_ns=gaze["t_host_ns"][20] - 1000,
                remote_ns=gaze["t_device_ns"][20],
                host_after_ns=gaze["t_host_ns"][20] + 1000,
            ),
        ]
    )
    info = TrackerInfo(driver="tobii", model="Spectrum", rate_hz=100.0, raw_dtype=raw_dtype)
    return RecordedStream(
        info=info, gaze=gaze, raw=raw, markers=markers, targets=targets, clock_sync=clock_sync
    )
