"""Tidy Parquet: the tables of the tidy CSV with typed columns, for pandas, R's arrow, DuckDB, Spark."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import ClassVar, Final

from recordings_schema.formats.contract import (
    CaseSink,
    DatasetSink,
    Facts,
    FinishedCase,
    Format,
    PlannedCase,
)
from recordings_schema.formats.csv_columns import TABLES, TidyColumn
from recordings_schema.formats.csv_format import (
    CsvFormat,
    CsvOptions,
    data_dictionary,
    images_problem,
    table_context,
    tables_of,
    write_images,
)
from recordings_schema.formats.parquet_file import MAGIC, ParquetColumn, ParquetKind, footer, row_group
from recordings_schema.formats.reading import CaseReading

_TEXT_UNITS: Final = frozenset({"", "JSON"})
_WHOLE_UNITS: Final = frozenset({"count", "flag", "bits", "code"})


class ParquetFormat(Format[CsvOptions]):
    """Typed tables; a row group for each reading."""

    name: ClassVar[str] = "parquet"
    title: ClassVar[str] = "Tidy Parquet"
    summary: ClassVar[str] = (
        "the tables of csv as Parquet files, with typed columns and units in the metadata"
    )
    version: ClassVar[str] = "1"
    options_type: ClassVar[type[CsvOptions]] = CsvOptions
    losses: ClassVar[tuple[str, ...]] = CsvFormat.losses

    def problem(self, reading: CaseReading, options: CsvOptions) -> str:
        """Return why a reading cannot be in this format: images that are wanted and not at hand."""
        return images_problem(reading, options)

    def write_case(
        self, planned: PlannedCase, reading: CaseReading, sink: CaseSink, options: CsvOptions
    ) -> Facts:
        """Add a row group to each table."""
        write_images(reading, sink, options)
        context = table_context(planned, reading, options)
        groups = {}
        for table in tables_of(options):
            cells = [column.cells(context) for column in TABLES[table]]
            content, groups[table] = row_group(_columns(TABLES[table]), cells)
            sink.add(table, content)
        return {"zero": context.zero_name, "groups": groups}

    def finish(self, cases: Sequence[FinishedCase], sink: DatasetSink, options: CsvOptions) -> Facts:
        """Put the tables together and write the data dictionary."""
        for table in tables_of(options):
            columns = TABLES[table]
            about = {each.name: {"unit": each.unit, "meaning": each.meaning} for each in columns}
            end = footer(
                _columns(columns),
                [each.facts["groups"][table] for each in cases],
                {"columns": json.dumps(about, ensure_ascii=False)},
            )
            sink.join(f"{table}.parquet", table, MAGIC, end)
        sink.file("data_dictionary.csv", data_dictionary(options, "parquet"))
        return {}


def _columns(columns: Sequence[TidyColumn]) -> list[ParquetColumn]:
    return [ParquetColumn(name=each.name, kind=_kind(each)) for each in columns]


def _kind(column: TidyColumn) -> ParquetKind:
    if column.unit in _TEXT_UNITS:
        return ParquetKind.TEXT
    return ParquetKind.INTEGER if column.unit in _WHOLE_UNITS else ParquetKind.REAL
