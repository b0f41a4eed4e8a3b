from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.session.viewport import (
    GreyRange,
    Layout,
    PaneView,
    Room,
    empty_pane_row,
    pane_at,
    viewport_row,
)
from gaze_core.geometry import Placement, Rect
from gaze_core.rows import decode_text
from recordings_schema.stimuli.window import VoiFunction, Window

AREA = Rect(x=100.0, y=50.0, w=1720.0, h=980.0)
TWELVE_BITS = GreyRange(low=0.0, high=4095.0)
START = Window(centre=2000.0, width=3000.0)


def view_of(
    width_px: int = 2500, height_px: int = 3000, area: Rect = AREA, pixel_aspect: float = 1.0
) -> PaneView:
    return PaneView.fitted(
        image_width_px=width_px,
        image_height_px=height_px,
        area_screen_px=area,
        grey_range=TWELVE_BITS,
        start_window=START,
        pixel_aspect=pixel_aspect,
    )


screen_x = st.floats(-500.0, 4500.0)
screen_y = st.floats(-500.0, 2700.0)
intents = st.lists(
    st.one_of(
        st.tuples(st.just("zoom_about"), screen_x, screen_y, st.floats(-30.0, 30.0)),
        st.tuples(st.just("pan"), st.floats(-3000.0, 3000.0), st.floats(-3000.0, 3000.0)),
        st.tuples(st.just("drag_window"), st.floats(-5000.0, 5000.0), st.floats(-5000.0, 5000.0)),
        st.tuples(st.just("fit")),
    ),
    max_size=12,
)
areas = st.builds(
    Rect,
    x=st.floats(0.0, 4000.0),
    y=st.floats(0.0, 2000.0),
    w=st.floats(50.0, 4000.0),
    h=st.floats(50.0, 2500.0),
)
views = st.builds(
    view_of,
    width_px=st.integers(1, 6000),
    height_px=st.integers(1, 6000),
    area=areas,
    pixel_aspect=st.sampled_from((1.0, 0.8, 1.37)),
)


def after(view: PaneView, sequence: list[tuple[object, ...]]) -> PaneView:
    for name, *arguments in sequence:
        view = getattr(view, str(name))(*arguments)
    return view


def test_a_fitted_image_touches_two_borders_and_lies_in_the_middle() -> None:
    placement = view_of().placement
    assert placement.src_image_px == Rect(x=0.0, y=0.0, w=2500.0, h=3000.0)
    assert placement.dst_screen_px.h == pytest.approx(980.0, abs=1e-9)
    assert placement.dst_screen_px.w == pytest.approx(980.0 * 2500 / 3000, abs=1e-9)
    assert placement.dst_screen_px.x + placement.dst_screen_px.w / 2 == pytest.approx(100 + 860, abs=1e-9)


def test_pixels_that_are_not_square_are_shown_in_their_true_shape() -> None:
    placement = view_of(1000, 1000, pixel_aspect=2.0).placement
    assert placement.dst_screen_px.h == pytest.approx(2.0 * placement.dst_screen_px.w)


@given(views, intents, screen_x, screen_y)
def test_screen_to_image_and_back_is_exact_after_any_intents(
    view: PaneView, sequence: list[tuple[object, ...]], x_px: float, y_px: float
) -> None:
    placement = after(view, sequence).placement
    x_image_px, y_image_px = placement.screen_to_image(x_px, y_px)
    x_back_px, y_back_px = placement.image_to_screen(x_image_px, y_image_px)
    assert abs(float(x_back_px) - x_px) <= 0.01
    assert abs(float(y_back_px) - y_px) <= 0.01


