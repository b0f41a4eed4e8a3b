"""Loss by class, offline and in the live window."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaze_core.quality import LossClass, LossTracker, QualityWindow, loss_intervals, loss_shares
from gaze_core.rows import GAZE

RATE_HZ = 100.0
STEP = 10_000_000
MS = 1_000_000


def seen(count):
    rows = GAZE.empty(count)
    for side, x in (("left", 0.4), ("right", 0.6)):
        rows[f"{side}_x_norm"], rows[f"{side}_y_norm"], rows[f"{side}_valid"] = x, 0.5, 1
        rows[f"{side}_origin_z_mm"], rows[f"{side}_origin_valid"] = 640, 1
    return rows


def lose(rows, first, stop, sides=("left", "right")):
    for side in sides:
        rows[f"{side}_valid"][first:stop] = 0
        rows[f"{side}_x_norm"][first:stop] = np.nan
    return rows


def times_of(count):
    return np.arange(count, dtype=np.int64) * STEP


def found_in(rows, times):
    return [
        (interval.loss_class, interval.t_first_ns // STEP, interval.t_end_ns // STEP)
        for interval in loss_intervals(rows, times, RATE_HZ)
    ]


def test_a_loss_as_long_as_a_blink_is_blink_like():
    assert found_in(lose(seen(100), 20, 35), times_of(100)) == [(LossClass.BLINK_LIKE, 20, 35)]


@pytest.mark.parametrize("length", [1, 7, 51, 70])
def test_a_shorter_or_longer_loss_is_not(length):
    assert found_in(lose(seen(100), 20, 20 + length), times_of(100)) == [
        (LossClass.BOTH_EYES, 20, 20 + length)
    ]


@pytest.mark.parametrize("length", [8, 50])
def test_the_borders_of_a_blink_belong_to_it(length):
    assert found_in(lose(seen(100), 20, 20 + length), times_of(100)) == [
        (LossClass.BLINK_LIKE, 20, 20 + length)
    ]


def test_one_eye_is_a_class_of_its_own():
    assert found_in(lose(seen(50), 10, 30, ["left"]), times_of(50)) == [(LossClass.ONE_EYE, 10, 30)]


def test_gaze_off_the_screen_is_behaviour():
    rows = seen(50)
    rows["left_x_norm"][10:20] = rows["right_x_norm"][10:20] = 1.01
    assert found_in(rows, times_of(50)) == [(LossClass.OFF_SCREEN, 10, 20)]
    assert not LossClass.OFF_SCREEN.is_loss
    assert all(loss_class.is_loss for loss_class in LossClass if loss_class is not LossClass.OFF_SCREEN)


def test_samples_that_never_came_are_a_stalled_stream_and_cut_what_runs():
    rows, times = lose(seen(40), 10, 30), times_of(40)
    times[20:] += 100 * STEP
    assert found_in(rows, times) == [
        (LossClass.BLINK_LIKE, 10, 20),
        (LossClass.STALLED, 20, 120),
        (LossClass.BLINK_LIKE, 120, 130),
    ]


def test_a_tracker_without_single_eyes_has_no_one_eye_loss():
    rows = GAZE.empty(30)
    rows["x_norm"] = rows["y_norm"] = 0.5
    rows["valid"] = 1
    rows["valid"][10:20] = 0
    assert found_in(rows, times_of(30)) == [(LossClass.BLINK_LIKE, 10, 20)]


def test_a_loss_at_the_end_lasts_one_interval_beyond_the_last_sample():
    assert found_in(lose(seen(30), 20, 30), times_of(30)) == [(LossClass.BLINK_LIKE, 20, 30)]


def test_a_single_early_stamp_is_no_gap_and_ends_nothing():
    rows, times = lose(seen(40), 10, 30), times_of(40)
    times[[15, 35]] -= 5 * STEP
    assert found_in(rows, times) == [(LossClass.BLINK_LIKE, 10, 30)]


def test_a_time_line_that_goes_back_ends_what_runs():
    rows, times = lose(seen(40), 10, 30), times_of(40)
    times[20:] -= 150 * STEP
    assert found_in(rows, times) == [(LossClass.BLINK_LIKE, -130, -120), (LossClass.BLINK_LIKE, 10, 20)]


@given(seed=st.integers(0, 10_000), cuts=st.lists(st.integers(0, 120), max_size=6))
def test_any_chunking_gives_the_same_intervals(seed, cuts):
    random = np.random.default_rng(seed)
    rows = seen(120)
    for _ in range(4):
        first = int(random.integers(0, 115))
        lose(
            rows,
            first,
            first + int(random.integers(1, 40)),
            [["left"], ["right"], ["left", "right"]][random.integers(0, 3)],
        )
    rows["left_x_norm"][random.random(120) < 0.1] = 2.0
    steps = random.choice([STEP, STEP, STEP, 0, 3 * STEP, -STEP // 2, -140 * STEP], 120)
    times = np.cumsum(steps).astype(np.int64)
    tracker = LossTracker(1e9 / RATE_HZ)
    borders = sorted(cuts)
    parts = zip([0, *borders], [*borders, 120], strict=True)
    closed = [interval for a, b in parts for interval in tracker.push(rows[a:b], times[a:b])]
    key = lambda interval: (interval.t_first_ns, interval.t_end_ns, interval.loss_class.value)  # noqa: E731  # one use
    assert sorted(closed + tracker.flush(), key=key) == loss_intervals(rows, times, RATE_HZ)


def test_shares_are_of_the_visible_time():
    rows = lose(lose(seen(1000), 100, 120), 500, 600)
    intervals = loss_intervals(rows, times_of(1000), RATE_HZ)
    shares = loss_shares(intervals, [(110 * STEP, 310 * STEP), (550 * STEP, 750 * STEP)])
    assert shares[LossClass.BLINK_LIKE] == pytest.approx(10 / 400)
    assert shares[LossClass.BOTH_EYES] == pytest.approx(50 / 400)
    assert shares[LossClass.STALLED] == 0
    assert math.isnan(loss_shares(intervals, [])[LossClass.BLINK_LIKE])


@pytest.mark.parametrize("interval_ns", [0.0, math.nan, -1.0, math.inf])
def test_a_senseless_interval_is_refused(interval_ns):
    with pytest.raises(ValueError, match="rate"):
        LossTracker(interval_ns)


def fed(window, rows, times, size=7):
    for first in range(0, len(rows), size):
        window.push(rows[first : first + size], times[first : first + size])
    return window


@pytest.mark.parametrize("rate_hz", [RATE_HZ, math.nan])
def test_the_window_shows_the_last_seconds_only(rate_hz):
    rows = lose(lose(seen(2000), 100, 900), 1700, 1720)
    rows["left_valid"][1900:] = 0
    found = fed(QualityWindow(5.0, rate_hz), rows, times_of(2000)).snapshot()
    assert found.rate_hz == pytest.approx(100, rel=0.03)
    assert found.class_shares[LossClass.BLINK_LIKE] == pytest.approx(0.2 / 5)
    assert found.class_shares[LossClass.ONE_EYE] == pytest.approx(1.0 / 5)
    assert found.loss_share == pytest.approx(0.2 / 5)
    assert found.longest_gap_ms == pytest.approx(200)
    assert found.distance_mm == pytest.approx(640)
    assert found.left_share == pytest.approx(1 - 120 / 500, abs=0.01)
    assert found.right_share == pytest.approx(1 - 20 / 500, abs=0.01)


@given(size=st.integers(1, 300))
def test_the_window_does_not_depend_on_the_batches(size):
    rows = lose(seen(700), 400, 420)
    whole = fed(QualityWindow(3.0, RATE_HZ), rows, times_of(700), 700).snapshot()
    assert fed(QualityWindow(3.0, RATE_HZ), rows, times_of(700), size).snapshot() == whole


def test_a_loss_that_goes_on_shows_while_it_does():
    found = fed(QualityWindow(2.0, RATE_HZ), lose(seen(300), 260, 300), times_of(300)).snapshot()
    assert found.class_shares[LossClass.BLINK_LIKE] == pytest.approx(0.2)
    assert found.longest_gap_ms == pytest.approx(400)


def test_a_stream_that_stopped_shows_although_nothing_comes():
    window = fed(QualityWindow(2.0, RATE_HZ), seen(300), times_of(300))
    found = window.snapshot(now_ns=300 * STEP + 500 * MS)
    assert found.class_shares[LossClass.STALLED] == pytest.approx(0.25)
    assert found.loss_share == pytest.approx(0.25)
    assert found.longest_gap_ms == pytest.approx(500)


def test_a_time_line_that_begins_anew_forgets_what_was():
    window = fed(QualityWindow(2.0, RATE_HZ), lose(seen(300), 200, 300), times_of(300) + 10**12)
    found = fed(window, seen(100), times_of(100)).snapshot()
    assert found.sample_count == 100
    assert found.loss_share == 0


def test_an_empty_window_knows_nothing():
    found = QualityWindow().snapshot()
    assert found.sample_count == 0
    assert math.isnan(found.rate_hz)
    assert math.isnan(found.loss_share)
    assert math.isnan(found.distance_mm)


def test_the_memory_of_the_window_is_bounded():
    rows = seen(20_000)
    rows["left_valid"][::2] = 0
    window = fed(QualityWindow(2.0, RATE_HZ), rows, times_of(20_000), 50)
    assert len(window._buckets) <= 22
    assert len(window._intervals) <= 110
    still = QualityWindow(2.0)
    for _ in range(200):
        still.push(seen(2), np.zeros(2, np.int64))
    assert len(still._waiting) <= 32


def test_a_senseless_window_is_refused():
    with pytest.raises(ValueError, match="window"):
        QualityWindow(0.0)
