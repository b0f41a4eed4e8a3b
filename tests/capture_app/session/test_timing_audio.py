"""Click loop-back: the round trip is found, split as far as it can be known, and what is missing is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sound_fakes import LINE_IN, LINE_OUT, FakeSound

from capture_app.acquisition.audio import SoundError
from capture_app.session.timing_audio import (
    ClickRun,
    SoundChoice,
    audio_findings,
    click_train,
    listen_for_drift,
    play_clicks,
    steady_ms,
)
from capture_app.session.timing_constants import ConstantName
from capture_app.session.timing_findings import Unmeasured


def clicks(sound: FakeSound, choice: SoundChoice | None = None) -> ClickRun | Unmeasured:
    return play_clicks(sound, choice or SoundChoice(), 2.0, sound.wait)


def constants_of(*sounds: FakeSound) -> dict:
    return {each.name: each for each in audio_findings([clicks(sound) for sound in sounds]).constants}


@settings(max_examples=5)
@given(out_ms=st.floats(0.0, 200.0), in_ms=st.floats(0.0, 100.0), ppm=st.floats(-150.0, 150.0))
def test_the_round_trip_is_found_whatever_the_latencies_and_the_clock(out_ms, in_ms, ppm):
    found = constants_of(FakeSound(output_latency_ms=out_ms, input_latency_ms=in_ms, ppm=ppm))
    both = found[ConstantName.AUDIO_ROUND_TRIP]
    assert both.mean == pytest.approx(out_ms + in_ms, abs=0.1)
    assert both.sd < 0.1
    assert both.count >= 8


def test_the_round_trip_is_split_by_what_portaudio_states_and_the_rest_is_left_open():
    found = constants_of(FakeSound(stated_s=(0.010, 0.030)))
    assert found[ConstantName.AUDIO_INPUT].mean == pytest.approx(19.25 / 4, abs=0.05)
    assert found[ConstantName.AUDIO_OUTPUT].mean == pytest.approx(19.25 * 3 / 4, abs=0.05)
    assert found[ConstantName.AUDIO_INPUT].systematic == pytest.approx(19.25 * 3 / 4, abs=0.1)
    assert "assumed" in found[ConstantName.AUDIO_INPUT].method


def test_where_nothing_is_stated_it_is_split_in_halves():
    found = constants_of(FakeSound())
    assert found[ConstantName.AUDIO_INPUT].mean == pytest.approx(19.25 / 2, abs=0.05)
    assert "in halves (assumed)" in found[ConstantName.AUDIO_INPUT].method


def test_the_truth_lies_within_what_is_left_open():
    found = constants_of(FakeSound(output_latency_ms=30.0, input_latency_ms=2.0))
    assert abs(found[ConstantName.AUDIO_INPUT].mean - 2.0) <= found[ConstantName.AUDIO_INPUT].systematic


def test_openings_whose_buffers_settle_differently_widen_the_sd():
    found = constants_of(FakeSound(), FakeSound(output_latency_ms=14.67), FakeSound())
    assert found[ConstantName.AUDIO_ROUND_TRIP].sd > 1.0
    assert found[ConstantName.AUDIO_ROUND_TRIP].count == 24


def test_an_opening_in_which_the_output_ran_dry_does_not_count():
    disturbed = clicks(FakeSound(gap_at_block=200, output_latency_ms=60.0))
    assert disturbed.has_gap
    (both, *_) = audio_findings([disturbed, clicks(FakeSound())]).constants
    assert both.mean == pytest.approx(19.25, abs=0.1)


def test_where_every_opening_was_disturbed_nothing_is_measured():
    findings = audio_findings([clicks(FakeSound(gap_at_block=200))])
    assert findings.constants == ()
    assert "lost on the way each time" in findings.unmeasured[0].sentence


def test_without_a_cable_it_says_how_to_connect_one():
    findings = audio_findings([clicks(FakeSound(has_cable=False))])
    assert findings.constants == ()
    assert (
        "0 of 8 clicks came back into Line In at one steady delay of at most 330 ms; lead a cable"
        in findings.unmeasured[0].sentence
    )


@pytest.mark.parametrize("latency_ms", [400.0, 600.0, 650.0, 900.0])
def test_a_way_longer_than_the_gaps_is_never_taken_for_a_short_one(latency_ms):
    sounds = [FakeSound(output_latency_ms=latency_ms) for _ in range(3)]
    runs = [play_clicks(sound, SoundChoice(), 7.0, sound.wait) for sound in sounds]
    findings = audio_findings(runs)
    assert findings.constants == ()
    assert "at one steady delay" in findings.unmeasured[0].why


def test_a_noise_in_place_of_a_click_does_not_count():
    assert steady_ms((19.2, 19.3, None, 240.0, 19.25)) == (19.2, 19.3, None, None, 19.25)
    assert steady_ms((None, None)) == (None, None)


def test_an_output_of_another_rate_is_told_and_not_measured():
    run = replace(clicks(FakeSound()), played_rate_hz=44_100.0)
    findings = audio_findings([run])
    assert "44100 frames a second" in findings.unmeasured[0].why


@pytest.mark.parametrize(
    ("devices", "what"), [((), "no sound input is attached"), ((LINE_IN,), "no sound output is attached")]
)
def test_a_device_that_is_missing_is_named(devices, what):
    assert what in clicks(FakeSound(devices=devices)).why


def test_a_system_without_sound_says_why():
    assert clicks(FakeSound(problem="PortAudio is missing.")).sentence == (
        "The latency of sound stays unmeasured: PortAudio is missing."
    )


def test_a_device_that_was_named_and_is_not_there_is_an_error():
    with pytest.raises(SoundError, match="headset"):
        clicks(FakeSound(), SoundChoice(input_name="headset"))
    with pytest.raises(SoundError, match="missing"):
        clicks(FakeSound(problem="PortAudio is missing."), SoundChoice(input_name="headset"))


def test_a_device_that_cannot_be_opened_says_why():
    assert clicks(FakeSound(refusal="Line In is held by another program.")).why == (
        "Line In is held by another program"
    )


def test_an_input_that_breaks_off_does_not_hold_anything_up():
    class Breaking(FakeSound):
        def wait(self, seconds: float) -> None:
            super().wait(seconds)
            if self.heard_s > 3.0:
                self.problem = "Line In delivered nothing for 1.5 s."

    sound = Breaking()
    assert clicks(sound).heard is LINE_IN
    assert sound.heard_s < 3.1


def test_clicks_come_at_jittered_times_and_never_closer_than_the_longest_round_trip():
    train = click_train(20.0)
    gaps = np.diff(train.frames)
    assert len(train.frames) == 40
    assert gaps.min() > 0.33 * 48_000
    assert len(set(gaps)) > 30
    assert np.abs(train.pcm).max() < 17_000


def test_the_clocks_of_input_and_output_are_compared_with_the_hosts():
    sound = FakeSound(ppm=120.0)
    found = {each.name: each for each in listen_for_drift(sound, SoundChoice(), 20.0, sound.wait).constants}
    for name, device in (
        (ConstantName.AUDIO_INPUT_DRIFT, LINE_IN),
        (ConstantName.AUDIO_OUTPUT_DRIFT, LINE_OUT),
    ):
        assert found[name].mean == pytest.approx(120.0, abs=3 * found[name].sd)
        assert found[name].device == device.full_name
        assert found[name].unit == "ppm"


def test_an_input_heard_for_too_short_a_time_has_no_drift():
    sound = FakeSound()
    findings = listen_for_drift(sound, SoundChoice(), 0.3, sound.wait)
    assert findings.constants == ()
    assert "too little was heard" in findings.unmeasured[0].why