@given(views, intents, st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_the_placement_agrees_with_the_view_on_every_shown_point(
    view: PaneView, sequence: list[tuple[object, ...]], u: float, v: float
) -> None:
    moved = after(view, sequence)
    placement = moved.placement
    dst = placement.dst_screen_px
    x_px, y_px = dst.x + u * dst.w, dst.y + v * dst.h
    by_placement = placement.screen_to_image(x_px, y_px)
    by_view = moved.screen_to_image(x_px, y_px)
    assert abs(float(by_placement[0]) - by_view[0]) * moved.scale_x <= 1e-6
    assert abs(float(by_placement[1]) - by_view[1]) * moved.scale_y <= 1e-6


@given(views, intents)
def test_the_shown_rectangles_never_leave_pane_or_image(
    view: PaneView, sequence: list[tuple[object, ...]]
) -> None:
    moved = after(view, sequence)
    src, dst, area = moved.placement.src_image_px, moved.placement.dst_screen_px, moved.area_screen_px
    tolerance = 1e-9 * max(1.0, area.x + area.w, area.y + area.h, moved.image_width_px, moved.image_height_px)
    assert src.w > 0
    assert src.h > 0
    assert min(src.x, src.y) >= 0.0
    assert src.x + src.w <= moved.image_width_px + tolerance
    assert src.y + src.h <= moved.image_height_px + tolerance
    assert dst.x >= area.x
    assert dst.y >= area.y
    assert dst.x + dst.w <= area.x + area.w + tolerance
    assert dst.y + dst.h <= area.y + area.h + tolerance
    assert dst.w == pytest.approx(src.w * moved.scale_x, rel=1e-9, abs=1e-6)
    assert dst.h == pytest.approx(src.h * moved.scale_y, rel=1e-9, abs=1e-6)


@given(views, intents)
def test_the_limits_hold_after_any_intents(view: PaneView, sequence: list[tuple[object, ...]]) -> None:
    moved = after(view, sequence)
    assert 1.0 <= moved.zoom <= 70.0
    assert 0.0 <= moved.centre_x_image_px <= moved.image_width_px
    assert 0.0 <= moved.centre_y_image_px <= moved.image_height_px
    assert 1.0 <= moved.window.width <= 2.0 * 4096.0
    assert 0.0 <= moved.window.centre <= 4095.0


@given(views, intents)
def test_reset_returns_to_the_start(view: PaneView, sequence: list[tuple[object, ...]]) -> None:
    assert after(view, sequence).reset() == view


@given(intents)
def test_fit_keeps_the_window(sequence: list[tuple[object, ...]]) -> None:
    moved = after(view_of(), sequence)
    assert moved.fit().window == moved.window


@given(
    views, st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.lists(st.floats(0.1, 10.0), min_size=1, max_size=5)
)
def test_zooming_in_holds_the_image_point_under_the_cursor(
    view: PaneView, u: float, v: float, notches: list[float]
) -> None:
    dst = view.placement.dst_screen_px
    x_px, y_px = dst.x + u * dst.w, dst.y + v * dst.h
    x_before, y_before = view.screen_to_image(x_px, y_px)
    moved = view
    for count in notches:
        moved = moved.zoom_about(x_px, y_px, count)
    x_after, y_after = moved.screen_to_image(x_px, y_px)
    assert abs(x_after - x_before) * moved.scale_x <= 0.01
    assert abs(y_after - y_before) * moved.scale_y <= 0.01


def test_four_notches_double_the_size_and_four_back_end_exactly_at_the_fitted_view() -> None:
    view = view_of()
    zoomed = view
    for _ in range(4):
        zoomed = zoomed.zoom_about(400.0, 300.0, 1.0)
    assert zoomed.zoom == pytest.approx(2.0)
    back = zoomed
    for _ in range(4):
        back = back.zoom_about(400.0, 300.0, -1.0)
    assert back.zoom == 1.0
    assert back.centre_x_image_px == pytest.approx(view.centre_x_image_px, abs=1e-6)


def test_zooming_beyond_the_limits_changes_nothing() -> None:
    view = view_of()
    assert view.zoom_about(300.0, 300.0, -3.0) is view
    largest = view.zoom_about(300.0, 300.0, 100.0)
    assert largest.zoom == 70.0
    assert largest.zoom_about(900.0, 900.0, 1.0) is largest


def test_a_pan_moves_the_image_with_the_pointer_and_stops_half_an_image_off_centre() -> None:
    zoomed = view_of().zoom_about(960.0, 540.0, 12.0)
    point = zoomed.screen_to_image(700.0, 400.0)
    moved = zoomed.pan(30.0, -20.0)
    assert moved.screen_to_image(730.0, 380.0) == pytest.approx(point, abs=1e-6)
    assert moved.pan(1e6, 1e6).centre_x_image_px == 0.0
    assert moved.pan(-1e6, -1e6).centre_y_image_px == 3000.0


def test_a_drag_down_by_one_px_widens_the_window_by_two_grey_values_of_4096() -> None:
    moved = view_of().drag_window(0.0, 1.0)
    assert moved.window.width == pytest.approx(3002.0)
    assert moved.window.centre == 2000.0


def test_a_drag_right_by_one_px_lowers_the_level_by_one_grey_value_of_4096() -> None:
    assert view_of().drag_window(1.0, 0.0).window == Window(centre=1999.0, width=3000.0)


def test_a_drag_never_jumps_back_from_a_starting_window_beyond_the_limits() -> None:
    wide = PaneView.fitted(
        image_width_px=10,
        image_height_px=10,
        area_screen_px=AREA,
        grey_range=TWELVE_BITS,
        start_window=Window(centre=-500.0, width=60_000.0, function=VoiFunction.SIGMOID),
    )
    assert wide.drag_window(0.0, -1.0).window == Window(
        centre=-500.0, width=59_998.0, function=VoiFunction.SIGMOID
    )
    assert wide.drag_window(5.0, 5.0).window == wide.window


def test_changing_the_pane_keeps_zoom_and_centre() -> None:
    zoomed = view_of().zoom_about(300.0, 300.0, 5.0)
    moved = zoomed.in_area(Rect(x=0.0, y=0.0, w=500.0, h=500.0))
    assert (moved.zoom, moved.centre_x_image_px) == (zoomed.zoom, zoomed.centre_x_image_px)


@pytest.mark.parametrize(("width", "height"), [(0, 10), (10, -1)])
def test_an_image_without_pixels_is_refused(width: int, height: int) -> None:
    with pytest.raises(ValueError, match="cannot be shown"):
        view_of(width, height)


def test_a_pane_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="has no room"):
        view_of(area=Rect(x=0.0, y=0.0, w=0.0, h=5.0))


