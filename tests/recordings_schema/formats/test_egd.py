"""EGD tables have the published columns, and the published formula leads from gaze to the image."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gaze_core.geometry import Placement, Rect
from recordings_schema.formats.egd import MASTER_COLUMNS, ZOOMED, EgdFormat
from recordings_schema.formats.egd_pads import Pads, original_px, pads_of
from recordings_schema.formats.egd_tables import COLUMNS
from recordings_schema.formats.testing import FormatConformance, export
from recordings_schema.formats.testing_readings import SCREEN, make_reading


class TestEgd(FormatConformance):
    @pytest.fixture
    def published(self) -> EgdFormat:
        return EgdFormat()


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def vectors() -> dict[str, Any]:
    shared = os.environ.get("READING_STATION_SHARED")
    if not shared:
        pytest.skip("READING_STATION_SHARED is not set: the worked numbers are not here")
    path = Path(shared) / "formats" / "vectors" / "mimic_eye.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def test_the_formula_gives_the_worked_positions(vectors: dict[str, Any]) -> None:
    each = vectors["egd_mapping"]
    pads = Pads(**{edge: each["pads"][f"image_{edge}"] for edge in ("top", "bottom", "left", "right")})
    height, width = each["image_hw"]
    for x_norm, y_norm, x, y in each["rows"]:
        assert [int(value) for value in original_px(x_norm, y_norm, pads, width, height)] == [x, y]


def test_pads_make_the_formula_reproduce_our_own_positions() -> None:
    placement = Placement(src_image_px=Rect(0, 0, 1000, 1200), dst_screen_px=Rect(510, 0, 900, 1080))
    pads = pads_of(placement, 1000, 1200, SCREEN)
    assert pads == Pads(top=0, bottom=0, left=510, right=510)
    x_norm, y_norm = np.array([0.3, 0.5, 0.7]), np.array([0.1, 0.5, 0.9])
    x, y = original_px(x_norm, y_norm, pads, 1000, 1200)
    expected_x, expected_y = placement.screen_to_image(x_norm * 1920, y_norm * 1080)
    assert np.abs(x - expected_x).max() <= 1
    assert np.abs(y - expected_y).max() <= 1


def test_the_columns_are_the_published_ones(tmp_path: Path) -> None:
    assert (len(COLUMNS), len(MASTER_COLUMNS)) == (37, 59)
    export(EgdFormat(), [make_reading()], tmp_path / "data")
    for name, columns in (("eye_gaze", COLUMNS), ("fixations", COLUMNS), ("master_sheet", MASTER_COLUMNS)):
        with (tmp_path / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            assert tuple(next(csv.reader(file))) == columns


def test_a_fixation_is_its_last_sample(tmp_path: Path) -> None:
    reading = make_reading()
    export(EgdFormat(), [reading], tmp_path / "data")
    rows = rows_of(tmp_path / "data" / "fixations.csv")
    assert len(rows) == len(reading.fixations)
    for row in rows:
        end_s = float(row["FPOGS"]) + float(row["FPOGD"])
        assert float(row["Time (in secs)"]) == pytest.approx(end_s, abs=1 / 250)
    assert [int(row["FPOGID"]) for row in rows] == list(range(1, len(rows) + 1))


def test_what_was_not_measured_is_empty_with_validity_0(tmp_path: Path) -> None:
    reading = make_reading()
    export(EgdFormat(), [reading], tmp_path / "data")
    rows = rows_of(tmp_path / "data" / "eye_gaze.csv")
    assert len(rows) == len(reading.samples)
    assert {(row["LPCX"], row["LPV"], row["BKPMIN"]) for row in rows} == {("", "0", "")}
    lost = [row for row in rows if row["BPOGV"] == "0"]
    assert len(lost) == int(np.isnan(reading.samples.x_norm).sum())
    assert {(row["BPOGX"], row["LPMM"], row["LPMMV"]) for row in lost} == {("", "", "0")}


def test_a_zoomed_reading_is_left_out_with_the_reason(tmp_path: Path) -> None:
    zoomed = make_reading(trial=1, is_zoomed=True)
    result = export(EgdFormat(), [make_reading(), zoomed], tmp_path / "data")
    assert [each.reason for each in result.left_out] == [ZOOMED]
    assert {row["dicom_id"] for row in rows_of(tmp_path / "data" / "master_sheet.csv")} == {"case-0"}


def test_boxes_have_x_before_y_and_the_transcript_its_times(tmp_path: Path) -> None:
    export(EgdFormat(), [make_reading()], tmp_path / "data")
    (box,) = rows_of(tmp_path / "data" / "bounding_boxes.csv")
    assert list(box.values()) == ["case-0", "Mass", "200.5", "420.0", "300.25", "510.75"]
    folder = tmp_path / "data" / "audio_segmentation_transcripts" / "case-0"
    content = json.loads((folder / "transcript.json").read_text(encoding="utf-8"))
    assert content["full_text"] == "The heart, is enlarged."
    assert content["time_stamped_text"][0] == {"phrase": "The", "begin_time": 0.38, "end_time": 0.713}
