"""Mapping gaze to images: the right viewport row, the right pane, nothing clamped."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaze_core.geometry import Placement, Rect, Screen
from gaze_core.mapping import map_to_image, placement_of, rows_in_force
from gaze_core.rows import MAPPED, NO_TIME, VIEWPORT

SCREEN = Screen(width_px=2000, height_px=1000, width_mm=500, height_mm=250)


def view(t_ns, *, image_id=0, pane=0, src=(0, 0, 1000, 1000), dst=(0, 0, 1000, 1000), asked=None, slice_=0):
    return VIEWPORT.row(
        t_asked_host_ns=t_ns if asked is None else asked,
        t_presented_host_ns=t_ns,
        image_id=image_id,
        pane=pane,
        slice=slice_,
        src_x_image_px=src[0],
        src_y_image_px=src[1],
        src_w_image_px=src[2],
        src_h_image_px=src[3],
        dst_x_screen_px=dst[0],
        dst_y_screen_px=dst[1],
        dst_w_screen_px=dst[2],
        dst_h_screen_px=dst[3],
    )


def at(x_px, y_px, t_ns, *rows):
    viewport = np.concatenate(rows) if rows else VIEWPORT.empty(0)
    return map_to_image([x_px / 2000], [y_px / 1000], [t_ns], viewport, SCREEN)[0]


def test_the_presentation_and_not_the_request_decides():
    rows = (view(100), view(500, asked=200, src=(400, 400, 200, 200)))
    assert at(500, 500, 499, *rows)["x_image_px"] == 500
    assert at(500, 500, 500, *rows)["x_image_px"] == 500 / 5 + 400
    assert at(500, 500, 499, *rows)["viewport_row"] == 0
    assert at(500, 500, 500, *rows)["viewport_row"] == 1


def test_a_row_that_was_never_presented_counts_for_nothing():
    rows = (view(100), view(NO_TIME, asked=200, src=(400, 400, 200, 200)))
    assert at(500, 500, 10**9, *rows)["viewport_row"] == 0


def test_of_two_rows_presented_with_one_frame_the_later_request_is_what_was_seen():
    rows = (view(100, asked=90, src=(400, 400, 200, 200)), view(100, asked=50))
    assert at(500, 500, 100, *rows)["viewport_row"] == 0


def test_before_the_first_row_there_is_no_image():
    found = at(500, 500, 99, view(100))
    assert (found["image_id"], found["pane"], found["viewport_row"]) == (-1, -1, -1)
    assert np.isnan(found["x_image_px"])


def test_an_emptied_pane_shows_nothing_any_more():
    found = at(500, 500, 300, view(100), view(200, image_id=-1))
    assert (found["image_id"], found["pane"], found["viewport_row"]) == (-1, -1, -1)


def test_each_pane_has_its_own_rows():
    left, right = view(100, image_id=3), view(100, image_id=4, pane=1, dst=(1000, 0, 1000, 1000), slice_=7)
    later_left = view(200, image_id=5)
    assert at(999.5, 500, 250, left, right, later_left)["image_id"] == 5
    found = at(1000, 500, 250, left, right, later_left)
    assert (found["image_id"], found["pane"], found["slice"]) == (4, 1, 7)
    assert found["x_image_px"] == 0


def test_outside_every_image_the_coordinates_go_on_in_the_nearest_pane():
    left = view(100, image_id=3, dst=(100, 0, 800, 1000))
    right = view(100, image_id=4, pane=1, dst=(1100, 0, 800, 1000))
    found = at(1050, 500, 150, left, right)
    assert (found["image_id"], found["slice"], found["pane"], found["viewport_row"]) == (-1, -1, 1, 1)
    assert found["x_image_px"] == pytest.approx(-62.5)
    assert at(-100, 500, 150, left, right)["x_image_px"] == pytest.approx(-250)


def test_invalid_gaze_is_on_nothing():
    found = map_to_image([np.nan, 0.2], [0.5, np.nan], [150, 150], view(100), SCREEN)
    assert found.tobytes() == MAPPED.empty(2).tobytes()


def test_a_viewport_row_is_a_placement():
    wanted = Placement(src_image_px=Rect(1, 2, 3, 4), dst_screen_px=Rect(5, 6, 7, 8))
    assert placement_of(view(1, src=(1, 2, 3, 4), dst=(5, 6, 7, 8))[0]) == wanted


def test_no_viewport_rows_and_no_samples_are_fine():
    assert at(5, 5, 5)["image_id"] == -1
    assert len(map_to_image([], [], [], view(100), SCREEN)) == 0


@given(seed=st.integers(0, 500))
def test_the_order_of_viewport_rows_does_not_matter_and_each_sample_follows_its_placement(seed):
    random = np.random.default_rng(seed)
    rows = np.concatenate(
        [
            view(
                int(random.integers(0, 1000)) * 10 + number % 10,
                image_id=number,
                pane=number % 2,
                src=(*random.uniform(-500, 500, 2), *random.uniform(10, 2000, 2)),
                dst=(1000 * (number % 2), 0, 1000, 1000),
            )
            for number in range(9)
        ]
    )
    shuffle = random.permutation(len(rows))
    x_norm, y_norm, times = (
        random.uniform(-0.1, 1.1, 50),
        random.uniform(-0.1, 1.1, 50),
        random.integers(0, 11_000, 50),
    )
    straight = map_to_image(x_norm, y_norm, times, rows, SCREEN)
    shuffled = map_to_image(x_norm, y_norm, times, rows[shuffle], SCREEN)
    for name in ("image_id", "pane", "slice", "x_image_px", "y_image_px"):
        assert np.array_equal(straight[name], shuffled[name], equal_nan=straight.dtype[name].kind == "f")
    for found, x, y, time in zip(straight, x_norm, y_norm, times, strict=True):
        if found["viewport_row"] < 0:
            continue
        row = rows[found["viewport_row"]]
        assert row["t_presented_host_ns"] <= time
        placement = placement_of(row)
        wanted = placement.screen_to_image(x * 2000, y * 1000)
        assert (found["x_image_px"], found["y_image_px"]) == pytest.approx(wanted)
        assert (found["image_id"] >= 0) == placement.contains_screen(x * 2000, y * 1000)


@given(t_ns=st.integers(0, 60))
def test_the_rows_in_force_are_those_that_gaze_is_mapped_by(t_ns):
    rows = np.concatenate(
        [
            view(10, image_id=0),
            view(20, image_id=1, pane=1, dst=(1000, 0, 1000, 1000)),
            view(30, image_id=2),
            view(40, image_id=-1),
            view(NO_TIME, image_id=3, asked=45),
            view(50, image_id=1, pane=1, dst=(1000, 0, 500, 1000)),
        ]
    )
    found = rows_in_force(rows, t_ns)
    for pane, x_px in ((0, 500), (1, 1200)):
        mapped = at(x_px, 500, t_ns, rows)
        assert found.get(pane, -1) == (mapped["viewport_row"] if mapped["pane"] == pane else -1)
