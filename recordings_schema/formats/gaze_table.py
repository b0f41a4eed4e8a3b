"""Gaze tables (TSV, CSV) read into a stream that can be played: columns kept as delivered, meaning declared.

A table has a header line and one sample a line. Every column becomes a field of the raw rows in its own
type: int64 where each of its values is an integer, float64 elsewhere, parsed exactly as ``float()`` does; an
empty field is NaN. What the columns mean is declared by a `GazeTableMapping`; nothing is guessed.

A table knows one clock. Its stamps become ``t_device_ns``, and ``t_host_ns`` as well, so that targets and
samples share one time line; the settings of the stream say so.
"""

from __future__ import annotations

import csv
import itertools
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TextIO, TypeAlias

import numpy as np
import numpy.typing as npt

from gaze_core.channel_json import mapping_to_object
from gaze_core.channels import convert_channel, normalise_channels
from gaze_core.rows import TARGET, GazeFlag, Rows
from gaze_core.streams import RawChannel, RecordedStream, TrackerInfo
from recordings_schema.formats.gaze_table_mapping import (
    BUILT_IN_MAPPINGS,
    GazeTableError,
    GazeTableMapping,
    table_skeleton,
)

MAX_TABLE_BYTES: Final = 4_000_000_000
MAX_LINE: Final = 100_000
MAX_COLUMNS: Final = 512
MAX_ROWS: Final = 100_000_000

_MAX_NAME: Final = 64
_CHUNK_ROWS: Final = 65_536
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,19}(?<!-0)", re.ASCII)  # "-0" keeps its sign as a float
_INT64: Final = range(-(2**63), 2**63)
_LATEST_NS: Final = 2**62
_GAP_INTERVALS: Final = 1.5
_MISSING_WORDS: Final = ("", "NA", "N/A", "null")

Int64s: TypeAlias = npt.NDArray[np.int64]


def read_gaze_table(path: Path, mapping: GazeTableMapping | None = None) -> RecordedStream:
    """Read a gaze table.

    Parameters
    ----------
    path
        The file; UTF-8, with or without a byte order mark.
    mapping
        What its columns mean; None takes the built-in mapping whose columns the header has.

    Raises
    ------
    GazeTableError
        If the file is not such a table; the text names the line.
    """
    try:
        size_bytes = path.stat().st_size
        if size_bytes > MAX_TABLE_BYTES:
            raise GazeTableError(
                f"The gaze table {path.name} has {size_bytes} bytes; at most {MAX_TABLE_BYTES} are read. "
                "Split it.",
                path=path,
            )
        return _read(path, mapping)
    except OSError as error:
        raise GazeTableError(
            f"The gaze table {path.name} cannot be read: {error.strerror}. Check its name and your rights.",
            path=path,
        ) from error
    except UnicodeDecodeError as error:
        raise GazeTableError(
            f"The gaze table {path.name} is not UTF-8 text. Export it again as UTF-8.", path=path
        ) from error


def _read(path: Path, mapping: GazeTableMapping | None) -> RecordedStream:
    delimiter, header = _read_header(path)
    if mapping is None:
        mapping = _built_in_mapping(path, header)
    mapping.check_columns(header)
    is_integer, count = _survey(path, delimiter, header)
    if count == 0:
        raise GazeTableError(f"The gaze table {path.name} has a header and no samples.", path=path)
    types = ["<i8" if each else "<f8" for each in is_integer]
    raw_dtype = np.dtype(list(zip(header, types, strict=True)))
    raw = _fill(path, delimiter, raw_dtype, count)
    gaze = normalise_channels(raw, mapping.channels, mapping.screen)
    t_ns = _stamps_ns(path, raw[mapping.time_column], mapping)
    interval_ns = _time_samples(gaze, t_ns)
    info = _tracker_info(path, mapping, raw_dtype, interval_ns)
    return RecordedStream(info=info, gaze=gaze, raw=raw, targets=_targets(raw, t_ns, interval_ns, mapping))


