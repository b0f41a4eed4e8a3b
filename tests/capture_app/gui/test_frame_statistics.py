"""Ages are measured once per new sample, from paint end to arrival."""

from __future__ import annotations

import math

import pytest

from capture_app.gui.frame_statistics import FrameStatistics

MS = 1_000_000


def test_the_age_is_paint_end_minus_arrival():
    statistics = FrameStatistics()
    statistics.rendered(10 * MS, 8 * MS)
    statistics.painted(12 * MS)
    assert statistics.ages_ms().tolist() == [4.0]
    assert statistics.summary().cost_median_ms == pytest.approx(2.0)


def test_frames_without_a_newer_sample_do_not_count():
    statistics = FrameStatistics()
    statistics.rendered(10 * MS, 8 * MS)
    statistics.painted(12 * MS)
    statistics.rendered(26 * MS, 8 * MS)
    statistics.painted(28 * MS)
    assert statistics.summary().frames == 1


def test_only_the_first_paint_after_a_state_counts():
    statistics = FrameStatistics()
    statistics.rendered(10 * MS, 8 * MS)
    statistics.painted(12 * MS)
    statistics.painted(40 * MS)
    assert statistics.ages_ms().tolist() == [4.0]


def test_the_ring_keeps_the_newest_frames_in_order():
    statistics = FrameStatistics(capacity=3)
    for number in range(1, 6):
        statistics.rendered(number * 10 * MS, number * 10 * MS)
        statistics.painted(number * 11 * MS)
    assert statistics.ages_ms().tolist() == [3.0, 4.0, 5.0]


def test_nothing_measured_is_nan():
    assert math.isnan(FrameStatistics().summary().age_p99_ms)
