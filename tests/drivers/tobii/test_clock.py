"""The SDK's host clock is read against ours, and its time synchronisations are put on ours."""

from __future__ import annotations

import numpy as np
import pytest

from drivers.tobii.backend import SYNC_DTYPE
from drivers.tobii.clock import READ_EVERY_NS, SystemClock
from gaze_core.clocks import fit_clock
from gaze_core.rows import decode_text

AHEAD_US = 70_000_000


@pytest.fixture
def system_clock(clock):
    def read_us() -> int:
        clock.advance_ns(15_000)  # what such a call costs
        return clock.now_ns() // 1000 + AHEAD_US

    return SystemClock(read_us, clock)


def test_a_reading_is_a_bracket_around_the_sdk_s_clock(system_clock):
    row = system_clock.read()[0]
    assert decode_text(row["clock_id"]) == "tobii_system"
    middle_ns = (row["host_before_ns"] + row["host_after_ns"]) / 2
    assert row["remote_ns"] - middle_ns == pytest.approx(AHEAD_US * 1000, abs=15_000)
    assert row["host_after_ns"] - row["host_before_ns"] == 15_000


def test_readings_are_ten_seconds_apart(system_clock, clock):
    assert len(system_clock.read_if_due(clock.now_ns())) == 1
    clock.advance_ns(READ_EVERY_NS - 1_000_000)
    assert len(system_clock.read_if_due(clock.now_ns())) == 0
    clock.advance_ns(2_000_000)
    assert len(system_clock.read_if_due(clock.now_ns())) == 1


def test_a_time_synchronisation_is_a_reading_of_the_device_clock_on_our_host_clock(system_clock, clock):
    """A device clock that runs 20 ppm fast and is hours ahead is found from them."""
    system_clock.read()
    host_us = clock.now_ns() // 1000 + np.arange(60) * 1_000_000
    sync = np.zeros(60, SYNC_DTYPE)
    sync["request_us"] = host_us + AHEAD_US
    sync["device_us"] = 10_000_000_000 + np.rint(host_us * (1 + 20e-6)).astype(np.int64)
    sync["response_us"] = sync["request_us"] + 400
    rows = system_clock.device_readings(sync)
    assert {decode_text(name) for name in rows["clock_id"]} == {"device"}
    assert rows["host_before_ns"] == pytest.approx(host_us * 1000, abs=20_000)
    assert (rows["host_after_ns"] - rows["host_before_ns"]).tolist() == [400_000] * 60
    assert rows["remote_raw"].tolist() == sync["device_us"].tolist()
    assert fit_clock(rows, "device").segments[0].slope_ppm == pytest.approx(-20.0, abs=1.0)


def test_nothing_synchronised_gives_no_rows(system_clock):
    assert len(system_clock.device_readings(np.zeros(0, SYNC_DTYPE))) == 0
