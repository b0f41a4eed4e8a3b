"""A ruler against the screen."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.session.port import ScreenFacts
from capture_app.session.ruler_check import read_ruler, ruler_frame
from capture_app.session.study.station_keys import DisplaySetup

SCREEN = ScreenFacts(name="DP-2", width_px=1920, height_px=1200, width_mm=518.4, height_mm=324.0)


def test_the_frame_has_the_pixels_of_its_millimetres():
    frame = ruler_frame(SCREEN)
    assert frame.width_px == pytest.approx(1920 * 100 / 518.4)
    assert frame.height_px == pytest.approx(1200 * 50 / 324.0)
    assert not frame.is_assumed


def test_a_screen_of_unknown_size_is_believed_to_have_96_dots_per_inch():
    frame = ruler_frame(replace(SCREEN, width_mm=math.nan, height_mm=math.nan, device_pixel_ratio=2.0))
    assert frame.is_assumed
    assert frame.believed_width_mm == pytest.approx(1920 / 192 * 25.4)


def test_true_millimetres_are_said_to_be_true():
    result = read_ruler(SCREEN, 100.0, 50.0, None)
    assert result.level == "good"
    assert (result.width_mm, result.height_mm) == pytest.approx((518.4, 324.0))


@pytest.mark.parametrize(("width_mm", "level"), [(100.4, "good"), (101.0, "attention"), (97.0, "bad")])
def test_the_difference_decides(width_mm, level):
    assert read_ruler(SCREEN, width_mm, 50.0, None).level == level


def test_a_size_nobody_knew_is_offered_even_where_it_agrees():
    unknown = replace(SCREEN, width_mm=math.nan, height_mm=math.nan)
    assert read_ruler(unknown, 100.0, 50.0, None).level == "attention"


@pytest.mark.parametrize(("width_mm", "height_mm"), [(0.0, 50.0), (1000.0, 50.0), (100.0, 5.0)])
def test_lengths_that_cannot_be_are_refused(width_mm, height_mm):
    result = read_ruler(SCREEN, width_mm, height_mm, None)
    assert result.level == "bad"
    assert math.isnan(result.width_mm)


@pytest.mark.parametrize(("study_mm", "is_told"), [(0.0, False), (518.0, False), (535.0, True)])
def test_other_millimetres_in_the_study_file_are_told(study_mm, is_told):
    wanted = DisplaySetup(width_mm=study_mm, height_mm=324.0 if study_mm else 0.0)
    sentence = read_ruler(SCREEN, 100.0, 50.0, wanted).study_sentence
    assert bool(sentence) is is_told
    assert ("width_mm = 518.4" in sentence) is is_told


@given(
    width_mm=st.floats(200, 1200), height_mm=st.floats(200, 1200), wrong=st.floats(0.5, 2.0),
    width_px=st.integers(640, 8000), height_px=st.integers(480, 8000),
)  # fmt: skip
def test_a_ruler_finds_the_true_size_whatever_was_believed(width_mm, height_mm, wrong, width_px, height_px):
    believed = ScreenFacts(
        name="x",
        width_px=width_px,
        height_px=height_px,
        width_mm=width_mm * wrong,
        height_mm=height_mm / wrong,
    )
    frame = ruler_frame(believed)
    measured = (frame.width_px * width_mm / width_px, frame.height_px * height_mm / height_px)
    result = read_ruler(believed, *measured, None)
    assert (result.width_mm, result.height_mm) == pytest.approx((width_mm, height_mm))
