from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.session.speech.language_model import END, START, make_language_model
from capture_app.session.speech.phrases import parse_pattern

PATTERNS = [parse_pattern(line) for line in ("the (lungs|heart) [is|are] clear", "no effusion", "clear")]
LONE = ["hilum", "period", "spine"]
MODEL = make_language_model(PATTERNS, LONE)
HISTORY_WORDS = st.sampled_from(sorted(MODEL.words | {START}))


@given(st.lists(HISTORY_WORDS, max_size=2).map(tuple))
def test_after_any_history_all_words_together_are_certain(history: tuple[str, ...]) -> None:
    total = sum(MODEL.probability(history, word) for word in MODEL.words | {END})

    assert total == pytest.approx(1.0)


def test_a_sentence_of_the_patterns_is_likelier_than_the_same_words_elsewhere() -> None:
    assert MODEL.probability(("no",), "effusion") > 10 * MODEL.probability(("the",), "effusion")


def test_a_new_sentence_follows_the_period_of_the_one_before() -> None:
    assert MODEL.probability(("period",), "no") > 10 * MODEL.probability(("effusion",), "no")


def test_without_spoken_punctuation_no_period_is_expected() -> None:
    model = make_language_model(PATTERNS, ["hilum"], is_punctuation_spoken=False)

    assert "period" not in model.words
    assert sum(model.probability(("no",), word) for word in model.words | {END}) == pytest.approx(1.0)


def test_the_arpa_file_states_as_many_sequences_as_it_holds() -> None:
    sections = MODEL.arpa().split("\n\\")

    stated = [int(line.split("=")[1]) for line in sections[0].splitlines() if "=" in line]
    held = [len([line for line in section.splitlines()[1:] if line]) for section in sections[1:4]]
    assert stated == held
    assert MODEL.arpa().endswith("\\end\\\n")
