"""What is set differently after a tracker came back is told, and so is that it is as at first."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from drivers.contract import NoticeKind
from drivers.returned import changes_after_return
from gaze_core.streams import TrackerInfo

OPENED = TrackerInfo(
    driver="tobii",
    model="Spectrum",
    serial="7",
    rate_hz=600.0,
    raw_dtype=np.dtype([("x", "<f4")]),
    display_area_mm=(527.0, 296.0),
    settings={"mode": "human", "display_area_corners_mm": "[1]"},
)
OTHER = dataclasses.replace(
    OPENED,
    rate_hz=120.0,
    display_area_mm=(510.0, 290.0),
    settings={"mode": "monkey", "display_area_corners_mm": "[2]"},
)
KINDS = [NoticeKind.DISPLAY_AREA_CHANGED, NoticeKind.RATE_CHANGED, NoticeKind.MODE_CHANGED]


def test_a_tracker_that_came_back_as_it_was_tells_nothing():
    same = dataclasses.replace(OPENED, display_area_mm=(527.1, 296.0), rate_hz=600.02)
    assert changes_after_return(OPENED, OPENED, same, 5) == ()
    unknown = dataclasses.replace(OPENED, rate_hz=math.nan, display_area_mm=None)
    assert changes_after_return(unknown, unknown, unknown, 5) == ()


def test_each_setting_that_is_another_one_is_told():
    told = changes_after_return(OPENED, OPENED, OTHER, 5)
    assert [each.kind for each in told] == KINDS
    assert [each.value for each in told] == [0.0, 120.0, 0.0]
    assert all(each.text.endswith(".") and "Spectrum 7" in each.text for each in told)


def test_settings_that_are_again_as_at_first_say_so():
    told = changes_after_return(OPENED, OTHER, OPENED, 5)
    assert [each.value for each in told] == [1.0, 600.0, 1.0]


def test_a_screen_of_the_same_size_in_another_place_is_another_one():
    moved = dataclasses.replace(OPENED, settings={**OPENED.settings, "display_area_corners_mm": "[3]"})
    assert [each.kind for each in changes_after_return(OPENED, OPENED, moved, 5)] == KINDS[:1]
