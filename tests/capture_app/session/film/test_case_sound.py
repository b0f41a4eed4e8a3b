"""The dictation lies in the film where it lay on the host clock."""

from __future__ import annotations

import wave

import numpy as np
import pytest

from capture_app.session.film import FilmError
from capture_app.session.film.case_sound import write_case_sound
from capture_app.session.study_desk.dictation_sound import Stretch

S = 1_000_000_000
RATE = 8000


def stretch(folder, name: str, first_ns: int, pcm: np.ndarray, true_rate_hz: float = RATE) -> Stretch:
    with wave.open(str(folder / name), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(pcm.astype("<i2").tobytes())
    return Stretch(
        file=folder / name, t_first_host_ns=first_ns, frame_count=len(pcm), rate_hz=float(RATE),
        true_rate_hz=true_rate_hz,
    )  # fmt: skip


def written(path) -> np.ndarray:
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2")


def test_each_stretch_begins_at_its_time_with_silence_between(tmp_path):
    stretches = [
        stretch(tmp_path, "a.wav", 10 * S, np.full(RATE, 1000)),
        stretch(tmp_path, "b.wav", 13 * S, np.full(RATE, 2000)),
    ]
    assert write_case_sound(stretches, 9 * S, 15 * S, tmp_path / "out.wav")
    sound = written(tmp_path / "out.wav")
    assert len(sound) == 6 * RATE
    middles = [int(sound[round((second + 0.5) * RATE)]) for second in range(6)]
    assert middles == [0, 1000, 0, 0, 2000, 0]
    assert int(np.flatnonzero(sound)[0]) == RATE


def test_a_stretch_that_began_before_the_film_is_cut(tmp_path):
    ramp = np.arange(2 * RATE)
    write_case_sound([stretch(tmp_path, "a.wav", 9 * S, ramp)], 10 * S, 11 * S, tmp_path / "out.wav")
    assert written(tmp_path / "out.wav")[:3].tolist() == [RATE, RATE + 1, RATE + 2]


def test_a_sound_card_that_runs_fast_is_put_right(tmp_path):
    fast = stretch(tmp_path, "a.wav", 0, np.arange(4 * RATE), true_rate_hz=RATE * 1.01)
    write_case_sound([fast], 0, 3 * S, tmp_path / "out.wav")
    assert int(written(tmp_path / "out.wav")[2 * RATE]) == pytest.approx(2.02 * RATE, abs=1)


def test_where_nothing_was_said_no_file_is_made(tmp_path):
    later = stretch(tmp_path, "a.wav", 90 * S, np.ones(RATE))
    assert not write_case_sound([later], 0, 3 * S, tmp_path / "out.wav")
    assert not (tmp_path / "out.wav").exists()


def test_a_damaged_sound_file_is_told(tmp_path):
    own = stretch(tmp_path, "a.wav", 0, np.ones(RATE))
    own.file.write_bytes(b"no sound")
    with pytest.raises(FilmError, match="dictation cannot be put into the film"):
        write_case_sound([own], 0, S, tmp_path / "out.wav")
