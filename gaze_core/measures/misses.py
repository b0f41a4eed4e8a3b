"""Why a finding was missed: search, recognition or decision (Kundel, Nodine, Carmody, Invest Radiol 1978).

A fixation is *near* a finding where its centroid is on the image and within `radius_deg` of the finding's
edge (or of its centre) as both lay on the screen. Without any such fixation the miss is one of search. Else
their durations add up to the dwell: below `dwell_s` one of recognition, from it on one of decision.

Gaze is known only as well as it was measured. `class_probabilities` therefore draws where the eye truly was
many times: measured direction minus an error. Errors come from the validations around the case: those of the
targets nearest to the finding, the nearer the likelier, each with a random part as wide as the samples
scattered at that target. One error is drawn for all fixations of the case, because an offset at a place stays
for minutes; so the classes of the draws give the probability of each.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.geometry import FloatArray, ViewingGeometry
from gaze_core.mapping import placement_of
from gaze_core.measures.areas import Area
from gaze_core.measures.case_gaze import CaseGaze
from gaze_core.measures.reach import angle_to_area_deg, outline_angle_deg, outline_mm

DRAWS: Final = 500
KERNEL_DEG: Final = 5.0
"""A target this far from a finding speaks for it with 61 % of the weight of one at the place itself."""


class MissClass(str, Enum):
    """Why a finding was missed."""

    SEARCH = "search"  # never looked near it
    RECOGNITION = "recognition"  # looked near it for less than the cut-off
    DECISION = "decision"  # looked near it for at least the cut-off


class MeasuredFrom(str, Enum):
    """What the radius is measured from."""

    EDGE = "edge"
    CENTRE = "centre"


@dataclass(frozen=True, slots=True, kw_only=True)
class MissRule:
    """What counts as looked at."""

    radius_deg: float = 2.5
    dwell_s: float = 1.0
    measured_from: MeasuredFrom = MeasuredFrom.EDGE

    def __post_init__(self) -> None:
        if not (0.0 < self.radius_deg <= 20.0 and 0.0 < self.dwell_s <= 60.0):
            raise ValueError(
                f"A radius of {self.radius_deg} deg and a dwell of {self.dwell_s} s tell no misses apart. "
                "Choose a radius up to 20 deg and a dwell up to 60 s."
            )

    def classify(self, dwell_s: float) -> MissClass:
        """Return the class of a miss by the dwell near it; 0 is never."""
        if dwell_s <= 0:
            return MissClass.SEARCH
        return MissClass.RECOGNITION if dwell_s < self.dwell_s else MissClass.DECISION


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetError:
    """How gaze missed one target of a validation."""

    x_norm: float  # of the target
    y_norm: float
    azimuth_offset_deg: float  # gaze minus target, right positive
    elevation_offset_deg: float  # down positive
    std_deg: float  # scatter of the samples over both axes; NaN where not known


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassProbabilities:
    """How likely each class is given the measured accuracy; NaN where no validation tells it."""

    search: float
    recognition: float
    decision: float
    inside: float  # that the nearest fixation truly lay within the radius
    offset_deg: float  # weighted mean length of the offsets used
    target_count: int  # offsets used


UNKNOWN_PROBABILITIES: Final = ClassProbabilities(
    search=math.nan, recognition=math.nan, decision=math.nan, inside=math.nan, offset_deg=math.nan,
    target_count=0,
)  # fmt: skip


def angles_to_finding_deg(gaze: CaseGaze, area: Area, rule: MissRule) -> FloatArray:
    """Return the angle of every fixation to a finding, deg; infinite off its image."""
    rows = gaze.fixations
    is_on_image = rows["image_id"] == area.image_id
    is_inside = is_on_image & area.contains(rows["x_image_px"], rows["y_image_px"])
    views = np.where(is_on_image, gaze.fixation_views, -1)
    if rule.measured_from is MeasuredFrom.EDGE:
        return angle_to_area_deg(
            area, rows["x_norm"], rows["y_norm"], is_inside, views, gaze.viewport, gaze.geometry
        )
    angle = np.full(len(rows), np.inf)
    for row in np.unique(views[views >= 0]).tolist():
        own = np.flatnonzero(views == row)
        x_norm, y_norm = centre_norm(area, gaze.viewport[row], gaze.geometry)
        angle[own] = gaze.geometry.angle_between_deg(rows["x_norm"][own], rows["y_norm"][own], x_norm, y_norm)
    return angle


def centre_norm(area: Area, viewport_row: np.void, geometry: ViewingGeometry) -> tuple[float, float]:
    """Return where the centre of an area lay on the screen under a view, as fractions of it."""
    (point, _) = _point_edges(area, viewport_row, geometry)
    x_norm, y_norm = geometry.mm_to_norm(point[0, 0], point[0, 1])
    return float(x_norm), float(y_norm)


def dwell_near_s(gaze: CaseGaze, angles_deg: FloatArray, rule: MissRule) -> float:
    """Return the summed durations of the fixations near a finding, s."""
    return float(gaze.durations_s[angles_deg <= rule.radius_deg].sum())


def class_probabilities(
    gaze: CaseGaze, area: Area, rule: MissRule, errors: Sequence[TargetError], *, seed: int = 0
) -> ClassProbabilities:
    """Return how likely each class is, given the accuracy measured near the finding.

    Parameters
    ----------
    gaze, area, rule
        The case, the missed finding and what counts as looked at.
    errors
        Offsets at the targets of the validations around the case.
    seed
        Of the draws: the same gives the same probabilities.
    """
    usable = [each for each in errors if math.isfinite(each.azimuth_offset_deg + each.elevation_offset_deg)]
    place = _place_norm(gaze, area)
    if not usable or place is None:
        return UNKNOWN_PROBABILITIES
    weights = _weights(usable, place, gaze.geometry)
    offsets = np.array([(each.azimuth_offset_deg, each.elevation_offset_deg) for each in usable])
    mean_deg = float((weights * np.hypot(offsets[:, 0], offsets[:, 1])).sum())
    drawn = _draw(usable, weights, offsets, seed)
    angles, durations_s = _true_angles_deg(gaze, area, rule, drawn)
    dwell_s = (angles <= rule.radius_deg) @ durations_s if len(durations_s) else np.zeros(len(drawn))
    nearest = angles.min(axis=1) if angles.shape[1] else np.full(len(drawn), np.inf)
    is_search = dwell_s <= 0
    is_decision = dwell_s >= rule.dwell_s
    return ClassProbabilities(
        search=float(is_search.mean()),
        recognition=float((~is_search & ~is_decision).mean()),
        decision=float(is_decision.mean()),
        inside=float((nearest <= rule.radius_deg).mean()),
        offset_deg=mean_deg,
        target_count=len(usable),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DwellCurve:
    """Share of each class among misses against the cut-off of dwell."""

    dwell_s: FloatArray  # cut-offs, shape (n,)
    search: FloatArray  # shares 0..1, shape (n,); they add up to 1; NaN without misses
    recognition: FloatArray
    decision: FloatArray


def dwell_curve(dwells_s: Sequence[float], cut_offs_s: npt.ArrayLike) -> DwellCurve:
    """Return the shares of the classes for every cut-off, from the dwell near each missed finding."""
    cuts = np.asarray(cut_offs_s, np.float64)
    dwells = np.asarray(dwells_s, np.float64)
    if not len(dwells):
        nothing = np.full(len(cuts), np.nan)
        return DwellCurve(dwell_s=cuts, search=nothing, recognition=nothing, decision=nothing)
    search = np.full(len(cuts), float((dwells <= 0).mean()))
    decision = ((dwells[None, :] >= cuts[:, None]) & (dwells[None, :] > 0)).mean(axis=1)
    return DwellCurve(dwell_s=cuts, search=search, decision=decision, recognition=1.0 - search - decision)


def _draw(errors: Sequence[TargetError], weights: FloatArray, offsets: FloatArray, seed: int) -> FloatArray:
    """Return errors of the direction, deg, shape (draws, 2)."""
    rng = np.random.default_rng(seed)
    chosen = rng.choice(len(errors), DRAWS, p=weights)
    # STD is over both axes together: each carries the square root of a half of it.
    spread = np.array([each.std_deg if math.isfinite(each.std_deg) else 0.0 for each in errors]) / math.sqrt(
        2
    )
    return np.asarray(offsets[chosen] + rng.normal(0.0, 1.0, (DRAWS, 2)) * spread[chosen][:, None])


def _weights(
    errors: Sequence[TargetError], place: tuple[float, float], geometry: ViewingGeometry
) -> FloatArray:
    """Return how much each target speaks for a place; they add up to 1."""
    x, y = np.array([each.x_norm for each in errors]), np.array([each.y_norm for each in errors])
    distance = geometry.angle_between_deg(x, y, place[0], place[1])
    # Relative to the nearest, so that a place far from all targets takes the nearest of them.
    exponent = -0.5 * (distance**2 - distance.min() ** 2) / KERNEL_DEG**2
    weights = np.exp(exponent)
    return np.asarray(weights / weights.sum())


def _true_angles_deg(
    gaze: CaseGaze, area: Area, rule: MissRule, drawn: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the angles of fixations to a finding for each draw, (draws, fixations), and their durations, s.

    Only fixations that any draw could bring within the radius are among them.
    """
    angles = angles_to_finding_deg(gaze, area, rule)
    reach = rule.radius_deg + 1.05 * float(np.hypot(drawn[:, 0], drawn[:, 1]).max())
    near = np.flatnonzero(angles <= reach)
    rows, geometry = gaze.fixations, gaze.geometry
    true = np.full((len(drawn), len(near)), np.inf)
    for column, fixation in enumerate(near.tolist()):
        azimuth, elevation = geometry.norm_to_deg(rows["x_norm"][fixation], rows["y_norm"][fixation])
        x_norm, y_norm = geometry.deg_to_norm(azimuth - drawn[:, 0], elevation - drawn[:, 1])
        view = gaze.viewport[int(gaze.fixation_views[fixation])]
        if rule.measured_from is MeasuredFrom.CENTRE:
            edges = _point_edges(area, view, geometry)
            true[:, column] = outline_angle_deg(edges, x_norm, y_norm, geometry)
            continue
        true[:, column] = outline_angle_deg(
            outline_mm(area, view, geometry), x_norm, y_norm, geometry, at_most_deg=rule.radius_deg
        )
        x_px, y_px = geometry.screen.norm_to_screen_px(x_norm, y_norm)
        true[area.contains(*placement_of(view).screen_to_image(x_px, y_px)), column] = 0.0
    return true, gaze.durations_s[near]


def _point_edges(
    area: Area, viewport_row: np.void, geometry: ViewingGeometry
) -> tuple[FloatArray, FloatArray]:
    """Return the centre of an area as an edge without length, mm on the screen."""
    x, y = area.centre_image_px
    x_px, y_px = placement_of(viewport_row).image_to_screen(x, y)
    x_mm, y_mm = geometry.norm_to_mm(*geometry.screen.screen_px_to_norm(x_px, y_px))
    point = np.array([[float(x_mm), float(y_mm)]])
    return point, point


def _place_norm(gaze: CaseGaze, area: Area) -> tuple[float, float] | None:
    """Return where a finding lay on the screen when its image was first shown; None where it never was."""
    shown = np.flatnonzero(gaze.viewport["image_id"] == area.image_id)
    return centre_norm(area, gaze.viewport[shown[0]], gaze.geometry) if len(shown) else None
