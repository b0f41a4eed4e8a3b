"""XDF files hold the streams of a reading, read back with the reader that the field uses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyxdf

from recordings_schema.formats.reading import Origin
from recordings_schema.formats.testing import FormatConformance, export
from recordings_schema.formats.testing_readings import make_reading
from recordings_schema.formats.xdf_format import XdfFormat


class TestXdf(FormatConformance):
    @pytest.fixture
    def published(self) -> XdfFormat:
        return XdfFormat()


def streams_of(folder: Path) -> dict[str, Any]:
    (path,) = folder.rglob("*.xdf")
    streams, _ = pyxdf.load_xdf(str(path))  # with its defaults: what most people call
    return {stream["info"]["name"][0]: stream for stream in streams}


def labels_of(stream: Any) -> list[str]:
    return [each["label"][0] for each in stream["info"]["desc"][0]["channels"][0]["channel"]]


def test_a_reader_with_its_defaults_finds_nothing_to_warn_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    export(XdfFormat(), [make_reading(is_zoomed=True)], tmp_path / "data")
    with caplog.at_level("WARNING"):
        assert set(streams_of(tmp_path / "data")) == {"gaze", "fixations", "views", "events"}
    assert caplog.messages == []


def test_gaze_comes_back_with_its_own_times_and_no_number_changed(tmp_path: Path) -> None:
    reading = make_reading(is_zoomed=True)
    export(XdfFormat(), [reading], tmp_path / "data")
    gaze = streams_of(tmp_path / "data")["gaze"]
    np.testing.assert_array_equal(gaze["time_stamps"], reading.samples.t_host_ns * 1e-9)
    labels = labels_of(gaze)
    for name, wanted in (
        ("x_norm", reading.samples.x_norm),
        ("y_image_px", reading.samples.mapped["y_image_px"]),
        (
            "left_pupil",
            np.where(reading.samples.gaze["left_pupil_valid"], reading.samples.gaze["left_pupil"], np.nan),
        ),
    ):
        np.testing.assert_array_equal(gaze["time_series"][:, labels.index(name)], wanted.astype(np.float64))
    assert gaze["info"]["desc"][0]["acquisition"][0]["screen_width_px"] == ["1920"]


def test_fixations_and_views_are_streams_of_the_same_clock(tmp_path: Path) -> None:
    reading = make_reading(is_zoomed=True)
    export(XdfFormat(), [reading], tmp_path / "data")
    streams = streams_of(tmp_path / "data")
    fixations, views = streams["fixations"], streams["views"]
    np.testing.assert_array_equal(fixations["time_stamps"], reading.fixations["onset_host_ns"] * 1e-9)
    column = labels_of(fixations).index("duration_ms")
    np.testing.assert_allclose(fixations["time_series"][:, column], reading.fixations["duration_ms"])
    assert len(views["time_stamps"]) == len(reading.viewport)


def test_events_name_images_words_shapes_and_answers(tmp_path: Path) -> None:
    reading = make_reading()
    export(XdfFormat(), [reading], tmp_path / "data", views=False)
    streams = streams_of(tmp_path / "data")
    assert "views" not in streams
    events = [json.loads(row[0]) for row in streams["events"]["time_series"]]
    assert [each["text"] for each in events if each["event"] == "word"] == [
        word.text for word in reading.words
    ]
    assert sum(each["event"] == "shape" for each in events) == len(reading.shapes) > 0
    assert sum(each["event"] == "answer" for each in events) == len(reading.answers) > 0
    shown = next(place for place, each in enumerate(events) if each["event"] == "image_shown")
    zero_ns, _ = reading.zero_ns(Origin.IMAGE_SHOWN)
    assert streams["events"]["time_stamps"][shown] == zero_ns * 1e-9
