"""Drift of clocks, and what is not known of it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaze_core.clocks import drift_of_arrivals, drift_of_readings
from gaze_core.rows import CLOCK_SYNC, NO_TIME


def readings(ppm: float, half_width_ns: int, count: int = 60, seed: int = 1) -> np.ndarray:
    """Readings of a clock, one a second, anywhere within their brackets."""
    rng = np.random.default_rng(seed)
    host_ns = 5_000_000_000 + np.arange(count) * 1_000_000_000
    rows = CLOCK_SYNC.empty(count)
    rows["clock_id"] = b"device"
    rows["host_before_ns"] = host_ns - rng.integers(0, 2 * half_width_ns, count)
    rows["host_after_ns"] = rows["host_before_ns"] + 2 * half_width_ns
    rows["remote_ns"] = 77_000_000_000 + np.round((host_ns - host_ns[0]) * (1 + ppm * 1e-6)).astype(np.int64)
    return rows


@given(ppm=st.floats(-300.0, 300.0), seed=st.integers(0, 500))
def test_the_drift_of_a_read_clock_is_found_within_its_uncertainty(ppm, seed):
    drift = drift_of_readings(readings(ppm, 50_000, seed=seed), "device")
    assert abs(drift.ppm - ppm) < 4 * drift.sigma_ppm
    assert drift.sigma_ppm < 3.0
    assert drift.span_s == pytest.approx(59.0, rel=1e-3)
    assert not drift.is_envelope


def test_a_clock_that_runs_faster_than_the_host_has_a_positive_drift():
    assert drift_of_readings(readings(100.0, 1000), "device").ppm == pytest.approx(100.0, abs=1.0)


@given(ppm=st.floats(-200.0, 200.0), seed=st.integers(0, 500))
def test_the_drift_of_arrivals_is_found_within_its_uncertainty(ppm, seed):
    delays_ns = np.random.default_rng(seed).exponential(2e6, 3000)
    device_ns = np.arange(3000) * 10_000_000
    host_ns = np.round(device_ns / (1 + ppm * 1e-6) + delays_ns).astype(np.int64)
    drift = drift_of_arrivals(device_ns, host_ns)
    assert abs(drift.ppm - ppm) < 4 * drift.sigma_ppm
    assert drift.sigma_ppm < 15.0
    assert drift.is_envelope


def test_a_clock_that_was_set_is_judged_by_its_longest_stretch():
    rows = readings(40.0, 10_000)
    rows["remote_ns"][:15] += 3_000_000_000
    drift = drift_of_readings(rows, "device")
    assert drift.ppm == pytest.approx(40.0, abs=2.0)
    assert drift.span_s == pytest.approx(44.0, rel=1e-2)


def test_too_few_readings_say_nothing():
    assert drift_of_readings(readings(0.0, 1000, count=2), "device") is None
    assert drift_of_readings(readings(0.0, 1000), "lsl") is None
    assert drift_of_arrivals([1, 2], [1, 2]) is None
    assert drift_of_arrivals([NO_TIME] * 10, range(10)) is None


def test_three_readings_at_one_time_have_no_uncertainty():
    rows = readings(0.0, 1000, count=3)
    rows["remote_ns"] = rows["remote_ns"][0]
    rows["host_before_ns"] = rows["host_before_ns"][0]
    rows["host_after_ns"] = rows["host_after_ns"][0]
    assert math.isnan(drift_of_readings(rows, "device").sigma_ppm)
