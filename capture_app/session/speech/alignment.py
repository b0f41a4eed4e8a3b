"""A final text aligned to its sound: each word where it is heard, or between its neighbours.

Every word may be passed over at a price, so that a text with words that nobody said still aligns; marks of
punctuation may or may not have been said. What is passed over lies between its neighbours, by syllables.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from capture_app.session.speech.errors import EngineFailedError
from capture_app.session.speech.loudness import Loudness, measure_loudness
from capture_app.session.speech.phones import syllables
from capture_app.session.speech.pocketsphinx_decoder import Segment, decode, engine_version, make_decoder
from capture_app.session.speech.pronouncing import PronouncingDictionary
from capture_app.session.speech.punctuation import MARK_OF_TEXT
from capture_app.session.speech.sound import Sound
from capture_app.session.speech.spoken_forms import TextPiece, read_text
from capture_app.session.speech.vocabulary import Vocabulary
from capture_app.session.speech.words import TimedWord, Transcript, WordKind

MOST_WORDS: Final = 5_000

_SKIPPED_WORD: Final = 1e-10
_SKIPPED_MARK: Final = 0.2
_LEAST_FIT: Final = 0.1
"""A word that fits the sound less was put there for want of another place; it counts as not found."""
_BEAMS: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"beam": 1e-90, "wbeam": 1e-70, "pbeam": 1e-90, "maxhmmpf": 200_000},
)
"""The second is tried where nothing fits under the first; it takes several times as long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """A word to be found in the sound."""

    piece: int  # which piece of the text it belongs to
    entry: str  # its name in the decoder's dictionary: unlike that of any other place in the text
    ways: Sequence[str]  # ARPAbet


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """Where a piece of the text was heard."""

    t_start_s: float
    t_end_s: float
    score: float


def align_text(text: str, sound: Sound, vocabulary: Vocabulary) -> Transcript:
    """Return the words of a text with their places in a sound of 16 kHz.

    Raises
    ------
    EngineMissingError
        If pocketsphinx is not installed.
    EngineFailedError
        If the text is too long.
    """
    pieces = list(read_text(text))
    if len(pieces) > MOST_WORDS:
        raise EngineFailedError(f"The text has more than {MOST_WORDS} words. Align one dictation at a time.")
    decoder = make_decoder(bestpath=False)
    dictionary = PronouncingDictionary(vocabulary.pronunciations, decoder.lookup_word)
    graph = _TextGraph(pieces, dictionary)
    found: dict[int, _Found] = {}
    if graph.entries:
        segments: list[Segment] | None = None
        for beams in _BEAMS:
            segments = graph.decode(make_decoder(bestpath=False, **beams) if beams else decoder, sound)
            if segments is not None:
                break
        found = _places(segments or [], graph.entries, measure_loudness(sound))
    return Transcript(
        words=tuple(_timed(pieces, found, dictionary, sound.duration_s)),
        unknown_words=dictionary.guessed,
        engine=engine_version(),
        sound_s=sound.duration_s,
    )


class _TextGraph:
    """The ways a text can have been said, as a graph of states with words between them."""

    def __init__(self, pieces: Sequence[TextPiece], dictionary: PronouncingDictionary) -> None:
        self.entries: dict[str, _Said] = {}
        self._transitions: list[tuple[Any, ...]] = []
        self._end = 0  # the state at the end of the text so far
        self._states = 1
        for number, piece in enumerate(pieces):
            mark = MARK_OF_TEXT.get(piece.text)
            if mark is None:
                for word in piece.said:
                    self._follow(number, [(word,)], dictionary, _SKIPPED_WORD)
            else:
                self._follow(number, mark.spoken, dictionary, _SKIPPED_MARK)

    def _follow(
        self,
        piece: int,
        readings: Sequence[tuple[str, ...]],
        dictionary: PronouncingDictionary,
        skipped: float,
    ) -> None:
        start, end = self._end, self._new_state()
        self._transitions.append((start, end, skipped))
        for words in readings:
            said = [(word, dictionary.ways(word)) for word in words]
            if not all(ways for _, ways in said):
                continue
            share = (1.0 - skipped) / len(readings)
            state = start
            for index, (_, ways) in enumerate(said):
                entry = f"word{len(self.entries)}"
                self.entries[entry] = _Said(piece=piece, entry=entry, ways=ways)
                following = end if index == len(said) - 1 else self._new_state()
                self._transitions.append((state, following, share if index == 0 else 1.0, entry))
                state = following
        self._end = end

    def _new_state(self) -> int:
        self._states += 1
        return self._states - 1

    def decode(self, decoder: Any, sound: Sound) -> list[Segment] | None:
        """Return how the sound goes through the graph; None where it does not."""
        for entry, said in self.entries.items():
            for number, phones in enumerate(said.ways, 1):
                decoder.add_word(entry if number == 1 else f"{entry}({number})", phones, False)
        decoder.add_fsg("text", decoder.create_fsg("text", 0, self._end, self._transitions))
        decoder.activate_search("text")
        return decode(decoder, sound)


def _places(
    segments: Sequence[Segment], entries: Mapping[str, _Said], loudness: Loudness
) -> dict[int, _Found]:
    found: dict[int, _Found] = {}
    t_before_s = 0.0
    for segment in segments:
        said = entries.get(segment.entry)
        if said is None or segment.fit < _LEAST_FIT:
            continue
        start_s = loudness.moved_start_s(segment.t_start_s, segment.t_end_s, t_before_s)
        t_before_s = segment.t_end_s
        first = found.get(said.piece)
        if first is None:
            found[said.piece] = _Found(t_start_s=start_s, t_end_s=segment.t_end_s, score=segment.fit)
        else:  # a piece of several words, as a number: from the first to the last
            found[said.piece] = _Found(
                t_start_s=first.t_start_s, t_end_s=segment.t_end_s, score=min(first.score, segment.fit)
            )
    return found


def _timed(
    pieces: Sequence[TextPiece],
    found: Mapping[int, _Found],
    dictionary: PronouncingDictionary,
    sound_s: float,
) -> Iterator[TimedWord]:
    before_s = 0.0
    index = 0
    while index < len(pieces):
        place = found.get(index)
        if place is not None:
            before_s = place.t_end_s
            yield TimedWord(
                text=pieces[index].text,
                t_start_s=place.t_start_s,
                t_end_s=place.t_end_s,
                kind=WordKind.ALIGNED,
                score=place.score,
            )
            index += 1
            continue
        end = next((later for later in range(index, len(pieces)) if later in found), len(pieces))
        after_s = found[end].t_start_s if end < len(pieces) else max(sound_s, before_s)
        yield from interpolate(pieces[index:end], dictionary, before_s, after_s)
        index = end


def interpolate(
    pieces: Sequence[TextPiece], dictionary: PronouncingDictionary, t_from_s: float, t_to_s: float
) -> Iterator[TimedWord]:
    """Yield pieces that were not found, spread over a gap by their syllables; marks have no length."""
    lengths = [
        0
        if piece.is_mark
        else sum(syllables(way) for word in piece.said for way in dictionary.ways(word)[:1])
        for piece in pieces
    ]
    per_syllable_s = max(t_to_s - t_from_s, 0.0) / max(sum(lengths), 1)
    passed = 0
    for piece, length in zip(pieces, lengths, strict=True):
        yield TimedWord(
            text=piece.text,
            t_start_s=t_from_s + passed * per_syllable_s,
            t_end_s=t_from_s + (passed + length) * per_syllable_s,
            kind=WordKind.INTERPOLATED,
            score=math.nan,
        )
        passed += length
