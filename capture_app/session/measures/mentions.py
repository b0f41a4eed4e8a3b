"""When a finding was mentioned in the dictation.

A finding is named by alternatives ("lung nodule or mass" is "lung nodule", "mass"). One is mentioned where
all its words, stripped of endings, stand within eight words of each other, and none of the four words before
says "no", "without" or the like. Synonyms are not known: "enlarged heart" mentions no "cardiomegaly". Labels
have to be close to what readers say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from recordings_schema.formats.reading import ReadWord

_SPAN: Final = 8  # words
_BEFORE: Final = 4  # words that a negation reaches
_FILLERS: Final = frozenset({"a", "an", "and", "of", "the", "in", "with", "other", "or"})
_NEGATIONS: Final = frozenset({"no", "not", "without", "negative", "free", "absent"})
_LETTERS: Final = re.compile(r"[^a-z0-9]+")
_ALTERNATIVES: Final = re.compile(r"\s+or\s+|/|,|\|")
_SENTENCE_ENDS: Final = (".", "!", "?", ";")


def mention_ns(finding: str, words: Sequence[ReadWord]) -> int | None:
    """Return when a finding was first mentioned, host clock; None where it was not, or only denied."""
    spoken = [_stem(word.text) for word in words]
    wanted = [part for part in map(_parts, _ALTERNATIVES.split(finding.lower())) if part]
    times = [
        words[place].t_onset_host_ns
        for place in range(len(words))
        for part in wanted
        if _is_mention(spoken, words, place, part)
    ]
    return min(times, default=None)


def _is_mention(spoken: list[str], words: Sequence[ReadWord], place: int, wanted: frozenset[str]) -> bool:
    """Whether a mention begins with the word at a place."""
    if spoken[place] not in wanted:
        return False
    end = next(
        (
            index + 1
            for index in range(place, min(place + _SPAN, len(words)))
            if words[index].text.endswith(_SENTENCE_ENDS)
        ),
        place + _SPAN,
    )
    return wanted <= set(spoken[place:end]) and not _is_denied(spoken, words, place)


def _is_denied(spoken: list[str], words: Sequence[ReadWord], place: int) -> bool:
    for index in range(place - 1, max(-1, place - 1 - _BEFORE), -1):
        if words[index].text.endswith(_SENTENCE_ENDS):
            return False
        if spoken[index] in _NEGATIONS:
            return True
    return False


def _parts(name: str) -> frozenset[str]:
    found = (_stem(part) for part in re.split(r"[\s\-_]+", name))
    return frozenset(part for part in found if part and part not in _FILLERS)


def _stem(word: str) -> str:
    """Return a word in lower case, letters and digits alone, without the ending of a plural."""
    bare = _LETTERS.sub("", word.lower())
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("es", "e"), ("s", "")):
        if bare.endswith(ending) and len(bare) > len(ending) + 2 and not bare.endswith(("ss", "is", "us")):
            return bare[: len(bare) - len(ending)] + instead
    return bare
