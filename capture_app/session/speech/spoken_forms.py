"""What is said where a text has figures, units and signs: "2.5 cm" is "two point five centimeters"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from capture_app.session.speech.punctuation import MARK_OF_TEXT

_ONES: Final = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS: Final = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SIGNS: Final = {
    "%": "percent",
    "+": "plus",
    "&": "and",
    "=": "equals",
    "/": "",
    "°": "degrees",
    "<": "less than",
}
_UNITS: Final = {"cm": "centimeters", "mm": "millimeters", "kg": "kilograms", "ml": "milliliters"}

_TOKEN: Final = re.compile(
    r"(?P<paragraph>[ \t]*\r?\n[ \t]*(?:\r?\n[ \t]*)+)|(?P<line>[ \t]*\r?\n[ \t]*)"
    r"|(?P<word>[^\W_]+(?:['\u2019.,][^\W_]+)*['\u2019]?)|(?P<sign>[^\s])"
)
_DIGITS: Final = "0123456789"
_PART: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[^\W0-9]+(?:'[^\W0-9]+)*")
_THOUSANDS: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPiece:
    """A word, sign or mark of a text, and the words it is said with."""

    text: str  # as written; "\n" and "\n\n" for a new line and paragraph
    said: tuple[str, ...]  # lower case; none for a mark and for what is not said

    @property
    def is_mark(self) -> bool:
        """Whether it is a mark of punctuation, which may or may not have been said."""
        return self.text in MARK_OF_TEXT


def read_text(text: str) -> Iterator[TextPiece]:
    """Yield the pieces of a written text in order."""
    for match in _TOKEN.finditer(text.strip()):
        if match["paragraph"] is not None:
            yield TextPiece(text="\n\n", said=())
        elif match["line"] is not None:
            yield TextPiece(text="\n", said=())
        elif match["sign"] is not None:
            sign = match["sign"]
            said = () if sign in MARK_OF_TEXT else tuple(_SIGNS.get(sign, "").split())
            yield TextPiece(text=sign, said=said)
        else:
            yield TextPiece(
                text=match["word"], said=tuple(_said(match["word"].lower().replace("\u2019", "'")))
            )


def spoken_words(text: str) -> list[str]:
    """Return the words a text is said with, without its punctuation."""
    return [word for piece in read_text(text) for word in piece.said]


def say_number(value: int) -> list[str]:
    """Return a number from 0 to 999,999 in words."""
    if value < 20:
        return [_ONES[value]]
    if value < 100:
        return [_TENS[value // 10], *([_ONES[value % 10]] if value % 10 else [])]
    if value < 1000:
        return [_ONES[value // 100], "hundred", *(say_number(value % 100) if value % 100 else [])]
    return [*say_number(value // 1000), "thousand", *(say_number(value % 1000) if value % 1000 else [])]


def _said(word: str) -> Iterator[str]:
    for part in _PART.findall(word):
        if part[0] not in _DIGITS:
            yield _UNITS.get(part, part)
            continue
        figure = part.replace(",", "") if _THOUSANDS.fullmatch(part) else part.replace(",", ".")
        whole, _, decimals = figure.partition(".")
        yield from say_number(int(whole)) if len(whole) <= 6 else (_ONES[int(digit)] for digit in whole)
        if decimals:
            yield "point"
            yield from (_ONES[int(digit)] for digit in decimals if digit in _DIGITS)
