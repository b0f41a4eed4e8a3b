"""Photodiode on the corner patch: light is found, the latency of the input is taken off, doubt is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sound_fakes import LINE_IN, START_NS, FakeSound

from capture_app.acquisition.audio import SoundError
from capture_app.session.port import ScreenFacts
from capture_app.session.timing_audio import SoundChoice
from capture_app.session.timing_constants import ConstantName, TimingConstants, constant
from capture_app.session.timing_onset import PatchFlip, PatchRun, measure_onset

FACTS = ScreenFacts(name="DP-1", model="RX360", serial="77", width_px=1536, height_px=2048, refresh_hz=60.0)
MONITOR = "RX360, DP-1, 77, 1536 x 2048 at 60 Hz"
INPUT = constant(ConstantName.AUDIO_INPUT, LINE_IN.full_name, [7.25], "click loop-back", systematic_ms=4.0)
KNOWN = TimingConstants(constants=(INPUT,))


class Screen:
    """A patch that is presented at random times, and light that follows it."""

    def __init__(self, sound: FakeSound, *, to_bright_ms: float = 20.0, to_dark_ms: float = 26.0) -> None:
        self._sound = sound
        gaps_s = np.random.default_rng(8).uniform(0.3, 0.6, 40)
        self._presented_ns = START_NS + np.round((2.0 + np.cumsum(gaps_s)) * 1e9).astype(np.int64)
        self._delays_ns = np.where(np.arange(40) % 2 == 0, to_bright_ms, to_dark_ms) * 1e6
        self.is_complete = True
        self.shown = 40

    def light(self, host_ns: np.ndarray) -> np.ndarray:
        level = np.zeros(len(host_ns))
        for number in range(self.shown):
            since_ms = (host_ns - self._presented_ns[number] - self._delays_ns[number]) / 1e6
            level += (1 - 2 * (number % 2)) * np.clip(since_ms / 4.0 + 0.5, 0.0, 1.0)  # 4 ms to turn
        return 9000.0 * level

    def flip(self) -> PatchRun:
        flips = tuple(
            PatchFlip(t_presented_host_ns=int(t_ns), is_bright=number % 2 == 0)
            for number, t_ns in enumerate(self._presented_ns)
        )
        self._sound.wait(22.0)
        return PatchRun(flips=flips, facts=FACTS, is_complete=self.is_complete)


def measure(known: TimingConstants = KNOWN, *, wired: bool = True, **screen_values):
    sound = FakeSound(noise=12.0)
    screen = Screen(sound, **screen_values)
    sound.light_at = screen.light if wired else None
    return measure_onset(sound, SoundChoice(), screen.flip, known, sound.wait)


def test_light_is_timed_against_the_presented_frame_without_the_latency_of_the_input():
    found = {each.name: each for each in measure().constants}
    assert found[ConstantName.ONSET].mean == pytest.approx(23.0, abs=0.15)
    assert found[ConstantName.ONSET].sd == pytest.approx(3.04, abs=0.1)  # two turns of light, 6 ms apart
    assert found[ConstantName.ONSET].count == 40
    assert found[ConstantName.ONSET].device == MONITOR
    assert found[ConstantName.ONSET].systematic == 4.0
    assert found[ConstantName.ONSET_TO_BRIGHT].mean == pytest.approx(20.0, abs=0.15)
    assert found[ConstantName.ONSET_TO_DARK].mean == pytest.approx(26.0, abs=0.15)


@settings(max_examples=4)
@given(delay_ms=st.floats(1.0, 200.0))
def test_any_delay_of_a_screen_is_found(delay_ms):
    findings = measure(to_bright_ms=delay_ms, to_dark_ms=delay_ms)
    assert [flip.latency_ms for flip in findings.flips] == pytest.approx([delay_ms] * 40, abs=0.3)


def test_every_change_is_listed_with_its_own_latency():
    flips = measure().flips
    assert [flip.is_bright for flip in flips[:4]] == [True, False, True, False]
    assert [flip.latency_ms for flip in flips[:4]] == pytest.approx([20.0, 26.0, 20.0, 26.0], abs=0.3)


def test_an_input_whose_own_latency_is_unknown_gives_an_upper_bound_only():
    found = {each.name: each for each in measure(TimingConstants()).constants}
    assert ConstantName.ONSET not in found
    assert found[ConstantName.ONSET_BOUND].mean == pytest.approx(23.0 + 7.25, abs=0.15)
    assert "still in it" in found[ConstantName.ONSET_BOUND].method
    assert set(found) == {
        ConstantName.ONSET_BOUND,
        ConstantName.ONSET_TO_BRIGHT_BOUND,
        ConstantName.ONSET_TO_DARK_BOUND,
    }


def test_how_differently_the_input_settles_at_each_opening_is_left_open():
    audio = replace(INPUT, sd=1.5)
    found = {each.name: each for each in measure(TimingConstants(constants=(audio,))).constants}
    assert found[ConstantName.ONSET].systematic == 4.0 + 1.5


def test_the_latency_of_another_input_is_not_used():
    other = constant(ConstantName.AUDIO_INPUT, "Other, ALSA", [3.0], "click loop-back")
    names = {each.name for each in measure(TimingConstants(constants=(other,))).constants}
    assert ConstantName.ONSET not in names


def test_without_a_photodiode_it_says_how_to_connect_one():
    findings = measure(wired=False)
    assert findings.constants == ()
    assert "light followed 0 of 40 changes in Line In; lead a photodiode" in findings.unmeasured[0].sentence


def test_an_assumed_input_latency_that_would_put_light_before_its_frame_is_refused():
    assumed = constant(ConstantName.AUDIO_INPUT, LINE_IN.full_name, [80.0], "click loop-back")
    findings = measure(TimingConstants(constants=(assumed,)))
    assert findings.constants == ()
    assert "before its frame" in findings.unmeasured[0].why


def test_a_window_that_was_closed_early_measures_nothing():
    sound = FakeSound()
    screen = Screen(sound)
    sound.light_at, screen.is_complete = screen.light, False
    findings = measure_onset(sound, SoundChoice(), screen.flip, KNOWN, sound.wait)
    assert findings.constants == ()
    assert "by Esc" in findings.unmeasured[0].why


def test_a_system_without_sound_flips_nothing():
    sound = FakeSound(devices=())

    def never() -> PatchRun:
        raise AssertionError("the window was opened for nothing")

    findings = measure_onset(sound, SoundChoice(), never, KNOWN, sound.wait)
    assert "no sound input is attached" in findings.unmeasured[0].why


def test_an_input_that_was_named_and_is_not_there_is_an_error():
    sound = FakeSound()
    with pytest.raises(SoundError, match="diode"):
        measure_onset(sound, SoundChoice(input_name="diode"), Screen(sound).flip, KNOWN, sound.wait)
