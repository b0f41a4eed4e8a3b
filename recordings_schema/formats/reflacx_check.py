"""The rules a REFLACX folder has to keep, checked on the files themselves."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from recordings_schema.formats.reflacx_tables import FIXATION_COLUMNS, GAZE_COLUMNS
from recordings_schema.formats.transcripts import is_consistent

_CERTAINTIES: Final = frozenset({"", "1", "2", "3", "4", "5"})


def reflacx_problems(folder: Path) -> Iterator[str]:
    """Yield a sentence for each rule that a dataset breaks."""
    named = {row["id"] for path in sorted(folder.glob("metadata*.csv")) for row in _rows(path)}
    found = {path.name for path in (folder / "main_data").glob("*")}
    for name in sorted(named ^ found):
        yield f"{name} is not both a folder and a row of the metadata."
    for reading in sorted((folder / "main_data").glob("*")):
        yield from _fixation_problems(reading / "fixations.csv")
        yield from _ellipse_problems(reading / "anomaly_location_ellipses.csv")
        yield from _text_problems(reading)
    for path in sorted((folder / "gaze_data").glob("*/gaze.csv")):
        yield from _gaze_problems(path)


def _fixation_problems(path: Path) -> Iterator[str]:
    if not path.is_file():
        return
    yield from _header_problem(path, FIXATION_COLUMNS)
    before = float("-inf")
    for row in _rows(path):
        start, end = float(row["timestamp_start_fixation"]), float(row["timestamp_end_fixation"])
        if end <= start or start < before:
            yield f"{_name(path)}: a fixation at {start} s ends before it begins or is out of order."
        before = start


def _gaze_problems(path: Path) -> Iterator[str]:
    yield from _header_problem(path, GAZE_COLUMNS)
    before = float("-inf")
    with path.open(encoding="utf-8", newline="") as file:
        next(file, "")
        for line in file:
            time_s = float(line.partition(",")[0])
            if time_s < before:
                yield f"{_name(path)}: samples at {time_s} s are out of order."
                return
            before = time_s


def _ellipse_problems(path: Path) -> Iterator[str]:
    for row in _rows(path):
        labels = [name for name, value in row.items() if value == "True"]
        if not labels or row["certainty"] not in _CERTAINTIES:
            yield f"{_name(path)}: an ellipse has no label or a certainty outside 1 to 5."


def _text_problems(folder: Path) -> Iterator[str]:
    path = folder / "timestamps_transcription.csv"
    if not path.is_file():
        return
    words = [row["word"] for row in _rows(path)]
    text = (folder / "transcription.txt").read_text(encoding="utf-8")
    if not is_consistent(words, text):
        yield f"{_name(path)}: its words are not those of transcription.txt."


def _header_problem(path: Path, columns: tuple[str, ...]) -> Iterator[str]:
    with path.open("rb") as file:
        if file.readline() != (",".join(columns) + "\r\n").encode():
            yield f"{_name(path)} has other columns than REFLACX."


def _rows(path: Path) -> Iterator[dict[str, str]]:
    if not path.is_file():
        return
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
