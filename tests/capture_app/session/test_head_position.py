"""Where the head is, drawn as the reader sees it, and the one thing to ask for."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.session.head_position import GUIDE_NS, RECENT_NS, head_position
from gaze_core.rows import GAZE, USER_POSITION

NOW_NS = 5_000_000_000
WANTED_MM = 650.0
NO_GUIDE = USER_POSITION.empty(0)


def gaze(
    x_mm: float = 0.0,
    y_mm: float = 0.0,
    z_mm: float = WANTED_MM,
    *,
    eyes: tuple[str, ...] = ("left", "right"),
    age_ns: int = 0,
    has_gaze: bool = True,
):
    rows = GAZE.empty(20)
    rows["t_host_ns"] = NOW_NS - age_ns
    for side, offset_mm in (("left", -31.0), ("right", 31.0)):
        rows[f"{side}_valid"] = has_gaze
        rows[f"{side}_origin_valid"] = side in eyes
        for axis, value in (("x", x_mm + offset_mm), ("y", y_mm), ("z", z_mm)):
            rows[f"{side}_origin_{axis}_mm"] = value if side in eyes else math.nan
    return rows


def guide(left_x: float, right_x: float, *, y: float = 0.5, z: float = 0.5, age_ns: int = 0, **valid: int):
    return USER_POSITION.row(
        t_host_ns=NOW_NS - age_ns,
        left_x_box=left_x,
        left_y_box=y,
        left_z_box=z,
        left_valid=valid.get("left", 1),
        right_x_box=right_x,
        right_y_box=y,
        right_z_box=z,
        right_valid=valid.get("right", 1),
    )


@pytest.mark.parametrize(
    ("rows", "level", "words"),
    [
        (gaze(), "good", "well placed"),
        (gaze(z_mm=600.5), "good", "well placed"),
        (gaze(z_mm=550.0), "attention", "move about 10 cm back"),
        (gaze(z_mm=740.0), "attention", "move about 9 cm closer"),
        (gaze(x_mm=80.0), "attention", "8 cm to the left"),
        (gaze(x_mm=-80.0), "attention", "8 cm to the right"),
        (gaze(y_mm=-150.0), "attention", "Lower the reader's chair by about 15 cm"),
        (gaze(y_mm=150.0), "attention", "Raise the reader's chair by about 15 cm"),
        (gaze(eyes=("right",)), "attention", "The left eye is not seen"),
        (gaze(eyes=()), "information", "does not tell"),
        (gaze(eyes=(), has_gaze=False), "bad", "sees neither eye"),
        (gaze(age_ns=RECENT_NS), "bad", "sees neither eye"),
        (GAZE.empty(0), "bad", "sees neither eye"),
    ],
)
def test_the_sentence_asks_for_what_is_most_needed(rows, level, words):
    head = head_position(rows, NO_GUIDE, NOW_NS, WANTED_MM)
    assert head.level == level
    assert words in head.sentence


def test_without_a_guide_the_box_is_around_the_middle_of_the_screen():
    head = head_position(gaze(), NO_GUIDE, NOW_NS, WANTED_MM)
    assert head.left is not None
    assert head.right is not None
    assert head.left[0] < 0.5 < head.right[0]
    assert head.left[1] == head.right[1] == 0.5
    assert head.distance_mm == pytest.approx(WANTED_MM)
    assert (head.near_mm, head.far_mm) == (600.0, 700.0)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_the_left_eye_is_drawn_left_whichever_side_the_guide_counts_from(first, second):
    head = head_position(GAZE.empty(0), guide(first, second), NOW_NS, WANTED_MM)
    assert head.left is not None
    assert head.right is not None
    assert head.left[0] <= head.right[0]


def test_one_eye_of_a_guide_is_drawn_from_the_side_the_maker_documents():
    head = head_position(GAZE.empty(0), guide(0.7, math.nan, right=0), NOW_NS, WANTED_MM)
    assert head.left == pytest.approx((0.3, 0.5))
    assert head.right is None
    assert "right eye is not seen" in head.sentence


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (guide(0.6, 0.4), "well placed"),
        (guide(0.6, 0.4, z=0.1), "a little back"),
        (guide(0.6, 0.4, z=0.9), "a little closer"),
        (guide(0.95, 0.75), "a little to the right"),
        (guide(0.25, 0.05), "a little to the left"),
        (guide(0.6, 0.4, y=0.9), "Raise the reader's chair a little"),
        (guide(0.6, 0.4, y=0.1), "Lower the reader's chair a little"),
        (guide(0.6, 0.4, left=0, right=0), "sees neither eye"),
        (guide(0.6, 0.4, age_ns=GUIDE_NS + 1), "sees neither eye"),
    ],
)
def test_a_guide_alone_asks_without_centimetres(row, words):
    head = head_position(GAZE.empty(0), row, NOW_NS, WANTED_MM)
    assert words in head.sentence
    assert math.isnan(head.distance_mm)


@pytest.mark.parametrize(("y", "words"), [(0.5, "well placed"), (0.9, "Raise the reader's chair a little")])
def test_the_tracker_s_own_guide_decides_how_high_the_head_has_to_be(y, words):
    head = head_position(gaze(y_mm=150.0, x_mm=90.0), guide(0.6, 0.4, y=y), NOW_NS, WANTED_MM)
    assert words in head.sentence
    assert head.distance_mm == pytest.approx(WANTED_MM)


def test_with_both_the_guide_is_drawn_and_the_gaze_gives_the_centimetres():
    head = head_position(gaze(z_mm=550.0), guide(0.6, 0.4), NOW_NS, WANTED_MM)
    assert head.left == pytest.approx((0.4, 0.5))
    assert "10 cm back" in head.sentence
