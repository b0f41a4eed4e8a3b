"""After the recording is closed: read back, copied whole, reported and searched, each step told."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from folder_rig import STUDY_TEXT, Lab, append
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from capture_app.session.study import OpenedStudy
from capture_app.session.study_desk.copy_follow import FinishedCase
from capture_app.session.study_desk.copy_place import sha256_of_file
from capture_app.session.study_desk.copy_work import CopyWork
from capture_app.session.study_desk.ending import (
    CHECKED,
    CLOSED,
    COPIED,
    READ_BACK,
    REPORTED,
    STEP_NAMES,
    StudyEnding,
)
from capture_app.session.study_desk.states import EndStep
from recordings_schema.paths import journal_path

LONGEST_S = 60.0


def write_report(recording: Path, opened: OpenedStudy) -> Path:
    path = recording.with_suffix(".html")
    path.write_text(f"<p>{opened.study.study.title}</p>", encoding="utf-8")
    return path


@pytest.fixture
def second(tmp_path: Path) -> Path:
    place = tmp_path / "second place"
    place.mkdir()
    return place


@pytest.fixture
def lab(tmp_path: Path, second: Path) -> Lab:
    text = STUDY_TEXT + f'\n[copies]\nsecond_place = "{second.as_posix()}"\n'
    return Lab(tmp_path / "study", text=text)


def write_header(path: Path, name: str) -> None:
    """Write a source image's header with a name in it."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    dataset.file_meta.MediaStorageSOPInstanceUID = "1.2.826.0.1.3680043.8.498.31415926"
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName = name
    dataset.PatientBirthDate = "19610203"
    dataset.save_as(path, enforce_file_format=True)


def ended(lab: Lab, path: Path, **parts: object) -> tuple[dict[str, EndStep], StudyEnding]:
    """Return all steps once the end of a session is over."""
    parts.setdefault("write", write_report)
    ending = StudyEnding(**parts)
    ending.begin(lab.opened, path)
    assert ending.wait(LONGEST_S)
    assert ending.state is not None
    return {step.name: step for step in ending.state.steps}, ending


def test_a_finished_session_is_read_back_copied_reported_and_searched(lab: Lab, second: Path) -> None:
    path = lab.read(counted=3)

    steps, ending = ended(lab, path)

    assert {name: step.level for name, step in steps.items()} == dict.fromkeys(STEP_NAMES, "good")
    assert "nothing is missing or changed" in steps[READ_BACK].text
    copy = second / "small" / "R01" / "p1" / "R01_p1_s001"
    assert sha256_of_file(copy / path.name) == sha256_of_file(path)
    assert (copy / "R01_p1_s001.html").read_text("utf-8") == "<p>A small study</p>"
    assert ending.state.report == path.with_suffix(".html")
    assert ending.state.is_over


def test_the_copy_of_the_journal_goes_once_the_whole_recording_is_there(lab: Lab, second: Path) -> None:
    path = lab.begin()
    rig, writer = lab.rig("R01", 1), lab.writer(path, "R01", 1)
    while rig.loop.view.counted < 1:
        rig.step()
    append(writer, rig.made)
    assert CopyWork(lab.opened, path).copy_up_to(FinishedCase(case_id="case-0", attempt=0))
    copy = second / "small" / "R01" / "p1" / "R01_p1_s001" / path.name
    assert journal_path(copy).is_file()
    writer.close("ended")

    ended(lab, path)

    assert not journal_path(copy).exists()
    assert sha256_of_file(copy) == sha256_of_file(path)


def test_the_copy_of_the_journal_stays_where_the_recording_is_damaged(lab: Lab, second: Path) -> None:
    path = lab.begin()
    rig, writer = lab.rig("R01", 1), lab.writer(path, "R01", 1)
    while rig.loop.view.counted < 1:
        rig.step()
    append(writer, rig.made)
    assert CopyWork(lab.opened, path).copy_up_to(FinishedCase(case_id="case-0", attempt=0))
    writer.close("ended")
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
    path.write_bytes(content)

    ended(lab, path)

    assert journal_path(second / "small" / "R01" / "p1" / "R01_p1_s001" / path.name).is_file()


