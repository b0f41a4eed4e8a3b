"""What the headers of the images hold never gets into a dataset unnoticed."""

from __future__ import annotations

from pathlib import Path

import pydicom
import pytest
import report_rig as rigs
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from capture_app.session.export.identity_check import identity_problems
from capture_app.session.study import OpenedStudy


@pytest.fixture
def opened(tmp_path: Path) -> OpenedStudy:
    opened = rigs.opened_study(tmp_path / "study")
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.1.1"
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=["test"])
    header = FileDataset("x.dcm", {}, file_meta=meta, preamble=b"\0" * 128)
    header.PatientName = "Quennell^Ottilie"
    header.SOPClassUID = meta.MediaStorageSOPClassUID
    header.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    pydicom.dcmwrite(tmp_path / "study" / "images" / "x.dcm", header, enforce_file_format=True)
    return opened


def test_a_name_of_a_header_in_a_table_is_found(opened: OpenedStudy, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "readings.csv").write_text("transcript\nOttilie Quennell has no effusion\n", encoding="utf-8")
    problems = identity_problems(data, opened)
    assert problems
    assert "readings.csv" in problems[0]
    assert "Quennell" not in " ".join(problems)


def test_clean_tables_pass_and_so_does_a_dataset_without_a_study(opened: OpenedStudy, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "readings.csv").write_text("transcript\nno effusion\n", encoding="utf-8")
    assert identity_problems(data, opened) == ()
    assert identity_problems(data, None) == ()
