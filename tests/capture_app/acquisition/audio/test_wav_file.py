"""WAV files that grow while they are heard, and what is left of them after a kill."""

from __future__ import annotations

import wave

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.acquisition.audio.wav_file import HEADER_BYTES, WavWriter, mend_wav


def frames_of(path) -> list[int]:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").tolist()


def test_a_closed_file_holds_what_was_written(tmp_path):
    file = WavWriter(tmp_path / "a.wav", 16_000)
    file.write(np.array([1, -2, 32767], np.int16))
    file.write(np.array([-32768], np.int16))
    file.close()
    assert frames_of(tmp_path / "a.wav") == [1, -2, 32767, -32768]
    assert mend_wav(tmp_path / "a.wav") == 0


def test_a_file_that_is_there_is_never_written_over(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        WavWriter(tmp_path / "a.wav", 16_000)
    assert (tmp_path / "a.wav").read_bytes() == b"mine"


@given(synced=st.integers(0, 50), later=st.integers(0, 50), has_half=st.booleans())
def test_a_file_cut_off_at_any_moment_is_mended_to_its_last_whole_frame(
    tmp_path_factory, synced, later, has_half
):
    path = tmp_path_factory.mktemp("cut") / "a.wav"
    file = WavWriter(path, 48_000)
    file.write(np.arange(synced, dtype=np.int16))
    file.sync()
    file.write(np.arange(synced, synced + later, dtype=np.int16))
    if has_half:
        file._file.write(b"\7")
    file._file.close()  # as a kill does
    assert frames_of(path)[:synced] == list(range(synced))
    assert mend_wav(path) == later
    assert frames_of(path) == list(range(synced + later))
    assert path.stat().st_size == HEADER_BYTES + 2 * (synced + later)
    assert mend_wav(path) == 0


@pytest.mark.parametrize("content", [b"", b"RIFF", b"RIFF" + bytes(60), b"fLaC" + bytes(60)])
def test_what_is_not_one_of_ours_stays_as_it_is(tmp_path, content):
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    assert mend_wav(path) == 0
    assert path.read_bytes() == content
