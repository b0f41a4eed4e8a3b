"""Images leave exactly the room that stands beside them, and keep half of a small screen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.session.study.task_keys import ChestBoxScreen, ImageScreen, LabelScreen, ShapeScreen
from capture_app.session.study_desk.room import BOTTOM_BAR_PX, SIDE_PANEL_PX, TOP_LINE_PX, room_of, within
from capture_app.session.viewport import Layout, Room

SCREENS = (
    ImageScreen(name="image"), ImageScreen(name="image", text="{target}?"), ShapeScreen(name="shapes"),
    ChestBoxScreen(name="box"),
)  # fmt: skip


def test_a_bare_image_leaves_room_for_its_buttons_alone():
    assert room_of(ImageScreen(name="image")) == Room(bottom_px=BOTTOM_BAR_PX)


def test_an_image_with_a_question_leaves_room_above():
    assert room_of(SCREENS[1]) == Room(top_px=TOP_LINE_PX, bottom_px=BOTTOM_BAR_PX)


@pytest.mark.parametrize("screen", SCREENS[2:])
def test_screens_to_draw_on_leave_room_for_their_panel(screen):
    assert room_of(screen) == Room(top_px=TOP_LINE_PX, right_px=SIDE_PANEL_PX, bottom_px=BOTTOM_BAR_PX)


def test_screens_without_an_image_leave_none():
    assert room_of(LabelScreen(name="labels")) == Room()


@given(
    screen=st.sampled_from(SCREENS), width=st.integers(200, 4000), height=st.integers(150, 3000),
    ratio=st.sampled_from((1.0, 1.25, 1.5, 2.0)),
)  # fmt: skip
def test_the_room_on_a_screen_is_where_its_images_are_not(screen, width, height, ratio):
    (area,) = Layout().areas(width, height, ratio, room_of(screen))
    room = within(room_of(screen), width, height)
    assert area.y / ratio == pytest.approx(room.top_px, abs=1.0)
    assert (width * ratio - area.x - area.w) / ratio == pytest.approx(room.right_px, abs=1.0)
    assert (height * ratio - area.y - area.h) / ratio == pytest.approx(room.bottom_px, abs=1.0)
