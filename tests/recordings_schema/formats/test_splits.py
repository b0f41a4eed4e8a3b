"""Splits by patient, and those that an imported dataset came with."""

from __future__ import annotations

import pytest

from recordings_schema.formats.splits import split_of
from recordings_schema.formats.testing_readings import make_key


@pytest.mark.parametrize(
    ("given", "split"),
    [
        ("train", "train"),
        ("validate", "validate"),
        ("val", "validate"),
        (" Valid", "validate"),
        ("test", "test"),
    ],
)
def test_what_was_imported_keeps_its_split_under_one_name(given: str, split: str) -> None:
    assert split_of(make_key(0, given_split=given), 1.0, 0.0) == split


def test_a_split_that_nobody_knows_is_drawn_by_patient() -> None:
    assert split_of(make_key(0, given_split="fold-3"), 1.0, 0.0) == "train"
    assert split_of(make_key(0, given_split="fold-3"), 0.0, 0.0) == "test"


def test_all_readings_of_a_patient_lie_on_one_side() -> None:
    sides = {split_of(make_key(trial, patient="P7"), 0.5, 0.25) for trial in range(20)}
    assert len(sides) == 1
