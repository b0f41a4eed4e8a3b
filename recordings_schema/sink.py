"""A file for HDF5 to write into that never lets it see a failed write.

The HDF5 library crashes the process when a file whose last write failed is closed, and a full disk is no
reason to lose the process that records. `SafeSink` therefore keeps what the disk refused in memory, so that
HDF5 can close its file in good order, and tells its owner afterwards. The owner stops writing at the first
failure, so that only HDF5's own buffers, a few MiB, ever end up in memory.
"""

from __future__ import annotations

import io
import os
from pathlib import Path


class SafeSink(io.RawIOBase):
    """A new file on the disk, and in memory where the disk refuses; `failure` says why it did."""

    def __init__(self, path: Path) -> None:
        self._file = io.FileIO(path, "xb+")
        self._position = 0
        self._size = 0
        self._refused: list[tuple[int, bytes]] = []
        self.failure: OSError | None = None

    def readable(self) -> bool:
        """Return True."""
        return True

    def writable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to a position and return it."""
        origin = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        self._position = origin + offset
        return self._position

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def write(self, content: object) -> int:
        """Take all of `content`, on the disk or in memory."""
        block = bytes(memoryview(content))  # type: ignore[arg-type]  # HDF5 hands over a buffer
        start = self._position
        self._position += len(block)
        self._size = max(self._size, self._position)
        if self.failure is None:
            try:
                self._write_to_disk(start, block)
            except OSError as err:
                self.failure = err
        if self.failure is not None:
            self._refused.append((start, block))
        return len(block)

    def readinto(self, target: object) -> int:
        """Fill `target` with what was written last at this position."""
        view = memoryview(target).cast("B")  # type: ignore[arg-type]  # HDF5 hands over a buffer
        start = self._position
        self._file.seek(start)
        filled = self._file.readinto(view) or 0
        for offset, block in self._refused:
            first, last = max(offset, start), min(offset + len(block), start + len(view))
            if first < last:
                view[first - start : last - start] = block[first - offset : last - offset]
                filled = max(filled, last - start)
        self._position += filled
        return filled

    def truncate(self, size: int | None = None) -> int:
        """Make the file `size` bytes long."""
        self._size = self._position if size is None else size
        if self.failure is None:
            try:
                self._file.truncate(self._size)
            except OSError as err:
                self.failure = err
        return self._size

    def sync(self) -> None:
        """Put the file on the disk itself."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file on the disk; idempotent."""
        self._file.close()
        super().close()

    def _write_to_disk(self, start: int, block: bytes) -> None:
        self._file.seek(start)
        remaining = memoryview(block)
        while remaining:
            remaining = remaining[self._file.write(remaining) or 0 :]
