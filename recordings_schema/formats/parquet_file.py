"""Apache Parquet files of flat tables, written part by part: what each case adds is a row group.

Only what tidy tables need of the format: optional columns of integers, numbers and texts, plain values, GZIP
pages. The metadata is Thrift in its compact protocol. Source: the Parquet format specification of the Apache
Software Foundation (parquet.thrift; data pages of version 1).
"""

from __future__ import annotations

import gzip
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, TypeAlias

import numpy as np

MAGIC: Final = b"PAR1"
RowGroupFacts: TypeAlias = list[int]
"""Rows, then stored and plain bytes of each column's chunk; JSON."""

_PLAIN, _RLE, _GZIP, _UTF8, _OPTIONAL = 0, 3, 2, 0, 1
_I32, _I64, _BINARY, _LIST, _STRUCT = 5, 6, 8, 9, 12
_GZIP_LEVEL: Final = 6


class ParquetKind(IntEnum):
    """Physical types of columns, with the numbers of the format."""

    INTEGER = 2  # INT64
    REAL = 5  # DOUBLE
    TEXT = 6  # BYTE_ARRAY, UTF-8


@dataclass(frozen=True, slots=True, kw_only=True)
class ParquetColumn:
    """A column of a table."""

    name: str
    kind: ParquetKind


def row_group(
    columns: Sequence[ParquetColumn], cells: Sequence[Sequence[object]]
) -> tuple[bytes, RowGroupFacts]:
    """Return the bytes of a row group and what the end of the file has to say of it.

    Parameters
    ----------
    columns
        Of the table.
    cells
        For each column its cells, all of one length; None, and "" in columns of numbers, is a missing value.

    Raises
    ------
    ValueError
        If a cell is no value of its column.
    """
    count = len(cells[0])
    if count == 0:
        return b"", [0]
    chunks, facts = [], [count]
    for column, values in zip(columns, cells, strict=True):
        page = _page(column.kind, values)
        packed = gzip.compress(page, compresslevel=_GZIP_LEVEL, mtime=0)
        head = _page_header(len(page), len(packed), count)
        chunks.append(head + packed)
        facts += [len(head) + len(packed), len(head) + len(page)]
    return b"".join(chunks), facts


def footer(
    columns: Sequence[ParquetColumn], groups: Iterable[RowGroupFacts], notes: Mapping[str, str]
) -> bytes:
    """Return the end of a file that begins with `MAGIC` and holds these row groups in this order.

    Parameters
    ----------
    columns
        Of the table.
    groups
        What `row_group` said of each.
    notes
        Key and value pairs of the file.
    """
    place, rows, described = len(MAGIC), 0, []
    for facts in groups:
        if facts[0] == 0:
            continue
        rows += facts[0]
        described.append(_row_group(columns, facts, place))
        place += sum(facts[1::2])
    root = _struct((4, _BINARY, "schema"), (5, _I32, len(columns)))
    schema = [
        _struct(
            (1, _I32, int(column.kind)),
            (3, _I32, _OPTIONAL),
            (4, _BINARY, column.name),
            *(((6, _I32, _UTF8),) if column.kind is ParquetKind.TEXT else ()),
        )
        for column in columns
    ]
    metadata = _struct(
        (1, _I32, 1),
        (2, _LIST, (_STRUCT, [root, *schema])),
        (3, _I64, rows),
        (4, _LIST, (_STRUCT, described)),
        (
            5,
            _LIST,
            (_STRUCT, [_struct((1, _BINARY, key), (2, _BINARY, notes[key])) for key in sorted(notes)]),
        ),
        (6, _BINARY, "reading-station"),
    )
    return metadata + struct.pack("<I", len(metadata)) + MAGIC


def _row_group(columns: Sequence[ParquetColumn], facts: RowGroupFacts, place: int) -> bytes:
    count, chunks, first = facts[0], [], place
    for column, stored, plain in zip(columns, facts[1::2], facts[2::2], strict=True):
        metadata = _struct(
            (1, _I32, int(column.kind)),
            (2, _LIST, (_I32, [_zigzag(_PLAIN), _zigzag(_RLE)])),
            (3, _LIST, (_BINARY, [_binary(column.name)])),
            (4, _I32, _GZIP),
            (5, _I64, count),
            (6, _I64, plain),
            (7, _I64, stored),
            (9, _I64, place),
        )
        chunks.append(_struct((2, _I64, place), (3, _STRUCT, metadata)))
        place += stored
    return _struct(
        (1, _LIST, (_STRUCT, chunks)),
        (2, _I64, sum(facts[2::2])),
        (3, _I64, count),
        (5, _I64, first),
        (6, _I64, place - first),
    )


def _page(kind: ParquetKind, cells: Sequence[object]) -> bytes:
    """Return a page: which cells there are as one bit each, then the values of those."""
    missing = (None,) if kind is ParquetKind.TEXT else (None, "")
    is_there = np.fromiter((cell not in missing for cell in cells), bool, len(cells))
    bits = np.packbits(is_there, bitorder="little").tobytes()
    levels = _varint(len(bits) << 1 | 1) + bits
    return (
        struct.pack("<I", len(levels))
        + levels
        + _values(kind, [each for each in cells if each not in missing])
    )


def _values(kind: ParquetKind, cells: Sequence[Any]) -> bytes:
    if kind is ParquetKind.TEXT:
        texts = [str(cell).encode("utf-8") for cell in cells]
        return b"".join(part for text in texts for part in (struct.pack("<I", len(text)), text))
    if kind is ParquetKind.INTEGER:
        return np.array([int(cell) for cell in cells], "<i8").tobytes()
    return np.array(cells, "<f8").tobytes()


def _page_header(plain: int, stored: int, count: int) -> bytes:
    data = _struct((1, _I32, count), (2, _I32, _PLAIN), (3, _I32, _RLE), (4, _I32, _RLE))
    return _struct((1, _I32, 0), (2, _I32, plain), (3, _I32, stored), (5, _STRUCT, data))


def _struct(*fields: tuple[int, int, Any]) -> bytes:
    """Return a Thrift struct: (id, type, value) of each field in order of ids that lie close together."""
    parts, last = [], 0
    for number, kind, value in fields:
        parts.append(bytes([(number - last) << 4 | kind]))
        if kind in (_I32, _I64):
            parts.append(_zigzag(value))
        elif kind == _BINARY:
            parts.append(_binary(value))
        elif kind == _LIST:
            parts.append(_list(*value))
        else:
            parts.append(value)
        last = number
    return b"".join(parts) + b"\x00"


def _list(kind: int, items: Sequence[bytes]) -> bytes:
    size = len(items)
    head = bytes([size << 4 | kind]) if size < 15 else bytes([0xF0 | kind]) + _varint(size)
    return head + b"".join(items)


def _binary(text: str) -> bytes:
    content = text.encode("utf-8")
    return _varint(len(content)) + content


def _zigzag(number: int) -> bytes:
    return _varint(number << 1 if number >= 0 else (-number << 1) - 1)


def _varint(number: int) -> bytes:
    parts = bytearray()
    while number >= 0x80:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])
