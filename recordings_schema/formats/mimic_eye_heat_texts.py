"""Texts that go with a heat map: findings, impression, diagnoses, questions, altered reports.

A report table that the user names comes first, then answers of screens named findings, impression and
differential, then the dictation, cut where a heading was said. What nobody wrote or said is "".
"""

from __future__ import annotations

import csv
import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from recordings_schema.formats.contract import FormatError
from recordings_schema.formats.egd_import import MASTER_FACT
from recordings_schema.formats.mimic_eye_heat_prompts import ERROR_CHOICES
from recordings_schema.formats.mimic_eye_sheets import study_of
from recordings_schema.formats.reading import CaseReading

_LARGEST_BYTES: Final = 1 << 28
_NAMES: Final = ("image", "dicom_id", "image_id", "image_path", "case", "study")
_IMAGE_ENDINGS: Final = (".dcm", ".jpg", ".jpeg", ".png", ".tif", ".tiff")
_HEADINGS: Final = {"findings": 0, "impression": 1, "conclusion": 1}
_SENTENCE_ENDS: Final = (".", ":", "!", "?")
_DIAGNOSES: Final = 9

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTexts:
    """What is known of a case in words."""

    findings: str
    impression: str
    diagnoses: tuple[str, ...]


def texts_of(reading: CaseReading, reports: Path | None) -> CaseTexts:
    """Return the texts of a reading.

    Raises
    ------
    FormatError
        If the report table cannot be used.
    """
    row = next(iter(rows_about(reading, reports)), {})
    spoken = sections_of(tuple(word.text for word in reading.words))
    texts = []
    for place, name in enumerate(("findings", "impression")):
        known = row.get(name) or _answer(reading, name) or spoken[place]
        texts.append(" ".join(str(known).split()))
    master = json.loads(reading.more.get(MASTER_FACT, "{}"))  # of an imported Eye Gaze reading
    columns = [f"dx{number}" for number in range(1, _DIAGNOSES + 1)]
    listed = [row.get(column) or master.get(column) or "" for column in columns]
    whole = row.get("differential_diagnosis") or _answer(reading, "differential")
    diagnoses = [
        " ".join(str(each).split()) for each in (listed if any(listed) else re.split(r"[;\n]", whole))
    ]
    return CaseTexts(findings=texts[0], impression=texts[1], diagnoses=tuple(filter(None, diagnoses)))


def questions_of(reading: CaseReading, questions: Path | None) -> list[tuple[str, list[str]]]:
    """Return questions about the image of a reading, each with its answers; none without an answer.

    Without a table it is the question of the case with the reader's answer.

    Raises
    ------
    FormatError
        If the table cannot be used.
    """
    if questions is None:
        given = [
            str(answer.value)
            for answer in reading.answers
            if answer.kind == "choice" and answer.value is not None
        ]
        return [(reading.question, given[:1])] if reading.question and given else []
    found = []
    for row in rows_about(reading, questions):
        answers = _answers(row.get("answer"))
        if row.get("question") and answers:
            found.append((str(row["question"]), answers))
    return found


def altered_reports_of(reading: CaseReading, altered: Path | None) -> list[dict[str, str]]:
    """Return altered reports about the image of a reading: `findings_mod` and `label`.

    Raises
    ------
    FormatError
        If the table cannot be used, or has a label that is not known.
    """
    found = []
    for row in rows_about(reading, altered):
        label = str(row.get("label") or "").strip()
        if label not in ERROR_CHOICES:
            raise FormatError(
                f"{altered} has the label {label!r}; write one of {', '.join(ERROR_CHOICES)}.", path=altered
            )
        found.append({"findings_mod": str(row.get("findings_mod") or ""), "label": label})
    return found


def diagnosis_text(diagnoses: tuple[str, ...], heading: str, *, is_heading_always: bool) -> str:
    """Return the heading and a numbered line for each diagnosis; "" without any."""
    if not diagnoses and not is_heading_always:
        return ""
    return "\n".join((heading, *(f"{number}. {text}." for number, text in enumerate(diagnoses, start=1))))


