"""Each committed case lies at the second place, checked, and from the copy alone it can be rebuilt."""

from __future__ import annotations

import errno
import hashlib
import shutil
import wave
from pathlib import Path

import pytest
from copying_rig import Session, manifest_of
from folder_rig import STUDY_TEXT, Lab

from capture_app.session.reading import Worklist
from capture_app.session.study import plan_for
from capture_app.session.study_desk import copy_place, copy_work
from capture_app.session.study_desk.copy_follow import FinishedCase
from capture_app.session.study_desk.copy_place import sha256_of_file
from capture_app.session.study_desk.folder_history import read_past
from capture_app.session.study_desk.folder_plan import state_of
from gaze_core.session_rows import AUDIO_SEGMENT
from recordings_schema.layout import DatasetKey
from recordings_schema.paths import journal_path
from recordings_schema.reader import Recording
from recordings_schema.recover import recover
from recordings_schema.testing import append_samples


@pytest.fixture
def second(tmp_path: Path) -> Path:
    place = tmp_path / "second place"
    place.mkdir()
    return place


@pytest.fixture
def lab(tmp_path: Path, second: Path) -> Lab:
    text = STUDY_TEXT + f'\n[copies]\nsecond_place = "{second.as_posix()}"\n'
    return Lab(tmp_path / "study", text=text)


def test_from_the_copy_alone_everything_up_to_the_last_committed_case_is_rebuilt(lab: Lab) -> None:
    session = Session(lab)
    assert session.work.copy_up_to(session.read(1))
    assert session.work.copy_up_to(session.read(2))
    session.rig.run_to_screen("sure")  # of the third case, which is not committed
    session.flush()
    session.writer.abandon()
    shutil.rmtree(session.path.parent)

    report = recover(session.copy)

    assert report.unusable_bytes == 0
    with Recording.open(session.copy) as recording:
        trials = recording.rows(DatasetKey.TRIALS)
    done = trials["case_id"][trials["state"] == b"done"].tolist()
    assert done == [b"case-0", b"case-1"]
    plan = plan_for(session.opened.study, session.opened.cases, "R01")
    state = state_of(session.opened, Worklist.of(session.opened.study, plan, 1), [read_past(session.copy)])
    assert (state.counted, state.interrupted) == (2, "")


def test_the_manifest_says_which_bytes_are_whose_and_their_checksum(lab: Lab) -> None:
    session = Session(lab)
    for count in (1, 2):
        session.work.copy_up_to(session.read(count))

    first, second = manifest_of(session.copy)

    copied = journal_path(session.copy).read_bytes()
    for line in (first, second):
        part = copied[line["first_byte"] : line["end_byte"]]
        assert hashlib.sha256(part).hexdigest() == line["sha256"]
    assert (first["case_id"], second["case_id"]) == ("case-0", "case-1")
    assert (first["first_byte"], second["first_byte"]) == (0, first["end_byte"])
    assert second["end_byte"] == len(copied)
    assert copied == journal_path(session.path).read_bytes()[: len(copied)]
    session.writer.abandon()


def test_the_day_of_a_copy_is_moved_and_has_no_time_unless_the_study_leaves_dates(lab: Lab) -> None:
    session = Session(lab)
    session.work.copy_up_to(session.read(1))
    session.writer.abandon()
    lab.sessions.release()
    moved = manifest_of(session.copy)[0]["copied"]
    lab.write(lab.text + '\n[privacy]\ndate_shift = "none"\n')
    other = Session(lab)
    other.work.copy_up_to(other.read(2))
    other.writer.abandon()

    assert len(moved) == len("2027-01-15")
    assert moved != "2027-01-15"
    assert manifest_of(other.copy)[0]["copied"] == "2027-01-15T08:00:00Z"


