"""A ring of rows in shared memory: one writer, many readers, each with a cursor of its own.

The header holds two row counters. The writer raises `begun` before it touches a slot and `done` after
the rows are in place; a reader copies rows up to `done`, then looks at `begun` again and throws away
every row whose slot the writer may have entered meanwhile. Nobody waits for anybody; a slow reader loses
the oldest rows and is told how many. The counters are aligned 8-byte stores; on processors with weak
memory order the interpreter's own synchronisation between the stores stands in for the barrier.

Rows on their way to the file never pass through here: the ring is for the display.
"""

from __future__ import annotations

import hashlib
import sys
import threading
from collections.abc import Sized
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory
from types import TracebackType
from typing import Final

import numpy as np

from gaze_core.rows import Rows

MAGIC: Final = b"GAZERNG1"
HEADER_BYTES: Final = 128
MAX_RING_BYTES: Final = 1 << 30
"""Ceiling of one ring: a minute of 2000 Hz rows is 30 MB, so more than 1 GiB is a mistake."""

_HEADER: Final = np.dtype(
    {
        "names": ["magic", "dtype_hash", "capacity", "begun", "done"],
        "formats": ["S8", "S16", "<i8", "<i8", "<i8"],
        "offsets": [0, 8, 24, 64, 72],  # the counters on a cache line of their own
        "itemsize": HEADER_BYTES,
    }
)
_attach_lock = threading.Lock()


class RingError(Exception):
    """A ring could not be created, attached or used."""


class RowRing:
    """Rows in a block of shared memory. Made by `create` (the writer) or `attach` (a reader).

    The creator calls `close` and `unlink`, everybody else `close` alone; leaving a ``with`` block does what
    is due.
    """

    def __init__(self, memory: SharedMemory, dtype: np.dtype[np.void], *, is_writer: bool) -> None:
        self._memory = memory
        self._is_open = True
        self._is_linked = is_writer
        self._name = memory.name
        self._is_writer = is_writer
        self._dtype = dtype
        self._header = np.ndarray((), _HEADER, memory.buf)
        self._begun = np.ndarray((), np.int64, memory.buf, offset=64)
        self._done = np.ndarray((), np.int64, memory.buf, offset=72)
        self._capacity = int(self._header["capacity"])
        self._slots = np.ndarray((self._capacity,), dtype, memory.buf, offset=HEADER_BYTES)

    @classmethod
    def create(cls, dtype: np.dtype[np.void], capacity: int) -> RowRing:
        """Make a ring of `capacity` rows for the one writer.

        Raises
        ------
        RingError
            If the size is not sensible or the system has no shared memory left.
        """
        size_bytes = _size_bytes(dtype, capacity)
        try:
            memory = SharedMemory(create=True, size=size_bytes)
        except OSError as err:
            raise RingError(
                f"No shared memory for a ring of {capacity} rows ({size_bytes} bytes): {err}. "
                "Close other programs or enlarge /dev/shm."
            ) from err
        header = np.zeros((), _HEADER)
        header["magic"], header["dtype_hash"], header["capacity"] = MAGIC, _dtype_hash(dtype), capacity
        np.ndarray((), _HEADER, memory.buf)[...] = header
        return cls(memory, dtype, is_writer=True)

    @classmethod
    def attach(cls, name: str, dtype: np.dtype[np.void]) -> RowRing:
        """Open the ring called `name` for reading.

        Raises
        ------
        RingError
            If there is no such ring, or it holds rows of another type.
        """
        try:
            memory = _attach_untracked(name)
        except (OSError, ValueError) as err:
            raise RingError(f"There is no ring {name!r}; its writer has not started or is gone.") from err
        fault = _fault_of(memory, dtype)
        if fault:
            memory.close()
            raise RingError(f"Shared memory {name!r} is not the ring expected: {fault}.")
        return cls(memory, dtype, is_writer=False)

    @property
    def name(self) -> str:
        """What `attach` needs, also in another process."""
        return self._name

    @property
    def capacity(self) -> int:
        """Rows it can hold."""
        return self._capacity

    @property
    def written_count(self) -> int:
        """Rows ever written."""
        self._need_open("written_count")
        return int(self._done)

    def write(self, rows: Rows) -> None:
        """Append rows; the writer's side only, from one thread. Of more than `capacity` the last remain."""
        self._need_open("write")
        if not self._is_writer:
            raise RingError(f"Ring {self._name!r} was attached for reading; only its creator writes.")
        if rows.dtype != self._dtype:
            raise RingError(f"Ring {self._name!r} holds rows {self._dtype}, not {rows.dtype}.")
        if len(rows) == 0:
            return
        done = int(self._done) + len(rows)
        kept = rows[-self._capacity :]
        self._begun[...] = done
        first = (done - len(kept)) % self._capacity
        until_end = min(len(kept), self._capacity - first)
        self._slots[first : first + until_end] = kept[:until_end]
        self._slots[: len(kept) - until_end] = kept[until_end:]
        self._done[...] = done

    def newest(self) -> Rows:
        """Return the newest row: length 1, or 0 before the first and where it was overwritten meanwhile."""
        _, done = self._held()
        if done == 0:
            return np.empty(0, self._dtype)
        row = self._copy(done - 1, done)
        oldest_now, _ = self._held()
        return row if done > oldest_now else row[:0]

    def cursor(self) -> RingCursor:
        """Return a new reading position at the oldest row still held."""
        return RingCursor(self)

    def close(self) -> None:
        """Let go of the memory; idempotent. Rows that were read stay usable: they are copies."""
        if not self._is_open:
            return
        self._is_open = False
        # The arrays must go first: memory that is still viewed cannot be closed.
        del self._header, self._begun, self._done, self._slots
        self._memory.close()

    def unlink(self) -> None:
        """Give the memory back to the system; idempotent; the creator's side only."""
        if not self._is_writer:
            raise RingError(f"Ring {self._name!r} was attached for reading; only its creator removes it.")
        if self._is_linked:
            self._is_linked = False
            self._memory.unlink()

    def __enter__(self) -> RowRing:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if self._is_writer:
            self.unlink()

    def _held(self) -> tuple[int, int]:
        """Numbers of the oldest row that is surely whole, and of the next one to come."""
        self._need_open("read")
        # `done` is read first: `begun` is never behind it, so no more than the capacity lies between the two,
        # however long the reader is held up in the middle of this.
        done = int(self._done)
        return max(0, int(self._begun) - self._capacity), done

    def _copy(self, first: int, stop: int) -> Rows:
        start = first % self._capacity
        until_end = min(stop - first, self._capacity - start)
        rows = np.empty(stop - first, self._dtype)
        rows[:until_end] = self._slots[start : start + until_end]
        rows[until_end:] = self._slots[: stop - first - until_end]
        return rows

    def _need_open(self, method: str) -> None:
        if not self._is_open:
            raise RingError(f"Ring {self._name!r} is closed; {method} needs an open one.")


