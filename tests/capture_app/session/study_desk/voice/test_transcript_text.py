"""Words in their text: found again in it, carried over an edit, and written as rows."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.session.reading import ReadingError
from capture_app.session.speech import TimedWord, WordKind
from capture_app.session.speech.punctuation import MARK_OF_TEXT, write_text
from capture_app.session.speech.spoken_forms import read_text
from capture_app.session.study_desk.transcript_text import (
    PlacedText,
    answer_rows,
    carried_words,
    joined_text,
    placed_words,
    word_rows,
)
from gaze_core.rows import decode_text

WORDS = st.lists(
    st.sampled_from(["no", "effusion", ".", ",", "there", "is", "2.5", "cm", "\n", "\n\n", "(", ")", "-"]),
    max_size=40,
)


def timed(pieces: list[str]) -> list[TimedWord]:
    return [
        TimedWord(text=each, t_start_s=n * 1.0, t_end_s=n + 0.5, kind=WordKind.RECOGNISED, score=0.5)
        for n, each in enumerate(pieces)
    ]


def placed(text: str, version: int = 0) -> PlacedText:
    words = timed([piece.text for piece in read_text(text)])
    return PlacedText(
        version=version, text=text, words=placed_words(text, words, lambda t_s: round(t_s * 1e9))
    )


@given(WORDS)
def test_each_word_stands_where_it_is_said_to_stand(pieces):
    text = write_text([(each, MARK_OF_TEXT.get(each)) for each in pieces])
    words = placed_words(text, timed(pieces), lambda t_s: round(t_s * 1e9))
    assert [word.text.lower() for word in words] == pieces
    assert all(text[word.first_letter :].startswith(word.text) for word in words)
    letters = [word.first_letter for word in words]
    assert letters == sorted(letters)
    assert [word.t_onset_host_ns for word in words] == [n * 1_000_000_000 for n in range(len(pieces))]


@given(st.text(alphabet="ab .,\n", max_size=60), st.text(alphabet="ab .,\n", max_size=60))
def test_words_that_are_carried_over_stand_in_the_new_text_in_their_order(before, after):
    words = carried_words(placed(before), after)
    assert all(after[word.first_letter :].startswith(word.text) for word in words if word.text.strip())
    assert [w.t_onset_host_ns for w in words] == sorted(w.t_onset_host_ns for w in words)


def test_an_edit_leaves_the_other_words_their_times():
    words = carried_words(placed("No effusion is seen."), "No large effusion was seen.")
    assert [(w.text, w.t_onset_host_ns // 10**9) for w in words] == [
        ("No", 0),
        ("effusion", 1),
        ("seen", 3),
        (".", 4),
    ]


def test_another_text_goes_behind_the_first_with_its_words():
    joined = joined_text(placed("No effusion."), "Done.", placed("Done.").words, 1)
    assert joined.text == "No effusion.\nDone."
    assert [joined.text[w.first_letter :][: len(w.text)] for w in joined.words] == [
        "No",
        "effusion",
        ".",
        "Done",
        ".",
    ]


def test_the_rows_of_a_version_hold_its_words_and_its_whole_text():
    it = placed("Effusion, left.\nNo \u201cnodule\u201d.", version=3)
    ((name, rows),) = word_rows(4, 1, it)
    assert name == "word"
    assert {(int(r["trial"]), int(r["attempt"]), int(r["version"])) for r in rows} == {(4, 1, 3)}
    assert list(rows["index"]) == list(range(len(it.words)))
    ((name, answers),) = answer_rows(77, 4, 1, "transcript", it)
    assert name == "answer"
    assert decode_text(answers[0]["name"]) == "transcript_3"
    assert json.loads("".join(decode_text(each["value"]) for each in answers)) == it.text


def test_a_text_without_words_has_no_word_rows():
    assert word_rows(0, 0, PlacedText(version=0, text="")) == ()


def test_a_text_that_no_recording_can_hold_is_refused():
    with pytest.raises(ReadingError, match="too long"):
        answer_rows(0, 0, 0, "transcript", PlacedText(version=1, text="x" * 70_000))
