"""WAV files that grow while they are heard: 16 bits, mono, whole again after a kill.

The sizes in the header are brought up to date with every sync, so that a file that was cut off lacks, at
most, what came after the last one; `mend_wav` takes that in too.
"""

from __future__ import annotations

import hashlib
import os
import struct
from pathlib import Path
from typing import Final

from capture_app.acquisition.audio.takes import Pcm

FRAME_BYTES: Final = 2
HEADER_BYTES: Final = 44

_HEADER: Final = struct.Struct("<4sI4s4sIHHIIHH4sI")
_RIFF_SIZE_AT: Final = 4
_DATA_SIZE_AT: Final = 40
_SIZE: Final = struct.Struct("<I")
_PART_BYTES: Final = 1 << 20


class WavWriter:
    """A new file, never an old one; every method may raise `OSError`."""

    def __init__(self, path: Path, rate_hz: int) -> None:
        self.path = path
        self.frames = 0  # written
        self.synced_frames = 0  # and on the disk, with a header that says so
        self._file = path.open("xb", buffering=0)
        self._file.write(_header(rate_hz, 0))

    def write(self, pcm: Pcm) -> None:
        """Write frames behind those there are."""
        content = pcm.astype("<i2").tobytes()
        written = self._file.write(content)
        if written != len(content):
            raise OSError("the disk took only a part of it")
        self.frames += len(pcm)

    def sync(self) -> None:
        """Put on the disk what was written, and its size into the header."""
        self._put_sizes(self.frames)
        os.fsync(self._file.fileno())
        self.synced_frames = self.frames

    def close(self) -> None:
        """Put everything on the disk and let go of the file."""
        try:
            self.sync()
        finally:
            self._file.close()

    def break_off(self) -> None:
        """Let go after a write that failed: the file ends with the last frame that is whole."""
        with self._file:
            self._file.truncate(HEADER_BYTES + self.frames * FRAME_BYTES)
            self._put_sizes(self.frames)
            self.synced_frames = self.frames

    def _put_sizes(self, frames: int) -> None:
        _put_sizes(self._file.fileno(), frames * FRAME_BYTES)
        self._file.seek(0, os.SEEK_END)


def mend_wav(path: Path) -> int:
    """Make the header of a file of ours state all the sound there is; return the frames it lacked.

    A file that is not one of ours, or states what it holds, stays as it is.

    Raises
    ------
    OSError
        If the file cannot be read or changed.
    """
    with path.open("r+b") as file:
        found = file.read(HEADER_BYTES)
        held_bytes = file.seek(0, os.SEEK_END) - HEADER_BYTES
        if len(found) < HEADER_BYTES:
            return 0
        fields: tuple[int, ...] = _HEADER.unpack(found)
        riff_bytes, rate_hz, stated_bytes = fields[1], fields[7], fields[12]
        is_ours = found == _header(rate_hz, stated_bytes, riff_bytes)
        whole_bytes = held_bytes - held_bytes % FRAME_BYTES
        is_right = stated_bytes == held_bytes and riff_bytes == stated_bytes + HEADER_BYTES - 8
        if not is_ours or is_right:
            return 0
        file.truncate(HEADER_BYTES + whole_bytes)
        file.flush()
        _put_sizes(file.fileno(), whole_bytes)
        os.fsync(file.fileno())
        return max((whole_bytes - stated_bytes) // FRAME_BYTES, 0)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(_PART_BYTES):
            digest.update(part)
    return digest.hexdigest()


def _put_sizes(descriptor: int, data_bytes: int) -> None:
    for place, size in ((_RIFF_SIZE_AT, data_bytes + HEADER_BYTES - 8), (_DATA_SIZE_AT, data_bytes)):
        os.lseek(descriptor, place, os.SEEK_SET)
        os.write(descriptor, _SIZE.pack(size))


def _header(rate_hz: int, data_bytes: int, riff_bytes: int | None = None) -> bytes:
    return _HEADER.pack(
        b"RIFF",
        data_bytes + HEADER_BYTES - 8 if riff_bytes is None else riff_bytes,
        b"WAVE",
        b"fmt ",
        16,
        1,  # whole numbers, not compressed
        1,
        rate_hz,
        rate_hz * FRAME_BYTES,
        FRAME_BYTES,
        8 * FRAME_BYTES,
        b"data",
        data_bytes,
    )
