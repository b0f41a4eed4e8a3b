"""Which saccades become one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaze_core.similarity import Scanpath, SimplificationThresholds
from gaze_core.similarity.simplification import saccade_path, simplified
from tests.gaze_core.similarity.strategies import scanpaths


def path_of(points, durations):
    x_px, y_px = np.array(points, float).T
    return saccade_path(Scanpath(x_px=x_px, y_px=y_px, duration=durations))


def by_direction(degrees, duration=0.3):
    return SimplificationThresholds(direction_deg=degrees, amplitude_px=0.0, duration=duration)


def by_length(amplitude_px, duration=0.3):
    return SimplificationThresholds(direction_deg=0.0, amplitude_px=amplitude_px, duration=duration)


def test_saccades_in_one_direction_with_a_short_stop_between_become_one():
    found = simplified(
        path_of([(0, 0), (50, 0), (100, 5), (100, 90)], [0.2, 0.1, 0.2, 0.2]), by_direction(45)
    )
    assert (found.dx_px, found.dy_px) == ([100.0, 0.0], [5.0, 85.0])
    assert found.duration == [0.2, 0.2, 0.2]


def test_a_long_stop_keeps_saccades_apart():
    path = path_of([(0, 0), (50, 0), (100, 5), (100, 90)], [0.2, 0.4, 0.2, 0.2])
    assert simplified(path, by_direction(45)) == path


def test_a_short_saccade_joins_the_next():
    found = simplified(path_of([(0, 0), (5, 0), (5, 90), (90, 90)], [0.2, 0.1, 0.4, 0.4]), by_length(10))
    assert (found.dx_px, found.dy_px) == ([5.0, 85.0], [90.0, 0.0])
    assert found.x_px == [0.0, 5.0]


def test_a_short_last_saccade_joins_the_one_before_as_in_the_toolbox():
    found = simplified(path_of([(0, 0), (90, 0), (90, 90), (95, 90)], [0.4, 0.4, 0.2, 0.2]), by_length(10))
    assert (found.dx_px, found.dy_px) == ([90.0, 5.0], [0.0, 90.0])
    assert found.duration == [0.4, 0.4, 0.4, 0.2]  # one too many, which ends the loop there


@pytest.mark.parametrize("degrees", [20.0, 25.0])
def test_the_turn_decides_at_its_threshold(degrees):
    turn_deg = 22.0
    end = (50 + 50 * math.cos(math.radians(turn_deg)), 50 * math.sin(math.radians(turn_deg)))
    found = simplified(path_of([(0, 0), (50, 0), end], [0.1, 0.1, 0.1]), by_direction(degrees))
    assert len(found.dx_px) == (1 if degrees > turn_deg else 2)


def test_fixations_at_one_place_have_no_direction():
    path = path_of([(5, 5), (5, 5), (50, 5)], [0.1, 0.1, 0.1])
    assert simplified(path, by_direction(180)) == path


@given(
    scanpaths(min_size=3, max_size=15), st.floats(1, 300), st.floats(1, 180), st.sampled_from([0.1, 0.3, 1.0])
)
def test_something_is_always_left_and_never_more_than_before(path, amplitude_px, direction_deg, duration):
    thresholds = SimplificationThresholds(
        direction_deg=direction_deg, amplitude_px=amplitude_px, duration=duration
    )
    before = saccade_path(path)
    found = simplified(before, thresholds)
    count = len(found.dx_px)
    assert 1 <= count <= len(before.dx_px)
    assert len(found.x_px) == len(found.y_px) == len(found.dy_px) == count
    assert len(found.duration) >= count
    assert (found.x_px[0], found.y_px[0]) == (before.x_px[0], before.y_px[0])
