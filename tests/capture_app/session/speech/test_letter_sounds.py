from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.session.speech.letter_sounds import guess_pronunciation
from capture_app.session.speech.phones import PHONES, syllables


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("pneumoma", "N UW M OW M AH"),
        ("xanthoma", "Z AE N TH OW M AH"),
        ("nephritis", "N EH F R AY T IH S"),
        ("svcx", "EH S V IY S IY EH K S"),
    ],
)
def test_medical_words_are_said_by_rule(word: str, phones: str) -> None:
    assert guess_pronunciation(word) == phones


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=30))
def test_every_word_of_letters_gets_known_sounds(word: str) -> None:
    assert guess_pronunciation(word)
    assert set(guess_pronunciation(word).split()) <= PHONES


def test_signs_are_not_said() -> None:
    assert guess_pronunciation("\u65e5\u672c") == ""


def test_syllables_are_counted_by_vowels() -> None:
    assert syllables("N UW M OW TH AO R AE K S") == 4
    assert syllables("S") == 1
