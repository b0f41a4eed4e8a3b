from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import pytest

from gaze_core.rows import TRIAL, decode_text
from recordings_schema.errors import RecordingInUseError, RecordingWriteError, RecoveryError
from recordings_schema.layout import DatasetKey
from recordings_schema.paths import journal_path, partial_path
from recordings_schema.reader import Recording
from recordings_schema.recover import find_unfinished, recover
from recordings_schema.recovery_report import RecoveryOutcome
from recordings_schema.testing import METADATA, TRACKER, append_samples, gaze_rows, raw_rows, side_rows
from recordings_schema.validate import validate
from recordings_schema.writer import RecordingWriter

WALL_NS = 1_800_000_000_000_000_000
DAMAGED_SUFFIX = ".damaged-20270115T080000Z"


def wall_clock_ns() -> int:
    """Return a fixed time, so that names are known."""
    return WALL_NS


def holds_everything(path: Path) -> bool:
    """Return whether a recording holds all samples of the unfinished template, bit for bit."""
    with Recording.open(path) as recording:
        gaze, raw = recording.gaze(), recording.raw()
    return gaze.tobytes() == gaze_rows(3000).tobytes() and raw.tobytes() == raw_rows(3000).tobytes()


def names_in(folder: Path) -> set[str]:
    """Return the names of all files in a folder."""
    return {entry.name for entry in folder.iterdir()}


def test_a_recording_that_was_cut_off_is_rebuilt_and_the_damaged_file_kept(unfinished: Path) -> None:
    streamed = unfinished.read_bytes()
    report = recover(unfinished, wall_clock_ns=wall_clock_ns)
    assert report.outcome is RecoveryOutcome.REBUILT
    assert report.damaged_path is not None
    assert names_in(unfinished.parent) == {unfinished.name, unfinished.name + DAMAGED_SUFFIX}
    assert report.damaged_path.read_bytes() == streamed
    assert holds_everything(unfinished)
    with Recording.open(unfinished) as recording:
        assert recording.closing is not None
        assert recording.closing.is_recovered
        assert recording.closing.samples_delivered == 3000
        for key, rows in side_rows().items():
            assert recording.rows(key, 0, len(rows)).tobytes() == rows.tobytes()


def test_a_recovered_recording_validates_with_notes_only(unfinished: Path) -> None:
    recover(unfinished)
    assert {finding.severity.value for finding in validate(unfinished)} == {"note"}


def test_recovering_again_changes_nothing(unfinished: Path) -> None:
    recover(unfinished)
    before = {name: (unfinished.parent / name).read_bytes() for name in names_in(unfinished.parent)}
    assert recover(unfinished).outcome is RecoveryOutcome.NOTHING_TO_DO
    assert {name: (unfinished.parent / name).read_bytes() for name in before} == before
    assert names_in(unfinished.parent) == set(before)


def test_the_journal_itself_may_be_named(unfinished: Path) -> None:
    assert recover(journal_path(unfinished)).path == unfinished


@pytest.mark.parametrize("content", [None, b"", b"garbage", b"\x89HDF\r\n\x1a\n" + bytes(5000)])
def test_a_missing_or_unreadable_file_is_rebuilt_from_the_journal_alone(
    unfinished: Path, content: bytes | None
) -> None:
    unfinished.unlink()
    if content is not None:
        unfinished.write_bytes(content)
    report = recover(unfinished, wall_clock_ns=wall_clock_ns)
    assert holds_everything(unfinished)
    assert (report.damaged_path is None) == (content is None)
    if report.damaged_path is not None:
        assert report.damaged_path.read_bytes() == content


def test_damaged_files_of_earlier_recoveries_are_not_overwritten(unfinished: Path) -> None:
    earlier = unfinished.with_name(unfinished.name + DAMAGED_SUFFIX)
    earlier.write_bytes(b"precious")
    report = recover(unfinished, wall_clock_ns=wall_clock_ns)
    assert earlier.read_bytes() == b"precious"
    assert report.damaged_path is not None
    assert report.damaged_path.name == unfinished.name + DAMAGED_SUFFIX + "-2"


