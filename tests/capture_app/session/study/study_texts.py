"""A small study on disk, for tests that change one thing of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from capture_app.session.study import CheckedStudy, OpenedStudy, StudyCase, check_study
from capture_app.session.study.case_table import CaseRole
from capture_app.session.study.design_keys import Order, Quota, Readers
from capture_app.session.study.model import Study
from recordings_schema.findings import Severity

STUDY_TEXT = """format = 1

[study]
study_id = "small"
title = "A small study"

[display]
width_mm = 527
height_mm = 296
width_px = 1920
height_px = 1080

[cases]
table = "cases.csv"

[consent]
text = "I agree."
sha256 = "826ff0dab649a97ffdd7779a332accafb35cc161012253a19383db19289d6e02"

[practice]
is_on = false

[quota]
spares = "none"

[images]
licence = "built-in"

[[screens]]
kind = "image"
name = "image"

[[tasks]]
name = "read"
kind = "read"
screens = ["image"]
"""
CASES_TEXT = "case_id,image\na,a.png\nb,b.png\nc,c.png\n"


def write_study(folder: Path, text: str = STUDY_TEXT, cases: str = CASES_TEXT) -> Path:
    """Write a study with three small images and return its folder."""
    folder.mkdir(exist_ok=True)
    (folder / "small.gazestudy").write_text(text, encoding="utf-8")
    (folder / "cases.csv").write_text(cases, encoding="utf-8")
    for number, name in enumerate("abc"):
        cv2.imwrite(str(folder / f"{name}.png"), np.full((8, 8), 40 * number, np.uint8))
    return folder


def checked(folder: Path, *changes: tuple[str, str], cases: str = CASES_TEXT) -> CheckedStudy:
    """Return the check of the small study with pieces of its text replaced; each piece must be there."""
    text = STUDY_TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return check_study(write_study(folder, text, cases))


def opened(check: CheckedStudy) -> OpenedStudy:
    """Return the study of a check that found no errors."""
    assert [finding.sentence() for finding in check.findings if finding.severity is Severity.ERROR] == []
    assert check.opened is not None
    return check.opened


def line_of(text: str, folder: Path, file: str = "small.gazestudy") -> int:
    """Return the line of the first place of a text in a file."""
    content = (folder / file).read_text(encoding="utf-8")
    return content[: content.index(text)].count("\n") + 1


def some_cases(lists: dict[str, int], *, spares: int = 0, practice: int = 0) -> tuple[StudyCase, ...]:
    """Return cases for orders: so many in each list, and spares in each."""
    made = [
        StudyCase(case_id=f"{name}{number}", images=(), list_name=name)
        for name, count in lists.items()
        for number in range(count)
    ]
    made += [
        StudyCase(case_id=f"spare-{name}{number}", images=(), list_name=name, role=CaseRole.SPARE)
        for name in lists
        for number in range(spares)
    ]
    made += [
        StudyCase(case_id=f"practice{number}", images=(), role=CaseRole.PRACTICE)
        for number in range(practice)
    ]
    return tuple(made)


def with_design(
    study: Study, *, order: Order, quota: Quota | None = None, planned: tuple[str, ...] = ()
) -> Study:
    """Return the study with another design."""
    return replace(
        study, order=order, quota=study.quota if quota is None else quota, readers=Readers(planned=planned)
    )
