from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings_schema.errors import MetadataError
from recordings_schema.testing import TRACKER
from recordings_schema.tracker_record import (
    TrackerRecord,
    dtype_from_json,
    dtype_to_json,
    packed_dtype,
    tracker_info_from_json,
    tracker_info_to_json,
)

NAMES = st.text(st.characters(exclude_characters="\0:", exclude_categories=["Cs"]), min_size=1, max_size=12)
TYPES = st.sampled_from(["<f8", ">f8", "<f4", "<f2", "<i8", ">i2", "|i1", "|u1", "<u4", "|b1", "|S7"])
SHAPES = st.sampled_from([(), (3,), (2, 2)])


@st.composite
def raw_dtypes(draw: st.DrawFn) -> np.dtype[Any]:
    names = draw(st.lists(NAMES, min_size=1, max_size=8, unique=True))
    return np.dtype([(name, draw(TYPES), draw(SHAPES)) for name in names])


@given(raw_dtypes())
def test_a_raw_row_type_survives_json(dtype: np.dtype[Any]) -> None:
    assert dtype_from_json(json.loads(json.dumps(dtype_to_json(dtype))), "raw") == dtype


def test_padding_between_fields_is_taken_out() -> None:
    padded = np.dtype([("a", "u1"), ("b", "<f8")], align=True)
    assert packed_dtype(padded) == np.dtype([("a", "u1"), ("b", "<f8")])


@pytest.mark.parametrize(
    "source",
    [
        None,
        [],
        [["a", "<f8"]],
        [["", "<f8", []]],
        [["a", "|O", []]],
        [["a", "<U5", []]],
        [["a", "<M8[ns]", []]],
        [["a", "<f16", []]],
        [["a", "|V8", []]],
        [["a", "<f8", [0]]],
        [["a", "<f8", [10**9]]],
        [["a", "<f8", [60_000, 60_000]]],
        [["a", "<f8", [True]]],
        [["a", "i8,i8", []]],
        [["a", 7, []]],
        [["a", "nonsense", []]],
        [["a", "<f8", []], ["a", "<f8", []]],
        [[f"c{number}", "<f8", []] for number in range(2000)],
    ],
)
def test_a_hostile_row_type_is_refused(source: object) -> None:
    with pytest.raises(MetadataError, match="raw"):
        dtype_from_json(source, "raw")


def test_rows_without_named_fields_are_refused() -> None:
    with pytest.raises(MetadataError, match="name its channels"):
        packed_dtype(np.dtype("<f8"))


def test_a_tracker_survives_json() -> None:
    tracker = replace(TRACKER, display_area_mm=(597.0, 336.0))
    assert tracker_info_from_json(json.loads(json.dumps(tracker_info_to_json(tracker)))) == tracker


def test_an_unknown_display_area_stays_unknown() -> None:
    assert tracker_info_from_json(tracker_info_to_json(TRACKER)).display_area_mm is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pupil_unit": "miles"}, "pupil_unit"),
        ({"raw_channels": "[1]"}, "raw_channels"),
        ({"raw_channels": "{"}, "not JSON"),
    ],
)
def test_an_unusable_tracker_is_refused_by_field(change: dict[str, str], message: str) -> None:
    record = replace(TrackerRecord.of(TRACKER), **change)
    with pytest.raises(MetadataError, match=message):
        record.tracker_info(TRACKER.raw_dtype)


def test_a_tracker_with_other_parts_is_refused() -> None:
    with pytest.raises(MetadataError, match="parts"):
        tracker_info_from_json({"record": {}})
