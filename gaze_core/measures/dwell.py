"""What gaze did on areas of interest: dwell, first look, visits, transitions, coverage.

A fixation is on an area where its centroid lies on the image and inside the area, or within `margin_deg` of
its outline as it lay on the screen (`reach`). A sample likewise. Fixation dwell adds up durations of
fixations; sample dwell the time of valid samples, saccades across the area included: the two differ, and each
names itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gaze_core.geometry import BoolArray, FloatArray
from gaze_core.mapping import placement_of
from gaze_core.measures.areas import Area
from gaze_core.measures.case_gaze import CaseGaze
from gaze_core.measures.coverage import area_coverage
from gaze_core.measures.reach import angle_to_area_deg

SMALL_AREA_DEG = 1.0
"""Areas narrower than this are flagged: few trackers tell gaze on them from gaze beside them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaMeasures:
    """Gaze on one area. NaN: never looked at, or not known; without any gaze, observed for 0 s."""

    area: Area
    margin_deg: float  # around the area that still counts
    width_deg: float  # of the rectangle around it as it was first shown; NaN where it never was
    height_deg: float
    fixation_dwell_s: float  # sum of the durations of fixations on it
    sample_dwell_s: float  # time of valid samples on it
    dwell_share: float  # fixation dwell over that of all fixations on images, 0..1
    first_fixation_s: float  # from image shown to the first onset on it; NaN: never
    censored_s: float  # how long it could have been looked at: stands in for "never"
    fixation_count: int
    entry_count: int  # runs of consecutive fixations on it
    revisit_count: int  # entries after the first
    first_visit_s: float  # dwell of the first of these runs; NaN: never
    coverage_radius_deg: float
    coverage_share: float  # share of the area within that radius of a fixation, 0..1

    @property
    def is_looked_at(self) -> bool:
        """Whether a fixation was on it."""
        return self.fixation_count > 0

    @property
    def is_small(self) -> bool:
        """Whether it is narrower than a degree."""
        return min(self.width_deg, self.height_deg) < SMALL_AREA_DEG


def fixations_on(gaze: CaseGaze, area: Area, margin_deg: float = 0.0) -> BoolArray:
    """Return which fixations are on an area."""
    rows = gaze.fixations
    is_on_image = rows["image_id"] == area.image_id
    is_inside = is_on_image & area.contains(rows["x_image_px"], rows["y_image_px"])
    if margin_deg <= 0:
        return np.asarray(is_inside)
    angle = angle_to_area_deg(
        area, rows["x_norm"], rows["y_norm"], is_inside, np.where(is_on_image, gaze.fixation_views, -1),
        gaze.viewport, gaze.geometry, at_most_deg=margin_deg,
    )  # fmt: skip
    return np.asarray(angle <= margin_deg)


def samples_on(gaze: CaseGaze, area: Area, margin_deg: float = 0.0) -> BoolArray:
    """Return which samples are on an area."""
    rows = gaze.mapped
    is_on_image = rows["image_id"] == area.image_id
    is_inside = is_on_image & area.contains(rows["x_image_px"], rows["y_image_px"])
    if margin_deg <= 0:
        return np.asarray(is_inside)
    angle = angle_to_area_deg(
        area, gaze.x_norm, gaze.y_norm, is_inside,
        np.where(is_on_image, rows["viewport_row"], -1).astype(np.int64), gaze.viewport, gaze.geometry,
        at_most_deg=margin_deg,
    )  # fmt: skip
    return np.asarray(angle <= margin_deg)


