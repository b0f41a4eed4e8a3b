"""What is drawn over the operator's live copy: gaze, trail, fixations of the trial, heatmap."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from capture_app.session.live import MOST_RATE_HZ, LiveAnalysis
from capture_app.session.presentation import Presentation, ShownImage
from capture_app.session.states import FixationMark, HeatmapState, TrailPoint
from gaze_core.directions import screen_gaze
from gaze_core.geometry import Rect
from gaze_core.heatmaps import Density, HeatmapAccumulator, colour_heatmap
from gaze_core.mapping import map_to_image
from gaze_core.rows import EventKind, Rows

TRAIL_S: Final = 0.8
TRAIL_POINTS: Final = 48
HEATMAP_REFRESH_NS: Final = 250_000_000
"""A colour map four times a second: a picture of minutes does not change visibly in less."""
LIVE_MAP_PX: Final = 1024
DISPLAYED_MAP_PX: Final = 512


class FixationMarks:
    """The numbered fixations of the open trial, placed where their image points are on the screen now."""

    def __init__(self) -> None:
        self._finished: list[np.void] = []
        self._marks: tuple[FixationMark, ...] = ()
        self._key: tuple[int, int] | None = None

    def clear(self) -> None:
        """Begin a new trial."""
        self._finished = []
        self._key = None

    def add(self, fixations: Rows, trial: int) -> None:
        """Take finished events; only fixations of the trial on its images are kept."""
        for row in fixations:
            if row["kind"] == EventKind.FIXATION and row["trial"] == trial and np.isfinite(row["x_norm"]):
                self._finished.append(row.copy())

    def marks(
        self, presentation: Presentation, live: LiveAnalysis, newest_ns: int
    ) -> tuple[FixationMark, ...]:
        """Return the marks; positions are worked out again only when something changed."""
        key = (len(self._finished), presentation.state.revision)
        if key != self._key:
            self._key = key
            self._marks = tuple(
                self._mark(number, row, presentation, live) for number, row in enumerate(self._finished, 1)
            )
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

    def _mark(
        self, number: int, row: np.void, presentation: Presentation, live: LiveAnalysis
    ) -> FixationMark:
        x_norm, y_norm = float(row["x_norm"]), float(row["y_norm"])
        placement = presentation.placement_of(int(row["image_id"])) if row["image_id"] >= 0 else None
        if placement is not None and np.isfinite(row["x_image_px"]):
            screen = live.geometry.screen
            x_px, y_px = placement.image_to_screen(row["x_image_px"], row["y_image_px"])
            x_norm, y_norm = float(x_px) / screen.width_px, float(y_px) / screen.height_px
        return FixationMark(
            number=number,
            x_norm=x_norm,
            y_norm=y_norm,
            duration_s=float(row["duration_ms"]) / 1e3,
            is_open=False,
        )


class LiveHeatmaps:
    """One heatmap per image of the open trial, fed sample by sample."""

    def __init__(self) -> None:
        self._maps: dict[int, HeatmapAccumulator] = {}
        self._states: tuple[HeatmapState, ...] = ()
        self._refreshed_ns = 0
        self._version = 0

    def begin(self, images: tuple[ShownImage, ...]) -> None:
        """Begin empty maps for the images now in the panes."""
        self._maps = {
            image.image_id: HeatmapAccumulator(
                image.stimulus.width_px, image.stimulus.height_px, max_size_px=LIVE_MAP_PX
            )
            for image in images
        }
        self._states = ()
        self._refreshed_ns = 0

    def add(
        self,
        live: LiveAnalysis,
        t_host_ns: npt.NDArray[np.int64],
        x_norm: npt.NDArray[np.float64],
        y_norm: npt.NDArray[np.float64],
        interval_s: float,
        viewport: Rows,
        sigma_deg: float,
    ) -> None:
        """Add samples where the viewport in force puts them, each with the sigma of its own zoom step."""
        seen = np.isfinite(x_norm)
        if not self._maps or not seen.any():
            return
        geometry = live.geometry
        mapped = map_to_image(x_norm[seen], y_norm[seen], t_host_ns[seen], viewport, geometry.screen)
        for index in np.unique(mapped["viewport_row"][mapped["image_id"] >= 0]):
            chosen = mapped[(mapped["viewport_row"] == index) & (mapped["image_id"] >= 0)]
            row = viewport[index]
            accumulator = self._maps.get(int(row["image_id"]))
            if accumulator is None:
                continue
            px_per_deg = geometry.px_per_deg_centre * row["src_w_image_px"] / row["dst_w_screen_px"]
            accumulator.add(
                chosen["x_image_px"],
                chosen["y_image_px"],
                interval_s,
                sigma_image_px=float(sigma_deg * px_per_deg),
                shown_image_px=Rect(
                    float(row["src_x_image_px"]),
                    float(row["src_y_image_px"]),
                    float(row["src_w_image_px"]),
                    float(row["src_h_image_px"]),
                ),
                px_per_deg_image=float(px_per_deg),
            )

    def states(self, now_ns: int, *, is_wanted: bool) -> tuple[HeatmapState, ...]:
        """Return the coloured maps, refreshed a few times a second and only while somebody looks."""
        if not is_wanted:
            return ()
        if now_ns - self._refreshed_ns >= HEATMAP_REFRESH_NS:
            self._refreshed_ns = now_ns
            self._version += 1
            self._states = tuple(
                HeatmapState(
                    image_id=image_id,
                    rgba=colour_heatmap(_for_display(accumulator.density), 1.0),
                    version=self._version,
                )
                for image_id, accumulator in self._maps.items()
            )
        return self._states


def _for_display(density: Density) -> Density:
    """Return the map at a size that is coloured within a frame; a Gaussian needs no more pixels."""
    height, width = density.shape
    shrink = DISPLAYED_MAP_PX / max(height, width)
    if shrink >= 1.0:
        return density
    size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
    return np.asarray(cv2.resize(density, size, interpolation=cv2.INTER_AREA), np.float32)


def trail_of(live: LiveAnalysis, newest_ns: int) -> tuple[TrailPoint, ...]:
    """Return the last samples as points, oldest first, thinned to what an eye can tell apart."""
    # Only the tail is searched: the whole buffer would be copied out of its rows for it.
    gaze = live.recent_gaze[-int(TRAIL_S * MOST_RATE_HZ) :]
    if not len(gaze):
        return ()
    first = int(np.searchsorted(gaze["t_device_ns"], newest_ns - int(TRAIL_S * 1e9)))
    step = max(1, (len(gaze) - first) // TRAIL_POINTS)
    part = gaze[first::step]
    x_norm, y_norm = screen_gaze(part, live.eye)
    age_s = (newest_ns - part["t_device_ns"]) / 1e9
    return tuple(
        TrailPoint(x_norm=x, y_norm=y, age_s=age)
        for x, y, age in zip(x_norm.tolist(), y_norm.tolist(), age_s.tolist(), strict=True)
        if x == x  # NaN is not drawn
    )
