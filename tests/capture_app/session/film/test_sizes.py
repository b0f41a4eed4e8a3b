"""Sizes are understood and checked before anything is made of them."""

from __future__ import annotations

import pytest

from capture_app.session.film import FilmError, PictureSize, check_film, check_picture, size_of


def test_a_size_is_read_as_it_is_typed():
    assert size_of(" 1920 x 1080") == PictureSize(width_px=1920, height_px=1080)


@pytest.mark.parametrize("text", ["", "1920", "1920x", "axb", "-5x7", "1920x1080x3", "99999999x1"])
def test_what_is_no_size_is_refused_with_an_example(text):
    with pytest.raises(FilmError, match="1280x720"):
        size_of(text)


def test_a_film_with_an_odd_side_is_refused_with_the_nearest_even_size():
    with pytest.raises(FilmError, match="1280x720"):
        check_film(PictureSize(width_px=1281, height_px=721), 30.0)


@pytest.mark.parametrize("size", [(62, 720), (4098, 720), (1280, 100_000)])
def test_a_film_is_neither_tiny_nor_huge(size):
    with pytest.raises(FilmError, match="between 64 and 4096"):
        check_film(PictureSize(width_px=size[0], height_px=size[1]), 30.0)


@pytest.mark.parametrize("rate_hz", [0.0, 121.0, float("nan"), float("inf")])
def test_a_film_has_a_rate_that_players_show(rate_hz):
    with pytest.raises(FilmError, match="pictures a second"):
        check_film(PictureSize(), rate_hz)


def test_a_picture_too_large_for_the_memory_is_refused():
    check_picture(PictureSize(width_px=7680, height_px=4320))
    with pytest.raises(FilmError, match="64 million"):
        check_picture(PictureSize(width_px=16_000, height_px=16_000))


def test_marks_take_the_same_share_of_every_picture():
    assert PictureSize(width_px=2560, height_px=1440).mark_scale == 2.0
    assert PictureSize(width_px=320, height_px=180).mark_scale == 0.5
