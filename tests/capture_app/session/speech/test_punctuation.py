from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.session.speech.punctuation import MARKS, plain_words, read_marks, write_text


def written(said: str) -> str:
    return write_text([(piece.text, piece.mark) for piece in read_marks(said.split())])


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("no effusion period heart is normal period", "No effusion. Heart is normal."),
        ("effusions comma larger on the right full stop", "Effusions, larger on the right."),
        ("impression colon one period stable", "Impression: One. Stable"),
        ("clear period new paragraph no mass period", "Clear.\n\nNo mass."),
        ("first new line second", "First\nSecond"),
        ("nodule open parenthesis old close parenthesis period", "Nodule (old)."),
        ("follow hyphen up question mark", "Follow-up?"),
        ("new opacity", "New opacity"),
        ("", ""),
    ],
)
def test_spoken_marks_become_written_ones(said: str, text: str) -> None:
    assert written(said) == text


@given(
    st.lists(
        st.sampled_from([" ".join(way) for mark in MARKS for way in mark.spoken] + ["lung", "new", "clear"])
    )
)
def test_every_word_said_belongs_to_one_piece(parts: list[str]) -> None:
    said = " ".join(parts).split()

    pieces = read_marks(said)

    assert [index for piece in pieces for index in range(piece.first, piece.first + piece.count)] == list(
        range(len(said))
    )


def test_where_punctuation_is_not_spoken_its_words_stay_words() -> None:
    assert [piece.text for piece in plain_words(["menstrual", "period"])] == ["menstrual", "period"]
