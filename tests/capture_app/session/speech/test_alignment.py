from __future__ import annotations

import numpy as np
import pytest

from capture_app.session.speech.alignment import MOST_WORDS, align_text, interpolate
from capture_app.session.speech.errors import EngineFailedError
from capture_app.session.speech.pronouncing import PronouncingDictionary
from capture_app.session.speech.sound import Sound
from capture_app.session.speech.spoken_forms import read_text
from capture_app.session.speech.vocabulary import Vocabulary, shipped_vocabulary
from capture_app.session.speech.words import WordKind

FINAL_TEXT = "There is a small left pleural effusion. No pneumothorax is seen."
ENTRIES = {"no": "N OW", "pneumothorax": "N UW M OW TH AO R AE K S", "seen": "S IY N"}


def test_words_not_found_share_the_gap_by_their_syllables() -> None:
    pieces = list(read_text("no pneumothorax, seen"))

    words = list(interpolate(pieces, PronouncingDictionary([], ENTRIES.get), 1.0, 2.2))

    assert [(word.text, word.t_start_s, word.t_end_s) for word in words] == [
        ("no", pytest.approx(1.0), pytest.approx(1.2)),
        ("pneumothorax", pytest.approx(1.2), pytest.approx(2.0)),
        (",", pytest.approx(2.0), pytest.approx(2.0)),
        ("seen", pytest.approx(2.0), pytest.approx(2.2)),
    ]
    assert all(word.kind is WordKind.INTERPOLATED and np.isnan(word.score) for word in words)


def test_a_gap_without_room_leaves_words_without_length() -> None:
    words = list(interpolate(list(read_text("no")), PronouncingDictionary([], ENTRIES.get), 2.0, 1.5))

    assert (words[0].t_start_s, words[0].t_end_s) == (2.0, 2.0)


def test_every_word_said_is_found_where_it_was_said(
    engine: None, spoken_report: tuple[Sound, list[float]]
) -> None:
    sound, onsets_s = spoken_report

    aligned = align_text(FINAL_TEXT, sound, shipped_vocabulary())

    assert aligned.text == FINAL_TEXT
    assert {word.kind for word in aligned.words} == {WordKind.ALIGNED}
    errors_s = np.abs([word.t_start_s - true_s for word, true_s in zip(aligned.words, onsets_s, strict=True)])
    assert np.mean(errors_s <= 0.150) >= 0.95
    assert np.median(errors_s) <= 0.030


def test_words_the_reader_added_lie_between_their_neighbours(
    engine: None, spoken_report: tuple[Sound, list[float]]
) -> None:
    text = FINAL_TEXT.replace("pneumothorax", "cardiomegaly or xyloma, no pneumothorax").replace(" left", "")

    aligned = align_text(text, spoken_report[0], shipped_vocabulary())

    assert aligned.text == text
    assert aligned.unknown_words == ("xyloma",)
    kinds = {word.text: word.kind for word in aligned.words}
    assert kinds["cardiomegaly"] is WordKind.INTERPOLATED
    assert kinds["pneumothorax"] is kinds["effusion"] is kinds["seen"] is WordKind.ALIGNED
    times_s = [time_s for word in aligned.words for time_s in (word.t_start_s, word.t_end_s)]
    assert times_s == sorted(times_s)


@pytest.mark.parametrize(
    "levels", [np.zeros(0), np.zeros(16_000), np.random.default_rng(1).normal(0, 300, 16_000)]
)
def test_a_text_without_its_sound_is_interpolated(engine: None, levels: np.ndarray) -> None:
    aligned = align_text("No effusion.", Sound(levels.astype(np.int16), 16_000), Vocabulary())

    assert aligned.text == "No effusion."
    assert WordKind.INTERPOLATED in {word.kind for word in aligned.words}


def test_an_empty_text_has_no_words(engine: None) -> None:
    assert align_text("  \n", Sound(np.zeros(16_000, np.int16), 16_000), Vocabulary()).words == ()


def test_a_text_that_is_no_dictation_is_refused() -> None:
    with pytest.raises(EngineFailedError, match=str(MOST_WORDS)):
        align_text("a " * (MOST_WORDS + 1), Sound(np.zeros(10, np.int16), 16_000), Vocabulary())
