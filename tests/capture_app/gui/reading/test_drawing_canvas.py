"""Shapes are drawn, picked, moved and resized with the mouse, each by one act, at any zoom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from drawing_stage import case_study, move
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtTest import QTest

from capture_app.gui import tokens
from capture_app.gui.reading.drawing_screen import DrawingScreen
from capture_app.gui.reading.shape_geometry import bounds_of
from capture_app.session.reading import Shape, ShapeKind
from capture_app.session.study.task_keys import ChestBoxScreen, ShapeScreen, ShapeTool
from capture_app.session.viewer_controls import PointerButton, ViewerControls

BOTH = (ShapeTool.ELLIPSE, ShapeTool.BOX)
LABELS = ("Consolidation", "Lung nodule or mass")


@pytest.fixture
def stage(make_stage) -> Any:
    return make_stage(
        case_study(ShapeScreen(name="shapes", tools=BOTH)), "shapes", DrawingScreen, labels=LABELS
    )


def edges(shape: Shape) -> tuple[float, float, float, float]:
    bounds = bounds_of(shape)
    return bounds.left, bounds.top, bounds.right, bounds.bottom


def wheel(stage: Any, point: QPoint, notches: int) -> None:
    """Turn the wheel as the system does: an event that is made up does not go on to the window below."""
    place = QPointF(stage.widget.canvas.mapTo(stage.window, point))
    QTest.wheelEvent(stage.window.windowHandle(), place, QPoint(0, 120 * notches))
    stage.frame()


def test_a_drag_draws_an_ellipse_from_corner_to_corner_by_one_act(stage) -> None:
    start, end = stage.point(300, 400), stage.point(600, 700)
    stage.drag(start, end, steps=12)
    ((number, shape),) = stage.shapes.items()
    assert len(stage.acts("draw")) == 1
    assert shape.kind is ShapeKind.ELLIPSE
    assert edges(shape) == pytest.approx((*stage.image_px(start), *stage.image_px(end)))
    assert stage.widget.canvas.selected == number


def test_a_drag_from_the_centre_draws_around_it(stage) -> None:
    QTest.mouseClick(stage.widget.panel.ways.chips[1], Qt.MouseButton.LeftButton)
    stage.frame()
    centre, corner = stage.point(500, 600), stage.point(620, 700)
    stage.drag(centre, corner)
    ((_, shape),) = stage.shapes.items()
    assert bounds_of(shape).centre == pytest.approx(stage.image_px(centre))
    assert (shape.right_image_px, shape.bottom_image_px) == pytest.approx(stage.image_px(corner))
    assert stage.widget.panel.ways.chips[1].isChecked()


def test_a_box_is_drawn_with_the_box_tool_and_cut_at_the_edge(stage) -> None:
    QTest.mouseClick(stage.widget.panel.tools.chips[1], Qt.MouseButton.LeftButton)
    stage.frame()
    stage.drag(stage.point(900, 1000), stage.point(1080, 1100))
    ((_, shape),) = stage.shapes.items()
    assert shape.kind is ShapeKind.BOX
    assert shape.right_image_px == 1000.0


def test_a_shape_drawn_while_zoomed_lies_where_it_was_drawn(stage) -> None:
    fitted = stage.presentation.state.panes[0].placement
    wheel(stage, stage.point(500, 600), 8)
    assert stage.presentation.state.panes[0].placement != fitted
    start, end = stage.point(480, 580), stage.point(530, 640)
    wanted = (*stage.image_px(start), *stage.image_px(end))
    stage.drag(start, end)
    wheel(stage, stage.point(500, 600), -8)
    ((_, shape),) = stage.shapes.items()
    assert edges(shape) == pytest.approx(wanted)


def test_wheel_middle_and_right_button_are_the_viewer_s(stage) -> None:
    before = stage.presentation.state.panes[0].placement
    wheel(stage, stage.point(500, 600), 4)
    zoomed = stage.presentation.state.panes[0].placement
    assert zoomed.src_image_px.w < before.src_image_px.w
    stage.drag(stage.point(500, 600), stage.point(450, 560), button=Qt.MouseButton.MiddleButton)
    panned = stage.presentation.state.panes[0].placement
    assert panned.src_image_px.w == pytest.approx(zoomed.src_image_px.w)
    assert panned.src_image_px != zoomed.src_image_px
    version = stage.presentation.state.panes[0].grey_version
    stage.drag(stage.point(500, 600), stage.point(450, 560), button=Qt.MouseButton.RightButton)
    assert stage.presentation.state.panes[0].grey_version != version
    assert stage.shapes == {}


def test_the_drawing_button_is_the_one_of_the_viewer_s_controls(make_stage) -> None:
    controls = ViewerControls(draw_button=PointerButton.RIGHT, window_button=PointerButton.LEFT)
    stage = make_stage(
        case_study(ShapeScreen(name="shapes")), "shapes", DrawingScreen, labels=LABELS, controls=controls
    )
    stage.widget.set_controls(controls)
    stage.drag(stage.point(300, 400), stage.point(500, 600))
    assert stage.shapes == {}
    stage.drag(stage.point(300, 400), stage.point(500, 600), button=Qt.MouseButton.RightButton)
    assert len(stage.shapes) == 1


def test_the_window_hands_its_controls_on_to_the_screen_that_is_drawn_on(make_stage) -> None:
    controls = ViewerControls(draw_button=PointerButton.RIGHT, window_button=PointerButton.LEFT)
    stage = make_stage(
        case_study(ShapeScreen(name="shapes")), "shapes", DrawingScreen, labels=LABELS, controls=controls
    )
    stage.window.host(stage.desk)
    stage.window.render_study(stage.desk.state)
    screen = stage.window.screens.current
    assert isinstance(screen, DrawingScreen)
    assert screen.canvas.draw_button is Qt.MouseButton.RightButton
    stage.window.hand.controls = ViewerControls()
    stage.window.render_study(stage.desk.state)
    assert screen.canvas.draw_button is Qt.MouseButton.LeftButton


def test_a_click_picks_the_smallest_shape_and_clicking_again_the_one_below(stage) -> None:
    stage.drag(stage.point(200, 200), stage.point(800, 800))
    stage.drag(stage.point(450, 450), stage.point(550, 550), Qt.KeyboardModifier.ControlModifier)
    large, small = sorted(stage.shapes)
    stage.click(stage.point(900, 1100))
    assert stage.widget.canvas.selected == -1
    stage.click(stage.point(500, 500))
    assert stage.widget.canvas.selected == small
    stage.click(stage.point(500, 500))
    assert stage.widget.canvas.selected == large
    assert len(stage.desk.asked) == 2  # picking is no act


def test_a_drag_inside_the_picked_shape_moves_it_by_one_act(stage) -> None:
    stage.drag(stage.point(300, 400), stage.point(600, 700))
    ((number, before),) = stage.shapes.items()
    start, end = stage.point(450, 550), stage.point(500, 500)
    stage.drag(start, end, steps=9)
    moved_px = [b - a for a, b in zip(stage.image_px(start), stage.image_px(end), strict=True)]
    after = stage.shapes[number]
    assert len(stage.acts("change_shape")) == 1
    assert after.left_image_px - before.left_image_px == pytest.approx(moved_px[0])
    assert after.top_image_px - before.top_image_px == pytest.approx(moved_px[1])
    assert bounds_of(after).width == pytest.approx(bounds_of(before).width)


@pytest.mark.parametrize("offset", [QPoint(0, 0), QPoint(13, 13), QPoint(-13, 13)])
def test_a_handle_is_caught_within_its_target_and_keeps_the_opposite_corner(stage, offset) -> None:
    stage.drag(stage.point(300, 400), stage.point(600, 700))
    ((number, before),) = stage.shapes.items()
    corner = stage.point(before.right_image_px, before.bottom_image_px) + offset
    stage.drag(corner, corner + QPoint(40, 25))
    after = stage.shapes[number]
    assert (after.left_image_px, after.top_image_px) == (before.left_image_px, before.top_image_px)
    assert after.right_image_px > before.right_image_px + 20
    assert after.bottom_image_px > before.bottom_image_px + 20


def test_a_tiny_shape_has_handles_that_stand_apart_and_a_middle_to_move_it_by(stage) -> None:
    stage.drag(stage.point(500, 500), stage.point(512, 512))
    ((number, before),) = stage.shapes.items()
    assert before.right_image_px - before.left_image_px < 20
    middle = stage.point(*bounds_of(before).centre)
    stage.drag(middle, middle + QPoint(30, 0))
    moved_shape = stage.shapes[number]
    assert bounds_of(moved_shape).width == pytest.approx(bounds_of(before).width)
    reach = round(tokens.SHAPE_FRAME_LEAST / 2)
    handle = stage.point(*bounds_of(moved_shape).centre) + QPoint(reach, reach)
    stage.drag(handle, handle + QPoint(20, 20))
    assert bounds_of(stage.shapes[number]).width > bounds_of(before).width + 20


def test_a_slip_of_the_hand_is_a_click_and_a_sliver_is_refused_with_a_sentence(stage) -> None:
    stage.drag(stage.point(500, 500), stage.point(500, 500) + QPoint(2, 1))
    assert stage.shapes == {}
    assert stage.refusals == []
    stage.drag(stage.point(500, 500), stage.point(500, 500) + QPoint(60, 0))
    assert stage.shapes == {}
    assert "at least 3 px" in stage.refusals[0]


def test_an_ellipse_whose_centre_lies_beside_the_image_is_refused(stage) -> None:
    stage.drag(stage.point(-300, 500), stage.point(100, 600))
    assert stage.shapes == {}
    assert len(stage.refusals) == 1


def test_what_is_refused_is_not_shown_as_drawn(stage) -> None:
    stage.desk.refusal = "Nothing can be drawn now."
    stage.drag(stage.point(300, 400), stage.point(600, 700))
    stage.frame()
    assert stage.refusals == ["Nothing can be drawn now."]
    assert stage.widget.canvas._draft is None


def test_the_limit_is_told_when_one_more_is_drawn(make_stage) -> None:
    screen = ShapeScreen(name="shapes", shapes_maximum=2)
    stage = make_stage(case_study(screen), "shapes", DrawingScreen, labels=LABELS)
    for left in (100, 300, 500):
        stage.drag(stage.point(left, 400), stage.point(left + 150, 600), Qt.KeyboardModifier.ControlModifier)
    assert len(stage.shapes) == 2
    assert "limit" in stage.refusals[0]


def test_a_shape_belongs_to_the_image_it_was_begun_on(make_stage) -> None:
    stage = make_stage(
        case_study(ShapeScreen(name="shapes")), "shapes", DrawingScreen, labels=LABELS,
        images_px=((1000, 1200), (800, 1200)),
    )  # fmt: skip
    stage.drag(stage.point(600, 400, pane=1), stage.point(700, 600, pane=1))
    stage.drag(stage.point(900, 400, pane=0), stage.point(1100, 600, pane=0))
    second, first = [shape for _, shape in sorted(stage.shapes.items())]
    assert (second.pane, second.image_id) == (1, 1)
    assert (first.pane, first.image_id) == (0, 0)


def test_the_chest_box_is_one_and_nothing_is_offered_before_it_is_drawn(make_stage) -> None:
    stage = make_stage(case_study(ChestBoxScreen(name="chest")), "chest_box", DrawingScreen)
    assert stage.shapes == {}
    stage.drag(stage.point(100, 100), stage.point(900, 1000))
    stage.drag(stage.point(300, 300), stage.point(500, 500), Qt.KeyboardModifier.ControlModifier)
    ((_, shape),) = stage.shapes.items()
    assert shape.kind is ShapeKind.CHEST_BOX
    assert "one box already" in stage.refusals[0]


def test_escape_gives_the_drag_up(stage) -> None:
    canvas = stage.widget.canvas
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, stage.point(300, 300))
    move(canvas, stage.point(500, 500), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    stage.key(Qt.Key.Key_Escape)
    QTest.mouseRelease(
        canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, stage.point(500, 500)
    )
    stage.frame()
    assert stage.shapes == {}


def test_a_frame_without_news_paints_nothing(stage, monkeypatch) -> None:
    stage.drag(stage.point(300, 400), stage.point(600, 700))
    stage.frame()
    painted: list[int] = []
    canvas = stage.widget.canvas
    before: Callable[..., None] = canvas.paintEvent
    monkeypatch.setattr(canvas, "paintEvent", lambda event: (painted.append(1), before(event))[1])
    for _ in range(5):
        stage.frame()
    assert painted == []


def test_the_outline_is_seen_on_white_and_on_black(stage) -> None:
    stage.drag(stage.point(300, 400), stage.point(700, 900))
    image = stage.window.grab().toImage()
    ((_, shape),) = stage.shapes.items()
    place = stage.widget.canvas.mapTo(stage.window, stage.point(500, shape.top_image_px))
    column = [image.pixelColor(place.x() - 60, y).lightness() for y in range(place.y() - 14, place.y() + 30)]
    assert max(column) > 140  # the bright line
    assert min(column) < 60  # its dark rim


def test_while_one_shape_is_dragged_the_others_stay_as_they_are(stage) -> None:
    stage.drag(stage.point(100, 100), stage.point(250, 250))
    stage.drag(stage.point(500, 600), stage.point(700, 800))
    stage.click(stage.point(900, 1100))
    stage.click(stage.point(600, 700))
    corner = stage.widget.canvas.mapTo(stage.window, stage.point(80, 60))
    part = QRect(corner, stage.widget.canvas.mapTo(stage.window, stage.point(270, 270)))
    before = stage.window.grab(part).toImage()
    canvas = stage.widget.canvas
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, stage.point(600, 700))
    for x in (620, 660, 700):
        move(canvas, stage.point(x, 720), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        stage.frame()
    assert stage.window.grab(part).toImage() == before
    assert canvas._draft is not None
    stage.key(Qt.Key.Key_Escape)


def test_outlines_are_smooth_again_once_the_image_rests(stage, qtbot) -> None:
    stage.drag(stage.point(400, 500), stage.point(600, 700))
    wheel(stage, stage.point(500, 600), 2)
    coarse = stage.window.grab().toImage()
    qtbot.waitUntil(lambda: not stage.widget.canvas._rest_timer.isActive(), timeout=5000)
    stage.frame()
    assert stage.window.grab().toImage() != coarse
