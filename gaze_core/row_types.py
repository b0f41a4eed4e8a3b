"""What a row type is: columns declared once, from which the numpy dtype and empty rows derive.

The row types themselves are declared in `gaze_core.rows`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

Rows: TypeAlias = npt.NDArray[np.void]
"""A one-dimensional structured array whose dtype is that of one `RowType`."""

NO_TIME: Final = -(2**63)
"""The int64 that stands for "no such time" in every ``*_ns`` column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One field of a row: storage type, unit and meaning, declared once."""

    name: str
    type: str  # numpy type string, little-endian: "<f8", "<i8", "u1", "S64"
    unit: str  # "ns", "norm", "deg", "px", "mm", "flag", "count", "text", ...
    doc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowType:
    """A named kind of row with its columns."""

    name: str
    doc: str
    columns: tuple[Column, ...]
    dtype: np.dtype[np.void] = field(init=False, repr=False, compare=False)  # packed, of one row
    _blank: Rows = field(init=False, repr=False, compare=False)  # one row with nothing known

    def __post_init__(self) -> None:
        # Made once: samples come hundreds of times a second, each time with empty rows of every other type.
        object.__setattr__(self, "dtype", np.dtype([(column.name, column.type) for column in self.columns]))
        blank = np.zeros(1, self.dtype)
        for column in self.columns:
            kind = np.dtype(column.type).kind
            if kind == "f":
                blank[column.name] = np.nan
            elif kind == "i":
                blank[column.name] = NO_TIME if column.unit == "ns" else -1
        object.__setattr__(self, "_blank", blank)

    def empty(self, count: int) -> Rows:
        """Return `count` rows with nothing known: NaN, -1, `NO_TIME`, validity 0, empty text."""
        rows = np.empty(count, self.dtype)
        if count:
            rows[:] = self._blank
        return rows

    def row(self, **values: Any) -> Rows:
        """Return one row as an array of length 1; columns not named are unknown as in `empty`.

        Raises
        ------
        KeyError
            If a name is not a column of this row type.
        """
        rows = self.empty(1)
        for name, value in values.items():
            if name not in self.dtype.fields:  # type: ignore[operator]  # a structured dtype has fields
                raise KeyError(f"{self.name} rows have no column {name!r}")
            rows[name] = encode_text(value, rows.dtype[name].itemsize) if isinstance(value, str) else value
        return rows


def join_rows(parts: Sequence[Rows]) -> Rows:
    """Return the rows of at least one part in one array; a single part as it is, not copied.

    All parts have one dtype. `np.concatenate` would compare it column by column at each call, which at some
    hundred calls a second costs more than everything else that is done with the rows.
    """
    if len(parts) == 1:
        return parts[0]
    rows: Rows = np.empty(sum(map(len, parts)), parts[0].dtype)
    start = 0
    for part in parts:
        rows[start : start + len(part)] = part
        start += len(part)
    return rows


def encode_text(text: str, size: int) -> bytes:
    """Return `text` as UTF-8 of at most `size` bytes, cut at a character border."""
    return text.encode("utf-8", "replace")[:size].decode("utf-8", "ignore").encode("utf-8")


def decode_text(raw: bytes | np.bytes_) -> str:
    """Return the text of a fixed-length field."""
    return bytes(raw).rstrip(b"\0").decode("utf-8", "replace")


def column(name: str, type_: str, unit: str, doc: str) -> Column:
    """Return a column; short, because a table of columns should read as a table."""
    return Column(name=name, type=type_, unit=unit, doc=doc)
