"""The operating system's lock on a journal: whoever holds it records or recovers; death releases it."""

from __future__ import annotations

import errno
import logging
import os
import sys
from pathlib import Path

from recordings_schema.errors import RecordingInUseError

_log = logging.getLogger(__name__)
_TAKEN = {errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK}

if sys.platform == "win32":
    import msvcrt

    _LOCKED_BYTE = 2**40  # far behind the end: Windows locks are mandatory and must not cover rows

    def _take(descriptor: int) -> None:
        position = os.lseek(descriptor, 0, os.SEEK_CUR)
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(descriptor, position, os.SEEK_SET)

else:
    import fcntl

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def take_lock(descriptor: int, name: str) -> None:
    """Lock an open journal for as long as its descriptor stays open.

    Raises
    ------
    RecordingInUseError
        If another process, or another part of this one, holds the lock.
    """
    try:
        _take(descriptor)
    except OSError as err:
        if err.errno in _TAKEN:
            raise RecordingInUseError(
                f"{name} is being recorded or recovered right now; stop that first, then try again."
            ) from err
        # Some network file systems have no locks. Recording there is better than refusing to.
        _log.warning("%s cannot be locked (%s); do not recover it while it is being recorded.", name, err)


def is_locked(path: Path) -> bool:
    """Return whether somebody records or recovers with this journal right now."""
    try:
        with path.open("rb") as file:
            take_lock(file.fileno(), path.name)
    except RecordingInUseError:
        return True
    except OSError:
        return False  # no journal, or one that nobody here may read
    return False
