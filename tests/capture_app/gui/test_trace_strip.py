"""Words of events in the strip never lie over one another and never leave it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from capture_app.gui.trace_strip import label_left

LOW, HIGH = 70.0, 740.0


def test_words_stand_right_of_their_line_where_there_is_room():
    assert label_left(100.0, 50.0, LOW, HIGH) == 103.0


def test_at_the_right_edge_they_stand_left_of_it():
    assert label_left(730.0, 50.0, LOW, HIGH) == 677.0


def test_between_two_newer_events_they_are_left_out():
    assert label_left(710.0, 50.0, LOW, 677.0) is None


@given(
    st.lists(
        st.tuples(st.floats(LOW, HIGH, allow_nan=False), st.floats(5.0, 200.0, allow_nan=False)), max_size=12
    )
)
def test_words_never_overlap(events):
    free_to, taken = HIGH, []
    for x, width in sorted(events, reverse=True):
        left = label_left(x, width, LOW, free_to)
        if left is None:
            continue
        assert left >= LOW
        assert left + width <= free_to
        assert all(left + width <= other for other in taken)
        taken.append(left)
        free_to = min(left, x)
