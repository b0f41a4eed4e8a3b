from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.session.speech.error_rate import word_errors

TEXTS = st.lists(st.sampled_from("abc"), max_size=8)


def test_each_kind_of_error_is_counted() -> None:
    errors = word_errors(
        ["no", "large", "left", "pleural", "effusion"], ["No", "small", "pleural", "effusion", "seen"]
    )

    assert (errors.substituted, errors.missing, errors.added) == (1, 1, 1)
    assert errors.rate == pytest.approx(0.6)


@given(TEXTS, TEXTS)
def test_errors_account_for_the_difference_in_length(said: list[str], written: list[str]) -> None:
    errors = word_errors(said, written)

    assert len(said) - errors.missing + errors.added == len(written)
    assert (errors.substituted + errors.missing + errors.added == 0) == (said == written)
    assert errors.substituted + errors.missing + errors.added <= max(len(said), len(written))


def test_nothing_said_has_no_rate() -> None:
    assert math.isnan(word_errors([], ["word"]).rate)
