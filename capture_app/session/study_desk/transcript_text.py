"""A transcript as text with placed words: from what an engine gave, after an edit, and as rows."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from capture_app.session.reading.answer_codec import pieces_of
from capture_app.session.reading.emitter import NamedRows
from capture_app.session.speech import TimedWord
from capture_app.session.speech.spoken_forms import read_text
from capture_app.session.study_desk.states import TranscriptWord
from gaze_core.rows import ANSWER, WORD, Rows, join_rows

ANSWER_PREFIX: Final = "transcript_"
"""The whole text of version 3 is the answer `transcript_3` of the transcript screen."""

MOST_COMPARED: Final = 400
"""A rewritten part with more words is not compared word by word: its words wait for the alignment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedText:
    """One version of a text with its words."""

    version: int
    text: str
    words: tuple[TranscriptWord, ...] = ()


def placed_words(
    text: str, words: Sequence[TimedWord], host_ns: Callable[[float], int]
) -> tuple[TranscriptWord, ...]:
    """Return the words of a text with their letters and host times.

    Parameters
    ----------
    text
        The whole text.
    words
        Its words and marks in order.
    host_ns
        Host time of a moment of the sound, in seconds.
    """
    placed, letter = [], 0
    lower = text.lower()
    for word in words:
        found = lower.find(word.text.lower(), letter)
        first = letter if found < 0 else found
        end = first if found < 0 else found + len(word.text)
        placed.append(
            TranscriptWord(
                text=text[first:end] or word.text,
                first_letter=first,
                t_onset_host_ns=host_ns(word.t_start_s),
                t_offset_host_ns=host_ns(word.t_end_s),
                kind=word.kind.value,
                score=word.score,
            )
        )
        letter = end
    return tuple(placed)


def joined_text(before: PlacedText, text: str, words: Sequence[TranscriptWord], version: int) -> PlacedText:
    """Return a text with another one behind it, as a paragraph of its own."""
    if not before.text.strip():
        return PlacedText(version=version, text=text, words=tuple(words))
    start = before.text.rstrip() + "\n"
    moved = (replace(each, first_letter=each.first_letter + len(start)) for each in words)
    return PlacedText(version=version, text=start + text, words=(*before.words, *moved))


def carried_words(before: PlacedText, text: str) -> tuple[TranscriptWord, ...]:
    """Return the words that an edited text still shares with the one before, at their places in it.

    They keep the times they had; words that are new have none until the text is aligned.
    """
    pieces, letter = [], 0
    for piece in read_text(text):
        letter = max(text.find(piece.text, letter), letter)
        pieces.append((piece.text, letter))
        letter += len(piece.text)
    old = [word.text.lower() for word in before.words]
    new = [text.lower() for text, _ in pieces]
    return tuple(
        replace(before.words[old_index], text=pieces[new_index][0], first_letter=pieces[new_index][1])
        for old_index, new_index in _shared(old, new)
    )


def _shared(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the places of the words that two texts share; costs little where little was changed."""
    shorter = min(len(old), len(new))
    head = next((n for n in range(shorter) if old[n] != new[n]), shorter)
    left = shorter - head
    tail = next((n for n in range(left) if old[-1 - n] != new[-1 - n]), left)
    old_middle, new_middle = old[head : len(old) - tail], new[head : len(new) - tail]
    yield from ((n, n) for n in range(head))
    if max(len(old_middle), len(new_middle)) <= MOST_COMPARED:
        matcher = difflib.SequenceMatcher(None, old_middle, new_middle, autojunk=False)
        for block in matcher.get_matching_blocks():
            yield from ((head + block.a + step, head + block.b + step) for step in range(block.size))
    yield from ((len(old) - n, len(new) - n) for n in range(tail, 0, -1))


def word_rows(trial: int, attempt: int, placed: PlacedText) -> NamedRows:
    """Return the WORD rows of a version; none where it has no words."""
    rows = [
        WORD.row(
            trial=trial,
            attempt=attempt,
            version=placed.version,
            index=index,
            text=word.text,
            t_onset_host_ns=word.t_onset_host_ns,
            t_offset_host_ns=word.t_offset_host_ns,
            kind=word.kind,
            score=word.score,
        )
        for index, word in enumerate(placed.words)
    ]
    return ((WORD.name, join_rows(rows)),) if rows else ()


def answer_rows(t_host_ns: int, trial: int, attempt: int, screen: str, placed: PlacedText) -> NamedRows:
    """Return the ANSWER rows that hold the whole text of a version.

    Raises
    ------
    ReadingError
        If the text is too long to be kept.
    """
    rows: list[Rows] = [
        ANSWER.row(t_host_ns=t_host_ns, trial=trial, attempt=attempt, screen=screen, name=name, value=value)
        for name, value in pieces_of(f"{ANSWER_PREFIX}{placed.version}", placed.text)
    ]
    return ((ANSWER.name, join_rows(rows)),)
