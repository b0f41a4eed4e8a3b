"""The Parquet tables are those of the tidy CSV, read back with the library that most programs use."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings_schema.formats.csv_columns import TABLES
from recordings_schema.formats.csv_format import CsvFormat
from recordings_schema.formats.parquet_file import MAGIC, ParquetColumn, ParquetKind, footer, row_group
from recordings_schema.formats.parquet_format import ParquetFormat
from recordings_schema.formats.testing import FormatConformance, export
from recordings_schema.formats.testing_readings import make_reading

COLUMNS = (
    ParquetColumn(name="whole", kind=ParquetKind.INTEGER),
    ParquetColumn(name="real", kind=ParquetKind.REAL),
    ParquetColumn(name="text", kind=ParquetKind.TEXT),
)


class TestParquet(FormatConformance):
    @pytest.fixture
    def published(self) -> ParquetFormat:
        return ParquetFormat()


def test_every_cell_is_that_of_the_tidy_csv(tmp_path: Path) -> None:
    readings = [make_reading(), make_reading(trial=1, is_zoomed=True)]
    export(CsvFormat(), readings, tmp_path / "csv")
    export(ParquetFormat(), readings, tmp_path / "parquet")
    for table in TABLES:
        with (tmp_path / "csv" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            wanted = list(csv.DictReader(file))
        found = pq.read_table(tmp_path / "parquet" / f"{table}.parquet").to_pylist()
        assert len(found) == len(wanted) > 0, table
        for row, texts in zip(found, wanted, strict=True):
            for name, text in texts.items():
                value = row[name]
                if isinstance(value, str) or value is None:
                    assert (value or "") == text, (table, name)
                else:
                    assert float(value) == float(text), (table, name)


def test_columns_have_types_units_and_a_row_group_for_each_reading(tmp_path: Path) -> None:
    export(ParquetFormat(), [make_reading(), make_reading(trial=1)], tmp_path / "data")
    opened = pq.ParquetFile(tmp_path / "data" / "gaze.parquet")
    assert opened.metadata.num_row_groups == 2
    types = {field.name: str(field.type) for field in opened.schema_arrow}
    assert (types["reading_id"], types["time_s"], types["image_id"]) == ("string", "double", "int64")
    about = json.loads(opened.metadata.metadata[b"columns"])
    assert about["time_s"]["unit"] == "s"
    assert set(about) == set(types)


_CELLS = st.lists(
    st.tuples(
        st.none() | st.integers(-(2**63), 2**63 - 1),
        st.none() | st.floats(allow_nan=False),
        st.none() | st.text(max_size=9),
    ),
    max_size=40,
)


@given(groups=st.lists(_CELLS, max_size=20))
def test_whatever_the_cells_are_they_come_back(
    groups: list[list[tuple[object, object, object]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    parts, facts = [], []
    for rows in groups:
        content, said = row_group(COLUMNS, [list(cells) for cells in zip(*rows, strict=True)] or [[], [], []])
        parts.append(content)
        facts.append(said)
    path = tmp_path_factory.mktemp("parquet") / "table.parquet"
    path.write_bytes(MAGIC + b"".join(parts) + footer(COLUMNS, facts, {"a": "\u00e4"}))
    found = [tuple(row.values()) for row in pq.read_table(path).to_pylist()]
    assert found == [row for rows in groups for row in rows]
