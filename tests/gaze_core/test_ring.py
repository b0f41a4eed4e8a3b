"""The shared-memory ring: order, losses that are counted, wrap-around, and a second process."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from multiprocessing.connection import Connection
from multiprocessing.shared_memory import SharedMemory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaze_core.ring import HEADER_BYTES, RingError, RowRing
from gaze_core.rows import GAZE, MARKER

NUMBERED = np.dtype([("number", "<i8"), ("copy", "<i8")])


def numbered(first: int, stop: int) -> np.ndarray:
    rows = np.zeros(stop - first, NUMBERED)
    rows["number"] = rows["copy"] = np.arange(first, stop)
    return rows


@given(
    capacity=st.integers(1, 12),
    steps=st.lists(st.tuples(st.integers(0, 20), st.none() | st.integers(0, 9)), max_size=30),
)
def test_every_row_is_either_read_once_in_order_or_counted_as_lost(capacity, steps):
    with RowRing.create(NUMBERED, capacity) as ring:
        cursor = ring.cursor()
        written = read_or_lost = 0
        for count, max_rows in steps:
            ring.write(numbered(written, written + count))
            written += count
            rows, lost = cursor.read(max_rows)
            read_or_lost += lost
            assert rows["number"].tolist() == list(range(read_or_lost, read_or_lost + len(rows)))
            assert np.array_equal(rows["number"], rows["copy"])
            assert max_rows is None or len(rows) <= max_rows
            read_or_lost += len(rows)
        rows, lost = cursor.read()
        assert read_or_lost + lost + len(rows) == written == ring.written_count


@given(capacity=st.integers(1, 8), count=st.integers(0, 30))
def test_a_new_cursor_starts_at_the_oldest_row_still_held(capacity, count):
    with RowRing.create(NUMBERED, capacity) as ring:
        ring.write(numbered(0, count))
        rows, lost = ring.cursor().read()
    assert lost == 0
    assert rows["number"].tolist() == list(range(max(0, count - capacity), count))


def test_two_cursors_do_not_disturb_each_other():
    with RowRing.create(NUMBERED, 8) as ring:
        quick, slow = ring.cursor(), ring.cursor()
        for first in range(0, 20, 4):
            ring.write(numbered(first, first + 4))
            assert len(quick.read()[0]) == 4
        rows, lost = slow.read()
    assert (len(rows), lost) == (8, 12)


def test_rows_the_writer_entered_during_the_copy_are_dropped_and_counted(monkeypatch):
    with RowRing.create(NUMBERED, 8) as ring:
        ring.write(numbered(0, 8))
        cursor = ring.cursor()
        copy = ring._copy

        def copy_while_the_writer_goes_on(first, stop):
            rows = copy(first, stop)
            ring.write(numbered(8, 11))
            return rows

        monkeypatch.setattr(ring, "_copy", copy_while_the_writer_goes_on)
        rows, lost = cursor.read()
        assert lost == 3
        assert rows["number"].tolist() == [3, 4, 5, 6, 7]


def test_a_write_that_has_begun_already_protects_its_slots():
    with RowRing.create(NUMBERED, 4) as ring:
        ring.write(numbered(0, 4))
        ring._begun[...] = 6  # as if the writer stood in the middle of two more rows
        rows, lost = ring.cursor().read()
    assert rows["number"].tolist() == [2, 3]
    assert lost == 0


def test_rows_read_stay_usable_after_closing():
    ring = RowRing.create(NUMBERED, 4)
    ring.write(numbered(0, 3))
    rows, _ = ring.cursor().read()
    ring.close()
    ring.close()
    ring.unlink()
    ring.unlink()
    assert rows["number"].tolist() == [0, 1, 2]


def test_a_closed_ring_says_so():
    ring = RowRing.create(NUMBERED, 4)
    ring.close()
    ring.unlink()
    with pytest.raises(RingError, match="closed"):
        ring.write(numbered(0, 1))
    with pytest.raises(RingError, match="closed"):
        ring.cursor()


def test_attaching_to_nothing_is_a_ring_error():
    with pytest.raises(RingError, match="no ring"):
        RowRing.attach("no-such-ring-here", NUMBERED)


def test_attaching_with_another_row_type_is_refused():
    with RowRing.create(GAZE.dtype, 4) as ring, pytest.raises(RingError, match="another type"):
        RowRing.attach(ring.name, MARKER.dtype)


@pytest.mark.parametrize("content", [b"", b"something else entirely"])
def test_foreign_shared_memory_is_refused(content):
    memory = SharedMemory(create=True, size=4096)
    try:
        memory.buf[: len(content)] = content
        with pytest.raises(RingError, match="not a ring"):
            RowRing.attach(memory.name, NUMBERED)
    finally:
        memory.close()
        memory.unlink()


def test_a_ring_that_claims_more_rows_than_it_has_memory_for_is_refused():
    with RowRing.create(NUMBERED, 4) as ring:
        ring._header["capacity"] = 10**12
        with pytest.raises(RingError, match="claims"):
            RowRing.attach(ring.name, NUMBERED)


@pytest.mark.parametrize("capacity", [0, -1, 10**12])
def test_a_senseless_capacity_is_refused_before_memory_is_asked_for(capacity):
    with pytest.raises(RingError):
        RowRing.create(NUMBERED, capacity)


def test_a_reader_may_not_write():
    with RowRing.create(NUMBERED, 4) as ring, RowRing.attach(ring.name, NUMBERED) as reader:
        with pytest.raises(RingError, match="only its creator writes"):
            reader.write(numbered(0, 1))
        with pytest.raises(RingError, match="only its creator removes"):
            reader.unlink()


def test_rows_of_another_type_are_refused():
    with RowRing.create(NUMBERED, 4) as ring, pytest.raises(RingError, match="holds rows"):
        ring.write(MARKER.empty(1))


def test_the_header_does_not_overlap_the_rows():
    with RowRing.create(NUMBERED, 1) as ring:
        ring.write(numbered(7, 8))
        assert ring._header["capacity"] == 1
        assert ring._memory.size >= HEADER_BYTES + NUMBERED.itemsize


def _write_numbers(connection: Connection, capacity: int, count: int) -> None:
    ring = RowRing.create(NUMBERED, capacity)
    connection.send(ring.name)
    connection.recv()
    written = 0
    while written < count:
        step = 1 + written % 7
        ring.write(numbered(written, written + step))
        written += step
    connection.send(written)
    connection.recv()
    ring.close()
    ring.unlink()


@pytest.mark.processes
def test_a_second_process_writes_and_no_row_is_torn_or_out_of_order():
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    writer = context.Process(target=_write_numbers, args=(theirs, 64, 40_000))
    writer.start()
    ring = RowRing.attach(ours.recv(), NUMBERED)
    cursor = ring.cursor()
    ours.send("go")
    seen = expected = 0
    while not ours.poll() or cursor._next < ring.written_count:
        rows, lost = cursor.read()
        expected += lost
        assert np.array_equal(rows["number"], np.arange(expected, expected + len(rows)))
        assert np.array_equal(rows["number"], rows["copy"])
        expected += len(rows)
        seen += len(rows)
    assert ours.recv() == expected
    assert seen > 0
    ring.close()
    ours.send("done")
    writer.join(20)
    assert writer.exitcode == 0


@pytest.mark.processes
def test_a_reader_that_ends_leaves_the_ring_to_its_writer():
    code = (
        "import sys, numpy as np\n"
        "from gaze_core.ring import RowRing\n"
        "ring = RowRing.attach(sys.argv[1], np.dtype([('number', '<i8'), ('copy', '<i8')]))\n"
        "rows, lost = ring.cursor().read()\n"
        "ring.close()\n"
        "sys.exit(len(rows))\n"
    )
    with RowRing.create(NUMBERED, 4) as ring:
        ring.write(numbered(0, 3))
        ended = subprocess.run(
            [sys.executable, "-c", code, ring.name], capture_output=True, text=True, timeout=60, check=False
        )
        assert (ended.returncode, ended.stderr) == (3, "")
        with RowRing.attach(ring.name, NUMBERED) as again:
            assert len(again.cursor().read()[0]) == 3


@given(capacity=st.integers(1, 8), count=st.integers(0, 30))
def test_the_newest_row_is_the_last_one_written_and_moves_no_cursor(capacity, count):
    with RowRing.create(NUMBERED, capacity) as ring:
        cursor = ring.cursor()
        ring.write(numbered(0, count))
        assert ring.newest()["number"].tolist() == ([count - 1] if count else [])
        rows, lost = cursor.read()
        assert len(rows) + lost == count
