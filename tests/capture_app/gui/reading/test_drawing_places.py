"""The canvas uses the very map the image was painted with, at any zoom, place and scaling."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.gui.reading.drawing_drag import Drag, DragAction
from capture_app.gui.reading.drawing_places import CanvasPane, canvas_panes, pane_under
from capture_app.gui.reading.shape_geometry import Bounds
from capture_app.session.reading import ShapeKind
from capture_app.session.states import PaneState
from capture_app.session.viewport import GreyRange, Layout, PaneView, Room
from gaze_core.geometry import Rect
from recordings_schema.stimuli.window import Window

RATIOS = st.sampled_from((1.0, 1.25, 1.5, 2.0))
WINDOW = Window(centre=2000.0, width=3000.0)
GREYS = GreyRange(low=0.0, high=4095.0)


def pane_of(view: PaneView, number: int = 0) -> PaneState:
    return PaneState(
        pane=number, image_id=number, image_width_px=view.image_width_px,
        image_height_px=view.image_height_px, grey=np.zeros((1, 1), np.uint8),
        grey_screen_px=Rect(0.0, 0.0, 1.0, 1.0), grey_version=1, placement=view.placement,
    )  # fmt: skip


def view_of(area: Rect, size: tuple[int, int] = (2000, 2400)) -> PaneView:
    return PaneView.fitted(
        image_width_px=size[0],
        image_height_px=size[1],
        area_screen_px=area,
        grey_range=GREYS,
        start_window=WINDOW,
    )


def canvas_of(
    count: int, ratio: float = 1.0, notches: float = 0.0, pan: tuple[float, float] = (0.0, 0.0)
) -> tuple[CanvasPane, ...]:
    """Return panes on a canvas of 1200 x 800 whose corner is at (20, 72) of the screen."""
    areas = Layout.for_count(count).areas(
        1600.0, 900.0, ratio, Room(top_px=72.0, right_px=380.0, bottom_px=28.0)
    )
    views = [view_of(area).zoom_about(300.0 * ratio, 400.0 * ratio, notches).pan(*pan) for area in areas]
    panes = [pane_of(view, number) for number, view in enumerate(views)]
    return canvas_panes(panes, ratio, (20.0, 72.0), (1200.0, 800.0))


@given(
    RATIOS, st.floats(0.0, 20.0), st.floats(-900.0, 900.0), st.floats(-900.0, 900.0), st.floats(0.0, 2000.0),
    st.floats(0.0, 2400.0), st.integers(1, 3),
)  # fmt: skip
def test_image_to_canvas_and_back_is_exact_at_any_zoom_and_pan(
    ratio: float, notches: float, dx: float, dy: float, x: float, y: float, count: int
) -> None:
    for pane in canvas_of(count, ratio, notches, (dx, dy)):
        assert pane.to_image(*pane.to_canvas(x, y)) == pytest.approx((x, y), abs=1e-6)


@given(RATIOS, st.floats(0.0, 12.0), st.floats(0.0, 1200.0), st.floats(0.0, 800.0))
def test_the_canvas_and_the_view_agree_on_the_image_point(ratio, notches, x, y) -> None:
    (area,) = Layout().areas(1600.0, 900.0, ratio)
    view = view_of(area).zoom_about(500.0, 300.0, notches)
    (pane,) = canvas_panes([pane_of(view)], ratio, (20.0, 72.0), (1200.0, 800.0))
    wanted = view.screen_to_image((x + 20.0) * ratio, (y + 72.0) * ratio)
    assert pane.to_image(x, y) == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 6])
def test_each_point_of_the_canvas_is_one_pane_s(count: int) -> None:
    panes = canvas_of(count)
    for x in np.linspace(0.5, 1199.5, 41):
        for y in np.linspace(0.5, 799.5, 31):
            areas = [(pane, pane.territory) for pane in panes]
            holding = [
                pane for pane, area in areas if area.left <= x < area.right and area.top <= y < area.bottom
            ]
            assert len(holding) == 1
            assert pane_under(panes, x, y) is holding[0]


def test_the_image_under_a_point_is_the_pane_s() -> None:
    for pane in canvas_of(4):
        x, y = pane.to_canvas(1000.0, 1200.0)
        found = pane_under(canvas_of(4), x, y)
        assert found is not None
        assert found.state.pane == pane.state.pane


def test_a_drag_goes_on_in_the_image_while_the_reader_zooms() -> None:
    near, far = canvas_of(1, notches=8.0)[0], canvas_of(1)[0]
    drag = Drag.drawing(far, 300.0, 300.0, ShapeKind.BOX, is_from_centre=False)
    start = far.to_image(300.0, 300.0)
    end = near.to_image(400.0, 420.0)
    assert drag.action is DragAction.DRAW
    bounds = drag.at(*end)
    assert {bounds.left, bounds.right} == {start[0], end[0]}
    assert {bounds.top, bounds.bottom} == {start[1], end[1]}


@given(st.floats(-50.0, 50.0), st.floats(-50.0, 50.0))
def test_a_shape_follows_the_pointer_that_moves_it(dx: float, dy: float) -> None:
    pane = canvas_of(1)[0]
    before = Bounds(left=800.0, top=900.0, right=1000.0, bottom=1200.0)
    x, y = pane.to_canvas(900.0, 1000.0)
    drag = Drag.changing(pane, x, y, ShapeKind.ELLIPSE, number=3, before=before, handle=None)
    after = drag.at(*pane.to_image(x + dx, y + dy))
    held = pane.on_canvas(after)
    was = pane.on_canvas(before)
    assert (held.left - was.left, held.top - was.top) == pytest.approx((dx, dy), abs=1e-6)
