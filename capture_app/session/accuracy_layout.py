"""The accuracy map as shapes and words, for the console's picture and the report's: one layout, two painters.

Targets lie at fractions of the reader's screen. Offsets are drawn as arrows, much larger than life: an offset
of 1 deg is `DEG_SHARE` of the picture's height, in the direction gaze was off. How good an offset is shows
three times, as colour, as the size of its mark and as a number. What is old fades towards `FAINTEST`, as its
worth for now does (the correlation of `calibration.accuracy_map`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from calibration import AccuracyMap, ErrorPoint, SmallestLesion, Target
from calibration.accuracy_map import PointSource
from capture_app.session.study.quality_keys import Gates

DEG_SHARE: Final = 0.09
"""Length of an arrow of 1 deg, as a share of the picture's height."""

FAINTEST: Final = 0.25
"""Strength of a mark that tells nothing about now any more."""

_FADING_S: Final = 1200.0  # as the map takes errors to stay alike
_LONGEST_DEG: Final = 4.0  # arrows end here; the number still tells the offset
_LARGEST_MARKS: Final = 2000  # newest; a picture with more is only ink
_SAME_PLACE_NORM: Final = 0.03
_LOWEST_AXIS_DEG: Final = 2.0
_WORDS: Final = {"good": "good", "attention": "above the aim", "bad": "above the limit"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccuracyMark:
    """One measured offset on the screen."""

    x_norm: float  # the target, fraction of the screen
    y_norm: float
    right_share: float  # arrow from the target, shares of the picture's height
    down_share: float
    ring_share: float  # radius of the ring at its end: the scatter of the samples
    offset_deg: float
    minutes: float  # since the session began
    level: str  # good, attention, bad
    strength: float  # 1 now .. `FAINTEST` long ago
    source: PointSource
    is_newest_here: bool  # of its target; only these carry their number
    text: str  # "0.4 deg, good, drift check at 12 min"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccuracyLayout:
    """The picture: marks on the screen, oldest first, and the same over time."""

    marks: tuple[AccuracyMark, ...]
    next_targets: tuple[Target, ...]  # that would tell most now, the best first
    minutes: float  # length of the axis of time
    axis_deg: float  # upper end of the axis of error
    aim_deg: float  # one target: aimed at
    limit_deg: float  # one target: accepted
    summary: str  # the picture in sentences


def accuracy_layout(
    accuracy: AccuracyMap, gates: Gates, *, start_host_ns: int, now_host_ns: int
) -> AccuracyLayout:
    """Return the picture of a session.

    Parameters
    ----------
    accuracy
        All validations and drift checks of one signal.
    gates
        The study's limits; those of one target judge the marks.
    start_host_ns, now_host_ns
        Beginning of the session, and the moment the picture is for (in a report: its end).
    """
    points = accuracy.points[-_LARGEST_MARKS:]
    newest = _newest_here(points)
    marks = tuple(
        _mark(point, gates, start_host_ns, now_host_ns, is_newest_here=index in newest)
        for index, point in enumerate(points)
    )
    worst_deg = max((mark.offset_deg for mark in marks), default=0.0)
    ends = [(now_host_ns - start_host_ns) / 60e9, *(mark.minutes for mark in marks), 1.0]
    next_targets = accuracy.next_targets(now_host_ns)
    return AccuracyLayout(
        marks=marks,
        next_targets=next_targets,
        minutes=max(ends),
        axis_deg=max(_LOWEST_AXIS_DEG, gates.worst_deg * 1.25, min(worst_deg * 1.1, 2.0 * _LONGEST_DEG)),
        aim_deg=gates.recommended_worst_deg,
        limit_deg=gates.worst_deg,
        summary=_summary(marks, gates),
    )


def level_of(offset_deg: float, gates: Gates) -> str:
    """Return how good the offset of one target is: good, attention, bad."""
    if offset_deg <= gates.recommended_worst_deg:
        return "good"
    return "attention" if offset_deg <= gates.worst_deg else "bad"


def lesion_sentence(lesion: SmallestLesion | None) -> str:
    """Say the smallest lesion that gaze can resolve, and what that means."""
    if lesion is None or not math.isfinite(lesion.diameter_deg):
        return (
            "The smallest lesion these data can resolve is not known: "
            "it follows from a validation with gaze at its targets."
        )
    on_screen = f"{lesion.diameter_screen_mm:.0f} mm on the screen, {lesion.diameter_deg:.1f} deg"
    if math.isfinite(lesion.diameter_mm):
        size = f"{lesion.diameter_mm:.0f} mm in the image ({on_screen})"
    elif math.isfinite(lesion.diameter_image_px):
        size = (
            f"{lesion.diameter_image_px:.0f} image px ({on_screen}); "
            "its mm are not known, because the image has no pixel spacing"
        )
    else:
        size = f"{on_screen}; its size in an image is known while one is shown"
    return (
        f"The smallest lesion these data can resolve: {size}. "
        "Gaze on anything smaller cannot be told from gaze beside it."
    )


def next_targets_sentence(targets: tuple[Target, ...]) -> str:
    """Say where measuring again would tell most."""
    places = [f"{_place(target.x_norm, target.y_norm)}" for target in targets]
    return f"Measuring here would tell most: {' and '.join(places)}." if places else ""


def _mark(
    point: ErrorPoint, gates: Gates, start_host_ns: int, now_host_ns: int, *, is_newest_here: bool
) -> AccuracyMark:
    age_s = max(now_host_ns - point.t_host_ns, 0) * 1e-9
    shrink = min(1.0, _LONGEST_DEG / point.offset_deg) if point.offset_deg > 0 else 1.0
    level = level_of(point.offset_deg, gates)
    minutes = max(point.t_host_ns - start_host_ns, 0) / 60e9
    kind = {"validation": "validation", "closing": "closing validation", "drift": "drift check"}[point.source]
    return AccuracyMark(
        x_norm=point.x_norm,
        y_norm=point.y_norm,
        right_share=point.azimuth_offset_deg * shrink * DEG_SHARE,
        down_share=point.elevation_offset_deg * shrink * DEG_SHARE,
        ring_share=min(point.std_deg, _LONGEST_DEG) * DEG_SHARE if math.isfinite(point.std_deg) else 0.0,
        offset_deg=point.offset_deg,
        minutes=minutes,
        level=level,
        strength=max(FAINTEST, math.exp(-0.5 * (age_s / _FADING_S) ** 2)),
        source=point.source,
        is_newest_here=is_newest_here,
        text=f"{point.offset_deg:.1f} deg, {_WORDS[level]}, {kind} at {minutes:.0f} min",
    )


def _newest_here(points: tuple[ErrorPoint, ...]) -> frozenset[int]:
    """Return the indices of the points that nothing newer was measured beside."""
    taken: set[tuple[int, int]] = set()
    newest = []
    for index in range(len(points) - 1, -1, -1):
        place = (
            round(points[index].x_norm / _SAME_PLACE_NORM),
            round(points[index].y_norm / _SAME_PLACE_NORM),
        )
        if place not in taken:
            taken.add(place)
            newest.append(index)
    return frozenset(newest)


def _summary(marks: tuple[AccuracyMark, ...], gates: Gates) -> str:
    shown = [mark for mark in marks if mark.is_newest_here]
    if not shown:
        return "Nothing was measured yet. A validation or a drift check brings the first marks."
    worst = max(shown, key=lambda mark: mark.offset_deg)
    mean_deg = sum(mark.offset_deg for mark in shown) / len(shown)
    places = "1 place" if len(shown) == 1 else f"{len(shown)} places"
    return (
        f"{len(marks)} offsets at {places}. The newest of each: {mean_deg:.1f} deg on average, "
        f"worst {worst.offset_deg:.1f} deg {_place(worst.x_norm, worst.y_norm)} "
        f"(aim {gates.recommended_worst_deg:g} deg, limit {gates.worst_deg:g} deg)."
    )


def _place(x_norm: float, y_norm: float) -> str:
    """Return a place on the screen in words."""
    column = "left" if x_norm < 0.37 else ("right" if x_norm > 0.63 else "")
    row = "top" if y_norm < 0.37 else ("bottom" if y_norm > 0.63 else "")
    if row and column:
        return f"at the {row} {column}"
    if row:
        return f"at the {row} centre"
    return f"at the {column} of the middle" if column else "in the centre"
