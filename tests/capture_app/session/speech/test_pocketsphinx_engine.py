from __future__ import annotations

import sys

import numpy as np
import pytest

from benchmarks import speech as spoken
from capture_app.session.speech.error_rate import word_errors
from capture_app.session.speech.errors import EngineMissingError
from capture_app.session.speech.pocketsphinx_engine import LONGEST_STRETCH_S, PocketsphinxEngine, stretches
from capture_app.session.speech.sound import Sound
from capture_app.session.speech.vocabulary import Vocabulary, parse_vocabulary, shipped_vocabulary
from capture_app.session.speech.words import WordKind


def test_a_spoken_report_is_written_down_with_its_times(
    engine: None, spoken_report: tuple[Sound, list[float]], report_words: list[str]
) -> None:
    sound, onsets_s = spoken_report

    transcript = PocketsphinxEngine().transcribe(sound, shipped_vocabulary())

    assert word_errors(report_words, spoken.spoken_of(transcript)).rate <= 0.25
    assert transcript.unknown_words == ()
    assert transcript.engine.startswith("pocketsphinx 5")
    first, last = transcript.words[0], transcript.words[-1]
    assert first.kind is WordKind.RECOGNISED
    assert first.t_start_s == pytest.approx(onsets_s[0], abs=0.15)
    assert last.t_end_s <= sound.duration_s
    assert all(0.0 <= word.score <= 1.0 for word in transcript.words)


def test_only_words_of_the_vocabulary_are_written(
    engine: None, spoken_report: tuple[Sound, list[float]]
) -> None:
    vocabulary = parse_vocabulary("no pneumothorax\nxyloma seen\nsmall effusion", "words")

    transcript = PocketsphinxEngine().transcribe(spoken_report[0], vocabulary)

    assert "xyloma" in transcript.unknown_words
    assert {word.text for word in transcript.words} <= vocabulary.words() | {"."}


@pytest.mark.parametrize("levels", [np.zeros(0), np.zeros(100), np.zeros(32_000)])
def test_nothing_said_is_no_word(engine: None, levels: np.ndarray) -> None:
    transcript = PocketsphinxEngine().transcribe(
        Sound(levels.astype(np.int16), 16_000), parse_vocabulary("no effusion", "words")
    )

    assert transcript.words == ()
    assert transcript.text == ""


def test_long_sound_is_cut_where_it_is_quiet() -> None:
    pcm = np.random.default_rng(1).normal(0, 1000, 150 * 16_000).astype(np.int16)
    pcm[50 * 16_000 : 51 * 16_000] = 0

    parts = list(stretches(Sound(pcm, 16_000)))

    assert parts[0][1].duration_s == pytest.approx(50.5, abs=0.5)
    assert all(part.duration_s <= LONGEST_STRETCH_S for _, part in parts)
    assert np.array_equal(np.concatenate([part.pcm for _, part in parts]), pcm)
    assert [start for start, _ in parts] == [0, *np.cumsum([len(part.pcm) for _, part in parts])[:-1]]


def test_without_the_package_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pocketsphinx", None)

    with pytest.raises(EngineMissingError, match=r"pip install reading-station\[speech\]"):
        PocketsphinxEngine().transcribe(Sound(np.ones(16_000, np.int16), 16_000), Vocabulary())
