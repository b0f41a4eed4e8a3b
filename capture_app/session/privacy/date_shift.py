"""Days as they may leave the folder of the sessions: moved by a secret number of days, or as they are.

The number comes from a random key that lies in the `sessions` folder of the study and is never copied, so
that nobody else can undo it; within a study, or for one reader of it, all days are moved alike, and the days
between two sessions stay what they were.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from capture_app.session.port import SessionError
from capture_app.session.study import OpenedStudy
from capture_app.session.study.station_keys import DateShift

KEY_NAME: Final = "date-shift.key"
SESSIONS_FOLDER: Final = "sessions"
"""Inside the study folder."""
_KEY_BYTES: Final = 32


def shifted_date(opened: OpenedStudy, reader: str, day: date) -> date:
    """Return a day as it may leave the sessions of a study.

    Raises
    ------
    SessionError
        If the key of the shift cannot be read or made.
    """
    return day + timedelta(days=shift_days(opened, reader))


def shift_days(opened: OpenedStudy, reader: str) -> int:
    """Return by how many days the dates of a reader are moved; 0 where the study leaves them as they are.

    Raises
    ------
    SessionError
        If the key of the shift cannot be read or made.
    """
    privacy = opened.study.privacy
    if privacy.date_shift is DateShift.NONE:
        return 0
    whose = reader if privacy.date_shift is DateShift.READER else ""
    name = f"{opened.study.study.study_id}\n{whose}".encode()
    digest = hmac.new(_key(opened.folder / SESSIONS_FOLDER), name, hashlib.sha256).digest()
    most = privacy.date_shift_days_maximum
    place = int.from_bytes(digest, "big") % (2 * most)  # 0 days would be no shift
    return place - most if place < most else place - most + 1


def _key(folder: Path) -> bytes:
    """Return the secret of a study; made at its first use."""
    path = folder / KEY_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make_key(path)
        key = path.read_bytes()
    except OSError as err:
        raise SessionError(
            f"The key of the scrambled dates, {path}, cannot be read or made "
            f"({err.strerror or 'no reason given'}). Check the folder and who may write there."
        ) from err
    if len(key) != _KEY_BYTES:
        raise SessionError(
            f"The key of the scrambled dates, {path}, is damaged. Put it back from a copy; without it dates "
            "would be moved otherwise than before."
        )
    return key


def _make_key(path: Path) -> None:
    """Make the key whole under another name first: another station may make it at the same time."""
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(_KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        _take_name(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _take_name(temporary: Path, path: Path) -> None:
    """Give a whole key its name; the one of another station stays where that was quicker."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        return
    except OSError:  # no hard links on this disk
        if not path.exists():
            temporary.replace(path)
