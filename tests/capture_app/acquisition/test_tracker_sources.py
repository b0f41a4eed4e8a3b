"""Which driver is made from which options, and what is said when that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from capture_app.acquisition.tracker_sources import make_driver, waits_for_recording
from drivers.contract import DriverError, DriverOptionError, ViewingSetup
from drivers.playback import PlaybackTracker
from recordings_schema.testing import METADATA, TRACKER, fill
from recordings_schema.writer import RecordingWriter

SETUP = ViewingSetup(width_px=1920, height_px=1080, width_mm=527.0, height_mm=296.0, distance_mm=650.0)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    writer = RecordingWriter.create(tmp_path / "a.gazeh5", METADATA, TRACKER)
    fill(writer, 100)
    writer.close("finished")
    return tmp_path / "a.gazeh5"


def test_a_recording_is_opened_for_the_playback_driver(recording: Path) -> None:
    driver = make_driver("playback", {"file": str(recording), "speed": "max", "start": "recording"}, SETUP)

    assert isinstance(driver, PlaybackTracker)
    assert driver.open().model == TRACKER.model


def test_a_gaze_table_needs_a_mapping_that_fits(tmp_path: Path) -> None:
    table = tmp_path / "gaze.csv"
    table.write_text("time,where\n1,2\n")

    with pytest.raises(DriverError, match=r"gaze\.csv"):
        make_driver("playback", {"file": str(table)}, SETUP)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "was given no file"),
        ({"file": "nowhere.gazeh5"}, "cannot be played"),
        ({"file": "nowhere.tsv"}, "nowhere"),
    ],
)
def test_a_file_that_is_not_there_is_a_sentence(options: dict[str, str], sentence: str) -> None:
    with pytest.raises(DriverError, match=sentence):
        make_driver("playback", options, SETUP)


@pytest.mark.parametrize(
    ("driver", "options", "waits"),
    [
        ("playback", {"start": "recording"}, True),
        ("playback", {"start": "now"}, False),
        ("playback", {}, False),
        ("mock", {"start": "recording"}, False),
    ],
)
def test_only_a_file_waits_for_the_recording(driver: str, options: dict[str, str], waits: bool) -> None:
    assert waits_for_recording(driver, options) is waits


def test_an_unknown_start_is_a_sentence() -> None:
    with pytest.raises(DriverOptionError, match="use now to play"):
        waits_for_recording("playback", {"start": "tomorrow"})
