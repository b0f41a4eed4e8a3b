"""One reading is tried in a format without being exported."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from recordings_schema.formats.contract import FormatError
from recordings_schema.formats.csv_format import CsvFormat
from recordings_schema.formats.gazesearch import GazesearchFormat
from recordings_schema.formats.memory_sink import MemorySink, TriedFormat, try_format
from recordings_schema.formats.reflacx import ReflacxFormat
from recordings_schema.formats.testing import content_of, export
from recordings_schema.formats.testing_readings import make_reading


def tried(published: Any, folder: Path, **changes: Any) -> TriedFormat:
    reading = replace(make_reading(), **changes)
    return try_format(published, published.options_type(), reading, folder)


def test_the_bytes_are_those_of_an_export(tmp_path: Path) -> None:
    assert tried(CsvFormat(), tmp_path / "tried") == TriedFormat(name="csv", problem="")
    export(CsvFormat(), [make_reading()], tmp_path / "exported")
    exported = content_of(tmp_path / "exported")
    del exported["provenance.json"]
    assert content_of(tmp_path / "tried") == exported


def test_what_is_missing_in_a_valid_reading_is_a_note_that_counts_nothing(tmp_path: Path) -> None:
    found = tried(ReflacxFormat(), tmp_path, words=())
    assert found.problem == ""
    assert "No text was dictated." in found.notes
    assert not any("1 of 1" in note for note in found.notes)


def test_a_reading_that_cannot_be_in_a_format_has_its_sentence(tmp_path: Path) -> None:
    found = tried(GazesearchFormat(), tmp_path, words=(), chosen=())
    assert found.problem.startswith("Nothing was dictated; ")
    assert found.notes == ()


class BrokenRule(CsvFormat):
    def check(self, folder: Path) -> Any:
        return iter([f"{len(list(folder.iterdir()))} files are too many."])


class BadName(CsvFormat):
    def finish(self, cases: Any, sink: Any, options: Any) -> Any:
        sink.file("../outside.csv", b"")
        return {}


def test_the_rules_of_the_format_are_asked(tmp_path: Path) -> None:
    assert tried(BrokenRule(), tmp_path).problem.endswith("files are too many.")


def test_a_name_that_leads_out_of_the_folder_is_a_problem(tmp_path: Path) -> None:
    assert "cannot be the name of a file" in tried(BadName(), tmp_path / "inside").problem
    assert not (tmp_path / "outside.csv").exists()


def test_files_are_copied_only_when_the_sink_is_written(tmp_path: Path) -> None:
    sink = MemorySink()
    sink.copy("images/a.png", tmp_path / "a.png")
    (tmp_path / "a.png").write_bytes(b"picture")
    sink.write(tmp_path / "out")
    assert content_of(tmp_path / "out") == {"images/a.png": b"picture"}
    sink.file("con", b"")
    with pytest.raises(FormatError):
        sink.write(tmp_path / "out")
