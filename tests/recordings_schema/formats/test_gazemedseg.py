"""The fixation table of GazeMedSeg: columns, filter, numbering, and only tasks that are meant as masks."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from recordings_schema.formats.contract import FormatError
from recordings_schema.formats.gazemedseg import COLUMNS, GazemedsegFormat, Tasks
from recordings_schema.formats.reading import CaseReading
from recordings_schema.formats.testing import FormatConformance, export, with_key
from recordings_schema.formats.testing_readings import make_reading


class TestGazemedseg(FormatConformance):
    @pytest.fixture
    def published(self) -> GazemedsegFormat:
        return GazemedsegFormat()

    @pytest.fixture
    def readings(self) -> list[CaseReading]:
        return [make_reading(trial=trial, task_kind="segment") for trial in range(4)]


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "nodule_R01_fixation.csv").open(encoding="utf-8", newline="") as file:
        table = csv.DictReader(file)
        assert tuple(table.fieldnames or ()) == COLUMNS
        return list(table)


def test_the_fixations_come_back_within_a_millionth(tmp_path: Path) -> None:
    reading = make_reading(task_kind="segment")
    export(GazemedsegFormat(), [reading], tmp_path / "data")
    rows = rows_of(tmp_path / "data")
    inside = (reading.fixations["duration_ms"] >= 50) & (reading.fixations["image_id"] == 0)
    kept = reading.fixations[inside]
    assert [int(row["CURRENT_FIX_INDEX"]) for row in rows] == list(range(1, len(kept) + 1))
    x = [float(row["CURRENT_FIX_X"]) for row in rows]
    assert x == pytest.approx((kept["x_image_px"] / 1000).tolist(), abs=1e-6)
    assert [int(row["CURRENT_FIX_DURATION"]) for row in rows] == [round(d) for d in kept["duration_ms"]]
    assert {(row["IMAGE"], row["IMAGE_HEIGHT"], row["IMAGE_WIDTH"]) for row in rows} == {
        ("case-0.jpg", "1200", "1000")
    }


def test_short_fixations_are_dropped(tmp_path: Path) -> None:
    reading = make_reading(task_kind="segment")
    export(GazemedsegFormat(), [reading], tmp_path / "data", shortest_ms=400.0)
    rows = rows_of(tmp_path / "data")
    assert len(rows) == int((reading.fixations["duration_ms"] >= 400).sum()) < len(reading.fixations)


def test_other_tasks_come_along_only_when_asked_for(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="tasks=all"):
        export(GazemedsegFormat(), [make_reading()], tmp_path / "data")
    assert export(GazemedsegFormat(), [make_reading()], tmp_path / "data", tasks=Tasks.ALL).case_count == 1


def test_two_readings_of_an_image_in_one_table_are_told(tmp_path: Path) -> None:
    first, second = make_reading(task_kind="segment"), make_reading(trial=1, task_kind="segment")
    image = first.images[0]
    again = with_key(second, image_names=first.key.image_names, image_sha256s=first.key.image_sha256s)
    fixations = again.fixations.copy()
    fixations["image_id"] = image.image_id
    again = replace(again, images=(image,), fixations=fixations)
    result = export(GazemedsegFormat(), [first, again], tmp_path / "data")
    assert ["case-0" in warning for warning in result.warnings] == [True]
