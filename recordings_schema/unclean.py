"""Lets HDF5 read a file whose writer died, without touching the file.

Such a file is marked as open for writing, and HDF5 refuses it. Its single-writer mode would accept it, but
that mode waits for a living writer: on a damaged block it retries a hundred times with doubling pauses, for
years. `UncleanFile` shows HDF5 the same bytes with the mark taken off and the end of the file where it
really is.

The first block of the file ("superblock", version 3 of the HDF5 File Format Specification): signature (8
bytes), version, sizes of offsets and lengths, consistency flags (one byte each), then base, extension, end
and root addresses (8 bytes each) and a checksum (4 bytes, `lookup3_hash` of everything before it).
"""

from __future__ import annotations

import io
import os
import struct
from pathlib import Path
from typing import Final

SUPERBLOCK_BYTES: Final = 48
_VERSION_PLACE, _FLAGS_PLACE, _END_PLACE, _CHECKSUM_PLACE = 8, 11, 28, 44
_MASK: Final = 0xFFFFFFFF


def is_marked_open(superblock: bytes) -> bool:
    """Return whether the first bytes of an HDF5 file say that a writer has it open, or died with it open."""
    return (
        len(superblock) >= SUPERBLOCK_BYTES
        and superblock[_VERSION_PLACE] == 3
        and superblock[_FLAGS_PLACE] != 0
    )


def bytes_missing(superblock: bytes, size_bytes: int) -> int:
    """Return how much shorter a file is than its first bytes say; 0 where it is whole or was never closed."""
    if len(superblock) < SUPERBLOCK_BYTES or superblock[_VERSION_PLACE] not in (2, 3):
        return 0  # of older versions, which this program never wrote, HDF5 tells itself
    if is_marked_open(superblock):
        return 0
    end = int.from_bytes(superblock[_END_PLACE : _END_PLACE + 8], "little")
    return max(end - size_bytes, 0)


class UncleanFile(io.RawIOBase):
    """A file for HDF5 to read, its first block corrected on the way; nothing is written."""

    def __init__(self, path: Path) -> None:
        self._file = io.FileIO(path, "rb")
        self._size = self._file.seek(0, os.SEEK_END)
        self._file.seek(0)
        self._superblock = corrected_superblock(self._file.read(SUPERBLOCK_BYTES), self._size)
        self._position = 0

    def readable(self) -> bool:
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

    def readinto(self, target: object) -> int:
        """Fill `target` from the position on; zeros where the file has ended."""
        view = memoryview(target).cast("B")  # type: ignore[arg-type]  # HDF5 hands over a buffer
        start = self._position
        self._file.seek(start)
        filled = self._file.readinto(view) or 0
        view[filled:] = bytes(len(view) - filled)
        if start < SUPERBLOCK_BYTES:
            part = self._superblock[start : start + len(view)]
            view[: len(part)] = part
        self._position += len(view)
        return len(view)

    def close(self) -> None:
        """Close the file; idempotent."""
        self._file.close()
        super().close()


def corrected_superblock(superblock: bytes, file_bytes: int) -> bytes:
    """Return the first block without the mark of a writer, with the true end of the file."""
    corrected = bytearray(superblock)
    corrected[_FLAGS_PLACE] = 0
    struct.pack_into("<Q", corrected, _END_PLACE, file_bytes)
    struct.pack_into("<I", corrected, _CHECKSUM_PLACE, lookup3_hash(bytes(corrected[:_CHECKSUM_PLACE])))
    return bytes(corrected)


def lookup3_hash(content: bytes) -> int:
    """Return the 32-bit hash that protects HDF5 structures: "lookup3" of Bob Jenkins (2006), started at 0."""
    a = b = c = (0xDEADBEEF + len(content)) & _MASK
    if not content:
        return c
    last = (len(content) - 1) // 12 * 12
    for start in range(0, last, 12):
        x, y, z = struct.unpack_from("<III", content, start)
        a, b, c = _mix((a + x) & _MASK, (b + y) & _MASK, (c + z) & _MASK)
    x, y, z = struct.unpack("<III", content[last:].ljust(12, b"\0"))
    return _final((a + x) & _MASK, (b + y) & _MASK, (c + z) & _MASK)


def _rotate(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (32 - bits))) & _MASK


def _mix(a: int, b: int, c: int) -> tuple[int, int, int]:
    for bits in (4, 6, 8, 16, 19, 4):
        a = ((a - c) & _MASK) ^ _rotate(c, bits)
        c = (c + b) & _MASK
        a, b, c = b, c, a
    return a, b, c


def _final(a: int, b: int, c: int) -> int:
    for bits in (14, 11, 25, 16, 4, 14, 24):
        c = ((c ^ b) - _rotate(b, bits)) & _MASK
        a, b, c = b, c, a
    return b
