"""Tables that hold the rows of several readers: those of one are taken out, the others stay as they are."""

from __future__ import annotations

import codecs
import csv
import io
import json
from dataclasses import dataclass, replace
from typing import Any, Final

READER_COLUMNS: Final = frozenset(
    {"reader", "reader_id", "pseudonym", "participant", "participant_id", "subject", "subject_id"}
)
SESSION_COLUMNS: Final = frozenset({"session", "session_id", "recording"})
_SEPARATORS: Final = (",", ";", "\t")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableWithout:
    """A table without the rows of a reader."""

    content: bytes
    removed_rows: int
    kept_rows: int  # rows of others


def without_reader(content: bytes, ending: str, reader: str, sessions: frozenset[str]) -> TableWithout | None:
    """Return a table without a reader's rows; None where it is no table with a column of readers or sessions.

    Parameters
    ----------
    content
        The file.
    ending
        Of its name: ".csv", ".tsv" and ".json" are tables.
    reader
        The pseudonym.
    sessions
        Session ids and file names of this reader's recordings.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if ending in (".csv", ".tsv"):
        table = _csv_without(text, reader, sessions)
        if table is not None and content.startswith(codecs.BOM_UTF8):
            return replace(table, content=codecs.BOM_UTF8 + table.content)
        return table
    return _json_without(text, reader, sessions) if ending == ".json" else None


def _csv_without(text: str, reader: str, sessions: frozenset[str]) -> TableWithout | None:
    """Take lines out; every other line keeps each byte of its own."""
    head, _, _ = text.partition("\n")
    separator = max(_SEPARATORS, key=head.count)
    lines = io.StringIO(text, newline="")
    taken: list[str] = []

    def recorded() -> Any:
        for line in lines:
            taken.append(line)
            yield line

    rows = csv.reader(recorded(), delimiter=separator)
    kept: list[str] = []
    columns: dict[int, bool] = {}  # number of the column -> whether it names the reader
    removed = kept_rows = 0
    try:
        for number, row in enumerate(rows):
            source, taken[:] = "".join(taken), []
            if number == 0:
                columns = _columns(row)
                if not columns:
                    return None
                kept.append(source)
            elif any(
                index < len(row) and _is_theirs(row[index], reader, sessions, is_reader)
                for index, is_reader in columns.items()
            ):
                removed += 1
            else:
                kept_rows += bool(row)
                kept.append(source)
    except csv.Error:
        return None
    return TableWithout(content="".join(kept).encode("utf-8"), removed_rows=removed, kept_rows=kept_rows)


def _columns(head: list[str]) -> dict[int, bool]:
    names = [name.strip().lower() for name in head]
    return {
        index: name in READER_COLUMNS
        for index, name in enumerate(names)
        if name in READER_COLUMNS or name in SESSION_COLUMNS
    }


def _json_without(text: str, reader: str, sessions: frozenset[str]) -> TableWithout | None:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        return None
    columns = [name for row in rows for name in row if name.lower() in READER_COLUMNS | SESSION_COLUMNS]
    if not columns:
        return None
    kept = [row for row in rows if not _is_their_object(row, reader, sessions)]
    content = json.dumps(kept, indent=1, ensure_ascii=False).encode("utf-8")
    return TableWithout(content=content, removed_rows=len(rows) - len(kept), kept_rows=len(kept))


def _is_their_object(row: dict[str, Any], reader: str, sessions: frozenset[str]) -> bool:
    return any(
        _is_theirs(str(value), reader, sessions, name.lower() in READER_COLUMNS)
        for name, value in row.items()
        if name.lower() in READER_COLUMNS | SESSION_COLUMNS
    )


def _is_theirs(value: str, reader: str, sessions: frozenset[str], is_reader_column: bool) -> bool:
    return value.strip() == reader if is_reader_column else value.strip() in sessions
