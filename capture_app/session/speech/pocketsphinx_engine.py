"""Speech to text with pocketsphinx: a language model of the study's reports, and pronunciations."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from capture_app.session.speech.errors import EngineFailedError
from capture_app.session.speech.language_model import make_language_model
from capture_app.session.speech.pocketsphinx_decoder import (
    SEARCH,
    Segment,
    decode,
    engine_version,
    make_decoder,
)
from capture_app.session.speech.pronouncing import PronouncingDictionary
from capture_app.session.speech.punctuation import plain_words, read_marks
from capture_app.session.speech.sound import Sound
from capture_app.session.speech.vocabulary import Vocabulary
from capture_app.session.speech.words import TimedWord, Transcript, WordKind

LONGEST_STRETCH_S: Final = 60.0
SHORTEST_STRETCH_S: Final = 40.0
"""Longer sound is cut at its quietest moment between these: memory grows with the stretch."""

_WEIGHTS: Final = {"lw": 9.0, "fwdflatlw": 10.0, "bestpathlw": 11.0}
_QUIET_S: Final = 0.3
_SEARCH_NAME: Final = "reports"


class PocketsphinxEngine:
    """Knows the words of the vocabulary, and no others."""

    @property
    def version(self) -> str:
        """Name and version of engine and model."""
        return engine_version()

    def transcribe(self, sound: Sound, vocabulary: Vocabulary) -> Transcript:
        """Return what is said in a sound of 16 kHz.

        Raises
        ------
        EngineMissingError
            If pocketsphinx is not installed.
        EngineFailedError
            If it cannot use the vocabulary.
        """
        decoder, unknown = _taught_decoder(vocabulary)
        heard: list[tuple[Segment, float]] = []
        for start, stretch in stretches(sound):
            segments = decode(decoder, stretch) or []
            heard += [(each, start / sound.rate_hz) for each in segments if not each.is_filler]
        return Transcript(
            words=tuple(_written(heard, vocabulary.is_punctuation_spoken)),
            unknown_words=unknown,
            engine=self.version,
            sound_s=sound.duration_s,
        )


def _taught_decoder(vocabulary: Vocabulary) -> tuple[Any, tuple[str, ...]]:
    """Return a decoder that knows the words of a vocabulary, and those of them that had to be guessed."""
    words = vocabulary.words()
    dictionary = PronouncingDictionary(vocabulary.pronunciations, make_decoder().lookup_word)
    sayable = {word: ways for word in sorted(words) if (ways := dictionary.ways(word))}
    model = make_language_model(
        (pattern for pattern in vocabulary.parsed() if pattern.words <= set(sayable)),
        sayable,
        is_punctuation_spoken=vocabulary.is_punctuation_spoken,
    )
    try:
        with tempfile.TemporaryDirectory(prefix="reading-station-speech-") as folder:
            known, reports = Path(folder) / "words.dict", Path(folder) / "reports.arpa"
            known.write_text("".join(_dictionary_lines(sayable)), "utf-8")
            reports.write_text(model.arpa(), "utf-8")
            # Among the 135,000 words of its own dictionary it would look for those of the model: ten seconds.
            decoder = make_decoder(dict=str(known), **SEARCH, **_WEIGHTS)
            decoder.add_lm_file(_SEARCH_NAME, str(reports))
        decoder.activate_search(_SEARCH_NAME)
    except (OSError, RuntimeError, ValueError) as err:
        raise EngineFailedError(
            "pocketsphinx could not take the vocabulary. Check that there is room on the disk, and leave "
            "out the lab's own vocabulary to see whether it is the reason."
        ) from err
    return decoder, dictionary.guessed


def _dictionary_lines(sayable: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for word, ways in sayable.items():
        for number, phones in enumerate(ways, 1):
            yield f"{word if number == 1 else f'{word}({number})'} {phones}\n"


def stretches(sound: Sound) -> Iterator[tuple[int, Sound]]:
    """Yield a sound in stretches of at most a minute with their first frames, cut where it is quiet."""
    start = 0
    longest, shortest = (round(s * sound.rate_hz) for s in (LONGEST_STRETCH_S, SHORTEST_STRETCH_S))
    while len(sound.pcm) - start > longest:
        cut = start + shortest + _quietest(sound.pcm[start + shortest : start + longest], sound.rate_hz)
        yield start, Sound(sound.pcm[start:cut], sound.rate_hz)
        start = cut
    yield start, Sound(sound.pcm[start:], sound.rate_hz)


def _quietest(pcm: np.ndarray[tuple[int, ...], np.dtype[np.int16]], rate_hz: int) -> int:
    """Return the middle of the quietest moment."""
    width = round(_QUIET_S * rate_hz)
    energy = np.concatenate([[0.0], np.cumsum(np.square(pcm, dtype=np.float64))])
    return int(np.argmin(energy[width:] - energy[:-width])) + width // 2


def _written(heard: Sequence[tuple[Segment, float]], is_punctuation_spoken: bool) -> Iterator[TimedWord]:
    said = [segment.entry for segment, _ in heard]
    for piece in read_marks(said) if is_punctuation_spoken else plain_words(said):
        part = heard[piece.first : piece.first + piece.count]
        yield TimedWord(
            text=piece.text,
            t_start_s=part[0][0].t_start_s + part[0][1],
            t_end_s=part[-1][0].t_end_s + part[-1][1],
            kind=WordKind.RECOGNISED,
            score=min(segment.posterior for segment, _ in part),
        )
