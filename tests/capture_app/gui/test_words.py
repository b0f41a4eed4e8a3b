"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest

from capture_app.gui import words


@pytest.mark.parametrize(
    ("elapsed_s", "text"),
    [(0.0, "00:00:00"), (761.9, "00:12:41"), (36_061.0, "10:01:01"), (math.nan, "00:00:00")],
)
def test_clock(elapsed_s, text):
    assert words.clock(elapsed_s) == text


def test_unknown_numbers_are_a_dash_and_zero_is_never_negative():
    assert words.number(math.nan, 1, "Hz") == words.UNKNOWN
    assert words.number(-0.04, 1, "ms") == "0.0 ms"


def test_units_follow_the_size_of_the_number():
    assert words.percent(0.0123) == "1.2 %"
    assert words.distance(624.0) == "62 cm"
    assert words.minutes(8.9) == "8 min"
    assert words.minutes(200.0) == "3 h 20 min"
    assert words.offset(-0.42) == "-0.42 ms"
    assert words.offset(2_397_997.0) == "2398.00 s"
    assert words.size(12_400_000) == "12.4 MB"
    assert words.size(5_200_000_000) == "5.2 GB"
    assert words.size(812_000_000_000) == "812 GB"
