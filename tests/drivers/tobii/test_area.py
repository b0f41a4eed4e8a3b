"""Eye positions count from the screen's centre, however the tracker sits below it."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest
from fake_backend import AREA
from hypothesis import given
from hypothesis import strategies as st

from drivers.tobii.area import corners_text, is_same_area, screen_frame
from drivers.tobii.backend import DisplayArea

metres_mm = st.floats(-1500.0, 1500.0)
points = st.tuples(metres_mm, metres_mm, metres_mm)


def area_of(centre, right, up, width_mm, height_mm) -> DisplayArea:
    """A screen whose edges have these directions (unit vectors in the user coordinate system)."""
    centre, right, up = (np.array(each, float) for each in (centre, right, up))
    corner = {
        (x, y): tuple(centre + x * right * width_mm / 2 + y * up * height_mm / 2)
        for x in (-1, 1)
        for y in (-1, 1)
    }
    return DisplayArea(
        top_left_mm=corner[-1, 1],
        top_right_mm=corner[1, 1],
        bottom_left_mm=corner[-1, -1],
        bottom_right_mm=corner[1, -1],
        width_mm=width_mm,
        height_mm=height_mm,
    )


@st.composite
def screens(draw):
    """Screens tilted up to 60 deg, turned up to 45 deg and rolled up to 20 deg, with their axes."""
    tilt, turn, roll = (math.radians(draw(st.floats(-limit, limit))) for limit in (60, 45, 20))
    about_x = np.array([[1, 0, 0], [0, math.cos(tilt), -math.sin(tilt)], [0, math.sin(tilt), math.cos(tilt)]])
    about_y = np.array([[math.cos(turn), 0, math.sin(turn)], [0, 1, 0], [-math.sin(turn), 0, math.cos(turn)]])
    about_z = np.array([[math.cos(roll), -math.sin(roll), 0], [math.sin(roll), math.cos(roll), 0], [0, 0, 1]])
    axes = about_y @ about_x @ about_z
    centre = np.array(draw(points))
    size = draw(st.tuples(st.floats(100, 1000), st.floats(100, 800)))
    return area_of(centre, axes[:, 0], axes[:, 1], *size), centre, axes


@given(screens(), points)
def test_a_point_built_from_the_screen_s_own_axes_is_found_again(screen, where):
    area, centre, axes = screen
    right, up, towards_user = axes.T
    x_mm, y_mm, z_mm = where
    point = centre + x_mm * right - y_mm * up + z_mm * towards_user
    found = screen_frame(area).from_user_coordinates(point[np.newaxis])[0]
    assert found == pytest.approx(where, abs=1e-6)


@given(screens())
def test_the_corners_lie_where_the_size_says(screen):
    area = screen[0]
    frame = screen_frame(area)
    half_x, half_y = area.width_mm / 2, area.height_mm / 2
    corners = np.array([area.top_left_mm, area.top_right_mm, area.bottom_left_mm, area.bottom_right_mm])
    expected = [[-half_x, -half_y, 0], [half_x, -half_y, 0], [-half_x, half_y, 0], [half_x, half_y, 0]]
    assert frame.from_user_coordinates(corners) == pytest.approx(np.array(expected), abs=1e-6)


@given(screens(), points, points)
def test_distances_stay_what_they_are(screen, one, other):
    found = screen_frame(screen[0]).from_user_coordinates(np.array([one, other]))
    assert math.dist(*found) == pytest.approx(math.dist(one, other), abs=1e-6)


def test_a_head_before_an_upright_screen_in_numbers():
    """The tracker is 30 mm below and 10 mm before the screen; the head 650 mm before the screen."""
    area = area_of((0, 30 + 150, -10), (1, 0, 0), (0, 1, 0), 530, 300)
    head = np.array([[40.0, 230.0, 640.0], [np.nan, 0.0, 0.0]])
    found = screen_frame(area).from_user_coordinates(head)
    assert found[0].tolist() == [40.0, -50.0, 650.0]
    assert np.isnan(found[1]).any()


def test_axes_stand_upright_on_each_other_although_the_corners_are_a_little_askew():
    askew = dataclasses.replace(AREA, bottom_left_mm=(-250.0, 45.0, 6.0), bottom_right_mm=(278.0, 45.0, 6.0))
    axes = screen_frame(askew).axes
    assert axes @ axes.T == pytest.approx(np.eye(3), abs=1e-12)


@pytest.mark.parametrize(
    "corner", [(math.nan, 0.0, 0.0), AREA.top_left_mm, (0.0, 330.0, math.inf)], ids=["nan", "flat", "inf"]
)
def test_corners_that_span_nothing_give_no_frame(corner):
    assert screen_frame(dataclasses.replace(AREA, top_right_mm=corner)) is None
    assert screen_frame(dataclasses.replace(AREA, bottom_left_mm=corner)) is None


def test_a_screen_moved_by_a_millimetre_is_another_one():
    nearly = dataclasses.replace(AREA, top_left_mm=(-264.01, 330.0, 90.0))
    moved = dataclasses.replace(AREA, top_left_mm=(-265.0, 330.0, 90.0))
    assert is_same_area(AREA, nearly)
    assert not is_same_area(AREA, moved)


def test_all_four_corners_are_kept_as_text():
    assert json.loads(corners_text(AREA)) == {
        "top_left": [-264.0, 330.0, 90.0],
        "top_right": [264.0, 330.0, 90.0],
        "bottom_left": [-264.0, 45.0, 6.0],
        "bottom_right": [264.0, 45.0, 6.0],
    }
