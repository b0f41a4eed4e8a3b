"""The reference standard of a study: what is really there, who says so, and where.

Kept in a file of its own and in records of its own: `StudyCase` knows nothing of it, so that no screen of
reader or operator can show it by accident. Feedback in practice, exports and the report ask for it by name.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from capture_app.session.study.case_table import StudyCase
from capture_app.session.study.findings import StudyError
from capture_app.session.study.study_files import TableFindings, TableRow, inside, read_table

REFERENCE_COLUMNS: Final[dict[str, str]] = {
    "case_id": "case of the case list",
    "finding": "name of the finding, as in the labels or targets; empty for the answer to a question",
    "present": "`yes` or `no`",
    "answer": "question: the right answer, one of the choices",
    "source": "where this is known from: readers, CT, report, construction",
    "pane": "image of the case the region lies in, from 1; 1 if empty",
    "region": "`ellipse`, `box`, `mask` or empty",
    "x_image_px": "centre of ellipse or box, image px from the left",
    "y_image_px": "centre of ellipse or box, image px from the top",
    "width_image_px": "full width, image px",
    "height_image_px": "full height, image px",
    "angle_deg": "ellipse: turn of its width, clockwise; 0 if empty",
    "mask": "mask: image file of the size of the image, relative to the study folder; white is inside",
}
_NUMBERS: Final = ("x_image_px", "y_image_px", "width_image_px", "height_image_px", "angle_deg")


class RegionKind(str, Enum):
    """How a region is given."""

    NONE = ""
    ELLIPSE = "ellipse"
    BOX = "box"
    MASK = "mask"


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """Where a finding is."""

    kind: RegionKind
    pane: int = 0  # image of the case, from 0
    x_image_px: float = math.nan  # centre
    y_image_px: float = math.nan  # centre
    width_image_px: float = math.nan  # full
    height_image_px: float = math.nan  # full
    angle_deg: float = 0.0  # of the width, clockwise
    mask: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceEntry:
    """One statement of the reference standard."""

    case_id: str
    finding: str  # "" for the answer to a question
    is_present: bool
    answer: str  # of a question, else ""
    source: str
    region: Region
    line: int  # of the file


def read_reference(
    path: Path, folder: Path, cases: tuple[StudyCase, ...], problems: TableFindings
) -> tuple[ReferenceEntry, ...]:
    """Return the reference standard; what is wrong goes into `problems`."""
    rows = read_table(
        path, columns=tuple(REFERENCE_COLUMNS), required=("case_id", "source"), problems=problems
    )
    by_id = {case.case_id: case for case in cases}
    entries = [_entry(row, folder, by_id, problems) for row in rows]
    stated: dict[tuple[str, str], ReferenceEntry] = {}
    for entry in entries:
        same = stated.setdefault((entry.case_id, entry.finding), entry)
        if same is not entry and (same.is_present, same.answer) != (entry.is_present, entry.answer):
            problems.error(
                entry.line,
                "present",
                f"Line {same.line} says otherwise about the same finding of case {entry.case_id}.",
                "Keep one of the lines.",
            )
    return tuple(entries)


def _entry(
    row: TableRow, folder: Path, cases: dict[str, StudyCase], problems: TableFindings
) -> ReferenceEntry:
    values = row.values
    case = cases.get(values["case_id"])
    if case is None:
        problems.error(
            row.line,
            "case_id",
            f"There is no case {values['case_id']!r} in the case list.",
            "Correct the name or remove the line.",
        )
    if not values["source"]:
        problems.error(row.line, "source", "The source is missing.", "Say who or what knows this.")
    finding, answer = values.get("finding", ""), values.get("answer", "")
    if not finding and not answer:
        problems.error(row.line, "finding", "There is neither finding nor answer.", "Give one of them.")
    if answer and case is not None and case.choices and answer not in case.choices:
        problems.error(
            row.line,
            "answer",
            f"{answer!r} is no choice of the case.",
            f"Known are {', '.join(case.choices)}.",
        )
    present = values.get("present", "")
    if (finding or present) and present not in ("yes", "no"):
        problems.error(row.line, "present", f"present is {present!r}.", "Write yes or no.")
    return ReferenceEntry(
        case_id=values["case_id"],
        finding=finding,
        is_present=present == "yes",
        answer=answer,
        source=values["source"],
        region=_region(row, folder, case, problems),
        line=row.line,
    )


def _region(row: TableRow, folder: Path, case: StudyCase | None, problems: TableFindings) -> Region:
    text = row.values.get("region", "")
    if text not in [kind.value for kind in RegionKind]:
        problems.error(row.line, "region", f"There is no region {text!r}.", "Known are ellipse, box, mask.")
        return Region(kind=RegionKind.NONE)
    kind = RegionKind(text)
    pane = _pane(row, case, problems)
    if kind is RegionKind.NONE:
        return Region(kind=kind, pane=pane)
    if row.values.get("present", "") == "no":
        problems.error(
            row.line,
            "region",
            "A finding that is absent has a region.",
            "Remove the region or correct `present`.",
        )
    if kind is RegionKind.MASK:
        return Region(kind=kind, pane=pane, mask=_mask(row, folder, problems))
    numbers = {name: _number(row, name, problems) for name in _NUMBERS}
    for name in ("width_image_px", "height_image_px"):
        if numbers[name] <= 0:
            problems.error(row.line, name, f"{name} is {numbers[name]:g}.", "Give a size above 0.")
    return Region(
        kind=kind,
        pane=pane,
        x_image_px=numbers["x_image_px"],
        y_image_px=numbers["y_image_px"],
        width_image_px=numbers["width_image_px"],
        height_image_px=numbers["height_image_px"],
        angle_deg=numbers["angle_deg"],
    )


def _pane(row: TableRow, case: StudyCase | None, problems: TableFindings) -> int:
    text = row.values.get("pane", "") or "1"
    count = len(case.images) if case is not None and case.images else 1
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= max(count, 1)):
        problems.error(row.line, "pane", f"pane is {text!r}.", f"The case has images 1 to {count}.")
        return 0
    return int(text) - 1


def _number(row: TableRow, name: str, problems: TableFindings) -> float:
    text = row.values.get(name, "")
    if not text and name == "angle_deg":
        return 0.0
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or abs(number) > 1e6:
        problems.error(
            row.line, name, f"{name} is {text!r}.", "Give a number, with a point before the fraction."
        )
        return math.nan
    return number


def _mask(row: TableRow, folder: Path, problems: TableFindings) -> Path | None:
    name = row.values.get("mask", "")
    try:
        path = inside(folder, name)
        if path.is_file():
            return path
    except (StudyError, OSError) as err:
        problems.error(row.line, "mask", str(err), "")
        return None
    problems.error(row.line, "mask", f"The mask {name} is not there.", "Put it there or correct the name.")
    return None
