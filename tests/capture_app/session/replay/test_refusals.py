"""Files that are no whole recordings: older formats, unfinished ones, other programs' files, damaged ones."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
from replay_rig import write_reading

from capture_app.session.replay import ReplayError, ReplaySource
from recordings_schema.lock import take_lock
from recordings_schema.paths import journal_path

GOLDEN = Path(__file__).parents[3] / "recordings_schema" / "golden"


def refused(path: Path) -> str:
    with pytest.raises(ReplayError) as told:
        ReplaySource.open(path)
    return str(told.value)


def opened(path: Path) -> tuple[int, tuple[str, ...]]:
    source = ReplaySource.open(path)
    source.load()
    assert source.is_loaded
    found = source.blocks.count, source.notes
    source.close()
    return found


def unfinished(folder: Path) -> Path:
    """Return a recording of version 1 that was cut off, with its journal."""
    path = folder / "v1-unfinished.gazeh5"
    path.write_bytes(gzip.decompress((GOLDEN / f"{path.name}.gz").read_bytes()))
    shutil.copy(GOLDEN / f"{path.name}.journal", journal_path(path))
    return path


def test_the_older_format_is_replayed_and_named():
    count, notes = opened(GOLDEN / "v1.gazeh5")
    assert count > 0
    assert notes == ("It has the older format 1 and is read as 2.",)


def test_the_newest_format_needs_no_words():
    assert opened(GOLDEN / "v2.gazeh5")[1] == ()


def test_a_recording_that_was_cut_off_is_replayed_as_far_as_it_goes(tmp_path):
    count, notes = opened(unfinished(tmp_path))
    assert count > 0
    assert notes[0] == (
        "This recording was cut off: what is left is shown. `reading-station recover` closes it."
    )


def test_a_recording_whose_journal_is_held_is_still_being_made(tmp_path):
    path = unfinished(tmp_path)
    with journal_path(path).open("rb") as journal:
        take_lock(journal.fileno(), journal.name)
        notes = opened(path)[1]
    assert notes[0] == "This recording is still being made: what came until it was opened is shown."


def test_a_recovered_recording_says_so(tmp_path):
    from recordings_schema.recover import recover

    written = write_reading(tmp_path, is_closed=False)
    recover(written.path)
    count, notes = opened(written.path)
    assert count == len(written.gaze)
    assert notes == ("This recording was recovered after it had been cut off.",)


def test_a_folder_is_no_recording(tmp_path):
    path = tmp_path / "folder.gazeh5"
    path.mkdir()
    assert refused(path) == f"{path} is a folder. Choose a recording in it (*.gazeh5)."


def test_a_journal_names_its_recording(tmp_path):
    path = unfinished(tmp_path)
    assert refused(journal_path(path)).startswith(
        f"{journal_path(path).name} is the journal of a recording, kept in case that is cut off. "
        f"Open {path.name};"
    )
    path.unlink()
    assert refused(path).endswith("`reading-station recover` makes the recording again from it.")


def test_a_file_that_is_gone_is_asked_for(tmp_path):
    assert refused(tmp_path / "gone.gazeh5").endswith("choose it where it is now.")


@pytest.mark.parametrize("content", [b"", b"a table, or a text", b"\x89HDF\r\n\x1a\n" + bytes(500)])
def test_what_is_no_recording_is_refused_with_what_to_choose(tmp_path, content):
    path = tmp_path / "other.gazeh5"
    path.write_bytes(content)
    words = refused(path)
    assert words.startswith(str(path))
    assert "HDF5" in words or "damaged" in words
    assert words.endswith(".")


def test_an_hdf5_file_of_another_program_is_refused(tmp_path):
    path = tmp_path / "matlab.h5"
    with h5py.File(path, "w") as file:
        file["gaze"] = np.arange(10)
    assert refused(path).startswith(f"{path} is an HDF5 file, but not a recording of this program. Choose a")


def test_a_newer_format_asks_for_a_newer_program(tmp_path):
    path = tmp_path / "newer.gazeh5"
    shutil.copy(GOLDEN / "v2.gazeh5", path)
    with h5py.File(path, "a") as file:
        file.attrs["format_version"] = 99
    assert "open it with a newer version" in refused(path)


@pytest.mark.parametrize("seed", range(20))
def test_bytes_turned_over_anywhere_give_words_or_a_part_but_never_a_crash(tmp_path, seed):
    content = bytearray((GOLDEN / "v2.gazeh5").read_bytes())
    for place in np.random.default_rng(seed).integers(2048, len(content), 6):
        content[place] ^= 0xFF
    path = tmp_path / "turned.gazeh5"
    path.write_bytes(content)
    try:
        source = ReplaySource.open(path)
    except ReplayError as err:
        assert str(path) in str(err)  # noqa: PT017 - either is right
        return
    source.load()
    assert source.is_loaded
    assert not source.loading_problem
    source.close()


def test_a_file_that_ends_early_is_damaged(tmp_path):
    content = (GOLDEN / "v2.gazeh5").read_bytes()
    path = tmp_path / "cut.gazeh5"
    path.write_bytes(content[: len(content) // 2])
    words = refused(path)
    assert "bytes are missing, as in a copy broken off. Use another copy of the file" in words
    assert "eof" not in words  # of the library
