"""Feeds the masks that the operator sees grow while a reader covers a target with the eyes.

A preview: gaze is put where the image lies now. The masks of a study are computed from the recording.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from capture_app.session.cover_mask import CoverMask, cover_radius_deg
from capture_app.session.live import LiveAnalysis
from capture_app.session.presentation import Presentation, ShownImage
from capture_app.session.reading import ReadingView, Stage
from capture_app.session.states import HeatmapState
from capture_app.session.study.task_keys import ImageScreen, Phase
from gaze_core.rows import Rows

REFRESH_NS: Final = 200_000_000
"""Masks are drawn and handed over this often."""


class CoverPreview:
    """Follows one session. One thread; keeps a mask for each image of the screen that is covered."""

    def __init__(self) -> None:
        self._visit: tuple[int, int, str] | None = None  # trial, attempt, screen
        self._masks: dict[int, CoverMask] = {}
        self._live: LiveAnalysis | None = None
        self._next_row = 0
        self._drawn_ns = 0
        self.states: tuple[HeatmapState, ...] = ()

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
        if visit is None:
            self._visit, self._masks, self.states = None, {}, ()
            return
        if visit != self._visit:
            self._begin(visit, images)
        if live is not self._live:
            self._live, self._next_row = live, live.first_recent_row
        if now_ns - self._drawn_ns < REFRESH_NS:
            return
        self._drawn_ns = now_ns
        signal = self._new_signal(live)
        is_seen = (signal["t_host_ns"] >= shown_since_ns) & np.isfinite(signal["x_norm"])
        if is_seen.any():
            self._draw(signal[is_seen], live, presentation, cover_radius_deg(accuracy_deg))

    def _begin(self, visit: tuple[int, int, str], images: tuple[ShownImage, ...]) -> None:
        self._visit, self._masks, self.states = visit, {}, ()
        self._drawn_ns = 0
        for image in images:
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
            x_image_px, y_image_px = placement.screen_to_image(x_px[is_on], y_px[is_on])
            mask.add(x_image_px, y_image_px, radius_deg * placement.image_px_per_deg(live.geometry))
        known = {state.image_id: state for state in self.states}
        self.states = tuple(
            known[image_id]
            if image_id in known and known[image_id].version == mask.version
            else HeatmapState(image_id=image_id, rgba=mask.rgba(), version=mask.version)
            for image_id, mask in self._masks.items()
        )


def _visit_of(view: ReadingView) -> tuple[int, int, str] | None:
    """Return which screen is covered now; None where none is, or the operator is not to see it."""
    screen = view.screen
    is_covered = (
        view.stage is Stage.CASE
        and view.is_presented
        and isinstance(screen, ImageScreen)
        and screen.phase is Phase.COVER
        and screen.is_mask_previewed
    )
    return (view.trial, view.attempt, screen.name) if is_covered and screen is not None else None
