"""The quality of the last seconds, for the live view: the cost of an update follows the batch."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.quality.loss import RESTART_NS, LossClass, LossInterval, LossTracker
from gaze_core.quality.timing import GAP_INTERVALS
from gaze_core.rows import Rows

_BUCKET_NS: Final = 100_000_000  # how finely samples leave the window
_SAMPLES_FOR_A_RATE: Final = 32
_NO_GAZE: Final = (LossClass.BLINK_LIKE, LossClass.BOTH_EYES, LossClass.STALLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class QualitySnapshot:
    """What the last seconds were like. NaN where unknown."""

    rate_hz: float  # delivered samples per second
    sample_count: int
    loss_share: float  # share of the time without any gaze: blink-like, both eyes, stalled
    class_shares: dict[LossClass, float]  # share of the time per class; one eye and off screen stand apart
    longest_gap_ms: float  # longest stretch without any gaze
    distance_mm: float  # mean distance of the located eyes from the screen
    left_share: float  # share of the samples that see the left eye
    right_share: float


@dataclass(slots=True)
class _Bucket:
    first_ns: int
    last_ns: int
    samples: int = 0
    left: int = 0
    right: int = 0
    distance_sum_mm: float = 0.0
    distances: int = 0


class QualityWindow:
    """Counts over the last `window_s` seconds. One thread.

    Parameters
    ----------
    window_s
        Length of the window.
    rate_hz
        The device setting; NaN where unknown, then the first samples tell it.
    """

    def __init__(self, window_s: float = 10.0, rate_hz: float = math.nan) -> None:
        if not (math.isfinite(window_s) and window_s > 0):
            raise ValueError(f"A window of {window_s} s is not usable; give a few seconds.")
        self._window_ns = round(window_s * 1e9)
        is_rated = math.isfinite(rate_hz) and rate_hz > 0
        self._tracker = LossTracker(1e9 / rate_hz) if is_rated else None
        self._waiting: list[tuple[Rows, npt.NDArray[np.int64]]] = []
        self._buckets: deque[_Bucket] = deque()
        self._intervals: deque[LossInterval] = deque()
        self._first_ns: int | None = None
        self._last_ns = 0

    def push(self, gaze_rows: Rows, t_ns: npt.ArrayLike) -> None:
        """Take in GAZE rows with their times, shape (n,), on one time line for all pushes."""
        times = np.asarray(t_ns, np.int64)
        if not len(times):
            return
        if self._first_ns is not None and times[0] < self._last_ns - RESTART_NS:
            self._forget()  # the time line began anew: nothing before it is of the last seconds
        if self._first_ns is None:
            self._first_ns = int(times[0])
        self._last_ns = int(times[-1])
        self._count(gaze_rows, times)
        self._track(gaze_rows, times)
        self._expire()

    def snapshot(self, now_ns: int | None = None, last_s: float | None = None) -> QualitySnapshot:
        """Return the quality of the window that ends now, or of the last part of it.

        Parameters
        ----------
        now_ns
            The present on the time line of the samples, so that a stream which stopped shows; None: the
            end of the last sample.
        last_s
            Look at so many seconds only, at most the window; samples are counted in tenths of a second.
        """
        covered_ns = None if self._tracker is None else self._tracker.covered_until_ns
        end_ns = max(now_ns or 0, covered_ns or self._last_ns)
        length_ns = self._window_ns if last_s is None else min(round(last_s * 1e9), self._window_ns)
        first_ns = max(end_ns - length_ns, end_ns if self._first_ns is None else self._first_ns)
        span_ns = end_ns - first_ns
        counted = [bucket for bucket in self._buckets if bucket.last_ns >= first_ns]
        samples = sum(bucket.samples for bucket in counted)
        distances = sum(bucket.distances for bucket in counted)
        shares, longest_ns = self._losses(first_ns, end_ns)
        return QualitySnapshot(
            rate_hz=samples / (span_ns * 1e-9) if span_ns > 0 else math.nan,
            sample_count=samples,
            loss_share=sum(shares[loss_class] for loss_class in _NO_GAZE),
            class_shares=shares,
            longest_gap_ms=longest_ns * 1e-6 if span_ns > 0 else math.nan,
            distance_mm=_ratio(sum(bucket.distance_sum_mm for bucket in counted), distances),
            left_share=_ratio(sum(bucket.left for bucket in counted), samples),
            right_share=_ratio(sum(bucket.right for bucket in counted), samples),
        )

    def _losses(self, first_ns: int, end_ns: int) -> tuple[dict[LossClass, float], int]:
        intervals = list(self._intervals)
        if self._tracker is not None:
            intervals += self._tracker.open_intervals()
            covered_ns = self._tracker.covered_until_ns
            patience_ns = round((GAP_INTERVALS - 1.0) * self._tracker.interval_ns)
            if covered_ns is not None and end_ns - covered_ns > patience_ns:
                stalled = LossInterval(
                    loss_class=LossClass.STALLED, t_first_ns=covered_ns, t_end_ns=end_ns, is_open=True
                )
                intervals.append(stalled)
        totals = dict.fromkeys(LossClass, 0)
        longest_ns = 0
        for interval in intervals:
            inside_ns = max(0, min(end_ns, interval.t_end_ns) - max(first_ns, interval.t_first_ns))
            totals[interval.loss_class] += inside_ns
            if inside_ns and interval.loss_class in _NO_GAZE:
                longest_ns = max(longest_ns, interval.duration_ns)
        span_ns = end_ns - first_ns
        return {loss_class: _ratio(total, span_ns) for loss_class, total in totals.items()}, longest_ns

    def _count(self, gaze_rows: Rows, times: npt.NDArray[np.int64]) -> None:
        borders = np.flatnonzero(np.diff(times // _BUCKET_NS)) + 1
        for first, stop in zip([0, *borders.tolist()], [*borders.tolist(), len(times)], strict=True):
            rows, first_ns, last_ns = gaze_rows[first:stop], int(times[first]), int(times[stop - 1])
            if not self._buckets or self._buckets[-1].first_ns // _BUCKET_NS != first_ns // _BUCKET_NS:
                self._buckets.append(_Bucket(first_ns=first_ns, last_ns=last_ns))
            bucket = self._buckets[-1]
            bucket.last_ns = last_ns
            bucket.samples += len(rows)
            bucket.left += int(np.count_nonzero(rows["left_valid"]))
            bucket.right += int(np.count_nonzero(rows["right_valid"]))
            for side in ("left", "right"):
                z_mm = rows[f"{side}_origin_z_mm"]
                z_mm = z_mm[(rows[f"{side}_origin_valid"] != 0) & np.isfinite(z_mm)]
                bucket.distance_sum_mm += float(z_mm.sum(dtype=np.float64))
                bucket.distances += len(z_mm)

    def _track(self, gaze_rows: Rows, times: npt.NDArray[np.int64]) -> None:
        if self._tracker is None:
            self._waiting.append((gaze_rows.copy(), times.copy()))
            steps = np.diff(np.concatenate([part for _, part in self._waiting]))
            steps = steps[steps > 0]
            if len(steps) < _SAMPLES_FOR_A_RATE:
                del self._waiting[:-_SAMPLES_FOR_A_RATE]  # a clock that stands still must not fill the memory
                return
            self._tracker = LossTracker(float(np.median(steps)))
            waiting, self._waiting = self._waiting, []
            for rows, part in waiting:
                self._intervals += self._tracker.push(rows, part)
            return
        self._intervals += self._tracker.push(gaze_rows, times)

    def _expire(self) -> None:
        oldest_ns = self._last_ns - self._window_ns
        while self._buckets and self._buckets[0].last_ns < oldest_ns:
            self._buckets.popleft()
        while self._intervals and self._intervals[0].t_end_ns < oldest_ns:
            self._intervals.popleft()

    def _forget(self) -> None:
        self._buckets.clear()
        self._intervals.clear()
        self._waiting.clear()
        self._first_ns = None
        if self._tracker is not None:
            self._tracker.flush()


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else math.nan
