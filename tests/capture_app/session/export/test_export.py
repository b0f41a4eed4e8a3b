"""Exports of whole sessions: the numbers are the report's, and what does not belong stays out."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import report_rig as rigs
from reading_rig import preset_study, quiet

from capture_app.session.export import ExportError, ExportOrder, dry_run, export_recordings, recordings_in
from capture_app.session.export.case_keys import keys_of
from capture_app.session.export.case_reader import CaseReader
from capture_app.session.report.gathering import SessionReport, gather
from capture_app.session.report.source import source_of
from capture_app.session.study import OpenedStudy
from gaze_core.rows import WORD, join_rows
from recordings_schema.formats.reading import CaseReading, Origin
from recordings_schema.formats.registry import known_formats
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording

FORMATS = [spec.name for spec in known_formats()]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> OpenedStudy:
    study = quiet(preset_study("reflacx"), cases=2, are_practised=True)
    return rigs.opened_study(tmp_path_factory.mktemp("study"), study, count=2, practice=1)


@pytest.fixture(scope="module")
def path(opened: OpenedStudy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    rig = rigs.session(opened, blind_cases=frozenset({"study-1"}))
    rig.add(DatasetKey.EVENTS, rigs.baseline(rigs.S + 1))
    trial = 1
    shown = rig.recording["screen"]
    first_ns = int(shown["t_presented_host_ns"][shown["trial"] == trial][0])
    spoken = [
        WORD.row(trial=trial, attempt=0, version=1, index=index, text=text, kind="aligned", score=0.9,
                 t_onset_host_ns=first_ns + index * rigs.S, t_offset_host_ns=first_ns + index * rigs.S + 1000)
        for index, text in enumerate(("An", "effusion."))
    ]  # fmt: skip
    rig.add(DatasetKey.WORDS, join_rows(spoken))
    return rigs.write(tmp_path_factory.mktemp("session") / "R01_p1_s001.gazeh5", rig, opened)


@pytest.fixture(scope="module")
def report(path: Path, opened: OpenedStudy) -> SessionReport:
    with Recording.open(path) as recording:
        return gather(source_of(recording, opened))


@pytest.fixture(scope="module")
def readings(path: Path, opened: OpenedStudy) -> list[CaseReading]:
    with CaseReader(Recording.open(path), opened) as reader:
        with Recording.open(path) as recording:
            keys = keys_of(recording, opened)
        return [reader.read(key) for key in keys]


def order(
    path: Path, opened: OpenedStudy | None, destination: Path, name: str = "csv", **options: str
) -> ExportOrder:
    return ExportOrder(
        format_name=name, recordings=(path,), destination=destination, opened=opened, options=options
    )


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_fixations_are_exactly_those_of_the_report(
    readings: list[CaseReading], report: SessionReport
) -> None:
    assert len(readings) == len(report.cases) > 2
    for reading, case in zip(readings, report.cases, strict=True):
        assert reading.fixations.tobytes() == case.fixations.tobytes()
    assert sum(len(each.fixations) for each in readings) > 5


def test_samples_are_those_of_the_reading_and_mapped_once(
    readings: list[CaseReading], report: SessionReport
) -> None:
    for reading, case in zip(readings, report.cases, strict=True):
        assert len(reading.samples) == sum(each.sample_count for each in case.reading)
        seen = np.isfinite(reading.samples.x_norm)
        assert seen.sum() == sum(each.valid_count for each in case.reading)
        mapped = reading.samples.mapped[seen]
        width = 1080 * rigs.WIDTH_PX / rigs.HEIGHT_PX
        x = (reading.samples.x_norm[seen] * 1920 - (1920 - width) / 2) * rigs.WIDTH_PX / width
        np.testing.assert_allclose(mapped["x_image_px"], x, atol=1e-9)
        assert (reading.samples.view_row >= 0).all()


def test_words_are_those_of_the_newest_text(readings: list[CaseReading]) -> None:
    assert [word.text for word in readings[1].words] == ["An", "effusion."]
    assert [word.text for word in readings[0].words] == ["the", "lungs", "are", "clear"]


def test_zeros_are_named_and_fall_back_to_when_the_image_was_shown(readings: list[CaseReading]) -> None:
    reading = readings[0]
    assert Origin.AUDIO_START not in reading.origins_ns
    assert reading.zero_ns(Origin.AUDIO_START) == (reading.origins_ns[Origin.IMAGE_SHOWN], Origin.IMAGE_SHOWN)


def test_certainty_is_the_code_the_study_exports(readings: list[CaseReading], opened: OpenedStudy) -> None:
    codes = {level.export_code for level in opened.study.certainty}
    drawn = [shape.certainty for reading in readings for shape in reading.shapes if shape.kind == "ellipse"]
    assert drawn
    assert set(drawn) <= codes


def test_the_image_file_is_known_only_with_the_content_that_was_shown(
    path: Path, opened: OpenedStudy, readings: list[CaseReading], tmp_path: Path
) -> None:
    assert all(image.path is not None for reading in readings for image in reading.images)
    moved = tmp_path / "other.png"
    moved.write_bytes(b"something else")
    changed = replace(opened, cases=tuple(replace(case, images=(moved,)) for case in opened.cases))
    with CaseReader(Recording.open(path), changed) as reader:
        assert reader.read(readings[1].key).images[0].path is None


def test_a_dry_run_counts_and_writes_nothing(path: Path, opened: OpenedStudy, tmp_path: Path) -> None:
    plan = dry_run(order(path, opened, tmp_path / "data"))
    assert {case.key.role for case in plan.cases} <= {"study", "spare"}
    assert any(reason.startswith("Does not count: ") for reason in plan.reasons)
    assert plan.reasons["Practice cases are never exported."] == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", FORMATS)
def test_a_session_goes_into_every_format(path: Path, opened: OpenedStudy, tmp_path: Path, name: str) -> None:
    options = {"tasks": "all"} if name == "gazemedseg" else {}
    result = export_recordings(order(path, opened, tmp_path / name, name, **options))
    assert result.case_count >= 1
    kept = json.loads((tmp_path / name / "provenance.json").read_text(encoding="utf-8"))
    assert kept["about"]["study"] == "reflacx"
    assert kept["about"]["images_licence"]


def test_the_csv_tables_hold_the_cases_that_count(
    path: Path, opened: OpenedStudy, report: SessionReport, tmp_path: Path
) -> None:
    export_recordings(order(path, opened, tmp_path / "data"))
    rows = rows_of(tmp_path / "data" / "readings.csv")
    counted = [case.entry.case_id for case in report.cases if case.entry.does_count]
    assert [row["case_id"] for row in rows] == counted
    assert {row["does_count"] for row in rows} == {"1"}


def test_excluded_cases_come_along_when_asked_for(path: Path, opened: OpenedStudy, tmp_path: Path) -> None:
    wanted = replace(order(path, opened, tmp_path / "data"), is_excluded_wanted=True)
    export_recordings(wanted)
    rows = rows_of(tmp_path / "data" / "readings.csv")
    assert "study-1" in [row["case_id"] for row in rows if row["does_count"] == "0"]
    assert "practice" not in {row["role"] for row in rows}


def test_a_recording_goes_out_without_its_study(path: Path, tmp_path: Path) -> None:
    result = export_recordings(order(path, None, tmp_path / "data"))
    assert result.case_count >= 1
    kept = json.loads((tmp_path / "data" / "provenance.json").read_text(encoding="utf-8"))
    assert "No study was given" in kept["about"]["note"]


def test_another_study_is_refused(path: Path, opened: OpenedStudy, tmp_path: Path) -> None:
    identity = replace(opened.study.study, study_id="other")
    other = replace(opened, study=replace(opened.study, study=identity))
    with pytest.raises(ExportError, match="was recorded for the study reflacx"):
        export_recordings(order(path, other, tmp_path / "data"))


def test_unfinished_and_damaged_recordings_are_refused_with_a_remedy(
    path: Path, opened: OpenedStudy, tmp_path: Path
) -> None:
    damaged = tmp_path / "damaged.gazeh5"
    damaged.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(ExportError, match="damaged"):
        export_recordings(order(damaged, opened, tmp_path / "data"))
    rig = rigs.session(opened)
    cut = rigs.write(tmp_path / "cut.gazeh5", rig, opened, is_closed=False)
    with pytest.raises(ExportError, match="recover"):
        export_recordings(order(cut, opened, tmp_path / "data"))
    assert not (tmp_path / "data").exists()


def test_no_date_of_a_recording_leaves_the_station(path: Path, opened: OpenedStudy, tmp_path: Path) -> None:
    dated = tmp_path / "20261122_R01.gazeh5"
    shutil.copyfile(path, dated)
    export_recordings(order(dated, opened, tmp_path / "data"))
    with Recording.open(dated) as recording:
        assert recording.metadata.session.session_id.startswith("20261122")
    for each in (tmp_path / "data").iterdir():
        assert b"20261122" not in each.read_bytes()


def test_the_same_recording_under_two_names_is_written_once(
    path: Path, opened: OpenedStudy, tmp_path: Path
) -> None:
    again = tmp_path / "copy.gazeh5"
    shutil.copyfile(path, again)
    plan = dry_run(replace(order(path, opened, tmp_path / "data"), recordings=(path, again)))
    assert plan.reasons["The same recording was named twice; its cases are written once."] == len(plan.cases)


def test_folders_give_all_recordings_below_them(path: Path, tmp_path: Path) -> None:
    deep = tmp_path / "R01" / "p1"
    deep.mkdir(parents=True)
    shutil.copyfile(path, deep / "a.gazeh5")
    assert recordings_in([tmp_path, deep / "a.gazeh5"]) == (deep / "a.gazeh5",)
    with pytest.raises(ExportError, match="holds no recording"):
        recordings_in([_empty(tmp_path)])
    with pytest.raises(ExportError, match="is not there"):
        recordings_in([tmp_path / "none"])


def _empty(folder: Path) -> Path:
    (folder / "empty").mkdir()
    return folder / "empty"
