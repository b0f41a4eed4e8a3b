from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings_schema.errors import MetadataError
from recordings_schema.records import (
    MAXIMUM_TEXT_BYTES,
    Meaning,
    attribute_specs,
    record_from_attributes,
    record_from_json,
    record_to_attributes,
    record_to_json,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    text: Annotated[str, Meaning("words")]
    count: Annotated[int, Meaning("how many", unit="count")]
    size_mm: Annotated[float, Meaning("how large", unit="mm")] = math.nan
    is_on: Annotated[bool, Meaning("switched on")] = False
    table: Annotated[dict[str, str], Meaning("names")] = None  # type: ignore[assignment]  # always given here


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
SAMPLES = st.builds(
    Sample,
    text=TEXTS,
    count=st.integers(-(2**63), 2**63 - 1),
    size_mm=st.floats(allow_infinity=False),
    is_on=st.booleans(),
    table=st.dictionaries(TEXTS, TEXTS, max_size=4),
)
WHOLE = {"text": "a", "count": 1, "size_mm": 2.0, "is_on": True, "table": {"b": "c"}}


@given(SAMPLES)
def test_a_record_survives_json(sample: Sample) -> None:
    text = json.dumps(record_to_json(sample), allow_nan=False)
    assert record_to_json(record_from_json(Sample, json.loads(text), "sample")) == record_to_json(sample)


@given(SAMPLES)
def test_a_record_survives_attributes(sample: Sample) -> None:
    found = record_from_attributes(Sample, record_to_attributes(sample), "sample")
    assert record_to_json(found) == record_to_json(sample)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": "red"}, "unknown field 'colour'"),
        ({"count": 1.5}, "sample.count is of type float"),
        ({"count": True}, "sample.count is of type bool"),
        ({"count": 2**63}, "does not fit 64 bits"),
        ({"size_mm": "3"}, "expected a number"),
        ({"size_mm": True}, "expected a number"),
        ({"size_mm": math.inf}, "infinite"),
        ({"is_on": 1}, "expected flag"),
        ({"text": None}, "expected text"),
        ({"text": "a\0b"}, "zero character"),
        ({"text": "x" * (MAXIMUM_TEXT_BYTES + 1)}, "at most"),
        ({"text": "\ud800"}, "not valid Unicode"),
        ({"table": [["a", "b"]]}, "expected a table"),
        ({"table": {"a": 1}}, "expected text"),
    ],
)
def test_a_wrong_value_is_refused_by_name(change: dict[str, object], message: str) -> None:
    with pytest.raises(MetadataError, match=message):
        record_from_json(Sample, WHOLE | change, "sample")


def test_a_missing_required_field_is_named() -> None:
    with pytest.raises(MetadataError, match="no field 'count'"):
        record_from_json(Sample, {"text": "a"}, "sample")


def test_something_that_is_no_object_is_refused() -> None:
    with pytest.raises(MetadataError, match="expected an object"):
        record_from_json(Sample, ["text"], "sample")


def test_a_field_with_a_default_may_be_missing() -> None:
    assert math.isnan(record_from_json(Sample, {"text": "a", "count": 1, "table": {}}, "sample").size_mm)


def test_numpy_scalars_and_bytes_of_a_file_become_plain_values() -> None:
    found = {
        "text": b"words",
        "count": np.int64(3),
        "size_mm": np.float64(2),
        "is_on": np.uint8(1),
        "table": "{}",
    }
    assert record_from_attributes(Sample, found, "sample") == Sample(
        text="words", count=3, size_mm=2.0, is_on=True, table={}
    )


def test_specs_name_type_unit_and_need() -> None:
    specs = {spec.name: spec for spec in attribute_specs(Sample)}
    assert (specs["size_mm"].type, specs["size_mm"].unit, specs["size_mm"].is_required) == (
        "number",
        "mm",
        False,
    )
    assert specs["text"].is_required
