"""Where the rows of each reading lie in a long table: one pass over the bytes, only the places are kept."""

from __future__ import annotations

import csv
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic, TypeVar

from recordings_schema.formats.import_tables import LARGEST_TABLE_BYTES
from recordings_schema.formats.importing import Hole, ImportCaseError

LONGEST_LINE_BYTES: Final = 65_536
TWICE: Final = "Its rows lie at several places of the table; the first are taken."

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks(Generic[Key]):
    """The rows of each reading in one table."""

    columns: tuple[str, ...]
    places: dict[Key, tuple[int, int]]  # first byte, byte after the last
    holes: tuple[Hole, ...]


def blocks_of(path: Path, cell_count: int, key_of: Callable[[list[str]], Key | None]) -> Blocks[Key]:
    """Return where the rows of each reading lie.

    Parameters
    ----------
    path
        A table of comma-separated values with a header.
    cell_count
        How many of its first cells name the reading.
    key_of
        Returns the reading that such cells name; None where they name none.

    Raises
    ------
    ImportCaseError
        If it cannot be read.
    """
    places: dict[Key, tuple[int, int]] = {}
    holes: list[Hole] = []
    try:
        with path.open("rb") as file:
            header = file.readline(LONGEST_LINE_BYTES)
            names = next(csv.reader([header.decode("utf-8-sig", "replace").strip("\r\n")]), [])
            before: list[bytes] | None = None
            key: Key | None = None
            first = place = len(header)
            for line in file:
                mark = line.split(b",", cell_count)[:cell_count] if b'"' not in line else [line]
                if mark != before:
                    found = key_of(_cells(line)[:cell_count])
                    if found is None:
                        holes.append(
                            Hole(what=f"A row of {path.name} names no reading.", where=f"byte {place}")
                        )
                    if found != key:
                        _note(places, holes, key, (first, place))
                        key, first = found, place
                    before = mark
                place += len(line)
            _note(places, holes, key, (first, place))
    except FileNotFoundError as err:
        raise ImportCaseError(f"{path.name} is missing.") from err
    except OSError as err:
        raise ImportCaseError(f"{path.name} cannot be read ({err.strerror or 'no reason given'}).") from err
    return Blocks(columns=tuple(names), places=places, holes=tuple(holes))


def block_content(path: Path, first: int, end: int) -> bytes:
    """Return the header of a table and the rows between two places.

    Raises
    ------
    ImportCaseError
        If they cannot be read.
    """
    if not 0 <= end - first <= LARGEST_TABLE_BYTES:
        raise ImportCaseError(f"{path.name} holds more of one reading than any has.")
    try:
        with path.open("rb") as file:
            header = file.readline(LONGEST_LINE_BYTES)
            file.seek(first)
            return header + file.read(end - first)
    except OSError as err:
        raise ImportCaseError(f"{path.name} cannot be read ({err.strerror or 'no reason given'}).") from err


def _cells(line: bytes) -> list[str]:
    try:
        return next(csv.reader([line.decode("utf-8", "replace").strip("\r\n")]), [])
    except csv.Error:
        return []


def _note(
    places: dict[Key, tuple[int, int]], holes: list[Hole], key: Key | None, place: tuple[int, int]
) -> None:
    if key is None:
        return
    if key in places:
        holes.append(Hole(what=TWICE, where=str(key)))
    else:
        places[key] = place