def test_side_by_side_panes_share_the_screen_without_overlap() -> None:
    left, right = Layout.side_by_side(2).areas(1920.0, 1080.0)
    assert left == Rect(x=0.0, y=0.0, w=956.0, h=1080.0)
    assert right == Rect(x=964.0, y=0.0, w=956.0, h=1080.0)


@given(
    st.integers(1, 6),
    st.integers(1, 4),
    st.sampled_from((1.0, 1.25, 1.5, 1.75, 2.0)),
    st.integers(640, 3840),
    st.integers(480, 2160),
)
def test_panes_lie_on_whole_physical_px_inside_the_screen(
    columns: int, rows: int, ratio: float, width: int, height: int
) -> None:
    areas_px = Layout(columns=columns, rows=rows).areas(width, height, ratio)
    assert len(areas_px) == columns * rows
    for area in areas_px:
        assert all(value == math.floor(value) for value in (area.x, area.y, area.w, area.h))
        assert area.x >= 0
        assert area.y >= 0
        assert area.x + area.w <= round(width * ratio)
        assert area.y + area.h <= round(height * ratio)
    for pane, area in enumerate(areas_px):
        assert pane_at(areas_px, area.x + area.w / 2, area.y + area.h / 2) == pane


def test_a_point_in_the_gap_belongs_to_no_pane() -> None:
    assert pane_at(Layout.side_by_side(2).areas(1920.0, 1080.0), 960.0, 500.0) is None


@pytest.mark.parametrize(
    ("count", "shape"), [(1, (1, 1)), (2, (2, 1)), (3, (3, 1)), (4, (2, 2)), (5, (3, 2))]
)
def test_the_usual_layout_of_a_number_of_images(count: int, shape: tuple[int, int]) -> None:
    layout = Layout.for_count(count)
    assert (layout.columns, layout.rows) == shape


def test_more_panes_than_pixels_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        Layout(columns=16).areas(100.0, 100.0)


