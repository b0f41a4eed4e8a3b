"""Where the readings of EGD lie in its long tables: one pass over the bytes, nothing kept but the places."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recordings_schema.formats.egd_tables import COLUMNS
from recordings_schema.formats.import_tables import LARGEST_TABLE_BYTES
from recordings_schema.formats.importing import Hole, ImportCaseError

_LONGEST_LINE_BYTES: Final = 65_536
TWICE: Final = "Its rows lie at several places of the table; the first are taken."


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class EgdKey:
    """A reading: an image shown once in a session."""

    session: int
    media: int
    dicom_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """The rows of each reading in one table."""

    header: bytes
    places: dict[EgdKey, tuple[int, int]]  # first byte, byte after the last
    holes: tuple[Hole, ...]


def blocks_of(path: Path) -> Blocks:
    """Return where the rows of each reading lie in a table of 37 columns.

    Raises
    ------
    ImportCaseError
        If it is not there or has other columns.
    """
    places: dict[EgdKey, tuple[int, int]] = {}
    holes: list[Hole] = []
    try:
        with path.open("rb") as file:
            header = file.readline(_LONGEST_LINE_BYTES)
            names = next(csv.reader([header.decode("utf-8-sig", "replace").strip("\r\n")]), [])
            if tuple(names) != COLUMNS:
                raise ImportCaseError(f"{path.name} has other columns than EGD.")
            before, key, first = b"", None, len(header)
            place = first
            for line in file:
                session, media, rest = (*line.split(b",", 2), b"", b"")[:3]
                mark = line[: len(line) - len(rest)] + _first_cell(rest)
                if mark != before:
                    if key is not None:
                        _note(places, holes, key, first, place)
                    key, first, before = _key(session, media, _first_cell(rest)), place, mark
                    if key is None:
                        holes.append(
                            Hole(what=f"A row of {path.name} names no reading.", where=f"byte {place}")
                        )
                place += len(line)
            if key is not None:
                _note(places, holes, key, first, place)
    except FileNotFoundError as err:
        raise ImportCaseError(f"{path.name} is missing.") from err
    except OSError as err:
        raise ImportCaseError(f"{path.name} cannot be read ({err.strerror or 'no reason given'}).") from err
    return Blocks(header=header, places=places, holes=tuple(holes))


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
            header = file.readline(_LONGEST_LINE_BYTES)
            file.seek(first)
            return header + file.read(end - first)
    except OSError as err:
        raise ImportCaseError(f"{path.name} cannot be read ({err.strerror or 'no reason given'}).") from err


def _first_cell(rest: bytes) -> bytes:
    """Return the bytes of the first cell, quotes included."""
    if not rest.startswith(b'"'):
        return rest.partition(b",")[0]
    end = 1
    while True:
        end = rest.find(b'"', end)
        if end < 0:
            return rest
        if rest[end + 1 : end + 2] != b'"':
            return rest[: end + 1]
        end += 2


def _key(session: bytes, media: bytes, dicom_id: bytes) -> EgdKey | None:
    try:
        name = next(csv.reader([dicom_id.decode("utf-8")]), [""])[0]
        key = EgdKey(session=int(float(session)), media=int(float(media)), dicom_id=name)
    except (ValueError, OverflowError, csv.Error):
        return None
    return key if name else None


def _note(
    places: dict[EgdKey, tuple[int, int]], holes: list[Hole], key: EgdKey, first: int, end: int
) -> None:
    if key in places:
        holes.append(Hole(what=TWICE, where=key.dicom_id))
    else:
        places[key] = (first, end)
