"""Punctuation that is spoken ("period", "new paragraph"): from the words said to written text and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

PERIOD: Final = "period"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A mark of punctuation and how it is said."""

    text: str
    spoken: tuple[tuple[str, ...], ...]  # each way to say it, in words
    ends_sentence: bool = False
    joins_next: bool = False  # no space between it and the next word
    joins_last: bool = True  # no space between it and the word before


MARKS: Final = (
    Mark(text=".", spoken=((PERIOD,), ("full", "stop")), ends_sentence=True),
    Mark(text=",", spoken=(("comma",),)),
    Mark(text=":", spoken=(("colon",),), ends_sentence=True),
    Mark(text=";", spoken=(("semicolon",), ("semi", "colon"))),
    Mark(text="?", spoken=(("question", "mark"),), ends_sentence=True),
    Mark(text="(", spoken=(("open", "parenthesis"),), joins_next=True, joins_last=False),
    Mark(text=")", spoken=(("close", "parenthesis"),)),
    Mark(text="-", spoken=(("hyphen",),), joins_next=True),
    Mark(text="\n\n", spoken=(("new", "paragraph"),), ends_sentence=True, joins_next=True),
    Mark(text="\n", spoken=(("new", "line"), ("next", "line")), ends_sentence=True, joins_next=True),
)

MARK_OF_TEXT: Final[Mapping[str, Mark]] = {mark.text: mark for mark in MARKS}
_MARK_OF_SPOKEN: Final = {way: mark for mark in MARKS for way in mark.spoken}
_LONGEST: Final = max(len(way) for way in _MARK_OF_SPOKEN)

SPOKEN_WORDS: Final = frozenset(word for way in _MARK_OF_SPOKEN for word in way)
"""The words that marks are said with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenPiece:
    """A word or a mark, and which of the words said it stands for."""

    text: str
    mark: Mark | None  # None for a word
    first: int  # index of its first word said
    count: int  # words said


def read_marks(said: Sequence[str]) -> list[WrittenPiece]:
    """Return the words said with spoken marks turned into marks; the longest way to say one wins."""
    pieces = []
    index = 0
    while index < len(said):
        count, mark = 1, None
        for length in range(min(_LONGEST, len(said) - index), 0, -1):
            found = _MARK_OF_SPOKEN.get(tuple(word.lower() for word in said[index : index + length]))
            if found is not None:
                count, mark = length, found
                break
        text = said[index] if mark is None else mark.text
        pieces.append(WrittenPiece(text=text, mark=mark, first=index, count=count))
        index += count
    return pieces


def plain_words(said: Sequence[str]) -> list[WrittenPiece]:
    """Return the words said as they are, where punctuation is not spoken."""
    return [WrittenPiece(text=word, mark=None, first=index, count=1) for index, word in enumerate(said)]


def write_text(pieces: Sequence[tuple[str, Mark | None]]) -> str:
    """Return words and marks as text: spaces set, the first letter of each sentence in upper case."""
    text = ""
    starts_sentence, joins = True, True
    for piece, mark in pieces:
        if mark is not None:
            if mark.text.startswith("\n"):
                text = text.rstrip(" ")
            elif not mark.joins_last and not joins:
                text += " "
            text += mark.text
            starts_sentence = mark.ends_sentence or (starts_sentence and mark.joins_next)
            joins = mark.joins_next
            continue
        if not joins:
            text += " "
        text += piece[:1].upper() + piece[1:] if starts_sentence else piece
        starts_sentence, joins = False, False
    return text
