"""The BIDS dataset keeps the rules of the specification; the standard's own validator agrees."""

from __future__ import annotations

import csv
import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recordings_schema.formats.bids import BidsFormat
from recordings_schema.formats.bids_tables import EVENT_COLUMNS, label_of
from recordings_schema.formats.testing import FormatConformance, export, with_key
from recordings_schema.formats.testing_readings import make_reading

RUN = "sub-R01/ses-001/beh/sub-R01_ses-001_task-read_run-001"


class TestBids(FormatConformance):
    @pytest.fixture
    def published(self) -> BidsFormat:
        return BidsFormat()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    export(BidsFormat(), [make_reading(is_zoomed=True), make_reading(trial=1)], tmp_path / "data")
    return tmp_path / "data"


def json_of(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def test_samples_have_no_header_and_the_columns_of_their_description(data: Path) -> None:
    about = json_of(data / f"{RUN}_recording-eye1_physio.json")
    assert about["Columns"][:3] == ["timestamp", "x_coordinate", "y_coordinate"]
    assert (about["PhysioType"], about["RecordedEye"], about["SampleCoordinateSystem"]) == (
        "eyetrack", "left", "gaze-on-screen",
    )  # fmt: skip
    content = gzip.decompress((data / f"{RUN}_recording-eye1_physio.tsv.gz").read_bytes()).decode()
    rows = [line.split("\t") for line in content.splitlines()]
    assert {len(row) for row in rows} == {4}
    assert float(rows[0][0]) == pytest.approx(about["StartTime"], abs=1e-6)
    reading = make_reading(is_zoomed=True)
    x = [np.nan if row[1] == "n/a" else float(row[1]) for row in rows]
    np.testing.assert_allclose(x, reading.samples.x_norm * 1920, atol=0.0051)


def test_the_screen_is_described_in_metres(data: Path) -> None:
    about = json_of(data / f"{RUN}_events.json")["StimulusPresentation"]
    assert about["ScreenSize"] == [0.528, 0.297]
    assert about["ScreenDistance"] == 0.65
    assert about["ScreenResolution"] == [1920, 1080]


def test_events_are_in_order_and_hold_image_view_and_words(data: Path) -> None:
    with (data / f"{RUN}_events.tsv").open(encoding="utf-8", newline="") as file:
        table = csv.DictReader(file, delimiter="\t")
        assert tuple(table.fieldnames or ()) == EVENT_COLUMNS
        rows = list(table)
    onsets = [float(row["onset"]) for row in rows]
    assert onsets == sorted(onsets)
    assert [row["trial_type"] for row in rows].count("word") == 4
    assert {row["trial_type"] for row in rows} == {"image", "view", "word"}


@pytest.mark.parametrize(
    ("name", "is_kept"), [("R01", True), ("R-01", False), ("R01.", False), ("\u75c7", False)]
)
def test_names_become_labels_that_never_meet(name: str, is_kept: bool) -> None:
    label = label_of(name)
    assert label.isascii()
    assert label.isalnum()
    assert (label == name) is is_kept


def test_readers_with_like_names_stay_apart(tmp_path: Path) -> None:
    first, second = make_reading(), with_key(make_reading(trial=1), reader="R-01")
    export(BidsFormat(), [first, second], tmp_path / "data")
    assert len(list((tmp_path / "data").glob("sub-*"))) == 2


def test_the_validator_of_the_standard_finds_no_error(data: Path) -> None:
    validator = Path(sys.executable).with_name("bids-validator-deno")
    command = [str(validator), str(data), "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    issues = json.loads(done.stdout)["issues"]["issues"]
    assert [issue for issue in issues if issue["severity"] == "error"] == []
