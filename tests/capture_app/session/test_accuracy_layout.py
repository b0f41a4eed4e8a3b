"""The accuracy map as shapes: places, sizes, levels, ages and words agree with what was measured."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration import AccuracyMap, SmallestLesion, TargetResult, ValidationResult
from capture_app.session.accuracy_layout import (
    DEG_SHARE,
    FAINTEST,
    accuracy_layout,
    lesion_sentence,
    level_of,
    next_targets_sentence,
)
from capture_app.session.study.quality_keys import Gates
from gaze_core.eyes import Eye
from gaze_core.geometry import Screen, ViewingGeometry
from gaze_core.quality import Accuracy

GATES = Gates()
MINUTE_NS = 60_000_000_000
GEOMETRY = ViewingGeometry(
    screen=Screen(width_px=1920, height_px=1080, width_mm=530.0, height_mm=300.0), distance_mm=650.0
)


def target(x_norm=0.5, y_norm=0.5, right=0.3, down=-0.4, std=0.2):
    return TargetResult(
        target_id=0, x_norm=x_norm, y_norm=y_norm, eye=Eye.AVERAGE,
        accuracy=Accuracy(
            offset_deg=math.hypot(right, down), azimuth_offset_deg=right, elevation_offset_deg=down
        ),
        rms_s2s_deg=0.1, std_deg=std, bcea_deg2=0.1, sample_count=100, loss_percent=0.0,
        effective_rate_hz=600.0,
    )  # fmt: skip


def layout_of(*timed, now_minute=30.0):
    """Return the layout of targets with their minutes; the session began at minute 0."""
    found = AccuracyMap(Eye.AVERAGE, GEOMETRY)
    for each, minute in timed:
        result = ValidationResult(targets=(each,), eyes=(), window_ms=300.0)
        found.add_validation(result, round(minute * MINUTE_NS))
    return accuracy_layout(found, GATES, start_host_ns=0, now_host_ns=round(now_minute * MINUTE_NS))


def lesion(**changes):
    values = {
        "diameter_deg": 1.4, "diameter_screen_mm": 15.6, "diameter_image_px": 118.0, "diameter_mm": 16.9,
        "accuracy_deg": 0.5, "std_deg": 0.2,
    }  # fmt: skip
    return SmallestLesion(**(values | changes))


def test_an_arrow_has_the_direction_and_the_length_of_its_offset():
    mark = layout_of((target(), 30)).marks[0]
    assert (mark.x_norm, mark.y_norm) == (0.5, 0.5)
    assert mark.right_share == pytest.approx(0.3 * DEG_SHARE)
    assert mark.down_share == pytest.approx(-0.4 * DEG_SHARE)
    assert mark.ring_share == pytest.approx(0.2 * DEG_SHARE)
    assert mark.text == "0.5 deg, good, validation at 30 min"


@given(st.floats(0.0, 60.0), st.floats(-math.pi, math.pi))
def test_no_arrow_is_longer_than_four_degrees_and_each_keeps_its_direction(offset, angle):
    mark = layout_of((target(right=offset * math.cos(angle), down=offset * math.sin(angle)), 1)).marks[0]
    length = math.hypot(mark.right_share, mark.down_share)
    assert length == pytest.approx(min(offset, 4.0) * DEG_SHARE, abs=1e-9)
    if offset > 1e-3:
        assert mark.right_share == pytest.approx(length * math.cos(angle), abs=1e-9)


@pytest.mark.parametrize(
    ("offset", "level"), [(1.0, "good"), (1.2, "attention"), (1.5, "attention"), (1.6, "bad")]
)
def test_the_limits_of_one_target_decide_the_level(offset, level):
    assert level_of(offset, GATES) == level


def test_marks_fade_with_their_age_and_never_vanish():
    strengths = [mark.strength for mark in layout_of((target(), 0), (target(), 20), (target(), 30)).marks]
    assert strengths == sorted(strengths)
    assert strengths[-1] == 1.0
    assert layout_of((target(), 0), now_minute=500).marks[0].strength == FAINTEST


def test_only_the_newest_mark_of_a_place_carries_its_number():
    marks = layout_of((target(), 1), (target(x_norm=0.1), 2), (target(), 3)).marks
    assert [mark.is_newest_here for mark in marks] == [False, True, True]


def test_the_axes_hold_every_mark():
    layout = layout_of((target(right=3.0, down=0.0), 12), now_minute=10)
    assert layout.minutes >= 12
    assert layout.axis_deg >= 3.0
    assert (layout.aim_deg, layout.limit_deg) == (GATES.recommended_worst_deg, GATES.worst_deg)


def test_two_next_targets_are_named_by_where_they_are():
    layout = layout_of((target(), 29))
    assert len(layout.next_targets) == 2
    assert next_targets_sentence(layout.next_targets).startswith("Measuring here would tell most: at the ")


def test_the_summary_names_the_worst_place():
    summary = layout_of((target(), 29), (target(x_norm=0.1, y_norm=0.9, right=1.8, down=0.0), 29)).summary
    assert "worst 1.8 deg at the bottom left" in summary


def test_an_empty_map_says_what_brings_the_first_marks():
    layout = layout_of()
    assert layout.marks == ()
    assert "Nothing was measured yet" in layout.summary
    assert layout.minutes > 0


def test_the_smallest_lesion_is_said_in_mm_of_the_image():
    assert "17 mm in the image (16 mm on the screen, 1.4 deg)" in lesion_sentence(lesion())


def test_without_a_pixel_spacing_the_lesion_is_said_in_image_px():
    sentence = lesion_sentence(lesion(diameter_mm=math.nan))
    assert "118 image px" in sentence
    assert "no pixel spacing" in sentence


def test_without_an_image_the_lesion_is_said_on_the_screen():
    sentence = lesion_sentence(lesion(diameter_mm=math.nan, diameter_image_px=math.nan))
    assert sentence.startswith("The smallest lesion these data can resolve: 16 mm on the screen")


@pytest.mark.parametrize("unknown", [None, lesion(diameter_deg=math.nan)])
def test_without_a_validation_the_lesion_is_not_known(unknown):
    assert "is not known" in lesion_sentence(unknown)
