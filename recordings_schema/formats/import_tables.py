"""Tables of published datasets as columns: sizes checked before reading, every wrong cell named.

Columns may come in any order and others may lie between them; what is asked for has to be there.
"""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from recordings_schema.formats.importing import ImportCaseError

LARGEST_TABLE_BYTES: Final = 512 * 2**20  # of one reading: an hour at 1000 Hz has half of it
LARGEST_TEXT_BYTES: Final = 16 * 2**20
_MISSING: Final = ("", "nan", "NaN", "NA", "None")


def read_content(path: Path, largest_bytes: int = LARGEST_TEXT_BYTES) -> bytes:
    """Return a file's bytes.

    Raises
    ------
    ImportCaseError
        If it is not there, too large or unreadable.
    """
    try:
        if path.stat().st_size > largest_bytes:
            raise ImportCaseError(f"{path.name} is larger than any of its kind.")
        return path.read_bytes()
    except FileNotFoundError as err:
        raise ImportCaseError(f"{path.name} is missing.") from err
    except OSError as err:
        raise ImportCaseError(f"{path.name} cannot be read ({err.strerror or 'no reason given'}).") from err


def text_of_content(content: bytes, name: str) -> str:
    """Return bytes as text.

    Raises
    ------
    ImportCaseError
        If they are no UTF-8.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        raise ImportCaseError(f"{name} is not text in UTF-8.") from err


def number_columns(content: bytes, name: str, columns: Sequence[str]) -> dict[str, npt.NDArray[np.float64]]:
    """Return columns of numbers by name; an empty cell is NaN.

    Parameters
    ----------
    content
        A CSV file with a header whose cells are numbers, or empty.
    name
        Of the file, for what is said of it.
    columns
        That have to be there.

    Raises
    ------
    ImportCaseError
        If a column is missing, a row has another number of cells, or a cell is no number.
    """
    text = text_of_content(content, name).replace("\r\n", "\n")
    first, _, body = text.partition("\n")
    header = next(csv.reader([first]), [])
    _check_header(header, name, columns)
    if not body.strip():
        return {column: np.empty(0) for column in columns}
    filled = (
        body.replace(",,", ",nan,").replace(",,", ",nan,").replace(",\n", ",nan\n").replace("\n,", "\nnan,")
    )
    filled = f"nan{filled}" if filled.startswith(",") else filled
    filled = f"{filled}nan" if filled.endswith(",") else filled
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            values = np.loadtxt(
                io.StringIO(filled),
                delimiter=",",
                ndmin=2,
                comments=None,
                usecols=[header.index(c) for c in columns],
            )
    except (ValueError, UserWarning) as err:
        raise ImportCaseError(f"A cell of {name} is no number, or a row has another length.") from err
    if np.isinf(values).any():
        raise ImportCaseError(f"{name} holds a number that is not finite.")
    return {column: values[:, place] for place, column in enumerate(columns)}


def text_rows(content: bytes, name: str, columns: Sequence[str] = ()) -> list[dict[str, str]]:
    """Return the rows of a table by the names of its columns.

    Raises
    ------
    ImportCaseError
        If a column of `columns` is missing or a row has another number of cells.
    """
    return list(_rows(io.StringIO(text_of_content(content, name), newline=""), name, columns))


def file_rows(path: Path, columns: Sequence[str] = ()) -> Iterator[dict[str, str]]:
    """Yield the rows of a table on the disk, a line at a time, however long it is.

    Raises
    ------
    ImportCaseError
        If it cannot be read, a column of `columns` is missing, or a row has another number of cells.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _rows(file, path.name, columns)
    except UnicodeDecodeError as err:
        raise ImportCaseError(f"{path.name} is not text in UTF-8.") from err
    except FileNotFoundError as err:
        raise ImportCaseError(f"{path.name} is missing.") from err
    except OSError as err:
        raise ImportCaseError(f"{path.name} cannot be read ({err.strerror or 'no reason given'}).") from err


def one_number(text: str, name: str) -> float:
    """Return the number of a cell; NaN where it is empty.

    Raises
    ------
    ImportCaseError
        If it is no finite number.
    """
    word = text.strip()
    if word in _MISSING:
        return float("nan")
    try:
        value = float(word)
    except ValueError as err:
        raise ImportCaseError(f"{name} holds {text[:40]!r} where a number belongs.") from err
    if not np.isfinite(value):
        raise ImportCaseError(f"{name} holds a number that is not finite.")
    return value


def needed(cells: Mapping[str, str], column: str, name: str) -> float:
    """Return the number of a cell that may not be empty.

    Raises
    ------
    ImportCaseError
        If it is empty or no number.
    """
    value = one_number(cells[column], name)
    if np.isnan(value):
        raise ImportCaseError(f"{name} has an empty cell in {column}.")
    return value


def _rows(file: Iterator[str] | io.TextIOBase, name: str, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    table = csv.reader(file)
    try:
        header = next(table, [])
        _check_header(header, name, columns)
        for cells in table:
            if not cells:
                continue
            if len(cells) != len(header):
                raise ImportCaseError(f"A row of {name} has another number of cells than its header.")
            yield dict(zip(header, cells, strict=True))
    except csv.Error as err:
        raise ImportCaseError(f"{name} is no table of comma-separated values.") from err


def _check_header(header: Sequence[str], name: str, columns: Sequence[str]) -> None:
    missing = [column for column in columns if column not in header]
    if missing:
        raise ImportCaseError(f"{name} has no column {missing[0]}.")
