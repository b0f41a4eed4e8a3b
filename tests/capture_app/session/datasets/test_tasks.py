"""Exports and imports as dialogs ask for them do what the commands do, and say so in sentences."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from quick_study import quick_study

from capture_app.session.datasets import DatasetWish, ExportTask, ImportTask, TaskResult
from capture_app.session.datasets.sources import source_at
from capture_app.session.datasets.task import reason_lines
from capture_app.session.export import HERE, ExportError
from capture_app.session.importing import DatasetImportError
from recordings_schema.formats.csv_format import CsvFormat
from recordings_schema.formats.export import TERMS
from recordings_schema.formats.registry import known_formats
from recordings_schema.formats.testing import export
from recordings_schema.formats.testing_readings import make_reading


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables of two readings."""
    folder = tmp_path_factory.mktemp("dataset") / "csv"
    export(CsvFormat(), [make_reading(trial=trial) for trial in range(2)], folder)
    return folder


@pytest.fixture(scope="module")
def imported(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> TaskResult:
    """What an import made of them."""
    told: list[tuple[int, int]] = []
    places = {"dataset": dataset, "folder": tmp_path_factory.mktemp("recordings")}
    result = ImportTask().run(DatasetWish(format_name="csv", places=places), lambda *done: told.append(done))
    assert told[-1][0] == told[-1][1]
    return result


def test_an_import_is_counted_and_done(dataset: Path, imported: TaskResult, tmp_path: Path) -> None:
    wish = DatasetWish(format_name="csv", places={"dataset": dataset, "folder": tmp_path / "new"})
    (counted, *_) = ImportTask().count(wish)
    assert counted == f"Would make 1 recording with 2 cases in {tmp_path / 'new'}."
    assert imported.sentences[0].startswith(f"Made 1 recording in {imported.folder}: 2 cases")
    assert imported.sentences[-1] == TERMS


def test_an_export_is_counted_and_done(imported: TaskResult, tmp_path: Path) -> None:
    task = ExportTask(HERE, recordings=imported.folder)
    assert [each.name for each in task.formats] == [spec.name for spec in known_formats()]
    counting = DatasetWish(format_name="csv", places={"recordings": imported.folder})
    assert task.count(counting)[0] == "Would write 2 readings."
    told: list[tuple[int, int]] = []
    wish = DatasetWish(
        format_name="csv",
        options={"gaze": "no"},
        places={"recordings": imported.folder, "folder": tmp_path / "out"},
    )
    result = task.run(wish, lambda *done: told.append(done))
    assert told == [(1, 2), (2, 2)]
    assert result.sentences[0].startswith(f"Wrote 2 readings into {tmp_path / 'out'}: ")
    assert result.sentences[-1] == TERMS
    assert not (tmp_path / "out" / "gaze.csv").exists()


def test_what_cannot_be_used_is_refused(imported: TaskResult, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="holds no recording"):
        ExportTask(HERE).count(DatasetWish(format_name="csv", places={"recordings": tmp_path}))
    places = {"dataset": tmp_path, "folder": tmp_path / "out"}
    with pytest.raises(DatasetImportError):
        ImportTask().count(DatasetWish(format_name="reflacx", places=places))


def test_a_study_folder_stands_for_its_sessions_and_its_study(imported: TaskResult, tmp_path: Path) -> None:
    folder = tmp_path / "study"
    study_file = quick_study("egd", folder, cases=1, spares=0)
    session = folder / "sessions" / "R01" / "p1" / "R01_p1_s001"
    session.mkdir(parents=True)
    (recording,) = Path(imported.folder).glob("*.gazeh5")
    shutil.copy(recording, session / "R01_p1_s001.gazeh5")
    shutil.copy(study_file, folder / "sessions" / study_file.name)
    for place in (folder, folder / "sessions", session, session / "R01_p1_s001.gazeh5"):
        source = source_at(place)
        assert source.opened is not None, place
        assert source.opened.folder == folder
        assert source.recordings == (session / "R01_p1_s001.gazeh5",)
    assert source_at(imported.folder).opened is None


def test_reasons_are_told_with_the_most_frequent_first_and_not_without_end() -> None:
    reasons = {f"Reason {number}.": number for number in range(1, 9)}
    lines = reason_lines(reasons, "Left out", "case")
    assert lines[0] == "Left out, 8 cases: Reason 8."
    assert lines[-1] == "2 further reasons are in the files."
    assert reason_lines({"One.": 1}, "Left out", "case") == ("Left out, 1 case: One.",)
