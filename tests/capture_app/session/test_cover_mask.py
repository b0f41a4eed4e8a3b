"""The mask of what the eyes have covered is the union of discs around gaze, however it is fed."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture_app.session.cover_mask import CoverMask, cover_radius_deg

SIZE = (200, 150)


def mask_of(points: list[tuple[float, float]], radius: float, size: tuple[int, int] = SIZE) -> np.ndarray:
    mask = CoverMask()
    mask.begin(*size)
    for x, y in points:
        mask.add(x, y, radius)
    return mask.rgba()[..., 3] > 0


def within(points: list[tuple[float, float]], radius: float) -> np.ndarray:
    """Return which px centres of a mask at full size lie within a radius of any point."""
    rows, columns = np.mgrid[0 : SIZE[1], 0 : SIZE[0]] + 0.5
    covered = np.zeros((SIZE[1], SIZE[0]), bool)
    for x, y in points:
        covered |= np.hypot(columns - x, rows - y) <= radius
    return covered


points_on = st.tuples(st.floats(0.0, 199.0), st.floats(0.0, 149.0))


@settings(max_examples=30, deadline=None)
@given(st.lists(points_on, min_size=1, max_size=12), st.floats(4.0, 60.0))
def test_the_mask_is_the_union_of_discs(points, radius) -> None:
    covered = mask_of(points, radius)
    assert covered[within(points, radius - 1.5)].all()
    assert not covered[~within(points, radius + 1.5)].any()


@settings(max_examples=20, deadline=None)
@given(st.lists(points_on, min_size=1, max_size=12), st.floats(4.0, 60.0))
def test_all_at_once_gives_the_mask_of_one_by_one(points, radius) -> None:
    mask = CoverMask()
    mask.begin(*SIZE)
    mask.add([x for x, _ in points], [y for _, y in points], radius)
    assert np.array_equal(mask.rgba()[..., 3] > 0, mask_of(points, radius))


def test_what_is_covered_twice_looks_the_same() -> None:
    once, twice = CoverMask(), CoverMask()
    for mask in (once, twice):
        mask.begin(*SIZE)
        mask.add(100.0, 100.0, 30.0)
    twice.add(100.0, 100.0, 30.0)
    assert np.array_equal(once.rgba(), twice.rgba())


def test_gaze_beside_the_image_and_lost_gaze_cover_nothing() -> None:
    mask = CoverMask()
    mask.begin(*SIZE)
    version = mask.version
    mask.add([math.nan, -1.0, 200.0, 10.0], [10.0, 10.0, 10.0, math.nan], 50.0)
    mask.add(10.0, 10.0, math.nan)
    assert mask.version == version
    assert mask.covered_share == 0.0


def test_a_large_image_is_covered_at_a_smaller_scale() -> None:
    mask = CoverMask()
    mask.begin(4096, 2048)
    mask.add(2048.0, 1024.0, 400.0)
    assert mask.rgba().shape == (512, 1024, 4)
    assert mask.covered_share == pytest.approx(math.pi * 400.0**2 / (4096 * 2048), rel=0.02)


def test_a_new_target_begins_with_nothing_covered() -> None:
    mask = CoverMask()
    mask.begin(*SIZE)
    mask.add(100.0, 100.0, 30.0)
    assert mask.covered_share > 0.0
    mask.begin(*SIZE)
    assert mask.covered_share == 0.0


def test_what_was_handed_out_does_not_change_afterwards() -> None:
    mask = CoverMask()
    mask.begin(*SIZE)
    before = mask.rgba()
    mask.add(100.0, 100.0, 30.0)
    assert not before.any()


def test_an_image_without_a_size_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be covered"):
        CoverMask().begin(0, 300)


@pytest.mark.parametrize(("accuracy_deg", "radius_deg"), [(0.4, 1.0), (1.7, 1.7), (math.nan, 1.0)])
def test_the_radius_is_a_degree_or_what_the_last_validation_could_tell(accuracy_deg, radius_deg) -> None:
    assert cover_radius_deg(accuracy_deg) == radius_deg
