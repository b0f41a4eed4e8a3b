"""Answers of any length go into rows and come back, whole or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.session.reading.answer_codec import (
    LARGEST_ANSWER_BYTES,
    PIECE_BYTES,
    AnswerValue,
    PieceCollector,
    pieces_of,
)
from capture_app.session.reading.errors import ReadingError

ANSWERS = st.one_of(
    st.text(max_size=600), st.integers(-1000, 1000), st.booleans(), st.none(),
    st.lists(st.text(max_size=40), max_size=60).map(tuple),
)  # fmt: skip


@given(value=ANSWERS)
def test_every_answer_comes_back_from_its_pieces(value: AnswerValue) -> None:
    collector = PieceCollector()
    found = [collector.take("s", name, text) for name, text in pieces_of("text", value)]

    assert found[:-1] == [None] * (len(found) - 1)
    assert found[-1] == ("text", value)


@given(value=ANSWERS)
def test_no_piece_is_longer_than_its_column(value: AnswerValue) -> None:
    assert all(len(text.encode()) <= PIECE_BYTES for _, text in pieces_of("text", value))


def test_a_long_answer_that_was_cut_off_leaves_the_one_before() -> None:
    collector = PieceCollector()
    pieces = list(pieces_of("text", "x" * 3000))

    found = [collector.take("s", *piece) for piece in pieces[:-1]]

    assert len(pieces) == 3
    assert found == [None, None]


def test_a_long_answer_written_again_after_a_cut_counts() -> None:
    collector = PieceCollector()
    pieces = list(pieces_of("text", "y" * 3000))
    collector.take("s", *pieces[0])

    found = [collector.take("s", *piece) for piece in pieces]

    assert found[-1] == ("text", "y" * 3000)


def test_pieces_without_their_beginning_are_no_answer() -> None:
    pieces = list(pieces_of("text", "z" * 3000))

    assert [PieceCollector().take("s", *piece) for piece in pieces[1:]] == [None, None]


def test_an_answer_beyond_all_measure_is_refused() -> None:
    with pytest.raises(ReadingError, match="too long"):
        list(pieces_of("text", "x" * LARGEST_ANSWER_BYTES))


@pytest.mark.parametrize("text", ["{", '{"a": 1}', "[1, 2]", "1.5"])
def test_what_is_no_answer_is_refused(text: str) -> None:
    with pytest.raises(ReadingError, match="in the recording"):
        PieceCollector().take("s", "text", text)
