"""The reference standard: what it may say, and that cases know nothing of it."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from study_texts import CASES_TEXT, STUDY_TEXT, write_study

from capture_app.session.study import (
    CheckedStudy,
    RegionKind,
    StudyCase,
    StudyError,
    check_study,
    open_reference,
    open_study,
)
from recordings_schema.findings import Severity

HEADER = (
    "case_id,finding,present,answer,source,pane,region,"
    "x_image_px,y_image_px,width_image_px,height_image_px,angle_deg,mask\n"
)
NAMED = STUDY_TEXT.replace('table = "cases.csv"', 'table = "cases.csv"\nreference = "reference.csv"')


def with_reference(folder: Path, rows: str, *, cases: str = CASES_TEXT, text: str = NAMED) -> CheckedStudy:
    write_study(folder, text, cases)
    (folder / "reference.csv").write_text(HEADER + rows, encoding="utf-8")
    return check_study(folder)


def test_findings_regions_and_answers_are_read(folder: Path) -> None:
    rows = (
        "a,Nodule,yes,,CT,1,ellipse,10.5,20,6,4,15,\n"
        "a,Fracture,no,,CT,,,,,,,,\n"
        "b,Mass,yes,,panel,,mask,,,,,,c.png\n"
        "c,,,right,construction,,,,,,,,\n"
    )
    assert with_reference(folder, rows).findings == ()
    entries = open_reference(open_study(folder))
    assert [(entry.case_id, entry.finding, entry.is_present, entry.answer) for entry in entries] == [
        ("a", "Nodule", True, ""),
        ("a", "Fracture", False, ""),
        ("b", "Mass", True, ""),
        ("c", "", False, "right"),
    ]
    ellipse, nothing, mask, _ = (entry.region for entry in entries)
    assert (ellipse.kind, ellipse.x_image_px, ellipse.width_image_px, ellipse.angle_deg) == (
        RegionKind.ELLIPSE, 10.5, 6.0, 15.0,
    )  # fmt: skip
    assert nothing.kind is RegionKind.NONE
    assert mask.mask == folder / "c.png"


def test_neither_the_case_nor_the_opened_study_holds_the_reference(folder: Path) -> None:
    with_reference(folder, "a,Nodule,yes,,CT,1,ellipse,10.5,20,6,4,15,\n")
    names = {field.name for field in fields(StudyCase)}
    assert names.isdisjoint({"finding", "present", "answer", "region", "reference"})
    assert "Nodule" not in repr(open_study(folder).cases)


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ("x,Nodule,yes,,CT,,,,,,,,", "case_id", "There is no case 'x'"),
        ("a,Nodule,maybe,,CT,,,,,,,,", "present", "Write yes or no."),
        ("a,Nodule,yes,,,,,,,,,,", "source", "The source is missing."),
        ("a,,,,CT,,,,,,,,", "finding", "neither finding nor answer"),
        ("a,Nodule,yes,,CT,,circle,,,,,,", "region", "Known are ellipse, box, mask."),
        ("a,Nodule,no,,CT,,box,1,1,1,1,,", "region", "A finding that is absent has a region."),
        ("a,Nodule,yes,,CT,2,box,1,1,1,1,,", "pane", "The case has images 1 to 1."),
        ("a,Nodule,yes,,CT,1,box,left,1,1,1,,", "x_image_px", "Give a number"),
        ("a,Nodule,yes,,CT,1,box,1,1,0,1,,", "width_image_px", "Give a size above 0."),
        ("a,Nodule,yes,,CT,1,box,nan,1,1,1,,", "x_image_px", "Give a number"),
        ("a,Nodule,yes,,CT,1,mask,,,,,,gone.png", "mask", "is not there"),
        ("a,Nodule,yes,,CT,1,mask,,,,,,../a.png", "mask", "leads out of the study folder"),
    ],
)
def test_a_wrong_line_is_named(folder: Path, row: str, column: str, said: str) -> None:
    check = with_reference(folder, row + "\n")
    assert any(
        said in finding.sentence()
        and (finding.file, finding.line, finding.key) == ("reference.csv", 2, column)
        for finding in check.findings
    )
    assert not check.is_usable


def test_two_lines_that_contradict_each_other_are_told(folder: Path) -> None:
    check = with_reference(folder, "a,Nodule,yes,,CT,,,,,,,,\na,Nodule,no,,report,,,,,,,,\n")
    assert [(finding.line, finding.key) for finding in check.findings] == [(3, "present")]


def test_an_answer_has_to_be_one_of_the_choices(folder: Path) -> None:
    cases = "case_id,image,question,choices\na,a.png,Which?,left|right\n"
    check = with_reference(folder, "a,,,middle,CT,,,,,,,,\n", cases=cases)
    assert "Known are left, right." in check.findings[0].sentence()


def test_a_search_case_without_a_truth_is_a_warning(folder: Path) -> None:
    text = NAMED.replace('kind = "read"', 'kind = "search"').replace(
        'name = "image"', 'name = "image"\nphase = "search"'
    )
    cases = "case_id,image,target\na,a.png,Nodule\nb,b.png,Nodule\n"
    check = with_reference(folder, "a,Nodule,no,,CT,,,,,,,,\n", cases=cases, text=text)
    assert [(finding.severity, finding.what) for finding in check.findings] == [
        (Severity.WARNING, "The reference standard does not say the target 'Nodule' of case b.")
    ]


def test_a_reference_that_went_wrong_later_is_not_used(folder: Path) -> None:
    with_reference(folder, "a,Nodule,yes,,CT,,,,,,,,\n")
    study = open_study(folder)
    (folder / "reference.csv").write_text(HEADER + "a,Nodule,,,CT,,,,,,,,\n", encoding="utf-8")
    with pytest.raises(StudyError, match="cannot be used"):
        open_reference(study)
