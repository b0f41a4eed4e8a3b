"""The tracker's display area against the reader's screen, and the sentence that follows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from session_fakes import FACTS

from capture_app.session.display_area import DISPLAY_AREA_TOLERANCE, area_of, match_display_area
from capture_app.session.port import ScreenFacts

UNKNOWN = ScreenFacts(name="DP-1", width_px=1920, height_px=1080)


@pytest.mark.parametrize(
    ("area_mm", "facts", "level", "words"),
    [
        ((528.0, 297.0), FACTS, "good", "agree within 2 %"),
        ((520.0, 300.0), FACTS, "good", "agree within 2 %"),
        ((510.0, 287.0), FACTS, "bad", "Set the display area"),
        ((528.0, 310.0), FACTS, "bad", "528 x 310 mm"),
        ((528.0, 297.0), UNKNOWN, "attention", "Measure it with a ruler"),
        (None, FACTS, "information", "does not tell"),
    ],
)
def test_the_match_has_a_level_and_says_what_to_do(area_mm, facts, level, words):
    match = match_display_area(area_mm, facts)
    assert match.level == level
    assert words in match.sentence
    assert match.is_other_screen == (level == "bad")


@given(st.floats(0.5, 1.5), st.floats(0.5, 1.5))
def test_the_worse_side_decides(width_share, height_share):
    match = match_display_area((528.0 * width_share, 297.0 * height_share), FACTS)
    off = max(abs(width_share - 1.0), abs(height_share - 1.0))
    if abs(off - DISPLAY_AREA_TOLERANCE) > 1e-9:
        assert match.is_other_screen == (off > DISPLAY_AREA_TOLERANCE)


@pytest.mark.parametrize(
    ("value", "area_mm"),
    [([528, 297.0], (528.0, 297.0)), ((1.0, 2.0), (1.0, 2.0)), (None, None), ([1.0], None), ("ab", None)],
)
def test_an_area_comes_out_of_a_message_or_is_unknown(value, area_mm):
    assert area_of(value) == area_mm
