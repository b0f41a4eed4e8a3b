"""Colours are readable, and no other module holds one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from capture_app.gui import tokens
from capture_app.gui.style_sheet import style_sheet
from capture_app.gui.tokens import DARK, LIGHT, contrast_ratio

THEMES = pytest.mark.parametrize("colours", [DARK, LIGHT], ids=["dark", "light"])
GUI = Path(tokens.__file__).parent


@THEMES
@pytest.mark.parametrize("ground", ["window", "surface", "raised"])
@pytest.mark.parametrize("ink", ["text", "secondary"])
def test_text_is_readable_on_every_ground(colours, ground, ink):
    assert contrast_ratio(getattr(colours, ink), getattr(colours, ground)) >= 4.5


@THEMES
def test_text_on_hovered_selected_and_primary_grounds_is_readable(colours):
    pairs = [
        (colours.text, colours.hover),
        (colours.text, colours.selection),
        (colours.secondary, colours.selection),
        (colours.on_primary, colours.primary),
        (colours.on_primary, colours.primary_hover),
    ]
    assert min(contrast_ratio(ink, ground) for ink, ground in pairs) >= 4.5


@THEMES
@pytest.mark.parametrize("sign", ["recording", "good", "attention", "information", "focus"])
def test_signs_stand_out_from_the_grounds_they_are_drawn_on(colours, sign):
    worst = min(
        contrast_ratio(getattr(colours, sign), ground) for ground in (colours.window, colours.surface)
    )
    assert worst >= 3.0


@THEMES
@pytest.mark.parametrize("ink", ["left", "right", "trace_x", "trace_y"])
def test_chart_lines_and_their_names_are_readable(colours, ink):
    assert contrast_ratio(getattr(colours, ink), colours.surface) >= 4.5


def test_contrast_follows_the_published_extremes():
    assert contrast_ratio("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast_ratio("#777777", "#777777") == pytest.approx(1.0)


@pytest.mark.parametrize("path", sorted(GUI.rglob("*.py")), ids=lambda path: path.relative_to(GUI).as_posix())
def test_no_other_module_holds_a_colour(path):
    found = re.findall(r"#[0-9a-fA-F]{6}\b", path.read_text(encoding="utf-8"))
    assert path.name == "tokens.py" or found == []


def test_targets_and_letters_are_never_too_small():
    assert tokens.MINIMUM_TARGET >= 28
    assert min(tokens.FONT_BODY_PX, tokens.FONT_SECONDARY_PX) >= 12
    assert not re.search(r"font-size: (\d|10|11)px", style_sheet(DARK))
