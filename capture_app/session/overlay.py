"""What is drawn over the operator's live copy: gaze, trail, fixations of the trial, heatmap."""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np

from capture_app.session.live import MOST_RATE_HZ, LiveAnalysis
from capture_app.session.presentation import Presentation, ShownImage
from capture_app.session.states import FixationMark, HeatmapState, TrailPoint
from gaze_core.geometry import ViewingGeometry
from gaze_core.heatmaps import Density, HeatmapAccumulator, HeatmapSpec, colour_heatmap, heatmap_steps
from gaze_core.mapping import map_to_image
from gaze_core.rows import FIXATION, EventFlag, EventKind, Rows

TRAIL_NS: Final = 800_000_000
TRAIL_ROWS: Final = int(TRAIL_NS * 1e-9 * MOST_RATE_HZ)
TRAIL_POINTS: Final = 48
HEATMAP_REFRESH_NS: Final = 250_000_000
"""A colour map four times a second: a picture of minutes does not change visibly in less."""
LIVE_MAP_PX: Final = 1024
DISPLAYED_MAP_PX: Final = 512


class FixationMarks:
    """The numbered fixations of the open trial, placed where their image points are on the screen now."""

    def __init__(self) -> None:
        self._finished: Rows = FIXATION.empty(0)
        self._marks: tuple[FixationMark, ...] = ()
        self._key: tuple[int, int] | None = None

    def clear(self) -> None:
        """Begin a new trial."""
        self._finished = FIXATION.empty(0)
        self._key = None

    def add(self, fixations: Rows, trial: int) -> None:
        """Take finished events; kept are the trial's fixations that began after its image was there."""
        chosen = fixations[
            (fixations["kind"] == EventKind.FIXATION)
            & (fixations["trial"] == trial)
            & (fixations["flags"] & EventFlag.BEFORE_IMAGE == 0)
            & np.isfinite(fixations["x_norm"])
        ]
        if len(chosen):
            self._finished = np.concatenate([self._finished, chosen])

    def marks(
        self, presentation: Presentation, live: LiveAnalysis, newest_ns: int
    ) -> tuple[FixationMark, ...]:
        """Return the marks; positions are worked out again only when something changed."""
        key = (len(self._finished), presentation.state.revision)
        if key != self._key:
            self._key = key
            self._marks = self._placed(presentation, live)
        fixation = live.open_fixation
        if fixation is None:
            return self._marks
        x_norm, y_norm = live.geometry.deg_to_norm(fixation.azimuth_deg, fixation.elevation_deg)
        open_mark = FixationMark(
            number=len(self._finished) + 1,
            x_norm=float(x_norm),
            y_norm=float(y_norm),
            duration_s=max(0.0, (newest_ns - fixation.t_onset_ns) / 1e9),
            is_open=True,
        )
        return (*self._marks, open_mark)

    def _placed(self, presentation: Presentation, live: LiveAnalysis) -> tuple[FixationMark, ...]:
        screen, rows = live.geometry.screen, self._finished
        x_norm, y_norm = rows["x_norm"].copy(), rows["y_norm"].copy()
        for image in presentation.images:
            placement = presentation.placement_of(image.image_id)
            of_image = (rows["image_id"] == image.image_id) & np.isfinite(rows["x_image_px"])
            if placement is None:
                x_norm[of_image] = np.nan  # what they fell on is not there now
            elif of_image.any():
                x_px, y_px = placement.image_to_screen(
                    rows["x_image_px"][of_image], rows["y_image_px"][of_image]
                )
                x_norm[of_image], y_norm[of_image] = screen.screen_px_to_norm(x_px, y_px)
        places = zip(x_norm.tolist(), y_norm.tolist(), (rows["duration_ms"] / 1e3).tolist(), strict=True)
        return tuple(
            FixationMark(number=number, x_norm=x, y_norm=y, duration_s=duration_s, is_open=False)
            for number, (x, y, duration_s) in enumerate(places, 1)
            if math.isfinite(x)
        )


