"""A mask has settled once seconds of gaze no longer change it; what it took is kept with it."""

from __future__ import annotations

import math

import pytest

from capture_app.session.event_json import events_of
from capture_app.session.mask_progress import MASK_EVENT, MaskWatch, mask_event


def watched(areas: list[tuple[float, float]]) -> MaskWatch:
    """Return a watch that saw areas at seconds of gaze; a tenth of the time was not gaze."""
    watch = MaskWatch(3)
    for gaze_s, share in areas:
        watch.step(gaze_s / 0.9, gaze_s, share)
    return watch


def test_a_mask_that_grows_has_not_settled() -> None:
    watch = watched([(second, 0.01 * second) for second in range(1, 11)])
    assert watch.now.dice_change == pytest.approx(1 - 2 * 0.05 / 0.15)
    assert not watch.now.has_settled
    assert math.isnan(watch.now.settled_s)


def test_a_mask_settles_when_five_seconds_of_gaze_change_it_by_less_than_a_hundredth() -> None:
    watch = watched([(1.0, 0.1), (2.0, 0.199), *((second, 0.2) for second in range(3, 8))])
    assert watch.now.dice_change == pytest.approx(1 - 2 * 0.199 / 0.399)
    assert watch.now.settled_s == pytest.approx(7 / 0.9)
    watch.step(20.0, 7.0, 0.2)  # time passes without gaze
    assert watch.now.settled_s == pytest.approx(7 / 0.9)
    assert watch.now.visible_s == 20.0


def test_what_grows_again_has_to_settle_again() -> None:
    watch = watched([*((second, 0.2) for second in range(1, 8)), (8.0, 0.3)])
    assert not watch.now.has_settled
    for second in range(9, 14):
        watch.step(float(second), float(second), 0.3)
    assert watch.now.settled_s == 13.0


def test_nothing_is_said_before_there_is_gaze_enough() -> None:
    assert math.isnan(watched([(4.9, 0.2)]).now.dice_change)
    assert not watched([(60.0, 0.0)]).now.has_settled


def test_the_event_holds_the_figures() -> None:
    watch = watched([(second, 0.2) for second in range(1, 8)])
    rows = mask_event(watch.now, t_host_ns=5, trial=2, attempt=1, screen="cover")
    event = events_of(rows, MASK_EVENT)[0]
    assert (event.t_host_ns, event.trial) == (5, 2)
    assert event.value == pytest.approx(7 / 0.9)
    assert event.content == {
        "screen": "cover", "attempt": 1, "image_id": 3, "visible_s": 7.778, "gaze_s": 7.0,
        "covered_share": 0.2, "settled_s": 6.667,
    }  # fmt: skip
