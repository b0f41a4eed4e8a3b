"""Clicks and edges of light are found between the samples, whatever the wiring."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaze_core.onsets import EdgeWindow, click_shape, find_click, find_edges

RATES_HZ = [16_000.0, 44_100.0, 48_000.0, 96_000.0]


def shifted_click(rate_hz: float, place: float, count: int) -> np.ndarray:
    """The click with its middle between samples: the same formula, evaluated off the grid."""
    t_s = (np.arange(count) - place) / rate_hz
    constant = np.exp(-0.5 * (2 * np.pi * 2000.0 * 125e-6) ** 2)
    return np.exp(-0.5 * (t_s / 125e-6) ** 2) * (np.cos(2 * np.pi * 2000.0 * t_s) - constant) / (1 - constant)


@given(
    rate_hz=st.sampled_from(RATES_HZ),
    fraction=st.floats(0.0, 1.0),
    height=st.floats(0.05, 1.0),
    is_inverted=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_a_click_in_noise_is_found_between_samples(rate_hz, fraction, height, is_inverted, seed):
    place = 900.0 + fraction
    height = -height if is_inverted else height
    noise = np.random.default_rng(seed).normal(0.0, abs(height) / 100.0, 2000)
    found = find_click(height * shifted_click(rate_hz, place, 2000) + noise, click_shape(rate_hz), 500, 1500)
    assert found.frame == pytest.approx(place, abs=0.1)
    assert found.height == pytest.approx(height, rel=0.2)  # lower where it falls between samples


def test_a_click_that_is_heard_through_a_mains_hum_and_an_offset_is_found():
    t_s = np.arange(9600) / 48_000
    signal = 0.3 * shifted_click(48_000, 4800.4, 9600) + 0.02 * np.sin(2 * np.pi * 50 * t_s) + 0.05
    assert find_click(signal, click_shape(48_000), 2000, 9000).frame == pytest.approx(4800.4, abs=0.1)


@given(seed=st.integers(0, 10_000))
def test_noise_alone_holds_no_click(seed):
    noise = np.random.default_rng(seed).normal(0.0, 100.0, 16_000)
    assert find_click(noise, click_shape(48_000), 100, 15_900) is None


def test_silence_holds_no_click():
    assert find_click(np.zeros(1000), click_shape(48_000), 0, 1000) is None


def test_a_click_outside_the_part_is_not_found():
    signal = shifted_click(48_000, 300.0, 2000)
    assert find_click(signal, click_shape(48_000), 800, 1900) is None


@pytest.mark.parametrize(("first", "last"), [(-500, 3), (1990, 5000), (50, 50)])
def test_a_part_outside_the_signal_holds_no_click(first, last):
    assert find_click(np.ones(2000), click_shape(48_000), first, last) is None


def light(places: list[float], count: int, *, rise_frames: float, decay_frames: float = np.inf) -> np.ndarray:
    """Light going on and off in turn at its half height; held by the sound card, or decaying."""
    frames = np.arange(count, dtype=float)
    signal = np.zeros(count)
    for number, place in enumerate(places):
        since = frames - place
        step = np.clip(since / rise_frames + 0.5, 0.0, 1.0)
        fade = np.exp(-np.maximum(since, 0.0) / decay_frames) if np.isfinite(decay_frames) else 1.0
        signal += (1 - 2 * (number % 2)) * step * fade
    return signal


def windows_of(places: list[float]) -> tuple[EdgeWindow, ...]:
    return tuple(
        EdgeWindow(first_frame=int(place) - 700, last_frame=int(place) + 4000, is_rising=number % 2 == 0)
        for number, place in enumerate(places)
    )


@given(
    fraction=st.floats(0.0, 1.0),
    height=st.floats(500.0, 20_000.0),
    is_inverted=st.booleans(),
    rise_frames=st.floats(2.0, 200.0),
    seed=st.integers(0, 1000),
)
def test_edges_of_light_are_found_at_half_their_height(fraction, height, is_inverted, rise_frames, seed):
    places = [3000.0 + fraction, 12_000.0 + fraction, 21_000.0 + fraction, 30_000.0 + fraction]
    noise = np.random.default_rng(seed).normal(0.0, height / 500.0, 36_000)
    signal = (-height if is_inverted else height) * light(places, 36_000, rise_frames=rise_frames) + noise
    found = find_edges(signal, windows_of(places), 1440)
    # The noise of 0.2 % lifts the height by four of its SD and moves a slow edge by as much of its slope.
    assert [edge.frame for edge in found] == pytest.approx(places, abs=0.1 + 0.02 * rise_frames)
    assert all((edge.height > 0) == ((number % 2 == 0) != is_inverted) for number, edge in enumerate(found))


def test_edges_are_found_through_an_input_that_holds_back_the_constant_part():
    places = [3000.25, 12_000.25, 21_000.25, 30_000.25]
    signal = 8000.0 * light(places, 36_000, rise_frames=48.0, decay_frames=960.0)
    found = find_edges(signal, windows_of(places), 1440)
    assert [edge.frame for edge in found] == pytest.approx(places, abs=2.0)  # 0.04 ms: decay during the rise


def test_one_disturbance_does_not_move_the_other_edges():
    places = [3000.5, 12_000.5, 21_000.5, 30_000.5, 39_000.5, 48_000.5]
    signal = 1000.0 * light(places, 54_000, rise_frames=10.0)
    signal[22_000:22_020] += 30_000.0
    found = find_edges(signal, windows_of(places), 1440)
    assert [edge.frame for edge in found] == pytest.approx(places, abs=0.5)


def test_a_change_without_light_has_no_edge_and_the_others_have():
    places = [3000.0, 12_000.0, 21_000.0, 30_000.0, 39_000.0, 48_000.0]
    signal = 1000.0 * light(places, 54_000, rise_frames=10.0, decay_frames=900.0)
    signal[20_000:26_000] = 0.0
    found = find_edges(signal, windows_of(places), 1440)
    assert [edge is None for edge in found] == [False, False, True, False, False, False]


@given(seed=st.integers(0, 1000))
def test_a_microphone_without_a_photodiode_shows_no_edges(seed):
    places = [3000.0, 12_000.0, 21_000.0, 30_000.0]
    noise = np.random.default_rng(seed).normal(0.0, 300.0, 36_000)
    assert find_edges(noise, windows_of(places), 1440) == (None,) * 4


def test_windows_that_leave_the_signal_have_no_edge():
    windows = (
        EdgeWindow(first_frame=10, last_frame=100, is_rising=True),
        EdgeWindow(first_frame=900, last_frame=1200, is_rising=True),
    )
    assert find_edges(np.zeros(1000), windows, 50) == (None, None)


def test_where_nothing_is_looked_for_nothing_is_found():
    assert find_edges(np.zeros(1000), (), 50) == ()
