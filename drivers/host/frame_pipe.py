"""Frames on a pipe: four bytes length, little-endian, then the frame; sizes are checked before all else."""

from __future__ import annotations

import os
import struct
import threading
from typing import Final

from gaze_core.frames import MAX_FRAME_BYTES, FrameError

LENGTH: Final = struct.Struct("<I")
_PIECE_BYTES: Final = 1024 * 1024  # read at a time: an announced size alone fills no memory


class PipeClosedError(Exception):
    """Nobody is left at the other end."""


class FrameWriter:
    """Writes whole frames to a file descriptor, from any thread."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()

    def write(self, *frames: bytes) -> None:
        """Write frames one after the other with nothing between them.

        Raises
        ------
        PipeClosedError
            If the other end is closed.
        """
        joined = b"".join(part for frame in frames for part in (LENGTH.pack(len(frame)), frame))
        rest = memoryview(joined)
        try:
            with self._lock:
                while rest:
                    rest = rest[os.write(self._descriptor, rest) :]
        except OSError as err:
            raise PipeClosedError(str(err)) from err


class FrameReader:
    """Reads frames from a file descriptor, in one thread."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def read(self) -> bytes | None:
        """Return the next frame, None at the end of the pipe; waits as long as it takes.

        Raises
        ------
        FrameError
            If what comes is no frame, or ends inside one.
        """
        head = self._exactly(LENGTH.size)
        if not head:
            return None
        (size,) = LENGTH.unpack(head)
        if not 0 < size <= MAX_FRAME_BYTES:
            raise FrameError(f"a frame of {size} bytes was announced")
        frame = self._exactly(size)
        if not frame:
            raise FrameError("the pipe ended before the frame that was announced")
        return frame

    def _exactly(self, size: int) -> bytes:
        """Return so many bytes; none where the pipe ends before the first of them."""
        pieces = bytearray()
        while len(pieces) < size:
            try:
                piece = os.read(self._descriptor, min(size - len(pieces), _PIECE_BYTES))
            except OSError:  # Windows tells the end of a pipe as an error
                piece = b""
            if not piece and pieces:
                raise FrameError("the pipe ended inside a frame")
            if not piece:
                return b""
            pieces += piece
        return bytes(pieces)
