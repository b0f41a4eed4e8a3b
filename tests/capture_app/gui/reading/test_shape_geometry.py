"""Shapes keep to their rules whatever a hand does: opposite corners, least sizes, the image's edges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.gui.reading.shape_geometry import (
    LEAST_SIDE_PX,
    Bounds,
    Handle,
    contains,
    from_centre,
    from_corners,
    handle_places,
    handle_under,
    in_the_middle,
    is_large_enough,
    moved,
    on_image,
    resized,
    widened,
)
from capture_app.session.reading import ShapeKind

SIZE = (1000, 1200)
KINDS = st.sampled_from((ShapeKind.ELLIPSE, ShapeKind.BOX, ShapeKind.CHEST_BOX))
points = st.tuples(st.floats(-200.0, 1200.0), st.floats(-200.0, 1400.0))
steps = st.floats(-3000.0, 3000.0)


@st.composite
def lying_on_the_image(draw: st.DrawFn) -> tuple[Bounds, ShapeKind]:
    """Shapes as they can be drawn."""
    kind = draw(KINDS)
    bounds = on_image(from_corners(*draw(points), *draw(points)), kind, SIZE)
    if bounds is None:
        bounds = Bounds(left=10.0, top=20.0, right=110.0, bottom=220.0)
    return bounds, kind


def keeps_the_rules(bounds: Bounds, kind: ShapeKind) -> bool:
    x, y = bounds.centre
    slack = 1e-6
    if kind is ShapeKind.ELLIPSE:
        return -slack <= x <= SIZE[0] + slack and -slack <= y <= SIZE[1] + slack
    return (
        bounds.left >= -slack
        and bounds.top >= -slack
        and bounds.right <= SIZE[0] + slack
        and bounds.bottom <= SIZE[1] + slack
    )


@given(points, points)
def test_corners_make_the_same_shape_in_any_order(first, second) -> None:
    bounds = from_corners(*first, *second)
    assert bounds == from_corners(*second, *first)
    assert bounds == from_corners(first[0], second[1], second[0], first[1])
    assert bounds.width >= 0.0
    assert bounds.height >= 0.0


@given(points, points)
def test_a_drag_from_the_centre_keeps_the_centre(centre, corner) -> None:
    bounds = from_centre(*centre, *corner)
    assert bounds.centre == pytest.approx(centre, abs=1e-9)
    assert contains(bounds, ShapeKind.BOX, *centre)
    assert abs(corner[0] - centre[0]) == pytest.approx(bounds.width / 2.0)


@given(points, points, KINDS)
def test_what_is_drawn_lies_on_the_image_or_is_nothing(first, second, kind) -> None:
    drawn = on_image(from_corners(*first, *second), kind, SIZE)
    assert drawn is None or (keeps_the_rules(drawn, kind) and is_large_enough(drawn))


def test_an_ellipse_may_reach_over_the_edge_and_a_box_is_cut_there() -> None:
    drag = from_corners(-50.0, 100.0, 150.0, 200.0)
    assert on_image(drag, ShapeKind.ELLIPSE, SIZE) == drag
    assert on_image(drag, ShapeKind.BOX, SIZE) == Bounds(left=0.0, top=100.0, right=150.0, bottom=200.0)


def test_an_ellipse_with_its_centre_beside_the_image_is_nothing() -> None:
    assert on_image(from_corners(-150.0, 100.0, 149.0, 200.0), ShapeKind.ELLIPSE, SIZE) is None


@pytest.mark.parametrize(("side_px", "is_kept"), [(LEAST_SIDE_PX, True), (LEAST_SIDE_PX - 0.01, False)])
def test_a_shape_has_a_least_size(side_px: float, is_kept: bool) -> None:
    assert (
        on_image(from_corners(100, 100, 100 + side_px, 300), ShapeKind.ELLIPSE, SIZE) is not None
    ) is is_kept


@given(lying_on_the_image(), steps, steps)
def test_moving_keeps_size_and_rules(shape, dx, dy) -> None:
    before, kind = shape
    after = moved(before, dx, dy, kind, SIZE)
    assert after.width == pytest.approx(before.width, abs=1e-6)
    assert after.height == pytest.approx(before.height, abs=1e-6)
    assert keeps_the_rules(after, kind)


@given(lying_on_the_image(), st.sampled_from([(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)]))
def test_a_nudge_moves_by_exactly_one_pixel_or_stops_at_the_edge(shape, step) -> None:
    before, kind = shape
    after = moved(before, *step, kind, SIZE)
    went = (after.centre[0] - before.centre[0], after.centre[1] - before.centre[1])
    if keeps_the_rules(
        Bounds(
            left=before.left + step[0],
            top=before.top + step[1],
            right=before.right + step[0],
            bottom=before.bottom + step[1],
        ),
        kind,
    ):
        assert went == pytest.approx(step, abs=1e-6)
    else:
        assert abs(went[0]) + abs(went[1]) <= 1.0 + 1e-6


@given(lying_on_the_image(), st.sampled_from(list(Handle)), steps, steps)
def test_a_handle_leaves_the_opposite_corner_where_it_is(shape, handle, dx, dy) -> None:
    before, kind = shape
    after = resized(before, handle, dx, dy, kind, SIZE)
    across, down = handle.value
    if across >= 0:
        assert after.left == before.left
    if across <= 0:
        assert after.right == before.right
    if down >= 0:
        assert after.top == before.top
    if down <= 0:
        assert after.bottom == before.bottom
    assert is_large_enough(after)
    assert keeps_the_rules(after, kind)


@given(lying_on_the_image(), st.sampled_from(list(Handle)), st.floats(-30.0, 30.0), st.floats(-30.0, 30.0))
def test_a_handle_moved_and_moved_back_changes_nothing_where_nothing_stopped_it(
    shape, handle, dx, dy
) -> None:
    before, kind = shape
    there = resized(before, handle, dx, dy, kind, SIZE)
    across, down = handle.value
    is_free = (
        there.width == pytest.approx(before.width + across * dx)
        and there.height == pytest.approx(before.height + down * dy)
    )  # fmt: skip
    if is_free:
        back = resized(there, handle, -dx, -dy, kind, SIZE)
        assert (back.left, back.top, back.right, back.bottom) == pytest.approx(
            (before.left, before.top, before.right, before.bottom), abs=1e-6
        )


@given(lying_on_the_image())
def test_the_middle_of_a_shape_is_in_it_and_the_corner_of_an_ellipse_is_not(shape) -> None:
    bounds, kind = shape
    assert contains(bounds, kind, *bounds.centre)
    corner = (bounds.left + 0.01 * bounds.width, bounds.top + 0.01 * bounds.height)
    assert contains(bounds, kind, *corner) is (kind is not ShapeKind.ELLIPSE)


@given(lying_on_the_image())
def test_each_handle_is_found_where_it_stands_and_the_middle_is_free(shape) -> None:
    frame = widened(shape[0], 84.0)
    for handle, place in handle_places(frame).items():
        assert handle_under(frame, *place, 28.0) is handle
        assert handle_under(frame, place[0] + 13.9, place[1] + 13.9, 28.0) is not None
    assert handle_under(frame, *frame.centre, 28.0) is None


@given(
    st.integers(1, 4000), st.integers(1, 4000), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.02, 1.0)
)
def test_a_shape_drawn_by_a_key_is_on_the_shown_part(width, height, x_share, y_share, zoom) -> None:
    shown = Bounds(
        left=x_share * width * (1 - zoom),
        top=y_share * height * (1 - zoom),
        right=x_share * width * (1 - zoom) + width * zoom,
        bottom=y_share * height * (1 - zoom) + height * zoom,
    )
    drawn = in_the_middle(shown, (width, height))
    assert min(drawn.width, drawn.height) >= LEAST_SIDE_PX - 1e-9
    if min(width, height) >= 100 * LEAST_SIDE_PX:
        assert drawn.centre == pytest.approx(shown.centre, abs=LEAST_SIDE_PX)
