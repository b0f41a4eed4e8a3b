"""A dataset of one reading in memory: whether it keeps the rules of its format, before it is exported."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from recordings_schema.formats.contract import FinishedCase, Format, FormatError, PlannedCase
from recordings_schema.formats.reading import CaseReading
from recordings_schema.formats.staging import make_place

_OF_READINGS: Final = "1 of 1 readings"


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedFormat:
    """What came of putting one reading into a format."""

    name: str
    problem: str  # why it cannot be in the format, or breaks its rules, a sentence; "" where it is valid
    notes: tuple[str, ...] = ()  # what the format says is missing although it can be written, sentences


class MemorySink:
    """Keeps files in memory. Implements `CaseSink` and `DatasetSink`."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self._copies: dict[str, Path] = {}
        self._tables: dict[str, list[bytes]] = {}

    def file(self, path: str, content: bytes) -> None:
        """Keep a file of the dataset."""
        self.files[path] = content

    def copy(self, path: str, source: Path) -> None:
        """Keep that a file would be copied."""
        self._copies[path] = source

    def add(self, table: str, content: bytes) -> None:
        """Add lines to a table over all cases."""
        self._tables.setdefault(table, []).append(content)

    def join(self, path: str, table: str, header: bytes, footer: bytes = b"") -> None:
        """Keep a table of the dataset: its header, what the case added to it, its footer."""
        self.files[path] = b"".join((header, *self._tables.get(table, ()), footer))

    def write(self, folder: Path) -> None:
        """Write all of it into a folder.

        Raises
        ------
        FormatError
            If a name cannot be that of a file.
        OSError
            If it cannot be written.
        """
        for path, content in self.files.items():
            make_place(folder, path).write_bytes(content)
        for path, source in self._copies.items():
            shutil.copyfile(source, make_place(folder, path))


def try_format(published: Format[Any], options: Any, reading: CaseReading, folder: Path) -> TriedFormat:
    """Return whether a reading is valid in a format.

    Parameters
    ----------
    published, options
        The format and its options.
    reading
        The reading; that it does not count, or not yet, is no matter here.
    folder
        Empty; the format's own check looks through the files there.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    try:
        problem, notes = _tried(published, options, reading, folder)
    except FormatError as err:
        problem, notes = str(err), ()
    return TriedFormat(name=published.name, problem=problem, notes=notes)


def _tried(
    published: Format[Any], options: Any, reading: CaseReading, folder: Path
) -> tuple[str, tuple[str, ...]]:
    problem = published.key_problem(reading.key, options) or published.problem(reading, options)
    if problem:
        return problem, ()
    sink = MemorySink()
    planned = PlannedCase(key=reading.key, number=0, digits="000000", session=1, earlier=0)
    facts = published.write_case(planned, reading, sink, options)
    said = published.finish([FinishedCase(planned=planned, facts=facts)], sink, options)
    sink.write(folder)
    return " ".join(published.check(folder)), tuple(_notes(said))


def _notes(said: dict[str, Any]) -> Iterator[str]:
    """Yield what a format says of its one reading; what it says of the data set as a whole is left out."""
    for note in map(str, said.get("warnings", ())):
        if note.startswith(_OF_READINGS):
            words = note.removeprefix(_OF_READINGS).removeprefix(":").strip()
            if words.startswith("have "):
                words = f"it has {words.removeprefix('have ')}"
            yield words[:1].upper() + words[1:]
