"""A reader withdraws from a study with sessions, copies and a report: all of theirs goes, nobody else's."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest
from folder_rig import STUDY_TEXT, Lab, append
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from capture_app.session.privacy.scan import scan_folder
from capture_app.session.privacy.sources import collect_headers
from capture_app.session.privacy.withdrawal import WithdrawalError, being_recorded, carry_out, plan_withdrawal
from capture_app.session.study import OpenedStudy
from capture_app.session.study_desk.copy_follow import FinishedCase
from capture_app.session.study_desk.copy_place import sha256_of_file
from capture_app.session.study_desk.copy_work import CopyWork
from capture_app.session.study_desk.ending import StudyEnding
from gaze_core.session_rows import AUDIO_SEGMENT
from recordings_schema.layout import DatasetKey
from recordings_schema.metadata import ClosingFacts

WALL_NS = 1_800_000_000_000_000_000


def write_report(recording: Path, opened: OpenedStudy) -> Path:
    path = recording.with_suffix(".html")
    path.write_text(f"<p>{recording.name}</p>", encoding="utf-8")
    return path


def full_session(lab: Lab, reader: str, *, cases: int, is_killed: bool = False) -> Path:
    """Leave a session with sound, copies of each case, report and whole copy; or one that was cut off."""
    path = lab.begin(reader)
    opened = lab.opened
    rig = lab.rig(reader, 1, lab.sessions.earlier(opened, reader, 1))
    writer = lab.writer(path, reader, 1)
    sound = path.with_name(f"{path.stem}_audio_000.wav")
    with wave.open(str(sound), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes([cases, ord(reader[-1])]) * 800)
    writer.append(
        DatasetKey.AUDIO_SEGMENTS,
        AUDIO_SEGMENT.row(
            segment=0, trial=0, frame_count=800, rate_hz=8000.0, file=sound.name, sha256=sha256_of_file(sound)
        ),
    )
    while rig.loop.view.counted < cases:
        rig.step()
    append(writer, rig.made)
    last = [rows for name, rows in rig.made if name == "trial" and rows["state"][0] == b"done"][-1]
    assert CopyWork(opened, path).copy_up_to(
        FinishedCase(case_id=last["case_id"][0].decode("ascii"), attempt=0)
    )
    if is_killed:
        writer.abandon()
    else:
        writer.note_facts(ClosingFacts(samples_delivered=120, samples_missing=0))
        writer.close("ended")
        ending = StudyEnding(write=write_report)
        ending.begin(opened, path)
        assert ending.wait(60.0)
    lab.sessions.release()
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


def files_below(*folders: Path) -> set[Path]:
    return {path for folder in folders for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("reader", ["R01", "A"])
def test_everything_of_a_reader_goes_here_and_at_the_second_place_and_a_record_stays(
    lab: Lab, second: Path, reader: str
) -> None:
    full_session(lab, "R02", cases=1)
    full_session(lab, "R02", cases=2, is_killed=True)
    before = files_below(lab.folder, second)
    full_session(lab, reader, cases=1)
    full_session(lab, reader, cases=2, is_killed=True)

    plan = plan_withdrawal(reader, [lab.folder])
    outcome = carry_out(plan, wall_ns=WALL_NS)

    assert outcome.failed == ()
    assert plan.data.left == ()
    assert files_below(lab.folder, second) == before | {outcome.record}
    assert not (lab.folder / "sessions" / reader).exists()
    assert not (second / "small" / reader).exists()
    record = outcome.record.read_text("utf-8")
    assert f'"{reader}"' not in record
    assert f"{reader}_p1" not in record
    assert lab.sessions.plan(lab.opened, "R02", None)[0].counted == 2


def test_while_a_session_of_the_reader_runs_nothing_is_removed(lab: Lab) -> None:
    full_session(lab, "R01", cases=1)
    lab.begin("R01")

    plan = plan_withdrawal("R01", [lab.folder])

    assert "A session in" in being_recorded(plan.data.recorded_now[0])
    with pytest.raises(WithdrawalError, match="End that first"):
        carry_out(plan, wall_ns=WALL_NS)
    lab.sessions.release()
    assert carry_out(plan_withdrawal("R01", [lab.folder]), wall_ns=WALL_NS).failed == ()


def test_nothing_of_the_source_headers_is_in_all_sessions_and_copies_of_a_study(
    lab: Lab, second: Path
) -> None:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    dataset.file_meta.MediaStorageSOPInstanceUID = "1.2.826.0.1.3680043.8.498.31415926"
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName, dataset.PatientID = "Quandt^Ottilie", "MRN-4711-0815"
    dataset.PatientBirthDate, dataset.StudyDate = "19610203", "20150607"
    dataset.save_as(lab.folder / "source.dcm", enforce_file_format=True)
    path = full_session(lab, "R01", cases=2)
    full_session(lab, "R02", cases=1)
    sources = collect_headers(lab.folder)

    for folder in (lab.folder / "sessions", second):
        report = scan_folder(folder, sources)
        assert report.is_clean, report
        assert report.file_count >= 8
    path.with_suffix(".html").write_text("<i>OTTILIE  QUANDT</i>", encoding="utf-8")
    assert scan_folder(lab.folder / "sessions", sources).findings
