from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from gaze_core.device_rows import CALIBRATION_DATA_BYTES
from gaze_core.rows import CALIBRATION_DATA, CLOCK_SYNC
from recordings_schema.errors import FormatVersionError, RecordingError, RecordingStateError
from recordings_schema.layout import FORMAT_VERSION, DatasetKey
from recordings_schema.reader import Recording
from recordings_schema.testing import (
    METADATA,
    TRACKER,
    append_samples,
    gaze_rows,
    raw_rows,
    side_rows,
    without_truth,
)
from recordings_schema.unclean import lookup3_hash
from recordings_schema.validate import validate
from recordings_schema.writer import RecordingWriter

FUZZING = Path(__file__).with_name("fuzzing.py")


def test_facts_come_back_as_they_were_given(finished: Path) -> None:
    with Recording.open(finished) as recording:
        assert recording.metadata.to_json() == METADATA.to_json()
        assert recording.tracker_info == TRACKER
        assert recording.screen.distance_mm == 650.0
        assert recording.is_finished
        assert not recording.has_journal


@pytest.mark.parametrize(
    ("start", "stop", "first", "count"),
    [
        (0, None, 0, 3000),
        (10, 20, 10, 10),
        (2990, 9999, 2990, 10),
        (5000, None, 0, 0),
        (20, 10, 0, 0),
        (-5, 3, 0, 3),
    ],
)
def test_a_slice_is_read_alone(finished: Path, start: int, stop: int | None, first: int, count: int) -> None:
    with Recording.open(finished) as recording:
        assert recording.gaze(start, stop).tobytes() == gaze_rows(count, first).tobytes()


def test_blocks_are_the_whole_dataset_in_order(path: Path) -> None:
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    append_samples(writer, 40_000, batch=4000)
    writer.close("done")
    with Recording.open(path) as recording:
        blocks = list(recording.blocks(DatasetKey.RAW))
    assert max(map(len, blocks)) < 20_000
    assert np.concatenate(blocks).tobytes() == raw_rows(40_000).tobytes()


def test_the_stream_for_playback_is_the_whole_of_it(finished: Path) -> None:
    with Recording.open(finished) as recording:
        stream = recording.stream()
    assert stream.info == TRACKER
    assert stream.raw.tobytes() == raw_rows(3000).tobytes()
    assert stream.gaze.tobytes() == gaze_rows(3000).tobytes()
    assert stream.markers.tobytes() == side_rows()[DatasetKey.MARKERS].tobytes()
    assert stream.clock_sync.tobytes() == side_rows()[DatasetKey.CLOCK_SYNC].tobytes()


def test_the_summary_says_what_was_recorded(finished: Path) -> None:
    with Recording.open(finished) as recording:
        summary = recording.summary()
    assert summary.pseudonym == "R07"
    assert summary.is_finished
    assert summary.row_counts[DatasetKey.GAZE] == 3000
    assert summary.duration_s == pytest.approx(2999 / 1200, rel=1e-6)


def test_an_unfinished_file_is_read_as_far_as_it_goes(unfinished: Path) -> None:
    with Recording.open(unfinished) as recording:
        assert not recording.is_finished
        assert recording.has_journal
        assert recording.stored_tally(DatasetKey.GAZE) is None
        assert recording.gaze().tobytes() == gaze_rows(3000).tobytes()
        assert recording.summary().reason == ""


def test_reading_after_the_close_says_so(finished: Path) -> None:
    recording = Recording.open(finished)
    recording.close()
    recording.close()
    with pytest.raises(RecordingStateError, match="open it again"):
        recording.gaze()


def test_host_times_follow_the_readings_of_the_trackers_clock(path: Path) -> None:
    writer = RecordingWriter.create(path, METADATA, without_truth())
    gaze = gaze_rows(2400)
    gaze["t_host_ns"] = gaze["t_device_ns"] + 5_000_000_000 + 900_000  # delivered 0.9 ms late
    writer.append(DatasetKey.GAZE, gaze)
    writer.append(DatasetKey.RAW, raw_rows(2400))
    for remote_ns in range(0, 2_000_000_000, 250_000_000):
        host_ns = remote_ns + 5_000_000_000
        writer.append(
            DatasetKey.CLOCK_SYNC,
            CLOCK_SYNC.row(
                clock_id="device",
                host_before_ns=host_ns - 1000,
                remote_ns=remote_ns,
                host_after_ns=host_ns + 1000,
                remote_raw=0.0,
            ),
        )
    writer.close("done")
    with Recording.open(path) as recording:
        error_ns = recording.host_times_ns() - (gaze["t_device_ns"] + 5_000_000_000)
    assert np.abs(error_ns).max() < 10_000


def _not_there(path: Path) -> None:
    path.unlink()


def _a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _text(path: Path) -> None:
    path.write_text("patient;name")


