"""A test run takes the samples of its time and no others, and its verdict names the worst thing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from session_fakes import FACTS, reading

from capture_app.session.live import LiveAnalysis
from capture_app.session.quality_run import FIRST_SAMPLE_NS, QualityRun, stream_quality
from capture_app.session.session_metadata import screen_of
from gaze_core.eyes import Eye
from gaze_core.geometry import ViewingGeometry
from gaze_core.rows import TRIAL, VIEWPORT

RATE_HZ = 600.0
GEOMETRY = ViewingGeometry(screen_of(FACTS), 650.0)


def quality(rows, *, silence_ns: int = 0, nominal_rate_hz: float = RATE_HZ):
    return stream_quality(rows, silence_ns, nominal_rate_hz, GEOMETRY, Eye.AVERAGE)


@pytest.fixture(scope="module")
def ideal():
    return reading(RATE_HZ, 5.0, "ideal", noise_rms_s2s_deg=0.1, blinks_per_min=0.0).gaze


def blinded(rows, first: int, stop: int):
    rows = rows.copy()
    for prefix in ("left_", "right_", ""):
        rows[f"{prefix}valid"][first:stop] = 0
        rows[f"{prefix}x_norm"][first:stop] = rows[f"{prefix}y_norm"][first:stop] = math.nan
    return rows


def test_a_good_stream_is_called_good_with_its_numbers(ideal):
    result = quality(ideal)
    assert (result.level, result.never_arrived, result.sample_count) == ("good", 0, len(ideal))
    assert result.rate_hz == pytest.approx(RATE_HZ, rel=1e-3)
    assert result.data_rate_hz == pytest.approx(RATE_HZ, rel=1e-3)
    assert result.loss_share == 0.0
    assert 0.02 < result.noise_deg < 0.3
    assert result.sentence.endswith("good for recording.")


def test_noise_is_that_of_the_worse_eye(ideal):
    noisy = ideal.copy()
    noisy["right_x_norm"] += np.random.default_rng(1).normal(0.0, 0.05, len(noisy)).astype(np.float32)
    result = quality(noisy)
    assert result.noise_deg > 10 * quality(ideal).noise_deg
    assert result.level == "attention"
    assert "noisy" in result.sentence


def test_samples_that_never_arrived_are_counted_and_lower_the_rate(ideal):
    kept = np.ones(len(ideal), np.bool_)
    kept[300:600] = False
    result = quality(ideal[kept])
    assert result.never_arrived == 300
    assert dict(result.loss_classes)["no samples"] == pytest.approx(0.1, abs=0.01)
    assert result.rate_hz == pytest.approx(0.9 * RATE_HZ, rel=0.01)
    assert result.level == "bad"
    assert "rate is not the one that is set" in result.sentence


def test_a_rate_other_than_the_one_set_is_bad(ideal):
    result = quality(ideal, nominal_rate_hz=1200.0)
    assert result.level == "bad"


def test_a_tracker_that_tells_no_rate_is_judged_by_the_rest(ideal):
    result = quality(ideal, nominal_rate_hz=math.nan)
    assert result.level == "good"
    assert math.isnan(result.nominal_rate_hz)


@pytest.mark.parametrize(
    ("share", "level", "words"), [(0.12, "attention", "much of the gaze"), (0.3, "bad", "far too much")]
)
def test_loss_is_told_by_how_much_it_is(ideal, share, level, words):
    rows = ideal
    for start in range(0, len(rows), 600):
        rows = blinded(rows, start, start + round(600 * share))
    result = quality(rows)
    assert result.loss_share == pytest.approx(share, abs=0.01)
    assert (result.level, words in result.sentence) == (level, True)
    assert result.data_rate_hz == pytest.approx((1 - share) * RATE_HZ, rel=0.02)


def test_one_long_gap_is_told_even_where_the_loss_is_small():
    rows = reading(RATE_HZ, 14.0, "ideal", blinks_per_min=0.0).gaze
    result = quality(blinded(rows, 3000, 3720))
    assert result.longest_gap_s == pytest.approx(1.2, abs=0.01)
    assert result.level == "attention"
    assert "1.2 s at a stretch" in result.sentence


def test_a_tracker_that_stopped_sending_is_bad_however_good_it_was(ideal):
    result = quality(ideal, silence_ns=2_000_000_000)
    assert result.level == "bad"
    assert "stopped sending" in result.sentence
    assert result.loss_share == pytest.approx(2 / 7, abs=0.01)


def test_a_clock_that_goes_back_is_not_taken_for_time(ideal):
    rows = ideal.copy()
    rows["t_device_ns"][1500:] -= 3_000_000_000
    assert quality(rows).rate_hz == pytest.approx(RATE_HZ, rel=0.01)


def fed(live: LiveAnalysis, rows) -> LiveAnalysis:
    live.push(rows, VIEWPORT.empty(0), TRIAL.empty(0))
    return live


def test_a_run_takes_the_samples_of_its_time_alone(ideal):
    live = fed(LiveAnalysis(GEOMETRY, Eye.AVERAGE), ideal[:600])
    run = QualityRun(live, 2.0, 0, RATE_HZ)
    assert not run.step(live, 1)
    for number in range(2):
        fed(live, ideal[600 * (number + 1) : 600 * (number + 2)])
        assert not run.step(live, round((0.5 + number) * 1e9))
    assert run.state().elapsed_s == pytest.approx(1.0)
    assert run.step(live, round(2.6e9))
    end = run.end(GEOMETRY, Eye.AVERAGE)
    assert end.result is not None
    assert end.result.sample_count == 1200
    assert not end.is_running


def test_a_run_begins_with_the_first_sample_and_gives_up_where_none_comes():
    live = LiveAnalysis(GEOMETRY, Eye.AVERAGE)
    run = QualityRun(live, 10.0, 0, RATE_HZ)
    assert not run.step(live, FIRST_SAMPLE_NS)
    assert run.step(live, FIRST_SAMPLE_NS + 1)
    assert "sent nothing" in run.end(GEOMETRY, Eye.AVERAGE).problem


def test_a_tracker_connected_anew_ends_the_run(ideal):
    live = fed(LiveAnalysis(GEOMETRY, Eye.AVERAGE), ideal)
    run = QualityRun(live, 10.0, 0, RATE_HZ)
    assert run.step(LiveAnalysis(GEOMETRY, Eye.AVERAGE), 1)
    assert "connected anew" in run.end(GEOMETRY, Eye.AVERAGE).problem


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_handful_of_samples_gives_a_verdict_and_no_error(ideal, count):
    assert quality(ideal[:count]).sample_count == count


def test_one_eye_alone_stands_beside_the_loss_and_is_none_of_it(ideal):
    half = ideal.copy()
    half["left_valid"][200:500] = 0
    for name in ("left_x_norm", "left_y_norm"):
        half[name][200:500] = np.nan
    result = quality(half)
    assert dict(result.beside_classes)["one eye"] > 0.05
    assert "one eye" not in dict(result.loss_classes)
    assert sum(dict(result.loss_classes).values()) == pytest.approx(result.loss_share, abs=0.005)
