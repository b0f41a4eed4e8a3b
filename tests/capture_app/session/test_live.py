"""The live analysis runs on exactly the recorded samples, however they arrive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from session_fakes import FACTS, FakeRun, reading

from capture_app.session.live import LiveAnalysis
from capture_app.session.overlay import trail_of
from capture_app.session.session_metadata import screen_of
from capture_app.session.trace import TraceStrip
from gaze_core.directions import directions
from gaze_core.eyes import Eye
from gaze_core.fixations import DetectorName, detect
from gaze_core.geometry import ViewingGeometry
from gaze_core.rows import GAZE_EVENT, TRIAL, VIEWPORT, GazeFlag, Rows

GEOMETRY = ViewingGeometry(screen_of(FACTS), 650.0)
EVENT_COLUMNS = [name for name in GAZE_EVENT.dtype.names if not name.startswith("t_sent")]
SHORT = reading(300.0, 2.0).gaze


def analysed(gaze: Rows, cuts: list[int]) -> tuple[Rows, Rows]:
    live = LiveAnalysis(GEOMETRY, Eye.AVERAGE)
    live.begin_run(0, 0)
    viewport, trials = VIEWPORT.empty(0), TRIAL.empty(0)
    results = [live.push(part, viewport, trials) for part in np.split(gaze, sorted(cuts)) if len(part)]
    results.append(live.flush(viewport, trials))
    return (
        np.concatenate([result.fixations for result in results]),
        np.concatenate([result.thresholds for result in results]),
    )


def assert_events_are_those_of(gaze: Rows, written: Rows) -> None:
    expected = detect(directions(gaze, GEOMETRY), DetectorName.ADAPTIVE).events
    whole = written[written["part"] == 0]
    assert len(expected) > 5
    for name in EVENT_COLUMNS:
        if name != "flags":  # a mapped event carries further flags
            np.testing.assert_array_equal(whole[name], expected[name], err_msg=name)


def finish(run: FakeRun, next_row: int | None = None) -> None:
    run.session.stop_recording()
    run.step()
    run.end_samples(next_row)
    for _ in range(3):
        run.step()


@examples(max_examples=25)
@given(st.lists(st.integers(0, len(SHORT)), max_size=40))
def test_any_chunking_gives_the_same_events_and_thresholds(cuts: list[int]) -> None:
    fixations, thresholds = analysed(SHORT, cuts)
    whole_fixations, whole_thresholds = analysed(SHORT, [])
    for name in EVENT_COLUMNS:
        np.testing.assert_array_equal(fixations[name], whole_fixations[name], err_msg=name)
    np.testing.assert_array_equal(thresholds, whole_thresholds)


@pytest.mark.parametrize("first_row", [120, 100, 93, 40], ids=["later", "now", "just read", "long read"])
def test_the_recorded_events_are_those_of_the_recorded_samples(
    make_run: Any, gaze: Any, tmp_path: Path, first_row: int
) -> None:
    run = make_run(gaze.gaze)
    run.connect()
    run.step(100)
    run.session.record_to(tmp_path / "a.gazeh5", "R01")
    run.begin_file(tmp_path / "a.gazeh5", first_row)
    for _ in range(300):
        run.step(10)
    finish(run)
    assert_events_are_those_of(
        gaze.gaze[first_row : run.acquisition.written], run.acquisition.appended("fixation")
    )


def test_no_sample_beyond_the_last_recorded_one_enters(make_run: Any, gaze: Any, tmp_path: Path) -> None:
    run = make_run(gaze.gaze)
    run.connect()
    run.record(tmp_path / "a.gazeh5")
    for _ in range(150):
        run.step(10)
    run.session.stop_recording()
    run.step(200)
    run.end_samples(next_row=1600)
    run.step(300)
    run.step()
    assert_events_are_those_of(gaze.gaze[:1600], run.acquisition.appended("fixation"))


def test_rows_the_display_missed_begin_a_new_run_and_are_told(
    make_run: Any, gaze: Any, tmp_path: Path
) -> None:
    run = make_run(gaze.gaze)
    run.connect()
    run.record(tmp_path / "a.gazeh5")
    for _ in range(100):
        run.step(10)
    run.acquisition.overwrite(500)
    run.step(600)
    for _ in range(150):
        run.step(10)
    finish(run)
    written = run.acquisition.appended("fixation")
    assert run.acquisition.appended("detector_run")["run"].tolist() == [0, 1]
    assert_events_are_those_of(gaze.gaze[:1000], written[written["run"] == 0])
    assert_events_are_those_of(gaze.gaze[1500 : run.acquisition.written], written[written["run"] == 1])
    events = run.acquisition.appended("event")
    assert events["value"][events["kind"] == b"display_rows_missed"].tolist() == [500.0]


def test_nothing_is_written_about_samples_that_are_not_recorded(make_run: Any, gaze: Any) -> None:
    run = make_run(gaze.gaze)
    run.connect()
    for _ in range(200):
        run.step(10)
    assert run.acquisition.appended("fixation").size == 0


def test_the_newest_sample_is_always_the_last_point_of_the_trail(gaze: Any) -> None:
    live = LiveAnalysis(GEOMETRY, Eye.AVERAGE)
    seen = gaze.gaze[(gaze.gaze["left_valid"] & gaze.gaze["right_valid"]) == 1]
    for part in np.split(seen, range(7, len(seen), 7)):
        live.push(part, VIEWPORT.empty(0), TRIAL.empty(0))
        now_ns = int(live.recent_signal["t_host_ns"][-1])
        trail = trail_of(live, now_ns)
        assert trail[-1].age_s == 0.0
        assert trail[-1].x_norm == live.recent_signal["x_norm"][-1]
        assert len(trail) <= 100
        assert [point.age_s for point in trail] == sorted((point.age_s for point in trail), reverse=True)


def test_a_stream_that_stops_leaves_no_point_behind(gaze: Any) -> None:
    live = LiveAnalysis(GEOMETRY, Eye.AVERAGE)
    live.push(gaze.gaze[:600], VIEWPORT.empty(0), TRIAL.empty(0))
    newest_ns = int(live.recent_signal["t_host_ns"][-1])
    assert trail_of(live, newest_ns + 2_000_000_000) == ()


def test_a_clock_reset_keeps_host_times_going(gaze: Any) -> None:
    rows = gaze.gaze[:1200].copy()
    rows["t_device_ns"][600:] -= 5_000_000_000
    rows["flags"][600] |= GazeFlag.CLOCK_RESET
    live = LiveAnalysis(GEOMETRY, Eye.AVERAGE)
    for part in np.split(rows, range(10, 1200, 10)):
        live.push(part, VIEWPORT.empty(0), TRIAL.empty(0))
    off_ms = (live.recent_signal["t_host_ns"] - rows["t_host_ns"]) / 1e6
    assert np.abs(off_ms).max() < 60.0


def test_the_strip_holds_half_a_minute_at_any_rate() -> None:
    slow = reading(60.0, 40.0).gaze
    live = LiveAnalysis(GEOMETRY, Eye.AVERAGE)
    live.push(slow, VIEWPORT.empty(0), TRIAL.empty(0))
    now_ns = int(slow["t_host_ns"][-1])
    trace = TraceStrip().trace(live, now_ns)
    assert trace is not None
    assert trace.t_s[0] == pytest.approx(-30.0, abs=0.1)
    assert len(trace.t_s) >= 1100
    assert len(trace.t_s) == len(trace.x_norm) == len(trace.left_pupil) == len(trace.valid)


def test_a_tracker_that_comes_back_while_recording_goes_on_in_the_same_run(
    make_run: Any, gaze: Any, tmp_path: Path
) -> None:
    run = make_run(gaze.gaze)
    run.connect()
    run.record(tmp_path / "a.gazeh5")
    for _ in range(100):
        run.step(10)
    run.connect()
    for _ in range(150):
        run.step(10)
    finish(run)
    written = run.acquisition.appended("fixation")
    assert np.unique(written["run"]).tolist() == [0]
    assert_events_are_those_of(gaze.gaze[: run.acquisition.written], written)
