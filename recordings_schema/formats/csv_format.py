"""Tidy CSV: one table for each kind of fact, one row for each of them, and a data dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from recordings_schema.formats.contract import (
    CaseSink,
    DatasetSink,
    Facts,
    FinishedCase,
    Format,
    PlannedCase,
)
from recordings_schema.formats.csv_columns import NUMBER_TABLES, TABLES, TableContext
from recordings_schema.formats.csv_import import CsvImportOptions, plan_csv, read_csv_case
from recordings_schema.formats.image_files import write_jpeg
from recordings_schema.formats.importing import ImportedCase, ImportPlan, PlannedImport
from recordings_schema.formats.options import Option
from recordings_schema.formats.pictures import not_at_hand
from recordings_schema.formats.reading import CaseReading, Origin, ReadingKey
from recordings_schema.formats.tables import header, lines, quoted_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvOptions:
    """Options of the tidy tables."""

    gaze: Annotated[bool, Option("write every sample into gaze.csv")] = True
    zero: Annotated[Origin, Option("moment that times count from; where a reading has none, image_shown")] = (
        Origin.IMAGE_SHOWN
    )
    images: Annotated[bool, Option("copy the images as images/<name>.jpg: mind their terms")] = False


class CsvFormat(Format[CsvOptions]):
    """Tidy tables for R, pandas or a spreadsheet."""

    name: ClassVar[str] = "csv"
    title: ClassVar[str] = "Tidy CSV"
    summary: ClassVar[str] = (
        "tables of readings, fixations, gaze, views, words, shapes, answers; data dictionary"
    )
    version: ClassVar[str] = "2"
    options_type: ClassVar[type[CsvOptions]] = CsvOptions
    can_read: ClassVar[bool] = True
    import_options_type: ClassVar[type[CsvImportOptions]] = CsvImportOptions
    losses: ClassVar[tuple[str, ...]] = (
        "Samples while no image was visible, and looking at images again, are left out.",
        "The tracker's raw channels, clock readings and the sound are left out.",
        "Earlier versions of texts and answers are left out.",
        "Times are whole microseconds; gaze has 6 decimals, so that its place on the image may differ by "
        "0.01 px and its relative pupil by 0.0001 when it is read again.",
        "Labels that were not chosen are left out, and the gaze of single eyes.",
    )

    def problem(self, reading: CaseReading, options: CsvOptions) -> str:
        """Return why a reading cannot be in this format: images that are wanted and not at hand."""
        return images_problem(reading, options)

    def write_case(
        self, planned: PlannedCase, reading: CaseReading, sink: CaseSink, options: CsvOptions
    ) -> Facts:
        """Add the rows of a reading to all tables."""
        write_images(reading, sink, options)
        context = table_context(planned, reading, options)
        for table in tables_of(options):
            columns = [column.cells(context) for column in TABLES[table]]
            if table in NUMBER_TABLES:
                sink.add(table, lines([list(map(str, column)) for column in columns]))
            else:
                sink.add(table, quoted_lines(zip(*columns, strict=True)))
        return {"zero": context.zero_name}

    def finish(self, cases: Sequence[FinishedCase], sink: DatasetSink, options: CsvOptions) -> Facts:
        """Write the tables and the data dictionary."""
        for table in tables_of(options):
            sink.join(f"{table}.csv", table, header([column.name for column in TABLES[table]]))
        sink.file("data_dictionary.csv", data_dictionary(options, "csv"))
        return {"zeros": _counted([str(each.facts["zero"]) for each in cases])}

    def plan_import(self, folder: Path, options: CsvImportOptions) -> ImportPlan:
        """Return the readings of a folder of tidy tables."""
        return plan_csv(folder, options)

    def read_case(self, folder: Path, planned: PlannedImport, options: CsvImportOptions) -> ImportedCase:
        """Return a reading of the tidy tables."""
        return read_csv_case(folder, planned, options)


def reading_id(key: ReadingKey) -> str:
    """Return the name of a reading in the tables: session and number within it."""
    return f"{key.session_id}_{key.trial:04d}"


def images_problem(reading: CaseReading, options: CsvOptions) -> str:
    """Return which image is wanted and not at hand, a sentence; "" where there is none."""
    problems = [not_at_hand(image) for image in reading.images] if options.images else []
    return next((each for each in problems if each), "")


def write_images(reading: CaseReading, sink: CaseSink, options: CsvOptions) -> None:
    """Copy the images of a reading where they are asked for."""
    for image in reading.images if options.images else ():
        write_jpeg(sink, f"images/{image.stem}.jpg", image)


def table_context(planned: PlannedCase, reading: CaseReading, options: CsvOptions) -> TableContext:
    """Return what the cells of a reading's rows are made from."""
    zero_ns, origin = reading.zero_ns(options.zero)
    return TableContext(
        reading=reading, reading_id=reading_id(planned.key), zero_ns=zero_ns, zero_name=origin.value
    )


def data_dictionary(options: CsvOptions, ending: str) -> bytes:
    """Return the table of all columns with unit and meaning, for files of that ending."""
    rows = [
        (f"{table}.{ending}", each.name, each.unit, each.meaning)
        for table in tables_of(options)
        for each in TABLES[table]
    ]
    return header(("table", "column", "unit", "meaning")) + quoted_lines(rows)


def tables_of(options: CsvOptions) -> list[str]:
    """Return the names of the tables that are written."""
    return [table for table in TABLES if options.gaze or table != "gaze"]


def _counted(words: Sequence[str]) -> dict[str, int]:
    return {word: words.count(word) for word in sorted(set(words))}
