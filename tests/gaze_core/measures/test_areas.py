"""Areas: what lies inside, their outlines, and how far gaze is from them."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measures_rig import GEOMETRY, PX_PER_DEG, norm, view

from gaze_core.measures import Area, AreaKind, AreaSource, angle_to_area_deg

NUMBERS = st.floats(50.0, 900.0)
SIZES = st.floats(5.0, 400.0)
ANGLES = st.floats(-180.0, 180.0)


def ellipse(
    x: float = 500.0, y: float = 500.0, w: float = 100.0, h: float = 100.0, angle: float = 0.0
) -> Area:
    return Area(
        name="nodule", image_id=0, kind=AreaKind.ELLIPSE, x_image_px=x, y_image_px=y, width_image_px=w,
        height_image_px=h, angle_deg=angle,
    )  # fmt: skip


def box(x: float, y: float, w: float, h: float) -> Area:
    return Area(
        name="box", image_id=0, kind=AreaKind.BOX, x_image_px=x, y_image_px=y, width_image_px=w,
        height_image_px=h,
    )  # fmt: skip


def polygon(*points: tuple[float, float]) -> Area:
    return Area(name="polygon", image_id=0, kind=AreaKind.POLYGON, points_image_px=points)


def mask(picture: np.ndarray) -> Area:
    return Area(name="mask", image_id=0, kind=AreaKind.MASK, source=AreaSource.IMPORTED, mask=picture)


@settings(max_examples=30, deadline=None)
@given(x=NUMBERS, y=NUMBERS, w=SIZES, h=SIZES, angle=ANGLES, turn=st.floats(0, 2 * math.pi))
def test_an_ellipse_ends_at_its_outline(x, y, w, h, angle, turn):
    area = ellipse(x, y, w, h, angle)
    line = area.outlines()[0]
    middle = np.array([x, y])
    assert area.contains(*(middle + (line - middle) * 0.999).T).all()
    assert not area.contains(*(middle + (line - middle) * 1.001).T).any()


@settings(max_examples=30, deadline=None)
@given(x=NUMBERS, y=NUMBERS, w=SIZES, h=SIZES)
def test_a_box_is_the_polygon_of_its_corners(x, y, w, h):
    area = box(x, y, w, h)
    same = polygon(*(tuple(corner) for corner in area.outlines()[0]))
    rng = np.random.default_rng(1)
    at_x, at_y = rng.uniform(0, 1000, (2, 300))
    np.testing.assert_array_equal(area.contains(at_x, at_y), same.contains(at_x, at_y))


def test_a_turned_ellipse_is_turned_clockwise_on_the_screen():
    area = ellipse(w=200.0, h=20.0, angle=30.0)
    down_right = 500 + 80 * math.cos(math.radians(30)), 500 + 80 * math.sin(math.radians(30))
    up_right = down_right[0], 1000 - down_right[1]
    assert area.contains(*down_right)
    assert not area.contains(*up_right)


def test_a_mask_is_its_pixels_and_a_hole_is_not_inside():
    picture = np.zeros((1000, 1000), bool)
    picture[300:500, 200:600] = True
    picture[380:400, 380:400] = False
    area = mask(picture)
    assert area.contains(200.0, 300.0)
    assert not area.contains(600.0, 300.0)
    assert not area.contains(390.5, 390.5)
    assert not area.contains([np.nan, -1.0, 1000.0], [310.0, 310.0, 310.0]).any()
    assert len(area.outlines()) == 2


def test_the_outline_of_a_mask_lies_within_a_pixel_of_the_shape_it_was_drawn_as():
    picture = np.zeros((1000, 1000), np.uint8)
    cv2.ellipse(picture, (500, 500), (150, 90), 0, 0, 360, 1, -1)
    left, top, right, bottom = mask(picture.astype(bool)).bounds_image_px
    assert (left, top, right, bottom) == pytest.approx((350, 410, 651, 591), abs=1.01)


@pytest.mark.parametrize(
    "values",
    [
        {
            "kind": AreaKind.ELLIPSE,
            "x_image_px": 1.0,
            "y_image_px": 1.0,
            "width_image_px": 0.0,
            "height_image_px": 2.0,
        },
        {
            "kind": AreaKind.BOX,
            "x_image_px": math.inf,
            "y_image_px": 1.0,
            "width_image_px": 1.0,
            "height_image_px": 2.0,
        },
        {"kind": AreaKind.POLYGON, "points_image_px": ((0.0, 0.0), (1.0, 1.0))},
        {"kind": AreaKind.POLYGON, "points_image_px": ((0.0, 0.0), (1.0, math.nan), (2.0, 0.0))},
        {"kind": AreaKind.MASK, "mask": np.zeros((4, 4), bool)},
    ],
)
def test_an_area_without_extent_is_refused(values):
    with pytest.raises(ValueError, match="no extent"):
        Area(name="nothing", image_id=0, **values)


def test_the_angle_to_a_round_area_is_that_to_its_centre_less_its_radius():
    area = ellipse(500.0, 500.0, 40.0, 40.0)
    x_norm, y_norm = norm(500.0 + 3 * PX_PER_DEG, 500.0)
    angle = angle_to_area_deg(area, [x_norm], [y_norm], np.array([False]), np.array([0]), view(), GEOMETRY)[0]
    edge_x, edge_y = norm(520.0, 500.0)
    assert angle == pytest.approx(float(GEOMETRY.angle_between_deg(x_norm, y_norm, edge_x, edge_y)), abs=1e-4)


def test_zoom_brings_an_area_nearer_in_px_and_not_in_degrees_on_the_screen():
    area = ellipse(500.0, 500.0, 40.0, 40.0)
    place = norm(700.0, 500.0)
    near, far = (
        angle_to_area_deg(area, [place[0]], [place[1]], np.array([False]), np.array([0]), rows, GEOMETRY)[0]
        for rows in (view(zoom=4.0), view())
    )
    # At zoom 4 the edge of the area lies 80 px from the middle of the screen's picture in place of 20.
    assert near == pytest.approx(far - 60 / PX_PER_DEG, rel=0.01)


@settings(max_examples=25, deadline=None)
@given(x=NUMBERS, y=NUMBERS, w=SIZES, h=SIZES, limit=st.floats(0.1, 8.0), seed=st.integers(0, 1000))
def test_a_limit_changes_nothing_within_it(x, y, w, h, limit, seed):
    area = ellipse(x, y, w, h)
    at = np.random.default_rng(seed).uniform(0, 1000, (60, 2))
    x_norm, y_norm = norm(at[:, 0], at[:, 1])
    inside = area.contains(at[:, 0], at[:, 1])
    views = np.zeros(60, np.int64)
    whole = angle_to_area_deg(area, x_norm, y_norm, inside, views, view(), GEOMETRY)
    limited = angle_to_area_deg(area, x_norm, y_norm, inside, views, view(), GEOMETRY, at_most_deg=limit)
    np.testing.assert_array_equal(whole <= limit, limited <= limit)
    np.testing.assert_allclose(limited[whole <= limit], whole[whole <= limit])


def test_gaze_on_another_image_is_infinitely_far():
    angle = angle_to_area_deg(
        ellipse(), [0.5, 0.5], [0.5, 0.5], np.zeros(2, bool), np.array([0, -1]), view(image_id=7), GEOMETRY
    )
    assert np.isinf(angle).all()
