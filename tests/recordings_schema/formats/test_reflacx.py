"""REFLACX tables have the columns, rounding and numbers of the published ones."""

from __future__ import annotations

import csv
import io
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gaze_core.rows import VIEWPORT, join_rows
from recordings_schema.formats.bids import BidsFormat
from recordings_schema.formats.contract import NO_GAZE, Format
from recordings_schema.formats.egd import EgdFormat
from recordings_schema.formats.reading import Origin, ReadWord
from recordings_schema.formats.reflacx import ReflacxFormat
from recordings_schema.formats.reflacx_check import reflacx_problems
from recordings_schema.formats.reflacx_tables import (
    FIXATION_COLUMNS,
    GAZE_COLUMNS,
    decimation,
    fixation_table,
    gaze_table,
    screen_to_image,
    weighted_mean,
)
from recordings_schema.formats.tables import CR_LF, quoted_lines, rounded
from recordings_schema.formats.testing import FormatConformance, content_of, export, with_key
from recordings_schema.formats.testing_readings import make_reading
from recordings_schema.formats.transcripts import is_consistent, text_of, tokens_of


class TestReflacx(FormatConformance):
    @pytest.fixture
    def published(self) -> ReflacxFormat:
        return ReflacxFormat()


@pytest.fixture(scope="module")
def vectors() -> dict[str, Any]:
    shared = os.environ.get("READING_STATION_SHARED")
    if not shared:
        pytest.skip("READING_STATION_SHARED is not set: the worked numbers are not here")
    path = Path(shared) / "formats" / "vectors" / "mimic_eye.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def test_screen_positions_are_mapped_as_in_the_worked_numbers(vectors: dict[str, Any]) -> None:
    for each in vectors["reflacx_screen_to_image"]:
        x, y = screen_to_image(each["source_rect"], each["dest_rect"], *each["screen_xy"])
        assert [float(x), float(y)] == pytest.approx(each["image_xy"], abs=1e-9)
        assert [*rounded(x, 0), *rounded(y, 0)] == each["image_xy_written"]
        source, dest = each["source_rect"], each["dest_rect"]
        scales = [(source[2 + axis] - source[axis]) / (dest[2 + axis] - dest[axis]) for axis in (0, 1)]
        written = [rounded(63 * scale, 0)[0] for scale in scales]
        assert written == each["angular_resolution_written_if_screen_is_63px_per_deg"]


def test_numbers_are_rounded_as_in_the_worked_numbers(vectors: dict[str, Any]) -> None:
    expected = vectors["reflacx_rounding"]
    assert rounded([1271.5, 1272.5, -3.2, np.nan], 0) == expected["round0([1271.5,1272.5,-3.2,NaN])"]
    assert rounded([1.23456, 0.9995], 3) == [
        str(value) for value in expected["pandas_round3_of[1.23456,0.9995]"]
    ]
    assert (
        repr(quoted_lines([("a", "b", "c"), (1, True, None)], end=CR_LF))
        == vectors["reflacx_csv_bytes"]["repr"]
    )


def test_the_pupil_constant_is_weighted_by_duration_as_in_the_worked_numbers(vectors: dict[str, Any]) -> None:
    each = vectors["pupil_normalisation"]
    constant = weighted_mean(each["sizes"], each["durations"])
    assert constant == each["constant"]
    assert rounded(950 / constant, 3) == [str(each["pupil_area_normalized_of_950"])]


def test_windows_are_averaged_as_in_the_worked_numbers(vectors: dict[str, Any]) -> None:
    each = vectors["window_average_in_fixation"]
    assert weighted_mean(each["values"], each["durations"]) == pytest.approx(each["average"], abs=1e-12)


def test_the_columns_are_the_published_ones_in_their_order() -> None:
    reading = make_reading()
    zero_ns = reading.origins_ns[Origin.AUDIO_START]
    assert len(FIXATION_COLUMNS) == 17
    assert len(GAZE_COLUMNS) == 16
    assert fixation_table(reading, zero_ns).startswith((",".join(FIXATION_COLUMNS) + "\r\n").encode())
    assert gaze_table(reading, zero_ns).startswith((",".join(GAZE_COLUMNS) + "\r\n").encode())