def measure_area(
    gaze: CaseGaze, area: Area, *, margin_deg: float = 0.0, coverage_radius_deg: float = 2.5
) -> AreaMeasures:
    """Return what gaze did on one area."""
    is_on = fixations_on(gaze, area, margin_deg)
    durations_s, onsets_s = gaze.durations_s, gaze.onsets_s
    on_images_s = float(durations_s[gaze.fixations["image_id"] >= 0].sum())
    dwell_s = float(durations_s[is_on].sum()) if gaze.is_known else math.nan
    begins, ends = _runs(is_on)
    width_deg, height_deg = _size_deg(gaze, area)
    is_sample_on = samples_on(gaze, area, margin_deg)
    return AreaMeasures(
        area=area,
        margin_deg=margin_deg,
        width_deg=width_deg,
        height_deg=height_deg,
        fixation_dwell_s=dwell_s,
        sample_dwell_s=float(gaze.weight_s[is_sample_on].sum()) if gaze.is_known else math.nan,
        dwell_share=dwell_s / on_images_s if on_images_s > 0 else math.nan,
        first_fixation_s=float(onsets_s[is_on][0]) if is_on.any() else math.nan,
        censored_s=gaze.visible_s if gaze.is_known else 0.0,
        fixation_count=int(is_on.sum()),
        entry_count=len(begins),
        revisit_count=max(0, len(begins) - 1),
        first_visit_s=float(durations_s[begins[0] : ends[0]].sum()) if len(begins) else math.nan,
        coverage_radius_deg=coverage_radius_deg,
        coverage_share=area_coverage(gaze, area, coverage_radius_deg),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Transitions:
    """How often gaze went from area to area, from one fixation to the next."""

    names: tuple[str, ...]  # of the areas in the order given; the last is everything else
    counts: npt.NDArray[np.int64]  # shape (n + 1, n + 1): from row to column


ELSEWHERE = "elsewhere"


def transitions(gaze: CaseGaze, areas: Sequence[Area], *, margin_deg: float = 0.0) -> Transitions:
    """Return the transitions between areas; a fixation on several belongs to the smallest of them.

    The diagonal counts fixations that followed one on the same area.
    """
    place = np.full(len(gaze.fixations), len(areas))
    smallest = np.full(len(gaze.fixations), np.inf)
    for number, area in enumerate(areas):
        left, top, right, bottom = area.bounds_image_px
        extent = (right - left) * (bottom - top)
        is_on = fixations_on(gaze, area, margin_deg) & (extent < smallest)
        place[is_on], smallest[is_on] = number, extent
    counts = np.zeros((len(areas) + 1, len(areas) + 1), np.int64)
    np.add.at(counts, (place[:-1], place[1:]), 1)
    return Transitions(names=(*(area.name for area in areas), ELSEWHERE), counts=counts)


def _runs(is_on: BoolArray) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return begin and end of each run of True."""
    edges = np.diff(np.concatenate([[0], is_on.astype(np.int8), [0]]))
    return np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)


def _size_deg(gaze: CaseGaze, area: Area) -> tuple[float, float]:
    shown = np.flatnonzero(gaze.viewport["image_id"] == area.image_id)
    if not len(shown):
        return math.nan, math.nan
    placement = placement_of(gaze.viewport[shown[0]])
    left, top, right, bottom = area.bounds_image_px
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2

    def angle(x: tuple[float, float], y: tuple[float, float]) -> float:
        x_px, y_px = placement.image_to_screen(np.array(x), np.array(y))
        x_norm, y_norm = gaze.geometry.screen.screen_px_to_norm(x_px, y_px)
        return float(gaze.geometry.angle_between_deg(x_norm[0], y_norm[0], x_norm[1], y_norm[1]))

    return angle((left, right), (middle_y, middle_y)), angle((middle_x, middle_x), (top, bottom))


def dwell_before_s(gaze: CaseGaze, is_on: FloatArray | BoolArray, t_s: float) -> float:
    """Return the fixation dwell until a time since the image was shown, s; a fixation is cut at it."""
    begins, durations_s = gaze.onsets_s[is_on.astype(bool)], gaze.durations_s[is_on.astype(bool)]
    return float(np.clip(t_s - begins, 0.0, durations_s).sum())
