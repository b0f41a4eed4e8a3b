"""The record that a reader's data were removed: when, how many files of which checksums, and no name.

The pseudonym stands in it as a salted, slow hash: whoever knows the pseudonym can verify that this record is
about it, and nobody can read it off. A record that was begun and not finished lets a later call go on.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Final

from capture_app.session.kept_files import replace_file

FORMAT: Final = "reading-station withdrawal"
_VERSION: Final = 1
_ROUNDS: Final = 200_000
_NAME: Final = re.compile(r"withdrawal-\d{8}T\d{6}Z(?:-\d+)?\.json")
_LARGEST_BYTES: Final = 64 * 2**20
BEGUN, FINISHED, INCOMPLETE = "begun", "finished", "incomplete"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedFile:
    """A file that was removed, or from which rows were taken; without its name."""

    what: str  # "file", "link" or "rows"
    size_bytes: int
    sha256: str  # before; "" where it could not be read
    row_count: int = 0
    sha256_after: str = ""  # of a table that stayed without the rows


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalRecord:
    """What is kept of a withdrawal."""

    state: str  # BEGUN, FINISHED or INCOMPLETE
    begun_utc: str
    ended_utc: str  # "" until then
    salt: str  # hexadecimal
    reader_hash: str  # PBKDF2 of the pseudonym, SHA-256, hexadecimal
    call_count: int
    to_remove: tuple[RemovedFile, ...]  # still planned
    removed: tuple[RemovedFile, ...]
    left_count: int  # files a person has to look at

    def is_about(self, reader: str) -> bool:
        """Whether the record is about this pseudonym."""
        return hmac.compare_digest(self.reader_hash, _hash(reader, self.salt))


def is_record_name(name: str) -> bool:
    """Whether a file is called as records are."""
    return _NAME.fullmatch(name) is not None


def begin(
    reader: str,
    planned: Iterable[RemovedFile],
    left_count: int,
    wall_ns: int,
    earlier: WithdrawalRecord | None,
) -> WithdrawalRecord:
    """Return the record of a removal that begins, or goes on after an earlier call was cut off.

    What an earlier call had planned and is not there any more was removed by it.
    """
    to_remove = tuple(planned)
    if earlier is None:
        salt = secrets.token_hex(16)
        return WithdrawalRecord(
            state=BEGUN,
            begun_utc=_utc(wall_ns),
            ended_utc="",
            salt=salt,
            reader_hash=_hash(reader, salt),
            call_count=1,
            to_remove=to_remove,
            removed=(),
            left_count=left_count,
        )
    gone = Counter(earlier.to_remove) - Counter(to_remove)
    return replace(
        earlier,
        state=BEGUN,
        call_count=earlier.call_count + 1,
        to_remove=to_remove,
        removed=earlier.removed + tuple(gone.elements()),
        left_count=left_count,
    )


def finish(
    record: WithdrawalRecord, removed: Iterable[RemovedFile], remaining: Iterable[RemovedFile], wall_ns: int
) -> WithdrawalRecord:
    """Return the record at the end of a call."""
    rest = tuple(remaining)
    return replace(
        record,
        state=INCOMPLETE if rest else FINISHED,
        ended_utc=_utc(wall_ns),
        to_remove=rest,
        removed=record.removed + tuple(removed),
    )


def new_path(folder: Path, wall_ns: int) -> Path:
    """Return the name of a new record in a folder; none that is there."""
    stamp = datetime.fromtimestamp(wall_ns // 1_000_000_000, timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    path, number = folder / f"withdrawal-{stamp}.json", 1
    while path.exists():
        number += 1
        path = folder / f"withdrawal-{stamp}-{number}.json"
    return path


def write(path: Path, record: WithdrawalRecord) -> None:
    """Write a record, replacing the one of an earlier state as a whole.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    content = {"format": FORMAT, "format_version": _VERSION, "hash": f"PBKDF2-HMAC-SHA-256, {_ROUNDS} rounds"}
    fields = {name: getattr(record, name) for name in record.__dataclass_fields__}
    for name in ("to_remove", "removed"):
        fields[name] = [
            {key: getattr(file, key) for key in file.__dataclass_fields__} for file in fields[name]
        ]
    replace_file(path, (json.dumps(content | fields, indent=1) + "\n").encode("utf-8"))


def records_about(reader: str, folders: Iterable[Path]) -> list[tuple[Path, WithdrawalRecord]]:
    """Return the records about a reader that lie in some folders, oldest first."""
    found = []
    for folder in folders:
        try:
            paths = sorted(path for path in folder.iterdir() if is_record_name(path.name))
        except OSError:
            continue  # a folder that cannot be listed is told by the search
        for path in paths:
            record = _read(path)
            if record is not None and record.is_about(reader):
                found.append((path, record))
    return found


def _read(path: Path) -> WithdrawalRecord | None:
    """Return a record; None where the file is none, or is damaged."""
    try:
        if path.is_symlink() or path.stat().st_size > _LARGEST_BYTES:
            return None
        source: Any = json.loads(path.read_text("utf-8"))
        if source["format"] != FORMAT or source["format_version"] != _VERSION:
            return None
        for name in ("to_remove", "removed"):
            source[name] = tuple(RemovedFile(**file) for file in source[name])
        record = WithdrawalRecord(**{name: source[name] for name in WithdrawalRecord.__dataclass_fields__})
        bytes.fromhex(record.salt)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return record


def _hash(reader: str, salt: str) -> str:
    return hashlib.pbkdf2_hmac("sha256", reader.encode("utf-8"), bytes.fromhex(salt), _ROUNDS).hex()


def _utc(wall_ns: int) -> str:
    return datetime.fromtimestamp(wall_ns // 1_000_000_000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
