from __future__ import annotations

import numpy as np
import pytest

from capture_app.session.speech.loudness import measure_loudness
from capture_app.session.speech.sound import Sound


def speech_between(start_s: float, end_s: float) -> Sound:
    pcm = np.random.default_rng(1).normal(0, 10, 32_000)
    pcm[round(start_s * 16_000) : round(end_s * 16_000)] += 5_000
    return Sound(pcm.astype(np.int16), 16_000)


def test_a_start_in_silence_moves_to_where_the_word_is_heard() -> None:
    loudness = measure_loudness(speech_between(1.0, 1.5))

    assert loudness.moved_start_s(0.8, 1.5, 0.2) == pytest.approx(1.0, abs=0.006)


def test_a_start_inside_the_sound_moves_back_to_its_rise() -> None:
    loudness = measure_loudness(speech_between(1.0, 1.5))

    assert loudness.moved_start_s(1.2, 1.5, 0.2) == pytest.approx(1.0, abs=0.006)


def test_a_start_never_moves_into_the_word_before() -> None:
    loudness = measure_loudness(speech_between(1.0, 1.5))

    assert loudness.moved_start_s(1.2, 1.5, 1.15) == pytest.approx(1.15, abs=0.006)


@pytest.mark.parametrize(
    "pcm", [np.zeros(0), np.zeros(32_000), np.random.default_rng(2).normal(0, 900, 32_000)]
)
def test_where_noise_and_speech_cannot_be_told_apart_nothing_moves(pcm: np.ndarray) -> None:
    loudness = measure_loudness(Sound(pcm.astype(np.int16), 16_000))

    assert loudness.moved_start_s(0.8, 1.5, 0.2) == 0.8
