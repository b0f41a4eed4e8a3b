"""Sentences with choices, and how often each sequence of words is expected in them.

A pattern is a line of words. ``(a|b c)`` stands for one of its choices, ``[a|b]`` for one of them or nothing;
brackets do not nest. Each choice is as likely as the others, and leaving out is as likely as half of all. The
sequences are counted on the graph of the pattern: thousands of sentences cost no more than their words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from capture_app.session.speech.errors import VocabularyError

MOST_WORDS: Final = 5_000
"""Words of one pattern, all its choices counted."""

Sequence3: TypeAlias = tuple[str, ...]
"""One to three words that follow each other."""

_PART: Final = re.compile(r"\(([^()\[\]]*)\)|\[([^()\[\]]*)\]|([^()\[\]]+)")
_OMITTED: Final = 0.5
"""How likely an optional part is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One way a part of a pattern can be said."""

    words: tuple[str, ...]  # none: the part is left out
    share: float  # 0..1 of all ways of this part


@dataclass(frozen=True, slots=True)
class Pattern:
    """A sentence with choices: its parts in order."""

    parts: tuple[tuple[Choice, ...], ...]

    @property
    def words(self) -> set[str]:
        """All words of all choices."""
        return {word for part in self.parts for choice in part for word in choice.words}

    @property
    def shortest(self) -> str:
        """The first way to say it, without what may be left out."""
        chosen = [min(part, key=lambda choice: (bool(choice.words), 0)) for part in self.parts]
        return " ".join(word for choice in chosen for word in choice.words)


def parse_pattern(line: str) -> Pattern:
    """Return the pattern of a line; words are lower case.

    Raises
    ------
    VocabularyError
        If brackets do not close or nest, a choice of `(...)` is empty, or there are too many words.
    """
    parts: list[tuple[Choice, ...]] = []
    end = 0
    for match in _PART.finditer(line):
        if match.start() != end:
            break
        end = match.end()
        required, optional, plain = match.groups()
        if plain is not None:
            parts += [(Choice(words=(word,), share=1.0),) for word in plain.lower().split()]
        elif required is not None:
            parts.append(_choices(required, 1.0))
        else:
            omitted = Choice(words=(), share=_OMITTED)
            parts.append((*_choices(optional, 1.0 - _OMITTED), omitted))
    if end != len(line):
        raise VocabularyError("brackets must close and cannot stand in each other")
    if sum(len(choice.words) for part in parts for choice in part) > MOST_WORDS:
        raise VocabularyError(f"a pattern can hold {MOST_WORDS} words at most")
    return Pattern(tuple(parts))


def _choices(text: str, share: float) -> tuple[Choice, ...]:
    ways = [tuple(way.lower().split()) for way in text.split("|")]
    if not all(ways):
        raise VocabularyError("a choice between brackets is empty")
    return tuple(Choice(words=way, share=share / len(ways)) for way in ways)


@dataclass(frozen=True, slots=True)
class _Place:
    """Just before word `word` of choice `choice` of part `part`."""

    part: int
    choice: int
    word: int


def expected_sequences(
    pattern: Pattern, before: str, after: tuple[str, ...]
) -> Iterator[tuple[Sequence3, float]]:
    """Yield each sequence of up to three words of a pattern with its expected count; some more than once.

    Parameters
    ----------
    before
        The word before the sentence; it begins sequences and is not counted alone.
    after
        The words after it, as the end of a sentence.
    """
    framed = Pattern(
        (
            (Choice(words=(before,), share=1.0),),
            *pattern.parts,
            *((Choice(words=(word,), share=1.0),) for word in after),
        )
    )
    # Every way through a part leads to the next: each part is reached for certain.
    for index, part in enumerate(framed.parts):
        for number, choice in enumerate(part):
            for place in range(len(choice.words)):
                start = _Place(index, number, place)
                for sequence, count in _from_place(framed, start, choice.share, 3):
                    if sequence != (before,) or index > 0:
                        yield sequence, count


def _from_place(
    framed: Pattern, place: _Place, share: float, length: int
) -> Iterator[tuple[Sequence3, float]]:
    choice = framed.parts[place.part][place.choice]
    word = choice.words[place.word]
    yield (word,), share
    if length == 1:
        return
    if place.word + 1 < len(choice.words):
        following = [(_Place(place.part, place.choice, place.word + 1), share)]
    else:
        following = list(_first_places(framed, place.part + 1, share))
    for next_place, next_share in following:
        for sequence, count in _from_place(framed, next_place, next_share, length - 1):
            yield (word, *sequence), count


def _first_places(framed: Pattern, part: int, share: float) -> Iterator[tuple[_Place, float]]:
    if part == len(framed.parts):
        return
    for number, choice in enumerate(framed.parts[part]):
        if choice.words:
            yield _Place(part, number, 0), share * choice.share
        else:
            yield from _first_places(framed, part + 1, share * choice.share)
