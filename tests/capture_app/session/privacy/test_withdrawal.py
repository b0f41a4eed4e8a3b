"""Every copy of a reader's data is found and removed, nobody else's is touched, and a record stays."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from capture_app.session.privacy import withdrawal
from capture_app.session.privacy import withdrawal_record as records
from capture_app.session.privacy.withdrawal import (
    WithdrawalError,
    WithdrawalOutcome,
    WithdrawalPlan,
    carry_out,
    plan_withdrawal,
)
from gaze_core.session_rows import AUDIO_SEGMENT
from recordings_schema.layout import DatasetKey
from recordings_schema.metadata import ParticipantRecord
from recordings_schema.paths import journal_path
from recordings_schema.testing import METADATA, TRACKER, append_samples
from recordings_schema.writer import RecordingWriter

WALL_NS = 1_800_000_000_000_000_000
posix = pytest.mark.skipif(sys.platform == "win32", reason="links and folder rights are those of POSIX")


def open_recording(path: Path, reader: str, session_id: str) -> RecordingWriter:
    metadata = replace(
        METADATA,
        participant=ParticipantRecord(pseudonym=reader),
        session=replace(METADATA.session, session_id=session_id),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = RecordingWriter.create(path, metadata, TRACKER)
    append_samples(writer, 60)
    return writer


def record(path: Path, reader: str, session_id: str, sound: str = "") -> Path:
    writer = open_recording(path, reader, session_id)
    if sound:
        writer.append(DatasetKey.AUDIO_SEGMENTS, AUDIO_SEGMENT.row(segment=0, frame_count=1, file=sound))
    writer.close("finished")
    return path


def abandon(path: Path, reader: str, session_id: str) -> Path:
    open_recording(path, reader, session_id).abandon()
    return path


@pytest.fixture(scope="module")
def two_readers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Recordings of R07 and of R07-2, whose name begins alike; made once, as that takes its time."""
    folder = tmp_path_factory.mktemp("two readers")
    record(folder / "first.gazeh5", "R07", "S-7777", sound="voice of first.flac")
    record(folder / "second.gazeh5", "R07-2", "S-8888")
    return folder


@pytest.fixture
def folder(two_readers: Path, tmp_path: Path) -> Path:
    return shutil.copytree(two_readers, tmp_path / "data")


