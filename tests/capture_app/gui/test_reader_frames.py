"""The account of presented, late and dropped frames."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from capture_app.gui.reader_frames import FrameCounter

PERIOD_NS = 16_666_667


def test_a_frame_within_one_period_is_not_late():
    counter = FrameCounter(refresh_hz=60.0)
    counter.asked(1, 0)
    frame = counter.presented(1, PERIOD_NS - 1)
    assert frame is not None
    assert (frame.revision, frame.frame, frame.frames_late) == (1, 0, 0)


def test_periods_beyond_the_first_count_as_late():
    counter = FrameCounter(refresh_hz=60.0)
    counter.asked(1, 0)
    frame = counter.presented(1, 3 * PERIOD_NS + 10_000)
    assert frame is not None
    assert frame.frames_late == 3
    assert counter.late == 3


def test_a_paint_with_nothing_new_is_no_frame():
    counter = FrameCounter()
    counter.asked(1, 0)
    counter.presented(1, 10)
    assert counter.presented(1, 20) is None
    assert counter.frames == 1


def test_a_revision_replaced_before_its_paint_is_dropped():
    counter = FrameCounter()
    counter.asked(1, 0)
    counter.asked(2, 5)
    frame = counter.presented(2, 10)
    assert frame is not None
    assert (counter.dropped, frame.revision) == (1, 2)


@given(st.lists(st.booleans(), max_size=50))
def test_every_revision_is_presented_dropped_or_still_waiting(painted):
    counter = FrameCounter()
    for revision, is_painted in enumerate(painted):
        counter.asked(revision, revision * 10)
        if is_painted:
            counter.presented(revision, revision * 10 + 5)
    waiting = int(bool(painted) and not painted[-1])
    assert counter.frames + counter.dropped + waiting == len(painted)
