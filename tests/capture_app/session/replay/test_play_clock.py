"""The time of a replay: speeds, ends, loops."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.session.replay import SPEEDS, PlayClock

S = 1_000_000_000


def playing(speed: float = 1.0) -> PlayClock:
    clock = PlayClock(10 * S, 20 * S)
    clock.set_speed(speed)
    clock.play()
    clock.advance(0)
    return clock


@pytest.mark.parametrize("speed", SPEEDS)
def test_time_runs_as_fast_as_chosen(speed):
    assert playing(speed).advance(S // 10) == 10 * S + round(speed * S / 10)


def test_a_paused_clock_stands_and_goes_on_without_a_jump():
    clock = playing()
    clock.advance(S)
    clock.pause()
    assert clock.advance(5 * S) == 11 * S
    clock.play()
    clock.advance(9 * S)
    assert clock.advance(10 * S) == 12 * S


def test_it_stops_at_the_end_and_begins_again_when_played():
    clock = playing(16.0)
    assert clock.advance(S) == 20 * S
    assert not clock.is_playing
    clock.play()
    assert clock.t_ns == 10 * S


def test_a_loop_goes_round_and_is_left_by_going_elsewhere():
    clock = playing()
    clock.set_loop(13 * S, 12 * S)  # either way round
    assert clock.t_ns == 12 * S
    assert clock.advance(round(1.5 * S)) == round(12.5 * S)
    clock.seek(15 * S)
    assert clock.loop is None


def test_sound_leads_only_while_the_clock_plays():
    clock = playing()
    clock.follow(14 * S)
    assert clock.t_ns == 14 * S
    clock.pause()
    clock.follow(15 * S)
    assert clock.t_ns == 14 * S


def test_a_speed_that_is_not_offered_is_refused():
    with pytest.raises(ValueError, match="one of"):
        PlayClock(0, S).set_speed(3.0)


@given(
    steps=st.lists(st.integers(0, 3 * S), max_size=20),
    speed=st.sampled_from(SPEEDS),
    loop=st.tuples(st.integers(5 * S, 25 * S), st.integers(5 * S, 25 * S)),
)
def test_the_time_never_leaves_the_recording_nor_a_loop(steps, speed, loop):
    clock = playing(speed)
    clock.set_loop(*loop)
    now_ns = 0
    for step in steps:
        now_ns += step
        assert 10 * S <= clock.advance(now_ns) <= 20 * S
        if clock.loop is not None:
            assert clock.loop[0] <= clock.t_ns <= clock.loop[1]
