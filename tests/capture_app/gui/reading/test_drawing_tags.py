"""Words stand beside shapes: never on one, never on each other, never outside their pane."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from capture_app.gui.reading.drawing_tags import TagWish, place_tags
from capture_app.gui.reading.shape_geometry import Bounds

AREA = Bounds(left=0.0, top=0.0, right=900.0, bottom=700.0)
HEIGHT = 20.0


def wish(number: int, left: float, top: float, width: float, height: float) -> TagWish:
    return TagWish(
        number=number, shape=Bounds(left=left, top=top, right=left + width, bottom=top + height), area=AREA,
        long_text=f"{number}  Consolidation", long_width=140.0, short_text=str(number), short_width=24.0,
    )  # fmt: skip


def overlap(one: Bounds, other: Bounds) -> bool:
    is_across = one.left < other.right and one.right > other.left
    return is_across and one.top < other.bottom and one.bottom > other.top


places = st.lists(
    st.tuples(
        st.floats(-100.0, 900.0), st.floats(-100.0, 700.0), st.floats(2.0, 400.0), st.floats(2.0, 400.0)
    ),
    max_size=30,
)


@given(places)
def test_no_tag_hides_a_shape_or_another_tag(shapes) -> None:
    wishes = [wish(number, *place) for number, place in enumerate(shapes)]
    tags = place_tags(wishes, HEIGHT)
    for tag in tags:
        assert not any(overlap(tag.bounds, each.shape) for each in wishes)
        assert not any(overlap(tag.bounds, other.bounds) for other in tags if other is not tag)
        assert tag.bounds.left >= AREA.left
        assert tag.bounds.top >= AREA.top
        assert tag.bounds.right <= AREA.right
        assert tag.bounds.bottom <= AREA.bottom


def test_a_shape_that_stands_alone_has_its_words_above_it() -> None:
    (tag,) = place_tags([wish(4, 300.0, 300.0, 200.0, 100.0)], HEIGHT)
    assert tag.text == "4  Consolidation"
    assert tag.bounds.bottom < 300.0
    assert tag.bounds.left == 300.0


def test_at_the_upper_edge_the_words_stand_below() -> None:
    (tag,) = place_tags([wish(4, 300.0, 5.0, 200.0, 100.0)], HEIGHT)
    assert tag.bounds.top > 105.0


def test_where_the_words_find_no_place_the_number_does() -> None:
    around = [wish(1, 0.0, 0.0, 900.0, 290.0), wish(2, 0.0, 330.0, 900.0, 370.0)]
    tags = place_tags([wish(0, 60.0, 300.0, 800.0, 20.0), *around], HEIGHT)
    assert tags[0].text == "0"


def test_a_shape_that_fills_everything_has_no_words_on_it() -> None:
    assert place_tags([wish(0, 0.0, 0.0, 900.0, 700.0)], HEIGHT) == ()
