"""All texts of a recording are told with their place, whatever else is broken in it; so is whose it is."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from gaze_core.session_rows import AUDIO_SEGMENT
from recordings_schema.errors import RecordingError
from recordings_schema.layout import DatasetKey
from recordings_schema.paths import journal_path
from recordings_schema.privacy import (
    Ownership,
    StoredText,
    UnreadPlace,
    audio_files_of,
    owner_of_journal,
    owner_of_recording,
    stored_texts,
)
from recordings_schema.testing import METADATA, TRACKER, fill
from recordings_schema.writer import RecordingWriter

OWNER = Ownership(pseudonym="R07", session_id="S-001")
GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("one") / "one.gazeh5"
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    fill(writer, 200)
    writer.append(DatasetKey.AUDIO_SEGMENTS, AUDIO_SEGMENT.row(segment=1, frame_count=1, file="b.flac"))
    writer.embed_image(b"\x89PNG and so on")
    writer.close("finished")
    return path


def texts(path: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for each in stored_texts(path):
        if isinstance(each, StoredText):
            found[each.place] = found.get(each.place, b"") + b"\n" + each.content
    return found


def unread(path: Path) -> dict[str, str]:
    return {each.place: each.reason for each in stored_texts(path) if isinstance(each, UnreadPlace)}


def test_attributes_text_columns_names_and_embedded_files_are_told(recording: Path) -> None:
    found = texts(recording)
    assert b"Pilot \xc3\xa4" in found["/@study"]
    assert "Übung".encode() in found["/events.text"]
    assert b"phantom \xc3\xbc.png" in found["/images/table.name"]
    assert b"/display/viewport" in found["the list of names"]
    assert any(place.startswith("/images/embedded/") for place in found)
    assert unread(recording) == {}


def test_an_embedded_file_is_marked_as_one(recording: Path) -> None:
    files = [each for each in stored_texts(recording) if isinstance(each, StoredText) and each.is_file]
    assert [each.content for each in files] == [b"\x89PNG and so on"]


def test_foreign_kinds_of_text_are_told_and_links_are_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "foreign.h5"
    with h5py.File(path, "w") as file:
        file["words"] = np.array(["alpha", "beta"], dtype=h5py.string_dtype())
        file["one"] = "gamma"
        file.attrs["list"] = ["delta", "epsilon"]
        file.attrs["raw"] = np.void(b"zeta")
        file["away"] = h5py.ExternalLink("/elsewhere/eta.h5", "/x")
    found = texts(path)
    assert found["/words"].split() == [b"alpha", b"beta"]
    assert found["/one"].strip() == b"gamma"
    assert found["/@list"].split() == [b"delta", b"epsilon"]
    assert b"zeta" in found["/@raw"]
    assert b"eta.h5" in found["/away"]
    assert set(unread(path)) == {"/away"}


def test_a_place_that_cannot_be_read_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "foreign.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("table", data=np.array([[b"a", b"b"]], dtype="S4"))
        file["words"] = np.array([b"alpha"], dtype="S8")
    assert set(unread(path)) == {"/table"}
    assert texts(path)["/words"].strip() == b"alpha"


def test_what_is_no_hdf5_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"text")
    with pytest.raises(RecordingError):
        list(stored_texts(tmp_path / "x"))


def test_whose_a_recording_is(recording: Path) -> None:
    assert owner_of_recording(recording) == OWNER
    assert audio_files_of(recording) == ("a.flac", "b.flac")


@pytest.mark.parametrize("name", ["v1.gazeh5", "v2.gazeh5"])
def test_recordings_of_older_formats_say_it_without_migration(name: str) -> None:
    owner = owner_of_recording(GOLDEN / name)
    assert owner is not None
    assert owner.pseudonym


def test_a_file_that_is_no_recording_belongs_to_nobody(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(99))
    assert owner_of_recording(tmp_path / "x") is None
    assert owner_of_journal(tmp_path / "x") is None
    assert owner_of_journal(tmp_path / "nowhere") is None
    assert audio_files_of(tmp_path / "x") == ()


@pytest.mark.parametrize("damaged_byte", [None, 3, 60])
def test_a_journal_says_it_even_when_damaged(tmp_path: Path, damaged_byte: int | None) -> None:
    path = tmp_path / "one.gazeh5"
    RecordingWriter.create(path, METADATA, TRACKER).abandon()
    content = bytearray(journal_path(path).read_bytes())
    if damaged_byte is not None:
        content[damaged_byte] ^= 0xFF
    journal_path(path).write_bytes(content)
    assert owner_of_journal(journal_path(path)) == OWNER
