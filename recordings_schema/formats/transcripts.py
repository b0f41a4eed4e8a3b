"""Dictated words as the timed tokens of published transcripts: lower-case words, punctuation on its own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from recordings_schema.formats.reading import ReadWord

_TOKEN: Final = re.compile(r"[.,/]|[^\s.,/]+")
PUNCTUATION: Final = frozenset({".", ",", "/"})
AROUND_FIXATION_NS: Final = 1_000_000_000  # before and after it: what is looked at is said about then


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedToken:
    """A word or a punctuation mark and when it was said, ns of the host clock."""

    text: str
    t_onset_host_ns: int
    t_offset_host_ns: int


def tokens_of(words: Iterable[ReadWord]) -> list[TimedToken]:
    """Return the tokens of words; those of one word share its time by their letters, marks have none.

    A full stop or comma before the first word ends nothing and is left out.
    """
    tokens: list[TimedToken] = []
    for word in words:
        parts = _TOKEN.findall(word.text.lower())
        is_mark_alone = len(parts) == 1
        letters = [len(part) if part not in PUNCTUATION or is_mark_alone else 0 for part in parts]
        total = max(1, sum(letters))
        length_ns = max(0, word.t_offset_host_ns - word.t_onset_host_ns)
        done = 0
        for part, count in zip(parts, letters, strict=True):
            first = word.t_onset_host_ns + length_ns * done // total
            done += count
            if not tokens and part in (".", ","):
                continue
            last = word.t_onset_host_ns + length_ns * done // total
            tokens.append(TimedToken(text=part, t_onset_host_ns=first, t_offset_host_ns=last))
    return tokens


def said_around(tokens: Iterable[TimedToken], t_onset_host_ns: int, t_offset_host_ns: int) -> str:
    """Return the words that were said in full within 1 s of a fixation, as the MIMIC-Eye applications do."""
    first_ns, end_ns = t_onset_host_ns - AROUND_FIXATION_NS, t_offset_host_ns + AROUND_FIXATION_NS
    return " ".join(
        token.text
        for token in tokens
        if token.t_onset_host_ns >= first_ns
        and token.t_offset_host_ns <= end_ns
        and token.text not in PUNCTUATION
    )


def text_of(tokens: Iterable[TimedToken]) -> str:
    """Return the text of tokens: a full stop or comma follows its word without a space."""
    return " ".join(token.text for token in tokens).replace(" .", ".").replace(" ,", ",")


def is_consistent(tokens: Iterable[str], text: str) -> bool:
    """Tell whether tokens and text are the same by the rule of the published builder."""
    return " ".join(tokens) == text.replace(".", " .").replace(",", " ,")
