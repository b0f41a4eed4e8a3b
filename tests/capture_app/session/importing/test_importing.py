"""What an import does with images, holes, interruptions and folders that are in use."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from capture_app.session.export import ExportOrder, export_recordings, recordings_in
from capture_app.session.export.case_keys import keys_of
from capture_app.session.export.case_reader import CaseReader
from capture_app.session.importing import (
    DatasetImportError,
    ImportOrder,
    import_dataset,
    import_outlook,
    importing,
)
from capture_app.session.importing.image_folder import ImageFolder
from capture_app.session.importing.names import usable_name
from capture_app.session.replay.source import ReplaySource
from recordings_schema.errors import RecordingWriteError
from recordings_schema.formats.importing import problems_by_sentence
from recordings_schema.formats.testing import content_of
from recordings_schema.reader import Recording

from .conftest import imported


@pytest.fixture
def egd(dataset: Callable[[str], Path], tmp_path: Path) -> Path:
    """A copy of a dataset that a test may damage."""
    shutil.copytree(dataset("egd"), tmp_path / "egd")
    return tmp_path / "egd"


@pytest.fixture
def reflacx(dataset: Callable[[str], Path], tmp_path: Path) -> Path:
    shutil.copytree(dataset("reflacx"), tmp_path / "reflacx")
    return tmp_path / "reflacx"


def folder_of(reflacx: Path, number: int, part: str = "main_data") -> Path:
    rows = (reflacx / "metadata_phase_3.csv").read_text(encoding="utf-8").splitlines()
    return reflacx / part / rows[number + 1].partition(",")[0]


def test_images_are_found_by_name_and_proved_and_the_replay_shows_them(
    egd: Path, images: Path, tmp_path: Path
) -> None:
    result = imported("egd", egd, tmp_path / "recordings", images=images)
    assert (result.image_count, result.missing_image_count) == (2, 1)
    assert problems_by_sentence(result.holes) == {
        "Its image is not in the folder of images; its place stays empty in the replay.": 1
    }
    source = ReplaySource.open(tmp_path / "recordings" / "EGD-0001.gazeh5")
    try:
        source.images.add_folder(images)
        assert source.images.find(0).stimulus is not None
        assert source.images.find(2).stimulus is None
        assert any("imported from EGD" in note for note in source.notes)
    finally:
        source.close()


def test_an_export_finds_the_images_of_an_imported_recording(egd: Path, images: Path, tmp_path: Path) -> None:
    imported("egd", egd, tmp_path / "recordings", images=images)
    recording = Recording.open(tmp_path / "recordings" / "EGD-0001.gazeh5")
    keys = keys_of(recording, None)
    with CaseReader(recording, None, ImageFolder(images)) as reader:
        found = [reader.read(key).images[0].path for key in keys]
    assert found == [images / "deep" / "case-0.png", images / "case-1.png", None]


def test_images_are_kept_inside_only_when_asked_for(egd: Path, images: Path, tmp_path: Path) -> None:
    for name, is_embedding, count in (("plain", False, 0), ("embedded", True, 2)):
        imported("egd", egd, tmp_path / name, images=images, is_embedding=is_embedding)
        with Recording.open(tmp_path / name / "EGD-0001.gazeh5") as recording:
            assert len(recording.embedded_images()) == count


def test_an_image_of_another_size_is_not_taken_for_the_one_that_was_read(
    reflacx: Path, images: Path, tmp_path: Path
) -> None:
    table = reflacx / "metadata_phase_3.csv"
    table.write_bytes(table.read_bytes().replace(b",1000,1200,", b",1000,1201,"))
    result = imported("reflacx", reflacx, tmp_path / "recordings", images=images)
    assert result.image_count == 0
    what = "The image of its name has another size or content, so that it is not used."
    assert problems_by_sentence(result.holes)[what] == 2


def test_the_same_dataset_gives_the_same_bytes(egd: Path, tmp_path: Path) -> None:
    imported("egd", egd, tmp_path / "first")
    imported("egd", egd, tmp_path / "second")
    assert content_of(tmp_path / "first") == content_of(tmp_path / "second")


def test_an_import_that_was_interrupted_goes_on_after_the_last_recording(
    reflacx: Path, tmp_path: Path
) -> None:
    imported("reflacx", reflacx, tmp_path / "whole")
    done: list[int] = []

    def cut_off(count: int, total: int) -> None:
        done.append(count)
        if count == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_dataset(order(reflacx, tmp_path / "cut"), on_case=cut_off)
    made = sorted(path.name for path in (tmp_path / "cut").glob("*.gazeh5"))
    assert len(made) == 1
    assert not (tmp_path / "cut" / ".unfinished").exists()
    result = imported("reflacx", reflacx, tmp_path / "cut")
    assert result.is_resumed
    assert result.case_count == 3
    assert content_of(tmp_path / "cut") == content_of(tmp_path / "whole")


def test_an_import_that_ran_out_of_room_says_so_and_goes_on_with_the_same_command(
    reflacx: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*arguments: object) -> None:
        cause = OSError(errno.ENOSPC, "No space left on device")
        raise RecordingWriteError("x.gazeh5 cannot be recorded any further; recover x.gazeh5.") from cause

    with monkeypatch.context() as patched:
        patched.setattr(importing, "make_recording", full_disk)
        with pytest.raises(DatasetImportError) as told:
            imported("reflacx", reflacx, tmp_path / "recordings")
    assert str(told.value) == (
        f"{tmp_path / 'recordings'} cannot be used (No space left on device). Recordings that are whole are "
        "kept: make room or correct the rights, and run the same command again."
    )
    assert imported("reflacx", reflacx, tmp_path / "recordings").is_resumed


def test_no_recording_is_begun_on_a_disk_that_is_full(
    reflacx: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = shutil.disk_usage(tmp_path)._replace(free=1 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: full)
    with pytest.raises(DatasetImportError, match=r"No space left on device.*run the same command again"):
        imported("reflacx", reflacx, tmp_path / "recordings")
    assert [path.name for path in (tmp_path / "recordings").iterdir()] == ["import.json"]


def test_a_folder_with_something_else_is_never_touched(egd: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(DatasetImportError, match="is not empty"):
        imported("egd", egd, tmp_path / "full")
    imported("egd", egd, tmp_path / "recordings")
    (egd / "bounding_boxes.csv").write_bytes(
        (egd / "bounding_boxes.csv").read_bytes() + b"case-0,x,1,2,3,4\n"
    )
    with pytest.raises(DatasetImportError, match="holds another import, or one of files that have changed"):
        imported("egd", egd, tmp_path / "recordings")


def test_in_the_folder_of_a_study_recordings_lie_apart(egd: Path, tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "chest.gazestudy").write_text("", encoding="utf-8")
    result = imported("egd", egd, tmp_path / "study")
    assert result.folder == tmp_path / "study" / "imported" / "egd"


def test_a_dry_run_counts_and_writes_nothing(reflacx: Path, tmp_path: Path) -> None:
    shutil.rmtree(folder_of(reflacx, 1))
    outlook = import_outlook(order(reflacx, tmp_path / "recordings"))
    assert (outlook.session_count, outlook.case_count) == (2, 2)
    assert problems_by_sentence(outlook.holes) == {"The metadata name it, and its folder is missing.": 1}
    assert not (tmp_path / "recordings").exists()


def test_holes_are_named_counted_and_the_rest_is_imported(reflacx: Path, tmp_path: Path) -> None:
    shutil.rmtree(folder_of(reflacx, 0, "gaze_data"))
    (folder_of(reflacx, 1) / "fixations.csv").write_bytes(b"a,b\r\n1,2\r\n")
    (folder_of(reflacx, 2) / "timestamps_transcription.csv").unlink()
    (reflacx / "main_data" / "P300R999999").mkdir()
    result = imported("reflacx", reflacx, tmp_path / "recordings")
    assert result.case_count == 2
    found = problems_by_sentence(result.holes)
    assert found["It has no gaze.csv: its fixations are there and no samples."] == 1
    assert found["fixations.csv has no column timestamp_start_fixation."] == 1
    assert found["It has no transcript."] == 1
    assert found["It is a folder, and the metadata do not name it."] == 1
    kept = json.loads((tmp_path / "recordings" / "import.json").read_text(encoding="utf-8"))
    assert sum(bool(each["file"]) for each in kept["sessions"].values()) == 2


def test_a_dataset_without_any_usable_case_is_refused(reflacx: Path, tmp_path: Path) -> None:
    for path in reflacx.glob("main_data/*/fixations.csv"):
        path.write_bytes(b"nothing")
    with pytest.raises(DatasetImportError, match=r"No case could be imported\. fixations\.csv has no column"):
        imported("reflacx", reflacx, tmp_path / "recordings")


@pytest.mark.parametrize(
    ("name", "text"),
    [("mcgip", "cannot be imported"), ("xls", "no format called"), ("egd", "no folder of EGD")],
)
def test_what_cannot_be_read_is_refused_in_words(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DatasetImportError, match=text):
        imported(name, tmp_path / "empty", tmp_path / "recordings")
    assert not (tmp_path / "recordings").exists()


def test_names_in_any_script_become_names_of_files_that_stay_apart() -> None:
    assert usable_name("R01_p1", 32) == "R01_p1"
    assert usable_name("Müller", 32) != usable_name("Möller", 32)
    for text in ("Müller", "症例", "a/b", "..", "x" * 99):
        assert 0 < len(usable_name(text, 32)) <= 32
        assert usable_name(text, 32).isascii()


def order(source: Path, destination: Path) -> ImportOrder:
    return ImportOrder(format_name="reflacx", source=source, destination=destination)


def test_images_go_into_a_dataset_only_when_asked_for(egd: Path, images: Path, tmp_path: Path) -> None:
    imported("egd", egd, tmp_path / "recordings", images=images)
    for name in ("egd", "csv", "reflacx"):
        wanted = export_recordings(
            ExportOrder(
                format_name=name, recordings=recordings_in([tmp_path / "recordings"]), images=images,
                destination=tmp_path / f"with-{name}", options={"images": "yes"},
            )
        )  # fmt: skip
        assert wanted.case_count == 2
        assert wanted.left_out[0].reason.startswith("Its image case-2 is not on this computer")
        assert {path.name for path in (tmp_path / f"with-{name}" / "images").iterdir()} == {
            "case-0.jpg",
            "case-1.jpg",
        }


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ('"phrase": "The"', '"phrase": "' + "x" * 65 + '"', "One of its words is longer"),
        (
            "images/case-0.png",
            "images/" + "y" * 30_000 + "/case-0.png",
            "What the dataset says of it is longer",
        ),
    ],
)
def test_what_no_recording_can_hold_takes_its_case_away(
    egd: Path, tmp_path: Path, old: str, new: str, text: str
) -> None:
    for path in (egd / "master_sheet.csv", *egd.glob("audio*/case-0/transcript.json")):
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    result = imported("egd", egd, tmp_path / "recordings")
    assert result.case_count == 2
    assert any(text in hole.what for hole in result.holes)