class RingCursor:
    """One reader's position in a ring. Not shared between threads."""

    def __init__(self, ring: RowRing) -> None:
        self._ring = ring
        self._next, _ = ring._held()

    def read(self, max_rows: int | None = None) -> tuple[Rows, int]:
        """Return the rows since the last call, oldest first, and how many were lost before or among them.

        Parameters
        ----------
        max_rows
            At most so many rows; the rest stays for the next call. None: all there are.
        """
        oldest, done = self._ring._held()
        first = min(max(self._next, oldest), done)
        stop = done if max_rows is None else min(done, first + max_rows)
        rows = self._ring._copy(first, stop)
        oldest_now, _ = self._ring._held()
        overwritten = min(max(oldest_now - first, 0), len(rows))
        lost = first - self._next + overwritten
        self._next = stop
        return rows[overwritten:], lost


def _size_bytes(dtype: np.dtype[np.void], capacity: int) -> int:
    if capacity < 1 or dtype.itemsize < 1 or dtype.hasobject:
        raise RingError(f"A ring of {capacity} rows of {dtype} cannot be made.")
    size_bytes = HEADER_BYTES + capacity * dtype.itemsize
    if size_bytes > MAX_RING_BYTES:
        raise RingError(
            f"A ring of {capacity} rows needs {size_bytes} bytes; at most {MAX_RING_BYTES} are given."
        )
    return size_bytes


def _dtype_hash(dtype: np.dtype[np.void]) -> bytes:
    return hashlib.blake2b(repr(dtype.descr).encode(), digest_size=8).hexdigest().encode()


def _fault_of(memory: SharedMemory, dtype: np.dtype[np.void]) -> str:
    if memory.size < HEADER_BYTES:
        return f"it has only {memory.size} bytes"
    header = np.ndarray((), _HEADER, memory.buf).copy()
    if header["magic"] != MAGIC:
        return "it is not a ring of this program"
    if header["dtype_hash"] != _dtype_hash(dtype):
        return "its rows are of another type; writer and reader are of different versions"
    capacity = int(header["capacity"])
    if capacity < 1 or memory.size < HEADER_BYTES + capacity * dtype.itemsize:
        return f"it claims {capacity} rows but has {memory.size} bytes"
    return ""


def _attach_untracked(ring_name: str) -> SharedMemory:
    """Attach without telling the resource tracker, which would remove the block when this process ends.

    From Python 3.13 on there is a parameter for it. Before, unregistering after the fact is wrong as well:
    a spawned child shares its parent's tracker, and would take the creator's entry away.
    """
    if sys.version_info >= (3, 13):
        return SharedMemory(ring_name, track=False)
    with _attach_lock:
        register = resource_tracker.register

        def register_others(name: Sized, rtype: str) -> None:
            if str(name).lstrip("/") != ring_name.lstrip("/"):
                register(name, rtype)

        resource_tracker.register = register_others
        try:
            return SharedMemory(ring_name)
        finally:
            resource_tracker.register = register