def test_a_recording_that_was_cut_off_is_recovered_and_told(lab: Lab) -> None:
    path = lab.read(counted=1, is_killed=True)

    steps, _ = ended(lab, path)

    assert steps[CLOSED].level == "attention"
    assert steps[CLOSED].text.startswith("It was cut off.")
    assert steps[READ_BACK].level == "good"


def test_rows_that_were_sent_and_are_not_in_the_file_are_told(lab: Lab) -> None:
    path = lab.read(counted=3)

    steps, _ = ended(lab, path, sent=lambda: {"screen": 9, "trial": 8, "unheard-of": 3})

    assert steps[READ_BACK].level == "bad"
    assert "2 of 8 trial rows" in steps[READ_BACK].text
    assert steps[COPIED].level == "good"  # all else is done all the same


def test_a_damaged_recording_is_told_with_what_is_wrong(lab: Lab) -> None:
    path = lab.read(counted=3)
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
    path.write_bytes(content)

    steps, _ = ended(lab, path)

    assert steps[READ_BACK].level == "bad"
    assert f"wrong in {path.name}" in steps[READ_BACK].text


def test_a_recording_that_is_nowhere_ends_at_once(lab: Lab) -> None:
    steps, _ = ended(lab, lab.begin())

    assert steps[CLOSED].level == "bad"
    assert steps[COPIED].text.startswith("There is no recording.")


def test_a_second_place_that_is_away_says_what_to_do_and_the_rest_is_done(lab: Lab, second: Path) -> None:
    path = lab.read(counted=3)
    second.rmdir()

    steps, _ = ended(lab, path)

    assert steps[COPIED].level == "attention"
    assert "It is copied when the next session of this reader begins" in steps[COPIED].text
    assert steps[CHECKED].level == "good"


def test_a_report_that_cannot_be_written_does_not_end_the_end(lab: Lab) -> None:
    def fail(recording: Path, opened: OpenedStudy) -> Path:
        raise ZeroDivisionError

    steps, ending = ended(lab, lab.read(counted=3), write=fail)

    assert steps[REPORTED].level == "bad"
    assert "stands in the program's log" in steps[REPORTED].text
    assert steps[CHECKED].level == "good"
    assert ending.state.report is None


def test_a_name_of_a_source_image_in_the_report_is_found_and_not_repeated(lab: Lab) -> None:
    write_header(lab.folder / "source.dcm", "Quandt^Ottilie")

    def leak(recording: Path, opened: OpenedStudy) -> Path:
        path = recording.with_suffix(".html")
        path.write_text("<p>Ottilie Quandt, born 3 February 1961</p>", encoding="utf-8")
        return path

    steps, _ = ended(lab, lab.read(counted=3), write=leak)

    assert steps[CHECKED].level == "bad"
    assert "Do not pass this folder on" in steps[CHECKED].text
    assert "Quandt" not in steps[CHECKED].text


def test_a_clean_session_is_proven_against_the_headers_of_the_study(lab: Lab) -> None:
    write_header(lab.folder / "source.dcm", "Quandt^Ottilie")

    steps, _ = ended(lab, lab.read(counted=3))

    assert steps[CHECKED].level == "good"
    assert steps[CHECKED].text.startswith("Nothing of 1 header is in")


def test_giving_up_ends_soon_and_says_how_to_do_the_rest_later(lab: Lab) -> None:
    path = lab.read(counted=3)
    is_writing, may_go_on = threading.Event(), threading.Event()

    def wait(recording: Path, opened: OpenedStudy) -> Path:
        is_writing.set()
        may_go_on.wait(LONGEST_S)
        return write_report(recording, opened)

    ending = StudyEnding(write=wait)
    assert ending.state is None
    ending.begin(lab.opened, path)
    assert is_writing.wait(LONGEST_S)
    ending.close()
    ending.close()
    may_go_on.set()
    assert ending.wait(LONGEST_S)

    steps = {step.name: step for step in ending.state.steps}
    assert steps[COPIED].level == "good"
    assert steps[CHECKED].level == "attention"
    assert "`reading-station scan-privacy FOLDER` does it later." in steps[CHECKED].text
