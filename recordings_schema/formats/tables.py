"""Cells of published tables: rounded, joined and escaped the same way on every computer."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

CR_LF: Final = "\r\n"
LF: Final = "\n"
_PLAIN_DECIMALS: Final = 4


def rounded(values: npt.ArrayLike, decimals: int, *, missing: str = "") -> list[str]:
    """Return numbers rounded half to even, as text; `missing` where NaN. 0 decimals give whole numbers."""
    numbers = np.atleast_1d(np.asarray(values, np.float64))
    is_known = np.isfinite(numbers)
    kept = np.round(np.where(is_known, numbers, 0.0), decimals) + 0.0  # no "-0.0"
    texts = list(map(str, kept.astype(np.int64).tolist() if decimals == 0 else kept.tolist()))
    if decimals > _PLAIN_DECIMALS:  # Python writes what is smaller than 0.0001 with an exponent
        for place in (place for place, text in enumerate(texts) if "e" in text):
            texts[place] = f"{kept[place]:.{decimals}f}".rstrip("0")
    if not is_known.all():
        for place in np.flatnonzero(~is_known).tolist():
            texts[place] = missing
    return texts


def one(value: float, decimals: int, *, missing: str = "") -> str:
    """Return one number as `rounded` writes it."""
    return rounded(value, decimals, missing=missing)[0]


def whole(values: npt.ArrayLike) -> list[str]:
    """Return integers as text."""
    return list(map(str, np.atleast_1d(np.asarray(values)).tolist()))


def lines(columns: Sequence[Iterable[str]], *, end: str = LF, separator: str = ",") -> bytes:
    """Return the lines of columns whose cells need no quotes: numbers, codes and names of our own."""
    text = end.join(map(separator.join, zip(*columns, strict=True)))
    return (text + end).encode("utf-8") if text else b""


def quoted_lines(rows: Iterable[Sequence[object]], *, end: str = LF) -> bytes:
    """Return CSV lines whose cells are quoted where they have to be; None is empty."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator=end)
    for row in rows:
        writer.writerow(["" if cell is None else cell for cell in row])
    return buffer.getvalue().encode("utf-8")


def cell(text: str) -> str:
    """Return a text as a cell of CSV, quoted where it has to be."""
    return quoted_lines([[text]]).decode("utf-8").rstrip("\n")


def header(columns: Sequence[str], *, end: str = LF, separator: str = ",") -> bytes:
    """Return the line with the names of the columns."""
    if separator == ",":
        return quoted_lines([columns], end=end)
    return (separator.join(columns) + end).encode("utf-8")
