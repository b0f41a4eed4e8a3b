"""What to look for: the identifying values of headers in all the ways in which they are usually written.

Values too short, or so ordinary, that finding them would mean nothing are counted and told, not looked for.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import permutations
from typing import Final

from capture_app.session.privacy.dates import dates_of
from capture_app.session.privacy.folding import TOKEN, fold, fold_umlauts, tokens_of, words_of
from recordings_schema.stimuli.header_values import HeaderValue, ValueKind

SHORTEST_NAME: Final = 4  # letters of a part of a name that is looked for alone
SHORTEST_NUMBER: Final = 6  # digits of a number that is looked for alone
SHORTEST_UNSPACED: Final = 2  # characters of a name in a script without spaces
SHORTEST_TEXT: Final = 5  # letters and digits of everything else
_MOST_NAME_PARTS: Final = 5  # of which all orders are looked for
_SHINGLE: Final = 4  # words of a long text that are looked for together
_MOST_SHINGLES: Final = 400
_WIDE_GAP, _NARROW_GAP = 16, 4  # characters between tokens, as in "doe</td><td>jane" and in "4-711"

_PLACEHOLDER_WORDS: Final = """
    anonymous anonymized anonymised anon unknown none null na nil removed deidentified redacted
    undefined unspecified default test phantom no name patient available not
"""
_STUDY_WORDS: Final = """
    chest thorax lung lungs heart abdomen skull spine hand knee hip shoulder pelvis portable bedside mobile
    ap pa ll lat lateral frontal view views projection upright supine erect standing sitting
    dx cr dr ct mr xr us xray x ray rx radiograph radiography radiology digital computed image images imaging
    study series original primary derived secondary adult male female routine standard exam examination
    left right both with without of the and in for on by to from one two iso ir hospital clinic yes true false
    other 0 1 2 3 4
"""
_PLACEHOLDERS: Final = frozenset(_PLACEHOLDER_WORDS.split())
_ORDINARY: Final = _PLACEHOLDERS | frozenset(_STUDY_WORDS.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Needle:
    """A sequence of tokens to look for."""

    words: tuple[str, ...] = field(repr=False)  # never to be shown
    kind: ValueKind
    is_certain: bool = True  # False: a part of a name or a bare number, which may be there by chance
    gap: int = _NARROW_GAP  # most characters between two tokens
    smallest_digits: int = 0  # digits the number has at least as it is written, zeros in front included


@dataclass(slots=True, kw_only=True)
class Needles:
    """Everything that is looked for, and a count of what is not."""

    by_word: dict[str, list[Needle]] = field(default_factory=dict)  # by the longest word of each
    unspaced: dict[str, ValueKind] = field(default_factory=dict)  # for scripts without spaces between words
    accented: dict[str, ValueKind] = field(
        default_factory=dict
    )  # words with letters beyond ASCII, as written
    dates: set[date] = field(default_factory=set)
    searched: Counter[str] = field(default_factory=Counter)  # distinct values, by kind
    passed_over: Counter[str] = field(default_factory=Counter)  # distinct values, by reason
    _known: set[Needle] = field(default_factory=set)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for."""
        return not (self.by_word or self.unspaced or self.accented or self.dates)

    def add(self, needle: Needle) -> None:
        """Take a needle up."""
        if needle in self._known:
            return
        self._known.add(needle)
        anchor = max(needle.words, key=len)
        self.by_word.setdefault(anchor, []).append(needle)


def needles_of(values: Iterable[HeaderValue]) -> Needles:
    """Return what to look for, from the values of all headers."""
    needles = Needles()
    for kind, text in dict.fromkeys((value.kind, value.text) for value in values):
        reason = _add_value(needles, kind, text)
        if reason:
            needles.passed_over[reason] += 1
        else:
            needles.searched[kind.value] += 1
    return needles


def is_ordinary(text: str, ordinary: frozenset[str] = _ORDINARY) -> bool:
    """Whether a text says nothing: placeholders, and words that every study of radiographs uses."""
    return all(word in ordinary for word in words_of(text))


def _add_value(needles: Needles, kind: ValueKind, text: str) -> str:
    """Add one value; return why it is not looked for, "" where it is."""
    if is_ordinary(text, _PLACEHOLDERS if kind is ValueKind.NAME else _ORDINARY):
        return "placeholder or ordinary word"
    if kind is ValueKind.TIME:
        return "time of day without a date"
    if kind is ValueKind.DATE:
        found = dates_of(text)
        needles.dates |= found
        return "" if found else "date that is no day of the calendar"
    additions = _names(text) if kind is ValueKind.NAME else _others(kind, text)
    for needle in additions:
        needles.add(needle)
    is_searched = bool(additions) | _add_beyond_ascii(needles, kind, text)
    if kind is not ValueKind.UID:  # whose digits are no dates
        found = dates_of(text)
        needles.dates |= found
        is_searched |= bool(found)
    return "" if is_searched else "too short to be told from chance"