def test_a_torn_journal_gives_its_prefix_and_is_kept(unfinished: Path) -> None:
    journal = journal_path(unfinished)
    whole = journal.read_bytes()
    journal.write_bytes(whole[: len(whole) // 2])
    report = recover(unfinished, wall_clock_ns=wall_clock_ns)
    samples = report.row_counts[DatasetKey.GAZE]
    assert 1000 < samples < 3000
    assert report.unusable_bytes > 0
    assert report.kept_journal_path is not None
    assert report.kept_journal_path.read_bytes() == whole[: len(whole) // 2]
    with Recording.open(unfinished) as recording:
        assert recording.gaze().tobytes() == gaze_rows(samples).tobytes()
        assert recording.raw().tobytes() == raw_rows(samples).tobytes()
    assert find_unfinished(unfinished.parent) == []


def test_samples_cut_in_two_are_left_out_and_counted(path: Path) -> None:
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    append_samples(writer, 120)
    writer.append(DatasetKey.GAZE, gaze_rows(60, 120))
    writer.abandon()
    report = recover(path)
    assert (report.half_samples, report.row_counts[DatasetKey.GAZE]) == (60, 120)
    with Recording.open(path) as recording:
        assert recording.gaze().tobytes() == gaze_rows(120).tobytes()


def test_open_trials_become_interrupted_and_an_event_says_so(path: Path) -> None:
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    append_samples(writer, 120)
    for trial, states in enumerate((["open", "done"], ["open", "paused"], ["open", "discarded"], ["open"])):
        for state in states:
            rows = TRIAL.row(t_host_ns=10, trial=trial, case_id=f"case {trial}", state=state, image_ids="0,1")
            writer.append(DatasetKey.TRIALS, rows)
    writer.abandon()
    assert recover(path).interrupted_trials == (1, 3)
    with Recording.open(path) as recording:
        trials, events = recording.rows(DatasetKey.TRIALS)[-2:], recording.rows(DatasetKey.EVENTS)
        last_ns = recording.gaze(119)["t_host_ns"][0]
    assert [decode_text(row["state"]) for row in trials] == ["interrupted", "interrupted"]
    assert [decode_text(row["case_id"]) for row in trials] == ["case 1", "case 3"]
    assert [decode_text(row["image_ids"]) for row in trials] == ["0,1", "0,1"]
    assert trials["t_host_ns"].tolist() == [last_ns, last_ns]
    assert decode_text(events["kind"][-1]) == "recovered"


def test_embedded_images_survive_a_crash_but_half_of_one_does_not(path: Path) -> None:
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    append_samples(writer, 60)
    whole = writer.embed_image(b"whole")
    writer.embed_image(bytes(20_000_000))  # two frames
    writer.abandon()
    os.truncate(journal_path(path), journal_path(path).stat().st_size - 100)
    recover(path)
    with Recording.open(path) as recording:
        assert recording.embedded_images() == (whole,)


def test_a_recording_that_goes_on_is_left_alone(path: Path) -> None:
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    append_samples(writer, 60)
    assert find_unfinished(path.parent) == []
    with pytest.raises(RecordingInUseError, match="right now"):
        recover(path)
    writer.close("done")


def test_unfinished_recordings_of_a_folder_are_found(unfinished: Path) -> None:
    assert find_unfinished(unfinished.parent) == [unfinished]
    recover(unfinished)
    assert find_unfinished(unfinished.parent) == []


def test_a_crash_before_anything_was_recorded_is_cleared_away(path: Path) -> None:
    journal_path(path).write_bytes(b"")
    report = recover(path)
    assert report.outcome is RecoveryOutcome.NOTHING_LEFT
    assert find_unfinished(path.parent) == []


@pytest.mark.parametrize("has_journal", [False, True])
def test_without_a_usable_journal_the_streamed_file_is_salvaged(unfinished: Path, has_journal: bool) -> None:
    if has_journal:
        journal_path(unfinished).write_bytes(b"overwritten by something else")
    else:
        journal_path(unfinished).unlink()
    report = recover(unfinished)
    assert report.outcome is RecoveryOutcome.SALVAGED
    assert holds_everything(unfinished)
    assert report.damaged_path is not None
    assert report.damaged_path.exists()
    assert {finding.severity.value for finding in validate(unfinished)} == {"note"}


def test_nothing_at_all_is_named(path: Path) -> None:
    with pytest.raises(RecoveryError, match="does not exist"):
        recover(path)


def test_a_close_that_was_interrupted_keeps_its_reason(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    append_samples(writer, 3000)
    with monkeypatch.context() as patch:
        patch.setattr("recordings_schema.closing.put_in_place", _refuse)
        with pytest.raises(RecordingWriteError):
            writer.close("the reader went home")
    assert partial_path(path).exists()
    recover(path)
    assert holds_everything(path)
    with Recording.open(path) as recording:
        assert recording.closing is not None
        assert recording.closing.reason == "the reader went home"
        assert len(recording.rows(DatasetKey.EVENTS)) == 0


def _refuse(path: Path) -> None:
    raise RecordingWriteError("refused", path=path)


def test_a_finished_file_with_a_left_over_journal_only_loses_the_journal(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    append_samples(writer, 3000)
    with monkeypatch.context() as patch:
        patch.setattr(RecordingWriter, "_drop_journal", lambda self: None)
        writer.close("done")
    finished = path.read_bytes()
    assert recover(path).outcome is RecoveryOutcome.ALREADY_FINISHED
    assert names_in(path.parent) == {path.name}
    assert path.read_bytes() == finished


class Killed(BaseException):
    """The process dies here: nothing after this runs."""


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("place", ["set_aside", "put_in_place", "sync_folder", "unlink"])
def test_death_in_the_middle_of_recovery_leaves_everything_recoverable(
    unfinished: Path, monkeypatch: pytest.MonkeyPatch, place: str, is_after: bool
) -> None:
    streamed = unfinished.read_bytes()
    _die_at(monkeypatch, place, is_after=is_after)
    with pytest.raises(Killed):
        recover(unfinished, wall_clock_ns=wall_clock_ns)
    monkeypatch.undo()
    recover(unfinished, wall_clock_ns=wall_clock_ns)
    assert holds_everything(unfinished)
    assert names_in(unfinished.parent) == {unfinished.name, unfinished.name + DAMAGED_SUFFIX}
    assert unfinished.with_name(unfinished.name + DAMAGED_SUFFIX).read_bytes() == streamed


def _die_at(monkeypatch: pytest.MonkeyPatch, place: str, *, is_after: bool) -> None:
    def dying(original: Callable[..., Any]) -> Callable[..., Any]:
        def die(*arguments: Any, **options: Any) -> Any:
            is_journal = place != "unlink" or str(arguments[0]).endswith(".journal")
            if is_after or not is_journal:
                result = original(*arguments, **options)
                if not is_journal:
                    return result
            raise Killed

        return die

    if place == "unlink":
        monkeypatch.setattr(Path, "unlink", dying(Path.unlink))
    else:
        import importlib

        module = importlib.import_module("recordings_schema.recover")
        monkeypatch.setattr(module, place, dying(getattr(module, place)))


def test_the_report_reads_as_sentences(unfinished: Path) -> None:
    sentences = recover(unfinished, wall_clock_ns=wall_clock_ns).sentences()
    assert sentences == (
        f"{unfinished}: rebuilt from the journal; it holds 3000 samples.",
        f"The damaged file is kept as {unfinished.name}{DAMAGED_SUFFIX}.",
    )


def _overwrite_chunk(path: Path, name: str, number: int) -> None:
    """Overwrite four bytes in the middle of one stored chunk."""
    with h5py.File(path, "r") as file:
        chunk = file[name].id.get_chunk_info(number)
    content = bytearray(path.read_bytes())
    middle = chunk.byte_offset + chunk.size // 2
    content[middle : middle + 4] = bytes(value ^ 0xFF for value in content[middle : middle + 4])
    path.write_bytes(bytes(content))


def _closed(path: Path, samples: int) -> Path:
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    append_samples(writer, samples)
    writer.close("done")
    return path


def test_a_closed_recording_that_was_damaged_later_is_saved_without_the_damaged_block(path: Path) -> None:
    _overwrite_chunk(_closed(path, 3000), "/tracker/gaze", 1)
    damaged = path.read_bytes()
    report = recover(path, wall_clock_ns=wall_clock_ns)
    assert report.outcome is RecoveryOutcome.SALVAGED_DAMAGED
    assert report.unreadable == (DatasetKey.GAZE,)
    assert report.damaged_path is not None
    assert report.damaged_path.read_bytes() == damaged
    with Recording.open(path) as recording:
        seq = recording.gaze()["seq"].tolist()
        assert seq == [*gaze_rows(3000)["seq"][:1024], *gaze_rows(3000)["seq"][2048:]]
        assert len(recording.raw()) == len(seq)
        assert recording.closing is not None
        assert recording.closing.is_recovered
    assert recover(path).outcome is RecoveryOutcome.NOTHING_TO_DO


def test_a_closed_recording_without_one_readable_sample_is_left_as_it_is(path: Path) -> None:
    _overwrite_chunk(_closed(path, 600), "/tracker/gaze", 0)
    damaged = path.read_bytes()
    with pytest.raises(RecoveryError, match="none of its samples can be read"):
        recover(path)
    assert path.read_bytes() == damaged
    assert names_in(path.parent) == {path.name}


def test_rows_changed_by_another_program_are_not_certified_anew(path: Path) -> None:
    with h5py.File(_closed(path, 600), "r+") as file:
        rows = file["/tracker/gaze"][:]
        rows["left_x_norm"][5] = 0.5
        file["/tracker/gaze"][:] = rows
    with pytest.raises(RecoveryError, match="checksum differs"):
        recover(path)
    assert names_in(path.parent) == {path.name}


def test_a_closed_recording_that_was_cut_short_is_not_told_to_be_recovered(path: Path) -> None:
    whole = _closed(path, 600).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RecoveryError, match="use another copy") as refused:
        recover(path)
    assert "recover' saves" not in str(refused.value)