def test_the_recorded_rectangles_are_the_painted_ones_bit_for_bit() -> None:
    view = view_of().zoom_about(333.3, 444.4, 7.0).pan(12.3, -4.5)
    row = viewport_row(
        view.placement,
        view.window,
        t_asked_host_ns=5,
        t_presented_host_ns=9,
        trial=3,
        image_id=2,
        pane=1,
        luminance_mean=0.25,
        frame=77,
        frames_late=1,
        cause="zoom",
    )[0]
    assert Rect(
        x=row["src_x_image_px"], y=row["src_y_image_px"], w=row["src_w_image_px"], h=row["src_h_image_px"]
    ) == (view.placement.src_image_px)
    assert Rect(
        x=row["dst_x_screen_px"], y=row["dst_y_screen_px"], w=row["dst_w_screen_px"], h=row["dst_h_screen_px"]
    ) == (view.placement.dst_screen_px)
    assert (row["window_centre"], row["window_width"], row["slice"], row["pane"]) == (2000.0, 3000.0, 0, 1)
    assert (row["t_asked_host_ns"], row["t_presented_host_ns"], decode_text(row["cause"])) == (5, 9, "zoom")


def test_an_emptied_pane_says_so_with_unknown_rectangles() -> None:
    row = empty_pane_row(
        t_asked_host_ns=1, t_presented_host_ns=2, trial=0, pane=1, luminance_mean=0.2, frame=4, frames_late=0
    )[0]
    assert (row["image_id"], decode_text(row["cause"])) == (-1, "clear")
    assert math.isnan(row["src_w_image_px"])


def test_a_placement_is_the_one_of_the_shared_geometry() -> None:
    assert isinstance(view_of().placement, Placement)


def test_images_leave_the_room_that_is_asked_for() -> None:
    (area,) = Layout().areas(1920.0, 1080.0, 1.0, Room(top_px=48.0, right_px=380.0, bottom_px=72.0))
    assert area == Rect(x=0.0, y=48.0, w=1540.0, h=960.0)


def test_room_is_measured_in_logical_px() -> None:
    (area,) = Layout().areas(1280.0, 720.0, 1.5, Room(left_px=100.0, top_px=40.0))
    assert area == Rect(x=150.0, y=60.0, w=1770.0, h=1020.0)


def test_no_room_changes_nothing() -> None:
    layout = Layout.side_by_side(3)
    assert layout.areas(1920.0, 1080.0, 1.25, Room()) == layout.areas(1920.0, 1080.0, 1.25)


edges = st.floats(0.0, 5000.0)
rooms = st.builds(Room, left_px=edges, top_px=edges, right_px=edges, bottom_px=edges)


@given(
    st.floats(300.0, 5000.0), st.floats(300.0, 3000.0), st.sampled_from((1.0, 1.25, 1.5, 1.75, 2.0)), rooms,
    st.integers(1, 4),
)  # fmt: skip
def test_panes_keep_half_of_the_screen_whatever_room_is_asked_for(
    width: float, height: float, ratio: float, room: Room, count: int
) -> None:
    areas = Layout.for_count(count).areas(width, height, ratio, room)
    left, right = min(area.x for area in areas), max(area.right for area in areas)
    top, bottom = min(area.y for area in areas), max(area.bottom for area in areas)
    assert right - left >= width * ratio / 2.0 - 2.0  # rounded to whole px at each end
    assert bottom - top >= height * ratio / 2.0 - 2.0
    assert left >= 0.0
    assert top >= 0.0
    assert right <= width * ratio + 1.0
    assert bottom <= height * ratio + 1.0


@given(st.floats(300.0, 5000.0), st.floats(300.0, 3000.0), st.sampled_from((1.25, 1.5, 1.75)), rooms)
def test_panes_with_room_lie_on_whole_px_under_scaling(
    width: float, height: float, ratio: float, room: Room
) -> None:
    for area in Layout.side_by_side(2).areas(width, height, ratio, room):
        for edge in (area.x, area.y, area.right, area.bottom):
            assert edge == round(edge)


@given(st.floats(800.0, 5000.0), rooms)
def test_room_that_is_too_much_is_shared_in_proportion(width: float, room: Room) -> None:
    (area,) = Layout().areas(width, 1000.0, 1.0, room)
    wish = room.left_px + room.right_px
    kept = min(wish, 0.5 * width)
    assert area.x == pytest.approx(kept * room.left_px / max(wish, 1.0), abs=1.0)
    assert width - area.right == pytest.approx(kept * room.right_px / max(wish, 1.0), abs=1.5)
