"""Labels, certainty, undo and keys of the drawing screens; what is missing; everything without a mouse."""

from __future__ import annotations

from typing import Any

import pytest
from drawing_stage import case_study
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from capture_app.gui.reading.drawing_screen import DrawingScreen
from capture_app.gui.reading.shape_geometry import bounds_of
from capture_app.session.reading import ShapeKind
from capture_app.session.study.task_keys import ChestBoxScreen, ShapeScreen, ShapeTool

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LABELS = ("Consolidation", "Lung nodule or mass", "Support devices")


@pytest.fixture
def stage(make_stage) -> Any:
    screen = ShapeScreen(name="shapes", tools=(ShapeTool.ELLIPSE, ShapeTool.BOX))
    return make_stage(case_study(screen), "shapes", DrawingScreen, labels=LABELS)


def press(stage: Any, button: Any) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    stage.frame()


def chip(row: Any, name: str) -> Any:
    return row.chips[row.names.index(name)]


def drawn(stage: Any) -> int:
    """Draw an ellipse and return its number."""
    stage.drag(stage.point(300, 400), stage.point(600, 700), CONTROL)
    return max(stage.shapes)


def test_labels_that_wait_for_a_shape_come_first(stage) -> None:
    drawn(stage)
    row = stage.widget.panel.chosen_labels
    assert set(row.names) == set(LABELS)
    assert row.names[2] == "Support devices"  # needs no shape
    assert "Atelectasis" in stage.widget.panel.other_labels.names
    assert "Normal radiograph" not in stage.widget.panel.other_labels.names
    press(stage, chip(row, "Consolidation"))
    assert stage.widget.panel.chosen_labels.names[0] == "Lung nodule or mass"


def test_a_shape_takes_several_labels_and_one_certainty_each_by_one_act(stage) -> None:
    number = drawn(stage)
    for name in ("Consolidation", "Lung nodule or mass"):
        press(stage, chip(stage.widget.panel.chosen_labels, name))
    press(stage, chip(stage.widget.panel.certainty, "7"))
    press(stage, chip(stage.widget.panel.certainty, "5"))
    shape = stage.shapes[number]
    assert set(shape.labels) == {"Consolidation", "Lung nodule or mass"}
    assert shape.certainty == 5
    assert len(stage.acts("change_shape")) == 4
    assert chip(stage.widget.panel.certainty, "5").isChecked()
    assert not chip(stage.widget.panel.certainty, "7").isChecked()


def test_a_label_is_taken_back_by_a_second_click(stage) -> None:
    number = drawn(stage)
    for _ in range(2):
        press(stage, chip(stage.widget.panel.chosen_labels, "Consolidation"))
    assert stage.shapes[number].labels == ()


def test_two_answers_before_the_next_frame_are_both_kept(stage) -> None:
    number = drawn(stage)
    QTest.mouseClick(chip(stage.widget.panel.chosen_labels, "Consolidation"), Qt.MouseButton.LeftButton)
    QTest.mouseClick(chip(stage.widget.panel.certainty, "9"), Qt.MouseButton.LeftButton)
    stage.frame()
    assert stage.shapes[number].labels == ("Consolidation",)
    assert stage.shapes[number].certainty == 9


