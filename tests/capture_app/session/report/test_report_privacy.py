"""The privacy scan finds nothing of the source headers in a report, and would find it if it were there."""

from __future__ import annotations

from pathlib import Path

import pytest
import report_rig as rigs
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from capture_app.session.privacy.scan import scan_folder
from capture_app.session.privacy.sources import SourceHeaders, collect_headers
from capture_app.session.report import write_session_report
from capture_app.session.report.wording import without_dates
from recordings_schema.layout import DatasetKey


@pytest.fixture
def headers(tmp_path: Path) -> SourceHeaders:
    folder = tmp_path / "headers"
    folder.mkdir()
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    dataset.file_meta.MediaStorageSOPInstanceUID = "1.2.826.0.1.3680043.8.498.31415926"
    dataset.PatientName, dataset.PatientID = "Doe^Jane", "PID-424242"
    dataset.StudyDate = "20261122"
    dataset.save_as(folder / "one.dcm", enforce_file_format=True)
    return collect_headers(folder)


def written(tmp_path: Path, text: str) -> Path:
    opened = rigs.opened_study(tmp_path / "study", count=1)
    rig = rigs.session(opened)
    rig.add(DatasetKey.EVENTS, rigs.note(rig.now_ns - rigs.S, text))
    path = rigs.write(tmp_path / "20261122_R01.gazeh5", rig, opened)
    folder = tmp_path / "out"
    folder.mkdir()
    write_session_report(path, opened=opened, destination=folder / "session-report.html")
    return folder


def test_nothing_of_the_headers_is_in_a_report(tmp_path: Path, headers: SourceHeaders) -> None:
    found = scan_folder(written(tmp_path, "Seen again on 22.11.2026."), headers)
    assert found.file_count == 1
    assert [finding for finding in found.findings if finding.is_certain] == []
    assert found.unread == ()


def test_a_name_that_somebody_typed_into_a_note_is_found(tmp_path: Path, headers: SourceHeaders) -> None:
    found = scan_folder(written(tmp_path, "Jane Doe came late."), headers)
    assert "name" in {finding.kind for finding in found.findings if finding.is_certain}


@pytest.mark.parametrize("text", ["on 2026-11-22", "on 22.11.2026", "on 22 Nov 2026", "20261122T135500-ab12"])
def test_dates_of_all_usual_notations_are_left_out(text: str) -> None:
    assert "2026" not in without_dates(text)
    assert "(date left out)" in without_dates(text)


def test_a_text_without_dates_stays_as_it_is() -> None:
    assert without_dates("Loss 12.5 %, gap 1.2 s, case 7/50") == "Loss 12.5 %, gap 1.2 s, case 7/50"
