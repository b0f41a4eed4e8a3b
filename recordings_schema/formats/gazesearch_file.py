"""GazeSearch's JSON: annotations with 12 keys in their order, and the scanpaths a model predicts.

Places are px of the image stretched to 224 x 224. Files come from anywhere: they are read with a limit on
their size, and everything wrong in them is named by the number of the entry, counted from 1, as they are
written. Nothing is repaired.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from recordings_schema.formats.contract import FormatError

SIDE_PX: Final = 224
CENTRE_PX: Final = 112
CONDITIONS: Final = ("present", "absent")
SPLITS: Final = ("train", "valid", "test")
KEYS: Final = (
    "name", "subject", "task", "condition", "bbox", "X", "Y", "T", "length", "fixOnTarget", "correct",
    "split",
)  # fmt: skip
TASKS: Final = (
    "atelectasis", "cardiomegaly", "consolidation", "edema", "enlarged cardiomediastinum", "fracture",
    "lung lesion", "lung opacity", "pleural effusion", "pleural other", "pneumonia", "pneumothorax",
    "support devices",
)  # fmt: skip
LARGEST_FILE_BYTES: Final = 1 << 29
MOST_FIXATIONS: Final = 10_000  # of one scanpath
_TOLD: Final = 5
_NO_BOX: Final = (0, 0, 0, 0)

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchEntry:
    """One reader looking for one finding on one image."""

    name: str  # of the image file
    subject: int  # reader, from 1
    task: str  # the finding
    condition: str  # present, absent
    x_px: tuple[int, ...]
    y_px: tuple[int, ...]
    duration_s: tuple[float, ...]
    split: str  # train, valid, test
    bbox: tuple[int, int, int, int] = _NO_BOX  # left, top, width, height in px of 224; zeros as published
    is_on_target: bool | None = None  # whether a fixation met the finding; None: its place is not known
    is_correct: int | None = None  # whether the reader was right; None: there is no reference standard

    def as_json(self) -> dict[str, Any]:
        """Return the keys in the published order."""
        values = (
            self.name, self.subject, self.task, self.condition, list(self.bbox), list(self.x_px),
            list(self.y_px), list(self.duration_s), len(self.x_px), self.is_on_target, self.is_correct,
            self.split,
        )  # fmt: skip
        return dict(zip(KEYS, values, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictedPath:
    """A scanpath that a model predicts."""

    name: str
    task: str
    condition: str
    x_px: tuple[float, ...]
    y_px: tuple[float, ...]
    duration_s: tuple[float, ...] | None  # None where the model predicts none


def entries_json(entries: Sequence[SearchEntry]) -> bytes:
    """Return the file of annotations: indent 4, no line end after the last bracket, as published."""
    return json.dumps([entry.as_json() for entry in entries], indent=4).encode("ascii")


def read_entries(path: Path) -> tuple[SearchEntry, ...]:
    """Return the annotations of a file.

    Raises
    ------
    FormatError
        If the file cannot be read or an entry is wrong; the text names the entries.
    """
    return _rows(path, _entry)


def read_predictions(path: Path) -> tuple[PredictedPath, ...]:
    """Return the predicted scanpaths of a file.

    Raises
    ------
    FormatError
        If the file cannot be read or an entry is wrong; the text names the entries.
    """
    return _rows(path, _prediction)


def _rows(path: Path, make: Callable[[Mapping[str, Any]], _Row]) -> tuple[_Row, ...]:
    rows: list[_Row] = []
    problems: list[str] = []
    for number, record in enumerate(_records(path), start=1):
        try:
            rows.append(make(_object(record)))
        except _WrongEntryError as err:
            problems.append(f"entry {number}: {err}")
    if problems:
        more = f" ({len(problems)} entries in all)" if len(problems) > _TOLD else ""
        raise FormatError(
            f"{path.name} cannot be used: {'; '.join(problems[:_TOLD])}{more}. Correct the file.", path=path
        )
    return tuple(rows)


def _records(path: Path) -> list[Any]:
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise FormatError(
                f"{path} is larger than {LARGEST_FILE_BYTES >> 20} MB, more than any file of scanpaths. Name "
                "the right file.",
                path=path,
            )
        found = json.loads(path.read_bytes())
    except OSError as err:
        raise FormatError(f"{path} cannot be read ({err.strerror}). Correct the name.", path=path) from err
    except (ValueError, RecursionError) as err:
        raise FormatError(
            f"{path} is no JSON that can be read ({err}). Name the right file.", path=path
        ) from err
    if not isinstance(found, list):
        raise FormatError(f"{path} holds no list of scanpaths. Name a file of GazeSearch's form.", path=path)
    return found


class _WrongEntryError(Exception):
    """An entry breaks the format; the text says how, without a full stop."""


def _object(record: Any) -> Mapping[str, Any]:
    if not isinstance(record, dict):
        raise _WrongEntryError("it is no object with keys")
    return record


def _entry(record: Mapping[str, Any]) -> SearchEntry:
    missing = [key for key in KEYS if key not in record]
    if missing:
        raise _WrongEntryError(f"the key {missing[0]} is missing")
    x, y, t = (_numbers(record, key) for key in ("X", "Y", "T"))
    counts = (len(x), len(y), len(t))
    if {*counts, record["length"]} != {len(x)}:
        raise _WrongEntryError(
            f"X, Y and T hold {counts[0]}, {counts[1]} and {counts[2]} values and length says "
            f"{record['length']!r}"
        )
    _check_places(x, y)
    if any(value < 0 for value in t):
        raise _WrongEntryError("a duration in T is below 0")
    box = _numbers(record, "bbox")
    if len(box) != len(_NO_BOX):
        raise _WrongEntryError(f"bbox holds {len(box)} values instead of 4")
    subject, correct, on_target = record["subject"], record["correct"], record["fixOnTarget"]
    if type(subject) is not int or subject < 1:
        raise _WrongEntryError(f"subject is {subject!r}, no whole number from 1 on")
    if correct not in (0, 1, None) or on_target not in (True, False, None):
        raise _WrongEntryError("correct is not 0, 1 or null, or fixOnTarget is not true, false or null")
    left, top, width, height = (int(value) for value in box)
    return SearchEntry(
        name=_text(record, "name"),
        subject=subject,
        task=_text(record, "task"),
        condition=_one_of(record, "condition", CONDITIONS),
        bbox=(left, top, width, height),
        x_px=tuple(int(value) for value in x),
        y_px=tuple(int(value) for value in y),
        duration_s=t,
        is_on_target=on_target,
        is_correct=correct,
        split=_one_of(record, "split", SPLITS),
    )


def _prediction(record: Mapping[str, Any]) -> PredictedPath:
    missing = [key for key in ("name", "task", "condition", "X", "Y") if key not in record]
    if missing:
        raise _WrongEntryError(f"the key {missing[0]} is missing")
    x, y = _numbers(record, "X"), _numbers(record, "Y")
    t = _numbers(record, "T") if record.get("T") is not None else None
    if len(x) != len(y) or (t is not None and len(t) != len(x)):
        counts = f"{len(x)} and {len(y)}" + ("" if t is None else f" and {len(t)}")
        raise _WrongEntryError(f"X, Y{'' if t is None else ', T'} hold {counts} values")
    _check_places(x, y)
    if t is not None and any(value < 0 for value in t):
        raise _WrongEntryError("a duration in T is below 0")
    return PredictedPath(
        name=_text(record, "name"),
        task=_text(record, "task"),
        condition=_one_of(record, "condition", CONDITIONS),
        x_px=x,
        y_px=y,
        duration_s=t,
    )


def _check_places(x: Sequence[float], y: Sequence[float]) -> None:
    outside = [number for number, place in enumerate(zip(x, y, strict=True), 1) if not _is_inside(*place)]
    if not x:
        raise _WrongEntryError("it holds no fixation")
    if outside:
        raise _WrongEntryError(f"fixation {outside[0]} lies outside 0 to {SIDE_PX} px")


def _is_inside(x: float, y: float) -> bool:
    return 0 <= x <= SIDE_PX and 0 <= y <= SIDE_PX


def _numbers(record: Mapping[str, Any], key: str) -> tuple[float, ...]:
    values = record[key]
    if not isinstance(values, list) or len(values) > MOST_FIXATIONS:
        raise _WrongEntryError(f"{key} is no list of at most {MOST_FIXATIONS} numbers")
    for value in values:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise _WrongEntryError(f"{key} holds {value!r}, which is no number")
    return tuple(values)


def _text(record: Mapping[str, Any], key: str) -> str:
    value = record[key]
    if not isinstance(value, str) or not value.strip():
        raise _WrongEntryError(f"{key} is {value!r}, no text")
    return value


def _one_of(record: Mapping[str, Any], key: str, allowed: Sequence[str]) -> str:
    value = record[key]
    if value not in allowed:
        raise _WrongEntryError(f"{key} is {value!r}, not {' or '.join(allowed)}")
    return str(value)
