"""Geometry: known numbers, reversibility under zoom, pan, scaling and monitor origin."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaze_core.geometry import (
    Placement,
    Rect,
    Screen,
    ViewingGeometry,
    angle_between_deg,
    direction_to_vector,
    vector_to_direction,
)

REFLACX_SCREEN = Screen(width_px=3840, height_px=2160, width_mm=597.7, height_mm=336.22)
DESK = ViewingGeometry(REFLACX_SCREEN, 600.0)

coordinates = st.floats(-0.5, 1.5)
screens = st.builds(
    Screen,
    width_px=st.integers(640, 7680),
    height_px=st.integers(480, 4320),
    width_mm=st.floats(200, 1200),
    height_mm=st.floats(150, 800),
    origin_x_px=st.integers(-8000, 8000).map(float),
    origin_y_px=st.integers(-8000, 8000).map(float),
    device_pixel_ratio=st.sampled_from([1.0, 1.25, 1.5, 1.75, 2.0, 3.0]),
)


@st.composite
def placements(draw):
    """A 3000 x 2500 image fitted on a screen, then zoomed up to 70 times and panned to half an image off."""
    zoom = draw(st.floats(1, 70))
    width, height = 3000 / zoom, 2500 / zoom
    src = Rect(draw(st.floats(-1500, 3000)), draw(st.floats(-1250, 2500)), width, height)
    dst_w = draw(st.floats(300, 3840))
    dst = Rect(draw(st.floats(0, 2000)), draw(st.floats(0, 1000)), dst_w, dst_w * 2500 / 3000)
    return Placement(src_image_px=src, dst_screen_px=dst)


def test_the_screen_of_the_published_study_has_67_pixels_per_degree():
    assert pytest.approx(67.3, abs=0.05) == DESK.px_per_deg_centre


def test_both_published_forms_of_pixels_per_degree_agree_to_a_hundredth_percent():
    symmetric = 2 * 600 * math.tan(math.radians(0.5)) * 3840 / 597.7
    assert pytest.approx(symmetric, rel=1.1e-4) == DESK.px_per_deg_centre


def test_a_fixed_figure_is_25_percent_off_at_the_edge_of_a_27_inch_screen():
    edge, _ = DESK.px_per_deg_at(1.0, 0.5)
    centre, _ = DESK.px_per_deg_at(0.5, 0.5)
    assert edge / centre == pytest.approx(1.25, abs=0.005)
    assert centre == pytest.approx(DESK.px_per_deg_centre, rel=2e-4)


@given(x=st.floats(0, 1), y=st.floats(0, 1))
def test_local_pixels_per_degree_match_the_exact_angle_of_one_pixel(x, y):
    per_deg_x, per_deg_y = DESK.px_per_deg_at(x, y)
    angle_x = DESK.angle_between_deg(x - 0.5 / 3840, y, x + 0.5 / 3840, y)
    angle_y = DESK.angle_between_deg(x, y - 0.5 / 2160, x, y + 0.5 / 2160)
    assert 1 / angle_x == pytest.approx(per_deg_x, rel=1e-5)
    assert 1 / angle_y == pytest.approx(per_deg_y, rel=1e-5)


def test_right_and_down_are_positive():
    azimuth, elevation = DESK.norm_to_deg(0.75, 0.75)
    assert azimuth == pytest.approx(math.degrees(math.atan2(597.7 / 4, 600)))
    assert elevation == pytest.approx(math.degrees(math.atan2(336.22 / 4, math.hypot(597.7 / 4, 600))))


def test_an_eye_left_of_the_centre_sees_the_centre_on_its_right():
    azimuth, elevation = DESK.norm_to_deg(0.5, 0.5, (-30.0, -20.0, 500.0))
    assert azimuth == pytest.approx(math.degrees(math.atan2(30, 500)))
    assert elevation == pytest.approx(math.degrees(math.atan2(20, math.hypot(30, 500))))


@given(
    screen=screens,
    distance=st.floats(300, 1200),
    x=coordinates,
    y=coordinates,
    eye=st.tuples(st.floats(-200, 200), st.floats(-200, 200), st.floats(300, 1200)) | st.none(),
)
def test_degrees_and_back_is_within_a_hundredth_pixel(screen, distance, x, y, eye):
    geometry = ViewingGeometry(screen, distance)
    x_again, y_again = geometry.deg_to_norm(*geometry.norm_to_deg(x, y, eye), eye)
    assert abs(x_again - x) * screen.width_px < 0.01
    assert abs(y_again - y) * screen.height_px < 0.01


@given(screen=screens, placement=placements(), x=coordinates, y=coordinates)
def test_desktop_to_image_and_back_is_within_a_hundredth_pixel(screen, placement, x, y):
    logical = screen.norm_to_logical(x, y)
    image = placement.screen_to_image(*screen.norm_to_screen_px(*screen.logical_to_norm(*logical)))
    x_px, y_px = placement.image_to_screen(*image)
    assert abs(x_px - x * screen.width_px) < 0.01
    assert abs(y_px - y * screen.height_px) < 0.01
    x_again, y_again = screen.norm_to_logical(*screen.screen_px_to_norm(x_px, y_px))
    assert abs(x_again - logical[0]) < 0.01
    assert abs(y_again - logical[1]) < 0.01


def test_the_corners_of_a_scaled_second_monitor_are_the_corners_of_norm():
    screen = Screen(
        width_px=2560,
        height_px=1440,
        width_mm=600,
        height_mm=340,
        origin_x_px=1920,
        origin_y_px=-200,
        device_pixel_ratio=1.25,
    )
    assert [float(v) for v in screen.logical_to_norm(1920, -200)] == [0, 0]
    assert [float(v) for v in screen.logical_to_norm(1920 + 2048, -200 + 1152)] == [1, 1]


def test_the_mapping_of_zoom_and_pan_by_numbers():
    placement = Placement(src_image_px=Rect(1000, 500, 600, 500), dst_screen_px=Rect(100, 50, 1200, 1000))
    x, y = placement.screen_to_image([100, 700, 1300, 0], [50, 550, 1050, 0])
    assert x.tolist() == [1000, 1300, 1600, 950]
    assert y.tolist() == [500, 750, 1000, 475]
    assert placement.contains_screen([100, 1300, 1299.9, np.nan], [50, 60, 1049.9, 60]).tolist() == [
        True,
        False,
        True,
        False,
    ]


def test_zooming_in_lowers_image_pixels_per_degree():
    whole = Placement(src_image_px=Rect(0, 0, 3000, 2500), dst_screen_px=Rect(0, 0, 2592, 2160))
    part = Placement(src_image_px=Rect(900, 700, 300, 250), dst_screen_px=Rect(0, 0, 2592, 2160))
    assert whole.image_px_per_deg(DESK) == pytest.approx(DESK.px_per_deg_centre * 3000 / 2592)
    assert part.image_px_per_deg(DESK) == pytest.approx(whole.image_px_per_deg(DESK) / 10)


@given(azimuth=st.floats(-80, 80), elevation=st.floats(-80, 80), length=st.floats(0.1, 2000))
def test_directions_survive_the_way_through_vectors(azimuth, elevation, length):
    vector = direction_to_vector(azimuth, elevation)
    again = vector_to_direction(*(length * component for component in vector))
    assert again[0] == pytest.approx(azimuth, abs=1e-9)
    assert again[1] == pytest.approx(elevation, abs=1e-9)


def test_the_angle_between_directions_is_exact_for_tiny_angles():
    assert angle_between_deg(10, 20, 10, 20) == 0
    assert angle_between_deg(0, 0, 0, 1e-7) == pytest.approx(1e-7, rel=1e-6)
    assert angle_between_deg(-45, 0, 45, 0) == pytest.approx(90)


def test_a_direction_that_never_meets_the_screen_has_no_point_on_it():
    x, y = DESK.deg_to_norm([0, 91, 0], [0, 0, -90])
    assert np.isnan(x).tolist() == [False, True, True]
    assert np.isnan(y).tolist() == [False, True, True]


@pytest.mark.parametrize("wrong", [{"width_px": 0}, {"height_mm": math.nan}, {"device_pixel_ratio": -1.0}])
def test_a_screen_without_a_size_is_refused_in_words(wrong):
    sizes = {"width_px": 100, "height_px": 100, "width_mm": 100.0, "height_mm": 100.0} | wrong
    with pytest.raises(ValueError, match="measured sizes"):
        Screen(**sizes)


def test_a_distance_or_rectangle_without_extent_is_refused():
    with pytest.raises(ValueError, match="viewing distance"):
        ViewingGeometry(REFLACX_SCREEN, 0)
    with pytest.raises(ValueError, match="area"):
        Placement(src_image_px=Rect(0, 0, 0, 5), dst_screen_px=Rect(0, 0, 5, 5))
