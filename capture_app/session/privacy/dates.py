"""Dates in all usual notations: 19610203, 1961-02-03, 3.2.1961, 02/03/61, 3 February 1961, Feb 3, 1961."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

_MONTHS: Final = (
    ("january", "januar", "janvier", "enero", "gennaio", "jan", "janv", "ene", "gen"),
    ("february", "februar", "fevrier", "febrero", "febbraio", "feb", "fev", "fevr"),
    ("march", "marz", "maerz", "mars", "marzo", "mar", "mrz"),
    ("april", "avril", "abril", "aprile", "apr", "avr", "abr"),
    ("may", "mai", "mayo", "maggio", "mag"),
    ("june", "juni", "juin", "junio", "giugno", "jun", "giu"),
    ("july", "juli", "juillet", "julio", "luglio", "jul", "juil", "lug"),
    ("august", "aout", "agosto", "aug", "ago"),
    ("september", "septembre", "septiembre", "settembre", "sep", "sept", "set"),
    ("october", "oktober", "octobre", "octubre", "ottobre", "oct", "okt", "ott"),
    ("november", "novembre", "noviembre", "nov"),
    ("december", "dezember", "decembre", "diciembre", "dicembre", "dec", "dez", "dic"),
)
MONTH_BY_NAME: Final = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_NAMES: Final = "|".join(sorted(MONTH_BY_NAME, key=len, reverse=True))

_PACKED: Final = re.compile(r"(?<!\d)(\d{4})(\d\d)(\d\d)(?:\d\d|\d{4}|\d{6})?(?!\d)")
_PARTED: Final = re.compile(r"(?<![\d.])(\d{1,4})([-./_ ]|, ?|\. )(\d{1,2})\2(\d{1,4})(?!\d)")
_DAY_FIRST: Final = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?[ .,_/-]{{0,3}}({_NAMES})[ .,_/-]{{0,3}}(\d{{4}}|\d\d)(?!\d)"
)
_MONTH_FIRST: Final = re.compile(
    rf"(?<![a-z])({_NAMES})[ .,_/-]{{0,3}}(\d{{1,2}})(?:st|nd|rd|th)?[ .,_/-]{{1,3}}(\d{{4}}|\d\d)(?!\d)"
)
_YEAR_FIRST: Final = re.compile(rf"(?<!\d)(\d{{4}})[ .,_/-]{{0,3}}({_NAMES})[ .,_/-]{{0,3}}(\d{{1,2}})(?!\d)")


SHORT_YEAR: Final = re.compile(r"(?<!\d)(?:\d\d([-./])\d\d\1\d\d|\d\d?/\d\d?/\d\d)(?!\d)")
"""A date whose year has two digits, in any order."""

LONGEST_NOTATION: Final = 40
"""Characters that no notation of a date exceeds, counted from its year or month."""


def dates_in(folded: str) -> Iterator[tuple[date, int, int, bool]]:
    """Yield every day that a folded text can mean: day, start, end, whether its year has four digits.

    03/02/1961 is both the third of February and the second of March.
    """
    for match in _PACKED.finditer(folded):
        yield from _as_found(match, match[1], match[2], match[3])
    for match in _PARTED.finditer(folded):
        first, middle, last = match[1], match[3], match[4]
        if len(first) == 4:
            yield from _as_found(match, first, middle, last)
            yield from _as_found(match, first, last, middle)
        elif len(last) == 4 or _is_short(first, match[2], middle, last):
            yield from _as_found(match, last, middle, first)
            yield from _as_found(match, last, first, middle)
            if len(last) == 2:
                yield from _as_found(match, first, middle, last)
    for match in _DAY_FIRST.finditer(folded):
        yield from _as_found(match, match[3], str(MONTH_BY_NAME[match[2]]), match[1])
    for match in _MONTH_FIRST.finditer(folded):
        yield from _as_found(match, match[3], str(MONTH_BY_NAME[match[1]]), match[2])
    for match in _YEAR_FIRST.finditer(folded):
        yield from _as_found(match, match[1], str(MONTH_BY_NAME[match[2]]), match[3])


def dates_of(value: str) -> set[date]:
    """Return the days in the value of a header: DICOM's own notation, and texts with dates in them.

    Years of two digits are passed over: as what to look for they would mean anything.
    """
    return {day for day, _, _, is_certain in dates_in(value.lower()) if is_certain}


def _is_short(first: str, separator: str, middle: str, last: str) -> bool:
    """Whether three numbers are a date with a year of two digits; without zeros in front only as 2/3/61."""
    is_padded = len(first) == len(middle) == 2 and separator in "-./"
    return len(last) == 2 and len(first) < 3 and (is_padded or separator == "/")


def _as_found(match: re.Match[str], year: str, month: str, day: str) -> Iterator[tuple[date, int, int, bool]]:
    years = (int(year),) if len(year) == 4 else (1900 + int(year), 2000 + int(year))
    if len(year) not in (2, 4):
        return
    for one in years:
        try:
            found = date(one, int(month), int(day))
        except ValueError:
            continue  # no day of the calendar in this order
        if 1850 <= one <= 2200:
            yield found, match.start(), match.end(), len(year) == 4
