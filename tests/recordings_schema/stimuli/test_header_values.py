"""All values of a header count as identifying, except those of elements that are known to be harmless."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from dicom_files import SECRETS, dataset_of, save, smooth_picture
from hypothesis import given
from hypothesis import strategies as st
from pydicom.datadict import keyword_dict
from pydicom.dataset import Dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian

from recordings_schema.stimuli.errors import StimulusError
from recordings_schema.stimuli.harmless_tags import HARMLESS_KEYWORDS
from recordings_schema.stimuli.header_values import ValueKind, read_header, read_header_file


@pytest.fixture
def header() -> Dataset:
    return dataset_of(smooth_picture(16, 16, 8), bits=8)


def kinds(path: Path) -> dict[str, ValueKind]:
    return {value.text: value.kind for value in read_header_file(path).values}


def test_every_secret_is_told_with_its_kind(header: Dataset, tmp_path: Path) -> None:
    found = kinds(save(header, tmp_path / "a.dcm"))
    assert [found[secret] for secret in SECRETS] == [
        ValueKind.NAME,
        ValueKind.IDENTIFIER,
        ValueKind.DATE,
        ValueKind.PLACE,
        ValueKind.UID,
    ]
    assert not {"MONOCHROME2", "16", "8", "1.2.840.10008.5.1.4.1.1.7"} & set(found)


def test_a_compressed_header_is_read_too(header: Dataset, tmp_path: Path) -> None:
    header.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    assert set(SECRETS) <= set(kinds(save(header, tmp_path / "a.dcm")))


def test_items_private_elements_preamble_and_several_values_are_told(header: Dataset, tmp_path: Path) -> None:
    item = Dataset()
    item.PersonName = "Quintessa^Ada"
    header.PersonIdentificationCodeSequence = [item]
    header.OtherPatientNames = ["One^Alpha", "Two^Beta"]
    block = header.private_block(0x0011, "Maker", create=True)
    block.add_new(1, "UN", b"inside ")
    block.add_new(2, "OB", b"\x01\x02\xff\x00")
    header.preamble = b"Scanned for Ada".ljust(128, b"\0")
    path = save(header, tmp_path / "a.dcm")
    assert {"Quintessa^Ada", "One^Alpha", "Two^Beta", "inside", "Scanned for Ada"} <= set(kinds(path))
    assert read_header_file(path).unread_elements == ("private element",)


def test_values_never_stand_in_a_repr(header: Dataset, tmp_path: Path) -> None:
    shown = repr(read_header_file(save(header, tmp_path / "a.dcm")))
    assert not [secret for secret in SECRETS if secret in shown]


def test_a_header_cut_off_or_foreign_is_refused_without_a_value(header: Dataset, tmp_path: Path) -> None:
    for content in (b"", b"text " * 100, bytes(500)):
        with pytest.raises(StimulusError) as caught:
            read_header(Path("a.dcm"), content)
        assert not [secret for secret in SECRETS if secret in str(caught.value)]


@given(st.binary(max_size=300))
def test_hostile_headers_end_in_values_or_a_sentence(tail: bytes) -> None:
    with contextlib.suppress(StimulusError):
        assert isinstance(read_header(Path("a.dcm"), bytes(128) + b"DICM" + tail).values, tuple)


def test_every_harmless_keyword_is_one_of_the_dictionary() -> None:
    overlays = {keyword for keyword in HARMLESS_KEYWORDS if keyword.startswith("Overlay")}
    assert set(keyword_dict) >= HARMLESS_KEYWORDS - overlays


@pytest.mark.parametrize(
    "part", ["Name", "Date", "Address", "Physician", "Operator", "Institution", "Comment"]
)
def test_no_harmless_keyword_names_a_person_day_or_place(part: str) -> None:
    assert [keyword for keyword in HARMLESS_KEYWORDS if part in keyword] in (
        [],
        ["ImplementationVersionName"],
    )
