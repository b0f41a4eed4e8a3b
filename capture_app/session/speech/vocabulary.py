"""What is said in the reports of a study: sentences, single words, and how unusual words are pronounced.

A vocabulary file is UTF-8 text. A line ``word = PHONES`` gives a pronunciation in ARPAbet (a word may have
several), any other line is a sentence or phrase as it is said, with choices as in
`capture_app.session.speech.phrases`; ``#`` begins a comment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from capture_app.session.speech.errors import VocabularyError
from capture_app.session.speech.phones import are_phones
from capture_app.session.speech.phrases import Pattern, parse_pattern
from capture_app.session.speech.punctuation import SPOKEN_WORDS
from capture_app.session.speech.spoken_forms import spoken_words

MOST_BYTES: Final = 1_000_000
MOST_PATTERNS: Final = 20_000

_SIGNS: Final = "()[]|"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What may be said."""

    patterns: tuple[str, ...] = ()  # lines that `parse_pattern` takes
    lone_words: frozenset[str] = frozenset()  # words that may be said anywhere
    pronunciations: tuple[tuple[str, str], ...] = ()  # (word, ARPAbet); a word may come several times
    is_punctuation_spoken: bool = True  # "period" becomes "."

    def joined(self, other: Vocabulary) -> Vocabulary:
        """Return both together."""
        return Vocabulary(
            patterns=tuple(dict.fromkeys((*self.patterns, *other.patterns))),
            lone_words=self.lone_words | other.lone_words,
            pronunciations=tuple(dict.fromkeys((*self.pronunciations, *other.pronunciations))),
            is_punctuation_spoken=self.is_punctuation_spoken and other.is_punctuation_spoken,
        )

    def with_labels(self, labels: Iterable[str]) -> Vocabulary:
        """Return it with the labels of a study, which are then expected as phrases."""
        ways = [" ".join(spoken_words(way)) for label in labels for way in label.split("/")]
        return self.joined(Vocabulary(patterns=tuple(way for way in ways if way)))

    def parsed(self) -> list[Pattern]:
        """Return the patterns."""
        return [parse_pattern(line) for line in self.patterns]

    def words(self) -> set[str]:
        """Return every word that may be said."""
        said = {word for pattern in self.parsed() for word in pattern.words}
        return said | self.lone_words | {word for word, _ in self.pronunciations}


@cache
def shipped_vocabulary() -> Vocabulary:
    """Return the vocabulary of chest radiology that comes with the program."""
    folder = resources.files(__package__) / "data"
    sentences = parse_vocabulary((folder / "sentences.txt").read_text("utf-8"), "sentences.txt")
    sounds = parse_vocabulary((folder / "pronunciations.txt").read_text("utf-8"), "pronunciations.txt")
    lines = (folder / "common_words.txt").read_text("utf-8").splitlines()
    common = {word for line in lines if not line.startswith("#") for word in line.split()}
    return sentences.joined(sounds).joined(Vocabulary(lone_words=frozenset(common) | SPOKEN_WORDS))


def read_vocabulary(path: Path) -> Vocabulary:
    """Return the vocabulary of a file of the lab.

    Raises
    ------
    VocabularyError
        If it cannot be read, is too large, or a line cannot be understood; the text names the line.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as err:
        raise VocabularyError(f"The vocabulary {path} cannot be read: {err.strerror or err}.") from err
    if len(content) > MOST_BYTES:
        raise VocabularyError(f"The vocabulary {path} is larger than 1 MB. Keep to what is said in reports.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        raise VocabularyError(f"The vocabulary {path} is not UTF-8 text. Save it as UTF-8.") from err
    return parse_vocabulary(text, str(path))


def parse_vocabulary(text: str, name: str) -> Vocabulary:
    """Return the vocabulary of a text; `name` stands in messages.

    Raises
    ------
    VocabularyError
        If a line cannot be understood, or there are too many.
    """
    patterns: list[str] = []
    sounds: list[tuple[str, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        content = line.partition("#")[0].strip().lower()
        if not content:
            continue
        word, equals, phones = (part.strip() for part in content.partition("="))
        if equals:
            sounds.append(_pronunciation(word, phones.upper(), f"{name}, line {number}"))
        else:
            patterns.append(_checked_pattern(content, f"{name}, line {number}"))
    if len(patterns) + len(sounds) > MOST_PATTERNS:
        raise VocabularyError(f"{name} has more than {MOST_PATTERNS} lines. Keep to what is said in reports.")
    return Vocabulary(patterns=tuple(patterns), pronunciations=tuple(sounds))


def _pronunciation(word: str, phones: str, where: str) -> tuple[str, str]:
    if spoken_words(word) != [word]:
        raise VocabularyError(
            f"{where}: a pronunciation needs one word of letters before the '=', not {word!r}."
        )
    if not are_phones(phones):
        raise VocabularyError(
            f"{where}: {phones!r} is no pronunciation of {word}. Write ARPAbet sounds with spaces: "
            "HH AY L AH M for hilum."
        )
    return word, phones


def _checked_pattern(line: str, where: str) -> str:
    # Only the words change form; the signs of choices stay.
    parts = [line]
    for sign in _SIGNS:
        parts = [piece for part in parts for piece in _split_keeping(part, sign)]
    said = " ".join(part if part in _SIGNS else " ".join(spoken_words(part)) for part in parts)
    try:
        pattern = parse_pattern(said)
    except VocabularyError as err:
        raise VocabularyError(f"{where}: {err}.") from err
    if not pattern.words:
        raise VocabularyError(f"{where}: there is no word in {line!r}.")
    return said


def _split_keeping(text: str, sign: str) -> list[str]:
    if text in _SIGNS:
        return [text]
    pieces: list[str] = []
    for piece in text.split(sign):
        pieces += [piece, sign]
    return [piece for piece in pieces[:-1] if piece]
