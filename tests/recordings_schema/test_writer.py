from __future__ import annotations

import errno
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from recordings_schema.errors import (
    MetadataError,
    RecordingError,
    RecordingExistsError,
    RecordingStateError,
    RecordingWriteError,
)
from recordings_schema.journal import MAXIMUM_PAYLOAD_BYTES, JournalFile
from recordings_schema.journal_content import read_journal
from recordings_schema.layout import DATASETS, DatasetKey
from recordings_schema.metadata import ClosingFacts
from recordings_schema.paths import journal_path, partial_path
from recordings_schema.reader import Recording
from recordings_schema.recover import recover
from recordings_schema.testing import (
    METADATA,
    RAW_DTYPE,
    TRACKER,
    append_samples,
    fill,
    gaze_rows,
    raw_rows,
    side_rows,
    without_truth,
)
from recordings_schema.validate import validate
from recordings_schema.writer import RecordingWriter


class FailingJournal(JournalFile):
    """A journal on a disk that fails at the write or sync with a certain number."""

    fail_at_write = -1
    fail_at_sync = -1

    def __init__(self, path: Path) -> None:
        super().__init__(path, "xb")
        self.writes = self.syncs = 0

    def write(self, content: object) -> int:
        self.writes += 1
        if self.writes == self.fail_at_write:
            super().write(bytes(memoryview(content))[:5])  # type: ignore[arg-type]  # a buffer
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(content) or 0  # type: ignore[arg-type]  # a buffer

    def sync(self) -> None:
        self.syncs += 1
        if self.syncs == self.fail_at_sync:
            raise OSError(errno.EIO, "Input/output error")
        super().sync()


def test_every_dataset_comes_back_bit_for_bit(path: Path) -> None:
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    fill(writer, 3000)
    closed = writer.close("the session ended")
    expected = {DatasetKey.GAZE: gaze_rows(3000), DatasetKey.RAW: raw_rows(3000), **side_rows()}
    with Recording.open(path) as recording:
        for key in DatasetKey:
            assert recording.rows(key).tobytes() == expected[key].tobytes(), key
        assert recording.closing is not None
        assert recording.closing.reason == "the session ended"
        assert recording.closing.samples_delivered == 3000
    assert closed.row_counts[DatasetKey.GAZE] == 3000
    assert closed.size_bytes == path.stat().st_size


def test_a_proper_close_leaves_the_recording_alone_in_its_folder(finished: Path) -> None:
    assert list(finished.parent.iterdir()) == [finished]


def test_the_finished_file_is_plain_hdf5_chunked_and_compressed(finished: Path) -> None:
    with h5py.File(finished, "r") as file:
        for layout in DATASETS:
            dataset = file[layout.path]
            assert dataset.chunks is not None
            assert (dataset.compression, dataset.shuffle, dataset.fletcher32) == ("gzip", True, True)
            assert dataset.attrs["row_count"] == len(dataset)


def test_the_compacted_copy_is_smaller_than_what_was_streamed(path: Path) -> None:
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    append_samples(writer, 5000)
    writer.flush()
    streamed_bytes = path.stat().st_size
    assert writer.close("done").size_bytes < streamed_bytes / 2


