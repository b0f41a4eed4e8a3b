"""How well detected fixations agree with the truth of a simulated eye.

By sample: Cohen's kappa of fixation against everything else. By event: one-to-one matches with an
intersection over union of at least a half. Samples of post-saccadic oscillation are "don't care": in noise
nothing can tell them from either side, so they count for no sample score, and a fixation that is reported to
begin inside one begins in time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.rows import NO_TIME, EventKind, Rows

TRUE_FIXATION: Final = 1
TRUE_SACCADE: Final = 2
TRUE_OSCILLATION: Final = 3
"""Values of ``TRUTH.label`` that scoring looks at."""

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_MS_NS: Final = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class EventScores:
    """One-to-one agreement of two lists of intervals."""

    detected_count: int
    true_count: int
    detected_index: IntArray  # row of the detected interval, one per match
    true_index: IntArray  # row of the true interval, one per match
    onset_difference_ms: FloatArray  # detected minus true, one per match
    offset_difference_ms: FloatArray

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; NaN where there is nothing at all."""
        total = self.detected_count + self.true_count
        return 2.0 * self.true_index.size / total if total else float("nan")

    @property
    def precision(self) -> float:
        """Share of the detected intervals that are true; NaN without any."""
        return self.true_index.size / self.detected_count if self.detected_count else float("nan")

    @property
    def recall(self) -> float:
        """Share of the true intervals that were detected; NaN without any."""
        return self.true_index.size / self.true_count if self.true_count else float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class FixationScores:
    """Agreement of detected fixations with the truth."""

    kappa: float
    events: EventScores
    start_lag_ms: FloatArray  # `start` sent after the true onset, one per match; empty for offline detectors
    end_lag_ms: FloatArray  # `end` sent after the true offset
    final_lag_ms: FloatArray  # `final` sent after the reported offset


def sample_kappa(detected: BoolArray, true: BoolArray, is_counted: BoolArray | None = None) -> float:
    """Return Cohen's kappa of two labellings; NaN where chance alone would agree everywhere.

    Parameters
    ----------
    detected, true
        Shape (samples,).
    is_counted
        Samples that count, shape (samples,); all where absent.
    """
    if is_counted is not None:
        detected, true = detected[is_counted], true[is_counted]
    if detected.size == 0:
        return float("nan")
    agreed = float(np.mean(detected == true))
    share_detected, share_true = float(np.mean(detected)), float(np.mean(true))
    by_chance = share_detected * share_true + (1.0 - share_detected) * (1.0 - share_true)
    return (agreed - by_chance) / (1.0 - by_chance) if by_chance < 1.0 else float("nan")


def samples_inside(intervals_ns: IntArray, t_ns: IntArray) -> BoolArray:
    """Return which times lie in any of the intervals [onset, offset).

    Parameters
    ----------
    intervals_ns
        Shape (n, 2), in order, not overlapping.
    t_ns
        Shape (samples,).
    """
    if len(intervals_ns) == 0:
        return np.zeros(t_ns.size, np.bool_)
    index = np.searchsorted(intervals_ns[:, 0], t_ns, "right") - 1
    return np.asarray((index >= 0) & (t_ns < intervals_ns[np.maximum(index, 0), 1]), np.bool_)


def fixation_intervals(events: Rows) -> IntArray:
    """Return onset and offset of the fixations among GAZE_EVENT rows, shape (n, 2), in order of onset."""
    fixations = events[events["kind"] == EventKind.FIXATION]
    intervals = np.stack((fixations["onset_ns"], fixations["offset_ns"]), axis=1)
    return np.asarray(intervals[np.argsort(intervals[:, 0], kind="stable")], np.int64)


def true_intervals(truth_events: Rows, label: int) -> IntArray:
    """Return onset and offset of the TRUTH_EVENT rows with a label, shape (n, 2), in order of onset."""
    chosen = truth_events[(truth_events["label"] == label) & (truth_events["is_microsaccade"] == 0)]
    intervals = np.stack((chosen["onset_device_ns"], chosen["offset_device_ns"]), axis=1)
    return np.asarray(intervals[np.argsort(intervals[:, 0], kind="stable")], np.int64)


def true_fixations(truth_events: Rows, smallest_saccade_deg: float = 0.0) -> IntArray:
    """Return onset and offset of the true fixations, shape (n, 2), in order of onset.

    Fixations are joined across a saccade smaller than `smallest_saccade_deg`: a corrective saccade of the
    size of a microsaccade cannot be told from one, and detectors that merge join there on purpose.
    """
    fixations = true_intervals(truth_events, TRUE_FIXATION)
    if smallest_saccade_deg <= 0.0 or len(fixations) < 2:
        return fixations
    is_small = (truth_events["label"] == TRUE_SACCADE) & (truth_events["is_microsaccade"] == 0)
    is_small &= truth_events["amplitude_deg"] < smallest_saccade_deg
    small = np.sort(truth_events["onset_device_ns"][is_small])
    is_other = (truth_events["label"] != TRUE_FIXATION) & (truth_events["label"] != TRUE_OSCILLATION)
    other = np.sort(
        truth_events["onset_device_ns"][is_other & ~is_small & (truth_events["is_microsaccade"] == 0)]
    )
    ends, begins = fixations[:-1, 1], fixations[1:, 0]
    has_small, has_other = (
        np.searchsorted(onsets, begins, "left") > np.searchsorted(onsets, ends, "left")
        for onsets in (small, other)
    )
    is_joined = has_small & ~has_other
    return np.stack(
        (fixations[np.append(True, ~is_joined), 0], fixations[np.append(~is_joined, True), 1]), axis=1
    )


