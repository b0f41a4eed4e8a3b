from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.session.speech.sound import ENGINE_RATE_HZ, Sound, at_engine_rate, resampled

RATES = st.sampled_from([8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000])


def tone(rate_hz: int, frequency_hz: float, seconds: float = 0.5) -> np.ndarray:
    return 10_000.0 * np.sin(2 * np.pi * frequency_hz * np.arange(round(rate_hz * seconds)) / rate_hz)


@given(RATES, st.floats(100, 3000))
def test_a_tone_keeps_its_frequency_level_and_time_at_another_rate(rate_hz: int, frequency_hz: float) -> None:
    changed = at_engine_rate(Sound(tone(rate_hz, frequency_hz).astype(np.int16), rate_hz))

    expected = tone(ENGINE_RATE_HZ, frequency_hz)
    middle = slice(200, -200)
    assert len(changed.pcm) == pytest.approx(len(expected), abs=1)
    length = min(len(changed.pcm), len(expected))
    assert np.abs(changed.pcm[:length][middle] - expected[:length][middle]).max() < 20


def test_a_tone_above_the_new_nyquist_frequency_does_not_fold_back() -> None:
    changed = at_engine_rate(Sound(tone(48_000, 9_500).astype(np.int16), 48_000))

    assert np.abs(changed.pcm[200:-200]).max() <= 3


def test_a_click_stays_at_its_time() -> None:
    pcm = np.zeros(48_000, np.int16)
    pcm[24_000] = 30_000

    assert int(np.argmax(np.abs(at_engine_rate(Sound(pcm, 48_000)).pcm))) == 8_000


@given(RATES, RATES, st.integers(0, 300))
def test_any_length_can_be_changed(rate_hz: int, wanted_hz: int, count: int) -> None:
    changed = resampled(Sound(np.full(count, 100, np.int16), rate_hz), wanted_hz)

    assert changed.rate_hz == wanted_hz
    assert changed.duration_s == pytest.approx(count / rate_hz, abs=1 / wanted_hz)
