"""Names and durable handling of the files that belong to one recording.

``FILE`` is the recording, ``FILE.journal`` lies beside it while it is being recorded, ``FILE.partial`` is the
finished copy until it has been checked, ``FILE.damaged-<time>`` is what recovery replaced.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime, timezone
from pathlib import Path

from recordings_schema.errors import RecordingExistsError


def journal_path(path: Path) -> Path:
    """Return where the journal of a recording lies."""
    return path.with_name(path.name + ".journal")


def partial_path(path: Path) -> Path:
    """Return where the finished copy is built before it takes the recording's name."""
    return path.with_name(path.name + ".partial")


def set_aside(path: Path, label: str, wall_ns: int) -> Path:
    """Rename `path` to ``<name>.<label>-<UTC time>``, never onto an existing file; return the new name."""
    stamp = datetime.fromtimestamp(wall_ns // 1_000_000_000, timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    number = 1
    target = path.with_name(f"{path.name}.{label}-{stamp}")
    while target.exists():
        number += 1
        target = path.with_name(f"{path.name}.{label}-{stamp}-{number}")
    path.rename(target)
    return target


def check_free(path: Path) -> None:
    """Make sure that nothing would be overwritten by a recording at `path`.

    Raises
    ------
    RecordingExistsError
        If the file, its journal or its unfinished copy is there already.
    """
    if path.exists() or path.is_symlink():
        raise RecordingExistsError(
            f"{path} exists already and is not overwritten; choose another name.", path=path
        )
    for remnant in (journal_path(path), partial_path(path)):
        if remnant.exists():
            raise RecordingExistsError(
                f"{remnant} is left from a recording that was not finished; recover {path.name} "
                "or choose another name.",
                path=path,
            )


def sync_folder(folder: Path) -> None:
    """Put a folder's list of names on the disk itself; Windows does that with the file."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