def _foreign(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["something"] = 1


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _without_gaze(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        del file["/tracker/gaze"]


def _huge(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        file["/tracker/gaze"].resize(10**12, axis=0)


def _wrong_columns(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        del file["/tracker/gaze"]
        file.create_dataset("/tracker/gaze", data=np.zeros(5, [("seq", "<i8")]))


def _huge_chunks(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        dtype = file["/tracker/gaze"].dtype
        del file["/tracker/gaze"]
        file.create_dataset("/tracker/gaze", (10,), dtype, chunks=(10,), maxshape=(None,))
        del file["/tracker/raw"]
        file.create_dataset("/tracker/raw", (10,), "S10", chunks=(10**7,), maxshape=(None,))


def _two_dimensions(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        dtype = file["/tracker/gaze"].dtype
        del file["/tracker/gaze"]
        file.create_dataset("/tracker/gaze", (10, 10), dtype)


def _external_link(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        del file["/tracker/gaze"]
        file["/tracker/gaze"] = h5py.ExternalLink("/etc/hostname", "/")


def _soft_link(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        del file["/tracker/gaze"]
        file["/tracker/gaze"] = h5py.SoftLink("/tracker/raw")


def _external_storage(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        dtype = file["/tracker/gaze"].dtype
        del file["/tracker/gaze"]
        file.create_dataset("/tracker/gaze", (1,), dtype, external=[("/etc/passwd", 0, dtype.itemsize)])


def _group_for_dataset(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        del file["/tracker/gaze"]
        file.create_group("/tracker/gaze")


def _dataset_for_group(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        del file["/participant"]
        file["/participant"] = 5


def _attribute_missing(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        del file["/participant"].attrs["pseudonym"]


def _attribute_array(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        file["/display"].attrs["width_px"] = np.arange(100)


def _attribute_type(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        file["/display"].attrs["width_px"] = "wide"


def _object_rows(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        del file["/tracker/raw"]
        file.create_dataset("/tracker/raw", (3,), h5py.string_dtype())


HOSTILE: list[Callable[[Path], None]] = [
    _not_there, _a_folder, _empty, _text, _foreign, _cut, _without_gaze, _huge, _wrong_columns, _huge_chunks,
    _two_dimensions, _external_link, _soft_link, _external_storage, _group_for_dataset, _dataset_for_group,
    _attribute_missing, _attribute_array, _attribute_type, _object_rows,
]  # fmt: skip


@pytest.mark.parametrize("spoil", HOSTILE, ids=lambda spoil: spoil.__name__.strip("_"))
def test_a_hostile_file_is_answered_with_a_sentence(finished: Path, spoil: Callable[[Path], None]) -> None:
    spoil(finished)
    with pytest.raises(RecordingError) as caught, Recording.open(finished) as recording:
        recording.gaze()
    assert finished.name in str(caught.value)
    assert any(finding.severity.value == "error" for finding in validate(finished))


@pytest.mark.parametrize("version", [0, FORMAT_VERSION + 1, 2**62])
def test_a_file_of_an_unknown_version_says_so(finished: Path, version: int) -> None:
    with h5py.File(finished, "r+") as file:
        file.attrs["format_version"] = version
    with pytest.raises(FormatVersionError) as caught:
        Recording.open(finished)
    assert caught.value.version == version


def test_the_checksum_of_hdf5_structures_is_the_published_one() -> None:
    # Values of the author's own test driver: hashlittle("", 0) and of one sentence, start value 0.
    assert lookup3_hash(b"") == 0xDEADBEEF
    assert lookup3_hash(b"Four score and seven years ago") == 0x17770551


@pytest.mark.processes
@pytest.mark.parametrize("kind", ["finished", "unfinished"])
def test_damaged_files_never_crash_or_hang_the_reader(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    _fuzz(request.getfixturevalue(kind), tmp_path, 24)


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("kind", ["finished", "unfinished"])
def test_thousands_of_damaged_files_never_crash_or_hang_the_reader(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    _fuzz(request.getfixturevalue(kind), tmp_path, 5000)


def _fuzz(source: Path, folder: Path, count: int) -> None:
    done = subprocess.run(
        [sys.executable, str(FUZZING), str(folder), str(source), "0", str(count)],
        capture_output=True,
        text=True,
        timeout=60 + count,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert done.returncode == 0, f"{done.stdout.splitlines()[-1:]} {done.stderr}"


@pytest.mark.parametrize(("kept_parts", "is_whole"), [((0, 1, 2), True), ((2, 0, 1), True), ((0, 2), False)])
def test_a_calibration_of_the_device_is_given_back_byte_for_byte_or_not_at_all(
    path: Path, kept_parts: tuple[int, ...], is_whole: bool
) -> None:
    content = bytes(range(256)) * 5
    parts = [
        content[start : start + CALIBRATION_DATA_BYTES] for start in range(0, 1280, CALIBRATION_DATA_BYTES)
    ]
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    for part in kept_parts:
        row = CALIBRATION_DATA.row(
            t_computed_host_ns=7, attempt=3, part=part, total_bytes=1280, content_hex=parts[part].hex()
        )
        writer.append(DatasetKey.CALIBRATION_DATA, row)
    writer.close("the session ended")
    with Recording.open(path) as recording:
        assert recording.device_calibrations() == {3: content if is_whole else b""}
    findings = [each for each in validate(path) if each.where.endswith("calibration_data")]
    assert len(findings) == (0 if is_whole else 1)
