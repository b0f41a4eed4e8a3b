"""Feeds the masks that grow while a reader covers a target with the eyes; the operator may see them.

A preview: gaze is put where the image lies now. The masks of a study are computed from the recording. How
long each mask took is kept as an event, whether it is previewed or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from capture_app.session.cover_mask import CoverMask, cover_radius_deg
from capture_app.session.live import LiveAnalysis
from capture_app.session.mask_progress import MaskProgress, MaskWatch, mask_event
from capture_app.session.presentation import Presentation, ShownImage
from capture_app.session.reading import ReadingView, Stage
from capture_app.session.states import HeatmapState
from capture_app.session.study.task_keys import ImageScreen, Phase
from gaze_core.rows import Rows, join_rows

REFRESH_NS: Final = 200_000_000
"""Masks are drawn and handed over this often."""

_LONGEST_STEP_NS: Final = 100_000_000  # from sample to sample; what is longer is a gap, not gaze


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visit:
    """A showing of a screen on which something is covered."""

    trial: int
    attempt: int
    screen: str
    is_previewed: bool


class CoverPreview:
    """Follows one session. One thread; keeps a mask for each image of the screen that is covered."""

    def __init__(self) -> None:
        self._visit: _Visit | None = None
        self._masks: dict[int, CoverMask] = {}
        self._watches: dict[int, MaskWatch] = {}
        self._gaze_ns: dict[int, int] = {}  # on each image
        self._last_ns: dict[int, int] = {}  # newest gaze on each image
        self._watched_ns = 0
        self._rows: list[Rows] = []
        self._live: LiveAnalysis | None = None
        self._next_row = 0
        self._drawn_ns = 0
        self._states: tuple[HeatmapState, ...] = ()

    @property
    def states(self) -> tuple[HeatmapState, ...]:
        """The masks as the operator sees them; empty where the study does not preview them."""
        return self._states if self._visit is not None and self._visit.is_previewed else ()

    @property
    def progress(self) -> tuple[MaskProgress, ...]:
        """How far each mask is; empty where the study does not preview them."""
        is_previewed = self._visit is not None and self._visit.is_previewed
        return tuple(watch.now for watch in self._watches.values()) if is_previewed else ()

    def take_rows(self) -> Rows | None:
        """Return the EVENT rows of masks that are done, once; None without any."""
        rows, self._rows = self._rows, []
        return join_rows(rows) if rows else None

    def step(
        self,
        now_ns: int,
        view: ReadingView,
        shown_since_ns: int,
        *,
        live: LiveAnalysis,
        images: tuple[ShownImage, ...],
        presentation: Presentation,
        accuracy_deg: float,
    ) -> None:
        """Take the gaze that is new.

        Parameters
        ----------
        now_ns
            Host clock.
        view, shown_since_ns
            What is before the reader, and since when (host clock).
        live
            The live analysis, whose newest samples are read.
        images, presentation
            The images of the case and how they lie on the screen.
        accuracy_deg
            Of the newest validation; NaN where there is none.
        """
        visit = _visit_of(view)
        if visit != self._visit:
            self._end(now_ns)
            self._begin(visit, images)
            self._watched_ns = now_ns
        if visit is None:
            return
        if live is not self._live:
            self._live, self._next_row = live, live.first_recent_row
        if now_ns - self._drawn_ns < REFRESH_NS:
            return
        self._drawn_ns = now_ns
        signal = self._new_signal(live)
        is_seen = (signal["t_host_ns"] >= shown_since_ns) & np.isfinite(signal["x_norm"])
        if is_seen.any():
            self._draw(signal[is_seen], live, presentation, cover_radius_deg(accuracy_deg))
        self._watched_ns = now_ns
        for image_id, watch in self._watches.items():
            visible_s = max(0.0, (now_ns - shown_since_ns) * 1e-9)
            watch.step(visible_s, self._gaze_ns[image_id] * 1e-9, self._masks[image_id].covered_share)

    def _end(self, now_ns: int) -> None:
        """Keep what became of the masks of the visit that is over."""
        if self._visit is None:
            return
        since_ns = now_ns - self._watched_ns
        for watch in self._watches.values():
            before = watch.now
            watch.step(before.visible_s + since_ns * 1e-9, before.gaze_s, before.covered_share)
            self._rows.append(
                mask_event(
                    watch.now, t_host_ns=now_ns, trial=self._visit.trial, attempt=self._visit.attempt,
                    screen=self._visit.screen,
                )
            )  # fmt: skip

    def _begin(self, visit: _Visit | None, images: tuple[ShownImage, ...]) -> None:
        self._visit, self._masks, self._states = visit, {}, ()
        self._watches, self._gaze_ns, self._last_ns = {}, {}, {}
        self._drawn_ns = 0
        if visit is None:
            return
        for image in images:
            self._watches[image.image_id] = MaskWatch(image.image_id)
            self._gaze_ns[image.image_id] = 0
            mask = CoverMask()
            mask.begin(image.stimulus.width_px, image.stimulus.height_px)
            self._masks[image.image_id] = mask

    def _new_signal(self, live: LiveAnalysis) -> Rows:
        first = max(self._next_row - live.first_recent_row, 0)
        self._next_row = live.first_recent_row + len(live.recent_signal)
        return live.recent_signal[first:]

    def _draw(self, signal: Rows, live: LiveAnalysis, presentation: Presentation, radius_deg: float) -> None:
        x_px, y_px = live.geometry.screen.norm_to_screen_px(signal["x_norm"], signal["y_norm"])
        for image_id, mask in self._masks.items():
            placement = presentation.placement_of(image_id)
            if placement is None:
                continue
            is_on = placement.contains_screen(x_px, y_px)
            times_ns = signal["t_host_ns"][is_on]
            if not len(times_ns):
                continue
            steps_ns = np.diff(times_ns, prepend=self._last_ns.get(image_id, times_ns[0]))
            self._last_ns[image_id] = int(times_ns[-1])
            self._gaze_ns[image_id] += int(steps_ns[(steps_ns > 0) & (steps_ns <= _LONGEST_STEP_NS)].sum())
            x_image_px, y_image_px = placement.screen_to_image(x_px[is_on], y_px[is_on])
            mask.add(x_image_px, y_image_px, radius_deg * placement.image_px_per_deg(live.geometry))
        known = {state.image_id: state for state in self._states}
        self._states = tuple(
            known[image_id]
            if image_id in known and known[image_id].version == mask.version
            else HeatmapState(image_id=image_id, rgba=mask.rgba(), version=mask.version)
            for image_id, mask in self._masks.items()
        )


def _visit_of(view: ReadingView) -> _Visit | None:
    """Return on which screen something is covered now; None where on none."""
    screen = view.screen
    if view.stage is not Stage.CASE or not view.is_presented or not isinstance(screen, ImageScreen):
        return None
    if screen.phase is not Phase.COVER:
        return None
    return _Visit(
        trial=view.trial, attempt=view.attempt, screen=screen.name, is_previewed=screen.is_mask_previewed
    )
