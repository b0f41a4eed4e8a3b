"""How well two layers agree: by sample, by event, and in how long their fixations last.

By sample: Cohen's kappa of fixation against everything else. By event: F1 of one-to-one matches with an
intersection over union of at least a half. Neither layer is the true one, and both figures are the same the
other way round.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.rows import EventKind, Rows
from gaze_core.scoring import event_scores, sample_kappa, samples_inside

DURATION_EDGES_MS: Final = tuple(float(edge) for edge in range(0, 1040, 40))
"""Of the distribution of durations; what is longer counts to the last bin."""

Times = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFigures:
    """The fixations of one layer."""

    count: int
    median_ms: float  # NaN without fixations, as the next ones
    lower_ms: float  # a quarter is shorter
    upper_ms: float  # a quarter is longer
    share: float  # of the samples that lie in a fixation, 0..1; NaN without samples
    distribution: tuple[int, ...]  # fixations by duration, between `DURATION_EDGES_MS`


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerComparison:
    """Two layers over one stretch of time."""

    sample_count: int
    kappa: float  # NaN where chance alone would agree everywhere
    f1: float  # NaN where neither has a fixation
    first: EventFigures
    second: EventFigures


def compare_layers(first: Rows, second: Rows, t_host_ns: Times) -> LayerComparison:
    """Return how two layers agree over a stretch.

    Parameters
    ----------
    first, second
        FIXATION rows of both layers.
    t_host_ns
        Times of the samples of the stretch, ascending, shape (n,); fixations that begin outside are left out
        of the events, but count for the samples they reach into.
    """
    both = [_intervals(rows) for rows in (first, second)]
    # A sample stands for the time until the next: on the host clock an end lies ns before or after a sample.
    half_ns = int(np.median(np.diff(t_host_ns))) // 2 if len(t_host_ns) > 1 else 0
    inside = [samples_inside(each, t_host_ns + half_ns) for each in both]
    begun = [_begun(each, t_host_ns) for each in both]
    return LayerComparison(
        sample_count=len(t_host_ns),
        kappa=sample_kappa(inside[0], inside[1]),
        f1=event_scores(begun[0], begun[1]).f1,
        first=_figures(begun[0], inside[0]),
        second=_figures(begun[1], inside[1]),
    )


def _intervals(rows: Rows) -> Times:
    """Return onset and offset of the fixations on the host clock, shape (n, 2), in order."""
    own = rows[rows["kind"] == EventKind.FIXATION]
    intervals = np.stack((own["onset_host_ns"], own["offset_host_ns"]), axis=1)
    return np.asarray(intervals[np.argsort(intervals[:, 0], kind="stable")], np.int64)


def _begun(intervals: Times, t_host_ns: Times) -> Times:
    if not len(t_host_ns):
        return intervals[:0]
    begin = intervals[:, 0]
    own: Times = intervals[(begin >= t_host_ns[0]) & (begin <= t_host_ns[-1])]
    return own


def _figures(intervals: Times, inside: npt.NDArray[np.bool_]) -> EventFigures:
    durations_ms = (intervals[:, 1] - intervals[:, 0]) / 1e6
    lower, median, upper = (
        (float(each) for each in np.percentile(durations_ms, (25, 50, 75)))
        if len(durations_ms)
        else (math.nan,) * 3
    )
    counts, _ = np.histogram(np.minimum(durations_ms, DURATION_EDGES_MS[-1]), DURATION_EDGES_MS)
    return EventFigures(
        count=len(intervals),
        median_ms=median,
        lower_ms=lower,
        upper_ms=upper,
        share=float(inside.mean()) if len(inside) else math.nan,
        distribution=tuple(int(each) for each in counts),
    )