def event_scores(
    detected_ns: IntArray, true_ns: IntArray, iou: float = 0.5, oscillations_ns: IntArray | None = None
) -> EventScores:
    """Match intervals one to one.

    Parameters
    ----------
    detected_ns, true_ns
        Onset and offset, shape (n, 2), in order, not overlapping within each list.
    iou
        Smallest intersection over union of a match; at least 0.5 makes the matching unique.
    oscillations_ns
        Intervals that end where a true one begins: a detected onset inside such a one is in time.
    """
    moved = detected_ns
    if oscillations_ns is not None and len(oscillations_ns) and len(detected_ns):
        index = np.searchsorted(oscillations_ns[:, 0], detected_ns[:, 0], "right") - 1
        end_ns = oscillations_ns[np.maximum(index, 0), 1]
        is_inside = (index >= 0) & (detected_ns[:, 0] < end_ns) & (end_ns < detected_ns[:, 1])
        moved = detected_ns.copy()
        moved[is_inside, 0] = end_ns[is_inside]
    matches = _matches(moved.tolist(), true_ns.tolist(), iou)
    index_pairs = np.array(matches, np.int64).reshape(-1, 2)
    difference_ms = (moved[index_pairs[:, 0]] - true_ns[index_pairs[:, 1]]) / _MS_NS
    return EventScores(
        detected_count=len(detected_ns),
        true_count=len(true_ns),
        detected_index=index_pairs[:, 0],
        true_index=index_pairs[:, 1],
        onset_difference_ms=difference_ms[:, 0],
        offset_difference_ms=difference_ms[:, 1],
    )


def _matches(detected: list[list[int]], true: list[list[int]], iou: float) -> list[tuple[int, int]]:
    """Return (detected, true) row pairs; both lists are walked once."""
    matches: list[tuple[int, int]] = []
    first = 0
    for row, (onset, offset) in enumerate(true):
        while first < len(detected) and detected[first][1] <= onset:
            first += 1
        candidate = first
        while candidate < len(detected) and detected[candidate][0] < offset:
            other_onset, other_offset = detected[candidate]
            shared = min(offset, other_offset) - max(onset, other_onset)
            together = max(offset, other_offset) - min(onset, other_onset)
            if shared > 0 and shared >= iou * together:
                matches.append((candidate, row))
                first = candidate + 1
                break
            candidate += 1
    return matches


def score_fixations(
    events: Rows, truth: Rows, truth_events: Rows, smallest_saccade_deg: float = 0.0
) -> FixationScores:
    """Score the fixations among GAZE_EVENT rows against TRUTH and TRUTH_EVENT rows of the same clock.

    `smallest_saccade_deg` joins true fixations, see `true_fixations`; 0 joins none.
    """
    detected_ns = fixation_intervals(events)
    inside = samples_inside(detected_ns, truth["t_device_ns"])
    true_ns = true_fixations(truth_events, smallest_saccade_deg)
    is_true = truth["label"] == TRUE_FIXATION
    if smallest_saccade_deg > 0.0:
        is_true |= samples_inside(true_ns, truth["t_device_ns"])
    kappa = sample_kappa(inside, is_true, truth["label"] != TRUE_OSCILLATION)
    scores = event_scores(
        detected_ns, true_ns, oscillations_ns=true_intervals(truth_events, TRUE_OSCILLATION)
    )
    fixations = events[events["kind"] == EventKind.FIXATION]
    fixations = fixations[np.argsort(fixations["onset_ns"], kind="stable")][scores.detected_index]
    matched_ns = true_ns[scores.true_index]
    return FixationScores(
        kappa=kappa,
        events=scores,
        start_lag_ms=_lags_ms(fixations["t_sent_start_ns"], matched_ns[:, 0]),
        end_lag_ms=_lags_ms(fixations["t_sent_end_ns"], matched_ns[:, 1]),
        final_lag_ms=_lags_ms(fixations["t_sent_final_ns"], fixations["offset_ns"]),
    )


def _lags_ms(sent_ns: IntArray, happened_ns: IntArray) -> FloatArray:
    is_sent = sent_ns != NO_TIME
    return np.asarray((sent_ns[is_sent] - happened_ns[is_sent]) / _MS_NS, np.float64)
