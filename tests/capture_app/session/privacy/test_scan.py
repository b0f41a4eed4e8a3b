"""The scan finds every value of a header in whatever it lies, tells where, and never shows the value."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian

from capture_app.session.privacy.scan import PICTURES, SOUND, PrivacyReport
from gaze_core.rows import EVENT
from recordings_schema.layout import DatasetKey
from recordings_schema.testing import METADATA, TRACKER, fill
from recordings_schema.writer import RecordingWriter

Scan = Callable[[], PrivacyReport]


def kinds(report: PrivacyReport) -> set[str]:
    return {finding.kind for finding in report.findings}


def certain_kinds(report: PrivacyReport) -> set[str]:
    return {finding.kind for finding in report.findings if finding.is_certain}


def png_with(name: bytes, content: bytes) -> bytes:
    chunks = [(b"IHDR", bytes(13)), (name, content), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")
        for kind, body in chunks
    )


@pytest.mark.parametrize(
    "text",
    [
        "Doe^Jane",
        "Jane Doe",
        "DOE, JANE",
        "doe_jane",
        "JaneDoe",
        "<td>Doe</td><td>Jane</td>",
        "name=Jane-Doe.png",
    ],
)
def test_a_name_is_found_in_every_order_and_spelling(header, session_folder, scan: Scan, text: str) -> None:
    header(PatientName="Doe^Jane")
    (session_folder / "notes.txt").write_text(f"before {text} after")
    assert "name" in certain_kinds(scan())


@pytest.mark.parametrize("byte", [b"\0", b"\x07", b"\xe9", b"\xff", b"="])
def test_a_name_is_found_between_any_other_bytes(header, session_folder, scan: Scan, byte: bytes) -> None:
    header(PatientName="Doe^Jane")
    (session_folder / "data.bin").write_bytes(bytes(64) + byte + b"Doe, Jane" + byte + bytes(64))
    assert "name" in certain_kinds(scan())


def test_a_very_short_name_is_found_and_counts_as_possible(header, session_folder, scan: Scan) -> None:
    header(PatientName="Li^Wu")
    (session_folder / "notes.txt").write_text("by Wu, Li")
    assert [(finding.kind, finding.is_certain) for finding in scan().findings] == [("name", False)]


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text", ["Jürgen Müller", "MÜLLER JÜRGEN", "Juergen Mueller", "Mu\u0308ller, Ju\u0308rgen"]
)
def test_a_name_with_accents_is_found_in_every_encoding(
    header, session_folder, scan: Scan, text: str, encoding: str
) -> None:
    if encoding == "latin-1" and "\u0308" in text:
        pytest.skip("latin-1 has no accents of their own")
    header(PatientName="Müller^Jürgen")
    (session_folder / "notes.bin").write_bytes(f"of {text}!".encode(encoding))
    assert "name" in certain_kinds(scan())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
@pytest.mark.parametrize(
    ("name", "text"),
    [("Жуковский^Юрий", "ЮРИЙ ЖУКОВСКИЙ"), ("山田^太郎", "患者山田太郎です"), ("김^희중", "김희중")],
)
def test_a_name_in_another_script_is_found(
    header, session_folder, scan: Scan, name: str, text: str, encoding: str
) -> None:
    header(PatientName=name)
    (session_folder / "notes.txt").write_bytes(text.encode(encoding))
    (session_folder / "notes.bin").write_bytes(bytes(range(256)) + text.encode(encoding))
    assert {finding.file for finding in scan().findings} == {"notes.txt", "notes.bin"}


@pytest.mark.parametrize(
    "text",
    [
        "19610203", "1961-02-03", "03.02.1961", "3.2.1961", "02/03/1961", "3/2/1961", "1961/02/03",
        "3 Feb 1961", "3. Februar 1961",
        "February 3, 1961", "03-FEB-1961", "3rd of the month: 03.02.61", "2/3/61", "19610203T101530",
        "19610203101530", "1961_02_03", "scan_19610203.png",
    ],
)  # fmt: skip
def test_a_date_is_found_in_all_usual_notations(header, session_folder, scan: Scan, text: str) -> None:
    header(PatientBirthDate="19610203")
    (session_folder / "notes.txt").write_text(f"born {text}")
    assert kinds(scan()) == {"date"}


@pytest.mark.parametrize("text", ["1961-02-04", "version 1961.2", "203196102", "3.2 1961 mm", "31961020399"])
def test_another_date_or_number_is_not_taken_for_it(header, session_folder, scan: Scan, text: str) -> None:
    header(PatientBirthDate="19610203")
    (session_folder / "notes.txt").write_text(text)
    assert scan().findings == ()


@pytest.mark.parametrize(
    ("identifier", "text"),
    [
        ("PID-424242", "pid424242"), ("PID-424242", "424242"), ("00424242", "424242"),
        ("424242", "0000424242"),
        ("000123", "00000123"), ("A1B2C3", "a1-b2-c3"), ("ABX/77-12", "abx 77 12"),
    ],
)  # fmt: skip
def test_an_id_is_found_with_and_without_zeros_and_separators(
    header, session_folder, scan: Scan, identifier: str, text: str
) -> None:
    header(PatientID=identifier)
    (session_folder / "notes.csv").write_text(f"case;{text};yes")
    assert kinds(scan()) == {"ID"}


def test_times_and_coordinates_are_not_taken_for_a_bare_number(header, session_folder, scan: Scan) -> None:
    header(PatientID="424242")
    (session_folder / "gaze.csv").write_text("0.424242,424242.5,14242420,4242421")
    assert scan().findings == ()


def test_a_uid_is_found_and_a_longer_one_beginning_elsewhere_is_not(
    header, session_folder, scan: Scan
) -> None:
    header(StudyInstanceUID="1.2.826.0.1.3680043.8.498.777")
    (session_folder / "a.txt").write_text("1.2.826.0.1.3680043.8.498.777")
    (session_folder / "b.txt").write_text("1.2.826.0.1.3680043.8.498.778")
    assert [(finding.file, finding.kind) for finding in scan().findings] == [("a.txt", "UID")]


def test_values_of_sequences_and_private_elements_are_looked_for(header, session_folder, scan: Scan) -> None:
    item = Dataset()
    item.ReferringPhysicianName = "Quintessa^Ada"
    path = header(ReferencedPatientSequence=[item])
    dataset = dcmread(path)
    dataset.private_block(0x0011, "Maker", create=True).add_new(1, "LO", "Ward Zanzibar")
    dataset.save_as(path)
    (session_folder / "a.txt").write_text("ada quintessa")
    (session_folder / "b.txt").write_text("the ward zanzibar")
    assert {finding.file: finding.kind for finding in scan().findings if finding.is_certain} == {
        "a.txt": "name",
        "b.txt": "free text",
    }


def test_harmless_elements_placeholders_and_short_values_are_told_and_not_looked_for(
    header, session_folder, scan: Scan
) -> None:
    header(PatientName="ANONYMOUS", PatientID="17", StudyDescription="Chest PA", StudyTime="101530")
    (session_folder / "notes.txt").write_text("anonymous 17 chest pa 10:15:30 DX 1024")
    report = scan()
    assert report.findings == ()
    assert report.passed_over == {
        "placeholder or ordinary word": 2,
        "too short to be told from chance": 1,
        "time of day without a date": 1,
    }


def test_a_recording_is_searched_in_attributes_text_columns_and_embedded_images(
    header, session_folder, scan: Scan
) -> None:
    header(PatientName="Doe^Jane", PatientID="PID-424242", PatientBirthDate="19610203")
    path = session_folder / "R07.gazeh5"
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    fill(writer)
    writer.append(DatasetKey.EVENTS, EVENT.row(t_host_ns=1, kind="note", source="app", text="of Jane Doe"))
    writer.close("seen on 3.2.1961")
    places = {(finding.place, finding.kind) for finding in scan().findings if finding.is_certain}
    assert {("/events.text", "name"), ("/closing@reason", "date")} <= places


def test_a_packed_dicom_file_is_searched(header, session_folder, scan: Scan) -> None:
    path = header(PatientName="Doe^Jane", PatientID="PID-424242")
    dataset = dcmread(path)
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    dataset.save_as(session_folder / "copy.dcm", enforce_file_format=True)
    assert {"name", "ID"} <= certain_kinds(scan())


def test_a_journal_is_searched(header, session_folder, scan: Scan) -> None:
    header(PatientName="Müller^Jane")
    writer = RecordingWriter.create(session_folder / "R07.gazeh5", METADATA, TRACKER)
    writer.append(DatasetKey.EVENTS, EVENT.row(t_host_ns=1, kind="note", source="app", text="Jane Müller"))
    writer.abandon()
    found = {finding.file for finding in scan().findings}
    assert "R07.gazeh5.journal" in found


def test_a_damaged_recording_is_told_as_not_looked_into(header, session_folder, scan: Scan) -> None:
    header(PatientName="Doe^Jane")
    (session_folder / "R07.gazeh5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    report = scan()
    assert [unread.file for unread in report.unread] == ["R07.gazeh5"]
    assert not report.is_clean


def hidden_in(text: bytes) -> dict[str, bytes]:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("inner.txt", text * 3)
    picture = png_with(b"tEXt", b"Author\0" + text)
    return {
        "plain.png": picture,
        "packed.png": png_with(b"zTXt", b"Author\0\0" + zlib.compress(text * 9)),
        "packed-i.png": png_with(b"iTXt", b"Author\0\1\0en\0\0" + zlib.compress(text * 9)),
        "exif.jpg": b"\xff\xd8\xff\xe1\0\x40Exif\0\0" + text.decode().encode("utf-16-le") + b"\xff\xd9",
        "tags.tif": b"II*\0\x08\0\0\0" + text,
        "sound.wav": b"RIFF\0\0\0\0WAVELIST\x20\0\0\0INFOIART" + text,
        "sound.flac": b"fLaC\x04\0\0\x20ARTIST=" + text,
        "table.csv.gz": gzip.compress(text * 9),
        "archive.zip": archive.getvalue(),
        "report.html": b"<img src='data:image/png;base64," + base64.b64encode(picture) + b"'>",
        "answers.json": json.dumps({"a": text.decode() + " é"}).encode(),
        "study.toml": b'title = "' + text + b'"',
        "paper.pdf": b"%PDF-1.4\nstream\n" + zlib.compress(text * 3) + b"\nendstream",
    }


@pytest.mark.parametrize("file", sorted(hidden_in(b"x")))
def test_a_name_is_found_in_the_tags_and_packed_parts_of_every_kind_of_file(
    header, session_folder, scan: Scan, file: str
) -> None:
    header(PatientName="Doe^Jane")
    (session_folder / file).write_bytes(hidden_in(b" Jane Doe ")[file])
    assert "name" in certain_kinds(scan())


def test_names_of_files_are_searched_and_then_not_shown(header, session_folder, scan: Scan) -> None:
    header(PatientName="Doe^Jane")
    folder = session_folder / "Doe_Jane"
    folder.mkdir()
    (folder / "gaze.csv").write_text("x")
    report = scan()
    assert [(finding.kind, finding.place) for finding in report.findings if finding.is_certain] == [
        ("name", "name of the file or of its folders")
    ]
    assert "doe" not in json.dumps(asdict(report)).lower()


def test_no_report_ever_holds_a_value(header, session_folder, scan: Scan) -> None:
    header(PatientName="Doe^Jane", PatientID="PID-424242", PatientBirthDate="19610203")
    (session_folder / "PID-424242 Jane.txt").write_text("Jane Doe, PID-424242, 19610203")
    report = scan()
    told = (json.dumps(asdict(report)) + repr(report)).lower()
    assert kinds(report) == {"name", "ID", "date"}
    assert not [value for value in ("doe", "jane", "424242", "19610203") if value in told]


def test_links_are_not_followed_and_told(header, session_folder, tmp_path, scan: Scan) -> None:
    header(PatientName="Doe^Jane")
    (tmp_path / "outside.txt").write_text("Jane Doe")
    (session_folder / "link.txt").symlink_to(tmp_path / "outside.txt")
    report = scan()
    assert report.findings == ()
    assert [unread.file for unread in report.unread] == ["link.txt"]


def test_what_no_scan_sees_is_told(header, session_folder, scan: Scan) -> None:
    header(PatientName="Doe^Jane")
    (session_folder / "shot.png").write_bytes(png_with(b"tEXt", b"Title\0Phantom"))
    (session_folder / "voice.wav").write_bytes(b"RIFF\0\0\0\0WAVE")
    report = scan()
    assert report.is_clean
    assert {PICTURES, SOUND} <= set(report.limits)


def test_a_clean_recording_is_clean_beside_a_header_full_of_values(
    header, session_folder, scan: Scan
) -> None:
    header(
        PatientName="Doe^Jane^A",
        PatientID="PID-424242",
        PatientBirthDate="19610203",
        AccessionNumber="998877",
    )
    writer = RecordingWriter.create(session_folder / "R07.gazeh5", METADATA, TRACKER)
    fill(writer)
    writer.close("finished")
    (session_folder / "noise.bin").write_bytes(np.random.default_rng(1).bytes(2_000_000))
    report = scan()
    assert report.is_clean, report.findings
    assert report.searched == {"name": 1, "ID": 2, "date": 1, "UID": 1}


def test_a_value_across_two_blocks_of_a_large_file_is_found(
    header, session_folder, scan: Scan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("capture_app.session.privacy.scan.LARGEST_PART_BYTES", 1000)
    monkeypatch.setattr("capture_app.session.privacy.scan.BLOCK_BYTES", 5000)
    header(PatientName="Doe^Jane")
    (session_folder / "large.txt").write_text("." * 4996 + "Jane Doe" + "." * 9000)
    assert "name" in certain_kinds(scan())
