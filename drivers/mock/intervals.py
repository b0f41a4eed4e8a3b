"""Spans of time that come and go at random (loss bursts, stalls), drawn in order however asked for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from drivers.mock.projection import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One interval of simulated time."""

    onset_s: float
    offset_s: float
    kind: int


class SpanProcess:
    """Alternating gaps and spans; asked for with times that never go back.

    Parameters
    ----------
    rng
        Owned by this process.
    draw_gap_s
        Draws the time from the end of one span to the start of the next; None means that there is never one.
    draw_span
        Draws the length in seconds and the kind of a span.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        draw_gap_s: Callable[[np.random.Generator], float] | None,
        draw_span: Callable[[np.random.Generator], tuple[float, int]],
    ) -> None:
        self._rng = rng
        self._draw_gap_s = draw_gap_s
        self._draw_span = draw_span
        self._spans: deque[Span] = deque()
        self._drawn_until_s = 0.0

    def overlapping(self, onset_s: float, offset_s: float) -> list[Span]:
        """Return the spans that overlap a stretch of time; spans before it are forgotten."""
        if self._draw_gap_s is None:
            return []
        while self._drawn_until_s <= offset_s:
            begin_s = self._drawn_until_s + self._draw_gap_s(self._rng)
            length_s, kind = self._draw_span(self._rng)
            self._spans.append(Span(onset_s=begin_s, offset_s=begin_s + length_s, kind=kind))
            self._drawn_until_s = begin_s + length_s
        while self._spans and self._spans[0].offset_s <= onset_s:
            self._spans.popleft()
        return [span for span in self._spans if span.onset_s < offset_s]

    def kinds_at(self, t_s: Floats) -> npt.NDArray[np.int64]:
        """Return the kind of the span at each of some increasing times, 0 outside all spans."""
        kinds = np.zeros(len(t_s), np.int64)
        for span in self.overlapping(float(t_s[0]), float(t_s[-1])):
            first, last = np.searchsorted(t_s, (span.onset_s, span.offset_s))
            kinds[first:last] = span.kind
        return kinds


def poisson_gap(per_min: float) -> Callable[[np.random.Generator], float] | None:
    """Return a draw of exponential gaps for a number of spans a minute; None for none."""
    if per_min <= 0.0:
        return None
    mean_s = 60.0 / per_min
    return lambda rng: float(rng.exponential(mean_s))
