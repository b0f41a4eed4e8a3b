"""Reading the files of a study folder: sizes first, plain text only, and never outside the folder."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final

from capture_app.session.study.findings import StudyError, StudyFinding
from recordings_schema.findings import Severity

LARGEST_STUDY_BYTES: Final = 1024 * 1024
LARGEST_TABLE_BYTES: Final = 16 * 1024 * 1024
MOST_ROWS: Final = 100_000
_SEPARATORS: Final = (",", ";", "\t")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One row of a CSV file; values are stripped, missing ones empty."""

    line: int  # from 1, where the row begins
    values: dict[str, str]


@dataclass(slots=True, kw_only=True)
class TableFindings:
    """Collects what is wrong with one CSV file."""

    file: str  # as the study names it
    findings: list[StudyFinding] = field(default_factory=list)

    def error(self, line: int, column: str, what: str, remedy: str) -> None:
        """Add an error."""
        self._add(Severity.ERROR, line, column, what, remedy)

    def warning(self, line: int, column: str, what: str, remedy: str) -> None:
        """Add a warning."""
        self._add(Severity.WARNING, line, column, what, remedy)

    def _add(self, severity: Severity, line: int, column: str, what: str, remedy: str) -> None:
        self.findings.append(
            StudyFinding(severity=severity, file=self.file, line=line, key=column, what=what, remedy=remedy)
        )


def read_text(path: Path, *, largest_bytes: int, what: str) -> str:
    """Return a UTF-8 text, without the mark some editors put before it.

    Raises
    ------
    StudyError
        If it is no plain file, too large, cannot be read or is no UTF-8 text.
    """
    try:
        if not path.is_file():
            is_there = path.exists()
            text = "is not a plain file" if is_there else "is not there"
            raise StudyError(f"{what} {path.name} {text}. Correct the name, or put the file there.")
        with path.open("rb") as stream:
            raw = stream.read(largest_bytes + 1)
    except OSError as err:
        reason = err.strerror or "no reason given"
        raise StudyError(f"{what} {path.name} cannot be read ({reason}). Check who may read it.") from err
    if len(raw) > largest_bytes:
        raise StudyError(
            f"{what} {path.name} is larger than {largest_bytes >> 20} MB. It should be short text."
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        line = raw.count(b"\n", 0, err.start) + 1
        raise StudyError(
            f"{what} {path.name} is not UTF-8 text (line {line}). Save it as UTF-8 in the editor."
        ) from err


def inside(folder: Path, name: str) -> Path:
    """Return the path of a name relative to the study folder.

    Raises
    ------
    StudyError
        If the name is empty, full, or leads out of the folder, also by a link.
    """
    remedy = "Name a file inside the study folder, with / between folders."
    if not name or "\0" in name or "\\" in name:
        raise StudyError(f"{name!r} is no usable file name. {remedy}")
    if PurePosixPath(name).is_absolute() or PureWindowsPath(name).drive or ".." in PurePosixPath(name).parts:
        raise StudyError(f"{name} leads out of the study folder. {remedy}")
    path = folder / name
    try:
        is_inside = path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError) as err:  # a link that points at itself
        raise StudyError(f"{name} cannot be followed. {remedy}") from err
    if not is_inside:
        raise StudyError(
            f"{name} is a link that leads out of the study folder. Copy the file into the folder."
        )
    return path


def read_table(
    path: Path, *, columns: tuple[str, ...], required: tuple[str, ...], problems: TableFindings
) -> list[TableRow]:
    """Return the rows of a CSV file with a header; comma, semicolon or tab between values.

    Lines that are empty or begin with ``#`` are passed over. What is wrong goes into `problems`; rows that
    cannot be used are left out.
    """
    try:
        text = read_text(path, largest_bytes=LARGEST_TABLE_BYTES, what="The table")
    except StudyError as err:
        problems.error(0, "", str(err), "")
        return []
    header: list[str] = []
    rows: list[TableRow] = []

    def take(line: int, values: list[str]) -> None:
        if not header:
            header.extend(value.strip() for value in values)
            _check_header(header, columns, required, line, problems)
        elif len(values) > len(header) and any(value.strip() for value in values[len(header) :]):
            problems.error(
                line,
                "",
                f"The row has {len(values)} values, the header {len(header)}.",
                'Put values that hold a separator into "quotes".',
            )
        else:
            padded = [*values, *[""] * (len(header) - len(values))]
            rows.append(TableRow(line=line, values=dict(zip(header, map(str.strip, padded), strict=False))))

    _each_line(text, take, problems)
    if not header:
        problems.error(
            0, "", "The table is empty.", f"Its first line names the columns: {', '.join(columns)}."
        )
    return rows if set(required) <= set(header) else []


def _each_line(text: str, take: Callable[[int, list[str]], None], problems: TableFindings) -> None:
    first = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    separator = max(_SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    count = 0
    line = 1
    try:
        for values in reader:
            started, line = line, reader.line_num + 1
            if not any(value.strip() for value in values) or values[0].lstrip().startswith("#"):
                continue
            count += 1
            if count > MOST_ROWS:
                problems.error(started, "", f"The table has more than {MOST_ROWS} rows.", "Split the study.")
                return
            take(started, values)
    except csv.Error as err:
        problems.error(
            reader.line_num, "", f"The line is no CSV ({err}).", "Close all quotes, or leave them out."
        )


def _check_header(
    header: list[str], columns: tuple[str, ...], required: tuple[str, ...], line: int, problems: TableFindings
) -> None:
    known = ", ".join(columns)
    for name in dict.fromkeys(header):
        if name not in columns:
            problems.error(line, name, f"There is no column {name!r}.", f"Known columns are {known}.")
        elif header.count(name) > 1:
            problems.error(line, name, f"The column {name} is there twice.", "Keep one of them.")
    for name in required:
        if name not in header:
            problems.error(line, name, f"The column {name} is missing.", f"Known columns are {known}.")
