"""Export, import, export: the same files, or what the format says it cannot hold."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from capture_app.session.importing import readable_formats
from recordings_schema.findings import Severity
from recordings_schema.formats.registry import find_format
from recordings_schema.formats.testing import export, with_key
from recordings_schema.formats.testing_readings import make_reading
from recordings_schema.reader import Recording
from recordings_schema.validate import validate

from .conftest import exported, files_of, imported

SAME = ("reflacx", "egd", "mimic-eye")
_RECOMPUTED = {"x_image_px": 0.0101, "y_image_px": 0.0101, "pupil_area_relative": 1.01e-4}


@pytest.mark.parametrize("name", SAME)
def test_what_is_imported_is_written_again_byte_for_byte(
    dataset: Callable[[str], Path], tmp_path: Path, name: str
) -> None:
    source = dataset(name)
    result = imported(name, source, tmp_path / "recordings")
    assert result.case_count == (5 if name == "mimic-eye" else 3)
    assert exported(name, tmp_path / "recordings", tmp_path / "again") == files_of(source)
    for path in (tmp_path / "recordings").glob("*.gazeh5"):
        assert {each.severity for each in validate(path)} == {Severity.NOTE}


def test_tidy_tables_come_again_but_for_the_rounding_they_declare(
    dataset: Callable[[str], Path], tmp_path: Path
) -> None:
    source = dataset("csv")
    imported("csv", source, tmp_path / "recordings")
    again = exported("csv", tmp_path / "recordings", tmp_path / "again")
    first = files_of(source)
    gaze, gaze_again = (rows_of(each.pop("gaze.csv")) for each in (first, again))
    assert again == first
    assert len(gaze) == len(gaze_again)
    for name in gaze[0]:
        if name not in _RECOMPUTED:
            assert [row[name] for row in gaze_again] == [row[name] for row in gaze]
            continue
        before, after = ([float(row[name] or "nan") for row in rows] for rows in (gaze, gaze_again))
        np.testing.assert_allclose(after, before, rtol=0, atol=_RECOMPUTED[name])
    assert any("0.01 px" in loss for loss in find_format("csv").losses)


@pytest.mark.parametrize("seed", [11, 12])
def test_a_zoom_at_any_rate_comes_again_in_reflacx(tmp_path: Path, seed: int) -> None:
    rate_hz = {11: 1000.0, 12: 311.0}[seed]
    reading = make_reading(trial=seed, seconds=1.2, rate_hz=rate_hz, is_zoomed=True, x_shift=0.21)
    reflacx = find_format("reflacx")
    export(reflacx, [reading], tmp_path / "first")
    imported("reflacx", tmp_path / "first", tmp_path / "recordings")
    assert exported("reflacx", tmp_path / "recordings", tmp_path / "again") == files_of(tmp_path / "first")


def test_a_reading_that_does_not_count_stays_one(tmp_path: Path) -> None:
    reading = with_key(make_reading(trial=4, seconds=1.0), exclusion="Set aside by the operator: moved.")
    export(find_format("reflacx"), [reading], tmp_path / "first", is_excluded_wanted=True)
    imported("reflacx", tmp_path / "first", tmp_path / "recordings")
    again = exported("reflacx", tmp_path / "recordings", tmp_path / "again", is_excluded_wanted=True)
    assert again == files_of(tmp_path / "first")
    assert not [path for path in again if path.endswith("gaze.csv")]


def test_fixations_alone_give_a_recording_without_samples(
    dataset: Callable[[str], Path], tmp_path: Path
) -> None:
    result = imported("reflacx", dataset("reflacx"), tmp_path / "recordings", options={"gaze": "no"})
    assert result.sample_count == 0
    assert result.fixation_count > 0
    again = exported("reflacx", tmp_path / "recordings", tmp_path / "again")
    assert not [path for path in again if path.endswith("gaze.csv")]
    for path, content in files_of(dataset("reflacx")).items():
        if path.endswith("fixations.csv"):
            assert [row["x_position"] for row in rows_of(content)] == [
                row["x_position"] for row in rows_of(again[path])
            ]


def test_one_dataset_goes_into_another_format(dataset: Callable[[str], Path], tmp_path: Path) -> None:
    imported("reflacx", dataset("reflacx"), tmp_path / "recordings")
    files = exported("csv", tmp_path / "recordings", tmp_path / "csv")
    rows = rows_of(files["readings.csv"])
    assert {row["reader"] for row in rows} == {"unnamed"}
    assert {row["labels"] for row in rows} == {"Devices|Mass|Other"}
    assert {row["zero"] for row in rows} == {"trial_start"}
    assert [row["patient"] for row in rows] == ["P0", "P1", "P2"]


def test_the_recording_says_where_it_comes_from(dataset: Callable[[str], Path], tmp_path: Path) -> None:
    imported("egd", dataset("egd"), tmp_path / "recordings")
    with Recording.open(tmp_path / "recordings" / "EGD-0001.gazeh5") as recording:
        settings = recording.metadata.settings.settings
        assert recording.tracker_info.model.startswith("imported from EGD")
        assert recording.tracker_info.is_simulated
        assert settings["import_format"] == "egd"
        assert len(settings["import_dataset_sha256"]) == 64
        assert recording.metadata.session.started_wall_ns == 0


def test_every_format_that_can_be_read_says_what_it_loses() -> None:
    names = {each.name for each in readable_formats()}
    assert {"csv", "reflacx", "egd", "mimic-eye"} <= names
    assert all(each.losses for each in readable_formats())


def test_the_size_of_the_screen_is_in_the_provenance(dataset: Callable[[str], Path]) -> None:
    for name in SAME:
        said = json.loads((dataset(name) / "provenance.json").read_text(encoding="utf-8"))
        assert said["said_by_the_format"]["setups"] == [[1920, 1080, 528.0, 297.0, "Phantom eye", True]]


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))
