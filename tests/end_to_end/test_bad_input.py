"""Bad input through the real command: an exit code and a sentence for a person, never a traceback."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from gaze_core.rows import decode_text
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording
from recordings_schema.testing import METADATA, TRACKER, append_samples
from recordings_schema.writer import RecordingWriter

pytestmark = pytest.mark.processes

INPUT, TRACKER_UNUSABLE, NOT_RECORDED, DATA_LOST, USAGE = 3, 4, 5, 6, 2

NO_SENDERS = f"session_id={uuid.uuid4().hex}"


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    """A small recording that was closed properly, its path not ASCII."""
    path = tmp_path / "Aufnahme ü.gazeh5"
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    append_samples(writer, 600)
    writer.close("finished")
    return path


def assert_said(said, code: int, *words: str) -> None:
    """The command ended as it must, with one sentence on the error stream that holds the words."""
    assert said.code == code, said
    assert "Traceback" not in said.out + said.err
    assert said.err.strip().endswith((".", "?"))
    for word in words:
        assert word in said.err, said.err


def truncated(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def renamed(path: Path) -> Path:
    path.write_bytes(b"this is no recording " * 100)
    return path


def emptied(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def removed(path: Path) -> Path:
    path.unlink()
    return path


def the_folder(path: Path) -> Path:
    return path.parent


DAMAGES = [truncated, renamed, emptied, removed, the_folder]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("command", ["info", "accuracy"])
def test_a_file_that_is_no_recording_is_refused_by_its_name(
    command: str, damage: Callable[[Path], Path], finished: Path, run_command: Callable
) -> None:
    path = damage(finished)
    assert_said(run_command(command, path), INPUT, path.name)


@pytest.mark.parametrize("damage", [truncated, renamed, emptied])
def test_validate_lists_what_is_wrong_with_a_damaged_file(
    damage: Callable[[Path], Path], finished: Path, run_command: Callable
) -> None:
    said = run_command("validate", damage(finished))
    assert said.code == 1
    assert "error:" in said.out
    assert "Traceback" not in said.out + said.err


def test_validate_names_a_file_that_is_not_there(tmp_path: Path, run_command: Callable) -> None:
    assert_said(run_command("validate", tmp_path / "none.gazeh5"), INPUT, "none.gazeh5", "not there")


@pytest.mark.parametrize("damage", DAMAGES)
def test_recovery_of_what_cannot_be_recovered_is_a_sentence(
    damage: Callable[[Path], Path], finished: Path, run_command: Callable
) -> None:
    path = damage(finished)
    said = run_command("recover", path)
    assert said.code in (0, INPUT, DATA_LOST)
    assert "Traceback" not in said.out + said.err
    assert path.name in said.out + said.err


def test_a_recording_without_targets_has_no_accuracy(finished: Path, run_command: Callable) -> None:
    assert_said(run_command("accuracy", finished), INPUT, "no targets")


def record(run_command: Callable, out: Path, *arguments: object):
    return run_command("record", "--seconds", "0.5", "--out", out, *arguments)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--tracker", "nonsense"), ("nonsense",)),
        (("--tracker", "mock", "--option", "colour=red"), ("colour",)),
        (("--tracker", "mock", "--rate", "7"), ("rate_hz",)),
        (("--tracker", "mock", "--option", "seed=seven"), ("seed",)),
        (("--tracker", "playback"), ("file",)),
        (("--tracker", "lsl", "--option", "wait_s=0.2", "--option", NO_SENDERS), ("LSL",)),
        (("--tracker", "lsl", "--option", "session_id=two words"), ("two words",)),
    ],
)  # fmt: skip
def test_a_tracker_that_cannot_be_used_is_said_and_leaves_no_file(
    arguments: tuple[str, ...], words: tuple[str, ...], tmp_path: Path, run_command: Callable
) -> None:
    out = tmp_path / "a.gazeh5"
    assert_said(record(run_command, out, *arguments), TRACKER_UNUSABLE, *words)
    assert list(tmp_path.glob("a.gazeh5*")) == []


def test_a_file_to_play_that_is_not_there_is_said_and_leaves_no_file(
    tmp_path: Path, run_command: Callable
) -> None:
    out = tmp_path / "a.gazeh5"
    assert_said(
        record(run_command, out, "--tracker", "playback", "--option", "file=none.tsv"), INPUT, "none.tsv"
    )
    assert list(tmp_path.glob("a.gazeh5*")) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", ("header",)),
        ("time\tx\n1\t2\n", ("not known",)),
        ("timestamp\tleft_x\tleft_y\tright_x\tright_y\ttarget_id\ttar_x\ttar_y\n", ("no samples",)),
        ("timestamp\tleft_x\tleft_y\tright_x\tright_y\ttarget_id\ttar_x\ttar_y\n1\t2\n", ("Line 2",)),
        (
            "timestamp\tleft_x\tleft_y\tright_x\tright_y\ttarget_id\ttar_x\ttar_y\n1\ta\t3\t4\t5\t6\t7\t8\n",
            ("Line 2", "'a'"),
        ),
    ],
)
def test_a_gaze_table_that_cannot_be_read_is_said_with_its_line(
    content: str, words: tuple[str, ...], tmp_path: Path, run_command: Callable
) -> None:
    table = tmp_path / "Blick.tsv"
    table.write_text(content)
    said = record(run_command, tmp_path / "a.gazeh5", "--tracker", "playback", "--option", f"file={table}")
    assert said.code == TRACKER_UNUSABLE
    assert "Traceback" not in said.out + said.err
    for word in ("Blick.tsv", *words):
        assert word in said.err


def test_nothing_is_ever_overwritten(finished: Path, run_command: Callable) -> None:
    before = finished.read_bytes()
    assert_said(record(run_command, finished, "--tracker", "mock"), NOT_RECORDED, "not overwritten")
    assert finished.read_bytes() == before


def test_a_journal_that_waits_for_recovery_is_not_overwritten(tmp_path: Path, run_command: Callable) -> None:
    journal = tmp_path / "a.gazeh5.journal"
    journal.write_bytes(b"rows of another recording")
    said = record(run_command, tmp_path / "a.gazeh5", "--tracker", "mock")
    assert_said(said, NOT_RECORDED, "a.gazeh5")
    assert journal.read_bytes() == b"rows of another recording"


def test_a_folder_that_is_not_there_is_said(tmp_path: Path, run_command: Callable) -> None:
    said = record(run_command, tmp_path / "none" / "a.gazeh5", "--tracker", "mock")
    assert_said(said, NOT_RECORDED, "none", "not there")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_to_is_said(tmp_path: Path, run_command: Callable) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    assert_said(record(run_command, folder / "a.gazeh5", "--tracker", "mock"), NOT_RECORDED, "a.gazeh5")


def test_a_folder_without_images_is_said(tmp_path: Path, run_command: Callable) -> None:
    folder = tmp_path / "leer"
    folder.mkdir()
    (folder / "notes.txt").write_text("nothing to see")
    said = record(run_command, tmp_path / "a.gazeh5", "--tracker", "mock", "--images", folder)
    assert_said(said, INPUT, "leer", "no image")


@pytest.mark.parametrize("text", ["", "# only a comment\n", "\xff\xfe".encode("latin-1").decode("latin-1")])
def test_a_list_without_images_is_said(text: str, tmp_path: Path, run_command: Callable) -> None:
    cases = tmp_path / "cases.txt"
    cases.write_bytes(text.encode("latin-1"))
    said = record(run_command, tmp_path / "a.gazeh5", "--tracker", "mock", "--images", cases)
    assert_said(said, INPUT, "cases.txt")


def test_unusable_images_are_passed_over_with_an_event_and_the_good_one_is_shown(
    tmp_path: Path, run_command: Callable
) -> None:
    folder = tmp_path / "Bilder"
    folder.mkdir()
    good = cv2.imencode(".png", np.tile(np.arange(64, dtype=np.uint8), (64, 1)))[1].tobytes()
    (folder / "a_cut.png").write_bytes(good[: len(good) // 2])
    (folder / "b_renamed.dcm").write_bytes(b"no image at all " * 50)
    (folder / "c_encrypted.png").write_bytes(b"Salted__" + bytes(range(256)))
    (folder / "d_good.png").write_bytes(good)
    cases = folder / "cases.txt"
    cases.write_text("a_cut.png\nb_renamed.dcm\nc_encrypted.png\ngone.png\nd_good.png\n")
    out = tmp_path / "a.gazeh5"
    said = run_command("record", "--seconds", "2", "--out", out, "--tracker", "mock", "--images", cases)

    assert said.code == 0, said.err
    with Recording.open(out) as recording:
        events = recording.rows(DatasetKey.EVENTS)
        assert decode_text(recording.rows(DatasetKey.IMAGES)["name"][-1]) == "d_good.png"
        assert 0 in recording.rows(DatasetKey.VIEWPORT)["image_id"]
        texts = [decode_text(row["text"]) for row in events[events["kind"] == b"image_unreadable"]]
    for name in ("a_cut", "b_renamed", "c_encrypted", "gone"):
        assert any(name in text for text in texts), texts


@pytest.mark.parametrize("size_px", [(1, 1), (1, 3000), (9000, 3)])
def test_images_of_extreme_size_are_shown(
    size_px: tuple[int, int], tmp_path: Path, run_command: Callable
) -> None:
    folder = tmp_path / "Bilder"
    folder.mkdir()
    (folder / "a.png").write_bytes(cv2.imencode(".png", np.full(size_px, 99, np.uint8))[1].tobytes())
    out = tmp_path / "a.gazeh5"
    said = run_command("record", "--seconds", "1", "--out", out, "--tracker", "mock", "--images", folder)
    assert said.code == 0, said.err
    with Recording.open(out) as recording:
        assert 0 in recording.rows(DatasetKey.VIEWPORT)["image_id"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("record",),
        ("record", "--seconds", "nought", "--out", "a.gazeh5"),
        ("record", "--seconds", "-1", "--out", "a.gazeh5"),
        ("record", "--seconds", "1", "--out", "a.gazeh5", "--option", "no-equals-sign"),
        ("unknown-command",),
        ("info",),
        ("--unknown-option",),
    ],
)
def test_a_wrong_command_line_is_said_with_the_usage(
    arguments: tuple[str, ...], run_command: Callable
) -> None:
    said = run_command(*arguments)
    assert said.code == USAGE
    assert "Usage: reading-station" in said.err
    assert "Traceback" not in said.err


def test_a_recording_that_runs_can_neither_be_recovered_nor_recorded_to(
    tmp_path: Path, run_command: Callable
) -> None:
    path = tmp_path / "a.gazeh5"
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    append_samples(writer, 100)
    assert_said(run_command("recover", path), NOT_RECORDED, "being recorded")
    assert record(run_command, path, "--tracker", "mock").code == NOT_RECORDED
    writer.close("finished")
    assert run_command("validate", path).code == 0


def test_a_tracker_that_vanishes_for_good_ends_with_a_sentence_and_all_it_sent(
    tmp_path: Path, run_command: Callable
) -> None:
    out = tmp_path / "a.gazeh5"
    said = run_command(
        "record", "--seconds", "4", "--out", out, "--tracker", "mock",
        "--option", "fault=never-reconnects", "--option", "fault_at_s=1", "--option", "fault_duration_s=0.5",
    )  # fmt: skip
    assert "Traceback" not in said.out + said.err
    with Recording.open(out) as recording:
        assert recording.is_finished
        assert len(recording.gaze()) > 300
        kinds = {decode_text(kind) for kind in recording.rows(DatasetKey.EVENTS)["kind"]}
    assert kinds >= {"connection_lost", "tracker_lost"}


def test_a_mistake_of_the_program_is_told_without_a_traceback(
    run_command: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(**_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("capture_app.cli.files.show_trackers", break_down)
    said = run_command("trackers")
    assert_said(said, 70, "mistake", "recover", "reading-station.log")


def test_the_command_as_a_process_says_the_same(tmp_path: Path, run_process: Callable) -> None:
    said = run_process("info", tmp_path / "none.gazeh5")
    assert_said(said, INPUT, "none.gazeh5")
    assert said.out == ""


def test_answers_for_programs_are_json(finished: Path, tmp_path: Path, run_command: Callable) -> None:
    assert dict(json.loads(run_command("info", finished, "--json").out))["Samples"] == "600"
    findings = json.loads(run_command("validate", finished, "--json").out)[0]["findings"]
    assert {finding["severity"] for finding in findings} <= {"note"}
    names = [each["name"] for each in json.loads(run_command("trackers", "--list", "--json").out)]
    assert {"mock", "lsl", "mouse"} <= set(names)
    out = tmp_path / "new.gazeh5"
    document = json.loads(record(run_command, out, "--tracker", "mock", "--json").out)
    assert (document["path"], document["findings"]) == (str(out), [])
    assert document["samples"] > 200