def write(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def files_of(plan: WithdrawalPlan) -> set[str]:
    return {file.path.name for file in plan.data.files}


def left_of(plan: WithdrawalPlan) -> set[str]:
    return {each.path.name for each in plan.data.left}


def withdraw(*folders: Path) -> WithdrawalOutcome:
    return carry_out(plan_withdrawal("R07", folders), wall_ns=WALL_NS)


def contents(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_recordings_are_found_by_what_they_say_whatever_they_are_called(folder: Path) -> None:
    (folder / "first.gazeh5").rename(folder / "backup of monday")
    assert files_of(plan_withdrawal("R07", [folder])) == {"backup of monday"}


def test_an_unfinished_recording_goes_with_its_journal(folder: Path) -> None:
    abandon(folder / "third.gazeh5", "R07", "S-9999")
    assert files_of(plan_withdrawal("R07", [folder])) == {
        "first.gazeh5",
        "third.gazeh5",
        "third.gazeh5.journal",
    }


def test_a_recording_too_damaged_to_say_is_known_by_its_journal(folder: Path) -> None:
    abandon(folder / "third.gazeh5", "R07", "S-9999")
    (folder / "third.gazeh5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(90))
    assert {"third.gazeh5", "third.gazeh5.journal"} <= files_of(plan_withdrawal("R07", [folder]))


def test_a_damaged_file_that_could_be_anybody_s_is_told_and_one_that_is_another_s_is_not(folder) -> None:
    write(folder / "stray.gazeh5.damaged-1", "broken")
    write(folder / "second.gazeh5.damaged-1", "broken")
    plan = plan_withdrawal("R07", [folder])
    assert (files_of(plan), left_of(plan)) == ({"first.gazeh5"}, {"stray.gazeh5.damaged-1"})


def test_a_torn_journal_still_says_whose_it_is(folder: Path) -> None:
    path = abandon(folder / "third.gazeh5", "R07", "S-9999")
    path.unlink()
    torn = bytearray(journal_path(path).read_bytes())
    torn[30] ^= 0xFF
    journal_path(path).write_bytes(torn)
    assert "third.gazeh5.journal" in files_of(plan_withdrawal("R07", [folder]))


@pytest.mark.parametrize(
    "name",
    [
        "first.gazeh5.damaged-20260101T000000Z", "first.gazeh5.partial", "first_audio_000.flac", "first.html",
        "voice of first.flac", "export/R07/fixations.csv", "export/gaze_R07.csv", "first.gazeh5.abc.tmp",
        "R07_notes.txt",
    ],
)  # fmt: skip
def test_what_lies_beside_or_bears_the_name_goes_too(folder: Path, name: str) -> None:
    write(folder / name)
    assert Path(name).name in files_of(plan_withdrawal("R07", [folder]))


@pytest.mark.parametrize(
    "name",
    [
        "second_audio_000.flac",
        "R07-2/gaze.csv",
        "gaze_R07-2.csv",
        "R071.csv",
        "firstly.txt",
        "xR07.csv",
        "a.txt",
    ],
)
def test_what_is_another_s_stays(folder: Path, name: str) -> None:
    write(folder / name)
    assert files_of(plan_withdrawal("R07", [folder])) == {"first.gazeh5"}


def test_a_recording_of_another_in_a_folder_of_the_reader_s_name_stays(folder: Path) -> None:
    record(folder / "R07" / "strayed.gazeh5", "R08", "S-8080")
    withdraw(folder)
    assert (folder / "R07" / "strayed.gazeh5").exists()


def test_a_renamed_sound_file_is_known_by_its_bytes(folder: Path) -> None:
    write(folder / "voice of first.flac", "the voice")
    write(folder / "elsewhere" / "tape.flac", "the voice")
    assert "tape.flac" in files_of(plan_withdrawal("R07", [folder]))


def test_a_source_image_that_was_copied_into_the_reader_s_folder_stays_in_the_study(folder: Path) -> None:
    write(folder / "images" / "case 1.png", "pixels")
    write(folder / "R07" / "case 1.png", "pixels")
    withdraw(folder)
    assert (folder / "images" / "case 1.png").exists()
    assert not (folder / "R07").exists()


def test_a_short_pseudonym_and_a_dicom_file_are_not_taken_by_name_alone(tmp_path: Path) -> None:
    record(tmp_path / "x.gazeh5", "A", "S-1111")
    write(tmp_path / "figure A.png")
    plan = plan_withdrawal("A", [tmp_path])
    assert (files_of(plan), left_of(plan)) == ({"x.gazeh5"}, {"figure A.png"})


def test_reports_about_the_reader_s_sessions_go_and_those_about_several_are_left(folder: Path) -> None:
    write(folder / "report 1.html", "<p>Session S-7777</p>")
    write(folder / "report 2.html", "<p>Sessions S-7777 and S-8888</p>")
    write(folder / "readme.md", "how first.gazeh5 was made")
    plan = plan_withdrawal("R07", [folder])
    assert "report 1.html" in files_of(plan)
    assert {"report 2.html", "readme.md"} <= left_of(plan)


@pytest.mark.parametrize(
    ("head", "line"),
    [("reader;x", "R07;1"), ("x,session_id", '"a, b",S-7777'), ("pseudonym\tx", " R07 \t1")],
)
def test_rows_in_shared_tables_go_and_every_other_byte_stays(folder: Path, head: str, line: str) -> None:
    kept = [head, line.replace("R07", "R07-2").replace("S-7777", "S-8888"), '"two\nlines";x']
    table = folder / "all.csv"
    table.write_bytes("\r\n".join([*kept[:2], line, kept[2], line, ""]).encode())
    withdraw(folder)
    assert table.read_bytes() == "\r\n".join([*kept, ""]).encode()


def test_objects_in_a_shared_json_list_go(folder: Path) -> None:
    write(folder / "all.json", json.dumps([{"Reader": "R07", "x": 1}, {"Reader": "R08", "x": 2}]))
    withdraw(folder)
    assert json.loads((folder / "all.json").read_text()) == [{"Reader": "R08", "x": 2}]


def test_a_table_of_this_reader_alone_goes_whole(folder: Path) -> None:
    write(folder / "table.csv", "reader,x\nR07,1\n")
    withdraw(folder)
    assert not (folder / "table.csv").exists()


def test_second_places_of_studies_are_searched_and_one_that_is_away_is_told(folder, tmp_path) -> None:
    record(tmp_path / "second place" / "copy.gazeh5", "R07", "S-7777")
    place = (tmp_path / "second place").as_posix()
    write(folder / "a.gazestudy", f"[copies]\nsecond_place = '{place}'\n[readers]\nplanned = ['R07']")
    write(folder / "b.gazestudy", f"[copies]\nsecond_place = '{place} away'")
    plan = plan_withdrawal("R07", [folder])
    assert files_of(plan) == {"first.gazeh5", "copy.gazeh5"}
    assert {"a.gazestudy", "second place away"} <= left_of(plan)


@posix
def test_links_are_never_followed_and_one_of_the_reader_s_name_goes_itself(folder, tmp_path) -> None:
    outside = write(tmp_path / "outside" / "gaze.csv")
    (folder / "R07_link.csv").symlink_to(outside)
    (folder / "R07").symlink_to(tmp_path / "outside")
    record(tmp_path / "outside" / "other.gazeh5", "R07", "S-7777")
    withdraw(folder)
    assert contents(tmp_path / "outside") == {"gaze.csv", "other.gazeh5"}
    assert not (folder / "R07_link.csv").is_symlink()


@posix
def test_a_folder_that_becomes_a_link_before_the_removal_is_not_touched(folder, tmp_path) -> None:
    record(folder / "inner" / "x.gazeh5", "R07", "S-7777")
    plan = plan_withdrawal("R07", [folder])
    (folder / "inner").rename(tmp_path / "moved")
    (folder / "inner").symlink_to(tmp_path / "moved")
    outcome = carry_out(plan, wall_ns=WALL_NS)
    assert (tmp_path / "moved" / "x.gazeh5").exists()
    assert [each.path.name for each in outcome.failed] == ["x.gazeh5"]


@posix
def test_a_hard_link_to_elsewhere_is_told(folder, tmp_path) -> None:
    os.link(folder / "first.gazeh5", tmp_path / "other name")
    assert "first.gazeh5" in left_of(plan_withdrawal("R07", [folder]))


def test_while_the_reader_is_recorded_nothing_is_removed(folder: Path) -> None:
    plan = plan_withdrawal("R07", [folder])
    writer = open_recording(folder / "now.gazeh5", "R07", "S-9999")
    try:
        with pytest.raises(WithdrawalError, match=r"now\.gazeh5 is being recorded"):
            carry_out(plan, wall_ns=WALL_NS)
    finally:
        writer.close("finished")
    assert (folder / "first.gazeh5").exists()


def test_the_record_says_what_went_and_names_nobody(folder: Path) -> None:
    outcome = withdraw(folder)
    text = outcome.record.read_text()
    document = json.loads(text)
    assert document["state"] == "finished"
    assert document["begun_utc"] == "2027-01-15T08:00:00Z"
    assert [len(file["sha256"]) for file in document["removed"]] == [64]
    assert not [name for name in ("R07", "first", "S-7777") if name in text]
    ((_, record_found),) = records.records_about("R07", [folder])
    assert record_found.is_about("R07")
    assert not record_found.is_about("R08")


def test_only_the_reader_s_files_are_gone_afterwards(folder: Path) -> None:
    write(folder / "first_audio_000.flac", "sound")
    write(folder / "cases.csv", "case_id\n1\n")
    withdraw(folder)
    assert contents(folder) == {"second.gazeh5", "cases.csv", "withdrawal-20270115T080000Z.json"}


class _PowerCutError(Exception):
    pass


@pytest.fixture
def cut_after(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let the removal die before its n-th file."""
    remove = withdrawal._remove

    def set_cut(count: int) -> None:
        done = iter(range(count))

        def cut(file, plan):
            if next(done, None) is None:
                raise _PowerCutError
            return remove(file, plan)

        monkeypatch.setattr(withdrawal, "_remove", cut)

    return set_cut


@pytest.mark.parametrize("count", range(7))
def test_a_removal_cut_off_anywhere_goes_on_and_removes_all(
    folder: Path, cut_after: Callable[[int], None], count: int
) -> None:
    write(folder / "first_audio_000.flac", "sound")
    write(folder / "tape.flac", "sound")
    write(folder / "report.html", "Session S-7777")
    write(folder / "all.csv", "session_id\nS-7777\nS-8888\n")
    abandon(folder / "third.gazeh5", "R07", "S-9999")
    assert len(plan_withdrawal("R07", [folder]).data.files) == 7
    cut_after(count)
    with pytest.raises(_PowerCutError):
        withdraw(folder)
    cut_after(99)
    outcome = withdraw(folder)
    assert outcome.is_resumed
    assert contents(folder) == {"second.gazeh5", "all.csv", outcome.record.name}
    assert (folder / "all.csv").read_text() == "session_id\nS-8888\n"
    document = json.loads(outcome.record.read_text())
    assert (document["state"], document["call_count"], len(document["removed"])) == ("finished", 2, 7)


def test_a_read_only_file_is_removed(folder: Path) -> None:
    (folder / "first.gazeh5").chmod(0o444)
    assert withdraw(folder).failed == ()
    assert not (folder / "first.gazeh5").exists()


def test_a_file_that_cannot_be_removed_is_told_and_the_rest_goes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder / "first_audio_000.flac", "sound")
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path.name == "first_audio_000.flac":
            raise PermissionError(13, "Permission denied")
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    outcome = withdraw(folder)
    assert [(each.path.name, each.reason) for each in outcome.failed] == [
        (
            "first_audio_000.flac",
            "It cannot be removed (Permission denied). Make it and its folder writable.",
        )
    ]
    assert json.loads(outcome.record.read_text())["state"] == "incomplete"
    assert not (folder / "first.gazeh5").exists()


def test_without_a_record_nothing_is_removed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(records, "replace_file", refuse)
    with pytest.raises(WithdrawalError, match="nothing was removed"):
        withdraw(folder)
    assert (folder / "first.gazeh5").exists()


@pytest.mark.parametrize("reader", ["", "Jane Doe", "../x"])
def test_what_is_no_pseudonym_is_refused(folder: Path, reader: str) -> None:
    with pytest.raises(WithdrawalError, match="not usable"):
        plan_withdrawal(reader, [folder])


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WithdrawalError, match="not there"):
        plan_withdrawal("R07", [tmp_path / "nowhere"])
