"""The pupil's baseline: the duration-weighted mean pupil area over the fixations of a stretch of gaze.

    baseline = sum(duration_i * mean area of fixation i) / sum(duration_i)

Areas, because REFLACX normalises by area. A diameter d in a length becomes the area pi d^2 / 4 in that length
squared, sample by sample: the mean of squares is not the square of the mean. An area stays what it is. The
unit of the result says which of the two it was, and `relative_area` refuses another unit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from gaze_core.eyes import Eye
from gaze_core.geometry import BoolArray, FloatArray
from gaze_core.rows import Rows
from gaze_core.streams import PupilUnit

_AREA_UNITS: Final = {
    PupilUnit.MM: "mm^2",
    PupilUnit.PX: "px^2",
    PupilUnit.ARBITRARY_DIAMETER: "arbitrary diameter^2",
    PupilUnit.ARBITRARY_AREA: "arbitrary area",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PupilBaseline:
    """The baseline of one signal."""

    eye: Eye
    area: float  # in `area_unit`; NaN without a fixation that has a pupil
    area_unit: str
    source_unit: PupilUnit  # what the tracker delivered
    fixation_count: int  # with a pupil
    duration_s: float  # of these fixations


def pupil_area(gaze: Rows, eye: Eye, unit: PupilUnit) -> FloatArray:
    """Return the pupil area of each sample, in the unit `PupilBaseline.area_unit` names; NaN where invalid.

    The average needs both pupils: a sample with one would step by half the difference between the eyes.

    Raises
    ------
    ValueError
        If the tracker delivers no pupils.
    """
    if unit not in _AREA_UNITS:
        raise ValueError(
            "This tracker delivers no pupils, so there is no pupil area; leave the baseline out."
        )
    left, right = (_side_area(gaze, side, unit) for side in ("left", "right"))
    if eye is Eye.LEFT:
        return left
    return right if eye is Eye.RIGHT else 0.5 * (left + right)


def pupil_baseline(gaze: Rows, fixations: Rows, eye: Eye, unit: PupilUnit) -> PupilBaseline:
    """Return the baseline over fixations.

    Parameters
    ----------
    gaze
        GAZE rows.
    fixations
        GAZE_EVENT rows of fixations, their `onset_ns` and `offset_ns` on the device clock of `gaze`.
    eye
        left, right or average.
    unit
        What the tracker delivers.
    """
    area = pupil_area(gaze, eye, unit)
    durations_s, means = [], []
    for fixation in fixations:
        onset_ns, offset_ns = int(fixation["onset_ns"]), int(fixation["offset_ns"])
        is_inside: BoolArray = (gaze["t_device_ns"] >= onset_ns) & (gaze["t_device_ns"] < offset_ns)
        inside = area[is_inside & np.isfinite(area)]
        if len(inside) and offset_ns > onset_ns:
            durations_s.append((offset_ns - onset_ns) * 1e-9)
            means.append(float(inside.mean()))
    return PupilBaseline(
        eye=eye,
        area=float(np.average(means, weights=durations_s)) if means else math.nan,
        area_unit=_AREA_UNITS[unit],
        source_unit=unit,
        fixation_count=len(means),
        duration_s=float(sum(durations_s)),
    )


def relative_area(gaze: Rows, baseline: PupilBaseline, unit: PupilUnit) -> FloatArray:
    """Return each sample's pupil area over the baseline; for a diameter that is (d / d0)^2.

    Raises
    ------
    ValueError
        If the baseline was measured in another unit.
    """
    if unit is not baseline.source_unit:
        raise ValueError(
            f"The pupils are in {unit.value} and the baseline was measured in {baseline.source_unit.value}; "
            "diameters and areas are never mixed: measure the baseline with the same tracker."
        )
    return pupil_area(gaze, baseline.eye, unit) / baseline.area


def _side_area(gaze: Rows, side: str, unit: PupilUnit) -> FloatArray:
    size = gaze[f"{side}_pupil"].astype(np.float64)
    size = np.where((gaze[f"{side}_pupil_valid"] != 0) & np.isfinite(size), size, np.nan)
    return size if unit is PupilUnit.ARBITRARY_AREA else np.asarray(0.25 * math.pi * size**2)
