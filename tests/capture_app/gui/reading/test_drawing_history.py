"""The last step can be taken back, as often as there are steps, by acts that undo it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from capture_app.gui.reading.drawing_history import DrawingHistory
from capture_app.session.port import SessionError
from capture_app.session.reading import Shape, ShapeKind

ELLIPSE = Shape(
    kind=ShapeKind.ELLIPSE, image_id=0, pane=0, left_image_px=1.0, top_image_px=2.0, right_image_px=30.0,
    bottom_image_px=40.0,
)  # fmt: skip
MOVED = replace(ELLIPSE, left_image_px=5.0, right_image_px=34.0)


class Acts:
    """The shapes of a case: numbers are never used twice."""

    def __init__(self) -> None:
        self.shapes: dict[int, Shape] = {}
        self.next_number = 0
        self.refusal = ""

    def draw(self, shape: Shape) -> None:
        if self.refusal:
            raise SessionError(self.refusal)
        self.shapes[self.next_number] = shape
        self.next_number += 1

    def change_shape(self, number: int, shape: Shape) -> None:
        self.shapes[number] = shape

    def remove_shape(self, number: int) -> None:
        del self.shapes[number]


@pytest.fixture
def acts() -> Acts:
    return Acts()


@pytest.fixture
def history(acts) -> DrawingHistory:
    made = DrawingHistory()
    made.begin(acts.shapes)
    return made


def undone(history: DrawingHistory, acts: Acts) -> dict[int, Shape]:
    history.undo(acts)
    history.follow(dict(acts.shapes))
    return acts.shapes


def test_everything_is_taken_back_in_turn(history, acts) -> None:
    acts.draw(ELLIPSE)
    history.follow(dict(acts.shapes))
    acts.change_shape(0, MOVED)
    history.follow(dict(acts.shapes))
    acts.remove_shape(0)
    history.follow(dict(acts.shapes))
    assert list(undone(history, acts).values()) == [MOVED]
    assert list(undone(history, acts).values()) == [ELLIPSE]  # under its new number
    assert undone(history, acts) == {}
    assert not history.can_undo


def test_what_was_taken_back_is_no_step_of_its_own(history, acts) -> None:
    acts.draw(ELLIPSE)
    history.follow(dict(acts.shapes))
    undone(history, acts)
    assert not history.can_undo


def test_what_was_drawn_on_an_earlier_visit_stays(history, acts) -> None:
    acts.draw(ELLIPSE)
    history.begin(acts.shapes)
    history.undo(acts)
    assert acts.shapes == {0: ELLIPSE}


def test_a_refused_act_leaves_the_step_to_be_taken_back_later(history, acts) -> None:
    acts.draw(ELLIPSE)
    history.follow(dict(acts.shapes))
    acts.remove_shape(0)
    history.follow({})
    acts.refusal = "Not now."
    with pytest.raises(SessionError):
        history.undo(acts)
    acts.refusal = ""
    assert list(undone(history, acts).values()) == [ELLIPSE]


def test_an_act_that_was_refused_is_no_step(history, acts) -> None:
    history.follow(dict(acts.shapes))
    assert not history.can_undo
