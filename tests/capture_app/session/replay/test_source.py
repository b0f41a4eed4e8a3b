"""A recording opened for a replay: samples by time, signals for the timeline, what is missing or damaged."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from replay_rig import RATE_HZ, S, Written, write_reading, write_real

from capture_app.session.replay import ReplayError, ReplaySource
from capture_app.session.replay.gaze_blocks import BLOCK_ROWS
from gaze_core.quality import LossClass
from recordings_schema.errors import DamagedRecordingError
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording


@pytest.fixture
def source(reading: Written):
    opened = ReplaySource.open(reading.path)
    yield opened
    opened.close()


def test_samples_are_found_by_time_before_and_after_all_are_read(source, reading):
    with Recording.open(reading.path) as recording:
        times = recording.host_times_ns()
    rng = np.random.default_rng(1)
    wanted = rng.integers(times[0], times[-1], 50).tolist()
    expected = (np.searchsorted(times, wanted, side="right") - 1).tolist()
    assert [source.blocks.row_at(each) for each in wanted] == expected
    source.load()
    assert [source.blocks.row_at(each) for each in wanted] == expected
    assert source.blocks.row_at(int(times[0]) - 1) == -1
    assert source.blocks.row_at(int(times[-1]) + S) == len(times) - 1


def test_times_of_a_few_samples_are_those_of_the_whole_file(source, reading):
    with Recording.open(reading.path) as recording:
        times = recording.host_times_ns()
    part = source.blocks.rows(1500, 2600)
    np.testing.assert_array_equal(part.t_host_ns, times[1500:2600])
    assert part.gaze.tobytes() == reading.gaze[1500:2600].tobytes()


@pytest.mark.parametrize("span_s", [10.0, 3.0, 0.5])
def test_each_column_of_a_curve_holds_the_extremes_of_its_samples(source, span_s):
    source.load()
    columns, width = source.columns, 40
    first_ns = source.first_ns + S // 3
    end_ns = first_ns + round(min(span_s * S, source.end_ns - first_ns))
    curve = columns.curve("x", first_ns, end_ns, width)
    inside = (columns.t_ns >= first_ns) & (columns.t_ns < end_ns)
    values = columns.values["x"][inside]
    assert np.nanmin(curve.low) == pytest.approx(np.nanmin(values), abs=1e-6)
    assert np.nanmax(curve.high) == pytest.approx(np.nanmax(values), abs=1e-6)
    column = 7
    edges = np.linspace(first_ns, end_ns, width + 1)
    own = columns.values["x"][(columns.t_ns >= edges[column]) & (columns.t_ns < edges[column + 1])]
    assert curve.low[column] == pytest.approx(np.nanmin(own), abs=1e-6)


def test_few_samples_are_drawn_as_they_are(source):
    source.load()
    curve = source.columns.curve("y", source.first_ns + S, source.first_ns + S + S // 20, 1000)
    assert curve.is_points
    assert 15 <= len(curve.low) <= 18  # 50 ms at 300 Hz, and one beside at each end


def test_the_share_without_gaze_is_that_of_the_samples(source):
    source.load()
    share = source.columns.lost_share(source.first_ns, source.end_ns + 1, 10)
    lost = float((source.columns.eyes == 0).mean())
    assert float(np.nanmean(share)) == pytest.approx(lost, abs=0.002)


def test_speed_is_high_in_saccades_and_low_in_fixations(source):
    source.load()
    rows, columns = source.events.rows, source.columns
    speeds = {}
    for kind in (1, 2):
        own = rows[rows["kind"] == kind]
        inside = np.zeros(len(columns.t_ns), bool)
        for row in own:
            inside |= (columns.t_ns >= row["onset_host_ns"]) & (columns.t_ns < row["offset_host_ns"])
        speeds[kind] = np.nanmedian(columns.values["speed"][inside])
    assert speeds[2] > 5 * speeds[1]


def test_one_steps_by_sample_fixation_event_and_case(source):
    t_ns = source.first_ns + S
    step = source.stepped(t_ns, "sample", 1) - t_ns
    assert 0 < step <= 1.5 * S / RATE_HZ
    there = source.stepped(t_ns, "sample", 1)
    assert (
        source.stepped(there, "sample", -1)
        < there
        <= source.stepped(source.stepped(there, "sample", -1), "sample", 1)
    )
    assert source.stepped(t_ns, "fixation", 1) in source.events.fixations["onset_host_ns"]
    assert source.stepped(2_500_000_000, "event", 1) == 3 * S  # the operator's mark
    assert source.stepped(t_ns, "case", 1) == 5 * S + S // 10  # its first screen
    assert source.stepped(source.end_ns, "case", 1) == source.end_ns


def test_events_are_found_where_the_recording_holds_none_and_are_the_same(tmp_path, source):
    bare = ReplaySource.open(write_reading(tmp_path, has_events=False).path)
    assert not len(bare.events.rows)
    bare.load()
    assert "found for this replay" in bare.events.origin
    for name in ("onset_host_ns", "offset_host_ns", "kind"):
        np.testing.assert_array_equal(np.sort(bare.events.rows[name]), np.sort(source.events.rows[name]))
    bare.close()


def test_a_recording_that_was_cut_off_is_shown_as_far_as_it_goes(tmp_path):
    source = ReplaySource.open(write_reading(tmp_path, is_closed=False).path)
    assert source.blocks.count > 2000
    assert any("still being made" in note or "cut off" in note for note in source.notes)
    source.load()
    assert source.columns.is_whole
    source.close()


def test_damaged_samples_stay_empty_and_are_counted(reading, monkeypatch):
    whole = Recording.rows

    def damaged(self, key, start=0, stop=None):
        if key is DatasetKey.GAZE and start < 2 * BLOCK_ROWS and (stop or 0) > BLOCK_ROWS:
            raise DamagedRecordingError("rows cannot be read", path=self.path)
        return whole(self, key, start, stop)

    monkeypatch.setattr(Recording, "rows", damaged)
    source = ReplaySource.open(reading.path)
    source.load()
    lost = source.columns.values["x"][BLOCK_ROWS : 2 * BLOCK_ROWS]
    assert np.isnan(lost).all()
    assert np.isfinite(source.columns.values["x"][:BLOCK_ROWS]).any()
    assert (np.diff(source.columns.t_ns) >= 0).all()
    assert any(f"{BLOCK_ROWS} samples" in note and "damaged" in note for note in source.notes)
    source.close()


def test_a_damaged_table_is_left_out_and_named(reading, monkeypatch):
    whole = Recording.rows

    def damaged(self, key, start=0, stop=None):
        if key is DatasetKey.SHAPES:
            raise DamagedRecordingError("rows cannot be read", path=self.path)
        return whole(self, key, start, stop)

    monkeypatch.setattr(Recording, "rows", damaged)
    source = ReplaySource.open(reading.path)
    assert "The table /reading/shapes is damaged and is left out." in source.notes
    source.close()


@pytest.mark.parametrize("content", [b"", b"no recording at all", b"\x89HDF\r\n\x1a\n" + bytes(100)])
def test_what_is_no_recording_is_refused_in_words(tmp_path, content):
    path = tmp_path / "other.gazeh5"
    path.write_bytes(content)
    with pytest.raises(ReplayError, match=r"other\.gazeh5"):
        ReplaySource.open(path)


def test_fixations_are_found_in_real_gaze(tmp_path):
    shared = os.environ.get("READING_STATION_SHARED")
    if not shared:
        pytest.skip("READING_STATION_SHARED names no folder with real gaze.")
    table = Path(shared) / "data" / "gaze" / "tobii_spectrum_600hz_validation.tsv"
    source = ReplaySource.open(write_real(table, tmp_path / "real.gazeh5").path)
    source.load()
    assert source.is_loaded
    durations = source.events.fixations["duration_ms"]
    assert len(durations) >= 10
    assert 150 < np.median(durations) < 1500
    source.close()


def test_samples_are_read_once_however_often_that_is_asked_for(source):
    source.load()
    losses = [source.columns.losses.spans(each)[0].tolist() for each in LossClass]
    assert any(losses)
    source.load()
    source.start_loading()
    source.load()
    assert source.is_loaded
    assert [source.columns.losses.spans(each)[0].tolist() for each in LossClass] == losses


def test_the_last_screen_of_a_case_goes_with_it(source):
    for case, later in pairwise(source.tables.cases):
        between = source.tables.screen_at((case.end_ns + later.first_ns) // 2)
        assert between is None or between.trial == later.number
        assert source.tables.opening_ns(later) >= later.first_ns
