"""Made-up source images and a folder to scan."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from capture_app.session.privacy.scan import PrivacyReport, scan_folder
from capture_app.session.privacy.sources import collect_headers

HeaderWriter = Callable[..., Path]


@pytest.fixture
def header(tmp_path: Path) -> HeaderWriter:
    """Write a DICOM file whose header holds the given elements, with a UID that is found nowhere else."""
    folder = tmp_path / "source images"
    folder.mkdir()

    def write(name: str = "one.dcm", **elements: object) -> Path:
        dataset = Dataset()
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
        dataset.file_meta.MediaStorageSOPInstanceUID = "1.2.826.0.1.3680043.8.498.31415926"
        dataset.SpecificCharacterSet = "ISO_IR 192"
        dataset.Modality = "DX"
        dataset.Rows = dataset.Columns = 1024
        for keyword, value in elements.items():
            setattr(dataset, keyword, value)
        dataset.save_as(folder / name, enforce_file_format=True)
        return folder / name

    return write


@pytest.fixture
def session_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "session"
    folder.mkdir()
    return folder


@pytest.fixture
def scan(tmp_path: Path, session_folder: Path) -> Callable[[], PrivacyReport]:
    return lambda: scan_folder(session_folder, collect_headers(tmp_path / "source images"))
