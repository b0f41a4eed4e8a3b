"""The tidy tables hold what the reading holds, and say what each column means."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from recordings_schema.formats.csv_format import CsvFormat
from recordings_schema.formats.reading import Origin
from recordings_schema.formats.testing import FormatConformance, export
from recordings_schema.formats.testing_readings import make_reading


class TestCsv(FormatConformance):
    @pytest.fixture
    def published(self) -> CsvFormat:
        return CsvFormat()


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_column_of_every_table_is_in_the_dictionary(tmp_path: Path) -> None:
    export(CsvFormat(), [make_reading()], tmp_path / "data")
    listed = [(row["table"], row["column"]) for row in table(tmp_path / "data", "data_dictionary")]
    found = []
    for path in sorted((tmp_path / "data").glob("*.csv")):
        if path.name != "data_dictionary.csv":
            with path.open(encoding="utf-8", newline="") as file:
                found += [(path.name, column) for column in next(csv.reader(file))]
    assert sorted(listed) == sorted(found)
    assert all(row["meaning"] for row in table(tmp_path / "data", "data_dictionary"))


def test_gaze_and_fixations_are_those_of_the_reading(tmp_path: Path) -> None:
    reading = make_reading()
    export(CsvFormat(), [reading], tmp_path / "data", zero=Origin.AUDIO_START)
    gaze = table(tmp_path / "data", "gaze")
    x = [float(row["x_image_px"]) if row["x_image_px"] else np.nan for row in gaze]
    np.testing.assert_allclose(x, reading.samples.mapped["x_image_px"], atol=0.0051)
    zero_ns = reading.origins_ns[Origin.AUDIO_START]
    times = [float(row["time_s"]) for row in gaze]
    np.testing.assert_allclose(times, (reading.samples.t_host_ns - zero_ns) * 1e-9, atol=6e-7)
    fixations = table(tmp_path / "data", "fixations")
    assert [float(row["duration_ms"]) for row in fixations] == pytest.approx(
        reading.fixations["duration_ms"].tolist(), abs=6e-4
    )


def test_samples_without_gaze_are_empty_and_never_zero(tmp_path: Path) -> None:
    reading = make_reading()
    export(CsvFormat(), [reading], tmp_path / "data")
    empty = [row["x_norm"] == "" and row["image_id"] == "-1" for row in table(tmp_path / "data", "gaze")]
    assert empty == np.isnan(reading.samples.x_norm).tolist()
    assert any(empty)


def test_gaze_can_be_left_out(tmp_path: Path) -> None:
    export(CsvFormat(), [make_reading()], tmp_path / "data", gaze=False)
    assert not (tmp_path / "data" / "gaze.csv").exists()
