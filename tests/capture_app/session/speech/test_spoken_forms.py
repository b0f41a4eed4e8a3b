from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.session.speech.punctuation import MARK_OF_TEXT, write_text
from capture_app.session.speech.spoken_forms import read_text, say_number, spoken_words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A 2.5 cm nodule", "a two point five centimeters nodule"),
        ("15 mm", "fifteen millimeters"),
        ("1,200 ml", "one thousand two hundred milliliters"),
        ("T4-T5", "t four t five"),
        ("patient\u2019s heart & lungs", "patient's heart and lungs"),
        ("50%", "fifty percent"),
        ("1.2.3", "one point two three"),
        ("12345678", "one two three four five six seven eight"),
        ("", ""),
    ],
)
def test_a_text_is_read_as_it_is_said(text: str, said: str) -> None:
    assert spoken_words(text) == said.split()


@given(st.integers(0, 999_999), st.integers(0, 999_999))
def test_different_numbers_are_said_differently(left: int, right: int) -> None:
    assert (say_number(left) == say_number(right)) == (left == right)


@pytest.mark.parametrize(
    "text", ["No effusion. Heart normal.", "Clear.\n\nNo mass (old), follow-up?", "One\nTwo"]
)
def test_a_text_read_and_written_again_is_the_same(text: str) -> None:
    assert write_text([(piece.text, MARK_OF_TEXT.get(piece.text)) for piece in read_text(text)]) == text


@given(st.text(max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    for piece in read_text(text):
        assert all(word == word.lower() for word in piece.said)
