"""The messages between whoever has something to write down and the process that holds the engine."""

from __future__ import annotations

import math
import typing
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np

from capture_app.session.speech.engine import EngineChoice, EngineName
from capture_app.session.speech.sound import ENGINE_RATE_HZ, Sound, at_engine_rate
from capture_app.session.speech.vocabulary import Vocabulary
from capture_app.session.speech.words import TimedWord, Transcript, WordKind
from gaze_core.frames import FrameCodec
from gaze_core.rows import Rows

PCM_ROWS: Final = "pcm"
PCM_DTYPE: Final = np.dtype([("level", "<i2")])


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechCall:
    """Write a sound down, or align a text to it; answered by `SpeechDone` or `SpeechFailed`."""

    text: str  # to be aligned; "" where the sound is to be written down
    is_alignment: bool
    engine: str
    model_folder: str
    patterns: list[str]  # the vocabulary
    lone_words: list[str]
    pronunciations: list[list[str]]
    is_punctuation_spoken: bool
    row_type: str  # pcm, 16 kHz
    rows: Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechDone:
    """The words; the last message of the process."""

    words: list[dict[str, Any]]
    unknown_words: list[str]
    engine: str
    sound_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechFailed:
    """It could not be done; the last message of the process."""

    text: str  # a sentence
    is_engine_missing: bool
    details: str  # for the log; "" where the sentence says all


SpeechMessage: TypeAlias = SpeechCall | SpeechDone | SpeechFailed

CODEC: Final[FrameCodec[SpeechMessage]] = FrameCodec(typing.get_args(SpeechMessage), {PCM_ROWS: PCM_DTYPE})


def call_of(
    sound: Sound, vocabulary: Vocabulary, choice: EngineChoice, text: str | None = None
) -> SpeechCall:
    """Return the call for a sound of any rate; with a text it is an alignment. Costs the change of rate."""
    return SpeechCall(
        text=text or "",
        is_alignment=text is not None,
        engine=choice.name.value,
        model_folder=choice.model_folder,
        patterns=list(vocabulary.patterns),
        lone_words=sorted(vocabulary.lone_words),
        pronunciations=[list(each) for each in vocabulary.pronunciations],
        is_punctuation_spoken=vocabulary.is_punctuation_spoken,
        row_type=PCM_ROWS,
        rows=np.ascontiguousarray(at_engine_rate(sound).pcm).view(PCM_DTYPE),
    )


def sound_of(call: SpeechCall) -> Sound:
    """Return the sound of a call."""
    return Sound(np.ascontiguousarray(call.rows["level"]), ENGINE_RATE_HZ)


def vocabulary_of(call: SpeechCall) -> Vocabulary:
    """Return the vocabulary of a call."""
    return Vocabulary(
        patterns=tuple(call.patterns),
        lone_words=frozenset(call.lone_words),
        pronunciations=tuple((word, phones) for word, phones in call.pronunciations),
        is_punctuation_spoken=call.is_punctuation_spoken,
    )


def choice_of(call: SpeechCall) -> EngineChoice:
    """Return the engine of a call."""
    return EngineChoice(name=EngineName(call.engine), model_folder=call.model_folder)


def done_of(transcript: Transcript) -> SpeechDone:
    """Return the answer with a transcript."""
    return SpeechDone(
        words=[
            {
                "text": word.text,
                "t_start_s": word.t_start_s,
                "t_end_s": word.t_end_s,
                "kind": word.kind.value,
                "score": None if math.isnan(word.score) else word.score,
            }
            for word in transcript.words
        ],
        unknown_words=list(transcript.unknown_words),
        engine=transcript.engine,
        sound_s=transcript.sound_s,
    )


def transcript_of(done: SpeechDone) -> Transcript:
    """Return the transcript of an answer.

    Raises
    ------
    KeyError, ValueError, TypeError
        If a word of it is not one.
    """
    return Transcript(
        words=tuple(
            TimedWord(
                text=str(word["text"]),
                t_start_s=float(word["t_start_s"]),
                t_end_s=float(word["t_end_s"]),
                kind=WordKind(word["kind"]),
                score=math.nan if word["score"] is None else float(word["score"]),
            )
            for word in done.words
        ),
        unknown_words=tuple(done.unknown_words),
        engine=done.engine,
        sound_s=done.sound_s,
    )
