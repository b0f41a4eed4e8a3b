from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.session.speech.errors import VocabularyError
from capture_app.session.speech.phrases import MOST_WORDS, Pattern, expected_sequences, parse_pattern

WORDS = st.sampled_from(["lung", "clear", "no", "the"])
WAYS = st.lists(st.lists(WORDS, min_size=1, max_size=3).map(" ".join), min_size=1, max_size=3).map("|".join)
PARTS = st.one_of(WORDS, WAYS.map("({})".format), WAYS.map("[{}]".format))
LINES = st.lists(PARTS, min_size=1, max_size=4).map(" ".join)


def enumerated(pattern: Pattern) -> Counter[tuple[str, ...]]:
    counts: Counter[tuple[str, ...]] = Counter()
    for chosen in itertools.product(*pattern.parts):
        share = 1.0
        words = ["<s>"]
        for choice in chosen:
            share *= choice.share
            words += choice.words
        words.append("end")
        for length in (1, 2, 3):
            for start in range(len(words) - length + 1):
                counts[tuple(words[start : start + length])] += share
    counts.pop(("<s>",))
    return counts


@given(LINES)
def test_expected_counts_are_those_of_all_sentences_written_out(line: str) -> None:
    pattern = parse_pattern(line)

    counts: Counter[tuple[str, ...]] = Counter()
    for sequence, count in expected_sequences(pattern, "<s>", ("end",)):
        counts[sequence] += count

    expected = enumerated(pattern)
    assert set(counts) == set(expected)
    assert all(counts[key] == pytest.approx(expected[key]) for key in expected)


def test_words_of_all_choices_are_known() -> None:
    assert parse_pattern("No (Large|small) [pleural] effusion").words == {
        "no", "large", "small", "pleural", "effusion",
    }  # fmt: skip


@pytest.mark.parametrize("line", ["a (b", "a b)", "(a [b])", "(a|)", "[]", "a ]b["])
def test_brackets_that_make_no_sense_are_refused(line: str) -> None:
    with pytest.raises(VocabularyError):
        parse_pattern(line)


def test_a_pattern_without_end_is_refused() -> None:
    with pytest.raises(VocabularyError, match=str(MOST_WORDS)):
        parse_pattern("a " * (MOST_WORDS + 1))
