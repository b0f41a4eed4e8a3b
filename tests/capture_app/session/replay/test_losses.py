"""Losses by class of the timeline are those of the report's one implementation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from replay_rig import RATE_HZ, Written

from capture_app.session.replay import LossSpans, ReplaySource
from gaze_core.quality import LossClass, loss_intervals
from gaze_core.rows import GAZE
from recordings_schema.reader import Recording


@pytest.fixture(scope="module")
def loaded(reading: Written):
    source = ReplaySource.open(reading.path)
    source.load()
    yield source
    source.close()


def test_the_losses_of_a_recording_are_those_of_all_its_samples_at_once(loaded, reading):
    with Recording.open(reading.path) as recording:
        wanted = loss_intervals(recording.gaze(), recording.host_times_ns(), RATE_HZ)
    assert wanted
    for each in LossClass:
        own = [(found.t_first_ns, found.t_end_ns) for found in wanted if found.loss_class is each]
        begins, ends = loaded.columns.losses.spans(each)
        assert list(zip(begins.tolist(), ends.tolist(), strict=True)) == own


def test_what_is_lost_at_a_time_is_told():
    gaze = GAZE.empty(600)
    gaze["left_valid"] = gaze["right_valid"] = 1
    for side in ("left", "right"):
        gaze[f"{side}_x_norm"] = gaze[f"{side}_y_norm"] = 0.5
    gaze["left_valid"][200:260] = gaze["right_valid"][200:260] = 0  # 200 ms: as long as a blink
    gaze["left_x_norm"][400:500] = gaze["right_x_norm"][400:500] = 1.5
    times = np.round(np.arange(600) / RATE_HZ * 1e9).astype(np.int64)
    spans = LossSpans(RATE_HZ)
    for first in range(0, 600, 77):
        spans.push(gaze[first : first + 77], times[first : first + 77])
    spans.end()
    told = {row: spans.class_at(int(times[row])) for row in (199, 200, 259, 260, 450, 500)}
    blink, off = (LossClass.BLINK_LIKE,), (LossClass.OFF_SCREEN,)
    assert told == {199: (), 200: blink, 259: blink, 260: (), 450: off, 500: ()}


def test_without_a_rate_nothing_is_classed():
    spans = LossSpans(math.nan)
    spans.push(GAZE.empty(5), np.arange(5) * 1_000_000)
    spans.end()
    assert not any(len(spans.spans(each)[0]) for each in LossClass)