def test_a_fixation_keeps_the_view_of_its_start_and_averages_its_window() -> None:
    reading = make_reading(is_zoomed=True, seconds=4.0)
    change_ns = int(reading.viewport["t_presented_host_ns"][1])
    viewport = reading.viewport.copy()
    viewport["window_width"][1] = 127.5
    reading = replace(reading, viewport=viewport)
    across = (reading.fixations["onset_host_ns"] < change_ns) & (
        reading.fixations["offset_host_ns"] > change_ns
    )
    assert across.sum() == 1
    row = rows_of(fixation_table(reading, 0))[int(np.flatnonzero(across)[0])]
    fixation = reading.fixations[across][0]
    x = (fixation["x_norm"] * 1920 - 510) / 900 * 1000
    assert float(row["x_position"]) == pytest.approx(x, abs=0.51)
    assert row["xmax_shown_from_image"] == "1000"
    share = (change_ns - int(fixation["onset_host_ns"])) / (
        int(fixation["offset_host_ns"]) - int(fixation["onset_host_ns"])
    )
    assert float(row["window_width"]) == pytest.approx(share + 0.5 * (1 - share), abs=1e-5)


def test_a_pane_that_is_emptied_with_the_same_frame_takes_no_fixation_away() -> None:
    reading = make_reading(is_zoomed=True, seconds=4.0)
    shown_ns = int(reading.viewport["t_presented_host_ns"][0])
    emptied = VIEWPORT.row(
        t_asked_host_ns=shown_ns, t_presented_host_ns=shown_ns, trial=0, image_id=-1, pane=1, slice=-1,
        frames_late=0, cause="clear",
    )  # fmt: skip
    first, zoomed = reading.viewport[:1], reading.viewport[1:]
    beside = replace(reading, viewport=join_rows([first, emptied, zoomed]))
    assert len(rows_of(fixation_table(reading, 0))) > 1
    assert fixation_table(beside, 0) == fixation_table(reading, 0)


def test_parts_of_a_fixation_cut_by_a_zoom_are_one_row() -> None:
    reading = make_reading()
    parts = reading.fixations[:2].copy()
    parts["event_id"], parts["part"] = 7, [0, 1]
    rows = rows_of(fixation_table(replace(reading, fixations=parts), 0))
    assert len(rows) == 1
    assert float(rows[0]["timestamp_end_fixation"]) == pytest.approx(
        parts["offset_host_ns"][1] * 1e-9, abs=1e-3
    )


def test_samples_without_gaze_have_a_view_and_no_position() -> None:
    reading = make_reading()
    rows = rows_of(gaze_table(reading, 0))
    lost = [row for row in rows if row["x_position"] == ""]
    assert len(lost) == int(np.isnan(reading.samples.x_norm).sum()) > 0
    for row in lost:
        assert row["pupil_area_normalized"] == row["angular_resolution_x_pixels_per_degree"] == ""
        assert row["xmax_shown_from_image"] == "1000"


def test_the_first_sample_lies_on_a_whole_millisecond() -> None:
    reading = make_reading(rate_hz=1000.0)
    times = [float(row["timestamp_sample"]) for row in rows_of(gaze_table(reading, 0))]
    steps = np.diff(times)
    np.testing.assert_allclose(steps, 0.001, atol=1e-6)


@pytest.mark.parametrize(("rate_hz", "step"), [(60.0, 1), (1000.0, 1), (1200.0, 2), (2000.0, 2), (np.nan, 1)])
def test_faster_trackers_are_thinned_to_what_three_decimals_hold(rate_hz: float, step: int) -> None:
    assert decimation(rate_hz) == step


def test_a_turned_image_has_its_level_turned() -> None:
    reading = make_reading()
    viewport = reading.viewport.copy()
    viewport["window_centre"] = 51.0
    image = replace(reading.images[0], photometric="MONOCHROME1")
    reading = replace(reading, viewport=viewport, images=(image,))
    assert rows_of(gaze_table(reading, 0))[0]["window_level"] == "0.8"


