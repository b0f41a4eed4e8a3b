from __future__ import annotations

import math

import numpy as np

from capture_app.session.speech import messages as m
from capture_app.session.speech.engine import EngineChoice, EngineName
from capture_app.session.speech.sound import Sound
from capture_app.session.speech.speech_process import answer
from capture_app.session.speech.vocabulary import Vocabulary, parse_vocabulary
from capture_app.session.speech.words import TimedWord, Transcript, WordKind

SOUND = Sound(np.arange(300, dtype=np.int16), 48_000)
WHISPER = EngineChoice(name=EngineName.FASTER_WHISPER, model_folder="/nowhere/model")


def test_a_call_arrives_as_it_was_sent_at_the_rate_of_the_engines() -> None:
    vocabulary = parse_vocabulary("no (mass|effusion)\nhilum = HH AY L AH M", "words")

    call = m.CODEC.decode(m.CODEC.encode(m.call_of(SOUND, vocabulary, WHISPER, text="No mass.")))

    assert isinstance(call, m.SpeechCall)
    assert m.vocabulary_of(call) == vocabulary
    assert m.choice_of(call) == WHISPER
    assert (call.is_alignment, call.text) == (True, "No mass.")
    assert (m.sound_of(call).rate_hz, len(m.sound_of(call).pcm)) == (16_000, 100)


def test_a_transcript_arrives_as_it_was_sent() -> None:
    words = (
        TimedWord(text="No", t_start_s=0.1, t_end_s=0.4, kind=WordKind.ALIGNED, score=0.5),
        TimedWord(text="\n\n", t_start_s=0.4, t_end_s=0.4, kind=WordKind.INTERPOLATED, score=math.nan),
    )
    sent = Transcript(words=words, unknown_words=("xyloma",), engine="engine 1", sound_s=2.0)

    done = m.CODEC.decode(m.CODEC.encode(m.done_of(sent)))

    assert isinstance(done, m.SpeechDone)
    received = m.transcript_of(done)
    assert received.words[0] == words[0]
    assert math.isnan(received.words[1].score)
    assert (received.unknown_words, received.engine, received.sound_s) == (("xyloma",), "engine 1", 2.0)


def test_a_missing_engine_is_answered_in_words() -> None:
    failed = answer(m.call_of(SOUND, Vocabulary(), WHISPER))

    assert isinstance(failed, m.SpeechFailed)
    assert failed.is_engine_missing
    assert "is no model of faster-whisper" in failed.text


def test_a_mistake_is_answered_in_words_and_kept_for_the_log() -> None:
    call = m.call_of(SOUND, Vocabulary(), EngineChoice())
    damaged = m.SpeechCall(**{name: getattr(call, name) for name in call.__slots__} | {"engine": "none"})

    failed = answer(damaged)

    assert isinstance(failed, m.SpeechFailed)
    assert not failed.is_engine_missing
    assert "ValueError" in failed.details
    assert "ValueError" not in failed.text