class LiveHeatmaps:
    """One heatmap per image of the open trial. Samples wait and are laid down a few times a second at once.

    Laying down costs by the call more than by the sample, and what was presented meanwhile is known then.
    """

    def __init__(self) -> None:
        self._maps: dict[int, HeatmapAccumulator] = {}
        self._waiting: list[Rows] = []  # SIGNAL_DTYPE
        self._states: tuple[HeatmapState, ...] = ()
        self._laid_down_ns = 0
        self._grown = 0  # how often something was added; what is coloured is of `_coloured`
        self._coloured = -1
        self._version = 0

    def begin(self, images: tuple[ShownImage, ...]) -> None:
        """Begin empty maps for the images now in the panes."""
        self._maps = {
            image.image_id: HeatmapAccumulator(
                image.stimulus.width_px, image.stimulus.height_px, max_size_px=LIVE_MAP_PX
            )
            for image in images
        }
        self._waiting = []
        self._states = ()
        self._laid_down_ns = 0
        self._coloured = -1

    def add(self, signal: Rows) -> None:
        """Take samples (`SIGNAL_DTYPE`, not kept by anybody else)."""
        if self._maps and len(signal):
            self._waiting.append(signal)

    def states(
        self,
        now_ns: int,
        geometry: ViewingGeometry,
        viewport: Rows,
        interval_s: float,
        sigma_deg: float,
        *,
        is_wanted: bool,
    ) -> tuple[HeatmapState, ...]:
        """Return the coloured maps, refreshed a few times a second, coloured only while somebody looks.

        Parameters
        ----------
        now_ns
            The present on the host clock.
        geometry, viewport
            Screen and distance; VIEWPORT rows that put the samples where they belong.
        interval_s
            Time that one sample stands for.
        sigma_deg
            Width of the kernel; each zoom step has its own in image px.
        is_wanted
            Whether the maps are shown.
        """
        if now_ns - self._laid_down_ns >= HEATMAP_REFRESH_NS:
            self._laid_down_ns = now_ns
            if self._waiting:
                signal, self._waiting = np.concatenate(self._waiting), []
                self._lay_down(signal, geometry, viewport, interval_s, sigma_deg)
            if is_wanted and self._coloured != self._grown:
                self._colour()
        return self._states if is_wanted else ()

    def _lay_down(
        self, signal: Rows, geometry: ViewingGeometry, viewport: Rows, interval_s: float, sigma_deg: float
    ) -> None:
        """Add samples where the viewport in force put them, each with the sigma of its own zoom step."""
        seen = signal[np.isfinite(signal["x_norm"])]
        mapped = map_to_image(seen["x_norm"], seen["y_norm"], seen["t_host_ns"], viewport, geometry.screen)
        spec = HeatmapSpec(sigma_deg=sigma_deg)
        for image_id, accumulator in self._maps.items():
            for step in heatmap_steps(mapped, interval_s, viewport, image_id, spec, geometry):
                accumulator.add_step(step)
                self._grown += 1

    def _colour(self) -> None:
        self._coloured = self._grown
        self._version += 1
        self._states = tuple(
            HeatmapState(
                image_id=image_id,
                rgba=colour_heatmap(_for_display(accumulator.density), 1.0),
                version=self._version,
            )
            for image_id, accumulator in self._maps.items()
        )


def _for_display(density: Density) -> Density:
    """Return the map at a size that is coloured within a frame; a Gaussian needs no more pixels."""
    height, width = density.shape
    shrink = DISPLAYED_MAP_PX / max(height, width)
    if shrink >= 1.0:
        return density
    size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
    return np.asarray(cv2.resize(density, size, interpolation=cv2.INTER_AREA), np.float32)


def trail_of(live: LiveAnalysis, now_ns: int) -> tuple[TrailPoint, ...]:
    """Return the last samples as points, oldest first and the newest always last, thinned for the eye."""
    signal = live.recent_signal[-TRAIL_ROWS:]
    first = int(np.searchsorted(signal["t_host_ns"], now_ns - TRAIL_NS))
    count = len(signal) - first
    if count <= 0:
        return ()
    step = max(1, count // TRAIL_POINTS)
    # Thinning keeps the same samples from frame to frame: otherwise the line would tremble.
    number = live.first_recent_row + len(live.recent_signal) - count
    chosen = np.append(np.arange(first + -number % step, len(signal) - 1, step), len(signal) - 1)
    part = signal[chosen]
    age_s = (now_ns - part["t_host_ns"]) / 1e9
    return tuple(
        TrailPoint(x_norm=x, y_norm=y, age_s=max(age, 0.0))
        for x, y, age in zip(part["x_norm"].tolist(), part["y_norm"].tolist(), age_s.tolist(), strict=True)
        if x == x  # NaN is not drawn
    )