def sections_of(words: tuple[str, ...]) -> tuple[str, str]:
    """Return findings and impression of dictated words.

    A section begins with the word findings, impression or conclusion at the beginning of a sentence or before
    a colon; what is said before any heading belongs to the findings.
    """
    sections: list[list[str]] = [[], []]
    now, is_begin = 0, True
    for word in words:
        bare = word.strip(".,:;!?").lower()
        if bare in _HEADINGS and (is_begin or word.endswith(":")):
            now, is_begin = _HEADINGS[bare], False
            continue
        if not bare and not sections[now]:
            continue  # a mark right behind a heading
        sections[now].append(word)
        is_begin = word.endswith(_SENTENCE_ENDS)
    return " ".join(sections[0]), " ".join(sections[1])


def rows_about(reading: CaseReading, table: Path | None) -> list[Row]:
    """Return the rows of a table that name a reading's image, case or examination; none without a table.

    Raises
    ------
    FormatError
        If the table cannot be read, or has no column that names images or cases.
    """
    if table is None:
        return []
    try:
        about = table.stat()
    except OSError as err:
        raise FormatError(f"{table} cannot be read ({err.strerror}). Name the file.", path=table) from err
    if about.st_size > _LARGEST_BYTES:
        raise FormatError(f"{table} is too large for a table of texts.", path=table)
    known = _table(table, about.st_mtime_ns, about.st_size)
    image = reading.images[0]
    # In mimic_cxr_sectioned.csv a report is of an examination, s and eight digits.
    for name in (image.stem, reading.key.case_id, f"s{study_of(image.name)}"):
        if rows := known.get(_bare(name)):
            return rows
    return []


@functools.lru_cache(maxsize=4)
def _table(path: Path, _t_changed_ns: int, _size_bytes: int) -> dict[str, list[Row]]:
    """Return the rows of a table by what they are about; kept while the file stays the same."""
    found: dict[str, list[Row]] = {}
    try:
        rows = list(_rows(path))
    except (OSError, ValueError, csv.Error) as err:
        raise FormatError(
            f"{path} cannot be read as a table: {err}. Write it as CSV or JSON.", path=path
        ) from err
    for row in rows:
        names = [str(row[name]) for name in _NAMES if row.get(name)]
        if not names:
            raise FormatError(
                f"{path} has a row that names no image, case or study. Add one of these columns.", path=path
            )
        found.setdefault(_bare(names[0]), []).append(row)
    return found


def _bare(name: str) -> str:
    """Return the name of an image or case without folders and without the ending of an image file."""
    last = name.strip().replace("\\", "/").rpartition("/")[2]
    stem, dot, ending = last.rpartition(".")
    return stem if f"{dot}{ending}".lower() in _IMAGE_ENDINGS else last


def _rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        if path.suffix.lower() != ".json":
            yield from csv.DictReader(file)
            return
        content = json.load(file)
    if not isinstance(content, list) or not all(isinstance(row, dict) for row in content):
        raise ValueError("it holds no list of objects")
    yield from content


def _answers(value: object) -> list[str]:
    """Return the answers of a cell: a list, a JSON list, or one text."""
    if isinstance(value, str) and value.strip().startswith("["):
        try:
            value = json.loads(value.replace("'", '"'))
        except ValueError:
            return [value.strip()] if isinstance(value, str) else []
    if isinstance(value, list):
        return [str(each) for each in value]
    return [str(value).strip()] if value is not None and str(value).strip() else []


def _answer(reading: CaseReading, name: str) -> str:
    """Return the newest text a reader gave on a screen, or to a question, of that name."""
    given = [
        answer.value
        for answer in reading.answers
        if isinstance(answer.value, str) and name in (answer.screen, answer.name)
    ]
    return given[-1] if given else ""
