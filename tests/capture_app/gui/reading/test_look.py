"""The reader's screens are readable on any grey and at any height."""

from __future__ import annotations

import pytest

from capture_app.gui import tokens
from capture_app.gui.reading.look import ReadingLook
from capture_app.gui.tokens import contrast_ratio, reader_shades


@pytest.mark.parametrize("grey", range(0, 256, 5))
def test_text_is_readable_on_every_grey(grey):
    shades = reader_shades(grey)
    assert contrast_ratio(shades.text, shades.ground) >= 3.9
    assert contrast_ratio(shades.secondary, shades.ground) >= min(
        4.5, contrast_ratio(shades.text, shades.ground)
    )


@pytest.mark.parametrize("grey", [0, 24, 64, 96, 180, 220, 255])
def test_answers_are_readable_and_stand_out_on_the_greys_that_studies_use(grey):
    shades = reader_shades(grey)
    assert contrast_ratio(shades.text, shades.raised) >= 4.5
    assert contrast_ratio(shades.text, shades.chosen) >= 4.5
    assert len({shades.ground, shades.raised, shades.hover, shades.control_line}) == 4


def test_the_ground_is_the_very_grey_around_the_images():
    assert reader_shades(64).ground == "#404040"


@pytest.mark.parametrize("height", [300, 400, 800, 1080, 1440, 3000])
def test_letters_grow_with_the_window_within_limits(height):
    look = ReadingLook.of(64, height)
    assert tokens.READING_FONT_MINIMUM_PX <= look.body_px <= tokens.READING_FONT_MAXIMUM_PX
    assert look.small_px >= tokens.FONT_SECONDARY_PX
    assert look.control_px >= tokens.MINIMUM_TARGET
