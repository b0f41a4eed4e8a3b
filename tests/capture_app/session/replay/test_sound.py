"""The outline of the dictation: extremes of the samples at their host times, whatever the zoom."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from capture_app.session.replay import Waveform, sound
from capture_app.session.study_desk.dictation_sound import Stretch

S = 1_000_000_000
RATE_HZ = 16_000


def write_wav(path: Path, pcm: np.ndarray) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(pcm.astype("<i2").tobytes())


def stretch(path: Path, t_first_s: float, frames: int, *, true_rate_hz: float = RATE_HZ) -> Stretch:
    return Stretch(
        file=path, t_first_host_ns=round(t_first_s * S), frame_count=frames, rate_hz=RATE_HZ,
        true_rate_hz=true_rate_hz,
    )  # fmt: skip


@pytest.fixture(scope="module")
def pcm() -> np.ndarray:
    return np.random.default_rng(5).integers(-9000, 9000, 20 * RATE_HZ).astype(np.int16)


@pytest.fixture(scope="module")
def waveform(pcm, tmp_path_factory) -> Waveform:
    path = tmp_path_factory.mktemp("sound") / "a.wav"
    write_wav(path, pcm)
    made = Waveform((stretch(path, 10.0, len(pcm)),))
    made.load()
    return made


@pytest.mark.parametrize(
    ("first_s", "end_s", "width"), [(0.0, 40.0, 100), (12.0, 16.0, 400), (14.0, 14.1, 50)]
)
def test_each_column_holds_the_extremes_of_its_samples(waveform, pcm, first_s, end_s, width):
    low, high = waveform.envelope(round(first_s * S), round(end_s * S), width)
    edges_s = np.linspace(first_s, end_s, width + 1)
    slack_s = 0.002 if end_s - first_s < 8.0 else 0.002 * sound.COARSE_BINS
    for column in range(0, width, 7):
        frames = [round((edge - 10.0) * RATE_HZ) for edge in edges_s[column : column + 2]]
        inside = pcm[max(frames[0], 0) : max(frames[1], 0)]
        reach = round(slack_s * RATE_HZ)
        wider = pcm[max(frames[0] - reach, 0) : max(frames[1] + reach, 0)]
        if not len(wider):
            assert np.isnan(low[column])
        elif len(inside):
            assert wider.min() / 32768 <= low[column] <= inside.min() / 32768
            assert inside.max() / 32768 <= high[column] <= wider.max() / 32768


def test_no_column_within_the_sound_is_empty_however_near_one_looks(waveform):
    low, _ = waveform.envelope(15 * S, 15 * S + 3_000_000, 800)
    assert np.isfinite(low).all()


def test_sound_lies_at_the_time_of_the_host_not_at_that_of_its_file(tmp_path):
    pcm = np.zeros(2 * RATE_HZ, np.int16)
    pcm[-160:] = 20_000  # the last 10 ms of the file
    write_wav(tmp_path / "slow.wav", pcm)
    slow = Waveform((stretch(tmp_path / "slow.wav", 5.0, len(pcm), true_rate_hz=RATE_HZ / 1.1),))
    slow.load()
    _, high = slow.envelope(5 * S, 8 * S, 300)
    loud = np.flatnonzero(high > 0.5)
    assert 5.0 + loud[0] * 0.01 == pytest.approx(5.0 + 1.99 * 1.1, abs=0.02)
    assert slow.loudest == pytest.approx(20_000 / 32768)


def test_blocks_make_no_difference(waveform, pcm, tmp_path, monkeypatch):
    monkeypatch.setattr(sound, "_BLOCK_BINS", 7)
    write_wav(tmp_path / "a.wav", pcm)
    again = Waveform((stretch(tmp_path / "a.wav", 10.0, len(pcm)),))
    again.load()
    for one, other in zip(
        waveform.envelope(9 * S, 31 * S, 500), again.envelope(9 * S, 31 * S, 500), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_a_damaged_sound_file_stays_flat_and_is_named_and_the_next_is_read(tmp_path, pcm):
    (tmp_path / "bad.wav").write_bytes(b"RIFF")
    write_wav(tmp_path / "good.wav", pcm[:RATE_HZ])
    both = Waveform((stretch(tmp_path / "bad.wav", 1.0, 99), stretch(tmp_path / "good.wav", 3.0, RATE_HZ)))
    both.load()
    assert both.problem == "The dictation bad.wav cannot be decoded; its track stays flat."
    low, _ = both.envelope(0, 5 * S, 50)
    assert np.isnan(low[:29]).all()
    assert np.isfinite(low[31:39]).all()


def test_reading_ends_when_it_is_given_up(tmp_path, pcm):
    write_wav(tmp_path / "a.wav", pcm[:RATE_HZ])
    given_up = Waveform((stretch(tmp_path / "a.wav", 0.0, RATE_HZ),))
    given_up.load(lambda: True)
    assert given_up.loaded == 0