def _add_beyond_ascii(needles: Needles, kind: ValueKind, text: str) -> bool:
    """Add what is written with other letters than A to Z; return whether there was something."""
    before = len(needles.unspaced) + len(needles.accented)
    if kind is ValueKind.NAME:
        for spelling in text.split("="):
            joined = "".join(words_of(spelling))
            if not joined.isascii() and len(joined) >= SHORTEST_UNSPACED:
                needles.unspaced[joined] = kind
    for word in TOKEN.findall(unicodedata.normalize("NFC", text)):
        if not word.isascii() and len(word) >= (SHORTEST_NAME if fold(word).isascii() else SHORTEST_UNSPACED):
            needles.accented[word] = kind
    return len(needles.unspaced) + len(needles.accented) > before


def _names(text: str) -> list[Needle]:
    """Return a name (parts by ^, spellings by =) in all orders, joined, and each longer part alone."""
    found: list[Needle] = []
    for spelling in text.split("="):
        for folded in dict.fromkeys((fold(spelling), fold_umlauts(spelling))):
            found += _spelled_name(folded)
    return found


def _spelled_name(folded: str) -> Iterator[Needle]:
    parts = [token.text for token in tokens_of(folded) if not token.is_number]
    components = [
        "".join(TOKEN.findall(part)) for part in folded.replace(",", "^").split("^") if TOKEN.search(part)
    ]
    if sum(token.is_number for token in tokens_of(folded)) > 1:
        yield from _others(ValueKind.NAME, folded)  # codes as names, as public data sets have them
        return
    for chosen in _choices(parts, components):
        for order in permutations(chosen):
            joined = "".join(order)
            is_certain = len(joined) >= SHORTEST_TEXT
            yield Needle(words=order, kind=ValueKind.NAME, is_certain=is_certain, gap=_WIDE_GAP)
            if len(joined) >= SHORTEST_TEXT:
                yield Needle(words=(joined,), kind=ValueKind.NAME)
    for part in dict.fromkeys((*parts, *components)):
        if len(part) >= SHORTEST_NAME and part not in _ORDINARY:
            yield Needle(words=(part,), kind=ValueKind.NAME, is_certain=False)


def _choices(parts: list[str], components: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield which parts stand together: all, any two of them, and the components as one word each."""
    if 2 <= len(parts) <= _MOST_NAME_PARTS:
        yield tuple(parts)
    elif len(parts) > _MOST_NAME_PARTS:
        yield tuple(parts[:_MOST_NAME_PARTS])
    if len(components) >= 2:
        yield tuple(components[:_MOST_NAME_PARTS])
    for first, one in enumerate(parts[:_MOST_NAME_PARTS]):
        for other in parts[first + 1 : _MOST_NAME_PARTS]:
            if len(one) + len(other) >= SHORTEST_TEXT and min(len(one), len(other)) > 1:
                yield (one, other)


def _others(kind: ValueKind, text: str) -> list[Needle]:
    found: list[Needle] = []
    for folded in dict.fromkeys((fold(text), fold_umlauts(text))):
        tokens = tokens_of(folded)
        words = tuple(token.text for token in tokens)
        if len(words) > 2 * _SHINGLE and kind is not ValueKind.UID:
            found += _shingles(kind, words)
        elif len(words) == 1 and tokens[0].is_number:
            found += _number(kind, tokens[0].end - tokens[0].start, words[0])
        elif sum(map(len, words)) >= SHORTEST_TEXT and not _is_measure(folded):
            found.append(Needle(words=words, kind=kind))
        if kind in (ValueKind.IDENTIFIER, ValueKind.NAME):
            for token in tokens:
                if token.is_number and len(token.text) >= SHORTEST_NUMBER:
                    found += _number(kind, len(token.text), token.text)
    return found


def _number(kind: ValueKind, written_digits: int, number: str) -> list[Needle]:
    """Return a bare number: certain only from eleven digits on; a short one with its zeros in front alone."""
    if max(written_digits, len(number)) < SHORTEST_NUMBER or number == "0":
        return []
    return [Needle(words=(number,), kind=kind, is_certain=len(number) > 10, smallest_digits=SHORTEST_NUMBER)]


def _shingles(kind: ValueKind, words: tuple[str, ...]) -> Iterator[Needle]:
    for start in range(min(len(words) - _SHINGLE + 1, _MOST_SHINGLES)):
        part = words[start : start + _SHINGLE]
        if sum(map(len, part)) >= 3 * _SHINGLE and not all(word in _ORDINARY for word in part):
            yield Needle(words=part, kind=kind)


def _is_measure(folded: str) -> bool:
    """Whether a text is a plain number with a point, as lengths and doses are."""
    try:
        float(folded)
    except ValueError:
        return False
    return not folded.strip().isdigit()
