"""The queue between pump and writer is bounded, forgets nothing and knows exactly what is recorded."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from capture_app.acquisition.pump import Delivery
from capture_app.acquisition.recording_queue import RecordingQueue
from drivers.contract import Batch
from gaze_core.rows import CLOCK_SYNC, EVENT, TRUTH
from recordings_schema.layout import DatasetKey

MakeBatch = Callable[..., Batch]


def _delivery(batch: Batch, first_ring_row: int = 0, **counts: int) -> Delivery:
    return Delivery(gaze=batch.gaze, raw=batch.raw, first_ring_row=first_ring_row, **counts)


def test_without_a_recording_samples_are_let_go_but_clock_readings_are_kept_for_the_next(
    batch: MakeBatch,
) -> None:
    queue = RecordingQueue()
    sync = CLOCK_SYNC.row(clock_id="device", remote_ns=5)
    empty = batch([])
    queue.offer(Delivery(gaze=empty.gaze, raw=empty.raw, beside=((DatasetKey.CLOCK_SYNC, sync),)))
    queue.offer(_delivery(batch([0, 1])))

    queue.accept()

    assert [(key, int(rows["remote_ns"][0])) for key, rows in queue.take(0.0)] == [(DatasetKey.CLOCK_SYNC, 5)]


def test_the_ring_rows_of_a_recording_are_those_of_its_first_and_last_sample(batch: MakeBatch) -> None:
    queue = RecordingQueue()
    queue.offer(_delivery(batch([0, 1]), 0))
    first_row = queue.accept()
    queue.offer(_delivery(batch([2, 3, 4]), 2))
    next_row = queue.end_samples()
    queue.offer(_delivery(batch([5]), 5))

    assert (first_row, next_row, queue.end_samples()) == (2, 5, 5)
    assert [
        int(number) for key, rows in queue.take(0.0) if key is DatasetKey.GAZE for number in rows["seq"]
    ] == [2, 3, 4]


def test_after_the_last_sample_events_are_still_taken_but_no_truth(batch: MakeBatch) -> None:
    queue = RecordingQueue()
    queue.accept()
    queue.end_samples()
    empty = batch([])
    beside = ((DatasetKey.EVENTS, EVENT.row(kind="x")), (DatasetKey.TRUTH, TRUTH.empty(1)))
    queue.offer(Delivery(gaze=empty.gaze, raw=empty.raw, beside=beside))

    assert [key for key, _ in queue.take(0.0)] == [DatasetKey.EVENTS]


def test_there_are_no_samples_to_end_without_a_recording() -> None:
    assert RecordingQueue().end_samples() is None


def test_what_was_missing_before_the_first_recorded_sample_is_not_lost_from_the_recording(
    batch: MakeBatch,
) -> None:
    queue = RecordingQueue()
    queue.accept()
    queue.offer(_delivery(batch([7, 9]), lost=4, lost_before_first=3))
    queue.offer(_delivery(batch([12]), lost=2, lost_before_first=2))

    assert (queue.counts.samples, queue.counts.lost) == (3, 3)


def test_a_full_queue_says_so_and_takes_what_it_is_given_all_the_same(batch: MakeBatch) -> None:
    queue = RecordingQueue(max_waiting_rows=3)
    queue.accept()
    queue.offer(_delivery(batch([0, 1, 2])))
    assert not queue.wait_for_room(0.0)

    queue.offer(_delivery(batch([3])))

    assert sum(len(rows) for key, rows in queue.take(0.0) if key is DatasetKey.GAZE) == 4
    assert queue.wait_for_room(0.0)


def test_room_that_is_made_wakes_the_pump(batch: MakeBatch) -> None:
    queue = RecordingQueue(max_waiting_rows=1)
    queue.accept()
    queue.offer(_delivery(batch([0])))
    threading.Thread(target=queue.take, args=(0.0,)).start()

    assert queue.wait_for_room(20.0)


@given(st.lists(st.one_of(st.integers(0, 5), st.just(-1)), max_size=30))
def test_every_recorded_row_comes_out_once_in_order(batch: MakeBatch, steps: list[int]) -> None:
    queue = RecordingQueue()
    queue.accept()
    offered, taken = 0, []
    for step in steps:
        if step < 0:
            taken += queue.take(0.0)
        else:
            queue.offer(_delivery(batch(list(range(offered, offered + step)))))
            offered += step
    taken += queue.take(0.0)

    for key, column in ((DatasetKey.GAZE, "seq"), (DatasetKey.RAW, "stamp_us")):
        numbers = [np.asarray(rows[column]) for each, rows in taken if each is key]
        assert [int(number) for part in numbers for number in part] == list(range(offered))
    assert queue.counts.samples == offered