def test_sound_files_that_are_closed_go_along_and_the_study_file_too(lab: Lab) -> None:
    session = Session(lab)
    sound = session.path.with_name(f"{session.path.stem}_audio_000.wav")
    with wave.open(str(sound), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(1600))
    row = AUDIO_SEGMENT.row(segment=0, trial=0, file=sound.name, sha256=sha256_of_file(sound))
    session.writer.append(DatasetKey.AUDIO_SEGMENTS, row)

    session.work.copy_up_to(session.read(1))

    assert session.copy.with_name(sound.name).read_bytes() == sound.read_bytes()
    assert manifest_of(session.copy)[0]["sounds"] == [{"file": sound.name, "sha256": sha256_of_file(sound)}]
    study_copy = session.copy.parents[3] / f"study-{session.opened.sha256[:8]}.gazestudy"
    assert study_copy.read_text("utf-8") == lab.text
    session.writer.abandon()


def test_a_case_that_is_not_on_the_disk_yet_is_waited_for(lab: Lab) -> None:
    session = Session(lab)
    while session.rig.loop.view.counted < 1:
        session.rig.step()
    case = FinishedCase(case_id="case-0", attempt=0)
    assert not session.work.copy_up_to(case)

    session.flush()

    assert session.work.copy_up_to(case)
    session.writer.abandon()


@pytest.mark.parametrize("keeps_bytes", [0, 100])
def test_a_full_drive_is_tried_again_and_the_copy_has_no_hole(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, keeps_bytes: int
) -> None:
    session = Session(lab)
    case = session.read(1)
    whole = copy_work.append_checked

    def full(path: Path, first_byte: int, content: bytes) -> None:
        with path.open("ab") as file:
            file.write(content[:keeps_bytes])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(copy_work, "append_checked", full)
    with pytest.raises(OSError, match="No space"):
        session.work.copy_up_to(case)
    monkeypatch.setattr(copy_work, "append_checked", whole)

    assert session.work.copy_up_to(case)
    copied = journal_path(session.copy).read_bytes()
    assert copied == journal_path(session.path).read_bytes()[: len(copied)]
    session.writer.abandon()


def test_a_drive_that_comes_back_empty_gets_everything_anew(lab: Lab, second: Path) -> None:
    session = Session(lab)
    session.work.copy_up_to(session.read(1))
    journal_path(session.copy).unlink()
    last = session.read(2)

    with pytest.raises(FileNotFoundError):
        session.work.copy_up_to(last)
    assert session.work.copy_up_to(last)

    assert [case.case_id for case in session.work.copied] == ["case-0", "case-1"]
    session.writer.abandon()
    recover(session.copy)


def test_a_second_place_that_is_away_is_never_made(lab: Lab, second: Path) -> None:
    session = Session(lab)
    place = copy_place.place_for(session.opened, session.path)
    second.rmdir()

    with pytest.raises(FileNotFoundError):
        copy_place.prepare(place, session.opened)
    with pytest.raises(FileNotFoundError):
        session.work.prepare()

    assert not second.exists()
    session.writer.abandon()


def test_bytes_that_come_back_otherwise_are_no_copy(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def spoil(descriptor: int) -> None:
        import os

        os.pwrite(descriptor, b"\xff", 3)

    monkeypatch.setattr(copy_place, "_forget", spoil)

    with pytest.raises(copy_place.CopyCheckError):
        copy_place.append_checked(tmp_path / "copy", 0, bytes(10))


def test_the_copies_of_a_study_that_was_begun_anew_do_not_replace_older_ones(lab: Lab) -> None:
    session = Session(lab)
    session.work.copy_up_to(session.read(1))
    session.writer.abandon()
    lab.sessions.release()
    before = journal_path(session.copy).read_bytes()
    shutil.rmtree(lab.folder / "sessions")

    again = Session(lab)
    again.work.copy_up_to(again.read(1))
    again.writer.abandon()

    assert journal_path(session.copy).read_bytes() == before
    other = session.copy.parent.with_name("R01_p1_s001-2") / session.copy.name
    assert journal_path(other).is_file()


def test_following_a_journal_gives_every_byte_once(lab: Lab) -> None:
    session = Session(lab)
    follower = copy_work.JournalFollower(journal_path(session.path))
    got = b""
    for count in (1, 2, 3):
        session.read(count)
        append_samples(session.writer, 60)
        while (part := follower.next_part()) is not None:
            assert part.first_byte == len(got)
            got += part.content

    assert got == journal_path(session.path).read_bytes()
    session.writer.abandon()
