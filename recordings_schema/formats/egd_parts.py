"""The boxes and transcripts of EGD as shapes and words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from recordings_schema.formats.import_tables import file_rows, one_number, read_content, text_of_content
from recordings_schema.formats.importing import Hole, ImportCaseError
from recordings_schema.formats.reading import ReadShape, ReadWord

BOX_COLUMNS: Final = ("dicom_id", "bbox_name", "x1", "x2", "y1", "y2")
_NO_TEXT: Final = "It has no transcript."
_WORD_BYTES: Final = 64


def boxes_by_image(path: Path) -> dict[str, list[list[str]]]:
    """Return the name and corners of the boxes of each image; none where there is no table.

    Raises
    ------
    ImportCaseError
        If the table cannot be used.
    """
    found: dict[str, list[list[str]]] = {}
    if path.is_file():
        for row in file_rows(path, BOX_COLUMNS):
            found.setdefault(row["dicom_id"], []).append([row[name] for name in BOX_COLUMNS[1:]])
    return found


def box_shape(cells: Sequence[str]) -> ReadShape:
    """Return a box of name, left, right, top, bottom as a shape.

    Raises
    ------
    ImportCaseError
        If a corner is no number.
    """
    name, *texts = cells
    left, right, top, bottom = (one_number(text, "bounding_boxes.csv") for text in texts)
    if not all(np.isfinite((left, right, top, bottom))):
        raise ImportCaseError("bounding_boxes.csv has an empty cell.")
    return ReadShape(
        kind="box", image_id=0, pane=0, left_image_px=min(left, right), top_image_px=min(top, bottom),
        right_image_px=max(left, right), bottom_image_px=max(top, bottom), labels=(name,), certainty=-1,
    )  # fmt: skip


def words_of_transcript(
    key: Mapping[str, Any], transcripts: Path, holes: list[Hole]
) -> tuple[tuple[ReadWord, ...], str]:
    """Return the words of a reading, and the digits of its own transcript where it is not the first.

    Raises
    ------
    ImportCaseError
        If the transcript is not as EGD has it.
    """
    folder = transcripts / str(key["dicom_id"])
    path, digits = folder / "transcript.json", ""
    if key["earlier"]:
        others = sorted(folder.glob("transcript_*.json")) if folder.is_dir() else []
        if len(others) != 1 or key["earlier"] > 1:
            return (), ""
        path = others[0]
        digits = path.stem.removeprefix("transcript_")
    if not path.is_file():
        holes.append(Hole(what=_NO_TEXT, where=str(key["dicom_id"])))
        return (), ""
    try:
        content = json.loads(text_of_content(read_content(path), path.name))
        spoken = [
            (str(each["phrase"]), float(each["begin_time"]), float(each["end_time"]))
            for each in content["time_stamped_text"]
        ]
    except (ValueError, KeyError, TypeError, RecursionError) as err:
        raise ImportCaseError("Its transcript.json is not as EGD has it.") from err
    if not all(np.isfinite((begin_s, end_s)).all() for _, begin_s, end_s in spoken):
        raise ImportCaseError("Its transcript.json holds a time that is not finite.")
    return tuple(word for each in spoken for word in _short_words(*each)), digits


def _short_words(phrase: str, begin_s: float, end_s: float) -> list[ReadWord]:
    """Return a phrase as one word; what no recording can hold as one is cut at its spaces, in even parts."""
    is_long = len(phrase.encode()) > _WORD_BYTES
    parts = (phrase.split() if is_long else [phrase]) or [phrase]
    step_s = (end_s - begin_s) / len(parts)
    return [
        ReadWord(
            text=part, t_onset_host_ns=round((begin_s + place * step_s) * 1e9),
            t_offset_host_ns=round((begin_s + (place + 1) * step_s) * 1e9), kind="recognised",
            score=float("nan"),
        )
        for place, part in enumerate(parts)
    ]  # fmt: skip
