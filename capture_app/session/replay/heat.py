"""Heatmaps of a replay, made by a thread from the samples that are in memory; the last one asked for counts.

The map up to now grows while the replay goes forward: only gaze that has come since is laid down.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Mapping
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np

from capture_app.session.overlay import DISPLAYED_MAP_PX, HEATMAP_REFRESH_NS
from capture_app.session.replay.layout import ReplayLayout
from capture_app.session.replay.options import SLIDING_S, HeatmapSpan
from capture_app.session.replay.source import ReplaySource
from capture_app.session.replay.tables import ReplayCase
from capture_app.session.results import LIVE_SIGMA_DEG
from capture_app.session.states import HeatmapState
from gaze_core.heatmaps import HeatmapAccumulator, HeatmapSpec, colour_heatmap, heatmap_steps
from gaze_core.mapping import map_to_image
from recordings_schema.layout import DatasetKey

_PART_ROWS: Final = 200_000  # mapped at once
_log = logging.getLogger(__name__)
_versions: Final = itertools.count(1)


@dataclass(frozen=True, slots=True)
class _Wish:
    """Which map is wanted."""

    span: HeatmapSpan
    trial: int
    first_ns: int
    end_ns: int
    loaded: int  # rows that were there: a map of half a file is made again
    revision: int  # of what is shown: recorded gaze, or corrected


def _kind(wish: _Wish) -> tuple[object, ...]:
    return wish.trial, wish.span, wish.revision


class ReplayHeatmaps:
    """Maps of the images of one case. `states` never waits."""

    def __init__(self, source: ReplaySource) -> None:
        self._source = source
        self._layout = ReplayLayout(source)  # of its own: it is used by another thread
        self._sizes: Mapping[int, tuple[int, int]] = {
            int(row["image_id"]): (max(int(row["width_px"]), 1), max(int(row["height_px"]), 1))
            for row in source.tables.rows[DatasetKey.IMAGES]
        }
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="replay-heatmap")
        self._future: Future[tuple[HeatmapState, ...]] | None = None
        self._asked: _Wish | None = None
        self._states: tuple[HeatmapState, ...] = ()
        self._grown: tuple[object, int, dict[int, HeatmapAccumulator]] | None = None  # of what, until, maps

    def states(self, span: HeatmapSpan, case: ReplayCase | None, t_ns: int) -> tuple[HeatmapState, ...]:
        """Return the newest maps there are, and begin those that are wanted now."""
        if span is HeatmapSpan.OFF or case is None:
            self._asked, self._states = None, ()
            if self._future is not None and self._future.done():
                self._future = None  # nobody wants it any more
            return ()
        wish = self._wish(span, case, t_ns)
        if self._asked is not None and _kind(self._asked) != _kind(wish):
            self._states = ()
        if self._future is not None and self._future.done():
            self._states, self._future = self._future.result(), None
        if self._future is None and wish != self._asked:
            self._asked = wish
            self._future = self._pool.submit(self._made, wish, case)
        return self._states

    @property
    def is_busy(self) -> bool:
        """Whether a map is being made, or is made and was not returned yet."""
        return self._future is not None

    def wait(self) -> None:
        """Wait for the map that is being made, which `states` then returns."""
        if self._future is not None:
            futures.wait([self._future])

    def close(self) -> None:
        """Stop; waits for the map that is being made."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _wish(self, span: HeatmapSpan, case: ReplayCase, t_ns: int) -> _Wish:
        # A few maps a second: what a quarter of a second adds to minutes is not visible.
        now_ns = t_ns // HEATMAP_REFRESH_NS * HEATMAP_REFRESH_NS
        end_ns = case.end_ns if span is HeatmapSpan.CASE else min(max(now_ns, case.first_ns), case.end_ns)
        first_ns = case.first_ns
        if span is HeatmapSpan.SLIDING:
            first_ns = max(first_ns, end_ns - round(SLIDING_S * 1e9))
        columns = self._source.columns
        loaded = columns.loaded
        is_there = loaded and int(columns.t_ns[loaded - 1]) >= end_ns
        return _Wish(
            span,
            case.number,
            first_ns,
            end_ns,
            -1 if is_there else loaded // _PART_ROWS,
            self._source.revision,
        )

    def _made(self, wish: _Wish, case: ReplayCase) -> tuple[HeatmapState, ...]:
        try:
            maps, first_ns = self._begun(wish, case)
            self._lay_down(maps, first_ns, wish.end_ns)
            if wish.span is HeatmapSpan.UP_TO_NOW and wish.loaded == -1:
                self._grown = (_kind(wish), wish.end_ns, maps)
        except Exception:  # noqa: BLE001  # the top of this thread: the replay goes on without a map
            _log.exception("A heatmap of a replay could not be made")
            return ()
        return tuple(
            HeatmapState(image_id=image_id, rgba=colour_heatmap(each.density, 1.0), version=next(_versions))
            for image_id, each in maps.items()
        )

    def _begun(self, wish: _Wish, case: ReplayCase) -> tuple[dict[int, HeatmapAccumulator], int]:
        """Return maps to lay gaze on, and the time from which it is still missing."""
        if wish.span is HeatmapSpan.UP_TO_NOW and self._grown is not None:
            grown_of, until_ns, maps = self._grown
            if grown_of == _kind(wish) and until_ns <= wish.end_ns:
                return maps, until_ns
        made = {
            image_id: HeatmapAccumulator(*self._sizes[image_id], max_size_px=DISPLAYED_MAP_PX)
            for image_id in case.image_ids
            if image_id in self._sizes
        }
        return made, wish.first_ns

    def _lay_down(self, maps: dict[int, HeatmapAccumulator], first_ns: int, end_ns: int) -> None:
        columns, geometry = self._source.columns, self._source.geometry
        times = columns.t_ns[: columns.loaded]
        first, end = (int(np.searchsorted(times, each)) for each in (first_ns, end_ns))
        spec = HeatmapSpec(sigma_deg=LIVE_SIGMA_DEG)
        interval_s = 1.0 / self._source.rate_hz if self._source.rate_hz > 0 else 0.0
        for start in range(first, end, _PART_ROWS):
            part = slice(start, min(start + _PART_ROWS, end))
            seen = np.isfinite(columns.values["x"][part])
            part_ns = times[part][seen]
            if not len(part_ns):
                continue
            viewport = self._layout.between(int(part_ns[0]), int(part_ns[-1]))
            x_norm, y_norm = (columns.values[name][part][seen].astype(np.float64) for name in ("x", "y"))
            mapped = map_to_image(x_norm, y_norm, part_ns, viewport, geometry.screen)
            for image_id, accumulator in maps.items():
                for step in heatmap_steps(mapped, interval_s, viewport, image_id, spec, geometry):
                    accumulator.add_step(step)