def test_the_list_says_what_each_shape_lacks_and_picks_by_a_click(stage) -> None:
    first = drawn(stage)
    press(stage, chip(stage.widget.panel.chosen_labels, "Consolidation"))
    stage.drag(stage.point(700, 800), stage.point(800, 900))
    shapes = stage.widget.panel.list
    assert shapes.item(0).text() == "1  Consolidation · no certainty"
    assert shapes.item(1).text() == "2  no label, no certainty"
    rect = shapes.visualItemRect(shapes.item(0))
    QTest.mouseClick(shapes.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    stage.frame()
    assert stage.widget.canvas.selected == first
    assert stage.widget.panel.title.text() == "Ellipse 1"


def test_what_is_missing_stands_in_the_panel_until_it_is_done(stage) -> None:
    panel = stage.widget.panel
    assert "Consolidation has no ellipse or box yet" in panel.missing.text()
    for name in ("Consolidation", "Lung nodule or mass"):
        drawn(stage)
        press(stage, chip(panel.chosen_labels, name))
        press(stage, chip(panel.certainty, "9"))
    assert stage.widget.missing(stage.desk.view) == ()
    assert not panel.missing.isVisible()


def test_a_number_key_gives_the_certainty_of_the_picked_shape(stage) -> None:
    number = drawn(stage)
    stage.key(Qt.Key.Key_3)
    assert stage.shapes[number].certainty == 3
    stage.key(Qt.Key.Key_2)  # no step of this scale
    assert not stage.is_key_used
    assert stage.shapes[number].certainty == 3


def test_delete_removes_and_control_z_brings_back_with_labels(stage) -> None:
    number = drawn(stage)
    press(stage, chip(stage.widget.panel.chosen_labels, "Consolidation"))
    before = stage.shapes[number]
    stage.key(Qt.Key.Key_Delete)
    assert stage.shapes == {}
    stage.key(Qt.Key.Key_Z, CONTROL)
    assert list(stage.shapes.values()) == [before]
    stage.key(Qt.Key.Key_Z, CONTROL)
    assert next(iter(stage.shapes.values())).labels == ()
    stage.key(Qt.Key.Key_Z, CONTROL)
    assert stage.shapes == {}
    assert not stage.widget.panel.undo.isEnabled()


def test_arrows_move_the_picked_shape_and_many_presses_are_one_act(stage) -> None:
    number = drawn(stage)
    before = bounds_of(stage.shapes[number])
    for _ in range(5):
        stage.key(Qt.Key.Key_Right)
    stage.key(Qt.Key.Key_Down, CONTROL)
    assert stage.acts("change_shape") == []
    stage.settle()
    after = bounds_of(stage.shapes[number])
    assert len(stage.acts("change_shape")) == 1
    assert after.left - before.left == pytest.approx(5.0)
    assert after.top - before.top == pytest.approx(10.0)
    assert after.width == pytest.approx(before.width)


def test_steps_by_keys_are_told_by_themselves_after_a_pause(stage, qtbot) -> None:
    drawn(stage)
    stage.key(Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: len(stage.acts("change_shape")) == 1, timeout=5000)


def test_a_label_after_steps_keeps_both(stage) -> None:
    number = drawn(stage)
    before = bounds_of(stage.shapes[number])
    stage.key(Qt.Key.Key_Right)
    press(stage, chip(stage.widget.panel.chosen_labels, "Consolidation"))
    shape = stage.shapes[number]
    assert shape.labels == ("Consolidation",)
    assert shape.left_image_px == pytest.approx(before.left + 1.0)


def test_shift_and_arrows_resize(stage) -> None:
    number = drawn(stage)
    before = bounds_of(stage.shapes[number])
    stage.key(Qt.Key.Key_Right, SHIFT)
    stage.key(Qt.Key.Key_Up, SHIFT | CONTROL)
    stage.settle()
    after = bounds_of(stage.shapes[number])
    assert (after.left, after.top) == (before.left, before.top)
    assert after.width == pytest.approx(before.width + 1.0)
    assert after.height == pytest.approx(before.height - 10.0)


def test_with_nothing_picked_the_arrows_are_the_viewer_s(stage) -> None:
    drawn(stage)
    stage.key(Qt.Key.Key_Escape)
    assert stage.widget.canvas.selected == -1
    stage.key(Qt.Key.Key_Up)
    assert not stage.is_key_used


def test_a_case_is_marked_by_keys_alone(stage) -> None:
    stage.key(Qt.Key.Key_N)
    ((number, shape),) = stage.shapes.items()
    assert bounds_of(shape).centre == pytest.approx((500.0, 600.0), abs=1.0)
    for _ in range(3):
        stage.key(Qt.Key.Key_Left, CONTROL)
    stage.key(Qt.Key.Key_Down, SHIFT | CONTROL)
    stage.key(Qt.Key.Key_9)
    stage.key(Qt.Key.Key_L)
    focused = stage.widget.panel.focusWidget()
    assert focused is stage.widget.panel.chosen_labels.chips[0]
    name = stage.widget.panel.chosen_labels.names[0]
    QTest.keyClick(focused, Qt.Key.Key_Space)
    stage.frame()
    stage.key(Qt.Key.Key_Escape)
    assert stage.widget.canvas.hasFocus()
    shape = stage.shapes[number]
    assert (shape.labels, shape.certainty) == ((name,), 9)
    assert bounds_of(shape).centre[0] == pytest.approx(470.0, abs=1.0)


def test_page_keys_walk_through_the_shapes(stage) -> None:
    numbers = [drawn(stage), drawn(stage), drawn(stage)]
    stage.key(Qt.Key.Key_PageDown)
    assert stage.widget.canvas.selected == numbers[0]
    stage.key(Qt.Key.Key_PageUp)
    assert stage.widget.canvas.selected == numbers[2]


def test_the_tool_changes_by_its_key_and_is_kept_for_the_next_case(stage) -> None:
    stage.key(Qt.Key.Key_T)
    stage.key(Qt.Key.Key_N)
    assert next(iter(stage.shapes.values())).kind is ShapeKind.BOX
    assert not stage.widget.panel.ways.isVisible()  # a box has no centre to be drawn from
    stage.begin()
    assert stage.widget.canvas.kind is ShapeKind.BOX


def test_another_case_begins_with_nothing_picked_and_nothing_to_take_back(stage) -> None:
    drawn(stage)
    stage.begin()
    assert stage.widget.canvas.selected == -1
    assert not stage.widget.panel.undo.isEnabled()
    assert len(stage.shapes) == 1


def test_the_chest_box_has_no_labels_and_is_picked_when_one_comes_back(make_stage) -> None:
    stage = make_stage(case_study(ChestBoxScreen(name="chest")), "chest_box", DrawingScreen)
    assert stage.widget.panel.count.text() == "Nothing drawn yet"
    stage.drag(stage.point(100, 100), stage.point(900, 1000))
    assert not stage.widget.panel.certainty.isVisible()
    assert not stage.widget.panel.list.isVisible()
    stage.begin()
    assert stage.widget.canvas.selected == next(iter(stage.shapes))


def test_without_a_scale_no_certainty_is_asked(make_stage) -> None:
    stage = make_stage(
        case_study(ShapeScreen(name="shapes", has_certainty=False)), "shapes", DrawingScreen, labels=LABELS
    )
    number = drawn(stage)
    stage.key(Qt.Key.Key_9)
    assert stage.shapes[number].certainty == -1
    assert not stage.widget.panel.certainty.isVisible()


def test_the_panel_keeps_to_the_room_beside_the_image(make_stage) -> None:
    for size in ((1280, 800), (640, 400)):
        stage = make_stage(
            case_study(ShapeScreen(name="shapes")), "shapes", DrawingScreen, labels=LABELS, size_px=size
        )
        drawn(stage)
        area = stage.presentation.state.panes[0].grey_screen_px
        assert stage.widget.panel.geometry().left() >= area.right - 1.0
        for row in (stage.widget.panel.ways, stage.widget.panel.chosen_labels, stage.widget.panel.certainty):
            assert all(each.geometry().right() <= row.width() for each in row.chips)
            assert all(each.height() >= 28 for each in row.chips)


def test_the_keys_are_told(stage) -> None:
    keys = [key for key, _ in stage.widget.key_help]
    assert {"N", "Delete", "Ctrl+Z", "1 to 9", "L", "T", "C"} <= set(keys)
