"""Words with their times, as an engine heard them or as an edited text was aligned to the sound."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from capture_app.session.speech.punctuation import MARK_OF_TEXT, write_text


class WordKind(Enum):
    """Where the times of a word come from."""

    RECOGNISED = "recognised"  # from the engine that heard it
    ALIGNED = "aligned"  # the final text was found in the sound
    INTERPOLATED = "interpolated"  # between its neighbours, by syllables: it was not found in the sound


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedWord:
    """A word or a mark of punctuation of a text with its place in the sound."""

    text: str  # as written; a mark as the mark itself: ".", "\n\n"
    t_start_s: float  # from the first frame of the sound
    t_end_s: float
    kind: WordKind
    score: float  # 0..1, how well it fits the sound; comparable within one engine only; NaN for interpolated

    @property
    def is_mark(self) -> bool:
        """Whether it is a mark of punctuation."""
        return self.text in MARK_OF_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """A dictation in writing."""

    words: tuple[TimedWord, ...]  # in order of the text; times never go back
    unknown_words: tuple[str, ...]  # in no dictionary: said by rules for letters, or beyond the engine
    engine: str  # name and version, for the methods section
    sound_s: float  # length of the sound

    @property
    def text(self) -> str:
        """The text with punctuation, spaces and capitals."""
        return write_text([(word.text, MARK_OF_TEXT.get(word.text)) for word in self.words])
