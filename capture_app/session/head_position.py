"""Where the head is for the tracker, and what to ask the reader for.

The tracker's own positioning guide is drawn where there is one; centimetres come from the eyes' places in
space, which gaze samples carry.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from capture_app.session.health import box_of_mm
from capture_app.session.tracker_states import HeadPosition
from gaze_core.rows import Rows

RECENT_NS: Final = 500_000_000
"""Eyes are averaged over this time: longer than most blinks, short enough to follow the head."""
GUIDE_NS: Final = 1_000_000_000
"""A positioning guide older than this is no present one."""
DISTANCE_TOLERANCE_MM: Final = 50.0
ASIDE_TOLERANCE_MM: Final = 60.0
HEIGHT_TOLERANCE_MM: Final = 110.0
BOX_TOLERANCE: Final = 0.2
"""Off the middle of the tracker's box, where no millimetres are known."""

_SIDES: Final = ("left", "right")
_UNTOLD: Final = "This tracker does not tell where the head is."
_UNSEEN: Final = (
    "The tracker sees neither eye. Ask the reader to look at the screen, then check distance and light."
)
_WELL: Final = "The head is well placed."


def head_position(gaze: Rows, guide: Rows, now_ns: int, wanted_mm: float) -> HeadPosition:
    """Return where the eyes are now.

    Parameters
    ----------
    gaze
        GAZE rows, newest last; only those of the last moment count.
    guide
        The newest USER_POSITION row, or none.
    now_ns
        Host time.
    wanted_mm
        Distance from eye to screen that the study counts with.
    """
    recent = gaze[-4096:]
    recent = recent[recent["t_host_ns"] > now_ns - RECENT_NS]
    places_mm = {side: _place_mm(recent, side) for side in _SIDES}
    boxes = _guide_boxes(guide, now_ns) or {
        side: box_of_mm(place[0], place[1]) for side, place in places_mm.items() if place is not None
    }
    seen_mm = [place for place in places_mm.values() if place is not None]
    distance_mm = float(np.mean([place[2] for place in seen_mm])) if seen_mm else math.nan
    level, sentence = _judgement(recent, guide, now_ns, boxes, places_mm, wanted_mm)
    return HeadPosition(
        left=boxes.get("left"),
        right=boxes.get("right"),
        distance_mm=distance_mm,
        near_mm=wanted_mm - DISTANCE_TOLERANCE_MM,
        far_mm=wanted_mm + DISTANCE_TOLERANCE_MM,
        level=level,
        sentence=sentence,
    )


_Place = tuple[float, float, float]
_Boxes = dict[str, tuple[float, float]]


def _place_mm(recent: Rows, side: str) -> _Place | None:
    """Return the mean place of an eye: right, down and towards the reader from the screen's middle, mm."""
    values = np.stack(
        [recent[f"{side}_origin_{axis}_mm"].astype(np.float64) for axis in ("x", "y", "z")], axis=1
    )
    values = values[(recent[f"{side}_origin_valid"] != 0) & np.isfinite(values).all(axis=1)]
    if not len(values):
        return None
    x_mm, y_mm, z_mm = values.mean(axis=0).tolist()
    return x_mm, y_mm, z_mm


def _is_present(guide: Rows, now_ns: int) -> bool:
    return bool(len(guide)) and now_ns - int(guide["t_host_ns"][-1]) <= GUIDE_NS


def _guide_boxes(guide: Rows, now_ns: int) -> _Boxes:
    """Return the eyes of the positioning guide, the reader's left at the left; none where it has none.

    Makers count across from either side: where both eyes are seen the left one decides, else the way of
    Tobii's documents, from the reader's right, is taken; no hardware was at hand to see it.
    """
    if not _is_present(guide, now_ns):
        return {}
    row = guide[-1]
    found: _Boxes = {}
    for side in _SIDES:
        x, y = float(row[f"{side}_x_box"]), float(row[f"{side}_y_box"])
        if row[f"{side}_valid"] and math.isfinite(x) and math.isfinite(y):
            found[side] = (x, y)
    is_from_left = len(found) == 2 and found["left"][0] < found["right"][0]
    return found if is_from_left else {side: (1.0 - x, y) for side, (x, y) in found.items()}


def _judgement(
    recent: Rows,
    guide: Rows,
    now_ns: int,
    boxes: _Boxes,
    places_mm: dict[str, _Place | None],
    wanted_mm: float,
) -> tuple[str, str]:
    """Return level and sentence; the first thing that is not as it should be is told."""
    has_guide = _is_present(guide, now_ns)
    if not boxes:
        has_gaze = bool(np.any(recent["valid"] | recent["left_valid"] | recent["right_valid"]))
        if has_gaze and not has_guide:
            return "information", _UNTOLD
        return "bad", _UNSEEN
    seen_mm = [place for place in places_mm.values() if place is not None]
    # How far away, the study decides; how high and how far aside, the tracker, where it has a guide.
    asked = (_move_along_mm(seen_mm, wanted_mm) if seen_mm else _move_along_box(_depth(guide, now_ns))) or (
        _move_across_box(boxes) if has_guide or not seen_mm else _move_across_mm(seen_mm)
    )
    if asked:
        return "attention", asked
    for side in _SIDES:
        if side not in boxes:
            text = f"The {side} eye is not seen. Ask the reader to sit straight in front of the tracker."
            return "attention", text
    return "good", _WELL


def _move_along_mm(seen_mm: list[_Place], wanted_mm: float) -> str:
    off_mm = float(np.mean([place[2] for place in seen_mm])) - wanted_mm
    if abs(off_mm) > DISTANCE_TOLERANCE_MM:
        return f"Ask the reader to move about {_centimetres(off_mm)} {'closer' if off_mm > 0 else 'back'}."
    return ""


def _move_along_box(depth: float) -> str:
    if abs(depth - 0.5) > BOX_TOLERANCE:
        return f"Ask the reader to move a little {'closer' if depth > 0.5 else 'back'}."
    return ""


def _move_across_mm(seen_mm: list[_Place]) -> str:
    x_mm, y_mm, _ = np.mean(np.array(seen_mm), axis=0).tolist()
    # With one eye alone the middle of the head is not known to within the half distance of the eyes.
    if abs(x_mm) > ASIDE_TOLERANCE_MM:
        way = "left" if x_mm > 0 else "right"
        return f"Ask the reader to move about {_centimetres(x_mm)} to the {way}."
    if abs(y_mm) > HEIGHT_TOLERANCE_MM:
        way = "Lower" if y_mm < 0 else "Raise"
        return f"{way} the reader's chair by about {_centimetres(y_mm)}, or move the screen instead."
    return ""


def _move_across_box(boxes: _Boxes) -> str:
    x, y = np.mean(np.array(list(boxes.values())), axis=0).tolist()
    if abs(x - 0.5) > BOX_TOLERANCE:
        return f"Ask the reader to move a little to the {'left' if x > 0.5 else 'right'}."
    if abs(y - 0.5) > BOX_TOLERANCE:
        return f"{'Raise' if y > 0.5 else 'Lower'} the reader's chair a little, or move the screen instead."
    return ""


def _depth(guide: Rows, now_ns: int) -> float:
    """Return the mean depth of the seen eyes in the box, 0 near the tracker; NaN where unknown."""
    if not _is_present(guide, now_ns):
        return math.nan
    row = guide[-1]
    depths = [float(row[f"{side}_z_box"]) for side in _SIDES if row[f"{side}_valid"]]
    return float(np.mean(depths)) if depths else math.nan


def _centimetres(length_mm: float) -> str:
    return f"{max(round(abs(length_mm) / 10.0), 1)} cm"
