"""What a hosted process says, frame by frame: parts of a batch are put together, all else is passed on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from drivers.contract import Batch
from drivers.host import messages as m
from drivers.host.batches import BatchAssembly
from drivers.host.json_forms import raw_dtype_from_json
from gaze_core.frames import FrameError


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivedBatch:
    """A batch and its size on the way."""

    batch: Batch
    stream: int
    size_bytes: int


class Incoming:
    """Understands the frames of one process, in their order."""

    def __init__(self) -> None:
        self._codec = m.to_parent_codec()
        self._raw_dtype: np.dtype[np.void] | None = None
        self._assembly = BatchAssembly()
        self._size_bytes = 0

    def take(
        self, frame: bytes
    ) -> ArrivedBatch | m.ReadFailed | m.HostReady | m.CannotHost | m.Answer | None:
        """Return what a frame brings, None where there is more to come of it.

        Raises
        ------
        FrameError
            If it does not fit.
        """
        message = self._codec.decode(frame)
        if isinstance(message, m.BatchPart):
            self._assembly.add(message)
            self._size_bytes += len(frame)
            return None
        if isinstance(message, m.BatchEnd):
            return self._complete(message, len(frame))
        if isinstance(message, m.DriverOpened):
            self._raw_dtype = raw_dtype_from_json(message.raw_dtype)
            self._codec = m.to_parent_codec(self._raw_dtype)
        return message

    def _complete(self, end: m.BatchEnd, end_bytes: int) -> ArrivedBatch:
        if self._raw_dtype is None:
            raise FrameError("a batch came before a tracker was open")
        size_bytes, self._size_bytes = self._size_bytes + end_bytes, 0
        batch = self._assembly.complete(end, self._raw_dtype)
        return ArrivedBatch(batch=batch, stream=end.stream, size_bytes=size_bytes)
