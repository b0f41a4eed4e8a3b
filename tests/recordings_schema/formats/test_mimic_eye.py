"""The tree of MIMIC-Eye: both data sets by patient, and sheets over all that agree with them."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from recordings_schema.formats.mimic_eye import MimicEyeFormat, Parts
from recordings_schema.formats.mimic_eye_sheets import IMAGE_COLUMNS, LABEL_COLUMNS, study_of, subject_of
from recordings_schema.formats.reflacx_tables import METADATA_COLUMNS
from recordings_schema.formats.testing import FormatConformance, content_of, export, with_key
from recordings_schema.formats.testing_readings import make_reading

_NAME = "files/p10/p10000032/s50414267/aaaa-bbbb.dcm"


class TestMimicEye(FormatConformance):
    @pytest.fixture
    def published(self) -> MimicEyeFormat:
        return MimicEyeFormat()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two readings; the second is zoomed, and its image lies as in MIMIC-CXR."""
    zoomed = make_reading(trial=1, seconds=1.0, is_zoomed=True)
    zoomed = with_key(replace(zoomed, images=(replace(zoomed.images[0], name=_NAME),)), image_names=(_NAME,))
    place = tmp_path_factory.mktemp("mimic-eye") / "data"
    export(MimicEyeFormat(), [make_reading(seconds=1.0), zoomed], place)
    return place


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_patients_are_folders_by_the_path_of_the_image_or_the_case_list(folder: Path) -> None:
    assert {path.name for path in folder.glob("patient_*")} == {"patient_P0", "patient_10000032"}
    assert (subject_of(_NAME, "P1"), study_of(_NAME)) == ("10000032", "50414267")
    assert (subject_of("images/case.png", "P1"), study_of("images/case.png")) == ("P1", "")


def test_a_zoomed_reading_is_in_reflacx_alone_and_the_sheet_says_so(folder: Path) -> None:
    assert not (folder / "patient_10000032" / "EyeGaze").exists()
    sheet = rows_of(folder / "spreadsheets" / "cxr_meta.csv")
    assert tuple(sheet[0]) == ("", *IMAGE_COLUMNS)
    assert [(row["in_reflacx"], row["in_eye_gaze"]) for row in sheet] == [("True", "True"), ("True", "False")]
    assert sheet[1]["study_id"] == "50414267"
    assert {row["StudyDate"] for row in sheet} == {""}


def test_the_metadata_have_an_index_and_the_labels_of_all_phases_first(folder: Path) -> None:
    sheet = rows_of(folder / "spreadsheets" / "REFLACX" / "metadata.csv")
    assert tuple(sheet[0]) == ("", *METADATA_COLUMNS, *LABEL_COLUMNS, "Devices")
    assert [row[""] for row in sheet] == ["0", "1"]
    assert [row["Mass"] for row in sheet] == ["4", "4"]
    own = rows_of(folder / "patient_10000032" / "REFLACX" / "metadata.csv")
    assert own == [sheet[1]]
    split = rows_of(folder / "spreadsheets" / "CXR-JPG" / "cxr_split.csv")
    assert [row["dicom_id"] for row in split] == [row["dicom_id"] for row in sheet]
    assert list(split[0])[1] == "dicom_id"


def test_rows_of_patients_are_those_over_all(folder: Path) -> None:
    one = content_of(folder)["patient_P0/EyeGaze/fixations.csv"]
    assert content_of(folder)["spreadsheets/EyeGaze/fixations.csv"] == one
    assert list(MimicEyeFormat().check(folder)) == []


def test_one_part_may_be_asked_for(tmp_path: Path) -> None:
    for part, present, absent in ((Parts.EGD, "EyeGaze", "REFLACX"), (Parts.REFLACX, "REFLACX", "EyeGaze")):
        place = tmp_path / part.value
        export(MimicEyeFormat(), [make_reading(seconds=1.0)], place, parts=part)
        assert (place / "patient_P0" / present).is_dir()
        assert not (place / "patient_P0" / absent).exists()


def test_without_a_patient_an_image_counts_as_one(tmp_path: Path) -> None:
    result = export(MimicEyeFormat(), [with_key(make_reading(seconds=1.0), patient="")], tmp_path / "data")
    assert (tmp_path / "data" / "patient_case-0").is_dir()
    assert any("names no patient" in warning for warning in result.warnings)


def test_a_damaged_folder_of_a_patient_is_named(folder: Path, tmp_path: Path) -> None:
    export(MimicEyeFormat(), [make_reading(seconds=1.0)], tmp_path / "data")
    table = tmp_path / "data" / "patient_P0" / "EyeGaze" / "fixations.csv"
    table.write_bytes(table.read_bytes().replace(b"case-0", b"case-9"))
    (problem,) = MimicEyeFormat().check(tmp_path / "data")
    assert problem == "patient_P0: fixations.csv names case-9, which is not in the master sheet."
