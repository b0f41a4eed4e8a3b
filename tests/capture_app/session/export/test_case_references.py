"""The reference standard as formats see it: findings, and upright rectangles around regions."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np
import pytest
import report_rig as rigs
from reading_rig import preset_study, quiet

from capture_app.session.export.case_references import CaseReferences
from capture_app.session.study import OpenedStudy
from recordings_schema.formats.reading import ReadReference

HEADER = (
    "case_id,finding,present,answer,source,pane,region,x_image_px,y_image_px,width_image_px,height_image_px,"
    "angle_deg,mask\n"
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> OpenedStudy:
    folder = tmp_path_factory.mktemp("study")
    study = rigs.opened_study(folder, quiet(preset_study("reflacx"), cases=1, are_practised=False), count=1)
    mask = np.zeros((60, 50), np.uint8)
    mask[20:31, 10:14] = 255
    cv2.imwrite(str(study.folder / "mask.png"), mask)
    case = study.cases[0].case_id
    lines = (
        f"{case},Box,yes,,CT,1,box,100,200,40,20,,\n"
        f"{case},Turned,yes,,CT,1,box,100,200,40,20,90,\n"
        f"{case},Ellipse,yes,,CT,1,ellipse,100,200,40,20,45,\n"
        f"{case},Mask,yes,,CT,1,mask,,,,,,mask.png\n"
        f"{case},Nowhere,no,,readers,,,,,,,,\n"
    )
    (study.folder / study.study.cases.reference).write_text(HEADER + lines, encoding="utf-8")
    return study


@pytest.fixture(scope="module")
def found(opened: OpenedStudy) -> dict[str, ReadReference]:
    case = opened.cases[0].case_id
    return {each.finding: each for each in CaseReferences(opened).of(case, (7,))}


@pytest.mark.parametrize(
    ("finding", "corners"),
    [
        ("Box", (80, 190, 120, 210)),
        ("Turned", (90, 180, 110, 220)),
        ("Ellipse", (100 - math.sqrt(250), 200 - math.sqrt(250), 100 + math.sqrt(250), 200 + math.sqrt(250))),
        ("Mask", (10, 20, 14, 31)),
    ],
)
def test_the_rectangle_is_around_the_region(
    found: dict[str, ReadReference], finding: str, corners: tuple[float, ...]
) -> None:
    read = found[finding]
    assert read.image_id == 7
    rectangle = (read.left_image_px, read.top_image_px, read.right_image_px, read.bottom_image_px)
    assert rectangle == pytest.approx(corners)


def test_what_is_absent_has_no_region(found: dict[str, ReadReference]) -> None:
    nowhere = found["Nowhere"]
    assert (nowhere.is_present, nowhere.source, nowhere.image_id) == (False, "readers", -1)
    assert math.isnan(nowhere.left_image_px)


def test_other_cases_and_missing_studies_have_none(opened: OpenedStudy) -> None:
    assert CaseReferences(opened).of("another", (1,)) == ()
    assert CaseReferences(None).of("any", (1,)) == ()


def test_a_file_that_went_away_is_no_reason_to_stop(opened: OpenedStudy) -> None:
    place: Path = opened.folder / opened.study.cases.reference
    content = place.read_bytes()
    place.unlink()
    assert CaseReferences(opened).of(opened.cases[0].case_id, (1,)) == ()
    place.write_bytes(content)
