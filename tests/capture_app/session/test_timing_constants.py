"""Measured constants: whose they are, where they are kept, what they say."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.session.port import ScreenFacts
from capture_app.session.timing_constants import (
    ConstantName,
    TimingConstant,
    TimingConstants,
    as_documents,
    constant,
    monitor_key,
    tracker_key,
)
from capture_app.session.timing_findings import Unmeasured
from capture_app.session.timing_sentences import methods_sentences
from capture_app.session.timing_store import TimingStore, TimingStoreError

FACTS = ScreenFacts(name="DP-1", model="RX360", serial="77", width_px=1536, height_px=2048, refresh_hz=59.95)
MONITOR = "RX360, DP-1, 77, 1536 x 2048 at 60 Hz"
ONSET = constant(ConstantName.ONSET, MONITOR, [20.0, 22.0], "photodiode", systematic_ms=2.5)
SOUND = constant(ConstantName.AUDIO_INPUT, "Line In, ALSA", [7.0, 7.5], "click loop-back")
TRACKER = constant(ConstantName.TRACKER_DELIVERY, "tobii, Spectrum, S1, 600 Hz", [3.0, 4.0], "readings")
NUMBERS = st.floats(-1e6, 1e6)


@given(
    values=st.lists(
        st.builds(
            TimingConstant,
            name=st.sampled_from(ConstantName),
            device=st.text(max_size=40),
            unit=st.sampled_from(["ms", "ppm"]),
            mean=NUMBERS,
            sd=NUMBERS,
            systematic=NUMBERS,
            count=st.integers(0, 10**6),
            method=st.text(max_size=40),
            measured_on=st.text(max_size=20),
        ),
        max_size=6,
    )
)
def test_what_is_stored_is_read_back_the_same(tmp_path_factory, values):
    store = TimingStore(tmp_path_factory.mktemp("store") / "timing.json")
    constants = TimingConstants(constants=tuple(values))
    store.save(constants)
    assert store.load().constants == constants


def test_without_a_file_there_are_no_constants(tmp_path):
    loaded = TimingStore(tmp_path / "none.json").load()
    assert (loaded.constants, loaded.notice) == (TimingConstants(), "")


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"version": 2}', b'{"version": 1, "constants": [{}]}', b"[" * 100_000, b"\xff"],
)
def test_a_file_that_cannot_be_understood_is_kept_aside_and_told(tmp_path, content):
    path = tmp_path / "timing.json"
    path.write_bytes(content)
    loaded = TimingStore(path).load()
    assert loaded.constants == TimingConstants()
    assert "Measure them again" in loaded.notice
    assert (tmp_path / "timing.json.broken").read_bytes() == content


def test_a_file_that_is_far_too_large_is_not_read(tmp_path):
    path = tmp_path / "timing.json"
    with path.open("wb") as file:
        file.truncate(10 * 1024 * 1024)
    assert "far too large" in TimingStore(path).load().notice


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(TimingStoreError, match="could not be saved"):
        TimingStore(tmp_path / "file" / "timing.json").save(TimingConstants())


def test_a_new_measurement_replaces_the_old_one_of_the_same_device_only():
    other = replace(ONSET, device="other monitor")
    newer = replace(ONSET, mean=30.0)
    kept = TimingConstants(constants=(ONSET, other)).with_new([newer])
    assert kept.constants == (other, newer)


def test_an_upper_bound_gives_way_to_the_onset_itself():
    bound = replace(ONSET, name=ConstantName.ONSET_BOUND)
    assert TimingConstants(constants=(bound,)).with_new([ONSET]).constants == (ONSET,)


def test_an_onset_stays_beside_an_upper_bound_that_agrees_and_goes_where_it_is_contradicted():
    above = replace(ONSET, name=ConstantName.ONSET_BOUND, mean=ONSET.mean + 20.0)
    below = replace(ONSET, name=ConstantName.ONSET_BOUND, mean=ONSET.mean - 20.0)
    assert TimingConstants(constants=(ONSET,)).with_new([above]).constants == (ONSET,)
    assert TimingConstants(constants=(ONSET,)).with_new([below]).constants == (below,)


def test_a_session_gets_the_constants_of_its_own_monitor_and_tracker():
    every = TimingConstants(constants=(ONSET, SOUND, TRACKER))
    assert every.for_session(MONITOR, "mock").constants == (ONSET, SOUND)
    assert every.for_session("another", TRACKER.device).constants == (SOUND, TRACKER)


def test_another_mode_of_a_monitor_is_another_device():
    assert monitor_key(FACTS) == MONITOR
    assert monitor_key(replace(FACTS, refresh_hz=30.0)) != MONITOR
    assert monitor_key(replace(FACTS, refresh_hz=math.nan)) == "RX360, DP-1, 77, 1536 x 2048"


def test_a_tracker_at_another_rate_is_another_device():
    info = {"driver": "tobii", "model": "Spectrum", "serial": "S1", "rate_hz": 600.0}
    assert tracker_key(info) == TRACKER.device
    assert tracker_key({**info, "rate_hz": 1200.0}) != TRACKER.device
    assert tracker_key({"driver": "mock"}) == "mock"


def test_a_recording_gets_each_constant_as_json_by_name():
    second = replace(SOUND, device="USB, ALSA")
    documents = as_documents(TimingConstants(constants=(ONSET, SOUND, second)))
    assert list(documents) == ["onset_latency", "audio_input_latency", "audio_input_latency_2"]
    onset = json.loads(documents["onset_latency"])
    assert onset["mean_ms"] == 21.0
    assert onset["sd_ms"] == pytest.approx(math.sqrt(2))
    assert (onset["count"], onset["device"], onset["method"]) == (2, MONITOR, "photodiode")


def test_the_sentences_tell_the_figures_the_device_and_the_method():
    (sentence, *_) = methods_sentences(TimingConstants(constants=(ONSET,)))
    assert sentence.startswith("Light followed the presented frame by 21.00 ms (SD 1.41 ms, n = 2, uncertain")
    assert f"{MONITOR}; photodiode; {ONSET.measured_on[:10]}" in sentence


def test_the_sentences_name_what_was_not_measured_with_the_reason_where_it_is_known():
    missing = Unmeasured(what="The latency of sound", why="no cable")
    text = " ".join(methods_sentences(TimingConstants(constants=(ONSET,)), [missing]))
    assert "The latency of sound stays unmeasured: no cable." in text
    assert "The delivery latency of the tracker was not measured." in text
    assert "The time from presentation to light" not in text
    assert "artificial eye" in text


def test_an_upper_bound_does_not_pass_for_the_onset():
    bound = replace(ONSET, name=ConstantName.ONSET_BOUND)
    text = " ".join(methods_sentences(TimingConstants(constants=(bound,))))
    assert "by at most 21.00 ms" in text
    assert "The time from presentation to light was not measured." in text


def test_an_onset_that_was_entered_by_hand_is_told_as_such():
    text = " ".join(methods_sentences(TimingConstants(), entered_onset_ms=(12.5, 0.8)))
    assert "Light followed the presented frame by 12.50 ms (SD 0.80 ms; entered in the settings)." in text
    assert "The time from presentation to light" not in text


def test_the_file_lies_beside_the_settings():
    assert TimingStore().path.name == "timing.json"
    assert isinstance(TimingStore().path, Path)


def test_constants_that_cannot_be_read_are_kept_aside_and_not_replaced(tmp_path: Path) -> None:
    store = TimingStore(tmp_path / "timing.json")
    store.path.mkdir()  # nothing else cannot be read by everybody, on every system
    (store.path / "precious").write_text("measured")
    loaded = store.load()
    assert "cannot be read" in loaded.notice
    store.save(loaded.constants)
    kept = [path for path in tmp_path.iterdir() if path != store.path]
    assert [(path / "precious").read_text() for path in kept] == ["measured"]
