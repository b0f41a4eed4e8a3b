"""Sizes of pictures and films: checked before anything is allocated."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from capture_app.session.port import SessionError

FILM_RATE_HZ: Final = 30.0
FILM_RATES_HZ: Final = (1.0, 120.0)
SMALLEST_SIDE_PX: Final = 64
LARGEST_PICTURE_SIDE_PX: Final = 16_384
LARGEST_PICTURE_PX: Final = 64_000_000  # 256 MB while it is painted
LARGEST_FILM_SIDE_PX: Final = 4096  # what players and MPEG-4 levels still take
DEFAULT_WIDTH_PX: Final = 1280
DEFAULT_HEIGHT_PX: Final = 720

_TYPED: Final = re.compile(r"\s*(\d{1,6})\s*[xX\u00d7]\s*(\d{1,6})\s*")


class FilmError(SessionError):
    """A picture or film cannot be made; the text says why and what to do."""


class FilmWriteError(FilmError):
    """A picture or film cannot be written where it is to go; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureSize:
    """Pixels of a picture or film."""

    width_px: int = DEFAULT_WIDTH_PX
    height_px: int = DEFAULT_HEIGHT_PX

    @property
    def text(self) -> str:
        """As it is typed."""
        return f"{self.width_px}x{self.height_px}"

    @property
    def mark_scale(self) -> float:
        """Physical px per px of a mark: marks and words take the same share of a picture of any size."""
        return max(0.5, min(self.width_px / DEFAULT_WIDTH_PX, self.height_px / DEFAULT_HEIGHT_PX))


def size_of(text: str) -> PictureSize:
    """Return a size typed as WIDTHxHEIGHT.

    Raises
    ------
    FilmError
        If it is not of that form.
    """
    typed = _TYPED.fullmatch(text)
    if typed is None:
        raise FilmError(f"{text!r} is not of the form WIDTHxHEIGHT, as in {PictureSize().text}.")
    return PictureSize(width_px=int(typed[1]), height_px=int(typed[2]))


def check_picture(size: PictureSize) -> None:
    """Refuse a size that no picture can have.

    Raises
    ------
    FilmError
        If it is too small or too large.
    """
    low, high = sorted((size.width_px, size.height_px))
    if low < SMALLEST_SIDE_PX or high > LARGEST_PICTURE_SIDE_PX:
        raise FilmError(
            f"A picture of {size.text} px cannot be made: each side is between {SMALLEST_SIDE_PX} and "
            f"{LARGEST_PICTURE_SIDE_PX} px. Choose another size."
        )
    if low * high > LARGEST_PICTURE_PX:
        raise FilmError(
            f"A picture of {size.text} px is too large: {LARGEST_PICTURE_PX // 1_000_000} million pixels are "
            "the most. Choose a smaller size."
        )


def check_film(size: PictureSize, rate_hz: float) -> None:
    """Refuse a size or rate that no film can have.

    Raises
    ------
    FilmError
        If a side is odd, too small or too large, or the rate is out of range.
    """
    low, high = sorted((size.width_px, size.height_px))
    if low < SMALLEST_SIDE_PX or high > LARGEST_FILM_SIDE_PX:
        raise FilmError(
            f"A film of {size.text} px cannot be made: each side is between {SMALLEST_SIDE_PX} and "
            f"{LARGEST_FILM_SIDE_PX} px. Choose another size."
        )
    if size.width_px % 2 or size.height_px % 2:
        even = PictureSize(width_px=size.width_px // 2 * 2, height_px=size.height_px // 2 * 2)
        raise FilmError(f"A film needs even sides, and {size.text} has an odd one. Take {even.text}.")
    slowest, fastest = FILM_RATES_HZ
    if not slowest <= rate_hz <= fastest:
        raise FilmError(
            f"A film cannot have {rate_hz:g} pictures a second: between {slowest:g} and {fastest:g} are "
            f"possible, {FILM_RATE_HZ:g} are usual."
        )
