"""Changes of the lines are stamped when the system tells of them, and found by asking where it does not."""

from __future__ import annotations

import queue
import threading

import pytest

from drivers.serial_lines import POLL_S, LineWatch
from drivers.serial_port import SerialPortError
from gaze_core.clocks import ManualClock

LIMIT_S = 10.0
TICK_NS = round(POLL_S * 1e9)


class FakeWaiter:
    """Returns from `wait` when the test says that a line changed, or that the port cannot tell."""

    def __init__(self) -> None:
        self.news: queue.SimpleQueue[OSError | None] = queue.SimpleQueue()
        self.is_closed = threading.Event()

    def wait(self) -> None:
        error = self.news.get()
        if error is not None:
            raise error

    def close(self) -> None:
        self.is_closed.set()


class FakePort:
    """A port whose lines follow a script; each look takes a millisecond of a manual clock."""

    def __init__(self, clock: ManualClock, script: list[int], waiter: FakeWaiter | None = None) -> None:
        self._clock = clock
        self._script = script
        self._waiter = waiter
        self.name = "COM3"

    def lines(self) -> int:
        self._clock.advance_ns(TICK_NS)
        value = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        if value < 0:
            raise SerialPortError("COM3 has stopped working. Check its cable.")
        return value

    def line_waiter(self) -> FakeWaiter | None:
        return self._waiter


def test_a_change_is_found_by_asking_with_the_time_of_the_look():
    clock = ManualClock()
    watch = LineWatch(FakePort(clock, [0, 0, 0, 1, 1]), clock)
    assert watch.next_change(LIMIT_S) == 3 * TICK_NS
    assert watch.value == 1


def test_both_edges_of_a_pulse_are_changes():
    clock = ManualClock()
    watch = LineWatch(FakePort(clock, [0, 4, 0]), clock)
    values = [(watch.next_change(LIMIT_S), watch.value)[1] for _ in range(2)]
    assert values == [4, 0]


def test_without_a_change_the_watch_returns_in_time():
    clock = ManualClock()
    watch = LineWatch(FakePort(clock, [8]), clock)
    assert watch.next_change(0.005) is None
    assert watch.value == 8


def test_a_lost_port_is_an_error():
    clock = ManualClock()
    watch = LineWatch(FakePort(clock, [0, 0, -1]), clock)
    with pytest.raises(SerialPortError, match="COM3"):
        watch.next_change(LIMIT_S)


def test_a_change_the_system_tells_of_has_the_time_of_the_telling():
    clock, waiter = ManualClock(), FakeWaiter()
    watch = LineWatch(FakePort(clock, [0, 2], waiter), clock)
    told_ns = clock.now_ns() + 50_000
    clock.advance_ns(50_000)
    waiter.news.put(None)
    assert watch.next_change(LIMIT_S) == told_ns
    assert watch.value == 2


def test_a_port_that_cannot_tell_is_asked_instead():
    clock, waiter = ManualClock(), FakeWaiter()
    waiter.news.put(OSError(25, "Inappropriate ioctl for device"))
    watch = LineWatch(FakePort(clock, [0, 0, 1], waiter), clock)
    assert waiter.is_closed.wait(LIMIT_S)
    assert not watch.is_told_by_system
    assert watch.next_change(LIMIT_S) is not None


def test_a_change_the_system_missed_is_found_by_the_look_beside():
    clock, waiter = ManualClock(), FakeWaiter()
    watch = LineWatch(FakePort(clock, [0, 1], waiter), clock)
    assert watch.next_change(LIMIT_S) is not None
    assert watch.value == 1


def test_after_the_close_the_waiting_thread_ends_with_the_next_change():
    clock, waiter = ManualClock(), FakeWaiter()
    watch = LineWatch(FakePort(clock, [0], waiter), clock)
    watch.close()
    waiter.news.put(None)
    assert waiter.is_closed.wait(LIMIT_S)
