from __future__ import annotations

import threading

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from drivers.tobii.research_inbox import Bell, CallbackErrors, Inbox

DTYPE = np.dtype([("number", "<i8")])


@given(st.lists(st.one_of(st.integers(1, 9), st.none()), max_size=80))
def test_rows_come_out_once_in_order_and_what_finds_no_room_is_counted(steps: list[int | None]) -> None:
    """A number puts so many rows, None takes."""
    inbox = Inbox("gaze", DTYPE, 7)
    waiting: list[int] = []
    number = lost = told = 0
    for step in [*steps, None]:
        if step is None:
            assert inbox.take()["number"].tolist() == waiting
            waiting = []
            told += inbox.take_lost()
            continue
        for _ in range(step):
            inbox.put((number,))
            if len(waiting) < 7:
                waiting.append(number)
            else:
                lost += 1
            number += 1
        assert len(inbox) == len(waiting)
    assert told == lost


def test_rows_taken_do_not_change_when_others_follow() -> None:
    inbox = Inbox("gaze", DTYPE, 2)
    inbox.put((1,))
    taken = inbox.take()
    for number in range(2, 5):
        inbox.put((number,))
    assert taken["number"].tolist() == [1]


def test_a_cleared_box_is_empty_and_has_lost_nothing() -> None:
    inbox = Inbox("gaze", DTYPE, 1)
    inbox.put((1,))
    inbox.put((2,))
    inbox.clear()
    assert (len(inbox), len(inbox.take()), inbox.take_lost()) == (0, 0, 0)


def test_the_bell_wakes_who_waits() -> None:
    inbox, bell, is_woken = Inbox("gaze", DTYPE, 4), Bell(), threading.Event()

    def read() -> None:
        bell.wait((inbox,), 30.0)
        is_woken.set()

    reader = threading.Thread(target=read)
    reader.start()
    inbox.put((1,))
    bell.ring()
    assert is_woken.wait(5.0)
    reader.join()


def test_the_bell_does_not_wait_where_something_is_there() -> None:
    inbox = Inbox("gaze", DTYPE, 4)
    inbox.put((1,))
    Bell().wait((inbox,), 3600.0)


def test_failures_are_told_once_per_stream_and_counted() -> None:
    errors = CallbackErrors()
    first = KeyError("x")
    errors.count("gaze", first)
    errors.count("gaze", KeyError("y"))
    assert errors.take_new() == (("gaze", first),)
    errors.count("gaze", KeyError("z"))
    errors.count("sync", first)
    assert [stream for stream, _ in errors.take_new()] == ["sync"]
    assert errors.counts() == {"gaze": 3, "sync": 1}
