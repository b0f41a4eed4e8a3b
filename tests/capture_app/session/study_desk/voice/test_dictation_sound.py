"""Stretches of dictation as one sound: every moment of it has the host time at which it was spoken."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.session.speech import Sound, SoundFileError
from capture_app.session.study_desk.dictation_sound import (
    JoinedSound,
    Stretch,
    join_stretches,
    stretch_at,
    stretch_of,
)
from gaze_core.rows import AUDIO_SEGMENT


def stretch(
    t_first_ns: int = 0, seconds: float = 1.0, rate_hz: float = 16_000.0, ppm: float = 0.0
) -> Stretch:
    return Stretch(
        file=Path("case_audio_000.wav"),
        t_first_host_ns=t_first_ns,
        frame_count=round(seconds * rate_hz),
        rate_hz=rate_hz,
        true_rate_hz=rate_hz * (1 + ppm * 1e-6),
    )


def write(path: Path, frames: int, rate_hz: int = 16_000) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(np.arange(frames).astype("<i2").tobytes())
    return path


@given(
    st.integers(0, 2**50), st.floats(0.1, 1700.0), st.sampled_from([16_000.0, 44_100.0, 48_000.0]),
    st.floats(-200.0, 200.0), st.floats(0.0, 1.0),
)  # fmt: skip
def test_a_frame_and_its_host_time_belong_together(t_first_ns, seconds, rate_hz, ppm, share):
    it = stretch(t_first_ns, seconds, rate_hz, ppm)
    frame = round(share * it.frame_count)
    assert it.frame_at(it.host_ns(frame)) == frame


def test_a_time_outside_of_a_stretch_is_its_first_or_last_frame():
    it = stretch(1_000_000_000)
    assert it.frame_at(0) == 0
    assert it.frame_at(9_000_000_000) == it.frame_count


def test_a_moment_between_two_stretches_belongs_to_the_later_one():
    first, second = stretch(0), stretch(5_000_000_000)
    assert stretch_at([first, second], 500_000_000) is first
    assert stretch_at([first, second], 3_000_000_000) is second
    assert stretch_at([first, second], 9_000_000_000) is None


def test_the_rate_of_the_fit_counts_and_the_nominal_one_where_there_is_none(tmp_path):
    row = AUDIO_SEGMENT.row(
        frame_count=10, rate_hz=48_000.0, fitted_rate_hz=48_002.0, file="a_audio_000.wav"
    )[0]
    assert stretch_of(row, tmp_path).true_rate_hz == 48_002.0
    assert stretch_of(row, tmp_path).file == tmp_path / "a_audio_000.wav"
    row["fitted_rate_hz"] = np.nan
    assert stretch_of(row, tmp_path).true_rate_hz == 48_000.0


def test_a_damaged_row_leads_to_no_file_outside_of_the_folder(tmp_path):
    row = AUDIO_SEGMENT.row(frame_count=1, rate_hz=48_000.0, file="../../secret.wav")[0]
    assert stretch_of(row, tmp_path).file == tmp_path / "secret.wav"


def test_joined_stretches_keep_their_own_times():
    first = stretch(1_000_000_000, 2.0, 48_000.0, ppm=100.0)
    second = stretch(10_000_000_000, 1.0)
    joined = JoinedSound(Sound(np.zeros(48_000, np.int16), 16_000), (first, second), (0, 32_000))
    assert joined.host_ns(0.0) == 1_000_000_000
    assert joined.host_ns(1.0) == pytest.approx(1_000_000_000 + 1e9 / (1 + 100e-6), abs=2)
    assert joined.host_ns(2.0) == 10_000_000_000
    assert joined.host_ns(2.5) == 10_500_000_000


def test_files_are_joined_at_the_rate_of_the_engines(tmp_path):
    slow = Stretch(
        file=write(tmp_path / "a.wav", 16_000), t_first_host_ns=0, frame_count=16_000, rate_hz=16_000.0,
        true_rate_hz=16_000.0,
    )  # fmt: skip
    fast = Stretch(
        file=write(tmp_path / "b.wav", 48_000, 48_000), t_first_host_ns=5_000_000_000, frame_count=48_000,
        rate_hz=48_000.0, true_rate_hz=48_000.0,
    )  # fmt: skip
    joined = join_stretches([slow, fast])
    assert joined.sound.rate_hz == 16_000
    assert len(joined.sound.pcm) == 32_000
    assert joined.first_frames == (0, 16_000)


def test_a_dictation_beyond_all_measure_is_not_held_in_memory():
    with pytest.raises(SoundFileError, match="longer than half an hour"):
        join_stretches([stretch(0, 1000.0), stretch(0, 1000.0)])


def test_a_file_that_is_gone_is_named():
    with pytest.raises(SoundFileError, match=r"case_audio_000\.wav"):
        join_stretches([stretch()])