def _read_header(path: Path) -> tuple[str, list[str]]:
    """Return the delimiter, seen in the header line, and the names of the columns."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        line = file.readline(MAX_LINE + 1)
    if len(line) > MAX_LINE:
        raise GazeTableError(f"Line 1 of {path.name} is longer than {MAX_LINE} characters.", path=path)
    delimiter = max("\t,;", key=line.count)
    _, names = next(_fields(iter([line]), delimiter, path), (1, []))
    names = [name.strip() for name in names]
    if not any(names) or "\0" in line:
        raise GazeTableError(f"Line 1 of {path.name} is not a header with the names of columns.", path=path)
    if len(names) > MAX_COLUMNS:
        raise GazeTableError(
            f"Line 1 of {path.name} names {len(names)} columns; at most {MAX_COLUMNS} are read.", path=path
        )
    for name in names:
        if not name or len(name) > _MAX_NAME or names.count(name) > 1:
            raise GazeTableError(
                f"Line 1 of {path.name} names a column {name[:_MAX_NAME]!r}; "
                f"names must be unique and have 1 to {_MAX_NAME} characters.",
                path=path,
            )
    return delimiter, names


def _built_in_mapping(path: Path, header: list[str]) -> GazeTableMapping:
    for mapping in BUILT_IN_MAPPINGS:
        if mapping.columns() <= set(header):
            return mapping
    raise GazeTableError(
        f"The columns of {path.name} are not known: {', '.join(header)}. Save the following as a file, fill "
        f"it in, and name it as the mapping of the table.\n{table_skeleton(header)}",
        path=path,
    )


def _survey(path: Path, delimiter: str, header: list[str]) -> tuple[list[bool], int]:
    """Check every line; return which columns are integers throughout, and the number of samples."""
    is_integer = [True] * len(header)
    count = 0
    for number, fields in _samples(path, delimiter):
        if len(fields) != len(header):
            raise GazeTableError(
                f"Line {number} of {path.name} has {len(fields)} fields, the header has {len(header)}. "
                "Repair or remove that line.",
                path=path,
            )
        count += 1
        if count > MAX_ROWS:
            raise GazeTableError(f"{path.name} has more than {MAX_ROWS} samples. Split it.", path=path)
        for index, field in enumerate(fields):
            if is_integer[index] and _is_integer(field):
                continue
            is_integer[index] = False
            if _parse(field) is None:
                raise GazeTableError(
                    f"Line {number} of {path.name} has {field[:_MAX_NAME]!r} in the column "
                    f"{header[index]!r}, which is not a number.",
                    path=path,
                )
    return is_integer, count


def _fill(path: Path, delimiter: str, raw_dtype: np.dtype[np.void], count: int) -> Rows:
    raw = np.zeros(count, raw_dtype)
    position = 0
    chunk: list[list[str]] = []
    for _, fields in _samples(path, delimiter):
        chunk.append(fields)
        if len(chunk) == _CHUNK_ROWS:
            position = _fill_chunk(path, raw, position, chunk)
            chunk.clear()
    position = _fill_chunk(path, raw, position, chunk)
    if position != count:
        raise GazeTableError(
            f"{path.name} changed while it was read. Close the program writing it.", path=path
        )
    return raw


def _fill_chunk(path: Path, raw: Rows, position: int, chunk: list[list[str]]) -> int:
    end = position + len(chunk)
    names = raw.dtype.names or ()
    if end > len(raw) or any(len(fields) != len(names) for fields in chunk):
        raise GazeTableError(
            f"{path.name} changed while it was read. Close the program writing it.", path=path
        )
    for index, name in enumerate(names):
        column = [fields[index] for fields in chunk]
        if raw.dtype[name].kind == "i":
            raw[name][position:end] = [int(field) for field in column]
        else:
            raw[name][position:end] = [_parse(field) for field in column]
    return end


def _samples(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line number and the fields of each line after the header; empty lines are passed over."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, fields in _fields(_lines(file, path), delimiter, path):
            if number > 1 and fields:
                yield number, fields


def _lines(file: TextIO, path: Path) -> Iterator[str]:
    for number in itertools.count(1):
        line = file.readline(MAX_LINE + 1)
        if not line:
            return
        if len(line) > MAX_LINE:
            text = (
                f"Line {number} of {path.name} is longer than {MAX_LINE} characters; this is no gaze table."
            )
            raise GazeTableError(text, path=path)
        if "\0" in line:
            text = f"Line {number} of {path.name} holds a zero byte; this is no gaze table."
            raise GazeTableError(text, path=path)
        yield line


def _fields(lines: Iterator[str], delimiter: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        for fields in reader:
            yield reader.line_num, fields
    except csv.Error as error:
        raise GazeTableError(f"Line {reader.line_num} of {path.name}: {error}.", path=path) from error


def _is_integer(field: str) -> bool:
    if not _INTEGER.fullmatch(field):
        return False
    return int(field) in _INT64


def _parse(field: str) -> float | None:
    """Return a field as a number, NaN where it is empty, None where it is something else."""
    text = field.strip()
    if text in _MISSING_WORDS:
        return math.nan
    if "_" in text or not text.isascii():
        return None  # float() would take both
    try:
        return float(text)
    except ValueError:
        return None


def _stamps_ns(path: Path, stamps: npt.NDArray[np.generic], mapping: GazeTableMapping) -> Int64s:
    """Return the stamps in ns; integers without any rounding."""
    ns_per_unit = mapping.time_unit.nanoseconds
    values = stamps.astype(np.float64)
    bad = np.flatnonzero(~(np.abs(values) * ns_per_unit < _LATEST_NS))
    if len(bad):
        raise GazeTableError(
            f"Sample {bad[0] + 1} of {path.name} has the time {values[bad[0]]:g} "
            f"{mapping.time_unit.value}, which is not a time. Repair or remove that line.",
            path=path,
        )
    if stamps.dtype.kind == "i":
        return stamps.astype(np.int64) * ns_per_unit
    return np.rint(values * ns_per_unit).astype(np.int64)


def _time_samples(gaze: Rows, t_ns: Int64s) -> int:
    """Fill times, seq and flags; return the median interval in ns, 0 where there is none."""
    gaze["seq"] = np.arange(len(gaze))
    gaze["t_device_ns"] = t_ns
    gaze["t_host_ns"] = t_ns
    steps_ns = np.diff(t_ns)
    forward = steps_ns[steps_ns > 0]
    interval_ns = int(np.median(forward)) if len(forward) else 0
    gaze["flags"][1:][steps_ns <= 0] |= GazeFlag.DEVICE_TIME_BACKWARD
    gaze["flags"][1:][steps_ns > _GAP_INTERVALS * interval_ns] |= GazeFlag.GAP_BEFORE
    return interval_ns


def _targets(raw: Rows, t_ns: Int64s, interval_ns: int, mapping: GazeTableMapping) -> Rows:
    """Return one row for each unbroken run of samples with the same target."""
    columns = mapping.targets
    if columns is None:
        return TARGET.empty(0)
    shown = [raw[name].astype(np.float64) for name in (columns.target_id, columns.x, columns.y)]
    # NaN is not equal to itself: missing target cells begin a new run each and are dropped below.
    is_first = np.any([values[1:] != values[:-1] for values in shown], axis=0)
    starts = np.concatenate([[0], np.flatnonzero(is_first) + 1])
    ends = np.concatenate([starts[1:], [len(raw)]]) - 1
    is_target = np.all([np.isfinite(values[starts]) for values in shown], axis=0)
    is_target &= shown[0][starts] != columns.no_target
    starts, ends = starts[is_target], ends[is_target]
    rows = TARGET.empty(len(starts))
    rows["t_on_host_ns"] = t_ns[starts]
    rows["t_off_host_ns"] = t_ns[ends] + interval_ns
    rows["target_id"] = np.clip(shown[0][starts], -1, 2**31 - 1).astype(np.int32)
    rows["procedure"] = b"validation"
    for axis, values in zip("xy", shown[1:], strict=True):
        column = f"{axis}_norm"
        rows[column] = convert_channel(values[starts], column, columns.unit, mapping.screen)
    return rows


def _tracker_info(
    path: Path, mapping: GazeTableMapping, raw_dtype: np.dtype[np.void], interval_ns: int
) -> TrackerInfo:
    rate_hz = mapping.rate_hz
    if rate_hz is None:
        rate_hz = 1e9 / interval_ns if interval_ns else math.nan
    units = {use.channel: use.unit.value for use in mapping.channels.uses}
    units[mapping.time_column] = mapping.time_unit.value
    columns = {use.channel: use.column for use in mapping.channels.uses}
    columns[mapping.time_column] = "t_device_ns"
    return TrackerInfo(
        driver="gaze_table",
        model=mapping.model,
        rate_hz=rate_hz,
        raw_dtype=raw_dtype,
        raw_channels=tuple(
            RawChannel(name=name, unit=units.get(name, ""), mapped_to=columns.get(name, ""))
            for name in raw_dtype.names or ()
        ),
        pupil_unit=mapping.channels.pupil_unit(),
        display_area_mm=mapping.display_area_mm,
        settings={
            "table": path.name,
            "host_time": "not recorded; equals the time of the table",
            "rate": "stated by the mapping" if mapping.rate_hz is not None else "median interval",
            "screen_px": f"{mapping.screen.width_px:g} x {mapping.screen.height_px:g}",
            "channel_mapping": json.dumps(mapping_to_object(mapping.channels)),
        },
    )
