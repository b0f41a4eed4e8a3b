"""Sentences of a dictation and the findings that each of them affirms, by the visible table.

A sentence ends with its full stop. A denial reaches from its words to the end of the sentence or to a word
that ends it ("but"); words after a finding deny what stands before them in the same stretch. A finding named
both ways in one sentence is affirmed there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from recordings_schema.formats.gazesearch_table import FindingTable, Phrase
from recordings_schema.formats.transcripts import PUNCTUATION, TimedToken


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A dictated sentence; times of the host clock."""

    words: tuple[str, ...]  # lower case, without marks
    t_onset_host_ns: int  # of its first word
    t_offset_host_ns: int  # end of its full stop, or of its last word


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A finding named in a sentence."""

    task: str
    is_affirmed: bool


def sentences_of(tokens: Sequence[TimedToken]) -> list[Sentence]:
    """Return the sentences of timed tokens; a rest without a full stop is one as well."""
    sentences: list[Sentence] = []
    own: list[TimedToken] = []
    for token in tokens:
        own.append(token)
        if token.text == ".":
            sentences += _sentence(own)
            own = []
    return sentences + _sentence(own)


def mentions_in(sentence: Sentence, table: FindingTable) -> list[Mention]:
    """Return the findings a sentence names, each once, in the order of the table."""
    words = sentence.words
    is_denied = _denied(words, table)
    found = []
    for finding in table.findings:
        places = list(_places(words, finding.keywords))
        if places:
            is_affirmed = any(not is_denied[first] for first, _ in places)
            found.append(Mention(task=finding.task, is_affirmed=is_affirmed))
    return found


def _sentence(tokens: Sequence[TimedToken]) -> list[Sentence]:
    words = tuple(token.text.strip(';:!?()"') for token in tokens if token.text not in PUNCTUATION)
    if not any(words):
        return []
    return [
        Sentence(
            words=words,
            t_onset_host_ns=tokens[0].t_onset_host_ns,
            t_offset_host_ns=max(token.t_offset_host_ns for token in tokens),
        )
    ]


def _denied(words: Sequence[str], table: FindingTable) -> list[bool]:
    """Return for each word whether what it names is denied."""
    denied = [False] * len(words)
    harmless = {place for first, stop in _places(words, table.no_negations) for place in range(first, stop)}
    ends = sorted(first for first, _ in _places(words, table.scope_ends))
    for first, stop in _places(words, table.negations_before):
        if first in harmless:
            continue
        end = next((place for place in ends if place >= stop), len(words))
        denied[stop:end] = [True] * (end - stop)
    for first, _ in _places(words, table.negations_after):
        begin = max((place + 1 for place in ends if place < first), default=0)
        denied[begin:first] = [True] * (first - begin)
    return denied


def _places(words: Sequence[str], phrases: Sequence[Phrase]) -> Iterator[tuple[int, int]]:
    """Yield where phrases stand, first word and one past the last; of overlapping ones the longest."""
    place = 0
    while place < len(words):
        length = next((len(each) for each in phrases if tuple(words[place : place + len(each)]) == each), 0)
        if length:
            yield place, place + length
        place += max(1, length)
