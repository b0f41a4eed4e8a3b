"""Figures in EVENT rows: whatever is written is read back, and what is damaged is left out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.session.event_json import event_rows, events_of
from capture_app.session.recorded_baselines import baselines_of
from capture_app.session.recorded_corrections import corrections_of
from gaze_core.rows import EVENT, join_rows

CONTENT = st.dictionaries(
    st.text(max_size=20),
    st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=200),
    max_size=12,
)


@given(CONTENT, CONTENT)
def test_what_is_written_is_read_back_in_order(first: dict[str, Any], second: dict[str, Any]) -> None:
    other = EVENT.row(t_host_ns=5, kind="mark", text="2/2 nothing of ours")
    rows = join_rows([event_rows("kind", 1, first, value=2.5, trial=3), other, event_rows("kind", 7, second)])
    found = events_of(rows, "kind")
    assert [each.content for each in found] == [first, second]
    assert (found[0].t_host_ns, found[0].value, found[0].trial) == (1, 2.5, 3)


def test_a_short_content_is_one_row_of_plain_json() -> None:
    (row,) = event_rows("kind", 1, {"area": 12.5})
    assert row["text"] == b'{"area":12.5}'


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_part_that_is_missing_leaves_the_event_out_and_keeps_the_next(lost: int) -> None:
    long = {"terms": list(range(200))}
    parts = event_rows("kind", 1, long)
    assert len(parts) == 3
    kept = [parts[:lost], parts[lost + 1 :], event_rows("kind", 2, {"a": 1}), event_rows("kind", 3, long)]
    assert [each.content for each in events_of(join_rows(kept), "kind")] == [{"a": 1}, long]


def test_an_event_too_long_for_its_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        event_rows("kind", 1, {"text": "a" * 30_000})


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"area": 1}', "1/1 {}", "99/3 x"])
def test_what_was_not_written_by_the_program_is_no_figure(text: str) -> None:
    rows = join_rows(
        [EVENT.row(t_host_ns=1, kind=kind, text=text) for kind in ("pupil_baseline", "gaze_correction")]
    )
    assert baselines_of(rows) == ()
    assert corrections_of(rows) == ()
