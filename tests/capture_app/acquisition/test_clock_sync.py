"""The clocks of the machine are read at the start and every 10 s."""

from __future__ import annotations

import sys

import pytest

from capture_app.acquisition.clock_sync import SYNC_EVERY_NS, ClockSync
from gaze_core.clocks import HostClock, ManualClock
from gaze_core.rows import decode_text


def test_a_reading_is_due_at_once_and_then_every_ten_seconds(clock: ManualClock) -> None:
    sync = ClockSync(clock)
    due = [sync.is_due()]
    sync.read()
    for _ in range(2):
        due.append(sync.is_due())
        clock.advance_ns(SYNC_EVERY_NS // 2)
    due.append(sync.is_due())

    assert due == [True, False, False, True]


def test_a_row_brackets_the_wall_clock(clock: ManualClock) -> None:
    row = ClockSync(clock, read_wall_ns=lambda: 1_800_000_000_000_000_000).read()[0]

    assert decode_text(row["clock_id"]) == "wall"
    assert int(row["remote_ns"]) == 1_800_000_000_000_000_000
    assert int(row["host_before_ns"]) == int(row["host_after_ns"]) == clock.now_ns()


@pytest.mark.skipif(sys.platform == "win32", reason="there the monotonic clock is too coarse to be read")
def test_the_monotonic_clock_of_this_machine_is_related_to_the_host_clock() -> None:
    row = ClockSync(HostClock()).read()[1]

    assert decode_text(row["clock_id"]) == "monotonic"
    assert 0 <= int(row["host_after_ns"]) - int(row["host_before_ns"]) < 1_000_000_000
