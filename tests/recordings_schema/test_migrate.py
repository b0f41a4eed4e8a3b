from __future__ import annotations

import errno
import gzip
import shutil
from pathlib import Path

import h5py
import pytest

from gaze_core.rows import Rows
from recordings_schema.errors import FormatVersionError, RecordingError, RecordingExistsError
from recordings_schema.layout import FORMAT_VERSION, DatasetKey
from recordings_schema.metadata import DisplayRecord
from recordings_schema.migrate import MIGRATIONS, Migration, migrate
from recordings_schema.paths import journal_path
from recordings_schema.reader import Recording
from recordings_schema.recover import recover
from recordings_schema.testing import METADATA, gaze_rows, raw_rows, side_rows
from recordings_schema.validate import validate
from recordings_schema.version_2 import NEW_DATASETS

GOLDEN = Path(__file__).with_name("golden")


def _name_display_model(file: h5py.File) -> None:
    display = file["/display"]
    display.attrs["model"] = display.attrs["screen"]
    del display.attrs["screen"]


OLDER = FORMAT_VERSION - 1
STEP = Migration(
    from_version=OLDER, change=_name_display_model, what="the display's model gets its present name"
)


@pytest.fixture
def older(finished: Path) -> Path:
    """Return a recording of the format before, as a later program may meet one of today's."""
    with h5py.File(finished, "r+") as file:
        file["/display"].attrs["screen"] = file["/display"].attrs["model"]
        del file["/display"].attrs["model"]
        file.attrs["format_version"] = OLDER
    return finished


def _side_rows_of(version: int) -> dict[DatasetKey, Rows]:
    """Return what the golden recording of a version holds beside its samples."""
    return {
        key: rows[:0] if version == 1 and key in NEW_DATASETS else rows for key, rows in side_rows().items()
    }


def _unfinished_of_version_1(folder: Path) -> Path:
    """Return a recording of version 1 that was cut off, as its writer left it, without its journal."""
    path = folder / "v1-unfinished.gazeh5"
    path.write_bytes(gzip.decompress((GOLDEN / f"{path.name}.gz").read_bytes()))
    return path


@pytest.mark.parametrize(("has_journal", "has_file"), [(True, True), (True, False), (False, True)])
def test_a_recording_of_version_1_that_was_cut_off_is_recovered_in_the_present_version(
    tmp_path: Path, has_journal: bool, has_file: bool
) -> None:
    path = _unfinished_of_version_1(tmp_path)
    if has_journal:
        shutil.copy(journal_path(GOLDEN / path.name), tmp_path)
    if not has_file:
        path.unlink()
    recover(path)
    with Recording.open(path) as recording:
        assert recording.format_version == FORMAT_VERSION
        assert recording.gaze().tobytes() == gaze_rows(30).tobytes()
        signals = recording.rows(DatasetKey.EXTERNAL_SIGNALS)
        assert signals.tobytes() == side_rows()[DatasetKey.EXTERNAL_SIGNALS].tobytes()
        assert recording.count(DatasetKey.TRIGGERS) == 0
    assert {finding.severity.value for finding in validate(path)} <= {"note", "warning"}


@pytest.mark.parametrize("version", range(1, FORMAT_VERSION + 1))
def test_the_golden_recording_of_every_version_can_be_read(version: int) -> None:
    path = GOLDEN / f"v{version}.gazeh5"
    with Recording.open(path) as recording:
        assert recording.gaze().tobytes() == gaze_rows(30).tobytes()
        assert recording.raw().tobytes() == raw_rows(30).tobytes()
        for key, rows in _side_rows_of(version).items():
            assert recording.rows(key).tobytes() == rows.tobytes(), key
        assert recording.metadata.participant == METADATA.participant
        assert recording.embedded_image(recording.embedded_images()[0]) == b"a picture"
        summary = recording.summary()
        assert (summary.stored_version, summary.format_version) == (version, FORMAT_VERSION)
    assert {finding.severity.value for finding in validate(path)} <= {"note"}


def test_every_older_version_has_its_step() -> None:
    assert [step.from_version for step in MIGRATIONS] == list(range(1, FORMAT_VERSION))


def test_a_step_changes_a_copy_and_leaves_the_original(older: Path, path: Path) -> None:
    before = older.read_bytes()
    assert migrate(older, path, steps=(STEP,)) == (STEP,)
    assert older.read_bytes() == before
    with Recording.open(path) as recording:
        assert isinstance(recording.screen, DisplayRecord)
        assert recording.screen.model == METADATA.display.model
        assert recording.format_version == FORMAT_VERSION
        assert recording.count(DatasetKey.GAZE) == 3000


def test_an_older_recording_is_read_through_its_steps(older: Path) -> None:
    with Recording.open(older, steps=(STEP,)) as recording:
        assert recording.path == older
        assert recording.gaze().tobytes() == gaze_rows(3000).tobytes()


def test_a_recording_of_the_present_version_is_copied_as_it_is(finished: Path, path: Path) -> None:
    assert migrate(finished, path) == ()
    assert path.read_bytes() == finished.read_bytes()


def test_a_missing_step_is_refused_with_nothing_written(older: Path, path: Path) -> None:
    with pytest.raises(FormatVersionError, match=f"format version {OLDER}"):
        migrate(older, path, steps=())
    assert not path.exists()


def test_an_existing_copy_is_not_overwritten(finished: Path, path: Path) -> None:
    path.write_bytes(b"precious")
    with pytest.raises(RecordingExistsError):
        migrate(finished, path)
    assert path.read_bytes() == b"precious"


def test_a_step_that_fails_leaves_only_the_original(older: Path, path: Path) -> None:
    def fail(file: h5py.File) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(RecordingError, match="the original is untouched"):
        migrate(older, path, steps=(Migration(from_version=OLDER, change=fail, what="nothing"),))
    assert list(path.parent.iterdir()) == [older]
