from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from gaze_core.rows import GAZE
from recordings_schema.format_page import DEFAULT_PAGE, format_page
from recordings_schema.layout import (
    DATASETS,
    GROUPS,
    LAYOUT_BY_KEY,
    DatasetKey,
    DatasetLayout,
    Presence,
    datasets_of,
    groups_of,
)
from recordings_schema.testing import RAW_DTYPE, TRACKER, without_truth


def test_delivered_samples_end_in_gaze_and_nothing_else_does() -> None:
    assert [layout.path for layout in DATASETS if layout.path.endswith("/gaze")] == ["/tracker/gaze"]
    assert LAYOUT_BY_KEY[DatasetKey.GAZE].row_type is GAZE
    assert not any(group.path.endswith("/gaze") for group in GROUPS)


def test_every_key_has_one_dataset_and_every_path_is_used_once() -> None:
    assert sorted(layout.key for layout in DATASETS) == sorted(DatasetKey)
    paths = [layout.path for layout in (*DATASETS, *GROUPS)]
    assert len(set(paths)) == len(paths)


def test_every_parent_is_declared_before_its_children() -> None:
    declared = [group.path for group in GROUPS]
    for group in GROUPS:
        assert str(PurePosixPath(group.path).parent) in declared[: declared.index(group.path) + 1]
    for layout in DATASETS:
        assert str(PurePosixPath(layout.path).parent) in declared


@pytest.mark.parametrize("layout", DATASETS, ids=lambda layout: layout.key.value)
def test_a_chunk_stays_below_a_mebibyte(layout: DatasetLayout) -> None:
    assert layout.chunk_length(RAW_DTYPE) * layout.dtype(RAW_DTYPE).itemsize <= 2**20


def test_very_long_raw_rows_get_shorter_chunks() -> None:
    import numpy as np

    assert LAYOUT_BY_KEY[DatasetKey.RAW].chunk_length(np.dtype([("a", "S60000")])) == 17


def test_a_real_eye_has_no_truth_in_its_file() -> None:
    assert not any(layout.path.startswith("/simulation") for layout in datasets_of(without_truth()))
    assert not any(group.path == "/simulation" for group in groups_of(without_truth(), is_finished=True))
    assert any(layout.key is DatasetKey.TRUTH for layout in datasets_of(TRACKER))


def test_closing_facts_are_promised_for_finished_files_only() -> None:
    assert {group.path for group in GROUPS if group.presence is Presence.FINISHED} == {
        "/closing",
        "/images/embedded",
    }


def test_the_committed_format_page_is_current() -> None:
    committed = DEFAULT_PAGE.read_text(encoding="utf-8")
    assert committed == format_page(), "make it again: python -m recordings_schema.format_page"


def test_every_column_of_bits_or_codes_explains_its_numbers() -> None:
    for layout in DATASETS:
        for column in () if layout.row_type is None else layout.row_type.columns:
            if column.unit == "bits" and column.name != "bits":
                assert "1 " in column.doc, (layout.path, column.name)