@pytest.mark.processes
def test_another_program_reads_along_in_single_writer_mode(path: Path) -> None:
    reader = (
        "import h5py, sys\n"
        "file = h5py.File(sys.argv[1], 'r', swmr=True)\n"
        "for line in sys.stdin:\n"
        "    gaze = file['/tracker/gaze']\n"
        "    gaze.refresh()\n"
        "    print(len(gaze), int(gaze['seq'][-1]), file.attrs['session_id'], flush=True)\n"
    )
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    writer.append(DatasetKey.GAZE, gaze_rows(60))
    writer.flush()
    process = subprocess.Popen(
        [sys.executable, "-c", reader, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    answers = []
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        for first in (60, 120):
            process.stdin.write("now\n")
            process.stdin.flush()
            answers.append(process.stdout.readline().split())
            writer.append(DatasetKey.GAZE, gaze_rows(60, first))
            writer.flush()
        process.stdin.close()
    writer.abandon()
    assert answers == [["60", "59", "S-001"], ["120", "119", "S-001"]]


def test_this_process_may_read_along_too(path: Path) -> None:
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    append_samples(writer, 120)
    writer.flush()
    with Recording.open(path) as recording:
        assert not recording.is_finished
        assert recording.gaze().tobytes() == gaze_rows(120).tobytes()
    writer.abandon()


@pytest.mark.parametrize("occupied", [lambda path: path, journal_path, partial_path])
def test_nothing_that_exists_is_overwritten(path: Path, occupied: Callable[[Path], Path]) -> None:
    occupied(path).write_bytes(b"precious")
    with pytest.raises(RecordingExistsError, match="choose another name"):
        RecordingWriter.create(path, METADATA, TRACKER)
    assert occupied(path).read_bytes() == b"precious"
    assert list(path.parent.iterdir()) == [occupied(path)]


def test_two_recorders_cannot_have_the_same_name(path: Path) -> None:
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    with pytest.raises(RecordingExistsError):
        RecordingWriter.create(path, METADATA, TRACKER)
    fill(writer, 60)
    writer.close("done")
    assert validate(path)[0].severity.value == "note"


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordingWriteError, match="check that the folder exists"):
        RecordingWriter.create(tmp_path / "missing" / "a.gazeh5", METADATA, TRACKER)


def test_unusable_metadata_is_refused_before_a_file_is_made(path: Path) -> None:
    metadata = replace(METADATA, session=replace(METADATA.session, comment="a\0b"))
    with pytest.raises(MetadataError, match="session"):
        RecordingWriter.create(path, metadata, TRACKER)
    assert list(path.parent.iterdir()) == []


def test_a_tracker_with_unusable_raw_rows_is_refused_before_a_file_is_made(path: Path) -> None:
    with pytest.raises(MetadataError, match="type"):
        RecordingWriter.create(path, METADATA, replace(TRACKER, raw_dtype=np.dtype([("a", "O")])))
    assert list(path.parent.iterdir()) == []


def test_rows_of_another_type_are_refused_and_the_recording_goes_on(path: Path) -> None:
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    with pytest.raises(RecordingError, match="not those of dataset 'gaze'"):
        writer.append(DatasetKey.GAZE, raw_rows(3))
    append_samples(writer, 60)
    assert writer.close("done").row_counts[DatasetKey.GAZE] == 60


def test_truth_of_a_tracker_without_truth_is_refused(path: Path) -> None:
    writer = RecordingWriter.create(path, METADATA, without_truth())
    with pytest.raises(RecordingError, match="no dataset 'truth'"):
        writer.append(DatasetKey.TRUTH, side_rows()[DatasetKey.TRUTH])
    writer.close("done")
    with h5py.File(path, "r") as file:
        assert "simulation" not in file


def test_padded_rows_are_stored_without_their_padding(path: Path) -> None:
    names = RAW_DTYPE.names or ()
    formats = [RAW_DTYPE[name] for name in names]
    padded = np.dtype({"names": names, "formats": formats, "offsets": [0, 16, 32, 48], "itemsize": 64})
    writer = RecordingWriter.create(path, METADATA, replace(TRACKER, raw_dtype=padded))
    writer.append(DatasetKey.RAW, raw_rows(50).astype(padded))
    writer.append(DatasetKey.GAZE, gaze_rows(50))
    writer.close("done")
    with Recording.open(path) as recording:
        assert recording.raw().tobytes() == raw_rows(50).tobytes()


def test_the_callers_buffer_may_be_used_again_at_once(path: Path) -> None:
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    buffer = gaze_rows(60)
    writer.append(DatasetKey.GAZE, buffer)
    buffer["seq"] = -5
    writer.append(DatasetKey.RAW, raw_rows(60))
    writer.close("done")
    with Recording.open(path) as recording:
        assert recording.gaze().tobytes() == gaze_rows(60).tobytes()


def test_a_batch_longer_than_a_frame_is_split_and_comes_back_whole(path: Path) -> None:
    count = MAXIMUM_PAYLOAD_BYTES // RAW_DTYPE.itemsize + 1000
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    writer.append(DatasetKey.RAW, np.zeros(count, RAW_DTYPE))
    writer.flush()
    writer.abandon()
    assert read_journal(journal_path(path)).tallies[DatasetKey.RAW].row_count == count


def test_embedded_images_are_in_the_finished_file_once(path: Path) -> None:
    content = bytes(range(256)) * 100_000  # more than one frame
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    names = {writer.embed_image(content), writer.embed_image(content), writer.embed_image(b"")}
    writer.close("done")
    with Recording.open(path) as recording:
        assert set(recording.embedded_images()) == names
        assert sorted(len(recording.embedded_image(name)) for name in names) == [0, len(content)]


def test_the_last_facts_noted_are_those_in_the_file(path: Path) -> None:
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    append_samples(writer, 60)
    writer.note_facts(ClosingFacts(samples_delivered=1))
    writer.note_facts(ClosingFacts(samples_delivered=60, clock_fit={"device": "rms 0.02 ms"}))
    writer.close("done")
    with Recording.open(path) as recording:
        assert recording.closing is not None
        assert recording.closing.samples_delivered == 60
        assert recording.closing.clock_fit == {"device": "rms 0.02 ms"}


@pytest.mark.parametrize(
    "call",
    [
        lambda writer: writer.append(DatasetKey.GAZE, gaze_rows(1)),
        lambda writer: writer.flush(),
        lambda writer: writer.note_facts(ClosingFacts()),
        lambda writer: writer.embed_image(b""),
        lambda writer: writer.close("again"),
    ],
)
def test_a_closed_recording_takes_nothing_more(path: Path, call: Callable[[RecordingWriter], object]) -> None:
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    writer.close("done")
    with pytest.raises(RecordingStateError, match="is closed"):
        call(writer)
    writer.abandon()


@pytest.mark.parametrize("fail_at_write", range(2, 40, 6))
def test_after_a_failed_journal_write_all_rows_before_it_are_recovered(
    path: Path, fail_at_write: int
) -> None:
    class Failing(FailingJournal):
        pass

    Failing.fail_at_write = fail_at_write
    writer = RecordingWriter.create(path, METADATA, TRACKER, open_journal=Failing)
    with pytest.raises(RecordingWriteError, match="What was written before is safe"):
        append_samples(writer, 3000)
    with pytest.raises(RecordingStateError, match="is failed"):
        writer.append(DatasetKey.GAZE, gaze_rows(1))
    writer.abandon()
    whole_batches = (fail_at_write - 2) // 2  # the header, then two frames a batch
    report = recover(path)
    assert report.row_counts[DatasetKey.GAZE] == whole_batches * 60
    with Recording.open(path) as recording:
        assert recording.gaze().tobytes() == gaze_rows(whole_batches * 60).tobytes()
        assert recording.raw().tobytes() == raw_rows(whole_batches * 60).tobytes()


def test_a_failed_sync_ends_the_recording_and_keeps_what_was_written(path: Path) -> None:
    class Failing(FailingJournal):
        fail_at_sync = 2  # the first is that of the header

    writer = RecordingWriter.create(path, METADATA, TRACKER, open_journal=Failing)
    append_samples(writer, 120)
    with pytest.raises(RecordingWriteError, match="cannot be recorded any further"):
        writer.flush()
    writer.abandon()
    assert recover(path).row_counts[DatasetKey.RAW] == 120


@pytest.mark.parametrize("point", [{"fail_at_write": 1}, {"fail_at_sync": 1}])
def test_a_disk_that_is_full_from_the_start_leaves_nothing_behind(path: Path, point: dict[str, int]) -> None:
    class Failing(FailingJournal):
        pass

    for name, value in point.items():
        setattr(Failing, name, value)
    with pytest.raises(RecordingWriteError, match="has room"):
        RecordingWriter.create(path, METADATA, TRACKER, open_journal=Failing)
    assert list(path.parent.iterdir()) == []


def test_a_failed_copy_at_the_close_leaves_everything_to_be_recovered(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    fill(writer, 600)
    with monkeypatch.context() as patch:
        patch.setattr("recordings_schema.sink.SafeSink._write_to_disk", _no_room)
        with pytest.raises(RecordingWriteError, match="make room"):
            writer.close("done")
    assert not partial_path(path).exists()
    report = recover(path)
    assert report.row_counts[DatasetKey.GAZE] == 600
    with Recording.open(path) as recording:
        assert recording.closing is not None
        assert recording.closing.reason == "done"


def _no_room(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("damage_at", [0.2, 0.5, 0.9])
def test_a_streamed_file_that_was_damaged_is_finished_from_the_journal(path: Path, damage_at: float) -> None:
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    fill(writer, 3000)
    writer.flush()
    with path.open("rb+") as file:
        file.seek(int(path.stat().st_size * damage_at))
        file.write(b"\xaa" * 5000)
    writer.close("done")
    with Recording.open(path) as recording:
        assert recording.gaze().tobytes() == gaze_rows(3000).tobytes()
    assert [finding.severity.value for finding in validate(path)] == ["note"]


def test_a_journal_that_reads_back_differently_is_not_passed_off_as_whole(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    append_samples(writer, 600)
    writer.flush()
    with journal_path(path).open("rb+") as file:
        file.seek(journal_path(path).stat().st_size - 100)
        file.write(b"\xaa" * 50)
    monkeypatch.setattr(writer._stream, "failure", "the streamed file is gone too")
    with pytest.raises(RecordingWriteError, match="not what was written"):
        writer.close("done")
    assert journal_path(path).exists()
    assert not partial_path(path).exists()
