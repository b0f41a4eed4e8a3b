"""Watches that the disk outlasts the recording: warns in time, and has it closed cleanly before the end.

Closing writes a finished copy beside the file that was streamed, so the room for that copy is spoken for
while recording: every byte recorded takes itself and the bytes of its copy from what is left.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recordings_schema.paths import journal_path

RESERVE_BYTES: Final = 64 * 1024 * 1024
"""Never used up: room for the file system itself, the log, and rows on their way."""

WARN_AT_S: Final = (600.0, 120.0)
STOP_AT_S: Final = 10.0
CHECK_EVERY_NS: Final = 1_000_000_000
_TRUST_RATE_AFTER_S: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskState:
    """What one check found."""

    free_bytes: int
    written_bytes: int  # streamed file and journal together
    remaining_s: float  # until the recording must be closed; infinite while the rate is not known
    warns: bool = False  # True once for each of `WARN_AT_S`
    must_stop: bool = False


class DiskWatch:
    """Checks the disk of one recording; call `check` about once a second."""

    def __init__(
        self, path: Path, start_ns: int, *, read_free_bytes: Callable[[Path], int] | None = None
    ) -> None:
        self._path = path
        self._start_ns = start_ns
        self._read_free_bytes = read_free_bytes or free_bytes
        self._warn_at_s = list(WARN_AT_S)

    def check(self, now_ns: int) -> DiskState:
        """Return the state of the disk.

        Raises
        ------
        OSError
            If the folder of the recording is gone or cannot be asked.
        """
        free = self._read_free_bytes(self._path.parent)
        streamed = _size(self._path)
        written = streamed + _size(journal_path(self._path))
        elapsed_s = (now_ns - self._start_ns) * 1e-9
        usable = free - RESERVE_BYTES - streamed
        rate = (written + streamed) / elapsed_s if elapsed_s >= _TRUST_RATE_AFTER_S else 0.0
        remaining_s = usable / rate if rate > 0 else math.inf
        must_stop = usable <= 0 or remaining_s < STOP_AT_S
        warns = False
        while self._warn_at_s and remaining_s < self._warn_at_s[0]:
            self._warn_at_s.pop(0)
            warns = True
        return DiskState(
            free_bytes=free,
            written_bytes=written,
            remaining_s=remaining_s,
            warns=warns and not must_stop,
            must_stop=must_stop,
        )


def free_bytes(folder: Path) -> int:
    """Return the bytes this user may still write on the disk of `folder`."""
    return shutil.disk_usage(folder).free


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