def test_labels_become_certainties_flags_and_texts(tmp_path: Path) -> None:
    export(ReflacxFormat(), [make_reading()], tmp_path / "data")
    (row,) = rows_of((tmp_path / "data" / "metadata_phase_3.csv").read_bytes())
    assert (row["Mass"], row["Devices"], row["Other"]) == ("4", "True", "scoliosis|old fracture")
    assert "Normal" not in row
    assert (row["dicom_id"], row["subject_id"], row["image_size_x"]) == ("case-0", "P0", "1000")


def test_a_reading_that_does_not_count_keeps_its_shapes_alone(tmp_path: Path) -> None:
    discarded = with_key(make_reading(trial=1), exclusion="Too much gaze was lost.")
    export(ReflacxFormat(), [make_reading(), discarded], tmp_path / "data", is_excluded_wanted=True)
    rows = rows_of((tmp_path / "data" / "metadata_phase_3.csv").read_bytes())
    assert [row["eye_tracking_data_discarded"] for row in rows] == ["False", "True"]
    names = {path.name for path in (tmp_path / "data" / "main_data" / rows[1]["id"]).iterdir()}
    assert names == {"chest_bounding_box.csv", "anomaly_location_ellipses.csv"}


def test_several_images_at_once_are_left_out_with_a_reason(tmp_path: Path) -> None:
    double = with_key(make_reading(trial=1), image_names=("a.png", "b.png"), image_sha256s=("1", "2"))
    result = export(ReflacxFormat(), [make_reading(), double], tmp_path / "data")
    assert [each.reason for each in result.left_out] == [
        "Several images were shown at once; this format holds one."
    ]


@pytest.mark.parametrize("published", [ReflacxFormat(), EgdFormat(), BidsFormat()])
def test_a_reading_without_any_sample_is_left_out_and_says_why(
    tmp_path: Path, published: Format[Any]
) -> None:
    blind = make_reading(trial=1, seconds=0.0)
    result = export(published, [make_reading(), blind], tmp_path / "data")
    assert [each.reason for each in result.left_out] == [NO_GAZE]


def word(text: str, onset_ns: int = 0, offset_ns: int = 600) -> ReadWord:
    return ReadWord(
        text=text, t_onset_host_ns=onset_ns, t_offset_host_ns=offset_ns, kind="aligned", score=1.0
    )


@pytest.mark.parametrize(
    "texts", [["No", "effusion."], [".", "Clear"], ["3.5", "cm,"], ["and/or"], ["a", "..", "b"], []]
)
def test_tokens_and_text_keep_the_published_rule(texts: list[str]) -> None:
    tokens = tokens_of(map(word, texts))
    assert is_consistent([token.text for token in tokens], text_of(tokens))


def test_punctuation_is_a_row_of_its_own_and_takes_no_time() -> None:
    tokens = tokens_of([word("Effusion.", 1000, 1800)])
    assert [(token.text, token.t_onset_host_ns, token.t_offset_host_ns) for token in tokens] == [
        ("effusion", 1000, 1800), (".", 1800, 1800),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("fixations.csv", b"x_position", b"x", "other columns"),
        ("anomaly_location_ellipses.csv", b",4,", b",9,", "certainty"),
        ("transcription.txt", b"heart", b"hart", "not those"),
    ],
)
def test_what_breaks_a_rule_is_found(tmp_path: Path, name: str, old: bytes, new: bytes, said: str) -> None:
    export(ReflacxFormat(), [make_reading()], tmp_path / "data")
    assert list(reflacx_problems(tmp_path / "data")) == []
    path = next((tmp_path / "data" / "main_data").glob(f"*/{name}"))
    assert old in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(old, new))
    assert any(said in problem for problem in reflacx_problems(tmp_path / "data"))


def test_a_folder_without_a_row_is_found(tmp_path: Path) -> None:
    export(ReflacxFormat(), [make_reading()], tmp_path / "data")
    (tmp_path / "data" / "main_data" / "P300R000000x").mkdir()
    assert len(list(reflacx_problems(tmp_path / "data"))) == 1
    assert content_of(tmp_path / "data")
