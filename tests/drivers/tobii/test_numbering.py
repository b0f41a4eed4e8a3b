"""Samples are numbered by their device times, so that what never arrived is a hole."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from drivers.tobii.numbering import SampleNumbers
from gaze_core.rows import GazeFlag

RATE_HZ = 100.0
INTERVAL_NS = 10_000_000


def number(numbers, instants, flags=None, rate_hz=RATE_HZ):
    """Number samples taken at these whole intervals."""
    flags = np.zeros(len(instants), np.uint32) if flags is None else flags
    return numbers.number(np.array(instants) * INTERVAL_NS, flags, rate_hz).tolist(), flags


def test_samples_one_interval_apart_are_numbered_without_holes():
    numbers = SampleNumbers()
    assert number(numbers, [7, 8, 9])[0] == [0, 1, 2]
    assert number(numbers, [10])[0] == [3]


def test_each_missing_interval_is_one_missing_number_and_flagged():
    numbers = SampleNumbers()
    number(numbers, [0, 1])
    found, flags = number(numbers, [4, 5, 7])
    assert found == [4, 5, 7]
    assert flags.tolist() == [GazeFlag.GAP_BEFORE, 0, GazeFlag.GAP_BEFORE]


@given(st.lists(st.integers(1, 40), min_size=1, max_size=60), st.data())
def test_numbers_follow_the_instants_whatever_is_missing_and_however_they_come(steps, data):
    instants = np.cumsum(steps)
    jitter_ns = data.draw(
        st.lists(st.integers(-2_000_000, 2_000_000), min_size=len(steps), max_size=len(steps))
    )
    cut = data.draw(st.integers(0, len(steps) - 1))
    device_ns = instants * INTERVAL_NS + np.array(jitter_ns)
    numbers = SampleNumbers()
    parts = [
        numbers.number(part, np.zeros(len(part), np.uint32), RATE_HZ)
        for part in (device_ns[:cut], device_ns[cut:])
        if len(part)
    ]
    assert np.concatenate(parts).tolist() == (instants - instants[0]).tolist()


def test_stamps_that_repeat_or_go_back_leave_no_hole_behind_them():
    numbers = SampleNumbers()
    assert number(numbers, [5, 6, 6, 3, 7, 8])[0] == [0, 1, 2, 3, 4, 5]


def test_a_clock_that_was_set_anew_leaves_no_hole():
    numbers = SampleNumbers()
    flags = np.array([0, 0, GazeFlag.CLOCK_RESET, 0], np.uint32)
    assert number(numbers, [5, 6, 5_000, 5_002], flags)[0] == [0, 1, 2, 4]
    flags = np.array([GazeFlag.CLOCK_RESET, 0], np.uint32)
    assert number(numbers, [9_000, 9_001], flags)[0] == [5, 6]


def test_a_pause_that_was_asked_for_leaves_no_hole():
    numbers = SampleNumbers()
    number(numbers, [0, 1])
    numbers.begin()
    assert number(numbers, [500])[0] == [2]


def test_nothing_is_counted_missing_at_an_unknown_rate():
    numbers = SampleNumbers()
    assert number(numbers, [0, 1, 50], rate_hz=float("nan"))[0] == [0, 1, 2]
