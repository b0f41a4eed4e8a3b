"""The figures of one case: fixations, saccades, scanpath, coverage, pupil, time.

Every field of `CaseFigures` says unit and definition where it is declared; tables, windows and the codebook
take them from there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields

import numpy as np

from gaze_core.geometry import FloatArray
from gaze_core.measures.case_gaze import CaseGaze
from gaze_core.measures.coverage import COVERAGE_RADII_DEG, coverage_shares


@dataclass(frozen=True, slots=True)
class FigureInfo:
    """What a figure is."""

    title: str
    unit: str
    doc: str
    decimals: int


def _figure(title: str, unit: str, doc: str, decimals: int) -> float:
    """Declare a figure; `field` gives no better type."""
    info = FigureInfo(title, unit, doc, decimals)
    return field(metadata={"figure": info})  # type: ignore[no-any-return]  # dataclasses' own way


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFigures:
    """The figures of one case. NaN: not known, or nothing to count it from."""

    visible_s: float = _figure(
        "Reading time", "s", "how long images of the case were visible; looking again left out", 3
    )
    valid_share: float = _figure(
        "Valid gaze", "share", "time of valid samples over the reading time; gaze off the screen is valid", 4
    )
    lost_s: float = _figure(
        "Time lost", "s", "reading time without valid gaze, samples that never came included", 3
    )
    fixation_count: float = _figure(
        "Fixations", "count", "fixations begun while an image was visible, after it was shown", 0
    )
    fixation_duration_mean_ms: float = _figure("Fixation duration, mean", "ms", "mean of their durations", 1)
    fixation_duration_median_ms: float = _figure(
        "Fixation duration, median", "ms", "median of their durations", 1
    )
    saccade_count: float = _figure("Saccades", "count", "saccades found by the detector, begun meanwhile", 0)
    saccade_amplitude_mean_deg: float = _figure(
        "Saccade amplitude, mean", "deg", "mean angle from start to end of these saccades", 3
    )
    saccade_amplitude_median_deg: float = _figure(
        "Saccade amplitude, median", "deg", "median angle from start to end of these saccades", 3
    )
    scanpath_deg: float = _figure(
        "Scanpath length, deg", "deg", "sum of the exact angles between centroids of successive fixations", 2
    )
    scanpath_image_px: float = _figure(
        "Scanpath length, px", "image px",
        "sum of the distances between centroids of successive fixations on the same image", 1,
    )  # fmt: skip
    coverage_2_deg: float = _figure(
        "Coverage, 2 deg", "share", "share of the image within a radius of 2 deg of a fixation, as shown", 4
    )
    coverage_2_5_deg: float = _figure(
        "Coverage, 2.5 deg", "share", "share of the image within a radius of 2.5 deg of a fixation, as shown",
        4,
    )  # fmt: skip
    coverage_3_deg: float = _figure(
        "Coverage, 3 deg", "share", "share of the image within a radius of 3 deg of a fixation, as shown", 4
    )
    pupil_relative: float = _figure(
        "Pupil", "share of the baseline", "mean pupil area over that of the last baseline before the case", 4
    )


FIGURES: dict[str, FigureInfo] = {each.name: each.metadata["figure"] for each in fields(CaseFigures)}
"""What each figure is, by its name, in the order of tables."""


def measure_case(gaze: CaseGaze) -> CaseFigures:
    """Return the figures of a case. Coverage is the mean over its images, each counted the same."""
    durations_ms = np.asarray(gaze.fixations["duration_ms"], np.float64)
    valid_s = min(float(gaze.weight_s[gaze.is_valid].sum()), gaze.visible_s)
    pupils = gaze.pupil_relative[np.isfinite(gaze.pupil_relative)]
    amplitudes = gaze.saccade_amplitudes_deg[np.isfinite(gaze.saccade_amplitudes_deg)]
    shares = [coverage_shares(gaze, image_id, COVERAGE_RADII_DEG) for image_id in gaze.image_sizes_px]
    coverage = np.mean(shares, axis=0) if shares else np.full(len(COVERAGE_RADII_DEG), np.nan)
    return CaseFigures(
        visible_s=gaze.visible_s,
        valid_share=valid_s / gaze.visible_s if gaze.visible_s > 0 else math.nan,
        lost_s=gaze.visible_s - valid_s,
        fixation_count=float(len(durations_ms)),
        fixation_duration_mean_ms=_mean(durations_ms),
        fixation_duration_median_ms=_median(durations_ms),
        saccade_count=float(len(gaze.saccade_amplitudes_deg)),
        saccade_amplitude_mean_deg=_mean(amplitudes),
        saccade_amplitude_median_deg=_median(amplitudes),
        scanpath_deg=_scanpath_deg(gaze),
        scanpath_image_px=_scanpath_image_px(gaze),
        coverage_2_deg=float(coverage[0]),
        coverage_2_5_deg=float(coverage[1]),
        coverage_3_deg=float(coverage[2]),
        pupil_relative=_mean(pupils),
    )


def _scanpath_deg(gaze: CaseGaze) -> float:
    x, y = gaze.fixations["x_norm"], gaze.fixations["y_norm"]
    is_known = np.isfinite(x) & np.isfinite(y)
    x, y = x[is_known], y[is_known]
    if len(x) < 2:
        return 0.0
    return float(gaze.geometry.angle_between_deg(x[:-1], y[:-1], x[1:], y[1:]).sum())


def _scanpath_image_px(gaze: CaseGaze) -> float:
    rows = gaze.fixations
    is_same = (rows["image_id"][1:] == rows["image_id"][:-1]) & (rows["image_id"][1:] >= 0)
    steps = np.hypot(np.diff(rows["x_image_px"]), np.diff(rows["y_image_px"]))
    return float(np.nansum(steps[is_same]))


def _mean(values: FloatArray) -> float:
    return float(values.mean()) if len(values) else math.nan


def _median(values: FloatArray) -> float:
    return float(np.median(values)) if len(values) else math.nan
