"""Every kind of fault of a stream is found, counted and flagged, and nothing else is touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.acquisition.stream_checks import CheckedGaze, StreamChecker
from gaze_core.rows import GAZE, GazeFlag, Rows
from gaze_core.streams import TrackerInfo

Gaze = Callable[..., Rows]


@pytest.fixture
def checker(info: TrackerInfo) -> StreamChecker:
    return StreamChecker(info, is_live=True)


def _kinds(checked: CheckedGaze) -> list[str]:
    return [fault.kind for fault in checked.faults]


def test_a_flawless_stream_passes_untouched(checker: StreamChecker, gaze: Gaze) -> None:
    parts = [gaze([0]), gaze([1, 2, 3]), gaze(list(range(4, 100)))]

    checked = [checker.check(part) for part in parts]

    assert all(each.gaze is part and not each.faults for each, part in zip(checked, parts, strict=True))
    assert (checker.samples, checker.lost, checker.out_of_order, checker.clock_resets) == (100, 0, 0, 0)


def test_a_hole_is_counted_and_the_sample_behind_it_flagged(checker: StreamChecker, gaze: Gaze) -> None:
    checker.check(gaze([0, 1]))

    checked = checker.check(gaze([5, 6, 9]))

    assert (checked.lost, checked.lost_before_first, checker.lost) == (5, 3, 5)
    assert list(checked.gaze["flags"]) == [GazeFlag.GAP_BEFORE, 0, GazeFlag.GAP_BEFORE]


def test_a_late_sample_fills_its_hole_and_counts_as_out_of_order(checker: StreamChecker, gaze: Gaze) -> None:
    checker.check(gaze([0, 1, 4]))

    checked = checker.check(gaze([2]))

    assert (checker.lost, checker.out_of_order) == (1, 1)
    assert "out_of_order" in _kinds(checked)


def test_a_sample_that_comes_twice_fills_no_hole(checker: StreamChecker, gaze: Gaze) -> None:
    checker.check(gaze([0, 1, 4]))

    checker.check(gaze([4]))

    assert (checker.lost, checker.out_of_order) == (2, 1)


@given(
    order=st.permutations(range(40)), cuts=st.sets(st.integers(1, 39)), missing=st.sets(st.integers(0, 39))
)
def test_in_the_end_only_what_never_came_is_lost(
    info: TrackerInfo, gaze: Gaze, order: list[int], cuts: set[int], missing: set[int]
) -> None:
    checker = StreamChecker(info, is_live=True)
    checker.check(gaze([-1]))
    order = [number for number in order if number not in missing]

    for part in np.split(np.array(order, int), sorted(cuts)):
        checker.check(gaze(part.tolist()))
    checker.check(gaze([40]))

    assert checker.lost == len(missing)


def test_a_tracker_that_came_back_may_number_from_zero_again(checker: StreamChecker, gaze: Gaze) -> None:
    checker.check(gaze([50, 51]))
    again = gaze([0, 1, 2])
    again["flags"][0] = GazeFlag.RECONNECTED

    checker.check(again)

    assert (checker.lost, checker.out_of_order) == (0, 0)


def test_device_time_that_steps_back_a_little_is_flagged_and_kept(checker: StreamChecker, gaze: Gaze) -> None:
    rows = gaze([0, 1, 2, 3])
    rows["t_device_ns"][2] -= 3_000_000
    before = rows["t_device_ns"].copy()

    checked = checker.check(rows)

    assert checked.gaze["flags"][2] & GazeFlag.DEVICE_TIME_BACKWARD
    assert (checked.device_time_backward, checker.clock_resets) == (1, 0)
    assert np.array_equal(checked.gaze["t_device_ns"], before)


@pytest.mark.parametrize("jump_ns", [-3_600_000_000_000, -600_000_000, 700_000_000, 3_600_000_000_000])
def test_a_clock_that_jumps_is_a_reset_at_the_first_sample_of_the_new_time(
    checker: StreamChecker, gaze: Gaze, jump_ns: int
) -> None:
    checker.check(gaze(list(range(10))))

    checked = checker.check(gaze([10, 11], device_offset_ns=jump_ns))
    after = checker.check(gaze([12, 13], device_offset_ns=jump_ns))

    assert list(checked.gaze["flags"]) == [GazeFlag.CLOCK_RESET, 0]
    assert _kinds(checked) == ["clock_reset"]
    assert not after.faults


def test_a_stall_with_lost_samples_is_a_gap_and_no_clock_reset(checker: StreamChecker, gaze: Gaze) -> None:
    checker.check(gaze(list(range(10))))
    burst = gaze([*range(10, 20), *range(3010, 3020)])
    burst["t_host_ns"] = burst["t_host_ns"][-1]  # all read at once, when the stall ended

    checked = checker.check(burst)

    assert checker.clock_resets == 0
    assert checker.lost == 2990
    assert checked.gaze["flags"][10] == GazeFlag.GAP_BEFORE


def test_a_reset_that_the_driver_flagged_is_counted_once(checker: StreamChecker, gaze: Gaze) -> None:
    checker.check(gaze([0, 1]))
    rows = gaze([2, 3], device_offset_ns=-5_000_000_000)
    rows["flags"][0] = GazeFlag.CLOCK_RESET

    checked = checker.check(rows)

    assert checker.clock_resets == 1
    assert not checked.faults
    assert list(checked.gaze["flags"]) == [GazeFlag.CLOCK_RESET, 0]


def test_what_is_played_from_a_file_gets_no_new_clock_resets_and_is_no_flood(
    info: TrackerInfo, gaze: Gaze
) -> None:
    checker = StreamChecker(info, is_live=False)
    rows = gaze(list(range(20_000)))
    rows["t_device_ns"][10_000:] += 60_000_000_000
    rows["t_host_ns"] = 1

    checked = checker.check(rows)

    assert not checked.faults
    assert checked.gaze["flags"][10_000] == GazeFlag.GAP_BEFORE


def test_a_tracker_without_a_clock_is_not_judged_by_it(info: TrackerInfo, gaze: Gaze) -> None:
    checker = StreamChecker(replace(info, has_device_clock=False), is_live=True)
    rows = gaze([0, 1, 2])
    rows["t_device_ns"] = [5, 5, 1]

    assert not checker.check(rows).faults


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_a_valid_coordinate_that_is_no_number_becomes_invalid(
    checker: StreamChecker, gaze: Gaze, number: float
) -> None:
    rows = gaze([0, 1, 2])
    rows["left_y_norm"][1] = number

    checked = checker.check(rows)

    assert list(checked.gaze["left_valid"]) == [1, 0, 1]
    assert list(checked.gaze["right_valid"]) == [1, 1, 1]
    assert list(rows["left_valid"]) == [1, 1, 1]
    assert _kinds(checked) == ["not_a_number"]


def test_an_invalid_sample_is_no_fault(checker: StreamChecker) -> None:
    rows = GAZE.empty(3)
    rows["seq"], rows["t_device_ns"], rows["t_host_ns"], rows["flags"] = [0, 1, 2], [0, 10, 20], 5, 0

    assert not checker.check(rows).faults


def test_eyes_that_are_not_seen_for_longer_than_a_blink_are_told_once_each_time(
    checker: StreamChecker, gaze: Gaze
) -> None:
    told = []
    for first in range(0, 5000, 100):
        rows = gaze(list(range(first, first + 100)))
        if 500 <= first < 2500 or 3000 <= first < 3900:
            for side in ("left", "right"):
                rows[f"{side}_x_norm"], rows[f"{side}_valid"] = np.nan, 0
        told += [(first, fault.kind, fault.count) for fault in checker.check(rows).faults]

    assert told == [(1500, "no_valid_gaze", 1100)]


def test_a_flood_is_told_once_until_it_is_over(checker: StreamChecker, gaze: Gaze) -> None:
    told = 0
    for first in range(0, 50_000, 500):
        rows = gaze(list(range(first, first + 500)))
        rows["t_host_ns"] = 1_000_000_000 + first * 100  # ten thousand times the rate of the device
        rows["t_device_ns"] = rows["t_host_ns"] + np.arange(500)
        told += _kinds(checker.check(rows)).count("flood")

    assert told == 1


def test_what_a_stall_held_up_is_no_flood(checker: StreamChecker, gaze: Gaze) -> None:
    checker.check(gaze([0]))
    for first in range(1, 4001, 500):
        rows = gaze(list(range(first, first + 500)))
        rows["t_host_ns"] = 4_010_000_000 + first
        assert "flood" not in _kinds(checker.check(rows))


@given(
    st.lists(
        st.tuples(*[st.integers(-(2**63), 2**63 - 1)] * 3, st.integers(0, 2**32 - 1)), min_size=1, max_size=8
    ),
    st.booleans(),
)
def test_no_absurd_number_is_ever_an_error(
    info: TrackerInfo, values: list[tuple[int, int, int, int]], is_live: bool
) -> None:
    checker = StreamChecker(info, is_live=is_live)
    rows = GAZE.empty(len(values))
    for column, numbers in zip(
        ("seq", "t_device_ns", "t_host_ns", "flags"), zip(*values, strict=True), strict=True
    ):
        rows[column] = numbers

    for part in (rows[:1], rows[1:], rows):
        assert len(checker.check(part).gaze) == len(part)
