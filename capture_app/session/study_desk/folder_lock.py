"""The lock on one reader of one study: held by the session that runs, released by its death."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from capture_app.session.port import SessionError
from capture_app.session.study_desk.folder_layout import LOCK_NAME
from recordings_schema.errors import RecordingInUseError
from recordings_schema.lock import is_locked, take_lock

_LARGEST_BYTES: Final = 1024


class ReaderLock:
    """Holds the lock of a reader's folder; it is the operating system's and dies with the process.

    The file stays where it is, so that two programs can never hold locks on two files of one name.
    """

    def __init__(self, *, wall_clock_ns: Callable[[], int] = time.time_ns) -> None:
        self._wall_clock_ns = wall_clock_ns
        self._descriptor = -1
        self._path: Path | None = None

    def is_held_on(self, folder: Path) -> bool:
        """Whether this object holds the lock of that folder."""
        return self._path == folder / LOCK_NAME

    def take(self, folder: Path, reader: str) -> None:
        """Take the lock of a reader's folder, which is made where it is not there.

        Raises
        ------
        SessionError
            If somebody else holds it, or the folder cannot be written.
        """
        if self.is_held_on(folder):
            return
        self.release()
        path = folder / LOCK_NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        except OSError as err:
            raise SessionError(
                f"The folder {folder} cannot be written ({err.strerror or 'no reason given'}). Make room, "
                "and check who may write there."
            ) from err
        try:
            take_lock(descriptor, str(path))
            os.ftruncate(descriptor, 0)
            os.write(descriptor, json.dumps({"since_wall_ns": self._wall_clock_ns()}).encode("ascii"))
        except RecordingInUseError as err:
            os.close(descriptor)
            raise SessionError(in_use_sentence(folder, reader, self._wall_clock_ns())) from err
        except OSError as err:
            os.close(descriptor)
            raise SessionError(
                f"{path} cannot be written ({err.strerror or 'no reason given'}). Make room on the disk."
            ) from err
        self._descriptor, self._path = descriptor, path

    def release(self) -> None:
        """Give the folder free; idempotent."""
        descriptor, self._descriptor, self._path = self._descriptor, -1, None
        if descriptor < 0:
            return
        try:
            os.ftruncate(descriptor, 0)  # a time is a date, too: none is left behind
        finally:
            os.close(descriptor)


def is_in_use(folder: Path) -> bool:
    """Whether a session of the reader whose folder this is runs anywhere."""
    return is_locked(folder / LOCK_NAME)


def in_use_sentence(folder: Path, reader: str, now_wall_ns: int) -> str:
    """Return the sentence that says who holds the lock, as far as is known."""
    since = _since(folder / LOCK_NAME, now_wall_ns)
    return (
        f"A session of {reader} in this study is under way in another program on this or another "
        f"computer{since}. End that session first."
    )


def _since(path: Path, now_wall_ns: int) -> str:
    try:
        with path.open("rb") as file:
            began_ns = json.loads(file.read(_LARGEST_BYTES))["since_wall_ns"]
        began = datetime.fromtimestamp(began_ns / 1e9)  # the lab's own time, as its clocks show it
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return ""  # not written yet
    is_today = began.date() == datetime.fromtimestamp(now_wall_ns / 1e9).date()
    return f", since {began:%H:%M}" if is_today else f", since {began:%Y-%m-%d %H:%M}"
