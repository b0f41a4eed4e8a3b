"""Files that are whole or not there: written beside their place under another name, until they take it."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from capture_app.session.film.names import part_path
from capture_app.session.film.sizes import FilmError, FilmWriteError


def make_folder(folder: Path) -> None:
    """Make the folder that pictures go to.

    Raises
    ------
    FilmError
        If it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        reason = err.strerror or "no reason given"
        raise FilmError(f"The folder {folder} cannot be made ({reason}). Name another.") from err


def write_whole(path: Path, content: bytes) -> None:
    """Write a file as a whole, or not at all; one of the same name is replaced.

    Raises
    ------
    FilmWriteError
        If it cannot be written.
    """
    part = part_path(path)
    refuse_unwritable(part)
    try:
        part.write_bytes(content)
    except OSError as err:
        remove(part)
        reason = err.strerror or "no reason given"
        raise FilmWriteError(f"{path} cannot be written ({reason}). Choose another place.") from err
    take_place(part, path)


def refuse_unwritable(path: Path) -> None:
    """Refuse a place where no file can be made, in words: the writers only say that it failed.

    Raises
    ------
    FilmWriteError
        If there is no writing there.
    """
    try:
        path.write_bytes(b"")
    except OSError as err:
        reason = err.strerror or "no reason given"
        raise FilmWriteError(
            f"Nothing can be written in {path.parent} ({reason}). Choose another folder."
        ) from err


def take_place(part: Path, path: Path) -> None:
    """Give a file that is whole its name.

    Raises
    ------
    FilmWriteError
        If it cannot take it; the part is removed.
    """
    try:
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as err:
        remove(part)
        reason = err.strerror or "no reason given"
        raise FilmWriteError(
            f"The file {path} cannot be written ({reason}). Close it where it is open, or "
            "choose another folder."
        ) from err


def remove(path: Path) -> None:
    """Remove a part of a file, where there is one."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
