"""The gate of a case: loss by class over the visible time, the longest gap, and the light they give."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_rig import INTERVAL_NS, gaze

from capture_app.session.reading import GazeLoss, Light, LossMeter, grade_case
from capture_app.session.study.quality_keys import Gates
from capture_app.session.study.quality_keys import LossClass as StudyLossClass
from gaze_core.quality import LossClass

S = 1_000_000_000
BLINKS_ALONE = Gates(loss_counted=(StudyLossClass.BLINK,))
COUNTS = st.dictionaries(st.sampled_from(LossClass), st.integers(0, 10**12))
LOSSES = st.builds(
    GazeLoss, visible_ns=st.integers(0, 10**13), lost_ns=COUNTS, longest_gap_ns=st.integers(0, 10**12)
)


def metered(*stretches: tuple[float, float, bool], gates: Gates | None = None) -> LossMeter:
    meter = LossMeter(INTERVAL_NS, gates if gates is not None else Gates())
    for first_s, end_s, is_seen in stretches:
        meter.take(*gaze(round(first_s * S), round(end_s * S), is_seen=is_seen))
    return meter


def percent(loss: GazeLoss, loss_class: LossClass) -> float:
    return 100.0 * loss.lost_ns[loss_class] / loss.visible_ns


def test_gaze_that_is_always_seen_has_no_loss() -> None:
    loss = metered((0, 10, True)).measure(0, 10 * S)

    assert loss.share_percent(Gates().loss_counted) == 0.0
    assert loss.longest_gap_ns == 0


def test_a_long_loss_is_of_both_eyes_and_its_share_and_gap_are_right() -> None:
    loss = metered((0, 4, True), (4, 6, False), (6, 10, True)).measure(0, 10 * S)

    assert percent(loss, LossClass.BOTH_EYES) == pytest.approx(20.0, abs=0.4)
    assert loss.longest_gap_ns * 1e-9 == pytest.approx(2.0, abs=0.04)


def test_loss_outside_the_visible_time_does_not_count() -> None:
    loss = metered((0, 4, True), (4, 6, False), (6, 10, True)).measure(5 * S, 10 * S)

    assert percent(loss, LossClass.BOTH_EYES) == pytest.approx(20.0, abs=0.4)


def test_visible_time_without_samples_is_a_stalled_stream() -> None:
    loss = metered((0, 4, True), (7, 10, True)).measure(0, 10 * S)

    assert percent(loss, LossClass.STALLED) == pytest.approx(30.0, abs=0.4)


def test_a_tracker_that_died_stalls_until_the_image_is_left() -> None:
    loss = metered((0, 4, True)).measure(0, 10 * S)

    assert percent(loss, LossClass.STALLED) == pytest.approx(60.0, abs=0.4)


def test_samples_still_on_their_way_are_no_stall() -> None:
    loss = metered((0, 9.95, True)).measure(0, 10 * S)

    assert loss.lost_ns[LossClass.STALLED] == 0


def test_a_tracker_that_begins_late_stalls_until_then() -> None:
    loss = metered((4, 10, True)).measure(0, 10 * S)

    assert percent(loss, LossClass.STALLED) == pytest.approx(40.0, abs=0.4)


def test_neighbouring_losses_of_counted_classes_are_one_gap() -> None:
    meter = metered((0, 4, True), (4, 5, False), (7, 10, True))

    loss = meter.measure(0, 10 * S)

    assert loss.longest_gap_ns * 1e-9 == pytest.approx(3.0, abs=0.04)


def test_only_the_classes_of_the_study_count_and_all_are_reported() -> None:
    loss = metered((0, 4, True), (4, 6, False), (6, 10, True), gates=BLINKS_ALONE).measure(0, 10 * S)

    assert loss.share_percent(BLINKS_ALONE.loss_counted) == 0.0
    assert loss.longest_gap_ns == 0
    assert percent(loss, LossClass.BOTH_EYES) == pytest.approx(20.0, abs=0.4)


def test_what_is_forgotten_is_before_the_case() -> None:
    meter = metered((0, 1, True), (1, 3, False), (3, 10, True))

    meter.forget_before(4 * S)

    assert meter.measure(4 * S, 10 * S).share_percent(Gates().loss_counted) == 0.0


@pytest.mark.parametrize(
    ("lost_s", "light"), [(0.5, Light.GREEN), (1.2, Light.AMBER), (1.6, Light.RED), (3.2, Light.RED)]
)
def test_the_light_follows_the_limits_of_the_study(lost_s: float, light: Light) -> None:
    loss = metered((0, 1, True), (1, 1 + lost_s, False), (1 + lost_s, 10, True)).measure(0, 10 * S)

    assert grade_case(loss, math.nan, Gates()).light is light


@pytest.mark.parametrize(("gap_s", "light"), [(1.0, Light.GREEN), (2.0, Light.AMBER), (4.0, Light.RED)])
def test_a_long_gap_decides_in_a_long_reading(gap_s: float, light: Light) -> None:
    loss = metered((0, 1, True), (1, 1 + gap_s, False), (1 + gap_s, 100, True)).measure(0, 100 * S)

    assert grade_case(loss, math.nan, Gates()).light is light


def test_nothing_measured_is_red_even_where_blinks_alone_count() -> None:
    blind = metered((0, 10, False), gates=BLINKS_ALONE).measure(0, 10 * S)
    dead = metered(gates=BLINKS_ALONE).measure(0, 10 * S)

    lights = [grade_case(loss, math.nan, BLINKS_ALONE).light for loss in (blind, dead, GazeLoss())]

    assert lights == [Light.RED] * 3


def test_drift_warns_and_does_not_exclude() -> None:
    grade = grade_case(metered((0, 10, True)).measure(0, 10 * S), 1.4, Gates())

    assert (grade.light, grade.does_count) == (Light.AMBER, True)
    assert "calibrate" in grade.reason


@given(loss=LOSSES)
def test_figures_come_back_from_their_json(loss: GazeLoss) -> None:
    again = GazeLoss.from_figures(json.loads(json.dumps(loss.figures())))

    assert again.plus(GazeLoss()) == loss.plus(GazeLoss())


@given(cut_s=st.floats(0.5, 9.5))
def test_loss_of_two_stretches_adds_up_to_the_whole(cut_s: float) -> None:
    meter = metered((0, 4, True), (4, 6, False), (6, 10, True))
    cut_ns = round(cut_s * S)

    both = meter.measure(0, cut_ns).plus(meter.measure(cut_ns, 10 * S))
    whole = meter.measure(0, 10 * S)

    assert (both.visible_ns, both.lost_ns) == (whole.visible_ns, whole.lost_ns)
    assert both.longest_gap_ns <= whole.longest_gap_ns


def test_any_chunking_of_the_gaze_gives_the_same_loss() -> None:
    rows, times = gaze(0, 10 * S)
    rows["left_valid"][100:200] = rows["right_valid"][100:200] = 0
    whole, parts = LossMeter(INTERVAL_NS, Gates()), LossMeter(INTERVAL_NS, Gates())

    whole.take(rows, times)
    for chunk, chunk_times in zip(np.array_split(rows, 37), np.array_split(times, 37), strict=True):
        parts.take(chunk, chunk_times)

    assert parts.measure(0, 10 * S) == whole.measure(0, 10 * S)
