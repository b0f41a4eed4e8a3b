"""Every file below a folder, without ever following a link out of it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_REPARSE_POINT: Final = 0x400  # FILE_ATTRIBUTE_REPARSE_POINT: links and junctions of Windows


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderEntry:
    """A file, a link, or something that cannot be looked at."""

    path: Path
    is_link: bool = False
    problem: str = ""  # why it cannot be looked at, as a sentence; "" where it can
    size_bytes: int = 0
    name_count: int = 1  # names the file has on this disk (hard links)


def is_link(path: Path) -> bool:
    """Whether a path is a link or a junction, which may lead anywhere.

    Raises
    ------
    OSError
        If it cannot be looked at.
    """
    found = path.lstat()
    return stat.S_ISLNK(found.st_mode) or bool(getattr(found, "st_file_attributes", 0) & _REPARSE_POINT)


def entries_below(folder: Path) -> Iterator[FolderEntry]:
    """Yield everything in a folder and its sub-folders but the folders themselves, in order of names."""
    try:
        with os.scandir(folder) as listing:
            names = sorted(entry.name for entry in listing)
    except OSError as err:
        yield FolderEntry(path=folder, problem=f"The folder cannot be opened ({err.strerror}).")
        return
    for name in names:
        path = folder / name
        try:
            if is_link(path):
                yield FolderEntry(path=path, is_link=True)
                continue
            found = path.lstat()
        except OSError as err:
            yield FolderEntry(path=path, problem=f"It cannot be looked at ({err.strerror}).")
            continue
        if stat.S_ISDIR(found.st_mode):
            yield from entries_below(path)
        elif stat.S_ISREG(found.st_mode):
            yield FolderEntry(path=path, size_bytes=found.st_size, name_count=found.st_nlink)
        else:
            yield FolderEntry(path=path, problem="It is neither a file nor a folder.")
