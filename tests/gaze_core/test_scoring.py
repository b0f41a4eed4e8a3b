"""Agreement of detected fixations with the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaze_core.rows import GAZE_EVENT, NO_TIME, TRUTH, TRUTH_EVENT, EventKind
from gaze_core.scoring import event_scores, sample_kappa, samples_inside, score_fixations, true_fixations

MS = 1_000_000


def intervals(*pairs_ms):
    return np.array(pairs_ms, np.int64).reshape(-1, 2) * MS


def true_event(label, onset_ms, offset_ms, amplitude_deg=np.nan, is_microsaccade=0):
    return TRUTH_EVENT.row(
        label=label,
        onset_device_ns=onset_ms * MS,
        offset_device_ns=offset_ms * MS,
        amplitude_deg=amplitude_deg,
        is_microsaccade=is_microsaccade,
    )


def test_kappa_of_the_textbook_table_is_right():
    # Cohen's 2 x 2 table with 20, 5, 10, 15 observations.
    detected = np.array([True] * 25 + [False] * 25)
    true = np.array([True] * 20 + [False] * 5 + [True] * 10 + [False] * 15)
    assert sample_kappa(detected, true) == pytest.approx(0.4)


def test_kappa_is_one_for_agreement_and_nothing_where_chance_agrees_fully():
    labels = np.array([True, False, True])
    assert sample_kappa(labels, labels) == 1.0
    assert np.isnan(sample_kappa(np.ones(3, bool), np.ones(3, bool)))
    assert np.isnan(sample_kappa(np.zeros(0, bool), np.zeros(0, bool)))


def test_samples_that_do_not_count_are_left_out():
    detected, true = np.array([True, False, True, False]), np.array([True, False, False, True])
    assert sample_kappa(detected, true, np.array([True, True, False, False])) == 1.0


def test_events_match_from_half_an_overlap_on():
    scores = event_scores(intervals((0, 100), (250, 300)), intervals((0, 200), (240, 360)))
    assert scores.true_index.tolist() == [0]
    assert scores.f1 == 0.5
    assert (scores.precision, scores.recall) == (0.5, 0.5)
    assert scores.offset_difference_ms.tolist() == [-100.0]


def test_an_onset_inside_an_oscillation_is_in_time():
    scores = event_scores(intervals((90, 300)), intervals((100, 300)), oscillations_ns=intervals((80, 100)))
    assert scores.onset_difference_ms.tolist() == [0.0]
    assert event_scores(intervals((90, 300)), intervals((100, 300))).onset_difference_ms.tolist() == [-10.0]


@given(st.lists(st.integers(1, 200), min_size=2, max_size=30))
def test_a_list_agrees_with_itself(lengths_ms):
    borders = np.cumsum(lengths_ms)
    borders = borders[: borders.size // 2 * 2].reshape(-1, 2) * MS
    scores = event_scores(borders, borders)
    assert scores.f1 == 1.0
    assert scores.detected_index.tolist() == list(range(len(borders)))
    inside = samples_inside(borders, np.arange(0, int(borders[-1, 1]) + MS, MS // 2))
    assert np.count_nonzero(inside) == 2 * np.sum(borders[:, 1] - borders[:, 0]) // MS


def test_nothing_has_no_score():
    scores = event_scores(intervals(), intervals())
    assert np.isnan([scores.f1, scores.precision, scores.recall]).all()


def test_true_fixations_are_joined_across_small_saccades_only():
    truth_events = np.concatenate(
        [
            true_event(1, 0, 100), true_event(2, 100, 120, 0.3), true_event(1, 120, 300),
            true_event(2, 300, 340, 5.0), true_event(1, 340, 500),
            true_event(5, 500, 700), true_event(1, 700, 900),
        ]
    )  # fmt: skip
    assert (
        true_fixations(truth_events).tolist()
        == intervals((0, 100), (120, 300), (340, 500), (700, 900)).tolist()
    )
    joined = true_fixations(truth_events, smallest_saccade_deg=0.5)
    assert joined.tolist() == intervals((0, 300), (340, 500), (700, 900)).tolist()


def test_a_reading_is_scored_with_its_announcements():
    truth = TRUTH.empty(100)
    truth["t_device_ns"] = np.arange(100) * 10 * MS
    truth["label"] = 1
    truth["label"][50:55] = 2
    truth_events = np.concatenate(
        [true_event(1, 0, 500), true_event(2, 500, 550, 4.0), true_event(1, 550, 1000)]
    )
    events = np.concatenate(
        [
            GAZE_EVENT.row(
                kind=EventKind.FIXATION, onset_ns=0, offset_ns=500 * MS, t_sent_start_ns=30 * MS,
                t_sent_end_ns=510 * MS, t_sent_final_ns=560 * MS,
            ),
            GAZE_EVENT.row(kind=EventKind.FIXATION, onset_ns=550 * MS, offset_ns=1000 * MS),
            GAZE_EVENT.row(kind=EventKind.SACCADE, onset_ns=500 * MS, offset_ns=550 * MS),
        ]
    )  # fmt: skip
    scores = score_fixations(events, truth, truth_events)
    assert (scores.kappa, scores.events.f1) == (1.0, 1.0)
    assert scores.start_lag_ms.tolist() == [30.0]
    assert scores.end_lag_ms.tolist() == [10.0]
    assert scores.final_lag_ms.tolist() == [60.0]
    assert events["t_sent_start_ns"][1] == NO_TIME
