"""The simulated tracker through both processes: nothing lost, and one detector, live and over the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from detections import live_events, offline_events
from replaying import assert_is_replayed

from capture_app.session.port import ScreenFacts
from capture_app.session.results import results_of
from gaze_core.rows import GAZE_EVENT, Rows, decode_text
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording

pytestmark = pytest.mark.processes

SCREEN = ScreenFacts(name="screen", width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0)


def record_mock(start_reading: Callable, pictures: Path, path: Path, samples: int, **options: str) -> None:
    reading = start_reading(SCREEN)
    reading.session.show_folder(pictures)
    reading.connect("mock", **{"rate_hz": "600", "seed": "3", **options})
    reading.begin(path)
    for number in range(2):
        reading.show_case(number)
        wanted = (number + 1) * samples // 2
        reading.until(lambda wanted=wanted: reading.session.link.status.recorded >= wanted)
    reading.end()


def assert_same_events(found: Rows, wanted: Rows) -> None:
    assert len(found) == len(wanted) > 0
    for name in GAZE_EVENT.dtype.names or ():
        assert found[name].tobytes() == wanted[name].tobytes(), name


def test_a_simulated_session_loses_nothing_and_its_live_events_are_those_of_the_file(
    start_reading: Callable, pictures: Path, tmp_path: Path, run_command: Callable
) -> None:
    first, second = tmp_path / "first.gazeh5", tmp_path / "second.gazeh5"
    record_mock(start_reading, pictures, first, 2400)
    played = run_command(
        "record", "--tracker", "playback", "--option", f"file={first}", "--option", "speed=max",
        "--seconds", "60", "--out", second,
    )  # fmt: skip

    assert played.code == 0, played.err
    with Recording.open(first) as recording:
        results = results_of(recording, ())
        assert (results.dropped, results.missing, results.out_of_order) == (0, 0, 0)
        assert results.samples >= 2400
        assert results.trials == 2
        assert_same_events(live_events(recording), offline_events(recording))
        original, raw = live_events(recording), recording.raw()
        assert len(original) > 10
    with Recording.open(second) as recording:
        assert recording.raw().tobytes() == raw.tobytes()
        assert_same_events(live_events(recording), offline_events(recording))
        # The screen of the second session has another size; on the time line nothing depends on it.
        assert len(live_events(recording)) == pytest.approx(len(original), rel=0.2)


def test_a_playback_gives_the_very_events_of_the_recording_and_both_can_be_looked_at(
    start_reading: Callable, pictures: Path, tmp_path: Path, qtbot: Any
) -> None:
    first, second = tmp_path / "first.gazeh5", tmp_path / "second.gazeh5"
    record_mock(start_reading, pictures, first, 1800)
    again = start_reading(SCREEN)
    again.connect("playback", file=str(first), speed="8", start="recording")
    again.begin(second)
    again.until(lambda: again.session.link.is_finished)
    again.end()

    with Recording.open(first) as original, Recording.open(second) as played:
        assert_same_events(live_events(played), live_events(original))
    assert_is_replayed(qtbot, first, pictures)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("unplugged", "connection_lost"),
        ("clock-jump", "clock_reset"),
        ("flood", "flood"),
        ("nan", "no_valid_gaze"),
        ("backward-time", "device_time_backward"),
    ],
)
def test_a_faulty_tracker_leaves_an_event_and_a_sound_file(
    fault: str, kind: str, start_reading: Callable, pictures: Path, tmp_path: Path
) -> None:
    path = tmp_path / "faulty.gazeh5"
    record_mock(start_reading, pictures, path, 1800, fault=fault, fault_at_s="0.6", fault_duration_s="1.6")
    with Recording.open(path) as recording:
        kinds = {decode_text(each) for each in recording.rows(DatasetKey.EVENTS)["kind"]}
        assert kind in kinds
        assert recording.is_finished
        assert len(recording.gaze()) == len(recording.raw()) >= 1800
        assert_same_events(live_events(recording), offline_events(recording))
